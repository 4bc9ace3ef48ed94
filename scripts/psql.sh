#!/usr/bin/env bash
# psql on the private Postgres of a running Parlance.
#   scripts/psql.sh [psql options]        DATA_DIR says which one, default ./data
set -euo pipefail
data=${DATA_DIR:-$PWD/data}
cd "$(dirname "$0")/.."
. scripts/lib.sh

cluster=$data/postgres
if [ ! -d "$cluster" ] && [ -f "$data/postgres.path" ]; then cluster=$(cat "$data/postgres.path"); fi
[ -f "$cluster/postmaster.pid" ] || die "no private Postgres runs on $data: start Parlance with make run"
sockets=$(sed -n 5p "$cluster/postmaster.pid")
home=${PARLANCE_POSTGRES_DIR:-$POSTGRES_HOME}
# The wheel's psql looks for its libraries where the wheel was; ours are in lib/.
LD_LIBRARY_PATH=$home/lib DYLD_LIBRARY_PATH=$home/lib PGDATABASE=${PGDATABASE:-postgres} \
  exec "$home/bin/psql" --host "$sockets" --username postgres "$@"
