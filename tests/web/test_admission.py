"""What strangers send is read by workers, and who asks other services waits for a place."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from kg_service import release
from tests.conftest import Reply, Running, serving, wait_for

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
JSON = {"Content-Type": "application/json"}

# What the web process may use of the processor for one request, in seconds; each of these took it
# two seconds or more when it read them itself.
LITTLE = 0.6


@pytest.fixture(scope="module")
def own(kinds_release: release.Release) -> Iterator[Running]:
    """A server with the limits that are the default."""
    with serving(kinds_release.path) as running:
        yield running


def used(pid: int) -> float:
    """The processor time a process has had, in seconds (proc(5), stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def kind(reply: Reply) -> tuple[int, str]:
    return reply.status, json.loads(reply.body)["type"]


def test_a_long_query_with_the_word_service_is_read_by_a_worker(own: Running) -> None:
    numbers = ",".join(map(str, range(100_000, 225_000)))
    text = f"# service\nASK {{ VALUES ?x {{ 1 }} FILTER(?x IN ({numbers})) }}"
    before = used(own.process.pid)
    answer = own.request("POST", "/sparql?timeout=20", text, DIRECT, 30)
    assert answer.json == {"head": {}, "boolean": False}
    assert used(own.process.pid) - before < LITTLE
    late = own.request("POST", "/sparql?timeout=0.05", text + "#", DIRECT, 30)
    assert kind(late) == (503, "/problems/deadline")


def test_a_form_of_escapes_is_decoded_by_a_worker_once(own: Running) -> None:
    text = 'SELECT ("%41 + grün" AS ?x) ("' + "é%" * 200_000 + '" AS ?y) {}'
    escaped = "".join(f"%{byte:02x}" for byte in text.encode())
    before = used(own.process.pid)
    answer = own.request("POST", "/sparql", f"query={escaped}", FORM, 30)
    assert answer.status == 200, answer.text[:300]
    (row,) = json.loads(answer.body)["results"]["bindings"]
    assert (row["x"]["value"], row["y"]["value"]) == ("%41 + grün", "é%" * 200_000)
    assert used(own.process.pid) - before < LITTLE


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("query=" + "%41" * 400_000 + "%ff", (400, "/problems/parameter")),
        ("query=" + "x" * 1_100_000, (413, "/problems/size-limit")),
        ("query=" + "%%" * 900_000, (413, "/problems/size-limit")),
        ("query=ASK%7B%7D&x=" + "%41" * 600_000, (413, "/problems/size-limit")),
        ("query=ASK%7B%7D&" + "&".join(["default-graph-uri=urn:" + "%41" * 700] * 40), (413, "/problems/size-limit")),
        ("%71uery=ASK%7B%7D&q%75ery=ASK%7B%7D", (400, "/problems/parameter")),
        ("query=" + "%3f" * 30_000, (400, "/problems/syntax")),
    ],
)  # fmt: skip
def test_a_form_past_a_limit_is_refused_before_it_is_decoded(
    own: Running, body: str, problem: tuple[int, str]
) -> None:
    before = used(own.process.pid)
    assert kind(own.request("POST", "/sparql", body, FORM)) == problem
    assert used(own.process.pid) - before < LITTLE


def test_a_form_of_just_the_limit_of_a_query_is_answered(own: Running) -> None:
    text = "ASK {} #"
    text += "é" * ((1024 * 1024 - len(text)) // 2)
    for body in (f"query={quote(text)}", f"%71uery={quote(text, safe='{}# ')}&format=json"):
        assert own.request("POST", "/sparql", body, FORM).json == {"head": {}, "boolean": True}


def test_an_empty_answer_to_a_form_of_escapes_has_its_diagnosis(own: Running) -> None:
    text = "SELECT ?x { ?x rdfs:label 'nowhere' } #" + "é" * 15_000
    answer = own.request("POST", "/sparql", f"query={quote(text)}", FORM)
    (link,) = json.loads(answer.body)["head"]["link"]
    assert own.get("/sparql" + link.partition("/sparql")[2]).status == 200


@contextmanager
def peer() -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """A service that answers when it is told to: its host and port, what tells that it was asked,
    and what it waits for."""
    asked, go = threading.Event(), threading.Event()
    body = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"1"}}]}}'
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: "

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            asked.set()
            go.wait(20)
            connection.sendall(head + str(len(body)).encode() + b"\r\n\r\n" + body)

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=answer, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", asked, go
        go.set()
        listener.shutdown(socket.SHUT_RDWR)


def test_who_asks_services_waits_for_a_place_or_is_told_that_there_is_none(
    toy_release: release.Release,
) -> None:
    with peer() as (host, asked, go), ThreadPoolExecutor(4) as clients:
        settings = {
            "HELIOTROPE_SERVICE_ALLOW": host,
            "HELIOTROPE_SERVICE_QUERIES": "1",
            "HELIOTROPE_QUEUE": "2",
            "HELIOTROPE_SERVICE_TIMEOUT": "20",
        }
        with serving(toy_release.path, settings=settings) as running:

            def ask(name: str, timeout: str = "20") -> Reply:
                text = f"SELECT ?x {{ SERVICE <http://{host}/sparql> {{ ?s ?p ?x }} }} # {name}"
                return running.request(
                    "GET",
                    f"/sparql?timeout={timeout}&query={quote(text)}",
                    headers={"Query-Id": name},
                    timeout=40,
                )

            def state(name: str) -> str:
                return str(json.loads(running.get(f"/sparql/queries/{name}").body).get("state"))

            first = clients.submit(ask, "first")
            assert asked.wait(10)
            assert state("first") == "running"
            second = clients.submit(ask, "second")
            assert wait_for(lambda: state("second") == "waiting")
            # It is not the peer's fault that nobody asked it.
            late = clients.submit(ask, "third", "0.5").result()
            assert kind(late) == (503, "/problems/busy")
            assert late.headers["retry-after"] == "1"
            third = clients.submit(ask, "fourth")
            assert wait_for(lambda: state("fourth") == "waiting")
            full = ask("fifth")
            assert kind(full) == (503, "/problems/busy")
            assert running.query("ASK {}").status == 200
            go.set()
            for each in (first, second, third):
                (row,) = json.loads(each.result().body)["results"]["bindings"]
                assert row["x"]["value"] == "1"


def test_who_hangs_up_keeps_no_other_service_from_being_asked(
    toy_release: release.Release,
) -> None:
    with peer() as (slow, asked, _), peer() as (quick, _, go), ThreadPoolExecutor(1) as clients:
        go.set()
        settings = {
            "HELIOTROPE_SERVICE_ALLOW": f"{slow},{quick}",
            "HELIOTROPE_SERVICE_QUERIES": "1",
            "HELIOTROPE_SERVICE_TIMEOUT": "20",
        }
        with serving(toy_release.path, settings=settings) as running:
            text = f"ASK {{ SERVICE <http://{slow}/sparql> {{ ?s ?p ?x }} }}"
            first = clients.submit(
                running.request,
                "GET",
                f"/sparql?timeout=20&query={quote(text)}",
                headers={"Query-Id": "first"},
                timeout=40,
            )
            path = "/sparql/queries/first"
            assert asked.wait(10)
            assert running.request("DELETE", path).status == 202
            assert kind(first.result()) == (503, "/problems/cancelled")
            text = text.replace(slow, quick)
            assert running.query(text, timeout="10").json == {"head": {}, "boolean": True}


def test_a_service_that_is_silent_and_not_allowed_binds_nothing(server: Running) -> None:
    text = "SELECT ?x ?y { BIND(1 AS ?x) SERVICE SILENT <http://127.0.0.1:1/> { ?a ?b ?y } }"
    (row,) = json.loads(server.query(text).body)["results"]["bindings"]
    assert set(row) == {"x"}
