"""What a client does not read stays where it is made: this process holds little of it."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kg_service import release
from kg_service.web.connections import Connections
from kg_service.web.outflow import IDLE, LEAST, TOGETHER, Outflows
from tests.conftest import Running, serving, wait_for

MIB = 1024 * 1024
LIMITS = {
    "HELIOTROPE_QUERY_ROWS": "10000000",
    "HELIOTROPE_STALL_TIMEOUT": "2",
    "HELIOTROPE_WORKERS": "2",
}
# A row has 20,000 characters; all rows together would be some hundred MiB.
TEXT = ", ".join(f'"{"x" * 1000}"' for _ in range(20))
WIDE = f"SELECT ?x {{ BIND(CONCAT({TEXT}) AS ?x) ?a ?b ?c . ?d ?e ?f }} LIMIT 40000"


@pytest.fixture(scope="module")
def own(toy_release: release.Release) -> Iterator[Running]:
    with serving(toy_release.path, settings=LIMITS) as running:
        assert running.query("ASK {}").status == 200
        yield running


def silent(server: Running, target: str, version: str = "1.1", name: str = "") -> socket.socket:
    """A connection that has asked, and reads nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", server.port))
    named = f"Query-Id: {name}\r\n" if name else ""
    connection.sendall(f"GET {target} HTTP/{version}\r\nHost: localhost\r\n{named}\r\n".encode())
    return connection


def query(text: str, timeout: str = "20") -> str:
    return "/sparql?" + urlencode({"query": text, "timeout": timeout})


def highest(server: Running) -> int:
    """The most memory that the web process has ever held, in bytes (proc(5), VmHWM)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) * 1024


def state(server: Running, name: str) -> dict[str, object]:
    content = server.get(f"/sparql/queries/{name}").json
    assert isinstance(content, dict)
    return content


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_client_that_reads_nothing_makes_the_service_hold_little(
    own: Running, version: str
) -> None:
    before = highest(own)
    connections = [silent(own, query(WIDE), version, f"silent-{version}-{n}") for n in range(3)]
    for number, connection in enumerate(connections):
        name = f"silent-{version}-{number}"
        assert wait_for(lambda name=name: state(own, name).get("state") == "cancelled", 20)  # type: ignore[misc]
        found = state(own, name)
        assert isinstance(found["bytes"], int)
        assert 0 < found["bytes"] < 4 * MIB
        connection.close()
    assert highest(own) - before < 16 * MIB


def test_who_reads_slowly_gets_all_of_it_and_the_service_holds_little(own: Running) -> None:
    before = highest(own)
    connection = HTTPConnection("127.0.0.1", own.port, timeout=20)
    connection.request("GET", query(WIDE.replace("40000", "2500")), headers={"Accept": "text/csv"})
    answer = connection.getresponse()
    received = 0
    while block := answer.read(256 * 1024):
        received += len(block)
        time.sleep(0.005)
    connection.close()
    assert received == len("x\r\n") + 2500 * (20_000 + 2)
    assert highest(own) - before < 16 * MIB


def test_one_connection_carries_long_answers_one_after_the_other(own: Running) -> None:
    text = WIDE.replace("40000", "100")
    connection = HTTPConnection("127.0.0.1", own.port, timeout=20)
    for _ in range(4):
        connection.request("GET", query(text), headers={"Accept": "text/csv"})
        assert len(connection.getresponse().read()) == 3 + 100 * 20_002
        connection.request("GET", "/sparql?query=ASK%7B%7D")
        assert connection.getresponse().read() == b'{"head":{},"boolean":true}'
    connection.close()


def test_requests_sent_ahead_are_answered_in_turn(own: Running) -> None:
    target = query(WIDE.replace("40000", "50"))
    asked = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", own.port), timeout=20) as connection:
        connection.sendall(asked * 3)
        with connection.makefile("rb") as received:
            for _ in range(3):
                assert received.readline() == b"HTTP/1.1 200 OK\r\n"
                while received.readline() != b"\r\n":
                    pass
                found = 0
                while size := int(received.readline(), 16):
                    found += len(received.read(size))
                    assert received.readline() == b"\r\n"
                assert received.readline() == b"\r\n"
                assert found == 3 + 50 * 20_002


def test_a_large_answer_that_is_kept_comes_whole_and_with_its_length(own: Running) -> None:
    first, again = (own.get("/openapi.json", "application/json") for _ in range(2))
    assert len(first.body) > 2 * LEAST
    assert again.body == first.body
    for answer in (first, again):
        assert answer.headers["content-length"] == str(len(first.body))
        assert "transfer-encoding" not in answer.headers


def test_those_who_take_nothing_make_way_when_all_together_hold_too_much() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = f"127.0.0.1:{listener.getsockname()[1]}"
        clients = [socket.create_connection(listener.getsockname()) for _ in range(4)]
        served = [listener.accept()[0] for _ in clients]
        names = [f"127.0.0.1:{client.getsockname()[1]}" for client in clients]
        outflows = Outflows(Connections())
        with ExitStack() as stack:
            begun = [
                stack.enter_context(outflows.begin(name, here, held))
                for name, held in zip(names[:3], (0, TOGETHER // 2, TOGETHER // 2), strict=True)
            ]
            assert wait_for(lambda: all(each.idle > IDLE for each in begun[:2]), 5)
            served[2].send(b"x")
            assert begun[2].left() <= 0
            stack.enter_context(outflows.begin(names[3], here, 1))
        with pytest.raises(ConnectionResetError):
            clients[1].recv(1)
        assert clients[2].recv(1) == b"x"
        for other, end in zip(served, clients, strict=True):
            if end is not clients[1]:
                other.send(b"y")
                assert end.recv(1) == b"y"
        for each in (*clients, *served):
            each.close()


def test_an_answer_of_http_1_0_that_breaks_off_is_reset(own: Running) -> None:
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with socket.create_connection(("127.0.0.1", own.port), timeout=20) as connection:
        connection.sendall(f"GET {query(text, '0.5')} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        received = b""
        with pytest.raises(ConnectionResetError):
            while block := connection.recv(65536):
                received = received[:12] or block[:12]
    assert received == b"HTTP/1.1 200" or received == b"HTTP/1.0 200"
