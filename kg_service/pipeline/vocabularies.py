"""Vocabularies: what files of others show of identifiers, their names and their mappings.

Files differ in how they spell a prefix; `ontology/mappings/spellings.tsv` says which of ours each
spelling means, and every identifier is brought to that spelling here.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat

from kg_service.errors import IdentifierError
from kg_service.names import Names
from kg_service.pipeline import identifiers
from kg_service.pipeline.identifiers import HomeTerm, Reader

CROSS_REFERENCE = "oboInOwl:hasDbXref"
RELATED = "skos:relatedMatch"
CONVERSE = {"skos:broadMatch": "skos:narrowMatch", "skos:narrowMatch": "skos:broadMatch"}
# A LOINC result that is normal or negative: the annotation then denies the HPO term.
DENYING = frozenset({"N", "NEG"})
NEGATIVE = "Not"
REGISTRY = "registry/bioregistry-subset.json.gz"
MAPPING_SETS = "mappings"
DESCRIPTION = "README.md"

RDFS_LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
DEPRECATED = NamedNode("http://www.w3.org/2002/07/owl#deprecated")
SUCCESSOR = NamedNode("http://purl.obolibrary.org/obo/IAO_0100001")


@dataclass
class Shown:
    """What a file shows: predicates of each pair, and the labels it gives to objects."""

    predicates: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


class Vocabularies:
    """The files of a folder, each read once; of mappings, those that start at a wanted term."""

    def __init__(
        self, folder: Path, names: Names, spellings: Mapping[str, str], wanted: Iterable[str]
    ) -> None:
        """Take folder, our prefixes, which of them each other spelling means, wanted CURIEs."""
        self._folder, self._names, self._spellings = folder, names, spellings
        self._wanted = frozenset(map(_local, wanted))
        self._declared = {prefix.lower(): prefix for prefix in names.prefixes}
        self.description = cache(self._description)
        self.home = cache(self._home)
        self.shown = cache(self._shown)
        self.names_in = cache(self._names_in)
        self.negative = cache(self._negative)
        self.patterns = cache(self._patterns)

    def has(self, name: str) -> bool:
        """Whether the file or folder is at hand."""
        return (self._folder / name).exists()

    def _description(self, name: str) -> str:
        """What the folder's own description says of a file; empty when it says nothing."""
        path = self._folder / DESCRIPTION
        lines = path.read_text("utf-8").splitlines() if path.is_file() else []
        return next((line for line in lines if line.startswith(f"| `{name}` |")), "")

    @property
    def folder(self) -> str:
        """The name of the folder, for messages."""
        return self._folder.name

    def curie(self, text: str, prefix: str = "") -> str:
        """A CURIE or IRI of a file in our spelling; `prefix` is for a text that has none."""
        if "://" in text:
            return self._names.curie(text)
        before, colon, local = text.partition(":")
        if not colon:
            return f"{prefix}:{text}" if prefix else text
        spelled = before.lower()
        return f"{self._spellings.get(spelled) or self._declared.get(spelled, before)}:{local}"

    def _home(self, name: str, prefix: str) -> dict[str, HomeTerm]:
        """Every term of a file; `prefix` is that of identifiers without one.

        Raises IdentifierError for a format with no reader.
        """
        terms = identifiers.read_home(self._folder / name, HOMES)
        return {self.curie(text, prefix): term for text, term in terms.items()}

    def _names_in(self, name: str, prefix: str) -> dict[str, frozenset[str]]:
        """Label and entry terms, in lower case, of a table of identifier, label, entry terms."""
        found = {}
        for cells in csv.reader(_lines(self._folder / name), delimiter="\t"):
            entries = [cells[1], *(cells[2].split("|") if len(cells) > 2 else ())]
            found[self.curie(cells[0], prefix)] = frozenset(x.lower() for x in entries if x)
        return found

    def _shown(self, name: str) -> Shown:
        """What a file shows. Raises IdentifierError for a format with no reader."""
        shown = Shown()
        ending = next((x for x in sorted(PAIRS, key=len, reverse=True) if name.endswith(x)), "")
        if not ending:
            raise IdentifierError(
                f"{name}: no reader for mappings.", f"One of: {', '.join(PAIRS)}."
            )
        for subject, predicate, target, label in PAIRS[ending](self._folder / name):
            if _local(subject) not in self._wanted:
                continue
            ends = self.curie(subject), self.curie(target)
            shown.predicates.setdefault(ends, set()).add(predicate)
            if label:
                shown.labels.setdefault(ends[1], label)
        return shown

    def _negative(self) -> frozenset[frozenset[str]]:
        """Pairs that a mapping set below `mappings/` calls wrong."""
        paths = sorted((self._folder / MAPPING_SETS).glob("*.sssom.tsv.gz"))
        return frozenset(
            frozenset((self.curie(row["subject_id"]), self.curie(row["object_id"])))
            for path in paths
            for row in _sssom_rows(path)
            if row.get("predicate_modifier") == NEGATIVE
        )

    def _patterns(self) -> dict[str, str]:
        """The regular expression of local identifiers, by entry of the registry."""
        entries = json.loads(gzip.decompress((self._folder / REGISTRY).read_bytes()))
        return {key: entry["pattern"] for key, entry in entries.items() if "pattern" in entry}


def _local(text: str) -> str:
    """What follows the prefix of a CURIE, or of an OBO IRI."""
    return text.replace("_", ":").rpartition(":")[2]


def _lines(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()


def _rdf(path: Path, form: RdfFormat) -> Iterator[tuple[str, HomeTerm]]:
    labels: dict[str, str] = {}
    obsolete: set[str] = set()
    successors: dict[str, str] = {}
    for quad in pyoxigraph.parse(gzip.decompress(path.read_bytes()), form):
        if not isinstance(quad.subject, NamedNode) or isinstance(quad.object, pyoxigraph.Triple):
            continue
        iri, value = quad.subject.value, quad.object.value
        if quad.predicate == RDFS_LABEL:
            labels.setdefault(iri, value)
        elif quad.predicate == DEPRECATED and value in ("true", "1"):
            obsolete.add(iri)
        elif quad.predicate == SUCCESSOR:
            successors[iri] = value
    for iri, label in labels.items():
        yield iri, HomeTerm(label, iri in obsolete, successors.get(iri, ""))


def _owl(path: Path) -> Iterator[tuple[str, HomeTerm]]:
    """OWL in RDF/XML."""
    return _rdf(path, RdfFormat.RDF_XML)


def _turtle(path: Path) -> Iterator[tuple[str, HomeTerm]]:
    """OWL in Turtle."""
    return _rdf(path, RdfFormat.TURTLE)


def _statuses(path: Path) -> Iterator[tuple[str, HomeTerm]]:
    """A table of identifier and label, with a header if it has a column `is_deprecated`."""
    rows = list(csv.reader(_lines(path), delimiter="\t"))
    column = rows[0].index("is_deprecated") if "is_deprecated" in rows[0] else None
    for cells in rows:
        yield cells[0], HomeTerm(cells[1], column is not None and cells[column] == "True")


def _codes(path: Path) -> Iterator[tuple[str, HomeTerm]]:
    """A CSV of ICD-10-CM codes written without their dot, which follows the third character."""
    for code, label in csv.reader(_lines(path)):
        yield code if len(code) <= 3 else f"{code[:3]}.{code[3:]}", HomeTerm(label, False)


HOMES: dict[str, Reader] = identifiers.READERS | {
    ".owl.gz": _owl,
    ".ttl.gz": _turtle,
    ".tsv.gz": _statuses,
    ".csv.gz": _codes,
}


def _sssom_rows(path: Path) -> Iterator[dict[str, str]]:
    lines = (line.split("\t") for line in _lines(path) if not line.startswith("#"))
    header = next(lines)
    for cells in lines:
        yield dict(zip(header, cells, strict=False))


def _sssom(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """An SSSOM set; each mapping is shown from both ends."""
    for row in _sssom_rows(path):
        if row.get("predicate_modifier"):
            continue
        subject, predicate, target = row["subject_id"], row["predicate_id"], row["object_id"]
        yield subject, predicate, target, row.get("object_label") or ""
        if predicate != CROSS_REFERENCE:
            label = row.get("subject_label") or ""
            yield target, CONVERSE.get(predicate, predicate), subject, label


def _obographs_references(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Cross-references in OBO Graphs JSON."""
    for graph in json.loads(gzip.decompress(path.read_bytes()))["graphs"]:
        for node in graph["nodes"]:
            for reference in node.get("meta", {}).get("xrefs", ()):
                yield node["id"], CROSS_REFERENCE, reference["val"], ""


def _obo_references(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """`xref` clauses of OBO 1.4 `[Term]` frames."""
    for frame in "\n".join(_lines(path)).split("\n[Term]\n")[1:]:
        lines = frame.split("\n[", 1)[0].splitlines()
        identifier = next(x for x in lines if x.startswith("id: ")).split(" ")[1]
        for line in lines:
            if line.startswith("xref: "):
                yield identifier, CROSS_REFERENCE, line.split(" ")[1], ""


def _table_references(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """A table with columns `id` and `xref` (DOID) or `loincId`, `outcome`, `hpoTermId`."""
    for row in csv.DictReader(_lines(path), delimiter="\t"):
        if "xref" in row:
            yield row["id"], CROSS_REFERENCE, row["xref"], ""
        elif row["outcome"] not in DENYING:
            yield row["hpoTermId"], RELATED, f"LOINC:{row['loincId']}", ""


PAIRS: dict[str, Callable[[Path], Iterator[tuple[str, str, str, str]]]] = {
    ".sssom.tsv.gz": _sssom,
    ".obographs.json.gz": _obographs_references,
    ".obo.gz": _obo_references,
    ".tsv.gz": _table_references,
}
