"""The service description tests of SPARQL 1.1, and what the description says beside them.

https://github.com/w3c/rdf-tests/blob/main/sparql/sparql11/service-description/manifest.ttl names
the three tests; https://www.w3.org/TR/sparql11-service-description/ says what they ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from kg_service.config import Settings
from kg_service.web.description import triples
from tests.conformance import suites
from tests.conftest import Running, serving
from tests.web.test_pages import Page

SD = "http://www.w3.org/ns/sparql-service-description#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
DATA = """
<http://toy/a> <http://toy/p> 1, 2 .
GRAPH <http://toy/one> { <http://toy/a> <http://toy/p> 1 }
GRAPH <http://toy/two> { <http://toy/a> <http://toy/p> 1, 2, 3 }
"""

# Section 3 of the specification: class of the subject, class of the object, how many at most.
SCHEMA: dict[str, tuple[str, str | None, int]] = {
    "endpoint": ("Service", None, 1),
    "supportedLanguage": ("Service", None, 9),
    "defaultEntailmentRegime": ("Service", None, 1),
    "feature": ("Service", None, 9),
    "resultFormat": ("Service", None, 99),
    "defaultDataset": ("Service", "Dataset", 1),
    "defaultGraph": ("Dataset", "Graph", 1),
    "namedGraph": ("Dataset", "NamedGraph", 999),
    "name": ("NamedGraph", None, 1),
    "graph": ("NamedGraph", "Graph", 1),
}
NAMED_NODES = {"endpoint", "supportedLanguage", "feature", "resultFormat", "name"}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("description") / "data.trig"
    data.write_text(DATA)
    with serving(data) as running:
        yield running


def description(server: Running, accept: str | None = None) -> list[Quad]:
    reply = server.get("/sparql", accept)
    assert reply.status == 200
    media_type = reply.headers["content-type"].partition(";")[0]
    return list(parse(reply.body, format=FORMATS[media_type]))


def objects(quads: list[Quad], predicate: str) -> list[object]:
    return [q.object for q in quads if q.predicate == NamedNode(SD + predicate)]


@pytest.mark.parametrize("accept", [None, "*/*", *FORMATS])
def test_returns_rdf(asked: Running, accept: str | None) -> None:
    reply = asked.get("/sparql", accept)
    media_type = reply.headers["content-type"].partition(";")[0]
    assert media_type == (accept if accept in FORMATS else "text/turtle")
    assert reply.headers["vary"] == "Accept"
    assert len(list(parse(reply.body, format=FORMATS[media_type]))) == 31


@pytest.mark.parametrize("accept", FORMATS)
def test_has_endpoint_triple(asked: Running, accept: str) -> None:
    quads = description(asked, accept)
    (service,) = [q.subject for q in quads if q.object == NamedNode(f"{SD}Service")]
    endpoint = NamedNode(f"http://127.0.0.1:{asked.port}/sparql")
    assert Quad(service, NamedNode(f"{SD}endpoint"), endpoint) in quads


def test_conforms_to_schema(asked: Running) -> None:
    quads = description(asked)
    types = {q.subject: q.object.value for q in quads if q.predicate == TYPE}  # type: ignore[union-attr]
    used: dict[tuple[object, str], int] = {}
    for quad in quads:
        if not quad.predicate.value.startswith(SD):
            continue
        name = quad.predicate.value.removeprefix(SD)
        domain, kind, most = SCHEMA[name]
        assert types[quad.subject] == SD + domain
        assert kind is None or types[quad.object] == SD + kind  # type: ignore[index]
        assert isinstance(quad.object, NamedNode if name in NAMED_NODES else NamedNode | BlankNode)
        used[quad.subject, name] = used.get((quad.subject, name), 0) + 1
        assert used[quad.subject, name] <= most
    assert {name for _, name in used} == set(SCHEMA) - {"feature"}


def test_every_service_description_test_is_here() -> None:
    suites.require()
    names = {case.name for case in suites.of(frozenset({"ServiceDescriptionTest"}))}
    assert names == {
        f"sparql11/service-description#{name}"
        for name in ("has-endpoint-triple", "returns-rdf", "conforms-to-schema")
    }


def test_the_graphs_are_there_with_their_triples(asked: Running) -> None:
    quads = description(asked)
    counts = {
        q.subject: int(q.object.value)
        for q in quads
        if q.predicate == NamedNode("http://rdfs.org/ns/void#triples")
        and isinstance(q.object, Literal)
    }
    named = {q.subject: q.object for q in quads if q.predicate == NamedNode(f"{SD}name")}
    found = {
        named[q.subject].value: counts[q.object]  # type: ignore[union-attr, index]
        for q in quads
        if q.predicate == NamedNode(f"{SD}graph")
    }
    assert found == {"http://toy/one": 1, "http://toy/two": 3}
    (default,) = objects(quads, "defaultGraph")
    assert counts[default] == 2  # type: ignore[index]


def test_it_says_what_the_service_can_and_no_more(asked: Running) -> None:
    quads = description(asked)
    assert objects(quads, "supportedLanguage") == [NamedNode(f"{SD}SPARQL11Query")]
    assert objects(quads, "feature") == []
    formats = {str(node.value).rpartition("/")[2] for node in objects(quads, "resultFormat")}  # type: ignore[attr-defined]
    assert formats == {
        *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
        *("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N-Quads", "TriG"),
    }


def test_a_release_names_its_graphs(server: Running) -> None:
    names = {node.value for node in objects(description(server), "name")}  # type: ignore[attr-defined]
    graphs = "https://w3id.org/heliotrope/graph/"
    assert {f"{graphs}claims", f"{graphs}sources"} <= names


def test_a_browser_gets_a_page_with_a_form(server: Running) -> None:
    reply = server.get("/sparql", BROWSER)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(reply.text)
    assert page.values("form", "action") == ["/sparql"]
    assert page.values("form", "method") == ["get"]
    assert page.values("textarea", "name") == ["query"]
    assert not {tag for tag, _ in page.elements} & {"script", "style", "iframe"}
    assert reply.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert "https://w3id.org/heliotrope/graph/claims" in reply.text


def test_labels_of_graphs_are_text_and_no_markup(tmp_path: Path) -> None:
    (tmp_path / "a.nq").write_text(
        "<http://a/s> <http://a/p> 1 <http://a/&lt;b&gt;'&amp;> .\n".replace(" 1 ", ' "1" ')
    )
    with serving(tmp_path / "a.nq") as running:
        page = running.get("/sparql", "text/html").text
        assert "http://a/&amp;lt;b&amp;gt;&#39;&amp;amp;" in page


def test_what_nobody_offers_is_406(asked: Running) -> None:
    reply = asked.get("/sparql", "image/png")
    assert reply.status == 406
    assert reply.json["offers"][:2] == ["text/turtle", "application/n-triples"]  # type: ignore[index]
    assert "text/html" in reply.json["offers"]  # type: ignore[index]


def test_head_is_as_get(asked: Running) -> None:
    got, head = (
        asked.request(method, "/sparql", headers={"Accept": "text/turtle"})
        for method in ("GET", "HEAD")
    )
    assert (head.status, head.body) == (200, b"")
    for name in ("content-type", "content-length", "vary"):
        assert head.headers[name] == got.headers[name]


def test_federation_is_a_feature_only_where_hosts_are_allowed() -> None:
    @dataclass(frozen=True)
    class Open(Settings):
        service_allow: tuple[str, ...] = ("example.org",)

    made = list(triples("http://toy/sparql", Open(), {}))
    features = [t.object for t in made if t.predicate == NamedNode(f"{SD}feature")]
    assert features == [NamedNode(f"{SD}BasicFederatedQuery")]
