/* Everything works without this file. It adds: a day chosen is a day shown, the day opens where it matters, and a free time
   goes into the form without asking the server. */

document.querySelectorAll("[data-submits]").forEach((field) => {
  field.addEventListener("change", () => field.validity.valid && field.value && field.form.requestSubmit());
});

/** Early mornings and passed hours are above the fold: what is now, or comes first, should not be below it. */
for (const scroller of document.querySelectorAll("[data-scroller]")) {
  const mark = scroller.querySelector(".axis .now") ?? scroller.querySelector(".board:not(.as-list) .visit");
  if (mark && scroller.scrollHeight > scroller.clientHeight) {
    const above = mark.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    scroller.scrollTop = above - scroller.clientHeight / 3;
  }
}

for (const button of document.querySelectorAll("button[name='take']")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const fields = button.form.elements;
    [fields.day.value, fields.time.value, fields.exact.value] = [button.dataset.day, button.dataset.time, button.value];
    for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
  });
}
