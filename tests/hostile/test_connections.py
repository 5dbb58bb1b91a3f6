"""Clients that are slow, silent, or gone."""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress
from urllib.parse import quote

import pytest

from tests.conftest import wait_for
from tests.hostile.conftest import SOCKETS, Target, kind

pytestmark = pytest.mark.long

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FLOOD = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 90000"
POST = (
    b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
    b"Content-Length: 1000\r\n\r\n"
)


def asked(query: str) -> bytes:
    return (
        f"GET /sparql?timeout=3&query={quote(query)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    )


def reset(connection: socket.socket) -> None:
    """Hang up so that the other side is told at once (RST)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("sent", [b"", b"G", b"GET /health HTTP/1.1\r\nHost: local"])
def test_a_header_that_does_not_come_ends_the_connection(target: Target, sent: bytes) -> None:
    with target.connect(5) as connection:
        connection.sendall(sent)
        assert connection.recv(100) == b""


def test_a_header_a_byte_at_a_time_ends_the_connection(target: Target) -> None:
    start = time.monotonic()
    with target.connect(5) as connection:
        try:
            for byte in b"GET /health HTTP/1.1\r\n" + b"X-Slow: " + b"a" * 100:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)
        except OSError:
            pass
        assert time.monotonic() - start < 5


def test_a_connection_kept_idle_is_closed(target: Target) -> None:
    with target.connect(5) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert connection.recv(65536) == b""


@pytest.mark.parametrize("sent", [b"", b"ASK "])
def test_a_body_that_does_not_come_is_408(target: Target, sent: bytes) -> None:
    with target.connect(5) as connection:
        connection.sendall(POST + sent)
        answer = target.read(connection)
    assert kind(answer) == "408 body-timeout"


def test_a_body_a_byte_at_a_time_is_408(target: Target) -> None:
    start = time.monotonic()
    with target.connect(5) as connection:
        try:
            for _ in range(50):
                connection.sendall(b"A" if _ else POST)
                time.sleep(0.1)
        except OSError:
            pass
        answer = target.read(connection)
    assert kind(answer) in ("408 body-timeout", "closed")
    assert time.monotonic() - start < 8


def test_chunks_that_do_not_come_are_408(target: Target) -> None:
    head = POST.replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked")
    for chunk in (b"", b"4\r\nASK \r\n", b"ffffffffffffffff\r\nASK {}", b"6;" + b"a" * 10_000):
        with target.connect(5) as connection:
            connection.sendall(head + chunk)
            answer = target.read(connection)
        assert kind(answer) in ("408 body-timeout", "400 framing"), chunk[:20]


def test_a_thousand_and_more_silent_connections_keep_nobody_out(target: Target) -> None:
    silent = []
    try:
        for number in range(1200):
            connection = target.connect()
            connection.sendall(b"GET /health HTTP/1.1\r\n"[: number % 20])
            silent.append(connection)
        start = time.monotonic()
        assert target.holds()
        assert time.monotonic() - start < 1
        # They need not hang up: their time is over.
        assert wait_for(lambda: target.sockets() <= SOCKETS, 8)
    finally:
        for connection in silent:
            connection.close()


@pytest.mark.parametrize("path", ["/openapi.json", "/api/v1/conflicts?limit=1000", "/docs"])
def test_whoever_reads_nothing_is_let_go(target: Target, path: str) -> None:
    slow = []
    for _ in range(20):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", target.running.port))
        # Many requests, and no answer is read.
        connection.setblocking(False)
        try:
            for _ in range(200):
                connection.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        except BlockingIOError:
            pass
        slow.append(connection)
    start = time.monotonic()
    assert target.holds()
    assert time.monotonic() - start < 1
    assert wait_for(lambda: target.sockets() <= SOCKETS, 12)
    for connection in slow:
        connection.close()


def test_whoever_takes_none_of_a_long_answer_loses_it_and_frees_its_worker(target: Target) -> None:
    slow = []
    for _ in range(2):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        connection.settimeout(5)
        connection.connect(("127.0.0.1", target.running.port))
        connection.sendall(asked(FLOOD))
        slow.append(connection)
    try:
        for connection in slow:
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert wait_for(target.holds, 8)
        whole = 0
        for connection in slow:
            received = b""
            with suppress(ConnectionResetError):
                while block := connection.recv(65536):
                    received = received[-200:] + block
                    if received.endswith(b"\r\n0\r\n\r\n"):
                        assert received.endswith(b"]}}\r\n0\r\n\r\n"), (
                            "half an answer as a whole one"
                        )
                        whole += 1
        # One at least was let go, since its worker answered meanwhile.
        assert whole < len(slow)
    finally:
        for connection in slow:
            connection.close()


@pytest.mark.parametrize("hang_up", [socket.socket.close, reset])
@pytest.mark.parametrize(
    ("sent", "wait"),
    [
        (b"", 0.0),
        (b"GET /sparql?query=ASK", 0.05),
        (b"GET /health HTTP/1.1\r\nHost: loc", 0.05),
        (POST, 0.05),
        (POST + b"ASK {}", 0.05),
        (asked("ASK {}"), 0.0),
        (asked(ENDLESS), 0.2),
        (asked(FLOOD), 0.0),
        (asked(FLOOD), 0.2),
    ],
)
def test_a_client_that_hangs_up_leaves_nothing_behind(
    target: Target, sent: bytes, wait: float, hang_up: object
) -> None:
    for _ in range(5):
        connection = target.connect()
        connection.sendall(sent)
        time.sleep(wait)
        hang_up(connection)  # type: ignore[operator]
    assert wait_for(lambda: target.sockets() <= SOCKETS, 5)


def test_a_client_that_hangs_up_midway_leaves_nothing_behind(target: Target) -> None:
    for _ in range(3):
        connection = target.connect()
        connection.sendall(asked(FLOOD))
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        reset(connection)
    assert wait_for(lambda: target.sockets() <= SOCKETS, 5)


def test_a_pipeline_of_requests_is_answered_in_order(target: Target) -> None:
    with target.connect() as connection:
        one = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        last = b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        connection.sendall(one * 50 + last)
        received = b""
        while block := connection.recv(65536):
            received += block
    assert received.count(b"HTTP/1.1 200 OK") == 50
    assert received.count(b"HTTP/1.1 404 ") == 1
