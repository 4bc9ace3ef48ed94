#!/usr/bin/env bash
# Runs our client of Stripe against localstripe, an independent double from PyPI, as far as that goes: `make
# test-localstripe`. Needs the network the first time.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

VERSION=1.15.10
scripts/tools.sh python
home=$PARLANCE_CACHE/localstripe-$VERSION
if [ ! -x "$home/bin/localstripe" ]; then
  say "installing localstripe $VERSION …"
  rm -rf "$home"
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check "localstripe==$VERSION"
fi

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
folder=$(mktemp -d "${TMPDIR:-/tmp}/parlance-localstripe-XXXXXX")
(cd "$folder" && exec "$home/bin/localstripe" --port "$port" --from-scratch) >"$folder/log" 2>&1 &
double=$!
trap 'kill "$double" 2>/dev/null || true; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
until python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)" 2>/dev/null; do
  kill -0 "$double" || { cat "$folder/log"; exit 1; }
  sleep 0.2
done
LOCALSTRIPE_URL=http://127.0.0.1:$port cargo test --quiet --workspace --test it -- --ignored payments::localstripe
