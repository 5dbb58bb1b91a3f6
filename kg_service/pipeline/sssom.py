"""Mapping sets in SSSOM: a TSV file with its YAML header in `#` lines, and the set as RDF.

Format: https://mapping-commons.github.io/sssom/spec-formats-tsv/. RDF names of slots: the
`slot_uri` of SSSOM 1.0, https://w3id.org/sssom/; columns that SSSOM does not know are declared in
the header's `extension_definitions`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pyoxigraph import Literal, NamedNode, Triple

from kg_service.errors import NameUnknownError, TableError
from kg_service.names import Names
from kg_service.pipeline import tables
from kg_service.pipeline.tables import Row

ENDING = ".sssom.tsv"
MARK = "#"
SPACE = "https://w3id.org/heliotrope/sssom/"
MAPPING_SPACE = "https://w3id.org/heliotrope/mapping/"
KEY = ("subject_id", "object_id")
NEEDED = ("mapping_set_id", "mapping_set_version", "license", "curie_map")
SLOTS = (
    *("subject_id", "subject_label", "predicate_id", "object_id", "object_label"),
    *("mapping_justification", "subject_source", "object_source", "object_source_version"),
    "comment",
)
REFERENCES = frozenset(
    {"subject_id", "predicate_id", "object_id", "mapping_justification"}
    | {"subject_source", "object_source"}
)
REFERENCE_HINT = "linkml:Uriorcurie"

SSSOM = "https://w3id.org/sssom/"
OWL = "http://www.w3.org/2002/07/owl#"
DCTERMS = "http://purl.org/dc/terms/"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SH = "http://www.w3.org/ns/shacl#"
ANY_URI = "http://www.w3.org/2001/XMLSchema#anyURI"
PROPERTIES = {
    "subject_id": OWL + "annotatedSource",
    "predicate_id": OWL + "annotatedProperty",
    "object_id": OWL + "annotatedTarget",
    "comment": "http://www.w3.org/2000/01/rdf-schema#comment",
    "license": DCTERMS + "license",
    "mapping_set_version": OWL + "versionInfo",
    "mapping_set_title": DCTERMS + "title",
    "mapping_set_description": DCTERMS + "description",
}


@dataclass(frozen=True)
class MappingSet:
    """A mapping set: `name` is the file's without its ending, `rows` hold one mapping each.

    `header` is the YAML of the `#` lines, `names` its `curie_map`, `extensions` property and kind
    (a reference or not) of each column that SSSOM does not know.
    """

    path: Path
    name: str
    header: Mapping[str, Any]
    names: Names
    extensions: Mapping[str, tuple[str, bool]]
    rows: tuple[Row, ...]

    @property
    def iri(self) -> str:
        """The identifier of the set."""
        return str(self.header["mapping_set_id"])

    def node(self, row: Row) -> NamedNode:
        """The node that stands for a mapping, named by its set, ends and predicate."""
        ends = [self.names.iri(row.cells[x]) for x in ("subject_id", "predicate_id", "object_id")]
        digest = hashlib.sha256("\n".join([self.iri, *ends]).encode()).hexdigest()
        return NamedNode(MAPPING_SPACE + digest[:20])


def read(path: Path, folder: Path) -> MappingSet:
    """The mapping set at `path`, named by its place below `folder`.

    Raises TableError for a header that is not YAML or lacks a slot, a column that is neither
    SSSOM's nor declared, and whatever `tables.read` refuses.
    """
    table = tables.read(path, folder, header_rows=1, comment=MARK, key=KEY)
    name = path.name.removesuffix(ENDING)
    header = _header(path, table.file)
    for slot in NEEDED:
        if not header.get(slot):
            raise TableError(table.file, 1, slot, "", f"{slot} in the header")
    if header["mapping_set_id"] != SPACE + name:
        found = str(header["mapping_set_id"])
        raise TableError(table.file, 1, "mapping_set_id", found, SPACE + name)
    try:
        names = Names({str(k): str(v) for k, v in header["curie_map"].items()})
        extensions = dict(_extensions(header, names))
    except (AttributeError, KeyError, TypeError, ValueError, NameUnknownError) as error:
        raise TableError(
            table.file, 1, "curie_map", str(error), "prefixes with a namespace each, all declared"
        ) from None
    for column in table.columns:
        if column not in SLOTS and column not in extensions:
            raise TableError(
                table.file, 1, column, column, "a slot of SSSOM or of extension_definitions"
            )
    for column in SLOTS:
        if column not in table.columns:
            raise TableError(table.file, 1, column, "", "a column of this name")
    return MappingSet(path, name, header, names, extensions, table.rows)


def _header(path: Path, file: str) -> dict[str, Any]:
    lines = path.read_text("utf-8").splitlines()
    text = "\n".join(line.removeprefix(MARK) for line in lines if line.startswith(MARK))
    try:
        header = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TableError(file, line, "", str(error.problem), "YAML in the header") from None
    if not isinstance(header, dict):
        raise TableError(file, 1, "", "no header", "a YAML header in lines that start with #")
    return header


def _extensions(header: Mapping[str, Any], names: Names) -> Iterator[tuple[str, tuple[str, bool]]]:
    for extension in header.get("extension_definitions") or ():
        reference = extension.get("type_hint") == REFERENCE_HINT
        yield extension["slot_name"], (names.iri(extension["property"]), reference)


def triples(mapping_set: MappingSet) -> set[Triple]:
    """A set as RDF: its header, and for each mapping its triple and the node that describes it."""
    whole = NamedNode(mapping_set.iri)
    made = {Triple(whole, NamedNode(RDF_TYPE), NamedNode(SSSOM + "MappingSet"))}
    for slot, value in mapping_set.header.items():
        if slot.startswith("mapping_set_") and slot != "mapping_set_id":
            made.add(Triple(whole, _property(slot), Literal(str(value))))
    licence = NamedNode(str(mapping_set.header["license"]))
    made.add(Triple(whole, _property("license"), licence))
    for prefix, namespace in mapping_set.names.prefixes.items():
        declared = NamedNode(f"{mapping_set.iri}#{prefix}")
        made.add(Triple(whole, NamedNode(SH + "declare"), declared))
        made.add(Triple(declared, NamedNode(SH + "prefix"), Literal(prefix)))
        value = Literal(namespace, datatype=NamedNode(ANY_URI))
        made.add(Triple(declared, NamedNode(SH + "namespace"), value))
    for row in mapping_set.rows:
        node = mapping_set.node(row)
        made.add(Triple(whole, NamedNode(SSSOM + "mappings"), node))
        made.update(_mapping(mapping_set, row, node))
    return made


def _property(slot: str) -> NamedNode:
    return NamedNode(PROPERTIES.get(slot, SSSOM + slot))


def _mapping(mapping_set: MappingSet, row: Row, node: NamedNode) -> Iterator[Triple]:
    """The triple that the mapping says, then what is told of it."""
    names = mapping_set.names
    subject, predicate, target = (
        NamedNode(names.iri(row.cells[x])) for x in ("subject_id", "predicate_id", "object_id")
    )
    yield Triple(subject, predicate, target)
    for kind in (OWL + "Axiom", SSSOM + "Mapping"):
        yield Triple(node, NamedNode(RDF_TYPE), NamedNode(kind))
    for slot, text in row.cells.items():
        if not text:
            continue
        extension, reference = mapping_set.extensions.get(slot, ("", slot in REFERENCES))
        value = NamedNode(names.iri(text)) if reference else Literal(text)
        yield Triple(node, NamedNode(extension) if extension else _property(slot), value)
