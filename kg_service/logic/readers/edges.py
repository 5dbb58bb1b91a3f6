"""Edge reports of OBO ontologies: TSV with columns x, p, y ▸ axioms.

`p` is rdfs:subClassOf, or the property of an existential restriction: x ⊑ ∃p.y. Mondo publishes such
reports (`reports/mondo_edges.tsv`).
"""

from __future__ import annotations

from collections.abc import Iterable

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
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
        ends = iri_of(lower), iri_of(upper)
        for end in ends:
            if not end.startswith("_:"):
                reading.classes[end] = None
        if property_ == SUBCLASS:
            fact = Fact(ends[0], ax.SUBCLASS, ends[1])
        else:
            fact = Fact(ends[0], ax.SUBCLASS, ("some", iri_of(property_), ends[1]))
        reading.tell(fact, place)
