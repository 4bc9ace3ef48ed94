#!/usr/bin/env bash
# Runs in which everything goes wrong that may (tests/it/kill/chaos.rs): first those that failed once, then new seeds
# for so long. It ends with the first that fails, and says how to run that one again.
#   CHAOS_MINUTES  no run begins after so many (12)
#   CHAOS_ROUNDS   how often everything happens in a run (3)
#   CHAOS_SEED     this run alone
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

minutes=${CHAOS_MINUTES:-12}
export CHAOS_ROUNDS=${CHAOS_ROUNDS:-3}
export PARLANCE_POSTGRES_DIR=${PARLANCE_POSTGRES_DIR:-$POSTGRES_HOME}
export PARLANCE_MODEL_DIR=${PARLANCE_MODEL_DIR:-$MODEL_HOME}

log=$(mktemp "${TMPDIR:-/tmp}/parlance-chaos-XXXXXX")
trap 'rm -f "$log"' EXIT
run() { # run TEST [OPTION …]
  cargo test --quiet ${CI:+--locked} -p parlance --test it -- --exact "kill::chaos::$1" --nocapture "${@:2}" 2>&1 | tee "$log"
}
failed() {
  local again
  again=$(grep -o 'CHAOS_SEED=.*' "$log" | tail -1)
  die "it failed: ${again:-before it began}${again:+ make chaos runs it again}"
}

cargo test --quiet ${CI:+--locked} -p parlance --test it --no-run
if [ -n "${CHAOS_SEED:-}" ]; then
  run whatever_happens_nothing_is_lost_or_doubled_and_the_books_agree || failed
  exit
fi
run seeds_that_failed_once_do_no_more --ignored || failed
runs=0
# The build is not among the minutes.
begin=$SECONDS
while [ $((SECONDS - begin)) -lt $((minutes * 60)) ]; do
  export CHAOS_SEED=$((RANDOM * 32768 + RANDOM))
  run whatever_happens_nothing_is_lost_or_doubled_and_the_books_agree || failed
  runs=$((runs + 1))
done
say "$runs runs, and nothing was lost, doubled or left over"
