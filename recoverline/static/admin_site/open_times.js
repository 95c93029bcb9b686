// The panel "Open times": asks the server what the hours and closures on the page come to, while they are being typed.

const PAUSE_MS = 350;
const PARTS = ["opening_hours-", "closures-"];

const panel = document.querySelector(".open-times");
const form = panel?.closest("form");
if (form) start();

function start() {
  const result = panel.querySelector(".open-times-result");
  const status = panel.querySelector(".open-times-status");
  let timer;
  let asked = 0;
  let shown = written();

  function written() {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const matters = name === "time_zone" || name === "csrfmiddlewaretoken" || PARTS.some((part) => name.startsWith(part));
      if (matters && !name.includes("__prefix__") && typeof value === "string") data.append(name, value);
    }
    return data.toString();
  }

  async function refresh() {
    const body = written();
    if (body === shown) return;
    shown = body;
    const mine = ++asked;
    try {
      const answer = await fetch(panel.dataset.url, {
        method: "POST",
        body,
        credentials: "same-origin",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      });
      // An answer that was overtaken by a later one would show old hours.
      if (!answer.ok || answer.redirected || mine !== asked) return;
      result.innerHTML = await answer.text();
      const problems = result.querySelectorAll(".error").length;
      const totals = [...result.querySelectorAll("[data-summary]")].map((table) => table.dataset.summary);
      status.textContent = [problems ? `${problems} to put right.` : "", ...totals].join(" ");
    } catch {
      // Without a connection the last panel stays.
    }
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE_MS);
  }

  // Clocks and calendars of the admin fill fields in without saying so, and rows are removed by links: hence clicks.
  for (const kind of ["input", "change", "click", "formset:added", "formset:removed"]) {
    document.addEventListener(kind, soon);
  }
  if (document.querySelector(".errornote")) {
    shown = "";
    refresh();
  }
}
