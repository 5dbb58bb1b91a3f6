"""Answers and expected answers in one shape, and whether two of them say the same.

Two answers agree when there is a renaming of blank nodes that makes one the other
(RDF 1.1 Concepts, section 3.6, for graphs; the same for rows, each as often). The engine keeps
numbers and truth values by value (`01` is given out as `1`); a second, weaker grade compares so.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    Triple,
    parse,
    parse_query_results,
)

from kg_service.store import format_of
from tests.conformance.suites import RDF, iri

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
TABLES = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
}
XSD = "http://www.w3.org/2001/XMLSchema#"
INTEGERS = (
    *("integer", "nonPositiveInteger", "negativeInteger", "long", "int", "short", "byte"),
    *("nonNegativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    "positiveInteger",
)
VALUES: dict[str, Callable[[str], object]] = {
    f"{XSD}boolean": lambda text: {"0": "false", "1": "true"}.get(text, text),
    **dict.fromkeys((XSD + name for name in INTEGERS), int),
    f"{XSD}decimal": lambda text: Decimal(text).normalize(),
    f"{XSD}float": float,
    f"{XSD}double": float,
}
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
Row = tuple[tuple[str, object], ...]


class Grade(Enum):
    """How near an answer comes: the same terms, the same but for how values are written, or not."""

    EXACT = "exact"
    VALUE = "value"
    FAILS = "fails"


@dataclass(frozen=True)
class Table:
    """Variables and rows; a row is its bound variables with their terms, by name."""

    variables: frozenset[str]
    rows: tuple[Row, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Graph:
    """A graph."""

    quads: frozenset[Quad]


Found = Table | Graph | bool


def row(solution: object, variables: list[str]) -> Row:
    """One solution of the engine."""
    return tuple(
        (name, term)
        for name in sorted(variables)
        if (term := solution[name]) is not None  # type: ignore[index]
    )


def of_engine(found: QuerySolutions | QueryBoolean | QueryTriples) -> Table | Graph | bool:
    """What the engine, or its reader of results, gives."""
    if isinstance(found, QueryBoolean):
        return bool(found)
    if isinstance(found, QueryTriples):
        return Graph(frozenset(Quad(t.subject, t.predicate, t.object) for t in found))
    names = [variable.value for variable in found.variables]
    return Table(frozenset(names), tuple(row(solution, names) for solution in found))


def expected(file: Path) -> Found:
    """The answer a file of the suites describes."""
    if file.suffix == ".csv":
        return of_csv(file.read_text("utf-8"))
    if file.suffix in TABLES:
        return of_engine(parse_query_results(path=file, format=TABLES[file.suffix]))
    triples = list(parse(path=file, format=format_of(file), base_iri=iri(file)))
    quads = frozenset(Quad(t.subject, t.predicate, t.object) for t in triples)
    table = described(quads)
    return Graph(quads) if table is None else table


def described(quads: frozenset[Quad]) -> Table | bool | None:
    """The result set a graph describes in the vocabulary `rs:`; None when it is a graph."""
    objects: dict[tuple[object, str], list[object]] = {}
    for quad in quads:
        objects.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)

    def one(subject: object, name: str) -> object:
        return objects[subject, f"{RS}{name}"][0]

    whole = [q.subject for q in quads if q.object == NamedNode(f"{RS}ResultSet")]
    if not whole:
        return None
    (result,) = whole
    if (result, f"{RS}boolean") in objects:
        return one(result, "boolean").value == "true"  # type: ignore[attr-defined]
    names = [v.value for v in objects.get((result, f"{RS}resultVariable"), [])]  # type: ignore[attr-defined]
    solutions = objects.get((result, f"{RS}solution"), [])
    ordered = bool(solutions) and (solutions[0], f"{RS}index") in objects
    if ordered:
        solutions.sort(key=lambda s: int(one(s, "index").value))  # type: ignore[attr-defined]
    rows = [
        tuple(
            sorted(
                (one(b, "variable").value, one(b, "value"))  # type: ignore[attr-defined]
                for b in objects.get((solution, f"{RS}binding"), [])
            )
        )
        for solution in solutions
    ]
    return Table(frozenset(names), tuple(rows), ordered)


def grade(found: Found, wanted: Found, lax: bool = False) -> Grade:
    """How near an answer comes to the one wanted; with `lax` a row may come less or more often."""
    if agree(found, wanted, lax, exactly):
        return Grade.EXACT
    return Grade.VALUE if agree(found, wanted, lax, by_value) else Grade.FAILS


def agree(found: Found, wanted: Found, lax: bool, read: Callable[[object], object]) -> bool:
    """Whether two answers are the same, each term read by `read`."""
    if isinstance(wanted, Graph) and isinstance(found, Graph):
        return canonical(found.quads, read) == canonical(wanted.quads, read)
    if not (isinstance(wanted, Table) and isinstance(found, Table)):
        return found == wanted and type(found) is type(wanted)
    if found.variables != wanted.variables:
        return False
    if lax:
        return set(read_rows(found, read)) == set(read_rows(wanted, read))
    if len(found.rows) != len(wanted.rows):
        return False
    one, other = (as_quads(read_rows(t, read), wanted.ordered) for t in (found, wanted))
    return canonical(one, exactly) == canonical(other, exactly)


def exactly(term: object) -> object:
    """A term as it is."""
    return term


def by_value(term: object) -> object:
    """A number or a truth value as the value it has, `01` as `1`; any other term as it is."""
    if isinstance(term, Triple):
        return Triple(term.subject, term.predicate, by_value(term.object))  # type: ignore[arg-type]
    if not isinstance(term, Literal) or term.datatype.value not in VALUES:
        return term
    try:
        value = VALUES[term.datatype.value](term.value)
    except (ArithmeticError, ValueError):  # no number at all: its text is all there is
        return term
    # The types derived from xsd:integer are kept by the engine as xsd:integer.
    datatype = f"{XSD}integer" if isinstance(value, int) else term.datatype.value
    return Literal(str(value), datatype=NamedNode(datatype))


def read_rows(table: Table, read: Callable[[object], object]) -> list[Row]:
    """The rows with each term read."""
    return [tuple((name, read(term)) for name, term in cells) for cells in table.rows]


def of_csv(text: str) -> Table:
    """Rows of CSV (RFC 4180): each cell a plain literal or a blank node, an empty one unbound.

    Columns are told by their header, as SPARQL leaves open the order of `SELECT *`.
    """
    header, *lines = list(csv.reader(io.StringIO(text, newline="")))
    rows = []
    for cells in lines:
        named = sorted(zip(header, cells, strict=True))
        rows.append(tuple((name, of_cell(cell)) for name, cell in named if cell))
    return Table(frozenset(header), tuple(rows))


def of_cell(cell: str) -> object:
    """A cell as a term; what looks like a number is one, of a datatype that CSV does not tell."""
    if cell.startswith("_:"):
        return BlankNode(cell[2:])
    if re.fullmatch(NUMBER, cell):
        return Literal(cell, datatype=NamedNode(f"{XSD}double"))
    return Literal(cell)


def as_quads(rows: list[Row], ordered: bool) -> list[Quad]:
    """Rows as a graph, so that blank nodes can be renamed; equal rows are one that counts."""
    made = []
    marked = (
        [(cells, place) for place, cells in enumerate(rows)] if ordered else Counter(rows).items()
    )
    for cells, mark in marked:
        node = BlankNode()
        made.append(Quad(node, NamedNode(f"{RS}mark"), Literal(str(mark))))
        made += [Quad(node, NamedNode(f"{RS}variable-{name}"), term) for name, term in cells]  # type: ignore[arg-type]
    return made


def canonical(quads: Iterable[Quad], read: Callable[[object], object]) -> Dataset:
    """A graph with names of blank nodes that depend on nothing but its shape."""
    made: list[Quad] = []
    for quad in quads:
        made.append(Quad(quad.subject, quad.predicate, flat(read(quad.object), made)))  # type: ignore[arg-type]
    dataset = Dataset(made)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def flat(term: object, made: list[Quad]) -> object:
    """A triple term as a node with three edges: canonicalisation does not look into one."""
    if not isinstance(term, Triple):
        return term
    node = BlankNode()
    parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
    made += [Quad(node, NamedNode(RDF + name), flat(part, made)) for name, part in parts]  # type: ignore[arg-type]
    return node
