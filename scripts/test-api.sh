#!/usr/bin/env bash
# Calls every operation of the API, as it is meant and as it is not, on a server of its own: `make
# test-api`. Schemathesis comes from PyPI into the cache, pinned by tests/api/requirements.txt.
#   scripts/test-api.sh [options of `st run`: --seed 7, -n 50, --include-operation-id chat …]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/tools.sh python
scripts/setup.sh test </dev/null
home=$PARLANCE_CACHE/schemathesis
if ! cmp -s tests/api/requirements.txt "$home/installed.txt"; then
  say "installing Schemathesis …"
  rm -rf "$home"
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check -r tests/api/requirements.txt
  cp tests/api/requirements.txt "$home/installed.txt"
fi
cargo build --quiet ${CI:+--locked} --bin parlance

data=$(mktemp -d "${TMPDIR:-/tmp}/parlance-api-XXXXXX")
# As root the private Postgres runs as another user, who must be able to enter.
chmod 755 "$data"
clean_up() {
  scripts/stop-postgres.sh "$data"
  rm -rf "$data"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

export PARLANCE_POSTGRES_DIR=${PARLANCE_POSTGRES_DIR:-$POSTGRES_HOME}
export PARLANCE_MODEL_DIR=${PARLANCE_MODEL_DIR:-$MODEL_HOME}
PYTHONDONTWRITEBYTECODE=1 "$home/bin/python" tests/api/run.py "$CARGO_TARGET_DIR/debug/parlance" "$data" "$@"
