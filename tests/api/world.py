"""A workspace that is lived in, made over REST: what generated calls find there, and one call of each
operation that goes through. Every answer on the way is held against the document."""

import base64
import hashlib
import hmac
import re
import socket
import struct
import time
import urllib.parse
import uuid

import requests
import schemathesis
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi import checks as of_openapi

PASSWORD = "a long enough horse staple"
CONFORMS = [
    of_openapi.status_code_conformance,
    of_openapi.content_type_conformance,
    of_openapi.response_schema_conformance,
    of_openapi.response_headers_conformance,
]


class Person:
    """Somebody with an account. Their cookie is kept, as a browser keeps it."""

    def __init__(self, world, name):
        self.world, self.name = world, name
        self.email, self.password = f"{name}-{world.run}@example.com", PASSWORD
        self.http = requests.Session()
        self.token = self.tenant = self.id = None

    def begins(self, answer):
        self.token, self.tenant, self.id = answer["access_token"], answer["tenant"]["id"], answer["user"]["id"]
        return self

    def signs_up(self):
        body = {"email": self.email, "password": self.password, "name": self.name, "workspace": f"{self.name}'s"}
        return self.begins(self.call("sign_up", body=body))

    def logs_in(self):
        self.http = requests.Session()
        return self.begins(self.call("log_in", body={"email": self.email, "password": self.password}))

    def call(self, operation, path=None, **call):
        return self.world.call(operation, path, token=self.token, session=self.http, **call)


class World:
    def __init__(self, url, command):
        """`command` runs one of the command line's beside the server."""
        self.url, self.run, self.command = url, uuid.uuid4().hex[:8], command
        self.document = requests.get(f"{url}/api/openapi.json", timeout=10).json()
        # Not by its address: what is at that is left out.
        self.schema = schemathesis.openapi.from_dict(self.document)
        load_all_checks()
        self.operations = {}
        for found in self.schema.get_all_operations():
            operation = found.ok()
            self.operations[operation.definition.raw["operationId"]] = operation
        self.valid, self.calls = {}, 0

    def call(self, operation, path=None, *, query=None, body=None, token=None, session=None, files=None, data=None, headers=None, status=None):
        """Calls, holds the answer against the document, and gives its body."""
        declared = self.operations[operation]
        case = declared.Case(path_parameters=path or {}, query=query or {}, method=declared.method.upper())
        address = f"{self.url}{case.formatted_path}"
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        answer = (session or requests).request(
            declared.method.upper(), address, params=query, json=body, files=files, data=data, headers=headers, timeout=60, allow_redirects=False
        )
        self.calls += 1
        expected = [status] if status else range(200, 300)
        if answer.status_code not in expected:
            raise AssertionError(f"{operation} {path or ''}: {answer.status_code} {answer.text}")
        case.validate_response(answer, checks=CONFORMS)
        self.valid[operation] = self.valid.get(operation, 0) + 1
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if is_json else answer

    def link(self, to, kind):
        """The token of the newest link of this kind that was mailed to somebody."""
        for _ in range(100):
            for mail in self.call("read_outbox", headers={"Accept": "application/json"})["items"]:
                for link in mail["links"] if mail["to"] == to else []:
                    address = urllib.parse.urlsplit(link)
                    if kind in address.path:
                        return re.search(r"[?&#]token=([^&]+)", link)[1]
            time.sleep(0.1)
        raise AssertionError(f"no {kind} link was mailed")

    def ready(self, person, document):
        """Waits until a document has been read."""
        for _ in range(600):
            if person.call("get_document", {"id": document})["status"] in ("ready", "failed"):
                return
            time.sleep(0.1)
        raise AssertionError("a document was not read")

    def done(self, person, job):
        for _ in range(600):
            if person.call("get_job", {"id": job})["state"] in ("done", "dead", "cancelled"):
                return
            time.sleep(0.1)
        raise AssertionError("a job did not end")

    def gap(self, person, space):
        """Waits until what was asked is among the gaps."""
        for _ in range(600):
            if found := person.call("list_gaps", space)["items"]:
                return found[0]["id"]
            time.sleep(0.1)
        raise AssertionError("no gap was found")

    def upgraded(self, operation, path):
        """Asks for a WebSocket: no client of HTTP knows what to do with 101."""
        port = urllib.parse.urlsplit(self.url).port
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(
                f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            first = line.recv(1024).split(b"\r\n")[0]
        if b" 101 " not in first:
            raise AssertionError(f"{operation}: {first!r}")
        self.valid[operation], self.calls = 1, self.calls + 1


def code_of(secret, at=None):
    """RFC 6238, as authenticator apps count it."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int((at or time.time()) // 30)), hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start:start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"

