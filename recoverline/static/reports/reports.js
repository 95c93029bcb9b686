// On a phone the tabs are wider than the page: the one that is open must be among those that are seen.
document.querySelector(".reports-tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
