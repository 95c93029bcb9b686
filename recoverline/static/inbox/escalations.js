/* For those who do not see the banner appear: what is new in it is said once, and nothing is said as minutes go by. */

const region = document.getElementById("region-banner");
const status = document.getElementById("live-status");
const lines = () => [...(region?.querySelectorAll(".escalation:not(.taken)") ?? [])];
const known = new Set(lines().map((line) => line.id));

region?.addEventListener("inbox:swapped", () => {
  const fresh = lines().filter((line) => !known.has(line.id));
  for (const line of fresh) known.add(line.id);
  if (fresh.length && status) status.textContent = fresh[0].querySelector(".escalation-said").textContent.replace(/\s+/g, " ").trim();
});
