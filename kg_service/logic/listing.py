"""A classification as a file: TSV or N-Triples, written aside and renamed when whole.

TSV has a header `subject predicate object`; N-Triples are the plain triples of Ubergraph's
redundant graph. Inferred SubClassOf comes first, then the class edges; an unsatisfiable class has
one line, below owl:Nothing, since everything would follow for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kg_service.logic import axioms as ax
from kg_service.logic.classification import Classification


@dataclass(frozen=True)
class Form:
    """How a line looks: what stands before all, around an IRI, between two, and at the end."""

    header: str
    opening: str
    between: str
    end: str


FORMS = {
    "tsv": Form("subject\tpredicate\tobject\n", "", "\t", "\n"),
    "nt": Form("", "<", "> <", "> .\n"),
}


def write(classification: Classification, path: Path, form: str) -> tuple[int, int]:
    """Write all superclasses and class edges to a file; gives the number of each.

    Whatever interrupts, the file is there whole or as it was before.
    """
    folder = path.parent
    aside = folder / f".{path.name}.{os.getpid()}.part"
    try:
        with aside.open("w", encoding="utf-8") as out:
            counts = stream(classification, out, form)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return counts


def stream(classification: Classification, out: IO[str], form: str) -> tuple[int, int]:
    """Write all superclasses and class edges; gives the number of each."""
    made = FORMS[form]
    out.write(made.header)
    counts = [0, 0]
    for place, triples in enumerate((_superclasses(classification), classification.class_edges())):
        for subject, predicate, objects in triples:
            start = f"{made.opening}{subject}{made.between}{predicate}{made.between}"
            out.write(start + (made.end + start).join(objects) + made.end)
            counts[place] += len(objects)
    return counts[0], counts[1]


def _superclasses(classification: Classification) -> Iterator[tuple[str, str, list[str]]]:
    for name in classification.unsatisfiable:
        yield name, ax.SUBCLASS, [ax.NOTHING]
    for name, above in classification.superclasses():
        if above:
            yield name, ax.SUBCLASS, above
