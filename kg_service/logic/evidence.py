"""Evidence: the grade of what is asserted, and of everything that follows.

A fact carries the grade of the weakest leaf of its best proof: the maximum over proofs of the
minimum over leaves. Minimum and maximum form a semiring in which going round in a circle never
helps (Green, Karvounarakis, Tannen: Provenance Semirings, PODS 2007), so the least fixed point of
the steps is exact, and no justification is enumerated.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from kg_service.grades import Grade
from kg_service.logic.axioms import Fact
from kg_service.logic.closure import Closure, Derivation
from kg_service.logic.knowledge import Knowledge

Scope: TypeAlias = frozenset[str]
NOWHERE: Scope = frozenset()
SAME = "same in a smaller scope"  # no rule of the reasoner: it is the same statement


def grade(knowledge: Knowledge, fact: Fact) -> Grade:
    """Give the grade of an asserted fact on its own, whatever else gives it.

    What no claim makes holds by what words mean; of claims only undisputed ones count, and two of
    one document count once. What a question assumes is no claim, and weakens nothing.
    """
    claims = knowledge.claims.get(fact, ())
    if fact in knowledge.axioms or not claims:
        return Grade.DEFINITION
    readings = [knowledge.readings[claim] for claim in claims]
    documents = {reading.document for reading in readings if not reading.disputed}
    return (Grade.DISPUTED, Grade.SINGLE, Grade.CORROBORATED)[min(len(documents), 2)]


def grades(knowledge: Knowledge) -> dict[Fact, Grade]:
    """Give the grade of every asserted fact on its own."""
    return {fact: grade(knowledge, fact) for fact in knowledge.facts}


def weakest(knowledge: Knowledge, leaves: Iterable[Fact]) -> Grade:
    """Give the grade of the weakest of some asserted facts; of none, the best there is."""
    return min((grade(knowledge, leaf) for leaf in leaves), default=Grade.DEFINITION)


def carried(closure: Closure, own: Mapping[Fact, Grade]) -> dict[Fact, Grade]:
    """Give the grade that every fact of a closure carries, by the grades of asserted ones.

    An asserted fact carries the better of its own grade and that of its best derivation. What
    holds in a scope rests on what holds in that scope or a smaller one, as with justifications.
    """
    grading = Grading(closure, own)
    found: dict[Fact, Grade] = {}
    for scope, members in grading.steps.facts.items():
        held = grading.within(scope)
        found |= {fact: held[fact] for fact in members}
    return found


class Grading:
    """The grades that the facts of a closure carry, from which a larger closure goes on."""

    def __init__(self, closure: Closure, own: Mapping[Fact, Grade]) -> None:
        """Grade a closure by the grades of what is asserted."""
        self._own = own
        self.steps = _Steps()
        self.steps.of(closure, closure.facts)
        # What is told in a scope and holds in a smaller one as well is a leaf, too.
        self.steps.lay(closure.asserted)
        self._everywhere = self.steps.spread(NOWHERE, {}, own)
        self._graded = frozenset(closure.facts)
        self._within: dict[Scope, Mapping[Fact, Grade]] = {NOWHERE: self._everywhere}

    def within(self, scope: Scope) -> Mapping[Fact, Grade]:
        """Give the grades of all that holds within a scope."""
        if scope not in self._within:
            self._within[scope] = self.steps.spread(scope, self._everywhere, self._own)
        return self._within[scope]

    def beyond(self, closure: Closure) -> dict[Fact, Grade]:
        """Give the grades of what a closure holds that was not graded here.

        It must hold all that was, and nothing new may give what was. What is asserted newly is
        assumed, and so weakens nothing.
        """
        new = [fact for fact in closure.facts if fact not in self._graded]
        steps = _Steps()
        steps.of(closure, new)
        steps.lay(fact for fact in new if fact in closure.asserted)
        own = defaultdict(lambda: Grade.DEFINITION, self._own)
        everywhere = steps.spread(NOWHERE, self._everywhere, own)
        found: dict[Fact, Grade] = {}
        for scope, members in steps.facts.items():
            held = everywhere
            if scope:
                held = steps.spread(scope, {**everywhere, **self.within(scope)}, own, again=True)
            found |= {fact: held[fact] for fact in members}
        return found


@dataclass
class _Steps:
    """The steps to some facts: by the scope that each needs, and by premise; and the facts and the
    leaves among them, by scope."""

    facts: dict[Scope, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    leaves: dict[Scope, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    steps: list[tuple[Fact, Scope, Derivation]] = field(default_factory=list)
    by_scope: dict[Scope, list[int]] = field(default_factory=lambda: defaultdict(list))
    uses: dict[Fact, list[int]] = field(default_factory=lambda: defaultdict(list))

    def of(self, closure: Closure, facts: Iterable[Fact]) -> None:
        """Take the steps of a closure to some facts."""
        for fact in facts:
            self.facts[fact.scope].append(fact)
            for step in closure.derivations(fact):
                self.add(fact, fact.scope, step)
            for other in closure.larger(fact):
                for _, step in closure.steps_to(other):
                    self.add(fact, other.scope, step)
            for same in closure.smaller(fact):
                self.add(fact, fact.scope, Derivation(SAME, (same,)))

    def lay(self, leaves: Iterable[Fact]) -> None:
        """Take leaves."""
        for leaf in leaves:
            self.leaves[leaf.scope].append(leaf)

    def add(self, conclusion: Fact, scope: Scope, step: Derivation) -> None:
        """Take a step to a fact that is taken within a scope only."""
        number = len(self.steps)
        self.steps.append((conclusion, scope, step))
        self.by_scope[scope].append(number)
        for premise in set(step.premises):
            self.uses[premise].append(number)

    def spread(
        self,
        scope: Scope,
        everywhere: Mapping[Fact, Grade],
        own: Mapping[Fact, Grade],
        again: bool = False,
    ) -> dict[Fact, Grade]:
        """The grades within a scope, going on from those that are carried everywhere; `again` takes
        the steps that need no scope once more."""
        held = dict(everywhere)
        agenda: deque[Fact] = deque()

        def raise_to(fact: Fact, reached: Grade) -> None:
            if held.get(fact, 0) < reached:
                held[fact] = reached
                agenda.append(fact)

        def take(number: int) -> None:
            conclusion, needed, step = self.steps[number]
            if not needed <= scope:
                return
            reached = Grade.DEFINITION
            for premise in step.premises:
                graded = own.get(premise) if premise in step.told else held.get(premise)
                if graded is None:
                    return
                reached = min(reached, graded)
            raise_to(conclusion, reached)

        for each, members in self.leaves.items():
            if each <= scope:
                for leaf in members:
                    raise_to(leaf, own[leaf])
        for each, numbers in self.by_scope.items():
            if each <= scope and (each or again or not scope):
                for number in numbers:
                    take(number)
        while agenda:
            for number in self.uses.get(agenda.popleft(), ()):
                take(number)
        return held
