// What somebody would get from a sequence, and when: asked of the server while the steps are written.

const PAUSE_MS = 400;

const panel = document.querySelector(".sequence-preview");
if (panel) start(panel.closest("form"));

function start(form) {
  const result = panel.querySelector(".preview-result");
  let timer;
  let asked = 0;

  async function refresh() {
    const mine = ++asked;
    try {
      const answer = await fetch(panel.dataset.url, { method: "POST", body: new FormData(form), credentials: "same-origin" });
      // An answer that was overtaken by a later one would show old steps.
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
  document.addEventListener("formset:added", soon);
  document.addEventListener("formset:removed", soon);
  panel.querySelector(".sequence-show").hidden = true;
  refresh();
}
