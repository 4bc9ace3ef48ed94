// Before the first paint, so that a chosen theme does not flash (see src/app/theme.ts).
try {
  const theme = localStorage.getItem('parlance.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme it is.
}
