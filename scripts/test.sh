#!/usr/bin/env bash
# All checks and tests, each under a heading; a failed one does not hide the next.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

failed=()
summary=()
step() { # step NAME COMMAND …
  local name=$1 begin=$SECONDS outcome=ok
  shift
  printf '\n=== %s\n' "$name"
  "$@" </dev/null || outcome=FAILED
  if [ $outcome = FAILED ]; then failed+=("$name"); fi
  summary+=("$(printf '%-16s %-7s %4d s' "$name" $outcome $((SECONDS - begin)))")
}

# A data folder for the Postgres that the test processes share; gone afterwards.
# Not in the cache: as root that is often a folder which Postgres cannot enter.
PARLANCE_TEST_DIR=$(mktemp -d "${TMPDIR:-/tmp}/parlance-tests-XXXXXX")
export PARLANCE_TEST_DIR
chmod 755 "$PARLANCE_TEST_DIR"
clean_up() {
  scripts/stop-postgres.sh "$PARLANCE_TEST_DIR"
  rm -rf "$PARLANCE_TEST_DIR"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Property tests try the same cases in each run; `cargo test` alone tries new ones.
export PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-1}

# A page that never answers must not hold the whole run up.
bounded() { if have timeout; then timeout --kill-after=10 900 "$@"; else "$@"; fi; }

rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace ${CI:+--locked --profile ci} && cargo test --quiet --workspace --doc ${CI:+--locked}
  else
    cargo test --workspace ${CI:+--locked}
  fi
}

browser() {
  scripts/frontend.sh tests/browser || return
  PARLANCE_CHROMIUM=$(scripts/browser.sh) || return
  export PARLANCE_CHROMIUM
}

browser_tests() {
  # The real binary, as the tests find it.
  cargo build --quiet ${CI:+--locked} --bin parlance || return
  export PARLANCE_BIN=$CARGO_TARGET_DIR/debug/parlance
  (cd tests/browser && bounded npm test)
}

printf '=== set-up\n'
scripts/setup.sh test </dev/null || exit 1
export PARLANCE_POSTGRES_DIR=${PARLANCE_POSTGRES_DIR:-$POSTGRES_HOME}
export PARLANCE_MODEL_DIR=${PARLANCE_MODEL_DIR:-$MODEL_HOME}

step format cargo fmt --all --check
step clippy cargo clippy --workspace --all-targets ${CI:+--locked} -- -D warnings
step 'rust tests' rust_tests
step browser browser
for folder in widget admin; do
  if [ -f $folder/package.json ]; then step "$folder tests" bounded npm --prefix $folder test; fi
done
step 'browser tests' browser_tests

printf '\n=== summary\n'
printf '%s\n' "${summary[@]}"
if [ ${#failed[@]} -gt 0 ]; then
  printf 'failed:'
  printf ' %s;' "${failed[@]}"
  printf '\n'
  exit 1
fi
printf 'everything passed in %d s\n' $SECONDS
