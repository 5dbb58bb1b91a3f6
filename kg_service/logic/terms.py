"""Terms: what a request may speak of, and how names in it become IRIs."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kg_service.errors import NameUnknownError
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import VOCABULARY, Fact, Node
from kg_service.logic.body import Part
from kg_service.logic.knowledge import Knowledge
from kg_service.names import Names

QUANTITY, UNIT, ADMITS = (f"{VOCABULARY}{name}" for name in ("quantity", "unit", "admits"))
LABEL = f"{ax.RDFS}label"


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

    `resolve` gives the IRI of a CURIE, IRI or exact label and raises NameUnknownError; `types` are
    the classes of each individual by IRI, `labels` the label of each term, `quantities` what
    numbers may be told of, and `admits` the modalities that each relation of claims may have.
    """

    resolve: Callable[[str], str]
    types: Mapping[str, frozenset[str]]
    labels: Mapping[str, str]
    quantities: tuple[Quantity, ...]
    admits: Mapping[str, frozenset[str]]

    def named(self, part: Part) -> str:
        """Give the IRI of the name that a part of a body is. Raises its error for no name."""
        text = part.text()
        try:
            return self.resolve(text)
        except NameUnknownError as error:
            raise part.wrong("a CURIE, an IRI or an exact label", error.advice) from None

    def term(self, part: Part, kinds: Iterable[str], what: str) -> tuple[str, str]:
        """Give the IRI that a part names, and the first of `kinds` (IRIs of classes) it is of.

        Raises the part's error for a name that is unknown and for a term of another kind.
        """
        iri = self.named(part)
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
        resolver(names, knowledge.labels),
        {name: frozenset(found) for name, found in types.items()},
        knowledge.labels,
        tuple(
            Quantity(name, notes[QUANTITY][name][0], notes[UNIT][name][0], ranges[name])
            for name in sorted(ranges)
        ),
        {name: frozenset(found) for name, found in notes.get(ADMITS, {}).items()},
    )


def resolver(names: Names, labels: Mapping[str, str]) -> Callable[[str], str]:
    """Give a function from a CURIE, IRI or exact label to an IRI; `labels` are by IRI.

    It raises NameUnknownError, with the nearest labels as advice. Whether anything is called by an
    IRI is not its question.
    """
    by_label = {label: iri for iri, label in labels.items()}
    folded = {label.casefold(): label for label in by_label}

    def resolve(text: str) -> str:
        if text in by_label:
            return by_label[text]
        if names.is_curie(text):
            return names.iri(text)
        if names.is_iri(text):
            return text
        near = difflib.get_close_matches(text.casefold()[:80], folded, 3)
        hint = f"Did you mean {' or '.join(repr(folded[n]) for n in near)}?" if near else ""
        raise NameUnknownError(f"{text[:80]!r} names nothing here.", hint)

    return resolve
