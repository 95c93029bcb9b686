/* Adds to the list: choosing many rows, and filters that need no button. Everything works without this file. */

const boxes = () => [...document.querySelectorAll(".row-choose input")];

function say(line, words) {
  if (line && line.textContent !== words) line.textContent = words;
}

function showChosen() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  say(document.querySelector("[data-chosen]"), chosen ? `${chosen} selected` : "");
  say(document.querySelector("[data-choose-all]"), chosen && chosen === all.length ? "Select none" : "Select all");
}

document.addEventListener("change", (event) => {
  if (event.target.matches(".row-choose input")) showChosen();
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-choose-all]");
  if (!link) return;
  event.preventDefault();
  const all = boxes();
  const choose = !all.every((box) => box.checked);
  for (const box of all) box.checked = choose;
  showChosen();
});

// A stretch of rows: from the last box to the one that is clicked with Shift.
let last = null;
document.addEventListener("click", (event) => {
  if (!event.target.matches(".row-choose input")) return;
  const all = boxes();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
    for (const box of all.slice(from, to + 1)) box.checked = event.target.checked;
    showChosen();
  }
  last = event.target;
});

// The rows are drawn anew when something changed; what was chosen and is still there stays chosen.
const region = document.getElementById("region-list");
if (region) new MutationObserver(showChosen).observe(region, { childList: true, subtree: true });
showChosen();
