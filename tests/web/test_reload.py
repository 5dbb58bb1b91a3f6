"""Reload without a failed request, a stop that lets answers end, what is told to those who run it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kg_service import release
from tests.conftest import LIMITS, SERVE, Running, alive, free_port, serving, wait_for

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 150000"


def published(build: Path, toy: release.Release, more: str = "") -> release.Release:
    """The toy release again, or one with another triple."""
    with release.writing(build) as folder:
        for name in toy.files:
            (folder / name).write_bytes(toy.file(name).read_bytes())
        with (folder / "graph.nq").open("a") as graph:
            graph.write(more)
        return release.publish(folder, build, version="toy", counts={})


ANOTHER = "<http://toy/another> <http://toy/is> <http://toy/here> .\n"


def test_a_new_release_is_served_without_a_failed_request(
    tmp_path: Path, toy_release: release.Release
) -> None:
    old = published(tmp_path, toy_release)
    with serving(tmp_path / "current", settings=LIMITS) as running:
        slow = HTTPConnection("127.0.0.1", running.port, timeout=20)
        slow.request("GET", "/sparql?" + urlencode({"query": LONG, "timeout": "20"}))
        begun = slow.getresponse()
        seen: list[tuple[int, str, bytes]] = []
        done = threading.Event()

        def ask() -> None:
            while not done.is_set():
                text = f"ASK {{ <http://toy/another> ?p ?o }} # {time.monotonic_ns()}"
                reply = running.query(text)
                seen.append((reply.status, reply.headers["heliotrope-release"], reply.body))

        asking = threading.Thread(target=ask)
        asking.start()
        nurseries = running.processes()[1]
        new = published(tmp_path, toy_release, ANOTHER)
        running.process.send_signal(signal.SIGHUP)
        assert wait_for(lambda: bool(seen) and seen[-1][1] == new.digest)
        time.sleep(0.3)
        done.set()
        asking.join(10)
        # What began on the old release ends on it, and only then is its nursery gone.
        assert alive(nurseries)
        assert len(json.loads(begun.read())["results"]["bindings"]) == 150_000
        assert begun.getheader("Heliotrope-Release") == old.digest
        slow.close()
        assert wait_for(lambda: not alive(nurseries))
    assert {status for status, _, _ in seen} == {200}
    digests = [digest for _, digest, _ in seen]
    switched = digests.index(new.digest)
    assert digests == [old.digest] * switched + [new.digest] * (len(digests) - switched)
    assert {body for _, digest, body in seen if digest == old.digest} == {
        b'{"head":{},"boolean":false}'
    }
    assert seen[-1][2] == b'{"head":{},"boolean":true}'


def niceness(pid: int) -> set[int]:
    """How nice the threads of a process are (proc(5), stat); nothing once it has ended."""
    found = set()
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found.add(int((task / "stat").read_text().rpartition(")")[2].split()[16]))
    except OSError:
        return set()
    return found


@pytest.mark.long
def test_a_release_is_loaded_gently_beside_the_one_that_is_served(
    tmp_path: Path, toy_release: release.Release
) -> None:
    published(tmp_path, toy_release)
    with serving(tmp_path / "current", settings=LIMITS) as running:
        (serves,) = running.processes()[1:2]
        lines = (
            f"<http://toy/{n}> <http://toy/p> <http://toy/{n + 1}> .\n" for n in range(100_000)
        )
        new = published(tmp_path, toy_release, "".join(lines))
        running.process.send_signal(signal.SIGHUP)

        def others() -> list[int]:
            return [pid for pid in running.processes()[1:] if b"nursery" in command(pid)]

        assert wait_for(lambda: any(19 in niceness(pid) for pid in others() if pid != serves))
        assert niceness(serves) == {0}
        assert wait_for(lambda: running.get("/health").headers["heliotrope-release"] == new.digest)
        # What serves now is as quick as any: its workers, and itself.
        assert running.query("ASK { <http://toy/9> ?p ?o }").json == {"head": {}, "boolean": True}
        assert wait_for(lambda: not alive(serves))
        assert [niceness(pid) for pid in running.processes()[1:]] == [{0}, {0}]


def command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def logged(port: int, *source: Path) -> subprocess.Popen[str]:
    """A server whose standard error is kept."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HELIOTROPE_")}
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE, str(port), *map(str, source)],
        env=environment | LIMITS | {"HELIOTROPE_TOKEN": "a-secret-token"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Heliotrope answers at ")
    return process


@pytest.mark.long
def test_what_cannot_be_loaded_changes_nothing_and_is_logged(
    tmp_path: Path, toy_release: release.Release
) -> None:
    old = published(tmp_path, toy_release)
    port = free_port()
    process = logged(port, tmp_path / "current")
    running = Running(port, process)
    try:
        assert running.get("/ready").status == 200
        broken = published(tmp_path, toy_release, "<http://toy/a> <http://toy/b>\n")
        process.send_signal(signal.SIGHUP)
        assert wait_for(lambda: len(running.processes()) >= 4)  # the new nursery is there
        assert wait_for(lambda: len(running.processes()) <= 3)  # and is gone again
        for name in ("manifest.json", "prefixes.json"):
            (broken.path / name).write_text("{")
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        reply = running.query("ASK { }")
        assert (reply.status, reply.headers["heliotrope-release"]) == (200, old.digest)
    finally:
        process.terminate()
        _, said = process.communicate(timeout=10)
    messages = [json.loads(line).get("message", "") for line in said.splitlines()]
    above = messages.index("Not loaded, see the line above.") - 1
    assert messages[above].startswith("graph.nq:461: ")
    assert any(message.startswith("Not loaded: The manifest") for message in messages)
    assert "Traceback" not in said


def test_each_request_is_a_line_of_json_without_secrets(toy_release: release.Release) -> None:
    port = free_port()
    process = logged(port, toy_release.path)
    running = Running(port, process)
    headers = {"Authorization": "Bearer a-secret-token", "Query-Id": "mine"}
    long = "ASK {} # " + "x" * 5000
    running.request("GET", "/sparql?" + urlencode({"query": long}), headers=headers)
    running.get("/health")
    with pytest.raises((IncompleteRead, ConnectionError)):
        running.query("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", timeout="0.3")
    process.terminate()
    _, said = process.communicate(timeout=10)
    lines = [json.loads(line) for line in said.splitlines()]
    first, health, *broken = lines
    assert first["query"] == "mine"
    assert (first["what"], first["status"], first["outcome"]) == ("GET /sparql", 200, "whole")
    assert (first["kind"], first["bytes"], first["level"]) == ("light", 26, "info")
    assert len(first["text"]) == 200
    assert first["ms"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first["time"])
    assert (health["what"], health["kind"]) == ("GET /health", "page")
    assert broken[0]["message"].startswith("The answer was broken off: The query ran past")
    assert (broken[1]["level"], broken[1]["outcome"]) == ("warning", "deadline")
    for secret in ("a-secret-token", str(toy_release.path), "/tmp", str(Path.cwd())):
        assert secret not in said


@pytest.mark.long
def test_the_log_does_not_blame_the_client_for_what_was_cancelled(
    toy_release: release.Release,
) -> None:
    port = free_port()
    process = logged(port, toy_release.path)
    running = Running(port, process)
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with socket.create_connection(("127.0.0.1", port)) as unread:
        target = "/sparql?" + urlencode({"query": text})
        lines = f"GET {target} HTTP/1.1\r\nHost: a\r\nQuery-Id: unread\r\n\r\n"
        unread.sendall(lines.encode())
        assert unread.recv(1) == b"H"
        time.sleep(0.5)  # until it has no room for more
        assert running.request("DELETE", "/sparql/queries/unread").status == 202
        process.terminate()
        _, said = process.communicate(timeout=10)
    messages = [json.loads(line).get("message", "") for line in said.splitlines()]
    assert "The answer was broken off: The query was cancelled, or its client is gone." in messages


@pytest.mark.long
def test_a_stop_lets_answers_end_and_refuses_what_is_new(toy_release: release.Release) -> None:
    settings = LIMITS | {"HELIOTROPE_STOP_GRACE": "10"}
    with serving(toy_release.path, settings=settings) as running:
        under_way = HTTPConnection("127.0.0.1", running.port, timeout=20)
        text = f"{ENDLESS} # 1"
        under_way.request("GET", "/sparql?" + urlencode({"query": text, "timeout": "2"}))
        kept = HTTPConnection("127.0.0.1", running.port, timeout=20)
        kept.request("GET", "/health")
        kept.getresponse().read()
        assert wait_for(lambda: "heavy" in running.get("/metrics").text)
        time.sleep(0.2)
        running.process.terminate()
        time.sleep(0.2)
        kept.request("GET", "/sparql?query=ASK%7B%7D")
        refused = kept.getresponse()
        assert refused.status == 503
        assert json.loads(refused.read())["type"] == "/problems/not-ready"
        assert refused.getheader("Connection") == "close"
        answer = under_way.getresponse()
        assert json.loads(answer.read())["type"] == "/problems/deadline"
        for connection in (kept, under_way):
            connection.close()
        assert running.process.wait(5) == 0


def sample(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, f"{name} in {text}"
    return float(found[1])


@pytest.mark.long
def test_metrics_count_what_happened_without_naming_it(toy_release: release.Release) -> None:
    with serving(toy_release.path, settings=LIMITS) as running:
        for _ in range(3):
            assert running.query("ASK { kg:0900001 ?p ?o }").status == 200
        assert running.query(ENDLESS, timeout="2").status == 503
        running.request("GET", "/sparql?query=ASK%7B%7D", headers={"Query-Id": "an-own-name"})
        reply = running.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=")
    text = reply.text
    assert sample(text, 'heliotrope_request_seconds_count{kind="cached"}') == 2
    assert sample(text, 'heliotrope_request_seconds_count{kind="light"}') == 2
    assert sample(text, 'heliotrope_request_seconds_count{kind="heavy"}') == 1
    heavy = '{kind="heavy",outcome="deadline",status="503"}'
    assert sample(text, f"heliotrope_answers_total{heavy}") == 1
    assert sample(text, 'heliotrope_query_ends_total{reason="deadline"}') == 1
    assert sample(text, 'heliotrope_queries{place="waiting",pool="strangers"}') == 0
    assert sample(text, "heliotrope_cache_hits_total") == 2
    assert sample(text, 'heliotrope_memory_bytes{of="nurseries"}') > 10_000_000
    assert sample(text, f'heliotrope_build_info{{release="{toy_release.digest}"}}') == 1
    assert "an-own-name" not in text
    assert "0900001" not in text


def test_health_is_told_at_once_and_readiness_when_all_is_loaded(tmp_path: Path) -> None:
    data = tmp_path / "slow.nq"
    with data.open("w") as file:
        for number in range(200_000):
            file.write(f"<http://toy/{number}> <http://toy/p> <http://toy/{number + 1}> .\n")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port), str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    running = Running(port, process)

    def status(target: str) -> int:
        try:
            return running.get(target).status
        except OSError:
            return 0

    try:
        assert wait_for(lambda: status("/health") == 200)
        assert status("/ready") == 503
        assert wait_for(lambda: status("/ready") == 200, 20)
    finally:
        process.terminate()
        process.communicate(timeout=10)
