// Everything works without this. It adds: facts that are saved without leaving the page, and earlier entries above those shown.

const FETCH = { "X-Requested-With": "fetch" };

/** Saves a form of the panel in place; where that does not work, it is sent like any other. */
async function save(form) {
  const region = form.closest("#region-panel");
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: FETCH });
    if (answer.redirected || (!answer.ok && answer.status !== 422)) throw new Error(`status ${answer.status}`);
    const open = new Set([...region.querySelectorAll("details[open]")].map((part) => part.id));
    const name = form.closest("details").id;
    region.innerHTML = await answer.text();
    const refused = answer.status === 422;
    for (const id of open) if (id !== name) document.getElementById(id)?.setAttribute("open", "");
    const details = document.getElementById(name);
    if (refused) details?.querySelector("[aria-invalid=true], .problem, input")?.focus();
    else details?.querySelector("summary")?.focus();
    say(region, refused ? "Not saved: look at the form." : "Saved.");
  } catch {
    form.dataset.plain = "1";
    button.disabled = false;
    form.requestSubmit();
  }
}

/** The form comes when somebody unfolds it, and is theirs from then on: what is typed in it is not drawn anew. */
async function unfold(details) {
  const link = details.querySelector(":scope > p > a");
  if (!details.open || !link || details.dataset.asked) return;
  details.dataset.asked = "1";
  try {
    const answer = await fetch(details.dataset.form, { headers: FETCH, cache: "no-store" });
    if (answer.redirected || !answer.ok) throw new Error(`status ${answer.status}`);
    const form = document.createElement("template");
    form.innerHTML = await answer.text();
    link.parentElement.replaceWith(form.content);
    details.dataset.keep = "";
  } catch {
    // The link leads to the same form.
  }
  delete details.dataset.asked;
}

function say(region, text) {
  let line = document.getElementById("panel-status");
  if (!line) {
    line = Object.assign(document.createElement("p"), { id: "panel-status", className: "visually-hidden" });
    line.setAttribute("role", "status");
    region.after(line);
  }
  line.textContent = text;
}

/** Puts the page of entries before those shown above them; what is being read stays where it is. */
async function showEarlier(link) {
  const region = link.closest("#region-timeline");
  link.setAttribute("aria-disabled", "true");
  try {
    const answer = await fetch(link.href, { headers: FETCH });
    if (answer.redirected || !answer.ok) throw new Error(`status ${answer.status}`);
    const page = document.createElement("template");
    page.innerHTML = await answer.text();
    page.content.getElementById("newest")?.remove();
    const scroller = scrollerOf(region);
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    // The day that goes on over the seam is named once, where it begins.
    for (const day of page.content.querySelectorAll(".day")) document.getElementById(day.id)?.remove();
    const hasMore = Boolean(page.content.querySelector("[data-earlier]"));
    link.closest(".earlier").remove();
    // Spoken entries are announced when they are new; these are old.
    region.setAttribute("aria-busy", "true");
    region.prepend(page.content);
    region.removeAttribute("aria-busy");
    scroller.scrollTop = scroller.scrollHeight - fromEnd;
    if (hasMore) region.querySelector("[data-earlier]")?.focus({ preventScroll: true });
    else region.focus({ preventScroll: true });
  } catch {
    location.assign(link.href);
  }
}

/** Side by side the timeline scrolls, in a single column the page does. */
const scrollerOf = (region) => (getComputedStyle(region).overflowY === "auto" ? region : document.scrollingElement);

document.addEventListener("toggle", (event) => event.target.matches?.("details.correct") && unfold(event.target), true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-panel-form]") || form.dataset.plain || event.defaultPrevented) return;
  event.preventDefault();
  save(form);
});

document.addEventListener("click", (event) => {
  const earlier = event.target.closest("[data-earlier]");
  if (earlier && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    if (earlier.getAttribute("aria-disabled") !== "true") showEarlier(earlier);
  }
  const unfolds = event.target.closest("[data-unfolds]");
  if (unfolds) document.getElementById(unfolds.dataset.unfolds)?.setAttribute("open", "");
});
