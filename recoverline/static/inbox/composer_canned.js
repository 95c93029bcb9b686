/* Prepared replies: "/" at the start or after a space opens the list; the arrow keys choose, Enter inserts, Escape closes. */

const SLASH = /(^|\s)\/([^\s/]{0,30})$/;

export function completeShortcuts(field, say) {
  const source = document.querySelector("a[data-canned]");
  if (!source) return;
  const list = document.createElement("ul");
  const said = document.createElement("p");
  list.id = "canned-list";
  list.className = "canned-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Prepared replies");
  list.hidden = true;
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  field.before(list, said);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let replies = null;
  let shown = [];
  let current = -1;

  async function load() {
    const answer = await fetch(source.href, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(`status ${answer.status}`);
    return (await answer.json()).replies;
  }

  const typed = () => SLASH.exec(field.value.slice(0, field.selectionStart));

  function close() {
    list.hidden = true;
    shown = [];
    current = -1;
    field.removeAttribute("aria-activedescendant");
    said.textContent = "";
  }

  function mark(index) {
    current = (index + shown.length) % shown.length;
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === current)));
    const row = list.children[current];
    field.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  function put(reply, from, to) {
    field.setRangeText(reply.text, from, to, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    field.focus();
  }

  function choose(reply) {
    const match = typed();
    const to = field.selectionStart;
    put(reply, match ? to - match[2].length - 1 : to, to);
  }

  function draw() {
    list.replaceChildren(
      ...shown.map((reply, place) => {
        const row = document.createElement("li");
        const [name, text] = [document.createElement("strong"), document.createElement("span")];
        name.textContent = `/${reply.shortcut} ${reply.title}${reply.theirs ? "" : ` (${reply.language})`}`;
        text.textContent = reply.text;
        row.id = `canned-${place}`;
        row.setAttribute("role", "option");
        row.append(name, " ", text);
        // The field keeps the cursor, and on a phone the keyboard.
        row.addEventListener("pointerdown", (event) => event.preventDefault());
        row.addEventListener("click", () => choose(reply));
        return row;
      }),
    );
    list.hidden = false;
    said.textContent = `${shown.length} prepared ${shown.length === 1 ? "reply" : "replies"}`;
    mark(0);
  }

  async function look() {
    const match = typed();
    if (!match) return close();
    try {
      replies ??= await load();
    } catch {
      return close();
    }
    const now = typed();
    if (!now) return close();
    const word = now[2].toLowerCase();
    const begins = replies.filter((reply) => reply.shortcut.toLowerCase().startsWith(word));
    const holds = replies.filter((reply) => !begins.includes(reply) && reply.title.toLowerCase().includes(word));
    shown = [...begins, ...holds];
    if (shown.length) draw();
    else close();
  }

  field.addEventListener("input", look);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const acts = { ArrowDown: () => mark(current + 1), ArrowUp: () => mark(current - 1), Enter: () => choose(shown[current]), Tab: () => choose(shown[current]), Escape: close };
    if (!acts[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  });

  // The same list for whoever points: what is chosen goes in at the cursor, and the page stays.
  source.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      replies ??= await load();
    } catch {
      return say("The prepared replies could not be fetched. Try again.");
    }
    field.focus();
    shown = replies;
    if (shown.length) draw();
    else say("No prepared reply can be said to this customer.");
  });
}
