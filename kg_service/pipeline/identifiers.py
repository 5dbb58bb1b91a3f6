"""Identifiers: every external term is in its home file, alive, under the label we give it.

`ontology/tables/external.tsv` names for each term its label, status, version and home file. The
table is always checked against itself; where the home files are at hand, against them as well.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from kg_service.errors import IdentifierError
from kg_service.pipeline.tables import Row, Table

OBO = "http://purl.obolibrary.org/obo/"
STATUS = ("active",)


@dataclass(frozen=True)
class HomeTerm:
    """A term as its home file has it; `replaced_by` is a CURIE or empty."""

    label: str
    deprecated: bool
    replaced_by: str = ""


def _curie(iri: str) -> str:
    return iri.removeprefix(OBO).replace("_", ":", 1) if iri.startswith(OBO) else iri


def _obographs(path: Path) -> Iterator[tuple[str, HomeTerm]]:
    """OBO Graphs JSON, nodes of every graph."""
    for graph in json.loads(gzip.decompress(path.read_bytes()))["graphs"]:
        for node in graph["nodes"]:
            meta = node.get("meta", {})
            values = {v["pred"]: v["val"] for v in meta.get("basicPropertyValues", ())}
            successor = _curie(values.get(OBO + "IAO_0100001", ""))
            term = HomeTerm(node.get("lbl", ""), meta.get("deprecated", False), successor)
            yield _curie(node["id"]), term


def _cellxgene(path: Path) -> Iterator[tuple[str, HomeTerm]]:
    """The JSON of cellxgene-ontology-guide: CURIE to label, deprecated, replaced_by."""
    for curie, term in json.loads(gzip.decompress(path.read_bytes())).items():
        successor = term.get("replaced_by") or ""
        yield curie, HomeTerm(term["label"] or "", term.get("deprecated", False), successor)


def _obo(path: Path) -> Iterator[tuple[str, HomeTerm]]:
    """OBO 1.4 `[Term]` frames; only id, name, is_obsolete, replaced_by are looked at.

    A whole-file parser is no help here: some of these files hold clauses that strict ones refuse.
    """
    for frame in gzip.decompress(path.read_bytes()).decode("utf-8").split("\n[Term]\n")[1:]:
        frame = frame.split("\n[", 1)[0]
        tags = dict(reversed([x.split(": ", 1) for x in frame.splitlines() if ": " in x]))
        obsolete = tags.get("is_obsolete", "").startswith("true")
        successor = tags.get("replaced_by", "").split(" ")[0]
        yield tags["id"].split(" ")[0], HomeTerm(tags.get("name", ""), obsolete, successor)


def _table(path: Path) -> Iterator[tuple[str, HomeTerm]]:
    """A table of live terms whose first two columns are identifier and label."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    for row in csv.reader(text.splitlines(), delimiter="\t"):
        yield row[0], HomeTerm(row[1], False)


Reader: TypeAlias = Callable[[Path], Iterator[tuple[str, HomeTerm]]]
READERS: dict[str, Reader] = {
    ".obographs.json.gz": _obographs,
    ".obograph.json.gz": _obographs,
    ".json.gz": _obographs,
    ".cxg.json.gz": _cellxgene,
    ".obo.gz": _obo,
    ".tsv.gz": _table,
}


def read_home(path: Path, readers: Mapping[str, Reader] = READERS) -> dict[str, HomeTerm]:
    """Every term of a home file by CURIE. Raises IdentifierError for a format with no reader."""
    for ending in sorted(readers, key=len, reverse=True):
        if path.name.endswith(ending):
            return dict(readers[ending](path))
    raise IdentifierError(
        f"{path.name}: no reader for this kind of file.", f"One of: {', '.join(readers)}."
    )


def homes(table: Table) -> dict[str, list[Row]]:
    """The rows of the table of external terms by home file, checked against themselves.

    Raises TableError for a label used twice, a status that is not `active`, an empty version or
    home.
    """
    seen: dict[str, str] = {}
    result: dict[str, list[Row]] = {}
    for row in table.rows:
        cells = row.cells
        if seen.setdefault(cells["Label"], cells["ID"]) != cells["ID"]:
            raise row.error("Label", f"a label of its own; {seen[cells['Label']]} has this one")
        if cells["Status"] not in STATUS:
            raise row.error("Status", f"{' or '.join(STATUS)}: only living terms are used")
        for column in ("Label", "Version", "Home"):
            if not cells[column]:
                raise row.error(column, "a value")
        result.setdefault(cells["Home"], []).append(row)
    return result


def verify(rows: Iterable[Row], home: dict[str, HomeTerm], file: str) -> None:
    """Compare rows with their home file; raises TableError for the first that differs."""
    for row in rows:
        term = home.get(row.cells["ID"])
        if term is None:
            raise row.error("ID", f"an identifier that {file} has")
        if term.deprecated:
            hint = f"; {term.replaced_by} replaces it" if term.replaced_by else ""
            raise row.error("ID", f"a term that is not obsolete in {file}{hint}")
        if term.label != row.cells["Label"]:
            raise row.error("Label", f"{term.label!r}, as {file} has it")
