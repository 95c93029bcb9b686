/* Dialogs that come when they are opened, and the list of colleagues that opens at an "@" in a note. Without this file
   the same forms are a page, and a name is typed. */

const place = document.getElementById("dialogs");
let fetching = null;
let fetchedAs = "";

/** Who has the conversation, and whether it is open: what the dialogs say of it. */
function standing() {
  const acts = document.getElementById("acts");
  return `${acts?.dataset.assignee} ${acts?.action}`;
}

async function askForDialogs() {
  const answer = await fetch(place.dataset.dialogs, { headers: { "X-Part": "dialogs" }, cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error(`status ${answer.status}`);
  return answer.text();
}

/** The dialogs come when somebody is about to open one; where there are keys, as soon as the page has nothing else to do. */
function haveDialogs() {
  if (fetching) return fetching;
  fetchedAs = standing();
  const mine = askForDialogs().then((html) => {
    if (fetching !== mine) return;
    place.innerHTML = html;
    place.after(place.content);
  });
  fetching = mine;
  mine.catch(() => fetching === mine && (fetching = null));
  return mine;
}

/** What the dialogs say is so no longer: fresh ones, unless somebody is in the middle of one. */
function renewDialogs() {
  if (!fetching || standing() === fetchedAs || document.querySelector(".act-dialog[open]")) return;
  fetching = null;
  for (const dialog of document.querySelectorAll(".act-dialog")) dialog.remove();
  expectKeys();
}

const openerIn = (event) => place && event.target.closest?.('a[data-opens$="-dialog"]');

async function openDialog(event) {
  const opener = openerIn(event);
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const find = () => document.getElementById(opener.dataset.opens);
  // One that is here already is opened like any other.
  if (find()) return;
  event.preventDefault();
  try {
    await haveDialogs();
    if (!find()) await haveDialogs();
    if (!find().open) find().showModal();
  } catch {
    location.assign(opener.href);
  }
}

function expectDialog(event) {
  if (openerIn(event)) haveDialogs().catch(() => {});
}

/** A dialog that was opened from a menu is where one goes on. */
function leaveMenu(event) {
  const menu = event.target.closest?.("[data-opens]")?.closest("details.menu");
  if (menu) menu.open = false;
}

/** On a phone the thread opens at its end, out of sight of what the page says at its top: there it stands over the composer,
    within reach of the thumb, until somebody goes on. */
function bringNoticesDown() {
  const [notices, composer] = [document.querySelector(".notices"), document.querySelector(".composer")];
  if (!notices || !composer || matchMedia("(min-width: 56.25rem) and (min-height: 30rem)").matches) return;
  composer.prepend(notices);
  composer.addEventListener("input", () => notices.remove(), { once: true });
}

/** Whoever types a time means that time. */
function chooseOwnTime(event) {
  const radio = event.target.matches?.('.callback-form [name="at"]') && event.target.form.querySelector('[value="custom"]');
  if (radio) radio.checked = true;
}

/** People whose name begins with what stands between "@" and the caret; by keyboard, mouse and touch. */
class Mentions {
  constructor(form) {
    this.form = form;
    this.field = form.querySelector("textarea");
    this.list = form.querySelector(".mention-list");
    this.status = form.querySelector(".mention-status");
    this.found = [];
    this.at = 0;
    for (const [name, value] of [["autocomplete", "list"], ["haspopup", "listbox"], ["controls", this.list.id]]) {
      this.field.setAttribute(`aria-${name}`, value);
    }
    this.field.addEventListener("input", () => this.look());
    this.field.addEventListener("click", () => this.look());
    this.field.addEventListener("keydown", (event) => this.press(event));
    this.field.addEventListener("blur", () => this.close());
    // Before the field would lose the focus.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("li");
      if (row) this.insert([...this.list.children].indexOf(row));
    });
  }

  /** Asked once, when the first "@" is typed. */
  async people() {
    this.asked ??= fetch(this.form.dataset.members, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok && !answer.redirected ? answer.json() : { members: [] }))
      .then(({ members }) => members)
      .catch(() => {
        this.asked = undefined;
        return [];
      });
    return this.asked;
  }

  typed() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    return /(?:^|[^\p{L}\p{N}_])@([\p{L}\p{N}_.+-]*(?: [\p{L}\p{N}_.-]*)?)$/u.exec(before)?.[1];
  }

  async look() {
    if (this.typed() === undefined) return this.close();
    const people = await this.people();
    const typed = this.typed()?.toLocaleLowerCase();
    if (typed === undefined || document.activeElement !== this.field) return this.close();
    const begins = (name) => name.toLocaleLowerCase().startsWith(typed);
    const anyWord = ({ name, user }) => begins(name) || begins(user) || name.split(" ").some(begins);
    this.found = people.filter(anyWord).slice(0, 8);
    this.at = 0;
    if (this.found.length) this.show();
    else this.close();
  }

  show() {
    this.list.replaceChildren(
      ...this.found.map(({ name, user }, index) => {
        const row = document.createElement("li");
        row.id = `mention-${index}`;
        row.setAttribute("role", "option");
        const [shown, also] = [document.createElement("bdi"), document.createElement("span")];
        shown.textContent = name;
        also.textContent = user === name ? "" : user;
        also.className = "hint";
        row.append(shown, also);
        return row;
      }),
    );
    this.list.hidden = false;
    this.status.textContent = `${this.found.length} ${this.found.length === 1 ? "person" : "people"}. Up and down to choose, Enter to insert.`;
    this.select(this.at);
  }

  select(index) {
    this.at = (index + this.found.length) % this.found.length;
    [...this.list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === this.at)));
    this.list.children[this.at].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", `mention-${this.at}`);
  }

  press(event) {
    if (this.list.hidden || event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.select(this.at + steps[event.key]);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) this.insert(this.at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  insert(index) {
    const typed = this.typed();
    const { name } = this.found[index];
    const end = this.field.selectionStart;
    if (typed !== undefined) this.field.setRangeText(`${name} `, end - typed.length, end, "end");
    this.close();
    this.field.focus();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.status.textContent = "";
    this.field.removeAttribute("aria-activedescendant");
  }
}

/** Whoever presses s and Enter does not wait in between. */
function expectKeys() {
  const hasKeys = document.querySelector("[data-shortcuts=on]") && matchMedia("(hover: hover)").matches;
  if (!place || !hasKeys) return;
  const later = window.requestIdleCallback ?? ((then) => setTimeout(then, 500));
  later(() => haveDialogs().catch(() => {}));
}

/** Whoever puts a conversation away has seen what stands on the page, and nothing that came since. */
function saySeen(event) {
  const log = document.getElementById("region-timeline");
  const field = event.target.closest?.(".acts, .act-dialog form")?.elements.last_seen;
  if (log && field) field.value = log.dataset.newest;
}

addEventListener("submit", saySeen, true);
addEventListener("click", openDialog, true);
expectKeys();
addEventListener("pointerover", expectDialog, { passive: true });
addEventListener("focusin", expectDialog);
addEventListener("inbox:swapped", renewDialogs);
addEventListener("click", leaveMenu);
bringNoticesDown();
addEventListener("input", chooseOwnTime);
document.querySelectorAll(".note-form").forEach((form) => new Mentions(form));
