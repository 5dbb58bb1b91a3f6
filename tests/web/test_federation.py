"""SERVICE between two real servers, and to nobody else."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_service import release
from tests.certificates import self_signed
from tests.conftest import LIMITS, Reply, Running, serving
from tests.test_forwarder import Remote, head, remote, results

PEER = """
@prefix ex: <http://ex/> .
ex:one ex:name "one"@en ; ex:size 1 .
ex:two ex:name "two"@en ; ex:size 2 .
ex:three ex:part [ ex:size 3 ] .
"""


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file = tmp_path_factory.mktemp("peer") / "peer.ttl"
    file.write_text(PEER)
    with serving(file) as running:
        yield running


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return self_signed(tmp_path_factory.mktemp("certificates"), "localhost")


@pytest.fixture(scope="module")
def secured(certified: tuple[Path, ssl.SSLContext]) -> Iterator[Remote]:
    row = {"o": {"type": "literal", "value": "told under TLS"}}
    with remote(head() + results(row), certified[1]) as made:
        yield made


@pytest.fixture(scope="module")
def asking(
    peer: Running,
    secured: Remote,
    certified: tuple[Path, ssl.SSLContext],
    toy_release: release.Release,
) -> Iterator[Running]:
    allow = {
        "SSL_CERT_FILE": str(certified[0]),
        "HELIOTROPE_SERVICE_ALLOW": (
            f"127.0.0.1:{peer.port}, localhost, localhost:{secured.port}, 127.0.0.1:{secured.port}"
        ),
        "HELIOTROPE_SERVICE_ROWS": "50",
        "HELIOTROPE_SERVICE_TIMEOUT": "2",
    }
    with serving(toy_release.path, settings=LIMITS | allow) as running:
        yield running


def rows(reply: Reply) -> list[dict[str, str]]:
    assert reply.status == 200, reply.text
    found = json.loads(reply.body)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


def kind(reply: Reply) -> tuple[int, str]:
    return reply.status, json.loads(reply.body)["type"]


def test_the_solutions_of_another_service_join_with_the_rest(
    peer: Running, asking: Running
) -> None:
    text = (
        "PREFIX ex: <http://ex/> SELECT ?s ?n ?l { VALUES ?s { ex:one ex:three } OPTIONAL { "
        f"SERVICE <http://127.0.0.1:{peer.port}/sparql> {{ ?s ex:name ?n }} }} "
        "BIND(LANG(?n) AS ?l) } ORDER BY ?s"
    )
    answer = asking.query(text)
    assert rows(answer) == [
        {"s": "http://ex/one", "n": "one", "l": "en"},
        {"s": "http://ex/three"},
    ]
    assert answer.headers["cache-control"] == "no-store"


def test_a_service_in_a_union_or_under_exists_is_asked_all_the_same(
    peer: Running, asking: Running
) -> None:
    service = f"SERVICE <http://127.0.0.1:{peer.port}/sparql>"
    union = f"SELECT ?x {{ {{ BIND(0 AS ?x) }} UNION {{ {service} {{ ?s <http://ex/size> ?x }} }} }} ORDER BY ?x"
    assert rows(asking.query(union)) == [{"x": "0"}, {"x": "1"}, {"x": "2"}, {"x": "3"}]
    exists = f"SELECT ?x {{ VALUES ?x {{ 2 9 }} FILTER EXISTS {{ {service} {{ ?s <http://ex/size> ?x }} }} }}"
    assert rows(asking.query(exists)) == [{"x": "2"}]


def test_blank_nodes_of_another_service_join_with_themselves(
    peer: Running, asking: Running
) -> None:
    service = f"SERVICE <http://127.0.0.1:{peer.port}/sparql>"
    text = f"SELECT ?n {{ {service} {{ <http://ex/three> <http://ex/part> ?b . ?b <http://ex/size> ?n }} FILTER(ISIRI(?b)) }}"
    assert rows(asking.query(text)) == [{"n": "3"}]


@pytest.mark.parametrize(
    ("clause", "problem"),
    [
        ("SERVICE <http://127.0.0.1:1/sparql> { ?s ?p ?o }", (403, "/problems/federation")),
        ("SERVICE <http://localhost/sparql> { ?s ?p ?o }", (502, "/problems/service")),
        ("SERVICE ?e { ?s ?p ?o }", (400, "/problems/service-variable")),
        ("SERVICE <PEER/nowhere> { ?s ?p ?o }", (502, "/problems/service")),
        ("SERVICE <PEER/docs> { ?s ?p ?o }", (502, "/problems/service")),
        ("SERVICE <PEER/sparql> { VALUES ?x { " + "1 " * 60 + "} }", (502, "/problems/service")),
        (
            "SERVICE <PEER/sparql> { ?s ?p ?o . SERVICE <http://127.0.0.1:1/> {} }",
            (502, "/problems/service"),
        ),
        ("SERVICE <PEER/sparql> {} " * 9, (403, "/problems/federation")),
    ],
)
def test_a_service_that_is_not_asked_or_fails_is_told_by_name_unless_it_is_silent(
    peer: Running, asking: Running, clause: str, problem: tuple[int, str]
) -> None:
    clause = clause.replace("PEER", f"http://127.0.0.1:{peer.port}")
    assert kind(asking.query(f"SELECT * {{ BIND(1 AS ?n) {clause} }}")) == problem
    if problem[0] == 502 or ":1/sparql" in clause:
        quiet = clause.replace("SERVICE <", "SERVICE SILENT <", 1)
        assert rows(asking.query(f"SELECT * {{ BIND(1 AS ?n) {quiet} }}")) == [{"n": "1"}]


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE {} <http://127.0.0.1:1/> {{ ?s ?p }}",
        "SERVICE {} <http://127.0.0.1:1/> {{ ?s no:prefix ?o }}",
        "SERVICE {} <http://127.0.0.1:1/> {{ ?s ?p ?o FILTER(?o > ) }}",
        "SERVICE {} <http://127.0.0.1:1/> {{ ?n ?p ?o }} BIND(2 AS ?n)",
    ],
)
def test_a_query_is_sparql_where_others_answer_it_too(asking: Running, clause: str) -> None:
    for silent in ("", "SILENT"):
        for form in ("SELECT *", "ASK", "CONSTRUCT { ?s ?p ?o } WHERE"):
            reply = asking.query(f"{form} {{ {clause.format(silent)} }}")
            assert kind(reply) == (400, "/problems/syntax")


def test_what_a_silent_service_would_bind_is_a_column(asking: Running) -> None:
    text = "SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p 1 FILTER(?z) } }"
    assert asking.query(text, "text/csv").text == "p,s\r\n,\r\n"


def test_a_service_under_tls_is_asked_by_the_name_of_its_certificate_alone(
    secured: Remote, asking: Running
) -> None:
    text = f"SELECT ?o {{ SERVICE <https://localhost:{secured.port}/sparql> {{ ?s ?p ?o }} }}"
    assert rows(asking.query(text)) == [{"o": "told under TLS"}]
    refused = asking.query(text.replace("localhost", "127.0.0.1"))
    assert kind(refused) == (502, "/problems/service")
    assert "its certificate is for another name" in refused.text


def test_without_a_list_nobody_is_asked_and_no_process_forwards(
    peer: Running, server: Running
) -> None:
    answer = server.query(f"ASK {{ SERVICE <http://127.0.0.1:{peer.port}/sparql> {{ ?s ?p ?o }} }}")
    assert kind(answer) == (403, "/problems/federation")
    assert not any(b"forwarder" in command(pid) for pid in server.processes())


def test_a_forwarder_that_dies_is_started_again(peer: Running, asking: Running) -> None:
    import os
    import signal

    from tests.conftest import wait_for

    text = f"ASK {{ SERVICE <http://127.0.0.1:{peer.port}/sparql> {{ <http://ex/one> ?p ?o }} }}"
    (forwarder,) = (pid for pid in asking.processes() if b"forwarder" in command(pid))
    os.kill(forwarder, signal.SIGKILL)
    assert wait_for(lambda: asking.query(text).status == 200)
    (another,) = (pid for pid in asking.processes() if b"forwarder" in command(pid))
    assert another != forwarder


def command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
