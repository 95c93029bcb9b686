/* The page works without this file, by reloading. With it, phone, clock and trace keep themselves current. */

const SECONDS = 1;
const LONGEST_WAIT = 30;
const page = document.querySelector("[data-live]");
const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 60;
const showEnd = () => {
  const body = page.querySelector(".screen-body");
  body.scrollTop = body.scrollHeight;
};

/** Puts the fresh parts in the place of the old ones; what somebody has opened, scrolled or focused stays as it was. */
function update(fresh) {
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const old = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!old || old.innerHTML === part.innerHTML) continue;
    const open = new Map([...old.querySelectorAll("details[id]")].map((box) => [box.id, box.open]));
    const newest = old.querySelector("details.episode")?.id;
    for (const box of part.querySelectorAll("details[id]")) {
      if (!open.has(box.id)) continue;
      // When a newer episode has begun, the one before closes unless somebody looks into it.
      const isRead = box.id !== newest || old.querySelector("details.episode details[open]") !== null;
      box.open = open.get(box.id) && (isRead || box.open);
    }
    const scrolled = old.querySelector(".screen-body");
    const follow = !scrolled || isAtEnd(scrolled);
    const top = scrolled?.scrollTop;
    const focused = old.contains(document.activeElement) ? document.activeElement.closest("details[id]")?.id : "";
    old.replaceChildren(...document.importNode(part, true).childNodes);
    const body = old.querySelector(".screen-body");
    if (body && follow) body.scrollTop = body.scrollHeight;
    else if (body) body.scrollTop = top;
    if (focused) document.getElementById(focused)?.querySelector("summary")?.focus({ preventScroll: true });
  }
}

async function keepCurrent() {
  let etag = "";
  let failures = 0;
  for (;;) {
    await new Promise((done) => setTimeout(done, 1000 * Math.min(SECONDS * 2 ** failures, LONGEST_WAIT)));
    if (document.hidden) continue;
    try {
      const answer = await fetch(page.dataset.live, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
      if (answer.redirected || answer.status === 404) return;
      failures = 0;
      if (answer.status === 304) continue;
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const fresh = document.createElement("template");
      fresh.innerHTML = await answer.text();
      update(fresh.content);
      etag = answer.headers.get("ETag") ?? "";
    } catch {
      failures += 1;
    }
  }
}

// One press, one call: the page that follows has its buttons again.
for (const form of page.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    setTimeout(() => form.querySelectorAll("button").forEach((button) => (button.disabled = true)));
  });
}
window.addEventListener("pageshow", () => page.querySelectorAll("button").forEach((button) => (button.disabled = false)));
showEnd();
keepCurrent();
