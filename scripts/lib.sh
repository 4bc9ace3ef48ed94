# Shared by the scripts of this folder, which all begin with `. scripts/lib.sh`
# after changing to the root of the tree. It must run in bash 3.2 (macOS).

PARLANCE_CACHE=${PARLANCE_CACHE:-$HOME/.cache/parlance}
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PARLANCE_CACHE/target}
export PARLANCE_CACHE CARGO_TARGET_DIR

POSTGRES_HOME=$PARLANCE_CACHE/postgres/18.4
MODEL_HOME=$PARLANCE_CACHE/models/all-MiniLM-L6-v2

say() { printf '%s\n' "$*"; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Whether a variable is set, in the environment or in .env (which the server reads).
is_set() { printenv "$1" >/dev/null || grep -qs "^$1=." .env; }

# Sets a variable for the server unless the user has.
default() { is_set "$1" || export "$1=$2"; }

# A checksum of all files below the given paths, names included. Content, not
# dates: a checkout changes the dates of files that are the same.
fingerprint() {
  find "$@" \( -name node_modules -o -name dist -o -name test-results \) -prune -o -type f -print |
    LC_ALL=C sort | while IFS= read -r file; do cksum "$file"; done | cksum
}
