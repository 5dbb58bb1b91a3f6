"""The forwarding process, and what hostile services send it."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from kg_service.allowance import Allowance
from kg_service.errors import FederationError, ServiceError
from kg_service.forwarder import Call, Forwarder, resolve
from kg_service.solutions import Solutions

JSON = "application/sparql-results+json"


def head(status: str = "200 OK", kind: str = JSON, *fields: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Type: {kind}", *fields, "", "")
    return "\r\n".join(lines).encode()


def results(*rows: dict[str, dict[str, str]], names: tuple[str, ...] = ("o",)) -> bytes:
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


@dataclass
class Remote:
    """A service that says what it is told to, whoever asks."""

    answer: Callable[[socket.socket], None]
    seen: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def iri(self) -> str:
        return f"http://localhost:{self.port}/sparql"


@contextmanager
def remote(
    answer: Callable[[socket.socket], None] | bytes, tls: ssl.SSLContext | None = None
) -> Iterator[Remote]:
    say = (lambda c: c.sendall(answer)) if isinstance(answer, bytes) else answer
    made = Remote(say)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made.port = listener.getsockname()[1]

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        connection.settimeout(5)
                        if tls is None:
                            made.seen.append(connection.recv(65536))
                            made.answer(connection)
                        else:
                            with tls.wrap_socket(connection, server_side=True) as secured:
                                made.seen.append(secured.recv(65536))
                                made.answer(secured)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield made
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(6)


def ask(iri: str, allow: str, seconds: float = 2, query: str = "SELECT * { }") -> Solutions:
    # "localhost" has an IPv6 address on some machines, and the service here none.
    forwarder = Forwarder(
        Allowance.read(allow), lambda host, port: [a for a in resolve(host, port) if ":" not in a]
    )
    return forwarder.ask(Call(iri, query, seconds, 100_000, 100))


def test_solutions_come_as_terms_of_sparql() -> None:
    row = {
        "i": {"type": "uri", "value": "http://a/b"},
        "l": {"type": "literal", "value": 'a"\n}', "xml:lang": "en"},
        "n": {
            "type": "literal",
            "value": "1",
            "datatype": "http://www.w3.org/2001/XMLSchema#integer",
        },
    }
    body = results(row, names=("i", "l", "n", "u"))
    with remote(head() + body) as service:
        found = ask(
            service.iri + "?graph=x", f"localhost:{service.port}", query="SELECT * { ?é ?p ?o }"
        )
    assert found.variables == ["i", "l", "n", "u"]
    assert found.rows == [
        [
            "<http://a/b>",
            '"a\\"\\n}"@en',
            '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
            "UNDEF",
        ]
    ]
    (request,) = service.seen
    assert request.startswith(
        b"GET /sparql?graph=x&query=SELECT+%2A+%7B+%3F%C3%A9+%3Fp+%3Fo+%7D HTTP/1.1\r\n"
    )
    assert f"Host: localhost:{service.port}\r\n".encode() in request
    assert b"Authorization" not in request


def test_a_long_query_is_posted_and_never_redirected() -> None:
    text = "SELECT * { } #" + "x" * 3000
    with remote(head() + results()) as service:
        ask(service.iri, f"localhost:{service.port}", query=text)
    assert service.seen[0].startswith(b"POST /sparql HTTP/1.1\r\n")
    with (
        remote(head("307 x", JSON, "Location: /other")) as service,
        pytest.raises(ServiceError, match="not followed"),
    ):
        ask(service.iri, f"localhost:{service.port}", query=text)
    assert len(service.seen) == 1


def test_blank_nodes_become_iris_of_that_answer_alone() -> None:
    blank = {"o": {"type": "bnode", "value": "b0"}}
    with remote(head() + results(blank, blank)) as service:
        one, two = (ask(service.iri, f"localhost:{service.port}").rows for _ in range(2))
    assert one[0] == one[1]
    assert one[0][0].startswith("<urn:uuid:")
    assert one[0] != two[0]


@pytest.mark.parametrize(
    "binding",
    [
        {"type": "uri", "value": "http://a/> } DROP ALL #"},
        {"type": "uri", "value": "relative"},
        {"type": "literal", "value": "x", "xml:lang": "en } #"},
        {"type": "literal", "value": "x", "datatype": "http://a/> } #"},
        {"type": "odd", "value": "x"},
    ],
)
def test_nothing_that_is_no_term_becomes_text(binding: dict[str, str]) -> None:
    with (
        remote(head() + results({"o": binding})) as service,
        pytest.raises(ServiceError, match="cannot be read"),
    ):
        ask(service.iri, f"localhost:{service.port}")


@pytest.mark.parametrize("name", ["o) {} } #", "", "a b", "?o"])
def test_nothing_that_is_no_variable_becomes_text(name: str) -> None:
    with (
        remote(head() + results(names=(name,))) as service,
        pytest.raises(ServiceError, match="cannot be read"),
    ):
        ask(service.iri, f"localhost:{service.port}")


def endless(connection: socket.socket) -> None:
    connection.sendall(head())
    while True:
        connection.sendall(b" " * 65536)


def dripping(connection: socket.socket) -> None:
    connection.sendall(head())
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


def dripping_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X: y\r\n")
        time.sleep(0.05)


def silent(connection: socket.socket) -> None:
    connection.recv(65536)


MANY = results(*[{"o": {"type": "literal", "value": str(n)}} for n in range(101)])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (endless, "over 100000 bytes"),
        (dripping, r"no answer within 0\.5 s"),
        (dripping_head, r"no answer within 0\.5 s"),
        (silent, r"no answer within 0\.5 s"),
        (b"", "breaks off"),
        (b"garbage\r\n\r\n", "breaks off"),
        (head(), "cannot be read"),
        (head("200 OK", JSON, "Content-Length: 5000") + results(), "breaks off"),
        (head("200 OK", JSON, "X: " + "y" * 100_000) + results(), "breaks off"),
        (head("200 OK", "text/html") + b"<html>", "not in a format"),
        (head("200 OK", "text/turtle") + b"<a> <b> <c> .", "not in a format"),
        (head("200 OK", JSON, "Content-Encoding: gzip") + b"\x1f\x8b", "not in a format"),
        (head("500 x") + b"secret", "it answers 500"),
        (head() + b'{"head":{},"boolean":true}', "cannot be read"),
        (head() + b"[" * 90_000, "cannot be read"),
        (head() + MANY, "over 100 rows"),
        (head("302 x", JSON, "Location: /loop"), "redirects more than 3 times"),
    ],
)  # fmt: skip
def test_a_service_that_answers_badly_is_named(
    answer: Callable[[socket.socket], None] | bytes, why: str
) -> None:
    with remote(answer) as service:
        start = time.monotonic()
        with pytest.raises(ServiceError, match=why) as caught:
            ask(service.iri, f"localhost:{service.port}", 0.5)
        assert time.monotonic() - start < 1.5
        assert caught.value.service == service.iri
    assert "secret" not in str(caught.value)


XML_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b']><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="o"/></head>'
    b'<results><result><binding name="o"><literal>&j;</literal></binding></result></results></sparql>'
)


def test_an_entity_bomb_in_results_is_not_expanded() -> None:
    with (
        remote(head("200 OK", "application/sparql-results+xml") + XML_BOMB) as service,
        pytest.raises(ServiceError),
    ):
        ask(service.iri, f"localhost:{service.port}")


def test_each_hop_of_a_redirection_is_checked() -> None:
    with remote(head() + results()) as end:
        location = f"Location: http://localhost:{end.port}/sparql?query=x"
        with remote(head("302 x", JSON, location)) as service:
            with pytest.raises(FederationError, match=f"localhost:{end.port}"):
                ask(service.iri, f"localhost:{service.port}")
            assert end.seen == []
            both = f"localhost:{service.port},localhost:{end.port}"
            assert ask(service.iri, both).rows == []
        assert len(end.seen) == 1


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "http://169.254.169.254/", "gopher://localhost/", "//evil/"]
)
def test_a_redirection_off_the_list_is_not_followed(place: str) -> None:
    answer = head("302 x", JSON, f"Location: {place}")
    with remote(answer) as service, pytest.raises(FederationError):
        ask(service.iri, f"localhost:{service.port}")


def test_a_name_of_a_private_address_is_reached_on_purpose_only() -> None:
    with remote(head() + results()) as service:
        for addresses in (["127.0.0.1"], ["::1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"]):
            forwarder = Forwarder(Allowance.read("rebinding.example"), lambda h, p, a=addresses: a)
            with pytest.raises(ServiceError, match="not reached from here"):
                forwarder.ask(Call("http://rebinding.example/", "ASK {}", 1, 1000, 10))
        assert service.seen == []


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """A name is looked up once, so it cannot change its address between check and connection."""
    with remote(head() + results()) as service:
        asked: list[str] = []

        def once(host: str, port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"]

        # No resolver knows the name, so anything but the address above would fail.
        allow = Allowance.read(f"nowhere.invalid:{service.port}")
        iri = f"http://nowhere.invalid:{service.port}/sparql"
        assert Forwarder(allow, once).ask(Call(iri, "SELECT * {}", 1, 1000, 10)).rows == []
    assert asked == ["nowhere.invalid"]
    assert f"Host: nowhere.invalid:{service.port}\r\n".encode() in service.seen[0]
