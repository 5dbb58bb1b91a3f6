"""Edge reports of OBO ontologies: TSV with columns x, p, y ▸ axioms.

`p` is rdfs:subClassOf, or the property of an existential restriction: x ⊑ ∃p.y. Mondo publishes
such reports (`reports/mondo_edges.tsv`).
"""

from __future__ import annotations

from collections.abc import Iterable

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.readers.identifiers import iri_of
from kg_service.logic.readers.reading import Reading

COLUMNS = ["x", "p", "y"]
SUBCLASS = "rdfs:subClassOf"


def read(lines: Iterable[str], name: str, reading: Reading) -> None:
    """Read the lines of a report into `reading`, the header first."""
    for number, line in enumerate(lines, 1):
        cells = line.rstrip("\r\n").split("\t")
        if number == 1:
            if cells != COLUMNS:
                reading.spoil("header is not x, p, y", f"{name}:1")
            continue
        place = f"{name}:{number}"
        if len(cells) != len(COLUMNS) or not all(cells):
            reading.spoil("line without three cells", place)
            continue
        lower, property_, upper = cells
        ends = _node(lower), _node(upper)
        reading.classes.update((end, None) for end in ends if isinstance(end, str))
        if property_ == SUBCLASS:
            fact = Fact(ends[0], ax.SUBCLASS, ends[1])
        else:
            fact = Fact(ends[0], ax.SUBCLASS, ("some", iri_of(property_), ends[1]))
        reading.tell(fact, place)


def _node(cell: str) -> Node:
    # What a blank node stands for is not in a report: a class of which nothing else is known.
    return ("opaque", cell) if cell.startswith("_:") else iri_of(cell)
