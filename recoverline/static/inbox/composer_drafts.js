/* What is half-written survives a reload and a sign-in. Each tab has its own, so that none writes over another's. */

import { DRAFTS as ALL, draftKeys } from "../site/sign_out.js";

const KEPT_DAYS = 7;

const tab = (sessionStorage.recoverlineTab ??= String(Math.random()).slice(2));

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Nothing of somebody who is not signed in here any more, and nothing old. */
function tidy(user) {
  const oldest = Date.now() - KEPT_DAYS * 86_400_000;
  for (const key of draftKeys()) {
    if (!key.startsWith(`${ALL}${user}:`) || !((read(key)?.at ?? 0) > oldest)) localStorage.removeItem(key);
  }
}

export function keepDrafts(form, say) {
  const field = form.elements.body;
  const here = `${ALL}${form.dataset.user}:${form.dataset.conversation}:`;
  const mine = here + tab;

  function save() {
    if (!field.value.trim()) return clear();
    const draft = { body: field.value, client: form.elements.client_id.value, offered: form.elements.offered.value, at: Date.now() };
    try {
      localStorage.setItem(mine, JSON.stringify(draft));
    } catch {
      // No room, or storage is switched off: the field itself still has it.
    }
  }

  const clear = () => localStorage.removeItem(mine);

  /** With its client_id: if it was sent before the page was left, it is not sent twice. */
  function putBack(key) {
    const draft = read(key);
    if (!draft) return;
    field.value = draft.body;
    form.elements.client_id.value = draft.client;
    form.elements.offered.value = draft.offered ?? "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function button(text, act) {
    const one = document.createElement("button");
    [one.type, one.textContent] = ["button", text];
    one.addEventListener("click", act);
    return one;
  }

  function offer(key) {
    const begins = read(key)?.body?.slice(0, 60) ?? "";
    const use = button("Use it", () => {
      putBack(key);
      localStorage.removeItem(key);
      say("");
      field.focus();
    });
    const drop = button("Throw it away", () => {
      localStorage.removeItem(key);
      say("");
    });
    say(`A draft from another tab is kept: “${begins}”`, use, drop);
  }

  tidy(form.dataset.user);
  if (!field.value && read(mine)) {
    putBack(mine);
    say("What you had written is back.");
  } else if (!field.value) {
    const other = draftKeys().find((key) => key.startsWith(here) && key !== mine);
    if (other) offer(other);
  }
  field.addEventListener("input", save);
  addEventListener("storage", (event) => {
    if (event.key?.startsWith(here) && event.newValue && field.value.trim()) say("You are writing to this customer in another tab as well.");
  });
  return { save, clear };
}
