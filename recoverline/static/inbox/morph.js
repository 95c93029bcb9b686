/* Makes a part of the page look like a fresh drawing of it, and keeps what belongs to the person in front of it: the
   focus, the caret, what is half typed, what is folded open, where something is scrolled to. */

/** `from` gets the children of `to` (or, with `itself`, its attributes too). Elements with an id are the same ones. */
export function morph(from, to, { itself = false } = {}) {
  if (itself) takeAttributes(from, to);
  const kept = new Map();
  for (const child of from.querySelectorAll("[id]")) kept.set(child.id, child);
  takeChildren(from, to, kept);
}

function takeChildren(from, to, kept) {
  let here = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const match = matchFor(wanted, here, from, kept);
    if (!match) {
      from.insertBefore(document.importNode(wanted, true), here);
      continue;
    }
    if (match === here) here = here.nextSibling;
    else from.insertBefore(match, here);
    takeNode(match, wanted, kept);
  }
  while (here) {
    const next = here.nextSibling;
    if (!isInUse(here)) here.remove();
    here = next;
  }
}

/** The same element by its id; else the next one of the same kind that is nobody else's. */
function matchFor(wanted, here, parent, kept) {
  if (wanted.id) {
    const same = kept.get(wanted.id);
    return same && same.parentNode === parent && same.nodeName === wanted.nodeName ? same : null;
  }
  for (let node = here; node; node = node.nextSibling) {
    if (node.id) {
      if (node === here) return null;
      break;
    }
    if (node.nodeType === wanted.nodeType && node.nodeName === wanted.nodeName) {
      // What stands between is older than what is wanted; it goes at the end unless it is wanted itself.
      return node === here || wanted.nodeType === Node.ELEMENT_NODE ? node : null;
    }
    if (node.nodeType === Node.ELEMENT_NODE) break;
  }
  return null;
}

function takeNode(node, wanted, kept) {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    if (node.nodeValue !== wanted.nodeValue) node.nodeValue = wanted.nodeValue;
    return;
  }
  if (node.hasAttribute("data-keep") || isBeingWritten(node) || node.isEqualNode(wanted)) return;
  takeAttributes(node, wanted);
  takeChildren(node, wanted, kept);
}

/** What somebody opened stays open, what they typed or ticked stays as they left it. */
function takeAttributes(node, wanted) {
  const isFoldable = node.localName === "details" || node.localName === "dialog";
  for (const { name } of [...node.attributes]) {
    if (isFoldable && name === "open") continue;
    if (!wanted.hasAttribute(name)) node.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (isFoldable && name === "open") continue;
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
}

/** A field that has the focus or is changed, and a form that holds one: it is not touched until they are done. */
function isBeingWritten(node) {
  if (node.matches("dialog[open]")) return true;
  if (isField(node)) return node === document.activeElement || isChanged(node);
  return node.localName === "form" && [...node.elements].some((field) => isField(field) && isInUse(field));
}

const isField = (node) => node.matches("input:not([type=hidden]), textarea, select");

function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.localName === "select") {
    const first = [...field.options].some((option) => option.defaultSelected);
    return [...field.options].some((option, at) => option.selected !== (first ? option.defaultSelected : at === 0));
  }
  return field.value !== field.defaultValue;
}

function isInUse(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return false;
  if (node.matches("dialog[open]") || node.querySelector("dialog[open]")) return true;
  const focused = document.activeElement;
  if (focused && focused !== document.body && node.contains(focused) && isField(focused)) return true;
  return isField(node) && isChanged(node);
}
