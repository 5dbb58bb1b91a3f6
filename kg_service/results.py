"""Formats of answers: media types, the engine's formats, terms as JSON, and counting of rows.

Specifications are named above each table. The first media type of a table is its default.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from xml.sax.saxutils import quoteattr

from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, RdfFormat

Term = NamedNode | Literal | BlankNode

BOOLEAN, BINDINGS, GRAPH = "boolean", "bindings", "graph"

# https://www.w3.org/TR/sparql11-results-json/ · https://www.w3.org/TR/rdf-sparql-XMLres/
# https://www.w3.org/TR/sparql11-results-csv-tsv/
BINDINGS_FORMATS: Mapping[str, QueryResultsFormat] = MappingProxyType(
    {
        "application/sparql-results+json": QueryResultsFormat.JSON,
        "application/sparql-results+xml": QueryResultsFormat.XML,
        "text/csv": QueryResultsFormat.CSV,
        "text/tab-separated-values": QueryResultsFormat.TSV,
        "application/json": QueryResultsFormat.JSON,
        "application/xml": QueryResultsFormat.XML,
        "text/xml": QueryResultsFormat.XML,
    }
)

# The CSV and TSV formats are for SELECT alone (results-csv-tsv, section 1).
BOOLEAN_FORMATS: Mapping[str, QueryResultsFormat] = MappingProxyType(
    {
        media_type: form
        for media_type, form in BINDINGS_FORMATS.items()
        if form in (QueryResultsFormat.JSON, QueryResultsFormat.XML)
    }
)

# https://www.w3.org/TR/turtle/ · https://www.w3.org/TR/n-triples/
# https://www.w3.org/TR/rdf-syntax-grammar/ · https://www.w3.org/TR/json-ld11/
# https://www.w3.org/TR/n-quads/ · https://www.w3.org/TR/trig/
GRAPH_FORMATS: Mapping[str, RdfFormat] = MappingProxyType(
    {
        "text/turtle": RdfFormat.TURTLE,
        "application/n-triples": RdfFormat.N_TRIPLES,
        "application/rdf+xml": RdfFormat.RDF_XML,
        "application/ld+json": RdfFormat.JSON_LD,
        "application/n-quads": RdfFormat.N_QUADS,
        "application/trig": RdfFormat.TRIG,
        "text/plain": RdfFormat.N_TRIPLES,
    }
)

OFFERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        BOOLEAN: tuple(BOOLEAN_FORMATS),
        BINDINGS: tuple(BINDINGS_FORMATS),
        GRAPH: tuple(GRAPH_FORMATS),
    }
)


@dataclass(frozen=True)
class Formats:
    """The media type chosen for each kind of answer; None where the client accepts none.

    All three are chosen before the query is parsed, since only the parser knows its form.
    """

    boolean: str | None = "application/sparql-results+json"
    bindings: str | None = "application/sparql-results+json"
    graph: str | None = "text/turtle"


def term_to_json(term: Term) -> dict[str, str]:
    """A term in the shape of SPARQL results JSON, section 3.2.2."""
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


def term_from_json(content: Mapping[str, str]) -> Term:
    """The term that `term_to_json` wrote; ValueError when an IRI or a language is malformed."""
    if content["type"] == "uri":
        return NamedNode(content["value"])
    if content["type"] == "bnode":
        return BlankNode(content["value"])
    if "xml:lang" in content:
        return Literal(content["value"], language=content["xml:lang"])
    if "datatype" in content:
        return Literal(content["value"], datatype=NamedNode(content["datatype"]))
    return Literal(content["value"])


class PatternCounter:
    """Counts a byte pattern in a stream of blocks, also where it lies across a border."""

    def __init__(self, pattern: bytes) -> None:
        """Count `pattern`, which must not overlap itself."""
        self._pattern = pattern
        self._tail = b""

    def __call__(self, block: bytes) -> int:
        """How often the pattern ends in this block."""
        text = self._tail + block
        self._tail = text[max(0, len(text) - len(self._pattern) + 1) :]
        return text.count(self._pattern)


class OutsideCounter:
    """Counts a byte pattern in the blocks of a JSON text, outside of its strings."""

    def __init__(self, pattern: bytes) -> None:
        """Count `pattern`, which must hold neither a quote nor a backslash."""
        self._pattern = pattern
        self._starts = tuple(pattern[:n] for n in range(len(pattern) - 1, 0, -1))
        self._tail = b""
        self._inside = False

    def __call__(self, block: bytes) -> int:
        """How often the pattern ends in this block."""
        text = self._tail + block
        # What may go on in the next block waits for it: an escape, or the pattern itself.
        kept = text.rstrip(b"\\")
        if kept == text:
            cut = next((len(start) for start in self._starts if text.endswith(start)), 0)
            kept = text[: len(text) - cut]
        self._tail = text[len(kept) :]
        if b"\\" in kept:
            # Left to right, so that the second of two backslashes escapes nothing (RFC 8259, 7).
            kept = kept.replace(rb"\\", b"").replace(rb"\"", b"")
        found = 0
        # Few answers have the pattern at all, and taking their strings apart costs the most.
        if self._pattern in kept:
            pieces = kept.split(b'"')
            outside = pieces[1::2] if self._inside else pieces[::2]
            found = sum(piece.count(self._pattern) for piece in outside)
        self._inside ^= kept.count(b'"') % 2 == 1
        return found


class RowCounter:
    """Counts the rows of a SELECT answer in its serialised bytes.

    The engine writes a whole answer in one call, and reading it row by row in Python instead
    costs about four times as much; so rows are counted in what it wrote.
    """

    def __init__(self, form: QueryResultsFormat) -> None:
        """Begin with no rows, for one answer in `form`."""
        self.rows = 0
        self._quoted = False
        if form == QueryResultsFormat.CSV:
            self._count = self._csv
            self.rows = -1  # the header is a line too
        elif form == QueryResultsFormat.TSV:
            self._newline = PatternCounter(b"\n")
            self._count = self._tsv
            self.rows = -1
        elif form == QueryResultsFormat.XML:
            # "<" is escaped in text, so a tag is always a tag.
            self._tags = (PatternCounter(b"<result>"), PatternCounter(b"<result/>"))
            self._count = self._xml
        else:
            # `},{"` begins a row when the quote opens a name. It closes a literal that ends in
            # `},{` when `}` or `,` follows, and neither can begin the name of a variable.
            self._begins = (PatternCounter(b'},{"'), PatternCounter(b'"bindings":[{'))
            self._literals = (PatternCounter(b'},{"}'), PatternCounter(b'},{",'))
            self._empty = OutsideCounter(b",{}")
            self._count = self._json

    def add(self, block: bytes) -> int:
        """Count one block; the number of rows so far."""
        self.rows += self._count(block)
        return self.rows

    def _tsv(self, block: bytes) -> int:
        return self._newline(block)

    def _xml(self, block: bytes) -> int:
        return sum(count(block) for count in self._tags)

    def _json(self, block: bytes) -> int:
        literals = sum(count(block) for count in self._literals)
        return sum(count(block) for count in self._begins) - literals + self._empty(block)

    def _csv(self, block: bytes) -> int:
        """Line ends outside quotes; a doubled quote leaves and enters again, so it needs no care.

        Only LF is counted, since CR LF may lie across a border and a bare LF is always quoted.
        """
        pieces = block.split(b'"')
        outside = pieces[1::2] if self._quoted else pieces[::2]
        if len(pieces) % 2 == 0:
            self._quoted = not self._quoted
        return sum(piece.count(b"\n") for piece in outside)


def linked(answer: bytes, form: QueryResultsFormat, iri: str) -> bytes:
    """A whole answer to a SELECT with a link in its head, where the format has a place for one.

    SPARQL 1.1 Query Results JSON Format, 3.1.2; SPARQL Query Results XML Format, 2.3.1.
    """
    if form == QueryResultsFormat.JSON:
        opening = b'{"head":{'
        assert answer.startswith(opening)
        return opening + b'"link":[' + json.dumps(iri).encode() + b"]," + answer[len(opening) :]
    if form == QueryResultsFormat.XML:
        head, closing, rest = answer.partition(b"</head>")
        if not closing:
            head, closing, rest = answer.partition(b"<head/>")
            head, closing = head + b"<head>", b"</head>"
        return head + f"<link href={quoteattr(iri)}/>".encode() + closing + rest
    return answer
