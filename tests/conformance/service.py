"""The service under the same tests: the real server, asked over HTTP.

The datasets of the tests come to it in two ways. Together: one server holds every file as a named
graph, and a request names its dataset by the parameters of the protocol. Apart: a server for each
dataset, which is what it serves without any parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from urllib.parse import urlencode

from pyoxigraph import (
    NamedNode,
    Quad,
    QueryResultsFormat,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from kg_service.store import format_of
from tests.conformance import answers, engine
from tests.conformance.answers import Found, Grade
from tests.conformance.suites import EVALUATION, NEGATIVE, POSITIVE, Case, has_graphs, iri, of
from tests.conftest import Reply, Running, serving

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
CSV = "text/csv"
TABLES = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
BOOLEANS = tuple(TABLES)[:2]
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}
NOWHERE = "https://example.org/no-graph"


class Together:
    """One server with every file as a graph.

    A file that is a default graph here and a named one there is there twice, so that its blank
    nodes are different ones, as in a dataset of two documents. Data that name graphs themselves
    clash with one another: they get servers of their own.
    """

    def __init__(self, folder: Path) -> None:
        """Write the data and start the server."""
        store = Store()
        cases = [case for case in of(EVALUATION) if not case.services]
        for file in sorted({f for case in cases for f in case.default if not has_graphs(f)}):
            store.load(
                path=file,
                format=format_of(file),
                base_iri=iri(file),
                to_graph=NamedNode(as_default(file)),
            )
        for file in sorted({f for case in cases for f in case.named}):
            engine.put(store, file, iri(file))
        self._apart = Apart(folder)
        self._stack = ExitStack()
        self._server = self._stack.enter_context(serving(written(store, folder / "all.nq")))

    def server(self, case: Case) -> Running:
        """Who answers a test."""
        return self._apart.server(case) if any(map(has_graphs, case.default)) else self._server

    def parameters(self, case: Case) -> list[tuple[str, str]]:
        """The dataset of a test, as parameters; none where it is in the query."""
        if any(map(has_graphs, case.default)) or case.from_query:
            return []
        default = [as_default(file) for file in case.default] or [NOWHERE]
        named = [iri(file) for file in case.named]
        return [
            *(("default-graph-uri", graph) for graph in default),
            *(("named-graph-uri", graph) for graph in named),
        ]

    def close(self) -> None:
        """Stop the servers."""
        self._stack.close()
        self._apart.close()


class Apart:
    """A server for each dataset, kept until a test with another one comes."""

    def __init__(self, folder: Path) -> None:
        """Start nothing yet."""
        self._folder, self._key = folder, object()
        self._running: AbstractContextManager[Running] | None = None
        self._server: Running | None = None

    def server(self, case: Case) -> Running:
        """Who answers a test."""
        key = case.default, case.named
        if key != self._key or self._server is None:
            self.close()
            data = written(engine.store(case), self._folder / "one.nq")
            self._running, self._key = serving(data), key
            self._server = self._running.__enter__()
        return self._server

    def parameters(self, case: Case) -> list[tuple[str, str]]:
        """Nothing: what is served is the dataset."""
        return []

    def close(self) -> None:
        """Stop the server."""
        if self._running is not None:
            self._running.__exit__(None, None, None)
            self._running = self._server = None


def as_default(file: Path) -> str:
    """The graph of a file that is a default graph."""
    return f"{iri(file)}?default"


def written(store: Store, file: Path) -> Path:
    """What a store holds, as a file to serve."""
    store.dump(file, RdfFormat.N_QUADS)
    return file


def grade(service: Together | Apart, case: Case) -> Grade:
    """How the service does in a test: the worst of all formats its answer has."""
    if case.kind in POSITIVE | NEGATIVE:
        return Grade.EXACT if reads(service.server(case), case) else Grade.FAILS
    assert case.result is not None
    wanted = answers.expected(case.result)
    grades = [answers.grade(found, wanted, case.lax) for found in found(service, case, wanted)]
    return max(grades, key=list(Grade).index)


def found(service: Together | Apart, case: Case, wanted: Found) -> Iterator[Found]:
    """The answers of the service, in each format; False where it refuses one."""
    if isinstance(wanted, answers.Graph):
        media_types = tuple(GRAPHS)[: 2 if case.name.startswith("sparql12") else None]
    elif isinstance(wanted, bool):
        media_types = BOOLEANS
    else:
        assert case.result is not None
        media_types = (CSV,) if case.result.suffix == ".csv" else tuple(TABLES)
    for media_type in media_types:
        body = urlencode([("query", case.based), *service.parameters(case)])
        reply = service.server(case).request("POST", "/sparql", body, FORM | {"Accept": media_type})
        yield read(reply, media_type) if reply.status == 200 else Refused(reply)


class Refused:
    """No answer; equal to none that is wanted."""

    def __init__(self, reply: Reply) -> None:
        """Keep what was said."""
        self.said = reply.text


def read(reply: Reply, media_type: str) -> Found:
    """An answer as what it says."""
    assert reply.headers["content-type"].split(";")[0] == media_type
    if media_type == CSV:
        return answers.of_csv(reply.body.decode("utf-8"))
    if media_type in TABLES:
        return answers.of_engine(parse_query_results(reply.body, TABLES[media_type]))
    quads = parse(reply.body, format=GRAPHS[media_type])
    return answers.Graph(frozenset(Quad(q.subject, q.predicate, q.object) for q in quads))


def reads(server: Running, case: Case) -> bool:
    """Whether a query of a test of syntax is answered, or refused as no SPARQL, as it should be.

    A query may be refused after it was read: for SERVICE, and for a function nobody here knows.
    """
    reply = server.request("POST", "/sparql", case.text.encode(), DIRECT)
    refused = reply.json["type"] if reply.status >= 400 else ""  # type: ignore[index]
    if case.kind in NEGATIVE:
        return reply.status == 400 and refused == "/problems/syntax"
    return reply.status == 200 or refused in ("/problems/federation", "/problems/evaluation")
