"""What a reader gives: axioms with their places, and by kind what it could not read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from kg_service.logic.axioms import Fact


@dataclass
class Reading:
    """The axioms of one or more files.

    `axioms` maps each to where it is told first: `mondo.obo:1234` (a line, 1-based), or a path into
    JSON. `classes` are the named classes the files declare. `annotations` counts clauses without
    logic that are passed by knowingly; `refused` by kind the axioms, or parts, that have no reader,
    and `refused_of` of these the ones that a name stands in, where the reader can tell;
    `malformed` by kind what breaks the rules of the format, and `examples` has the first of each.
    """

    axioms: dict[Fact, str] = field(default_factory=dict)
    classes: dict[str, None] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    refused_of: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    malformed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def tell(self, fact: Fact, place: str) -> None:
        """Add an axiom; told again, the first place stays."""
        self.axioms.setdefault(fact, place)

    def refuse(self, kind: str, place: str, names: Iterable[str] = ()) -> None:
        """Count an axiom that has no reader, in which these names stand."""
        self.refused[kind] += 1
        for name in names:
            self.refused_of[name][kind] += 1
        self.examples.setdefault(kind, place)

    def spoil(self, kind: str, place: str) -> None:
        """Count something that breaks the rules of its format."""
        self.malformed[kind] += 1
        self.examples.setdefault(kind, place)
