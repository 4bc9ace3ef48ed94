#!/usr/bin/env bash
# Builds what has changed and becomes the server, so that Ctrl-C and SIGTERM
# reach it; it stops its own Postgres.
#   scripts/run.sh [serve …]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/setup.sh
profile=${PROFILE:-dev}
folder=$profile
if [ "$profile" = dev ]; then folder=debug; fi
if [ ! -x "$CARGO_TARGET_DIR/$folder/parlance" ]; then say "building the server (the first time takes some minutes) …"; fi
cargo build --profile "$profile" ${CI:+--locked} --bin parlance

if ! is_set DATABASE_URL; then default PARLANCE_POSTGRES_DIR "$POSTGRES_HOME"; fi
default PARLANCE_MODEL_DIR "$MODEL_HOME"
if [ $# -eq 0 ]; then set -- serve; fi
exec "$CARGO_TARGET_DIR/$folder/parlance" "$@"
