"""A classification as a file: TSV or N-Triples, written aside and renamed when whole.

TSV has a header `subject predicate object`; N-Triples are the plain triples of Ubergraph's
redundant graph. Inferred SubClassOf comes first, then the class edges; an unsatisfiable class has
one line, below owl:Nothing, since everything would follow for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Node
from kg_service.logic.classification import Classification
from kg_service.logic.indexing import BOTTOM


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
        with aside.open("wb") as out:
            counts = stream(classification, out, form)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return counts


def stream(classification: Classification, out: IO[bytes], form: str) -> tuple[int, int]:
    """Write all superclasses and class edges; gives the number of each."""
    made = FORMS[form]
    nodes, properties = classification.index.nodes, classification.index.property_nodes
    names = [str(node).encode() for node in nodes]
    between, end = made.between.encode(), made.end.encode()

    def triples(subject: bytes, predicate: Node, objects: Iterable[int]) -> None:
        start = made.opening.encode() + between.join((subject, str(predicate).encode(), b""))
        out.write(start + (end + start).join(map(names.__getitem__, objects)) + end)

    out.write(made.header.encode())
    for name in classification.unsatisfiable:
        triples(name.encode(), ax.SUBCLASS, [BOTTOM])
    supers, edges = len(classification.unsatisfiable), 0
    for number in classification.satisfiable:
        above = classification.named_in(classification.above(number)) - {number}
        if above:
            triples(names[number], ax.SUBCLASS, above)
            supers += len(above)
    named = {p: node for p, node in enumerate(properties) if isinstance(node, str)}
    for number in classification.satisfiable:
        for property_, targets in classification.edges(number).items():
            if property_ in named and (found := classification.named_in(targets)):
                triples(names[number], named[property_], found)
                edges += len(found)
    return supers, edges
