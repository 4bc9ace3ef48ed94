"""Every operation of the API against a server of its own: once as in life (story.py), then with what
Schemathesis makes of the document. No answer is a 5xx or other than the document says.

    run.py BINARY DATA_DIR [options of `st run`, such as --seed 7 or -n 50]

The server's log stays in DATA_DIR/server.log while that is there; its end is shown when something failed."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import requests

import story
from world import World

HERE = Path(__file__).resolve().parent
READY_WITHIN = 120
# Generated calls of an operation, in the last of three phases; the two before know how many they need.
EXAMPLES = "10"
ENVIRONMENT = {
    "DEMO": "off",
    "PORT": "0",
    "NO_COLOR": "1",
    "LOG": "info",
    "MAIL_INBOUND_DOMAIN": "in.parlance.example",
    "MAIL_INBOUND_SECRET": story.MAIL_SECRET,
    "EXTRACTIVE_WORDS_PER_SECOND": "0",
    # Of everything as much as is asked for.
    "PLAN_FILE": str(HERE.parent / "it" / "support" / "plans.toml"),
    # Else most answers were 429, and say nothing of what was asked.
    **{name: "1000000/1000000" for name in ("CHAT_RATE_VISITOR", "CHAT_RATE_ADDRESS", "CHAT_RATE_TENANT", "UPLOAD_RATE_VISITOR", "UPLOAD_RATE_ADDRESS", "LOGIN_RATE", "SIGNUP_RATE")},
}
# What the server may see of our environment: no key, no database of the developer's.
PASSED = ("PATH", "HOME", "TMPDIR", "LANG", "PARLANCE_POSTGRES_DIR", "PARLANCE_MODEL_DIR")


def environment(data):
    passed = {name: os.environ[name] for name in PASSED if name in os.environ}
    return {**passed, **ENVIRONMENT, "DATA_DIR": str(data)}


def start(binary, data):
    log = data / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            # Not in the tree: a developer's .env there would be read.
            [binary], cwd=data, env=environment(data), stdout=out, stderr=out, stdin=subprocess.DEVNULL
        )
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and server.poll() is None:
        for line in log.read_text(errors="replace").splitlines():
            if " ready at http://" in line:
                return server, line.split(" ready at ")[1].strip()
        time.sleep(0.1)
    stop(server)
    raise SystemExit(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def stop(server):
    server.terminate()
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def generated(url, data, world, options):
    """Runs Schemathesis; its exit code and the answers by operation and status."""
    document, given, answers = data / "openapi.json", data / "world.json", data / "answers.json"
    document.write_text(json.dumps(world.document))
    given.write_text(json.dumps(world.lived))
    command = [Path(sys.executable).parent / "st", "--config-file", HERE / "schemathesis.toml", "run", document]
    # In DATA_DIR, where it may leave what it likes.
    ended = subprocess.run(
        [*command, "--url", url, "-n", EXAMPLES, *options],
        cwd=data,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"),
            "PARLANCE_API_WORLD": str(given),
            "PARLANCE_API_ANSWERS": str(answers),
        },
    )
    return ended.returncode, json.loads(answers.read_text()) if answers.exists() else {}


def missed(world, answers):
    """Operations that were not reached both ways."""
    for operation in sorted(world.operations):
        statuses = [int(status) for status in answers.get(operation, {})]
        if not world.valid.get(operation):
            yield f"{operation} never went through"
        if not any(400 <= status < 500 for status in statuses):
            yield f"{operation} was never called wrongly"


def main():
    binary, data, options = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    begun = time.monotonic()
    server, url = start(binary, data)
    failed = []
    try:
        world = World(url, lambda *command: subprocess.run([binary, *command], cwd=data, env=environment(data), check=True))
        world.lived = story.tell(world)
        print(f"story: {len(world.valid)} of {len(world.operations)} operations, {world.calls} calls, all as documented", flush=True)
        code, answers = generated(url, data, world, options)
        if code:
            failed.append("generated calls")
        # With options it may be a part of the document alone.
        if not options:
            failed.extend(missed(world, answers))
        log = (data / "server.log").read_text(errors="replace")
        if "panicked at" in log:
            failed.append("a panic in the server's log")
        if requests.get(f"{url}/readyz", timeout=10).status_code != 200:
            failed.append("the server is not ready any more")
        calls = world.calls + sum(sum(by_status.values()) for by_status in answers.values())
        print(f"\n{len(world.operations)} operations, {calls} calls, {time.monotonic() - begun:.0f} s")
    finally:
        stop(server)
    if failed:
        faults = [line for line in log.splitlines() if " ERROR " in line or "panicked" in line]
        print("\n".join(["failed:", *failed, "", *faults[-20:]]))
        sys.exit(1)


if __name__ == "__main__":
    main()
