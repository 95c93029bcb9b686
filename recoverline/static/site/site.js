/* Everything works without this file. It adds: lists and threads that keep themselves current, and the bill of a text while typing. */

const LONGEST_WAIT = 60; // seconds between two tries when the server does not answer

/** Asks `url` again and again while the page is visible, and hands on what has changed. */
function keepCurrent(region) {
  const { poll: url, pollMode: mode } = region.dataset;
  const pause = Number(region.dataset.pollSeconds);
  const seen = new Map(entriesOf(region).map((entry) => [entry.id, entry.outerHTML]));
  const notice = makeNotice(region);
  let etag = "";
  let failures = 0;

  async function ask() {
    const answer = await fetch(url, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
    if (answer.redirected || answer.status === 404) {
      notice.say("You are signed out, or this is gone. Reload the page.");
      return false;
    }
    if (answer.status !== 304) {
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const fresh = document.createElement("template");
      fresh.innerHTML = await answer.text();
      if (mode === "merge") merge(region, fresh.content, seen);
      else replace(region, fresh.content);
      etag = answer.headers.get("ETag") ?? "";
    }
    return true;
  }

  async function tick() {
    let goesOn = true;
    if (!document.hidden) {
      try {
        goesOn = await ask();
        failures = 0;
        if (goesOn) notice.say("");
      } catch {
        failures += 1;
        if (failures > 1) notice.say("Reconnecting…");
      }
    }
    if (goesOn) setTimeout(tick, 1000 * Math.min(pause * 2 ** failures, LONGEST_WAIT));
  }
  setTimeout(tick, 1000 * pause);
}

const entriesOf = (part) => [...part.children].filter((child) => child.id);

/** New entries come in where they belong; of a known one only the send state changes, so that nothing is read out twice. */
function merge(region, fresh, seen) {
  const scroller = scrollerOf(region);
  const wasAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  let before = null;
  let hasNew = false;
  for (const entry of entriesOf(fresh)) {
    const html = entry.outerHTML;
    let shown = document.getElementById(entry.id);
    if (!shown) {
      shown = document.importNode(entry, true);
      if (before) before.after(shown);
      else region.prepend(shown);
      hasNew = true;
    } else if (seen.get(entry.id) !== html) {
      const [old, now] = [shown.querySelector(":scope > .state"), entry.querySelector(":scope > .state")];
      if (old && now) old.replaceWith(document.importNode(now, true));
      else if (!shown.contains(document.activeElement)) shown.replaceWith((shown = document.importNode(entry, true)));
    }
    seen.set(entry.id, html);
    before = shown;
  }
  if (hasNew) {
    document.getElementById("nothing-yet")?.remove();
    if (wasAtEnd) scroller.scrollTop = scroller.scrollHeight;
  }
}

/** The list is drawn anew; the focus stays on the row (or tab) that had it. */
function replace(region, fresh) {
  const focused = region.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  region.replaceChildren(document.importNode(fresh, true));
  if (focused) [...region.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
}

function makeNotice(region) {
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  region.before(line);
  return {
    say(text) {
      if (line.textContent === text) return;
      line.textContent = text;
      line.className = text ? "connection" : "";
    },
  };
}

/** How the carrier will cut and bill the text: the arithmetic of recoverline/lib/text.py, with its alphabet. */
function countSegments(text, basic, extended) {
  const letters = [...text];
  const isPlain = letters.every((letter) => basic.has(letter) || extended.has(letter));
  const widths = letters.map((letter) => (isPlain ? (extended.has(letter) ? 2 : 1) : letter.length));
  const [single, part] = isPlain ? [160, 153] : [70, 67];
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= single) return { units, room: single, count: text ? 1 : 0, isPlain };
  let [count, used] = [1, 0];
  for (const width of widths) {
    if (used + width > part) [count, used] = [count + 1, 0];
    used += width;
  }
  return { units, room: part, count, isPlain };
}

/** Typographic signs leave as plain ones (recoverline.lib.text.normalize), so they are counted as such. */
const asSent = (text) =>
  text
    .normalize("NFC")
    .replace(/[‘’‚‛]/g, "'")
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[‐‑‒–—―−]/g, "-")
    .replace(/…/g, "...")
    .replace(/[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, " ");

function showBill(line) {
  const field = document.getElementById(line.dataset.counter);
  if (!field) return;
  const [basic, extended] = [new Set(line.dataset.gsm), new Set(line.dataset.gsmExtended)];
  const show = () => {
    const bill = countSegments(asSent(field.value), basic, extended);
    const parts = [`${bill.units} of ${bill.room} characters`];
    if (bill.count > 1) parts[0] = `${bill.units} characters, ${bill.count} texts`;
    if (!bill.isPlain) parts.push("emoji and rare letters take more room");
    line.textContent = parts.join("; ");
  };
  field.addEventListener("input", show);
  show();
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
  });
}

/** The end of a thread is what people open it for; pictures that arrive later must not push it out of sight. */
function showLatest(timeline) {
  const scroller = scrollerOf(timeline);
  const toEnd = () => scroller.scrollTo({ top: scroller.scrollHeight, behavior: "instant" });
  let followsEnd = true;
  toEnd();
  for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(kind, () => (followsEnd = false), { once: true, passive: true });
  }
  timeline.addEventListener("load", () => followsEnd && toEnd(), true);
}

/** Side by side the timeline scrolls, in a single column the page does. */
const scrollerOf = (region) =>
  getComputedStyle(region).overflowY === "auto" ? region : document.scrollingElement;

document.querySelectorAll("[data-poll]").forEach(keepCurrent);
document.querySelectorAll("[data-counter]").forEach(showBill);
document.querySelectorAll(".timeline").forEach(showLatest);
