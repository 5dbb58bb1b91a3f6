"""Client libraries against the real server, each used as its own documentation shows."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pandas
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    JSON,
    POST,
    POSTDIRECTLY,
    TURTLE,
    XML,
    SPARQLExceptions,
    SPARQLWrapper,
)

from tests.conftest import Running, serving

DATA = """
PREFIX toy: <http://toy/>
toy:a toy:name "glassbone"@en ; toy:weight 12 .
toy:b toy:name "amber, light" ; toy:weight 7 .
GRAPH <http://toy/notes> { toy:a toy:note "seen once" }
"""
NAMES = "PREFIX toy: <http://toy/> SELECT ?thing ?name { ?thing toy:name ?name } ORDER BY ?thing"
GRAPH = "PREFIX toy: <http://toy/> CONSTRUCT { ?s toy:weight ?w } { ?s toy:weight ?w }"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("clients") / "data.trig"
    data.write_text(DATA)
    with serving(data) as running:
        yield address(running)


def address(running: Running) -> str:
    return f"http://127.0.0.1:{running.port}/sparql"


@pytest.mark.parametrize("encoding", [None, POSTDIRECTLY])
@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_asks_for_rows(endpoint: str, method: str, encoding: str | None) -> None:
    sparql = SPARQLWrapper(endpoint)
    sparql.setMethod(method)
    if encoding and method == POST:
        sparql.setRequestMethod(encoding)
    sparql.setReturnFormat(JSON)
    sparql.setQuery(NAMES)
    rows = sparql.queryAndConvert()["results"]["bindings"]
    assert [row["name"]["value"] for row in rows] == ["glassbone", "amber, light"]
    assert rows[0]["name"]["xml:lang"] == "en"


def test_sparqlwrapper_asks_for_other_formats(endpoint: str) -> None:
    sparql = SPARQLWrapper(endpoint)
    sparql.setQuery(NAMES)
    sparql.setReturnFormat(CSV)
    assert sparql.queryAndConvert().decode().splitlines()[2] == 'http://toy/b,"amber, light"'
    sparql.setReturnFormat(XML)
    names = sparql.queryAndConvert().getElementsByTagName("literal")
    assert names[0].firstChild.data == "glassbone"
    sparql.setQuery("ASK { ?s ?p 12 }")
    sparql.setReturnFormat(JSON)
    assert sparql.queryAndConvert()["boolean"] is True


def test_sparqlwrapper_asks_for_a_graph_and_names_a_dataset(endpoint: str) -> None:
    sparql = SPARQLWrapper(endpoint)
    sparql.setQuery(GRAPH)
    sparql.setReturnFormat(TURTLE)
    graph = Graph().parse(data=sparql.queryAndConvert(), format="turtle")
    assert (URIRef("http://toy/b"), URIRef("http://toy/weight"), Literal(7)) in graph
    assert len(graph) == 2
    sparql.addDefaultGraph("http://toy/notes")
    sparql.setQuery("SELECT ?o { ?s ?p ?o }")
    sparql.setReturnFormat(JSON)
    (row,) = sparql.queryAndConvert()["results"]["bindings"]
    assert row["o"]["value"] == "seen once"


def test_sparqlwrapper_tells_a_syntax_error(endpoint: str) -> None:
    sparql = SPARQLWrapper(endpoint)
    sparql.setQuery("SELECT * {")
    with pytest.raises(SPARQLExceptions.QueryBadFormed, match="line 1, column"):
        sparql.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_a_graph_of_rdflib_lies_on_the_endpoint(endpoint: str, method: str) -> None:
    graph = Graph(SPARQLStore(endpoint, method=method))
    assert len(graph) == 4
    name = URIRef("http://toy/name")
    assert (URIRef("http://toy/a"), name, Literal("glassbone", lang="en")) in graph
    assert graph.value(URIRef("http://toy/b"), URIRef("http://toy/weight")) == Literal(7)
    rows = list(graph.query(NAMES))
    assert [str(row.name) for row in rows] == ["glassbone", "amber, light"]
    assert len(graph.query(GRAPH).graph) == 2
    assert graph.query("ASK { ?s ?p 99 }").askAnswer is False


def test_rdflib_names_a_graph_of_the_endpoint(endpoint: str) -> None:
    store = SPARQLStore(endpoint, context_aware=True)
    notes = Graph(store, identifier=URIRef("http://toy/notes"))
    assert [str(o) for o in notes.objects()] == ["seen once"]


def test_pandas_reads_rows_from_the_address(endpoint: str) -> None:
    text = "PREFIX toy: <http://toy/> SELECT ?s ?w { ?s toy:weight ?w } ORDER BY ?w"
    table = pandas.read_csv(
        f"{endpoint}?{urlencode({'query': text})}", storage_options={"Accept": "text/csv"}
    )
    assert list(table.columns) == ["s", "w"]
    assert list(table["w"]) == [7, 12]
    assert table["w"].sum() == 19


def curl(*arguments: str) -> str:
    if shutil.which("curl") is None:
        pytest.skip("curl is not on the path")
    ended = subprocess.run(
        ["curl", "--silent", "--show-error", *arguments],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    return ended.stdout


def test_curl_asks_in_each_way_of_the_protocol(endpoint: str, tmp_path: Path) -> None:
    rows = 'thing,name\nhttp://toy/a,glassbone\nhttp://toy/b,"amber, light"\n'
    csv = ("-H", "Accept: text/csv", endpoint)
    assert curl("--get", "--data-urlencode", f"query={NAMES}", *csv) == rows
    assert curl("--data-urlencode", f"query={NAMES}", *csv) == rows
    (tmp_path / "names.rq").write_text(NAMES)
    direct = ("-H", "Content-Type: application/sparql-query")
    assert curl("--data-binary", f"@{tmp_path / 'names.rq'}", *direct, *csv) == rows
    chunked = ("-H", "Transfer-Encoding: chunked")
    assert curl("--data-binary", f"@{tmp_path / 'names.rq'}", *direct, *chunked, *csv) == rows
    head = curl("--head", "--get", "--data-urlencode", f"query={NAMES}", endpoint)
    assert head.startswith("HTTP/1.1 200 OK")
    assert "content-type: application/sparql-results+json" in head
    written = ("--output", "/dev/null", "--write-out", "%{http_code} %{content_type}")
    assert curl("--get", "--data-urlencode", "query=ASK", *written, endpoint) == (
        "400 application/problem+json"
    )
