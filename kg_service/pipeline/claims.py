"""Claims: what a document says at one place, one row each, and the assertion a claim makes.

A claim says that its subject has its relation to its object, how strongly, for whom, and where
it is written. Its assertion between the two kinds goes into the ontology: a property assertion, or
for a denied claim a negative one, annotated with the claims that make it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import pyhornedowl.model as owl

from kg_service.logic.axioms import VOCABULARY
from kg_service.pipeline.documents import Text
from kg_service.pipeline.quantities import MEASUREMENT, Measure, Quantities, told
from kg_service.pipeline.tables import Row, Table
from kg_service.pipeline.templates import Templates, iri

MODALITIES = ("asserted", "typical", "may", "rare", "denied")
SCOPES = ("context", "population")
NUMBERS = ("minimum", "maximum", "unit")
KEYS = ("subject", "relation", "object", "modality", "document", "line", "start", "end")


@dataclass(frozen=True)
class Claim:
    """One claim; subject, relation, object, document, context and population are IRIs.

    `start` and `end` are code points in the document's file, `line` is 1-based.
    """

    iri: str
    subject: str
    relation: str
    object: str
    modality: str
    document: str
    line: int
    start: int
    end: int
    context: frozenset[str]
    population: frozenset[str]
    row: Row
    disputed: bool = False
    measure: Measure = field(default_factory=Measure)

    @property
    def denied(self) -> bool:
        """Whether the document denies the relation."""
        return self.modality == "denied"


@dataclass(frozen=True)
class Known:
    """What claims may mention: terms, and for each relation the modalities it admits."""

    terms: frozenset[str]
    admits: Mapping[str, frozenset[str]]
    documents: frozenset[str]
    texts: Mapping[str, Text]


def read(table: Table, templates: Templates, known: Known) -> list[Claim]:
    """The claims of a table. Raises TableError naming the cell that is wrong.

    Refused are: a column that is missing, a relation other than the file's, a term or document
    that is not known, a modality the relation does not admit, and a span that does not fit its
    document (where the documents are at hand).
    """
    columns = {}
    for key in (*KEYS, *SCOPES, *NUMBERS):
        wanted = f"h:{key}"
        names = [n for n, t in table.templates.items() if wanted in t.replace("^", " ").split(" ")]
        columns[key] = names[0] if names else ""
        if not names and key in KEYS:
            raise table.error(table.columns[0], f"a column with the template of {wanted} as well")
    relation = VOCABULARY + PurePosixPath(table.file).stem
    return [_claim(row, columns, relation, templates, known) for row in table.rows]


def _claim(
    row: Row, columns: Mapping[str, str], relation: str, templates: Templates, known: Known
) -> Claim:
    def cell(key: str) -> str:
        value = row.cells[columns[key]]
        if not value:
            raise row.error(columns[key], "a value: a claim has all of " + ", ".join(KEYS))
        return value

    def named(key: str) -> str:
        return row.named(columns[key], templates.resolve, cell(key))

    def term(key: str) -> str:
        name = named(key)
        if name not in known.terms:
            raise row.error(columns[key], "a term with a row in a table, or of schema.ofn")
        return name

    def number(key: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", cell(key)):
            raise row.error(columns[key], "a whole number")
        return int(cell(key))

    def scope(key: str) -> frozenset[str]:
        text = row.cells[columns[key]] if columns[key] else ""
        parts = (part for part in text.split("|") if part)
        return frozenset(row.named(columns[key], templates.resolve, part) for part in parts)

    def number_of(key: str) -> str:
        return row.cells[columns[key]] if columns[key] else ""

    document = named("document")
    if document not in known.documents:
        raise row.error(columns["document"], "a document of sources.tsv")
    if named("relation") != relation:
        raise row.error(columns["relation"], f"h:{relation.removeprefix(VOCABULARY)}, as the file")
    if relation not in known.admits:
        raise row.error(columns["relation"], "a relation that schema.ofn declares with h:admits")
    modality = cell("modality")
    if modality not in known.admits[relation]:
        allowed = " or ".join(m for m in MODALITIES if m in known.admits[relation])
        raise row.error(columns["modality"], f"{allowed}: what this relation admits")
    line, start, end = number("line"), number("start"), number("end")
    text = known.texts.get(document)
    if text is not None and (fault := text.fault(line, start, end)):
        raise row.error(columns["line"], fault)
    return Claim(
        row.named(next(iter(row.cells)), templates.resolve),
        term("subject"),
        relation,
        term("object"),
        modality,
        document,
        line,
        start,
        end,
        scope("context"),
        scope("population"),
        row,
        measure=Measure(*map(number_of, NUMBERS)),
    )


def refuse_repeats(claims: Iterable[Claim]) -> None:
    """Raise TableError for a claim identifier used twice, or one thing said twice by one span."""
    identifiers: dict[str, Claim] = {}
    said: dict[tuple[object, ...], Claim] = {}
    for claim in claims:
        if (other := identifiers.setdefault(claim.iri, claim)) is not claim:
            raise claim.row.error(
                next(iter(claim.row.cells)),
                f"an identifier of its own; {other.row.file} has this one",
            )
        place = (claim.document, claim.start, claim.end)
        key = (claim.subject, claim.relation, claim.object, *place)
        if (other := said.setdefault(key, claim)) is not claim:
            raise claim.row.error(
                next(iter(claim.row.cells)), f"a claim not made before; <{other.iri}> is one"
            )


def assertions(claims: Iterable[Claim], known: Quantities) -> list[tuple[Any, set[Any]]]:
    """The axioms that the claims make, each with its annotations (claims and scope).

    Claims that say the same of the same scope make one axiom together. A disputed denial makes
    none: the conflict that names it keeps it beside what it denies, where axioms would clash.
    """
    made: dict[tuple[Any, frozenset[str], frozenset[str]], list[Claim]] = defaultdict(list)
    for claim in claims:
        if not (claim.denied and claim.disputed):
            for axiom in _axioms(claim, known):
                made[axiom, claim.context, claim.population].append(claim)
    axioms = []
    for (axiom, context, population), group in made.items():
        notes = [("claim", claim.iri) for claim in group]
        notes += [("context", x) for x in context] + [("population", x) for x in population]
        annotations = {
            owl.Annotation(owl.AnnotationProperty(iri(VOCABULARY + key)), iri(value))
            for key, value in notes
        }
        axioms.append((axiom, annotations))
    return axioms


def _axioms(claim: Claim, known: Quantities) -> Iterator[Any]:
    kind = owl.NegativeObjectPropertyAssertion if claim.denied else owl.ObjectPropertyAssertion
    ends = (owl.NamedIndividual(iri(x)) for x in (claim.subject, claim.object))
    yield kind(owl.ObjectProperty(iri(claim.relation)), *ends)
    if claim.relation == MEASUREMENT and claim.modality == "asserted":
        yield from told(claim.subject, claim.object, claim.measure, known)
