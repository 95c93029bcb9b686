/* Before the first paint, so that nobody is dazzled: light or dark if somebody has chosen, else as the system has it. */
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; then the system decides.
}
