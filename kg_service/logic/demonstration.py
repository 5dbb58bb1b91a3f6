"""Demonstration: why a superclass or a class edge of a classified giant holds.

All minimal justifications up to a limit, smallest first, one proof of each, and where in the files
its leaves are told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from kg_service.errors import NameUnknownError
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.backwards import GOALS, WIDTH, Backwards
from kg_service.logic.classification import Classification
from kg_service.logic.closure import Derivation
from kg_service.logic.indexing import Index
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
    if that is why everything holds of it. `complete` says whether `shown` are all. `left_out` are
    names that stand only in axioms outside what is supported, with how many of each kind.
    """

    asked: Fact
    goal: Fact
    holds: bool | None
    shown: tuple[Shown, ...]
    complete: bool
    left_out: tuple[tuple[str, Counter[str]], ...] = ()


class Demonstrator:
    """Shows why things hold; the axioms are looked through once."""

    def __init__(
        self,
        axioms: Mapping[Fact, str],
        found: Classification,
        declared: Collection[str] = (),
        refused: Mapping[str, Counter[str]] | None = None,
    ) -> None:
        """Take axioms with their places, and what was classified from them; the classes that are
        declared, and for a name the axioms with it that could not be read, by kind."""
        self._places, self._found = axioms, found
        self._declared, self._refused = declared, refused or {}
        self._backwards = Backwards(axioms, found)

    def show(self, subject: str, relation: str, target: str, limit: int = LIMIT) -> Demonstration:
        """Show A ⊑ B, the relation being rdfs:subClassOf, or the class edge A R B.

        `limit` bounds the justifications. Where more leads to a conclusion than is looked at, they
        are not complete either. Raises NameUnknownError for a class or property that no axiom
        names.
        """
        index = self._found.index
        unclassified = [name for name in (subject, target) if name not in index.numbers]
        if relation != ax.SUBCLASS and relation not in index.property_numbers:
            unclassified.append(relation)
        left_out = tuple((name, self._left_out(name)) for name in dict.fromkeys(unclassified))
        for name, kinds in left_out:
            if not kinds and (name == relation or name not in self._declared):
                what = "a property in no axiom" if name == relation else "in no axiom"
                raise NameUnknownError(f"{name} is {what}.", "Check its spelling.")
        end = target if relation == ax.SUBCLASS else ("some", relation, target)
        asked = Fact(subject, ax.SUBCLASS, end)
        if end in (subject, ax.THING) or subject == ax.NOTHING:
            itself = Shown((), Proof(asked, Derivation("scm-cls", ())))
            return Demonstration(asked, asked, True, (itself,), True)
        if unclassified:
            holds = (
                None if self._found.unsupported or any(kinds for _, kinds in left_out) else False
            )
            return Demonstration(asked, asked, holds, (), True, left_out)
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

    def _left_out(self, name: str) -> Counter[str]:
        """By kind, what stands of a name outside what is supported."""
        facts = [fact for fact in self._places if name in set(_names(fact))]
        return Index(facts).unsupported + self._refused.get(name, Counter())

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
    asked = demonstration.asked
    if demonstration.holds is not True:
        if named := [told for told in demonstration.left_out if told[1]]:
            return [f"{asked} is unknown", *(_outside(*told) for told in named)]
        unknown = demonstration.holds is None
        because = ", but axioms that are not supported might make it" if unknown else ""
        return [f"{asked} does not follow from what was read{because}"]
    text = [f"{asked} holds"]
    if demonstration.goal != demonstration.asked:
        text.append(f"because nothing can be one: {demonstration.goal}")
    total = len(demonstration.shown)
    for number, shown in enumerate(demonstration.shown, 1):
        text.append(f"justification {number} of {total}, {len(shown.leaves)} axioms")
        text += _tree(shown.proof, dict(shown.leaves), 1)
    if not demonstration.complete:
        text.append("there may be more justifications: the limit was reached")
    return text


def _outside(name: str, kinds: Counter[str]) -> str:
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return f"the axioms with <{name}> are outside what is supported: {counts}"


def _names(node: object) -> Iterator[str]:
    """The names that stand in a fact or an expression."""
    if isinstance(node, Fact):
        node = (node.subject, node.relation, node.object)
    if isinstance(node, tuple):
        if node[:1] == ("opaque",):
            yield from re.findall(r"<([^>]*)>", node[1])
        for part in node:
            yield from _names(part)
    elif isinstance(node, str):
        yield node


def _tree(proof: Proof, places: Mapping[Fact, str], depth: int) -> list[str]:
    indent = "  " * depth
    if proof.step is None:
        return [f"{indent}{proof.fact}  [{places[proof.fact]}]"]
    text = [f"{indent}{proof.fact}  by {proof.step.rule}"]
    for premise in proof.premises:
        text += _tree(premise, places, depth + 1)
    return text
