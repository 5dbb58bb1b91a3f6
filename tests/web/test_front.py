import json
import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kg_service import release
from kg_service.web.connections import Connections
from tests.conftest import LIMITS, SERVE, Running, alive, free_port, serving, wait_for
from tests.sampling import every

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FLOOD = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def opened(server: Running, text: str) -> socket.socket:
    """A connection on which a query was sent and nothing read."""
    connection = socket.create_connection(("127.0.0.1", server.port))
    target = "/sparql?" + urlencode({"query": text, "timeout": "20"})
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


def busy(server: Running) -> list[int]:
    """The workers that use the processor now."""

    def ticks() -> dict[int, int]:
        found = {}
        for pid in server.workers():
            if alive(pid):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                found[pid] = int(fields[11]) + int(fields[12])
        return found

    before = ticks()
    time.sleep(0.1)
    return [pid for pid, used in ticks().items() if used > before.get(pid, 0) + 2]


def test_a_client_that_hangs_up_before_the_first_row_ends_its_query(server: Running) -> None:
    connection = opened(server, ENDLESS)
    seen: list[int] = []
    # A long query gives way to everything else on the machine, so one look may miss it.
    assert wait_for(lambda: bool(seen.extend(busy(server)) or seen), 10)
    (worker,) = set(seen)
    connection.close()
    assert wait_for(lambda: not alive(worker), 1)
    assert server.query("ASK {}").json == {"head": {}, "boolean": True}


def test_a_client_that_hangs_up_midway_ends_its_query(server: Running) -> None:
    connection = opened(server, FLOOD)
    assert connection.recv(200).startswith(b"HTTP/1.1 200 OK\r\n")
    workers = set(server.workers())
    connection.close()
    assert wait_for(lambda: len(set(server.workers()) & workers) < len(workers), 2)
    assert server.query("ASK {}").json == {"head": {}, "boolean": True}


def test_an_answer_that_fails_midway_is_never_a_whole_one(server: Running) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/sparql?" + urlencode({"query": FLOOD, "timeout": "0.5"}))
    answer = connection.getresponse()
    assert answer.status == 200
    with pytest.raises((IncompleteRead, ConnectionError)):
        answer.read()
    connection.close()
    assert server.query("ASK {}").json == {"head": {}, "boolean": True}


def test_a_slow_reader_gets_a_long_answer_whole(server: Running) -> None:
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/sparql?" + urlencode({"query": text}))
    answer = connection.getresponse()
    received = bytearray()
    while block := answer.read(65536):
        received += block
        time.sleep(0.002)
    connection.close()
    assert len(json.loads(received)["results"]["bindings"]) == 20_000


def test_a_connection_is_kept_for_the_next_request(server: Running) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.connect()
    mine = connection.sock.getsockname()
    for _ in range(3):
        connection.request("GET", "/sparql?query=ASK%7B%7D")
        assert connection.getresponse().read() == b'{"head":{},"boolean":true}'
        assert connection.sock.getsockname() == mine
    connection.close()


def test_workers_stay_from_one_request_to_the_next(server: Running) -> None:
    assert server.query("ASK {}").status == 200
    before = server.workers()
    for text in ("ASK {}", "SELECT * { ?s ?p ?o }", "SELECT * {", "ASK {}"):
        assert server.query(text).status in (200, 400)
        assert server.query(text, "image/png").status in (400, 406)
    assert server.workers() == before


def test_a_body_above_the_limit_is_not_read(server: Running) -> None:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=5)
    connection.sendall(
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/sparql-query\r\nContent-Length: 90000000\r\n\r\n"
    )
    answer = connection.recv(65536)
    connection.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"type": "/problems/size-limit"' in answer


def test_a_chunked_body_above_the_limit_is_refused(server: Running) -> None:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=5)
    connection.sendall(
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    block = b"10000\r\n" + b"#" * 0x10000 + b"\r\n"
    for _ in range(31):  # 2,031,616 bytes, and no end
        connection.sendall(block)
    answer = connection.recv(65536)
    connection.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"limit": 2000000' in answer


def test_each_answer_has_an_id_of_its_own(server: Running) -> None:
    targets = ("/health", "/sparql?query=ASK%7B%7D", "/nowhere", "/sparql")
    ids = [server.get(target).headers["query-id"] for target in targets * 2]
    assert len(set(ids)) == 8
    problem = server.get("/nowhere")
    assert json.loads(problem.body)["instance"] == f"urn:uuid:{problem.headers['query-id']}"


def test_health_and_readiness_name_the_release(
    server: Running, toy_release: release.Release
) -> None:
    for target, status in (("/health", "up"), ("/ready", "ready")):
        answer = server.get(target)
        assert answer.status == 200
        assert answer.json == {"status": status, "release": toy_release.digest, "version": "toy"}


def test_what_is_refused_at_the_gate_is_measured_by_the_name_of_its_problem(
    toy_release: release.Release,
) -> None:
    with serving(toy_release.path) as running:
        twice = f"/health?{'&' * 1000}"
        assert running.get(twice).status == 400
        text = running.get("/metrics").text
    assert 'heliotrope_answers_total{kind="page",outcome="parameter",status="400"} 1.0' in text


def test_readiness_waits_behind_nobody(kinds_release: release.Release) -> None:
    settings = {"HELIOTROPE_HOUSE_WORKERS": "1", "HELIOTROPE_QUEUE": "1"}
    with serving(kinds_release.path, settings=settings) as running:
        assert running.get("/api/v1/conflicts").status == 200
        house = running.workers()
        for pid in house:
            os.kill(pid, signal.SIGSTOP)
        connection = HTTPConnection("127.0.0.1", running.port, timeout=20)
        connection.request("GET", "/api/v1/conflicts?limit=1")
        assert running.get("/ready").status == 200
        for pid in house:
            os.kill(pid, signal.SIGCONT)
        assert connection.getresponse().status == 200
        connection.close()


def test_what_is_not_there_is_a_problem(server: Running) -> None:
    answer = server.get("/nowhere")
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.long
def test_a_nursery_that_dies_is_not_ready_and_comes_back(toy_release: release.Release) -> None:
    with serving(toy_release.path) as running:
        assert running.query("ASK {}").status == 200
        nursery = running.processes()[1]
        os.kill(nursery, signal.SIGKILL)
        assert wait_for(lambda: not alive(nursery))
        answer = running.get("/ready")
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert running.get("/health").status == 200
        # An answer that is kept needs nobody.
        assert running.query("ASK {}").status == 200
        assert running.query("ASK { }").status == 503
        assert wait_for(lambda: running.get("/ready").status == 200)
        assert running.processes()[1] != nursery


@pytest.mark.long
@pytest.mark.parametrize("number", every(3, [signal.SIGTERM, signal.SIGINT, signal.SIGKILL]))
def test_no_process_outlives_the_server(
    toy_release: release.Release, number: signal.Signals
) -> None:
    with serving(toy_release.path, settings=LIMITS | {"HELIOTROPE_STOP_GRACE": "0.5"}) as running:
        connection = opened(running, ENDLESS)
        assert running.query("ASK {}").status == 200
        assert wait_for(lambda: len(busy(running)) == 1, 5)
        processes = running.processes()
        assert len(processes) >= 3  # itself, the nursery, the worker
        arguments = Path(f"/proc/{processes[1]}/cmdline").read_text().split("\0")
        folder = Path(json.loads(arguments[-2])["path"]).parent
        assert folder.is_dir()
        start = time.monotonic()
        running.process.send_signal(number)
        assert wait_for(lambda: not any(alive(pid) for pid in processes), 5)
        assert time.monotonic() - start < 3
        assert not folder.exists()
        connection.close()
        assert running.process.wait() == (-number if number == signal.SIGKILL else 0)


def refused(*arguments: str) -> str:
    """What a server that cannot start says."""
    ended = subprocess.run(
        [sys.executable, "-c", SERVE, *arguments], capture_output=True, text=True, timeout=20
    )
    assert ended.returncode == 1
    return ended.stderr


def test_a_taken_port_is_one_line_that_says_what_to_do(server: Running) -> None:
    said = refused(str(server.port), str(Path(__file__).parent.parent / "toy" / "graph.nq"))
    assert said.startswith(f"Port {server.port} on 127.0.0.1 cannot be used")
    assert "--port 8001" in said
    assert said.count("\n") == 1


def test_data_that_cannot_be_loaded_stop_the_server(tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("<http://toy/a> <http://toy/b>")
    said = refused("0", str(tmp_path / "bad.ttl"))
    assert said.startswith("bad.ttl:1: ")


FAILING = """
import asyncio, sys
from granian.constants import HTTPModes
from granian.server.embed import Server
from kg_service import logs
from kg_service.config import Settings
from kg_service.tally import Tally
from kg_service.web.front import Front
from kg_service.web.metrics import Metrics

def application(environ, start_response):
    start_response("200 OK", [])
    return map({}.__getitem__, ["a secret"])

logs.to_standard_error()
front = Front(Settings(), application, Metrics(Tally()))
server = Server(front, port=int(sys.argv[1]), http=HTTPModes.http1, log_enabled=False)
asyncio.run(server.serve())
"""


def test_what_fails_before_the_first_block_is_told_and_logged() -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", FAILING, str(port)], stderr=subprocess.PIPE, text=True
    )
    failing = Running(port, process)
    try:
        assert wait_for(lambda: listens(port))
        reply = failing.get("/sparql")
    finally:
        process.kill()
        _, said = process.communicate(timeout=10)
    assert (reply.status, reply.json["title"]) == (500, "Internal Server Error")  # type: ignore[index]
    failed, request = map(json.loads, said.splitlines())
    assert (failed["error"], failed["query"]) == ("KeyError", reply.headers["query-id"])
    assert (request["status"], request["outcome"]) == (500, "internal")
    assert "secret" not in said + reply.text


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_only_the_connection_of_that_client_is_broken() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    clients = [socket.create_connection(listener.getsockname()) for _ in range(2)]
    served = [listener.accept()[0] for _ in clients]
    names = [f"127.0.0.1:{client.getsockname()[1]}" for client in clients]
    here = f"127.0.0.1:{listener.getsockname()[1]}"
    before = len(list(Path("/proc/self/fd").iterdir()))
    connections = Connections()
    assert connections.reset(names[0], here)
    with pytest.raises(ConnectionResetError):
        clients[0].recv(1)
    served[1].sendall(b"x")
    assert clients[1].recv(1) == b"x"
    assert not connections.reset("127.0.0.1:1", here)
    assert not connections.reset(names[1], "127.0.0.1:1")
    # The number of a connection that has ended is soon that of another.
    clients.append(socket.create_connection(listener.getsockname()))
    with listener.accept()[0] as late:
        os.dup2(late.fileno(), served[1].fileno())
    found = connections.find(f"127.0.0.1:{clients[2].getsockname()[1]}", here)
    assert found is not None
    found.close()
    assert connections.find(names[1], here) is None
    assert len(list(Path("/proc/self/fd").iterdir())) == before + 1  # the client that came late
    # Or of a worker.
    for worker in socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET):
        with worker:
            os.dup2(worker.fileno(), served[1].fileno())
    assert connections.find(f"127.0.0.1:{clients[2].getsockname()[1]}", here) is None
    for each in (*clients, *served, listener):
        each.close()
