/** Comfort on pages about accounts. Without it all of them work. */

for (const field of document.querySelectorAll('input[type="password"]')) {
  const button = document.createElement("button");
  button.type = "button";
  const name = field.labels[0]?.textContent.trim().toLowerCase() ?? "password";
  const label = (act) => {
    button.textContent = act;
    button.setAttribute("aria-label", `${act} ${name}`);
  };
  label("Show");
  button.addEventListener("click", () => {
    const shows = field.type === "password";
    field.type = shows ? "text" : "password";
    label(shows ? "Hide" : "Show");
  });
  const row = document.createElement("div");
  row.className = "with-button";
  field.replaceWith(row);
  row.append(field, button);
  // What is sent, and what the browser remembers, is a password.
  field.form?.addEventListener("submit", () => (field.type = "password"));
}

for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
