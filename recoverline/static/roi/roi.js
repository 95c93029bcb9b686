// The figures follow what is typed; the address too, so that it can be shared. Without this the button does the same.
const form = document.querySelector("[data-roi]");
const outcome = document.querySelector("[data-roi-outcome]");
const WAIT = 250;
let timer = 0;
let asked = 0;

async function calculate() {
  const typed = new URLSearchParams(new FormData(form));
  const number = ++asked;
  const address = `${location.pathname}?${typed}`;
  typed.set("part", "1");
  const answer = await fetch(`${location.pathname}?${typed}`);
  if (!answer.ok || number !== asked) return;
  outcome.innerHTML = await answer.text();
  history.replaceState(null, "", address);
}

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => calculate().catch(() => {}), WAIT);
});
