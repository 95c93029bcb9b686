/* Keys for what the page can do already: an element says its own with data-key. Off by preference, silent in fields. */

const isOn = document.querySelector("[data-live]") && !document.querySelector('[data-shortcuts="off"]');
const PAIR = 1000; // milliseconds in which the second key of "g i" is awaited
let first = { key: "", at: 0 };

const isField = (node) => node?.matches?.("input, textarea, select, [contenteditable]");

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return send(event);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  // A dialog that was closed just now has the focus until the next drawing: what is pressed meanwhile is for the page.
  if (isField(event.target) && !event.target.closest("dialog")) {
    // Out of the field, with what is written in it kept.
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const isSecond = first.key === "g" && Date.now() - first.at < PAIR;
  first = { key: event.key, at: Date.now() };
  if (isSecond && event.key === "i") return use(document.querySelector('[data-key="g i"]'), event);
  if (event.key === "j" || event.key === "k") return step(event.key === "j" ? 1 : -1, event);
  const own = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)];
  // What a closed menu holds can be done as well.
  use(own.find((one) => one.checkVisibility()) ?? own.find((one) => one.closest("details.menu")), event);
}

function use(target, event) {
  if (!target) return;
  event.preventDefault();
  if (isField(target) && target.type !== "radio") target.focus();
  else target.click();
}

/** Ctrl or Cmd and Enter send what is written, wherever a form has a button for it. */
function send(event) {
  const form = event.target.form;
  const button = form?.querySelector("[data-key='send']") ?? form?.querySelector("button.primary[type=submit]");
  if (!event.target.matches("textarea") || !button || button.disabled) return;
  event.preventDefault();
  form.requestSubmit(button);
}

function step(by, event) {
  const links = [...document.querySelectorAll("#region-list .row a[href]:not(.row-check)")].filter(
    (link, at, all) => link.checkVisibility() && all.findIndex((one) => one.closest(".row") === link.closest(".row")) === at,
  );
  if (!links.length) return;
  event.preventDefault();
  const at = links.findIndex((link) => link.closest(".row").contains(document.activeElement));
  const current = at >= 0 ? at : links.findIndex((link) => link.getAttribute("aria-current"));
  const next = current < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(current + by, 0), links.length - 1);
  links[next].focus();
}

if (isOn) addEventListener("keydown", onKey);
else addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && send(event));
