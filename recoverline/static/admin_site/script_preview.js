// The live preview of a script: asks the server how the text would read, and inserts placeholders where the cursor is.

const PAUSE_MS = 300;

const panel = document.querySelector(".script-preview");
const body = document.querySelector("#id_body");
if (panel && body) start();

function start() {
  const form = body.form;
  const result = panel.querySelector(".preview-result");
  let timer;
  let asked = 0;

  async function refresh() {
    const data = new FormData();
    for (const name of ["csrfmiddlewaretoken", "body", "kind", "business", "location", "number", "language", "hours"]) {
      const field = form.elements[name];
      if (field) data.set(name, field.value);
    }
    if (!data.get("business")) data.set("business", panel.dataset.business);
    const mine = ++asked;
    try {
      const answer = await fetch(panel.dataset.url, { method: "POST", body: data, credentials: "same-origin" });
      // An answer that was overtaken by a later one would show an old text.
      if (answer.ok && !answer.redirected && mine === asked) result.innerHTML = await answer.text();
    } catch {
      // Without a connection the last preview stays.
    }
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE_MS);
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);

  const chips = panel.querySelector(".chips");
  chips.hidden = false;
  chips.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-insert]");
    if (!chip) return;
    body.focus();
    body.setRangeText(chip.dataset.insert, body.selectionStart, body.selectionEnd, "end");
    body.dispatchEvent(new Event("input", { bubbles: true }));
  });
  refresh();
}
