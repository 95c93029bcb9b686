/* Everything works without this file. It adds: boards that keep themselves current, dialogs, the menu, the choice of colors,
   and what makes an app of the site. The inbox has scripts of its own. */

import "./sign_out.js";

const LONGEST_WAIT = 60; // seconds between two tries when the server does not answer

/** Asks `url` again and again while the page is visible, and hands on what has changed. */
function keepCurrent(region) {
  const { poll: url } = region.dataset;
  const pause = Number(region.dataset.pollSeconds);
  const notice = makeNotice(region);
  let etag = "";
  let failures = 0;

  async function ask() {
    const answer = await fetch(url, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
    if (answer.redirected || answer.status === 404) {
      notice.say("You are signed out, or this is gone. Reload the page.");
      return false;
    }
    if (answer.status !== 304) {
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const fresh = document.createElement("template");
      fresh.innerHTML = await answer.text();
      replace(region, fresh.content);
      etag = answer.headers.get("ETag") ?? "";
    }
    return true;
  }

  async function tick() {
    let goesOn = true;
    if (!document.hidden) {
      try {
        goesOn = await ask();
        failures = 0;
        if (goesOn) notice.say("");
      } catch {
        failures += 1;
        if (failures > 1) notice.say("Reconnecting…");
      }
    }
    if (goesOn) setTimeout(tick, 1000 * Math.min(pause * 2 ** failures, LONGEST_WAIT));
  }
  setTimeout(tick, 1000 * pause);
}

/** The list is drawn anew; the focus stays on the row (or tab) that had it. */
function replace(region, fresh) {
  const focused = region.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  region.replaceChildren(document.importNode(fresh, true));
  if (focused) [...region.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
}

function makeNotice(region) {
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  region.before(line);
  return {
    say(text) {
      if (line.textContent === text) return;
      line.textContent = text;
      line.className = text ? "connection" : "";
    },
  };
}

/** A button opens the dialog that it names; the field to begin with is the dialog's own autofocus. */
function openDialogs() {
  addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog?.localName === "dialog" && !dialog.open) {
      event.preventDefault();
      dialog.showModal();
    }
    if (event.target.closest?.("[data-closes]")) event.target.closest("dialog")?.close();
    // On the backdrop, which belongs to the dialog itself.
    if (event.target.localName === "dialog" && event.target.open && isOutside(event, event.target)) event.target.close();
  });
}

function isOutside({ clientX, clientY, detail }, dialog) {
  const box = dialog.getBoundingClientRect();
  return detail > 0 && (clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom);
}

/** A menu closes when somebody goes elsewhere. */
function closeMenus() {
  const open = () => [...document.querySelectorAll("details.menu[open], details.site-menu[open]")];
  addEventListener("click", (event) => open().forEach((menu) => menu.contains(event.target) || (menu.open = false)));
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

function offerColors(fieldset) {
  const chosen = localStorage.getItem("theme") ?? "system";
  for (const radio of fieldset.querySelectorAll("input")) {
    radio.checked = radio.value === chosen;
    radio.addEventListener("change", () => {
      if (radio.value === "system") {
        localStorage.removeItem("theme");
        delete document.documentElement.dataset.theme;
      } else {
        localStorage.setItem("theme", radio.value);
        document.documentElement.dataset.theme = radio.value;
      }
    });
  }
  fieldset.hidden = false;
}

/** Where there is no secure address there is no worker, and nothing else is missing. */
function becomeAnApp() {
  if (document.querySelector("link[rel=manifest]")) navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
}

document.querySelectorAll("[data-poll]").forEach(keepCurrent);
openDialogs();
closeMenus();
document.querySelectorAll("[data-theme-choice]").forEach(offerColors);
becomeAnApp();
