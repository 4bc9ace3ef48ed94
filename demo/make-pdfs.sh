#!/bin/sh
# Prints demo/pdf-sources/<tenant>-<name>.html to demo/<tenant>/docs/<name>.pdf.
# Needs Chromium. CHROMIUM names the program if it is not found by itself.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$chromium" ]; then
    echo "make-pdfs.sh: Chromium is missing; on Debian: apt-get install chromium" >&2
    exit 1
fi
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
for source in "$here"/pdf-sources/*-*.html; do
    base=$(basename "$source" .html)
    tenant=${base%%-*}
    name=${base#*-}
    target="$here/$tenant/docs/$name.pdf"
    "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$profile" \
        --no-pdf-header-footer --print-to-pdf="$target" "file://$source" >/dev/null 2>&1
    echo "$target $(wc -c <"$target") bytes"
done
