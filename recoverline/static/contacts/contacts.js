// Each step sends the chosen file again, so it need not be kept anywhere; only the part below the file is exchanged.
// Without this script the same form works, and the file has to be chosen for each step.
const form = document.querySelector("[data-import]");
const looked = () => document.querySelector("[data-looked]");

async function send(act) {
  const given = new FormData(form);
  given.set("act", act);
  const buttons = document.querySelectorAll("button[name=act]");
  for (const button of buttons) button.disabled = true;
  looked().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: given, credentials: "same-origin" });
    if (answer.redirected || !(answer.headers.get("Content-Type") ?? "").startsWith("text/html")) {
      location.reload();
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-looked]");
    if (!fresh) {
      say("That did not work. Try again; if it stays so, tell whoever runs this installation.");
      return;
    }
    looked().replaceWith(fresh);
    fresh.focus({ preventScroll: true });
    fresh.scrollIntoView({ block: "start" });
    if (fresh.querySelector("[data-go-on]")) await send("write");
  } catch {
    say("There is no connection, or the file has changed since you chose it. Choose it again.");
  } finally {
    looked().removeAttribute("aria-busy");
    for (const button of document.querySelectorAll("button[name=act]")) button.disabled = false;
  }
}

function say(words) {
  const told = document.createElement("p");
  told.className = "problem card";
  told.textContent = words;
  looked().replaceChildren(told);
}

if (form) {
  for (const hint of document.querySelectorAll("[data-again]")) hint.remove();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter?.value ?? "look");
  });
}
