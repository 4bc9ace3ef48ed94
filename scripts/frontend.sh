#!/usr/bin/env bash
# Installs and builds a front end, where that is needed.
#   scripts/frontend.sh widget|admin|tests/browser
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

folder=$1
installed=$folder/node_modules/.parlance-installed
lock="$(cksum <"$folder/package-lock.json") node $(node -p process.versions.modules)"
if [ "$(cat "$installed" 2>/dev/null)" != "$lock" ]; then
  say "installing the packages of $folder …"
  (cd "$folder" && npm ci --no-audit --no-fund --no-progress --loglevel=error </dev/null)
  mkdir -p "$folder/node_modules" # npm makes none for a package without dependencies
  printf '%s\n' "$lock" >"$installed"
fi

grep -q '"build"' "$folder/package.json" || exit 0
built=$folder/dist/.parlance-built
inputs=("$folder")
# The console reads Markdown as the widget does, with the same file.
if [ "$folder" = admin ]; then inputs+=(widget/src/frame/markdown.js); fi
sources=$(fingerprint "${inputs[@]}")
if [ "$(cat "$built" 2>/dev/null)" != "$sources" ]; then
  say "building $folder …"
  rm -f "$built"
  (cd "$folder" && npm run --silent build </dev/null)
  [ -d "$folder/dist" ] || die "npm run build in $folder made no dist/"
  printf '%s\n' "$sources" >"$built"
fi
