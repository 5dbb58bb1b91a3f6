"""Explanations: why a triple holds, with every minimal justification and a proof for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg_service.logic.axioms import Fact, order
from kg_service.logic.closure import Closure
from kg_service.logic.justifications import LIMIT, Justifier, Proof
from kg_service.logic.knowledge import Knowledge
from kg_service.logic.near_misses import NearMiss


@dataclass(frozen=True)
class Justification:
    """A minimal set of leaves that gives a fact, and one proof of the fact from them.

    `disputed` says whether a leaf rests on disputed claims only.
    """

    fact: Fact
    leaves: tuple[Fact, ...]
    proof: Proof
    disputed: bool


@dataclass(frozen=True)
class Explanation:
    """The justifications of a triple in every scope it holds in, smallest first.

    `complete` says whether these are all; none where it does not hold.
    """

    facts: tuple[Fact, ...]
    justifications: tuple[Justification, ...]
    complete: bool


@dataclass(frozen=True)
class Clashing:
    """The minimal sets of leaves that cannot all hold, and whether these are all."""

    sets: tuple[frozenset[Fact], ...]
    complete: bool


@dataclass(frozen=True)
class Why:
    """Whether a triple holds, and why.

    `holds` is None where neither it nor its contrary follows. `found` are the justifications of the
    triple, or of its denial; `clashing` the sets that rule it out, the triple itself among them;
    `near` the rules that nearly conclude it; `elsewhere` the denials that hold only in some scope,
    and so leave it unknown.
    """

    asked: Fact
    holds: bool | None
    found: Explanation
    clashing: Clashing | None = None
    near: tuple[NearMiss, ...] = ()
    elsewhere: tuple[Fact, ...] = ()


class Explainer:
    """Explains what holds in a closure."""

    def __init__(
        self,
        knowledge: Knowledge,
        closure: Closure,
        limit: int = LIMIT,
        goals: Iterable[Fact] | None = None,
    ) -> None:
        """Explain a closure of `knowledge`, with at most `limit` justifications of a fact.

        With `goals` only these can be explained, and only what they rest on is searched.
        """
        self._knowledge, self.closure = knowledge, closure
        self.justifier = Justifier(closure, limit, knowledge.cut, goals)

    def of(self, facts: Iterable[Fact]) -> Explanation:
        """Explain some facts together: the scopes in which one triple holds."""
        held = tuple(facts)
        justified = [(fact, self.justifier.of(fact)) for fact in held]
        found = [
            self._justification(fact, leaves) for fact, all_ in justified for leaves in all_.sets
        ]
        found.sort(key=lambda each: (len(each.leaves), sorted(each.fact.scope), _text(each.leaves)))
        return Explanation(held, tuple(found), all(all_.complete for _, all_ in justified))

    def _justification(self, fact: Fact, leaves: frozenset[Fact]) -> Justification:
        return Justification(
            fact,
            tuple(sorted(leaves, key=order)),
            self.justifier.proof(fact, leaves),
            any(self._knowledge.is_disputed(leaf) for leaf in leaves),
        )


def _text(facts: Iterable[Fact]) -> list[tuple[str, str, str, list[str]]]:
    return [order(fact) for fact in facts]
