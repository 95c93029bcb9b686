/* Open times in a dialog: put into the text, or booked at once. Without this file the same forms are a page. */

export function offerTimes(form, say, refresh) {
  const dialog = document.getElementById("slots");
  const place = dialog?.querySelector(".slots-place");
  if (!place) return;
  const field = form.elements.body;
  const headers = { "X-Part": "slots" };

  async function show(address, options = {}) {
    place.setAttribute("aria-busy", "true");
    let answer;
    try {
      answer = await fetch(address, { headers, ...options });
    } catch {
      place.removeAttribute("aria-busy");
      return tell("No connection. Try again.");
    }
    place.removeAttribute("aria-busy");
    if (answer.redirected || answer.status === 403) {
      dialog.close();
      return say("You were signed out. Reload the page and sign in again; what you wrote is kept.");
    }
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) return (await answer.json()).done;
    const ticked = new Set(ticks().map((box) => box.value));
    const focused = document.activeElement?.id;
    place.innerHTML = await answer.text();
    for (const box of boxes()) box.checked = ticked.has(box.value);
    limit();
    (place.querySelector(".problem") ?? (focused && document.getElementById(focused)))?.focus?.();
    return "";
  }

  const boxes = () => [...place.querySelectorAll("[type=checkbox][name=start]")];
  const ticks = () => boxes().filter((box) => box.checked);

  /** Three are a choice, more are a list that nobody reads. */
  function limit() {
    const most = Number(place.querySelector("[data-most]")?.dataset.most ?? 3);
    const isFull = ticks().length >= most;
    for (const box of boxes()) box.disabled = isFull && !box.checked;
  }

  function tell(text) {
    const line = place.querySelector(".slots-said") ?? place.insertBefore(document.createElement("p"), place.firstChild);
    line.className = "problem slots-said";
    line.setAttribute("role", "alert");
    line.textContent = text;
  }

  async function putIn(button) {
    const query = new URLSearchParams(new FormData(place.querySelector("#slot-look")));
    const answer = await fetch(`${button.dataset.text}?${query}&text=1`);
    const said = answer.redirected ? { problem: "You were signed out. Reload the page." } : await answer.json();
    if (said.problem) return tell(said.problem);
    const gap = field.value && !/\s$/.test(field.value) ? " " : "";
    field.value += gap + said.text;
    form.elements.offered.value = said.offered;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    dialog.close();
    field.focus();
  }

  async function book(sender, submitter) {
    const body = new FormData(sender, submitter);
    for (const button of place.querySelectorAll("button")) button.disabled = true;
    const done = await show(sender.action, { method: "POST", body });
    for (const button of place.querySelectorAll("button")) button.disabled = false;
    if (!done) return;
    dialog.close();
    document.querySelector(".composer .taken")?.remove();
    say(done);
    refresh();
    field.focus();
  }

  for (const link of document.querySelectorAll("a[data-slots]")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      place.replaceChildren();
      dialog.showModal();
      show(link.href);
    });
  }
  dialog.addEventListener("click", (event) => event.target.closest("[data-closes]") && dialog.close());
  dialog.addEventListener("change", (event) => {
    if (event.target.name === "start") return limit();
    const look = event.target.closest("#slot-look");
    if (look) show(`${look.action}?${new URLSearchParams(new FormData(look))}`);
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    const { target: sender, submitter } = event;
    if (submitter?.classList.contains("put-in")) putIn(submitter);
    else if (sender.method === "post") book(sender, submitter);
    else show(`${sender.action}?${new URLSearchParams(new FormData(sender))}`);
  });
}
