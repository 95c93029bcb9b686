/* Keeps the page current. One question for everything that is on it; nothing is drawn that has not changed, and nothing
   that somebody is writing, choosing or reading is taken away from them. */

import { morph } from "./morph.js";

const root = document.querySelector("[data-live]");
const HIDDEN = 60, IDLE = 10, ACTIVE = 3; // seconds between two questions
const LONGEST_WAIT = 60;
const STAYS_ACTIVE = 60_000; // milliseconds after the last movement

let cursor = root?.dataset.cursor ?? "";
let failures = 0;
let timer = 0;
let asking = null;
let lastActive = Date.now();
let isAskedAgain = false;
let isOver = false;

/** What the page may still ask for, such as alerts: name -> value of the question. */
export const wishes = new Map();
/** Called with each answer that brought something. */
export const listeners = [];

// ---------------------------------------------------------------- asking
async function ask() {
  const query = new URLSearchParams(root.dataset.query);
  if (root.dataset.open) query.set("open", root.dataset.open);
  for (const [name, value] of wishes) query.set(name, value);
  query.set("since", cursor);
  const answer = await fetch(`${root.dataset.live}?${query}`, {
    cache: "no-store",
    redirect: "manual",
    signal: AbortSignal.timeout(20_000),
  });
  if (answer.status === 401 || answer.type === "opaqueredirect") return endSignedOut();
  if (answer.status === 204) return;
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const news = await answer.json();
  if (news.gone) return endGone();
  take(news);
}

async function tick() {
  clearTimeout(timer);
  if (asking || isOver) return;
  isAskedAgain = false;
  try {
    asking = ask();
    await asking;
    failures = 0;
    if (!isOver) tell("");
  } catch {
    failures += 1;
    if (failures > 1) tell("Reconnecting… What you write stays here.");
  } finally {
    asking = null;
  }
  if (isOver) return;
  if (isAskedAgain && !failures) tick();
  else wait();
}

/** Jitter, so that the tabs of an office do not all ask in the same moment. */
function wait() {
  const isActive = Date.now() - lastActive < STAYS_ACTIVE;
  const pause = document.hidden ? HIDDEN : isActive ? ACTIVE : IDLE;
  const seconds = Math.min(pause * 2 ** Math.min(failures, 5), LONGEST_WAIT) * (0.85 + Math.random() * 0.3);
  clearTimeout(timer);
  timer = setTimeout(tick, seconds * 1000);
}

/** At once: somebody has just done something, or is back. */
export function askNow() {
  if (!root || isOver) return;
  // What was done while a question was on its way may be missing in its answer.
  if (asking) isAskedAgain = true;
  else tick();
}

// ---------------------------------------------------------------- taking what is new
function take(news) {
  const had = unreadIn(document);
  for (const [id, html] of Object.entries(news.regions)) {
    const region = document.getElementById(id);
    if (!region) continue;
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    if (region.getAttribute("role") === "log") {
      // What was not drawn has not been seen: the count of what was is left as it is.
      if (grow(region, fresh.content) && news.newest) region.dataset.newest = news.newest;
    } else morph(region, fresh.content);
    region.dispatchEvent(new CustomEvent("inbox:swapped", { bubbles: true }));
  }
  cursor = news.cursor;
  document.title = news.title;
  sayHowMany(unreadIn(document) - had);
  for (const listener of listeners) listener(news);
}

const unreadIn = (page) => page.querySelectorAll("#region-list .row.unread").length;

// Entry -> how the server drew it last. Scripts may have added to what is on the page, so the page itself cannot tell.
const drawn = new Map();

/** A log is read out as it grows, so entries are added and never drawn again; of a known one only its state changes.
    False where it does not grow. */
function grow(log, fresh) {
  // A page of what was said long ago does not grow.
  if (document.getElementById("newest")) return false;
  const scroller = scrollerOf(log);
  const wasAtEnd = isAtEnd(scroller);
  let before = null;
  let added = 0;
  for (const entry of [...fresh.children].filter((child) => child.id)) {
    const shown = document.getElementById(entry.id);
    if (shown) {
      if (drawn.get(entry.id) !== withoutTokens(entry)) morph(shown, entry, { itself: true });
      before = shown;
    } else {
      const clone = document.importNode(entry, true);
      if (before) before.after(clone);
      else if (log.firstElementChild?.id === "earlier") log.firstElementChild.after(clone);
      else log.prepend(clone);
      before = clone;
      added += 1;
    }
    drawn.set(entry.id, withoutTokens(entry));
  }
  if (!added) return true;
  document.getElementById("nothing-yet")?.remove();
  if (wasAtEnd) toEnd(scroller);
  else offerTheEnd(log, scroller, added);
  return true;
}

/** Each drawing has other tokens in its forms, which is no change to anybody. */
const withoutTokens = (entry) => entry.outerHTML.replace(/name="csrfmiddlewaretoken" value="\w+"/g, "");

/** "2 new below": nobody is pulled away from what they are reading. */
function offerTheEnd(log, scroller, count) {
  let button = document.getElementById("to-the-end");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.id = "to-the-end";
    button.dataset.count = "0";
    button.addEventListener("click", () => (toEnd(scroller), button.remove()));
    log.after(button);
    const whenThere = () => isAtEnd(scroller) && (button.remove(), watched.removeEventListener("scroll", whenThere));
    const watched = scroller === document.scrollingElement ? document : scroller;
    watched.addEventListener("scroll", whenThere, { passive: true });
  }
  button.dataset.count = String(Number(button.dataset.count) + count);
  button.textContent = `${button.dataset.count} new below`;
}

const isAtEnd = (scroller) => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
const toEnd = (scroller) => scroller.scrollTo({ top: scroller.scrollHeight, behavior: "instant" });

/** Side by side the timeline scrolls, in a single column the page does. */
const scrollerOf = (log) =>
  getComputedStyle(log).overflowY === "auto" ? log : document.scrollingElement;

/** The end of a thread is what people open it for; pictures that arrive later must not push it out of sight. */
function showLatest(log) {
  const scroller = scrollerOf(log);
  let followsEnd = !location.hash;
  if (followsEnd) toEnd(scroller);
  for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(kind, () => (followsEnd = false), { once: true, passive: true });
  }
  log.addEventListener("load", () => followsEnd && toEnd(scroller), true);
}

// ---------------------------------------------------------------- telling
const line = document.getElementById("live-line");
const status = document.getElementById("live-status");

/** How the connection is: seen by everybody, said once. */
function tell(text, link) {
  if (!line || line.textContent === text + (link?.text ?? "")) return;
  line.replaceChildren(text);
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.text;
    line.append(anchor);
  }
  line.hidden = !text;
}

/** For those who do not see the list change. */
function sayHowMany(more) {
  if (!status || more < 1) return;
  status.textContent = more === 1 ? "1 conversation with something new" : `${more} conversations with something new`;
}

function endSignedOut() {
  isOver = true;
  const back = encodeURIComponent(location.pathname + location.search);
  // A page of its own: what is written here is still here afterwards.
  tell("You are signed out. What you wrote is kept on this page. ", {
    href: `/accounts/login/?next=${back}`,
    text: "Sign in again",
  });
  dispatchEvent(new CustomEvent("inbox:signed-out"));
}

function endGone() {
  isOver = true;
  tell("This conversation is no longer here for you. ", { href: "/inbox/", text: "Go to the inbox" });
}

// ---------------------------------------------------------------- who is here
const BEAT = 10_000;
const STILL_WRITING = 10_000;
let lastKey = 0;
let lastState = "";
let beating = 0;

async function beat(state) {
  clearTimeout(beating);
  beating = setTimeout(beatAgain, BEAT);
  if (document.hidden && state !== "left") return;
  lastState = state;
  const body = new URLSearchParams({ state, csrfmiddlewaretoken: csrf() });
  try {
    await fetch(root.dataset.presence, { method: "POST", body, redirect: "manual", keepalive: state === "left" });
  } catch {
    // The next one comes soon, and the question above says when the connection is gone.
  }
}

const isWriting = () => {
  const field = document.querySelector(".composer textarea:focus");
  return Boolean(field?.value.trim()) && Date.now() - lastKey < STILL_WRITING;
};

function beatAgain() {
  if (!isOver) beat(isWriting() ? "composing" : "viewing");
}

const csrf = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

function tellWhoIsHere() {
  beat("viewing");
  addEventListener("input", (event) => {
    if (!event.target.closest?.(".composer")) return;
    lastKey = Date.now();
    const state = isWriting() ? "composing" : "viewing";
    if (state !== lastState) beat(state);
  });
  addEventListener("pagehide", () => beat("left"));
  document.addEventListener("visibilitychange", () => !document.hidden && beatAgain());
}

// ---------------------------------------------------------------- the beginning
/** Coming back to the list on a phone, or to the next conversation beside it, one is where one was. */
function rememberTheList() {
  const list = document.querySelector(".pane-list");
  if (!list) return;
  const isBeside = getComputedStyle(list).overflowY === "auto";
  const isShown = list.checkVisibility();
  const scroller = isBeside ? list : document.scrollingElement;
  const kept = JSON.parse(sessionStorage.getItem("inbox:list-scroll") ?? "null");
  if (isShown && kept?.query === root.dataset.query) scroller.scrollTo({ top: kept.top, behavior: "instant" });
  addEventListener("pagehide", () => {
    if (!isShown) return;
    sessionStorage.setItem("inbox:list-scroll", JSON.stringify({ query: root.dataset.query, top: scroller.scrollTop }));
  });
}

/** Beside a conversation the person is always in sight, on a phone only when asked for. */
function unfold() {
  const card = document.getElementById("about");
  if (!card) return;
  const isRoomy = matchMedia("(min-width: 56.25rem) and (min-height: 30rem)");
  const follow = () => (card.open = isRoomy.matches);
  isRoomy.addEventListener("change", follow);
  follow();
}

if (root) {
  const log = document.querySelector("[role=log]");
  if (log) {
    showLatest(log);
    for (const entry of log.children) if (entry.id) drawn.set(entry.id, withoutTokens(entry));
  }
  rememberTheList();
  unfold();
  if (root.dataset.presence && csrf()) tellWhoIsHere();
  for (const kind of ["pointermove", "keydown", "scroll", "touchstart"]) {
    addEventListener(
      kind,
      () => {
        const wasIdle = Date.now() - lastActive > STAYS_ACTIVE;
        lastActive = Date.now();
        if (wasIdle) askNow();
      },
      { passive: true },
    );
  }
  addEventListener("focus", askNow);
  addEventListener("online", askNow);
  addEventListener("inbox:ask", askNow);
  document.addEventListener("inbox:changed", askNow);
  document.addEventListener("visibilitychange", () => (document.hidden ? wait() : askNow()));
  wait();
}
