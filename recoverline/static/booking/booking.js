/* Everything works without this file. It adds: the visitor's own time where it differs, and one press is one press. */

const notice = document.querySelector(".zone");

/** Beside each time of the business the same moment where the visitor is, if clocks differ there. */
function addOwnTimes({ zone, locale, yourTime }) {
  const options = { weekday: "short", hour: "numeric", minute: "2-digit" };
  const there = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  const here = new Intl.DateTimeFormat(locale, options);
  const clockHere = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
  const isSameDay = (moment) => there.formatToParts(moment)[0].value === here.formatToParts(moment)[0].value;
  for (const time of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (there.format(moment) === here.format(moment)) continue;
    const own = document.createElement("small");
    own.className = "there";
    own.textContent = `${(isSameDay(moment) ? clockHere : here).format(moment)} ${yourTime}`;
    time.after(own);
  }
}

/** A second press while the first one is on its way over a slow line asks for nothing new. */
function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000); // the line may have been lost
  });
  // Coming back to this page by the back button it can be sent again.
  addEventListener("pageshow", () => delete form.dataset.sent);
}

if (notice) addOwnTimes(notice.dataset);
document.querySelectorAll("form[data-once]").forEach(sendOnce);
