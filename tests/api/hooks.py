"""What generated calls are given: a token that opens the operation, and ids that are somebody's in the
place of made-up ones. And a count of what came back."""

import atexit
import json
import os
import urllib.parse

import schemathesis
from schemathesis.core.parameters import ParameterLocation

with open(os.environ["PARLANCE_API_WORLD"], encoding="utf-8") as file:
    WORLD = json.load(file)
# About their own account, somebody who does nothing else: what they end is theirs alone.
OWN = "/api/auth/"
answers = {}


@schemathesis.auth(refresh_interval=None)
class Bearer:
    def get(self, case, context):
        security = case.operation.definition.raw.get("security") or []
        if any("visitor" in way for way in security):
            return WORLD["visitor"]
        if not security:
            return None
        if any("operator" in way for way in security):
            return {"Cookie": f"parlance_operator={WORLD['operator']}"}
        return WORLD["person" if case.path.startswith(OWN) else "owner"]

    def set(self, case, token, context):
        if isinstance(token, dict):
            case.headers.update(token)
        elif token:
            case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.serializer("message/rfc822")
def mail(context, value):
    return str(value).encode(errors="replace")


def somebodys(case):
    """The ids that there are for this operation."""
    found = {}
    for path, ids in WORLD["by_path"].items():
        if case.path == path or case.path.startswith(f"{path}/"):
            found.update(ids)
    found.update(WORLD["by_operation"].get(case.operation.definition.raw["operationId"], {}))
    return found


@schemathesis.hook
def before_call(context, case, kwargs):
    positive = case.meta is None or not case.meta.is_negative_at(ParameterLocation.PATH)
    if positive:
        for name, value in somebodys(case).items():
            if name in (case.path_parameters or {}):
                case.path_parameters[name] = value
    # A stream is followed in the story; here it would go on until the call times out.
    if case.path.endswith("/events") and isinstance(case.query, dict):
        wait = str(case.query.get("wait", ""))
        if not wait or wait.isdigit():
            case.query["wait"] = 0
    # Nobody else's server is called: what is fetched is an address of this machine, which is refused.
    if case.path.endswith("/documents/url") and isinstance(case.body, dict):
        address = case.body.get("url")
        if isinstance(address, str) and address.strip().lower().startswith(("http:", "https:")):
            try:
                rest = urllib.parse.urlsplit(address)
                case.body["url"] = urllib.parse.urlunsplit(("http", "127.0.0.1:9", *rest[2:]))
            except ValueError:
                case.body["url"] = "http://127.0.0.1:9/"


@schemathesis.hook
def after_call(context, case, response):
    by_status = answers.setdefault(case.operation.definition.raw["operationId"], {})
    by_status[response.status_code] = by_status.get(response.status_code, 0) + 1


@atexit.register
def tell():
    with open(os.environ["PARLANCE_API_ANSWERS"], "w", encoding="utf-8") as file:
        json.dump(answers, file)
