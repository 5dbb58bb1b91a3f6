"""Explanations: why a triple holds, with every minimal justification and a proof for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg_service.logic.axioms import Fact, Node, order
from kg_service.logic.justifications import LIMIT, Justifier, Proof
from kg_service.logic.knowledge import Knowledge
from kg_service.logic.reasoner import Clash, Closure


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


class Explainer:
    """Explains what holds in a closure."""

    def __init__(self, knowledge: Knowledge, closure: Closure, limit: int = LIMIT) -> None:
        """Explain a closure of `knowledge`, with at most `limit` justifications of a fact."""
        self._knowledge, self.closure = knowledge, closure
        self.justifier = Justifier(closure, limit, knowledge.cut)

    def explain(self, subject: Node, relation: Node, target: Node) -> Explanation:
        """Explain a triple."""
        return self.of(self.closure.find(subject, relation, target))

    def of(self, facts: Iterable[Fact]) -> Explanation:
        """Explain some facts together: the scopes in which one triple holds."""
        held = tuple(facts)
        justified = [(fact, self.justifier.of(fact)) for fact in held]
        found = [
            self._justification(fact, leaves) for fact, all_ in justified for leaves in all_.sets
        ]
        found.sort(key=lambda each: (len(each.leaves), sorted(each.fact.scope), _text(each.leaves)))
        return Explanation(held, tuple(found), all(all_.complete for _, all_ in justified))

    def of_clash(self, clash: Clash) -> tuple[tuple[frozenset[Fact], ...], bool]:
        """Give the minimal sets of leaves that clash in this way, and whether these are all."""
        found = self.justifier.of_clash(clash)
        return found.sets, found.complete

    def _justification(self, fact: Fact, leaves: frozenset[Fact]) -> Justification:
        return Justification(
            fact,
            tuple(sorted(leaves, key=order)),
            self.justifier.proof(fact, leaves),
            any(self._knowledge.is_disputed(leaf) for leaf in leaves),
        )


def _text(facts: Iterable[Fact]) -> list[tuple[str, str, str, list[str]]]:
    return [order(fact) for fact in facts]
