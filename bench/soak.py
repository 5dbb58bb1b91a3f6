"""Mixed load for some minutes, runaways and hang-ups included: does the service stay as it was?

It is asked for rows, aggregates and pages, to reason (cases, what-ifs, logic questions, proofs),
to tell what is wrong with queries, and for what ends at a limit.

    .venv/bin/python -m bench.soak [MINUTES]

Fails when an answer has a status that its kind may not have, when the service does not answer
`ASK {}` within a second of its end, or when memory does not come back: all processes together may
hold TOLERANCE more at the end than at the start. Both are taken after the same short warm-up load
and with the idle workers let go. The tolerance is what the service keeps on purpose (the cache of
answers and the register of queries, both bounded), and what allocators keep of their freed memory.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode

from bench.runaways import descendants, memory

ROOT = Path(__file__).parent.parent
PORT = 8755
MIB = 1024 * 1024
# The cache (64 MiB) and the register (4 MiB) at their bounds, and 60 MiB for allocators: of the
# service, and of each of the few idle workers.
TOLERANCE = 128 * MIB
CLIENTS = 6
DEADLINE = 4.0
WARM = 10.0

LIGHT = (ROOT / "bench" / "light.rq").read_text("utf-8")
RUNAWAY = (ROOT / "bench" / "runaway.rq").read_text("utf-8")
ROWS = (ROOT / "bench" / "soak-rows.rq").read_text("utf-8")
AGGREGATE = (ROOT / "bench" / "soak-aggregate.rq").read_text("utf-8")
HOARD = (ROOT / "bench" / "soak-hoard.rq").read_text("utf-8")
EMPTY = (ROOT / "bench" / "soak-empty.rq").read_text("utf-8")
REST = (
    "/api/v1/search?q=heliotrop+rash",
    "/api/v1/documents",
    "/api/v1/conditions?finding=Heliotrope+rash",
    "/api/v1/conflicts",
)
PAGES = (
    *("/", "/docs", "/problems/", "/openapi.json", "/sparql", "/nowhere"),
    *("/health", "/ready", "/metrics"),
)
DIRECT = ("true", "false")
DL = "/api/v1/dl?expression=" + quote("'disease kind'")
FINDINGS = ("Heliotrope rash", "Gottron papules", "Proximal muscle weakness", "Dysphagia")
EXPLAIN = "/api/v1/explain?subject=MONDO:0016367&predicate=h:mayPresentWith&object="

Numbered = Callable[[int], tuple[int, bytes]]


def asked(target: str, method: str = "GET", body: str | None = None) -> tuple[int, bytes]:
    """Status and body; status 0 for an answer that was broken off."""
    connection = HTTPConnection("127.0.0.1", PORT, timeout=60)
    try:
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        try:
            return answer.status, answer.read()
        except (HTTPException, ConnectionError):
            return 0, b""
    finally:
        connection.close()


def query(text: str, number: int) -> tuple[int, bytes]:
    """A query that no other is equal to."""
    asked_for = {"query": text.replace("NUMBER", str(number)), "timeout": f"{DEADLINE:g}"}
    return asked("/sparql?" + urlencode(asked_for))


def case(number: int) -> tuple[int, bytes]:
    """A patient with one finding."""
    finding = FINDINGS[number % len(FINDINGS)]
    told = {"findings": [finding], "age": number % 120}
    return asked("/api/v1/cases", "POST", json.dumps(told))


def what_if(number: int) -> tuple[int, bytes]:
    """One of the first claims withdrawn."""
    told = {"withdraw": [f"claim:{1 + number % 100:07d}"]}
    return asked("/api/v1/whatif", "POST", json.dumps(told))


def diagnosis(number: int) -> tuple[int, bytes]:
    """What the help of a query without rows says."""
    _, body = query(EMPTY, number)
    (link,) = json.loads(body)["head"]["link"]
    return asked(link.removeprefix(f"http://127.0.0.1:{PORT}"))


def hang_up(number: int) -> tuple[int, bytes]:
    """Ask for what takes long or is long, and go."""
    text = (RUNAWAY, ROWS)[number % 2].replace("NUMBER", str(number))
    connection = socket.create_connection(("127.0.0.1", PORT), timeout=60)
    target = "/sparql?" + urlencode({"query": text})
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    time.sleep(random.random() / 5)
    connection.close()
    return 200, b""


# What is asked: how often of a hundred, and the statuses it may have. Where the place is full or
# a limit is met that is 503; 0 is an answer broken off because it failed after its first byte.
MIX: dict[str, tuple[int, frozenset[int], Numbered]] = {
    "light": (33, frozenset({200}), lambda n: query(LIGHT, n)),
    "the same": (20, frozenset({200}), lambda n: query("ASK {}", n)),
    "rest": (14, frozenset({200}), lambda n: asked(REST[n % len(REST)])),
    "rows": (5, frozenset({200, 503, 0}), lambda n: query(ROWS, n)),
    "aggregate": (5, frozenset({200, 503}), lambda n: query(AGGREGATE, n)),
    "page": (3, frozenset({200, 404}), lambda n: asked(PAGES[n % len(PAGES)])),
    "dl": (1, frozenset({200, 503}), lambda n: asked(f"{DL}&direct={DIRECT[n % 2]}")),
    "explain": (2, frozenset({200}), lambda n: asked(EXPLAIN + quote(FINDINGS[n % 4]))),
    "case": (2, frozenset({200, 503}), case),
    "what-if": (1, frozenset({200, 503}), what_if),
    "diagnosis": (1, frozenset({200}), diagnosis),
    "broken": (4, frozenset({400}), lambda n: query("SELECT * { # NUMBER", n)),
    "runaway": (4, frozenset({503}), lambda n: query(RUNAWAY, n)),
    "hoard": (1, frozenset({503}), lambda n: query(HOARD, n)),
    "hang-up": (4, frozenset({200}), hang_up),
}


class Load:
    """Clients that ask without a pause; what they found."""

    def __init__(self) -> None:
        """Nobody asks yet."""
        self.counts: Counter[tuple[str, int]] = Counter()
        self.wrong: list[str] = []
        self._lock = threading.Lock()
        self._number = 0

    def run(self, seconds: float) -> None:
        """Ask for so long, with CLIENTS at once."""
        end = time.monotonic() + seconds
        threads = [
            threading.Thread(target=self._client, args=(end, self._number + n))
            for n in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _client(self, end: float, seed: int) -> None:
        chance = random.Random(seed)
        names, weights = list(MIX), [weight for weight, _, _ in MIX.values()]
        while time.monotonic() < end:
            (name,) = chance.choices(names, weights)
            with self._lock:
                self._number += 1
                number = self._number
            _, allowed, ask = MIX[name]
            try:
                status, body = ask(number)
            except (OSError, HTTPException) as error:
                status, body = -1, repr(error).encode()
            with self._lock:
                self.counts[name, status] += 1
                if status not in allowed:
                    self.wrong.append(f"{name}: {status} {body[:200]!r}")


def settled(root: int) -> int:
    """The memory once nothing is going on."""
    time.sleep(DEADLINE + 2)
    start = time.monotonic()
    status, _ = asked("/sparql?" + urlencode({"query": f"ASK {{}} # {start}"}))
    took = time.monotonic() - start
    if status != 200 or took > 1:
        raise SystemExit(f"ASK {{}} was answered {status} after {took:.2f} s")
    return memory(root)


def main(minutes: float) -> None:
    command = [sys.executable, "-m", "kg_service", "serve", "--port", str(PORT)]
    environment = os.environ | {"HELIOTROPE_QUERY_MEMORY": "300"}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            load = Load()
            load.run(WARM)
            before = settled(server.pid)
            for tenth in range(1, 11):
                load.run(6 * minutes)
                held = memory(server.pid) / MIB
                print(f"{held:.0f} MiB under load after {tenth * minutes / 10:g} minutes")
            after = settled(server.pid)
            processes = len(descendants(server.pid))
        finally:
            server.terminate()
    for (name, status), count in sorted(load.counts.items()):
        print(f"{name:10} {status:4} {count:7}")
    print(f"{sum(load.counts.values())} requests in {minutes:g} minutes, {processes} processes")
    print(f"memory {before / MIB:.0f} MiB before, {after / MIB:.0f} MiB after")
    for said in load.wrong[:20]:
        print(said)
    if load.wrong:
        raise SystemExit(f"{len(load.wrong)} wrong statuses")
    if after - before > TOLERANCE:
        raise SystemExit(f"memory did not come back: more than {TOLERANCE / MIB:.0f} MiB are kept")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
