"""Terms: what a request may speak of, and how names in it become IRIs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg_service.errors import NameUnknownError
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import VOCABULARY, Fact, Node
from kg_service.logic.body import Part
from kg_service.logic.knowledge import Knowledge
from kg_service.logic.naming import Naming, Suits
from kg_service.names import CURIE, Names

QUANTITY, UNIT, ADMITS = (f"{VOCABULARY}{name}" for name in ("quantity", "unit", "admits"))
SYNONYM = "http://www.geneontology.org/formats/oboInOwl#hasExactSynonym"


@dataclass(frozen=True)
class Quantity:
    """A data property of patients: the term its results are told under, unit (UCUM) and range."""

    relation: str
    term: str
    unit: str
    range: Node

    @property
    def datatype(self) -> str:
        """The datatype of its values."""
        return str(self.range[1] if isinstance(self.range, tuple) else self.range)


@dataclass(frozen=True)
class Terms:
    """What may be spoken of.

    `types` are the classes of each individual by IRI, `labels` the label of each term, `quantities`
    what numbers may be told of, and `admits` the modalities that each relation of claims may have.
    """

    naming: Naming
    types: Mapping[str, frozenset[str]]
    labels: Mapping[str, str]
    quantities: tuple[Quantity, ...]
    admits: Mapping[str, frozenset[str]]

    def named(self, part: Part, suits: Suits | None = None) -> str:
        """Give the IRI of the name that a part of a body is; `suits` says what may stand there.

        Raises the part's error for no name.
        """
        text = part.text()
        try:
            return self.naming.resolve(text, suits)
        except NameUnknownError as error:
            if CURIE.fullmatch(text):
                raise part.wrong("a term of this graph", str(error)) from None
            wanted = "a CURIE, an IRI or an exact label or synonym"
            raise part.wrong(wanted, error.advice) from None

    def term(self, part: Part, kinds: Iterable[str], what: str) -> tuple[str, str]:
        """Give the IRI that a part names, and the first of `kinds` (IRIs of classes) it is of.

        Raises the part's error for a name that is unknown and for a term of another kind.
        """
        kinds = tuple(kinds)
        iri = self.named(part, lambda iri: not self.types.get(iri, _NONE).isdisjoint(kinds))
        types = self.types.get(iri)
        if types is None:
            advice = f"Search for the term by its name; {self.label(iri)} has no row here."
            raise part.wrong(f"a term of this graph ({what})", advice)
        for kind in kinds:
            if kind in types:
                return iri, kind
        told = sorted(self.label(t) for t in types if t.endswith("Kind") and t != ax.KIND)
        found = f"{self.label(iri)!r} ({', '.join(told) or 'no kind'})"
        raise part.wrong(what, found=found)

    def label(self, iri: str) -> str:
        """Give the label of a term, or its IRI where it has none."""
        return self.labels.get(iri, f"<{iri}>")


def terms(knowledge: Knowledge, facts: Iterable[Fact], names: Names) -> Terms:
    """Give the terms of a release; `facts` are those of its closure."""
    types: dict[str, set[str]] = defaultdict(set)
    ranges: dict[str, Node] = {}
    notes = knowledge.notes
    for fact in facts:
        if isinstance(fact.subject, str):
            if fact.relation == ax.TYPE and isinstance(fact.object, str):
                types[fact.subject].add(fact.object)
            elif fact.relation == ax.RANGE and fact.subject in notes.get(QUANTITY, {}):
                ranges[fact.subject] = fact.object
    return Terms(
        Naming(names, knowledge.labels, notes.get(SYNONYM, {})),
        {name: frozenset(found) for name, found in types.items()},
        knowledge.labels,
        tuple(
            Quantity(name, notes[QUANTITY][name][0], notes[UNIT][name][0], ranges[name])
            for name in sorted(ranges)
        ),
        {name: frozenset(found) for name, found in notes.get(ADMITS, {}).items()},
    )


_NONE: frozenset[str] = frozenset()
