"""Ontology: the schema written by hand and the tables, put together as OWL axioms.

`ontology/schema.ofn` holds meaning, `ontology/tables/` facts. What comes out is everything
asserted: the axioms, the claims, and what each name means.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pyhornedowl
import pyhornedowl.model as owl

from kg_service.errors import BuildError, SchemaError
from kg_service.logic.axioms import RDFS, VOCABULARY
from kg_service.names import Names
from kg_service.pipeline import claims as claim_rows
from kg_service.pipeline import conflicts, tables
from kg_service.pipeline import passages as passage_rows
from kg_service.pipeline.claims import Claim, Known
from kg_service.pipeline.documents import Text
from kg_service.pipeline.passages import Passage
from kg_service.pipeline.quantities import quantities
from kg_service.pipeline.tables import Row, Table
from kg_service.pipeline.templates import Templates

CLAIMS = "tables/claims/"
NAMESPACE = re.compile(r"[a-z][a-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
# Tables beside `tables/` that describe, and the graph each goes to.
RECORDS = {
    "sources": "sources",
    "passages": "sources",
    "citations": "sources",
    "references": "sources",
    "conflicts": "conflicts",
}
LABEL_TEMPLATES = ("LABEL", "A rdfs:label")
Axiom: TypeAlias = tuple[Any, set[Any]]
"""An axiom of py-horned-owl with its annotations."""


@dataclass(frozen=True)
class Folder:
    """The files of `ontology/`, read; `tables` are in order of path."""

    schema: pyhornedowl.PyIndexedOntology
    names: Names
    prefixes: dict[str, str]
    tables: tuple[Table, ...]
    records: dict[str, Table]

    @property
    def sources(self) -> Table:
        """The documents."""
        return self.records["sources"]

    @property
    def external(self) -> Table:
        """The slim table of external terms."""
        found = [t for t in self.tables if t.file == "tables/external.tsv"]
        if not found:
            raise SchemaError("tables/external.tsv is missing.", "Put it there.")
        return found[0].require("ID", "Label", "Status", "Version", "Home")

    @property
    def documents(self) -> dict[str, tuple[str, str]]:
        """File name and sha256 of each document, by IRI."""
        found = {}
        name, digest = (self.sources.column(f"A h:{key}") for key in ("fileName", "sha256"))
        if name is None or digest is None:
            raise self.sources.error(self.sources.columns[0], "columns A h:fileName, A h:sha256")
        for row in self.sources.rows:
            key = row.named(self.sources.columns[0], self.names.iri)
            found[key] = (row.cells[name], row.cells[digest])
        return found


@dataclass(frozen=True)
class Asserted:
    """All that schema and tables say.

    `axioms` are the ontology's; `records` describe claims, documents, passages and conflicts by the
    name of their graph (annotations, not given to a reasoner); `labels` maps IRI to label.
    """

    axioms: tuple[Axiom, ...]
    records: Mapping[str, tuple[Axiom, ...]]
    claims: tuple[Claim, ...]
    labels: Mapping[str, str]
    passages: tuple[Passage, ...]


def read(folder: Path) -> Folder:
    """Read the files of an ontology folder. Raises SchemaError or TableError."""
    path = folder / "schema.ofn"
    try:
        schema = pyhornedowl.open_ontology_from_string(path.read_text("utf-8"), "ofn")
    except OSError as error:
        message = f"schema.ofn cannot be read: {error.strerror}."
        raise SchemaError(message, "Put it there.") from None
    except ValueError as error:
        raise SchemaError(f"schema.ofn is not functional syntax: {error}") from None
    prefixes = _prefixes(tables.read(folder / "prefixes.tsv", folder, header_rows=1))
    return Folder(
        schema,
        Names(prefixes),
        prefixes,
        tuple(tables.read(p, folder) for p in sorted((folder / "tables").rglob("*.tsv"))),
        {n: tables.read(folder / f"{n}.tsv", folder, order=tables.natural) for n in RECORDS},
    )


def _prefixes(table: Table) -> dict[str, str]:
    """Prefix ▸ namespace. Raises TableError for one that is no IRI, or a name used twice."""
    found: dict[str, str] = {}
    for row in table.require("prefix", "namespace").rows:
        prefix, namespace = row.cells["prefix"], row.cells["namespace"]
        if not NAMESPACE.fullmatch(namespace):
            raise row.error("namespace", "an absolute IRI")
        if namespace in found.values():
            raise row.error("namespace", "a namespace of its own")
        if prefix.lower() in map(str.lower, found):
            raise row.error("prefix", "a prefix of its own, in any case of letters")
        found[prefix] = namespace
    return found


def _schema_labels(schema: Iterable[Axiom]) -> dict[str, str]:
    return {
        str(axiom.subject): str(axiom.ann.av.literal)
        for axiom, _ in schema
        if isinstance(axiom, owl.AnnotationAssertion) and str(axiom.ann.ap.first) == RDFS + "label"
    }


def _admitted(schema: Iterable[Axiom]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for axiom, _ in schema:
        if isinstance(axiom, owl.AnnotationAssertion) and str(axiom.ann.ap.first) == (
            VOCABULARY + "admits"
        ):
            subject = str(axiom.subject)
            found[subject] = found.get(subject, frozenset()) | {str(axiom.ann.av.literal)}
    return found


def _listed(schema: Iterable[Axiom], name: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    """The labels of the members of a class of ours. Raises SchemaError for one without a label."""
    found = (a for a, _ in schema if isinstance(a, owl.ClassAssertion))
    members = [str(a.i.first) for a in found if str(a.ce.first) == VOCABULARY + name]
    for member in members:
        if member not in labels:
            raise SchemaError(f"<{member}> is of h:{name} and has no label.", "Give it one.")
    return tuple(sorted(labels[member] for member in members))


def _table_labels(folder: Folder) -> dict[str, str]:
    labels: dict[str, str] = {}
    for table in folder.tables:
        column = next((c for t in LABEL_TEMPLATES if (c := table.column(t))), None)
        for row in table.rows if column else ():
            assert column is not None
            labels[row.named(table.columns[0], folder.names.iri)] = row.cells[column]
    return labels


def _verify_label_columns(folder: Folder, labels: Mapping[str, str]) -> None:
    """A column `X label` beside a column `X` is for readers; it must say what X is called."""
    for table in folder.tables:
        beside = [c for c in table.columns if c.endswith(" label") and c[:-6] in table.columns]
        for row in table.rows:
            for column in beside:
                named, about = row.cells[column[:-6]], column[:-6]
                called = labels.get(row.named(about, folder.names.iri), "") if named else ""
                if row.cells[column] != called:
                    raise row.error(column, f"{called!r}, the label of {named}")


def assemble(folder: Folder, texts: Mapping[str, Text]) -> Asserted:
    """Everything asserted. `texts` are the documents at hand, by IRI; spans are held against them.

    Raises TableError for any cell that is wrong: see `templates`, `claims` and `passages`.
    """
    schema: list[Axiom] = [(c.component, set(c.ann)) for c in folder.schema.get_components()]
    labels = _schema_labels(schema) | _table_labels(folder)
    declared = (owl.DeclareObjectProperty, owl.DeclareClass, owl.DeclareNamedIndividual)
    in_schema = {str(a.first.first) for a, _ in schema if isinstance(a, declared)}
    properties = {str(a.first.first) for a, _ in schema if isinstance(a, owl.DeclareObjectProperty)}
    by_label = {label: name for name, label in labels.items()}
    kinds = (owl.DeclareObjectProperty, owl.DeclareAnnotationProperty, owl.DeclareDataProperty)
    ours = frozenset(str(a.first.first) for a, _ in schema if isinstance(a, kinds))
    templates = Templates(folder.names, by_label, properties, ours)
    _verify_label_columns(folder, labels)

    rows = {
        row.named(table.columns[0], folder.names.iri): row
        for table in (*folder.tables, *folder.records.values())
        for row in table.rows
    }
    known = Known(
        frozenset(rows) | in_schema,
        _admitted(schema),
        frozenset(folder.documents),
        texts,
    )
    claim_tables = [t for t in folder.tables if t.file.startswith(CLAIMS)]
    claims = [c for t in claim_tables for c in claim_rows.read(t, templates, known)]
    claim_rows.refuse_repeats(claims)
    contested = conflicts.disputed(
        folder.records["conflicts"], templates, frozenset(claim.iri for claim in claims)
    )
    claims = [dataclasses.replace(c, disputed=c.iri in contested) for c in claims]

    allowed = passage_rows.Known(
        _listed(schema, "PassageKind", labels),
        _listed(schema, "PassageReason", labels),
        known.documents,
        texts,
    )
    passages = passage_rows.cover(
        passage_rows.read(folder.records["passages"], folder.names, allowed),
        claims,
        folder.names,
        whole=bool(texts),
    )

    facts = [x for t in folder.tables if t not in claim_tables for x in templates.axioms(t)]
    told = [x for t in claim_tables for x in templates.axioms(t)]
    for row, axiom in (*facts, *told):
        _verify_mentions(row, axiom, known)
    described: dict[str, tuple[Axiom, ...]] = {}
    for name, graph in RECORDS.items():
        rows_of = list(templates.axioms(folder.records[name]))
        for row, axiom in rows_of:
            _verify_mentions(row, axiom, known)
        described[graph] = described.get(graph, ()) + tuple((a, set()) for _, a in rows_of)
    _refuse_cycles(facts, folder.names)
    measured = quantities(axiom for axiom, _ in schema)
    return Asserted(
        (*schema, *((a, set()) for _, a in facts), *claim_rows.assertions(claims, measured)),
        {"claims": tuple((a, set()) for _, a in told)} | described,
        tuple(claims),
        labels,
        passages,
    )


OURS = "https://w3id.org/heliotrope/"
TERM_SPACES = ("http://purl.obolibrary.org/obo/", OURS + "KG_", OURS + "claim/", OURS + "document/")


def _mentions(axiom: Any) -> list[str]:
    """The IRIs of individuals, classes and annotation values that an axiom of a row mentions."""
    if isinstance(axiom, owl.AnnotationAssertion):
        return [str(axiom.ann.av)] if isinstance(axiom.ann.av, owl.IRI) else []
    if isinstance(axiom, owl.ObjectPropertyAssertion):
        return [str(axiom.target.first)]
    if isinstance(axiom, owl.SubClassOf) and isinstance(axiom.sup, owl.Class):
        return [str(axiom.sup.first)]
    if isinstance(axiom, owl.ClassAssertion) and isinstance(axiom.ce, owl.Class):
        return [str(axiom.ce.first)]
    return []


def _verify_mentions(row: Row, axiom: Any, known: Known) -> None:
    for name in _mentions(axiom):
        term = name.startswith((*TERM_SPACES, VOCABULARY))
        if term and name not in known.terms | known.documents | known.admits.keys():
            raise row.error(next(iter(row.cells)), f"rows for all it mentions; {name} has none")


def _refuse_cycles(facts: Iterable[tuple[Row, Any]], names: Names) -> None:
    """Raise TableError when a term is its own ancestor; the message names the whole circle."""
    parents: dict[str, list[str]] = {}
    rows: dict[str, Row] = {}
    for row, axiom in facts:
        if isinstance(axiom, owl.SubClassOf) and isinstance(axiom.sup, owl.Class):
            parents.setdefault(str(axiom.sub.first), []).append(str(axiom.sup.first))
            rows.setdefault(str(axiom.sub.first), row)
    done: set[str] = set()

    def climb(term: str, path: tuple[str, ...]) -> None:
        if term in path:
            circle = " ▸ ".join(names.curie(x) for x in (*path[path.index(term) :], term))
            raise rows[term].error(
                next(iter(rows[term].cells)), f"parents without a circle: {circle}"
            )
        if term not in done:
            for parent in parents.get(term, ()):
                climb(parent, (*path, term))
            done.add(term)

    for term in sorted(parents):
        climb(term, ())


def _pairs(axiom: Any, notes: set[Any]) -> Iterator[Axiom]:
    if not isinstance(axiom, (owl.DisjointClasses, owl.DisjointObjectProperties)):
        yield axiom, notes
        return
    for one, other in itertools.combinations(axiom.first, 2):
        yield type(axiom)([one, other]), notes


def horned(axioms: Iterable[Axiom]) -> pyhornedowl.PyIndexedOntology:
    """The axioms as an ontology of py-horned-owl, disjointness of many as pairs.

    py-horned-owl 2.0 writes of `DisjointClasses(A B C)` the pairs of A only; pairs say the same
    (OWL 2 Structural Specification, section 9.1.3).
    """
    made = pyhornedowl.PyIndexedOntology()
    for axiom, notes in (pair for whole in axioms for pair in _pairs(*whole)):
        try:
            made.add_component(axiom, notes)
        except (TypeError, ValueError) as error:
            raise BuildError(f"An axiom cannot be added: {axiom} ({error}).") from None
    return made


def version(folder: Folder) -> str:
    """The version of the ontology: what follows the last slash of its version IRI."""
    return str(folder.schema.get_version_iri()).rsplit("/", 1)[-1]
