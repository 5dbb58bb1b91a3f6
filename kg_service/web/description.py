"""The description of the endpoint: what a GET of it without a query answers.

SPARQL 1.1 Service Description (https://www.w3.org/TR/sparql11-service-description/), in RDF for
programs and as a page with a form for people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from flask import Response, make_response, render_template, request
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    serialize,
)

from kg_service import results
from kg_service.config import Settings
from kg_service.web import address, headers, negotiation, rest
from kg_service.web.services import Services

SD = "http://www.w3.org/ns/sparql-service-description#"
RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
XSD_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
TRIPLES = NamedNode("http://rdfs.org/ns/void#triples")
SIMPLE = NamedNode("http://www.w3.org/ns/entailment/Simple")
PREFIXES = {
    "sd": SD,
    "void": "http://rdfs.org/ns/void#",
    "ent": "http://www.w3.org/ns/entailment/",
    "formats": "http://www.w3.org/ns/formats/",
}

# The names of formats (https://www.w3.org/ns/formats/).
FORMATS: Mapping[QueryResultsFormat | RdfFormat, str] = MappingProxyType(
    {
        QueryResultsFormat.JSON: "SPARQL_Results_JSON",
        QueryResultsFormat.XML: "SPARQL_Results_XML",
        QueryResultsFormat.CSV: "SPARQL_Results_CSV",
        QueryResultsFormat.TSV: "SPARQL_Results_TSV",
        RdfFormat.TURTLE: "Turtle",
        RdfFormat.N_TRIPLES: "N-Triples",
        RdfFormat.RDF_XML: "RDF_XML",
        RdfFormat.JSON_LD: "JSON-LD",
        RdfFormat.N_QUADS: "N-Quads",
        RdfFormat.TRIG: "TriG",
    }
)

# Each feature with what says whether the service has it. The default graph of a release leaves
# some graphs out and that of other data all, so it is never the union of the named graphs.
FEATURES: Mapping[str, Callable[[Settings], bool]] = MappingProxyType(
    {"BasicFederatedQuery": lambda settings: bool(getattr(settings, "service_allow", ()))}
)

HTML = "text/html"
OFFERS = (*results.GRAPH_FORMATS, HTML)

# Graphs by IRI with their number of triples; the default graph is at "".
Counts = Mapping[str, int]


def sd(name: str) -> NamedNode:
    """A term of the vocabulary."""
    return NamedNode(SD + name)


def view(services: Services) -> Callable[[], Response]:
    """What answers a bare GET of the endpoint.

    The graphs are counted when somebody first asks: what is served does not change. Raises
    NotAcceptableError when the client accepts none of OFFERS, and each QueryError of the count.
    """
    question = (services.settings.root / "sparql" / "graphs.rq").read_text("utf-8")
    counted: dict[str, Counts] = {}

    def counts() -> Counts:
        digest = str(services.manifest["digest"])
        if digest not in counted:
            rows = services.house.rows(question).rows
            counted[digest] = {
                row["graph"]["value"] if "graph" in row else "": int(row["triples"]["value"])
                for row in rows
            }
        return counted[digest]

    def answer() -> Response:
        media_type = negotiation.required(request.headers.get("Accept"), OFFERS)
        found, endpoint = counts(), address.endpoint(services.settings)
        if media_type == HTML:
            made = make_response(
                render_template(
                    "sparql.html",
                    endpoint=endpoint,
                    counts=sorted(found.items()),
                    prefixes=sorted(services.prefixes.items()),
                )
            )
            made.headers["Content-Security-Policy"] = headers.PAGE
        else:
            made = Response(document(endpoint, services.settings, found, media_type))
            made.mimetype = media_type
        # With an address of our own the answer is the same for everybody.
        public = bool(services.settings.base_url)
        made.headers["Cache-Control"] = rest.CACHE_CONTROL if public else rest.CACHE_CONTROL_HOST
        made.vary.add("Accept")
        return made

    return answer


def document(endpoint: str, settings: Settings, counts: Counts, media_type: str) -> bytes:
    """The description as RDF of a media type of `results.GRAPH_FORMATS`."""
    form = results.GRAPH_FORMATS[media_type]
    prefixes = PREFIXES if form in (RdfFormat.TURTLE, RdfFormat.TRIG) else None
    made = serialize(list(triples(endpoint, settings, counts)), format=form, prefixes=prefixes)
    assert made is not None
    return made


def triples(endpoint: str, settings: Settings, counts: Counts) -> Iterator[Triple]:
    """The description; the service is named by its endpoint with `#service`."""
    service = NamedNode(f"{endpoint}#service")
    dataset, default = BlankNode("dataset"), BlankNode("default")
    yield Triple(service, RDF_TYPE, sd("Service"))
    yield Triple(service, sd("endpoint"), NamedNode(endpoint))
    yield Triple(service, sd("supportedLanguage"), sd("SPARQL11Query"))
    yield Triple(service, sd("defaultEntailmentRegime"), SIMPLE)
    for name, has in FEATURES.items():
        if has(settings):
            yield Triple(service, sd("feature"), sd(name))
    for name in dict.fromkeys(FORMATS[form] for form in offered()):
        yield Triple(service, sd("resultFormat"), NamedNode(PREFIXES["formats"] + name))
    yield Triple(service, sd("defaultDataset"), dataset)
    yield Triple(dataset, RDF_TYPE, sd("Dataset"))
    yield Triple(dataset, sd("defaultGraph"), default)
    yield from graph(default, counts.get("", 0))
    for number, (iri, count) in enumerate(sorted(counts.items())):
        if iri:
            named, itself = BlankNode(f"named{number}"), BlankNode(f"graph{number}")
            yield Triple(dataset, sd("namedGraph"), named)
            yield Triple(named, RDF_TYPE, sd("NamedGraph"))
            yield Triple(named, sd("name"), NamedNode(iri))
            yield Triple(named, sd("graph"), itself)
            yield from graph(itself, count)


def graph(node: BlankNode, count: int) -> Iterator[Triple]:
    """A graph of so many triples."""
    yield Triple(node, RDF_TYPE, sd("Graph"))
    yield Triple(node, TRIPLES, Literal(str(count), datatype=XSD_INTEGER))


def offered() -> Sequence[QueryResultsFormat | RdfFormat]:
    """Every format that an answer may have."""
    return (*results.BINDINGS_FORMATS.values(), *results.GRAPH_FORMATS.values())
