/* Whoever signs out leaves nothing half-written behind, on whatever page they do so. */

export const DRAFTS = "recoverline:draft:";

export const draftKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(DRAFTS));

for (const form of document.querySelectorAll('form[action$="/logout/"]')) {
  form.addEventListener("submit", () => draftKeys().forEach((key) => localStorage.removeItem(key)));
}
