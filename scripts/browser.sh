#!/usr/bin/env bash
# Finds a Chromium for the browser tests, installs one if there is none, and
# prints its path (and nothing else) on standard output.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

works() { [ -n "$1" ] && "$1" --version >/dev/null 2>&1; }

find_browser() {
  local name path
  for name in "${PARLANCE_CHROMIUM:-}" chromium chromium-browser google-chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    path=$(command -v "$name" 2>/dev/null) || continue
    # On some systems the name is there, but only asks for a snap.
    if works "$path"; then printf '%s\n' "$path"; return; fi
  done
  return 1
}

from_debian() {
  [ "$(id -u)" = 0 ] && have apt-get || return 1
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -qq -o DPkg::Lock::Timeout=600)
  say "installing Debian's chromium …"
  if ! apt-cache policy chromium 2>/dev/null | grep -q 'Candidate: [0-9]'; then "${apt[@]}" update; fi
  "${apt[@]}" install -y --no-install-recommends chromium fonts-liberation ||
    # A package list of yesterday names files that are gone.
    { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends chromium fonts-liberation; }
}

from_playwright() {
  cd tests/browser
  say "installing Playwright's chromium …"
  npx playwright-core install chromium
}

playwrights_path() {
  (cd tests/browser && node -e 'console.log(require("playwright-core").chromium.executablePath())') 2>/dev/null
}

if find_browser; then exit; fi
if from_debian </dev/null >&2 && find_browser; then exit; fi
path=$(playwrights_path || true)
if ! works "$path"; then
  (from_playwright) </dev/null >&2 || die "no browser for the tests: install Chromium, or set PARLANCE_CHROMIUM to its path"
  path=$(playwrights_path)
fi
works "$path" || die "the installed Chromium does not run: set PARLANCE_CHROMIUM to one that does"
printf '%s\n' "$path"
