/* The field for an answer: sends without leaving the page, and loses nothing that was written. Without this file it is an ordinary form. */
import { asSent, showBill } from "./composer_bill.js";
import { completeShortcuts } from "./composer_canned.js";
import { keepDrafts } from "./composer_drafts.js";
import { offerTimes } from "./composer_slots.js";

const ANSWER_WITHIN = 15; // seconds
const LONGEST_PAUSE = 20; // seconds between two tries

function start(form) {
  const field = form.elements.body;
  const status = document.getElementById("composer-status");
  const place = document.querySelector(".overtaken-place");
  const drafts = keepDrafts(form, say);
  let isBusy = false;

  /** One line below the field; `act` is a link or button behind it. */
  function say(text, ...acts) {
    status.replaceChildren(text, ...acts.flatMap((act) => [" ", act]));
    status.classList.toggle("has-news", Boolean(text));
  }

  /** The newest text that stands on the page, however it came there. */
  const newestShown = () =>
    Math.max(Number(form.elements.last_seen.value), Number(document.getElementById("region-timeline")?.dataset.newest ?? 0));

  /** Posts until there is an answer; the same client_id makes it one text however often it arrives. */
  async function post(data) {
    for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        const answer = await fetch(form.action, {
          method: "POST",
          body: data,
          headers: { Accept: "application/json" },
          signal: AbortSignal.timeout(1000 * ANSWER_WITHIN),
        });
        if (answer.status < 500) return answer;
        say("Not sent yet: the server has a problem. Trying again…");
      } catch {
        say("Not sent yet: no connection. Trying again…");
      }
      await passing(pause);
    }
  }

  async function send() {
    if (isBusy) return;
    if (!field.value.trim()) {
      say("Write something first.");
      field.focus();
      return;
    }
    isBusy = true;
    field.readOnly = true;
    form.classList.add("is-sending");
    say("Sending…");
    form.elements.last_seen.value = newestShown();
    const written = field.value;
    try {
      await take(await post(new FormData(form)), written);
    } finally {
      isBusy = false;
      field.readOnly = false;
      form.classList.remove("is-sending");
    }
  }

  async function take(answer, written) {
    if (answer.redirected || answer.status === 403) {
      const link = document.createElement("a");
      [link.href, link.textContent] = [form.dataset.login, "Sign in"];
      drafts.save();
      return say("You were signed out. Sign in again; what you wrote is kept.", link);
    }
    if (answer.status === 404) return say("Not sent: this conversation is gone. Reload the page.");
    const said = await answer.json();
    if (answer.ok) return sent(said, written);
    if (!said.panel) {
      say(said.problem);
      return field.focus();
    }
    // What stands in the panel has been seen: to send once more is to send all the same.
    form.elements.last_seen.value = Math.max(newestShown(), said.newest);
    place.innerHTML = said.panel;
    say("");
    refresh();
    // Not the field: whoever presses the same keys twice has not read it yet.
    place.querySelector(".keep-editing")?.focus();
  }

  function sent(said, written) {
    place.replaceChildren();
    form.elements.client_id.value = said.client_id;
    form.elements.last_seen.value = Math.max(newestShown(), said.newest);
    form.elements.offered.value = "";
    // The answer to a first try that got lost may be about other words than these.
    if (plain(said.sent) !== plain(written)) {
      say("An earlier version of this had been sent already. What you changed since is still here.");
      drafts.save();
    } else {
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      drafts.clear();
      say(said.problem);
    }
    refresh();
    field.focus({ preventScroll: true });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    event.preventDefault();
    form.requestSubmit();
  });
  place.addEventListener("click", (event) => {
    if (!event.target.closest(".keep-editing")) return;
    event.preventDefault();
    place.replaceChildren();
    field.focus();
  });
  showBill(field);
  completeShortcuts(field, say);
  offerTimes(form, say, () => refresh());
}

const plain = (text) => asSent(text).trim();

/** Resolves after so many seconds, or as soon as there is a connection again. */
const passing = (seconds) =>
  new Promise((resolve) => {
    setTimeout(resolve, 1000 * seconds);
    addEventListener("online", resolve, { once: true });
  });

/** The page asks at once what is new in the thread; what one has just sent is looked at. */
function refresh() {
  const region = document.getElementById("region-timeline");
  region?.addEventListener("inbox:swapped", () => region.lastElementChild?.scrollIntoView({ block: "nearest" }), { once: true });
  document.dispatchEvent(new CustomEvent("inbox:changed"));
}

/** Text and note are two forms in one place; what is chosen gets the cursor. */
function switchTabs() {
  for (const tab of document.querySelectorAll(".composer-tabs [data-tab]")) {
    tab.addEventListener("click", () => document.querySelector(`.composer-${tab.dataset.tab} textarea`)?.focus());
  }
}

const form = document.getElementById("reply");
if (form) start(form);
switchTabs();
