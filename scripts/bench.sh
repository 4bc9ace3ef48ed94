#!/usr/bin/env bash
# Measures Parlance beside what people would build instead: `make bench`. Builds everything optimised, fetches the peers'
# packages into the cache, and gives the server under test a processor of its own.
#   scripts/bench.sh [options of `parlance-loadtest bench`: --runs 3, --only parlance …]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

have taskset || die "the benchmark needs taskset (util-linux) to give servers a processor of their own"
[ "$(nproc)" -ge 2 ] || die "the benchmark needs two processors"
scripts/tools.sh python
scripts/setup.sh </dev/null
cargo build --release --quiet ${CI:+--locked} -p parlance -p parlance-loadtest -p parlance-peer-relay

home=$PARLANCE_CACHE/peers
peers=$PWD/loadtest/peers
mkdir -p "$home"
if ! cmp -s "$peers/fastapi/requirements.txt" "$home/python/installed.txt"; then
  say "installing FastAPI and what it needs …"
  rm -rf "$home/python"
  python3 -m venv "$home/python"
  "$home/python/bin/pip" install --quiet --disable-pip-version-check -r "$peers/fastapi/requirements.txt"
  cp "$peers/fastapi/requirements.txt" "$home/python/installed.txt"
fi
if ! cmp -s "$peers/node/package-lock.json" "$home/node/installed.json"; then
  say "installing what the Node peer needs …"
  rm -rf "$home/node"
  mkdir -p "$home/node"
  cp "$peers/node/package.json" "$peers/node/package-lock.json" "$home/node"
  npm --prefix "$home/node" ci --silent --no-audit --no-fund
  cp "$peers/node/package-lock.json" "$home/node/installed.json"
fi
cp "$peers/node/server.js" "$home/node/server.js"

mkdir -p "$home/data"
# As root the private Postgres runs as another user, who must be able to enter.
chmod 755 "$home/data"
ulimit -n "$(ulimit -Hn)"
export BENCH_PARLANCE=$CARGO_TARGET_DIR/release/parlance BENCH_RELAY=$CARGO_TARGET_DIR/release/parlance-peer-relay
export BENCH_PYTHON=$home/python/bin/python BENCH_NODE=$home/node BENCH_PEERS=$peers BENCH_FOLDER=$home/data
export BENCH_PLANS=$PWD/tests/it/support/plans.toml
export PARLANCE_POSTGRES_DIR=${PARLANCE_POSTGRES_DIR:-$POSTGRES_HOME}
export PARLANCE_MODEL_DIR=${PARLANCE_MODEL_DIR:-$MODEL_HOME}
exec taskset --cpu-list 1 "$CARGO_TARGET_DIR/release/parlance-loadtest" bench "$@"
