"""The protocol tests of SPARQL 1.1, each written out as its manifest describes it.

https://github.com/w3c/rdf-tests/blob/main/sparql/sparql11/protocol/manifest.ttl. Tests that update
successfully wait for writing (exceptions.tsv); those that must be refused are here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from pyoxigraph import RdfFormat, Store, parse

from tests.conformance import engine, exceptions, suites
from tests.conformance.service import written
from tests.conftest import Reply, Running, serving

DATA = "http://kasei.us/2009/09/sparql/data/data"
FORM = "application/x-www-form-urlencoded"
QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
ONE, TWO, THREE = (f"{DATA}{number}.rdf" for number in (1, 2, 3))
TYPED = f"<{ONE}> a ?type . <{TWO}> a ?type ."
IN_GRAPHS = f"GRAPH ?g1 {{ <{ONE}> a ?type }} GRAPH ?g2 {{ <{TWO}> a ?type }}"
NOWHERE = [("default-graph-uri", f"{DATA}0.rdf")]
NAMED = [("named-graph-uri", ONE), ("named-graph-uri", TWO)]
CLEAR = "CLEAR NAMED"


class Sent(NamedTuple):
    """One request: method, parameters in the URL, body and its type."""

    method: str
    parameters: list[tuple[str, str]]
    body: bytes | None = None
    content_type: str = ""


def get(*parameters: tuple[str, str]) -> Sent:
    return Sent("GET", list(parameters))


def form(*fields: tuple[str, str], url: list[tuple[str, str]] | None = None) -> Sent:
    return Sent("POST", url or [], urlencode(fields).encode(), FORM)


def direct(text: str, url: list[tuple[str, str]] | None = None, content_type: str = QUERY) -> Sent:
    return Sent("POST", url or [], text.encode(), content_type)


TRUE = {
    "query_post_form": form(("query", "ASK {}"), url=NOWHERE),
    "query_dataset_default_graphs_get": get(
        ("query", f"ASK {{ {TYPED} }}"), ("default-graph-uri", ONE), ("default-graph-uri", TWO)
    ),
    "query_dataset_default_graphs_post": direct(
        f"ASK {{ {TYPED} }}", [("default-graph-uri", ONE), ("default-graph-uri", TWO)]
    ),
    "query_dataset_named_graphs_post": direct(f"ASK {{ {IN_GRAPHS} }}", NAMED),
    "query_dataset_named_graphs_get": get(("query", f"ASK {{ {IN_GRAPHS} }}"), *NAMED),
    "query_dataset_full": direct(
        f"ASK {{ <{THREE}> a ?type {IN_GRAPHS} }}", [("default-graph-uri", THREE), *NAMED]
    ),
    "query_multiple_dataset": direct(f"ASK FROM <{THREE}> {{ {IN_GRAPHS} }}", NAMED),
    "query_get": get(("query", "ASK {}"), *NOWHERE),
    "query_post_direct": direct("ASK {}"),
}
BOOLEANS = {"application/sparql-results+json", "application/sparql-results+xml"}
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
}
FORMATS = {
    "query_content_type_select": (
        "SELECT (1 AS ?value) {}",
        BOOLEANS | {"text/csv", "text/tab-separated-values"},
    ),
    "query_content_type_ask": ("ASK {}", BOOLEANS),
    "query_content_type_describe": ("DESCRIBE <http://example.org/>", set(GRAPHS)),
    "query_content_type_construct": ("CONSTRUCT { <s> <p> 1 } WHERE {}", set(GRAPHS)),
}
REFUSED = {
    "bad_query_method": (Sent("PUT", [("query", "ASK {}"), *NOWHERE], None, FORM), 405),
    "bad_multiple_queries": (get(("query", "ASK {}"), ("query", "SELECT * {}")), 400),
    "bad_query_wrong_media_type": (direct("ASK {}", content_type="text/plain"), 415),
    "bad_query_missing_form_type": (direct("query=ASK%20%7B%7D", content_type=""), 415),
    "bad_query_missing_direct_type": (direct("ASK {}", content_type=""), 415),
    "bad_query_non_utf8": (
        Sent("POST", [], "ASK {}".encode("utf-16"), f"{QUERY}; charset=UTF-16"),
        415,
    ),
    "bad_query_syntax": (get(("query", "ASK {")), 400),
    "bad_update_get": (get(("update", "CLEAR ALL")), 400),
    "bad_multiple_updates": (form(("update", CLEAR), ("update", "CLEAR DEFAULT")), 400),
    "bad_update_wrong_media_type": (direct(CLEAR, content_type="text/plain"), 415),
    "bad_update_missing_form_type": (direct("update=CLEAR%20NAMED", content_type=""), 415),
    "bad_update_non_utf8": (
        Sent("POST", [], CLEAR.encode("utf-16"), f"{UPDATE}; charset=UTF-16"),
        415,
    ),
    "bad_update_syntax": (form(("update", "CLEAR XYZ")), 400),
    "bad_update_dataset_conflict": (
        direct(
            "PREFIX foaf: <http://xmlns.com/foaf/0.1/> WITH <http://example/addresses> "
            "DELETE { ?person foaf:givenName 'Bill' } INSERT { ?person foaf:givenName 'William' } "
            "WHERE { ?person foaf:givenName 'Bill' }",
            [("using-named-graph-uri", "http://example/people")],
            UPDATE,
        ),
        415,
    ),
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    suites.require()
    store = Store()
    folder = suites.SUITES / "sparql11" / "protocol"
    for number, graph in enumerate((ONE, TWO, THREE), 1):
        engine.put(store, folder / f"data{number}.nt", graph)
    data = written(store, tmp_path_factory.mktemp("protocol") / "data.nq")
    with serving(data) as running:
        yield running


def send(server: Running, sent: Sent, accept: str | None = None) -> Reply:
    target = "/sparql" + ("?" + urlencode(sent.parameters) if sent.parameters else "")
    headers = {"Content-Type": sent.content_type} if sent.content_type else {}
    if accept:
        headers["Accept"] = accept
    return server.request(sent.method, target, sent.body, headers)


@pytest.mark.parametrize("name", TRUE)
def test_a_question_is_answered_with_yes(asked: Running, name: str) -> None:
    reply = send(asked, TRUE[name])
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/sparql-results+json"
    assert reply.json == {"head": {}, "boolean": True}


@pytest.mark.parametrize("name", FORMATS)
def test_the_format_fits_the_form_of_the_query(asked: Running, name: str) -> None:
    text, formats = FORMATS[name]
    reply = send(asked, direct(text, NOWHERE))
    assert reply.status == 200
    media_type = reply.headers["content-type"].partition(";")[0]
    assert media_type in formats
    if media_type in GRAPHS:
        found = list(parse(reply.body, format=GRAPHS[media_type]))
        base = f"http://127.0.0.1:{asked.port}"
        subjects = [quad.subject.value for quad in found]  # type: ignore[union-attr]
        assert subjects == ([f"{base}/s"] if "CONSTRUCT" in text else [])


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_query_is_refused_as_the_clients_fault(asked: Running, name: str) -> None:
    sent, status = REFUSED[name]
    reply = send(asked, sent)
    assert reply.status == status
    assert reply.headers["content-type"] == "application/problem+json"


def test_every_protocol_test_is_here_or_listed() -> None:
    suites.require()
    names = {case.name for case in suites.of(frozenset({"ProtocolTest"}))}
    here = {f"sparql11/protocol#{name}" for name in (*TRUE, *FORMATS, *REFUSED)}
    listed = {
        line.test
        for line in exceptions.table().values()
        if line.grade == exceptions.LATER and "/protocol#" in line.test
    }
    assert here | listed == names
    assert not here & listed
    assert len(here) == 27
