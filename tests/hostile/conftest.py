"""The real server with small limits, under attack; after each test it must be well.

Every answer that a test provokes is kept and looked at: none may be a 500, none may tell anything
internal, and none but a page may be read as markup.
"""

from __future__ import annotations

import itertools
import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from kg_service import release
from tests.conftest import Reply, Running, serving, wait_for

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
LIMITS = {
    "HELIOTROPE_QUERY_MEMORY": "150",
    "HELIOTROPE_QUERY_TIMEOUT": "1",
    "HELIOTROPE_QUERY_TIMEOUT_MAX": "3",
    "HELIOTROPE_QUERY_ROWS": "100000",
    "HELIOTROPE_BODY_SIZE": "2000000",
    "HELIOTROPE_HEADER_TIMEOUT": "1.5",
    "HELIOTROPE_BODY_TIMEOUT": "1.5",
    "HELIOTROPE_STALL_TIMEOUT": "2",
    "HELIOTROPE_WORKER_MEMORY": "64",
}
INTERNAL = (
    b"/home/",
    b"site-packages",
    b"Traceback",
    b".py",
    b"kg_service",
    b"pyoxigraph",
    b"object at 0x",
    str(ROOT).encode(),
)
# All that comes, beside its date, from hyper, which reads HTTP under granian and has no hook for a
# message it cannot read (https://github.com/hyperium/hyper/issues/3225).
BARE = {"connection": "close", "content-length": "0"}
# A service that is well holds this many sockets at most: it listens, and talks to its workers.
SOCKETS = 16
# What an attack may leave: the allocator keeps some, and idle workers have pages of their own.
LEFT = 120 * MIB

_numbers = itertools.count()


@dataclass
class Target:
    """The server, and what it said."""

    running: Running
    answers: list[tuple[str, Reply]] = field(default_factory=list)

    def connect(self, wait: float = 10) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.running.port), timeout=wait)

    def send(self, data: bytes, wait: float = 10, name: str = "") -> Reply | None:
        """The answer to raw bytes; None when the connection ends without one."""
        with self.connect(wait) as connection:
            # It may be refused before it was all sent, and the answer be there.
            with suppress(OSError):
                connection.sendall(data)
            return self.read(connection, name or repr(data[:80]))

    def read(self, connection: socket.socket, name: str = "") -> Reply | None:
        """The answer that comes on a connection; None when it ends without one."""
        with HTTPResponse(connection) as answer:
            try:
                answer.begin()
                body = answer.read()
            except TimeoutError:
                raise
            except (OSError, HTTPException):
                return None
        headers = {k.lower(): v for k, v in answer.getheaders()}
        reply = Reply(answer.status, headers, body)
        self.answers.append((name, reply))
        return reply

    def get(self, target: str, *fields: str, method: str = "GET") -> Reply:
        lines = (f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *fields)
        reply = self.send("\r\n".join((*lines, "", "")).encode("latin-1"))
        assert reply is not None
        return reply

    def post(self, target: str, body: bytes | str, kind: str, *fields: str) -> Reply:
        data = body.encode() if isinstance(body, str) else body
        lines = (
            *(f"POST {target} HTTP/1.1", "Host: localhost", "Connection: close"),
            *(f"Content-Type: {kind}", f"Content-Length: {len(data)}", *fields),
        )
        reply = self.send("\r\n".join((*lines, "", "")).encode() + data, name=f"POST {target}")
        assert reply is not None
        return reply

    def ask(self, query: str, timeout: float = 1, accept: str = "*/*") -> Reply:
        target = "/sparql?" + urlencode({"timeout": timeout})
        return self.post(target, query, "application/sparql-query", f"Accept: {accept}")

    def holds(self) -> bool:
        """Whether `ASK {}`, asked as nobody did before, is answered with true."""
        query = quote(f"ASK {{}} # {next(_numbers)}")
        answer = self.get(f"/sparql?query={query}")
        return answer.status == 200 and answer.json == {"head": {}, "boolean": True}

    def sockets(self) -> int:
        found = 0
        for entry in Path(f"/proc/{self.running.process.pid}/fd").iterdir():
            try:
                found += str(entry.readlink()).startswith("socket:")
            except OSError:
                continue
        return found

    def memory(self) -> int:
        """Bytes that the service and its workers share with nobody."""
        found = 0
        for pid in self.running.processes():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            found += sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
        return 1024 * found


def kind(reply: Reply | None) -> str:
    """How a request ended: its status, and what kind of problem it was; `bare` is a status alone,
    of what no application was asked about."""
    if reply is None:
        return "closed"
    if {k: v for k, v in reply.headers.items() if k != "date"} == BARE and not reply.body:
        return f"{reply.status} bare"
    if reply.headers.get("content-type") != "application/problem+json":
        return str(reply.status)
    content = json.loads(reply.body)
    assert content["status"] == reply.status
    return f"{reply.status} {content['type'].removeprefix('/problems/')}"


def refused(reply: Reply | None, *statuses: int) -> None:
    """Assert that it is a problem with a name of its own, or a plain one of HTTP."""
    assert reply is not None
    assert reply.status in statuses, kind(reply)
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.fixture(scope="session")
def stronghold() -> Iterator[Target]:
    """One server for all attacks, since it must outlive each."""
    with serving(release.current(ROOT / "build").path, settings=LIMITS) as running:
        target = Target(running)
        for _ in range(3):
            assert target.holds()
        target.get("/api/v1/search?q=rash")
        yield target


@pytest.fixture
def target(stronghold: Target) -> Iterator[Target]:
    """The server before and after one attack."""
    stronghold.answers.clear()
    before, processes = stronghold.memory(), stronghold.running.processes()[:3]
    yield stronghold
    start = time.monotonic()
    assert stronghold.holds()
    assert time.monotonic() - start < 1
    for name, reply in stronghold.answers:
        assert reply.status != 500, (name, reply.body)
        assert not [word for word in INTERNAL if word in reply.body], (name, reply.body)
        markup = reply.headers.get("content-type", "").startswith(("text/html", "image/svg"))
        assert not markup or b"<script>alert" not in reply.body, name
    assert stronghold.running.process.poll() is None
    assert stronghold.running.processes()[:3] == processes, "a nursery was started again"
    assert wait_for(lambda: len(stronghold.running.processes()) <= len(processes) + 5)
    assert wait_for(lambda: stronghold.sockets() <= SOCKETS)
    assert wait_for(lambda: stronghold.memory() < before + LEFT)
