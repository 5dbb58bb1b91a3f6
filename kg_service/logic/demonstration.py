"""Demonstration: why a superclass or a class edge of a classified giant holds.

All minimal justifications up to a limit, smallest first, one proof of each, and where in the files
its leaves are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg_service.errors import NameUnknownError
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.backwards import GOALS, WIDTH, Backwards
from kg_service.logic.classification import Classification
from kg_service.logic.justifications import LIMIT, Justifier, Proof


@dataclass(frozen=True)
class Shown:
    """A minimal set of axioms, each with the place it is told at, and a proof from just these."""

    leaves: tuple[tuple[Fact, str], ...]
    proof: Proof


@dataclass(frozen=True)
class Demonstration:
    """What was asked, and why it holds.

    `holds` is True or False, or None where it does not follow from what was read, but axioms that
    are not supported might make it. `goal` is what is shown: that the subject can have no member,
    if that is why everything holds of it. `complete` says whether `shown` are all.
    """

    asked: Fact
    goal: Fact
    holds: bool | None
    shown: tuple[Shown, ...]
    complete: bool


class Demonstrator:
    """Shows why things hold; the axioms are looked through once."""

    def __init__(self, axioms: Mapping[Fact, str], found: Classification) -> None:
        """Take axioms with their places, and what was classified from them."""
        self._places, self._found = axioms, found
        self._backwards = Backwards(axioms, found)

    def show(self, subject: str, relation: str, target: str, limit: int = LIMIT) -> Demonstration:
        """Show A ⊑ B, the relation being rdfs:subClassOf, or the class edge A R B.

        `limit` bounds the justifications. Where more leads to a conclusion than is looked at, they
        are not complete either. Raises NameUnknownError for a class or property that no axiom
        names.
        """
        index = self._found.index
        for name in (subject, target):
            if name not in index.numbers:
                raise NameUnknownError(f"{name} is in no axiom.", "Check its spelling.")
        if relation != ax.SUBCLASS and relation not in index.property_numbers:
            raise NameUnknownError(f"{relation} is a property in no axiom.", "Check its spelling.")
        end = target if relation == ax.SUBCLASS else ("some", relation, target)
        asked = Fact(subject, ax.SUBCLASS, end)
        empty = Fact(subject, ax.SUBCLASS, ax.NOTHING)
        for goal in (asked, empty):
            justifier = self._justifier(goal, limit)
            justified = justifier.of(goal)
            if justified.sets:
                shown = tuple(
                    Shown(self._told(leaves), justifier.proof(goal, leaves))
                    for leaves in justified.sets
                )
                return Demonstration(asked, goal, True, shown, justified.complete)
        return Demonstration(asked, asked, None if self._found.unsupported else False, (), True)

    def _justifier(self, goal: Fact, limit: int) -> Justifier:
        """Give what justifies a goal, from few steps where these are enough.

        Where they are not, the search goes deeper before it goes wider.
        """
        goals, widths = GOALS, (WIDTH, WIDTH // 8)
        while True:
            for width in widths:
                trace = self._backwards.trace(goal, goals, width)
                justifier = Justifier(trace.closure, limit, trace.cut)
                if not trace.cut or justifier.of(goal).sets:
                    return justifier
            goals, widths = goals * 2, (widths[0] * 2, widths[1] * 2)

    def _told(self, leaves: frozenset[Fact]) -> tuple[tuple[Fact, str], ...]:
        return tuple((fact, self._places[fact]) for fact in sorted(leaves, key=ax.order))


def lines(demonstration: Demonstration) -> list[str]:
    """Give a demonstration as text: each proof as an indented tree, leaves with their places."""
    asked = _text(demonstration.asked)
    if demonstration.holds is not True:
        unknown = demonstration.holds is None
        because = ", but axioms that are not supported might make it" if unknown else ""
        return [f"{asked} does not follow from what was read{because}"]
    text = [f"{asked} holds"]
    if demonstration.goal != demonstration.asked:
        text.append(f"because nothing can be one: {_text(demonstration.goal)}")
    total = len(demonstration.shown)
    for number, shown in enumerate(demonstration.shown, 1):
        text.append(f"justification {number} of {total}, {len(shown.leaves)} axioms")
        text += _tree(shown.proof, dict(shown.leaves), 1)
    if not demonstration.complete:
        text.append("there may be more justifications: the limit was reached")
    return text


def _tree(proof: Proof, places: Mapping[Fact, str], depth: int) -> list[str]:
    indent = "  " * depth
    if proof.step is None:
        return [f"{indent}{_text(proof.fact)}  [{places[proof.fact]}]"]
    text = [f"{indent}{_text(proof.fact)}  by {proof.step.rule}"]
    for premise in proof.premises:
        text += _tree(premise, places, depth + 1)
    return text


def _text(fact: Fact) -> str:
    return f"{ax.text(fact.subject)} {ax.text(fact.relation)} {ax.text(fact.object)}"
