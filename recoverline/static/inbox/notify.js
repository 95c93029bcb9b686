/* Notifications on the desktop, the number on the icon, and a dot in the tab. Asked for with a click, shown once by
   whichever tab hears of them first, and silent about what is in front of somebody already. */

import { listeners, wishes } from "./live.js";

const KEPT = "inbox:told";
const AT_MOST = 300;
const button = document.querySelector("[data-notify]");
const isPossible = "Notification" in window && "serviceWorker" in navigator;

const remembered = () => new Set(JSON.parse(localStorage.getItem(KEPT) ?? "[]"));
const isKnown = () => localStorage.getItem(KEPT) !== null;
const remember = (keys) => localStorage.setItem(KEPT, JSON.stringify([...keys].slice(-AT_MOST)));

/** One tab at a time looks what was told already and tells the rest. */
function alone(act) {
  return navigator.locks ? navigator.locks.request("inbox:notify", act) : act();
}

async function tellAll(alerts) {
  const told = remembered();
  const isFirst = !isKnown();
  for (const alert of alerts) {
    if (told.has(alert.key)) continue;
    told.add(alert.key);
    // What was somebody's before they asked for notifications is no news.
    if (isFirst && alert.kind === "assigned") continue;
    if (document.hasFocus() && location.pathname === alert.url) continue;
    await show(alert);
  }
  remember(told);
}

async function show({ key, title, text, url }) {
  const registration = await navigator.serviceWorker.ready;
  await registration.showNotification(title, { body: text, tag: key, icon: button?.dataset.icon, data: { url } });
}

function showCount(title) {
  const count = Number(/^\((\d+)\)/.exec(title)?.[1] ?? 0);
  navigator.setAppBadge?.(count).catch(() => {});
  const icon = document.querySelector("link[rel=icon]");
  if (!icon?.dataset.new) return;
  icon.dataset.plain ??= icon.href;
  icon.href = count ? icon.dataset.new : icon.dataset.plain;
}

function offer() {
  if (!button || !isPossible) return;
  const said = document.getElementById("notify-said");
  const refresh = () => {
    button.hidden = Notification.permission !== "default";
    if (Notification.permission === "granted") wishes.set("alerts", "1");
    if (said) said.hidden = Notification.permission !== "denied";
  };
  button.addEventListener("click", async () => {
    await Notification.requestPermission();
    refresh();
    dispatchEvent(new Event("inbox:ask"));
  });
  refresh();
}

showCount(document.title);
offer();
listeners.push((news) => {
  showCount(news.title);
  if (news.alerts.length && isPossible && Notification.permission === "granted") alone(() => tellAll(news.alerts));
});
