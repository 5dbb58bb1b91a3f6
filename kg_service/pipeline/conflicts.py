"""Conflicts: where documents disagree with each other or with established medicine.

A row of `ontology/conflicts.tsv` links claims of both sides, or claims and a reference, and says of
what kind the disagreement is, how it is handled and why. The claims that a conflict names are
disputed. A disagreement about a document as a whole names the document and no claim. Nothing is
decided here: both sides stay in the graph.
"""

from __future__ import annotations

from kg_service.pipeline.tables import Row, Table
from kg_service.pipeline.templates import Templates

SIDES = ("oneSide", "otherSide")
DOCUMENT = "concernsDocument"
NEEDED = ("label", "conflictKind", "handling", "reason")


def disputed(table: Table, templates: Templates, claims: frozenset[str]) -> frozenset[str]:
    """The IRIs of the claims that conflicts name.

    Raises TableError for a conflict that lacks a part, names a claim that is not there, names one
    claim on both sides, has neither another side nor a reference, or names a document and claims.
    """
    columns = {key: _column(table, key) for key in (*NEEDED, *SIDES, "reference", DOCUMENT)}
    found: set[str] = set()
    for row in table.rows:
        for key in NEEDED:
            if not row.cells[columns[key]]:
                raise row.error(columns[key], "a value: a conflict has all of " + ", ".join(NEEDED))
        if row.cells[columns[DOCUMENT]]:
            for side in SIDES:
                if row.cells[columns[side]]:
                    raise row.error(columns[side], "no claims in a conflict about a document")
            continue
        if not row.cells[columns["oneSide"]]:
            raise row.error(columns["oneSide"], "claims of one side, or a document")
        if not row.cells[columns["otherSide"]] and not row.cells[columns["reference"]]:
            raise row.error(columns["otherSide"], "claims of another side, or a reference")
        one, other = (_claims(row, columns[side], templates, claims) for side in SIDES)
        if one & other:
            raise row.error(columns["otherSide"], "claims that are not on the one side as well")
        found |= one | other
    return frozenset(found)


def _column(table: Table, key: str) -> str:
    for name, template in table.templates.items():
        if f"h:{key}" in template.split(" ") or (key, template) in LABELS:
            return name
    raise table.error(table.columns[0], f"a column with the template of h:{key} as well")


LABELS = {("label", "A rdfs:label"), ("reason", "A rdfs:comment")}


def _claims(row: Row, column: str, templates: Templates, claims: frozenset[str]) -> set[str]:
    named = {templates.resolve(part) for part in row.cells[column].split("|") if part}
    for name in sorted(named - claims):
        raise row.error(column, f"claims that have a row; {name} has none")
    return named
