#!/usr/bin/env bash
# Stops the private Postgres that runs on a data folder, if one does, and removes
# its database files from outside that folder (see src/store/src/embedded).
#   scripts/stop-postgres.sh DATA_DIR
set -euo pipefail
data=$1
cluster=$data/postgres
outside=
if [ ! -d "$cluster" ] && [ -f "$data/postgres.path" ]; then
  outside=$(cat "$data/postgres.path")
  cluster=$outside
fi
if [ -f "$cluster/postmaster.pid" ]; then
  pid=$(head -n 1 "$cluster/postmaster.pid")
  sockets=$(sed -n 5p "$cluster/postmaster.pid")
  # The number may be another program's by now.
  if ps -ww -o command= -p "$pid" | grep -qF "$cluster"; then
    kill -INT "$pid"
    for _ in $(seq 200); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.05
    done
  fi
  case $sockets in /tmp/parlance-*) rmdir "$sockets" 2>/dev/null || true ;; esac
fi
case $outside in
  /var/lib/parlance-postgres/?*/postgres) rm -rf "${outside%/postgres}" ;;
esac
