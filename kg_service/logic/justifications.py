"""Justifications: the minimal sets of asserted facts from which a fact follows.

Every step of a saturation is known, so a set of leaves is found by going up the steps, smallest
first, as Knuth generalises Dijkstra's algorithm to hypergraphs (A Generalization of Dijkstra's
Algorithm, 1977): a set is taken off the heap only after all smaller ones, and is kept when no kept
set of the same fact lies within it. What is kept is minimal, and all of it is found unless a limit
is met (Kalyanpur, Parsia, Horridge, Sirin: Finding All Justifications of OWL DL Entailments, ISWC
2007, asks for just these sets).

Sets are bit masks over the asserted facts in their order.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import product
from typing import TypeAlias

from kg_service.logic.axioms import NO_FACTS, Fact, order
from kg_service.logic.closure import Clash, Closure, Derivation

LIMIT = 16  # sets of one fact


@dataclass(frozen=True)
class Justified:
    """The minimal sets of asserted facts that give a fact, smallest first.

    `complete` says whether these are all; where it is False, there may be more.
    """

    sets: tuple[frozenset[Fact], ...]
    complete: bool


@dataclass(frozen=True)
class Proof:
    """A fact, the step that concludes it, and the proofs of the premises; a leaf has no step."""

    fact: Fact
    step: Derivation | None
    premises: tuple[Proof, ...] = ()

    def leaves(self) -> Iterator[Fact]:
        """The asserted facts it rests on, in the order of the proof, each as often as used."""
        if self.step is None:
            yield self.fact
        for premise in self.premises:
            yield from premise.leaves()


_Step: TypeAlias = tuple[Fact, Derivation, tuple[Fact, ...]]
"""A conclusion, in the scope in which it is followed up, a step to it, and its premises, each
once."""


@dataclass(frozen=True)
class _Found:
    """What one search found: the masks of each fact, and whose search met the limit."""

    masks: Mapping[Fact, list[int]]
    cut: frozenset[Fact]
    steps: Sequence[_Step]
    uses: Mapping[Fact, list[int]]


class Justifier:
    """Finds the justifications of the facts of a closure; searches are kept by scope."""

    def __init__(
        self,
        closure: Closure,
        limit: int = LIMIT,
        cut: frozenset[Fact] = NO_FACTS,
        goals: Iterable[Fact] | None = None,
    ) -> None:
        """Search in a closure, for at most `limit` sets of a fact.

        `cut` are facts to which there may be steps that the closure does not know. With `goals`
        only what these rest on is searched, and only they are justified.
        """
        self._closure, self._limit, self._cut = closure, limit, cut
        self._goals = (
            None
            if goals is None
            else frozenset(same for goal in goals for same in (goal, *self._smaller(goal)))
        )
        self._leaves = tuple(fact for fact in closure.facts if fact in closure.asserted)
        self._mask = {leaf: 1 << number for number, leaf in enumerate(self._leaves)}
        self._searches: dict[tuple[frozenset[str], bool], _Found] = {}

    def of(self, fact: Fact) -> Justified:
        """Give the justifications of a fact, none for one that does not hold.

        What holds in a scope may rest on anything told in that scope or a smaller one; so what is
        told in one and holds in a smaller one as well has the justifications of both.
        """
        found = self._search(fact.scope)
        same = (fact, *self._smaller(fact))
        complete = found.cut.isdisjoint(same)
        if len(same) == 1:
            return Justified(tuple(map(self._set, found.masks.get(fact, ()))), complete)
        masks = _minimal(mask for each in same for mask in found.masks.get(each, ()))
        return Justified(
            tuple(map(self._set, masks[: self._limit])), complete and len(masks) <= self._limit
        )

    def _smaller(self, fact: Fact) -> tuple[Fact, ...]:
        """The same in smaller scopes, where it holds."""
        found = self._closure.find(fact.subject, fact.relation, fact.object)
        return tuple(same for same in found if same.scope < fact.scope)

    def of_clash(self, clash: Clash) -> Justified:
        """Give the minimal sets of asserted facts that cannot all hold, by one clash."""
        scope = frozenset[str]().union(*(premise.scope for premise in clash.premises))
        found = self._search(scope, whole=True)
        parts = [found.masks.get(premise, []) for premise in clash.premises]
        masks = _minimal(_union(chosen) for chosen in product(*parts))
        complete = len(masks) <= self._limit and found.cut.isdisjoint(clash.premises)
        return Justified(tuple(map(self._set, masks[: self._limit])), complete)

    def _set(self, mask: int) -> frozenset[Fact]:
        return frozenset(self._members(mask))

    def _members(self, mask: int) -> Iterator[Fact]:
        while mask:
            lowest = mask & -mask
            yield self._leaves[lowest.bit_length() - 1]
            mask ^= lowest

    def _search(self, scope: frozenset[str], whole: bool = False) -> _Found:
        """What holds in a scope, searched for the goals of that scope, or for the `whole` of them;
        for the whole as well where none has that scope."""
        if (scope, whole) not in self._searches:
            goals = self._goals
            if goals is not None and not whole:
                here = {goal for goal in goals if goal.scope == scope}
                goals = frozenset(here.union(*map(self._smaller, here))) or goals
            self._searches[scope, whole] = self._run(scope, goals)
        return self._searches[scope, whole]

    def _run(self, scope: frozenset[str], goals: frozenset[Fact] | None) -> _Found:
        """Enumerate in what holds in a scope."""
        steps, uses = self._steps(scope, goals)
        masks: dict[Fact, list[int]] = defaultdict(list)
        cut = set(self._cut)
        facts, place = self._closure.facts, self._closure.rank
        heap: list[tuple[int, int, int]] = [
            (1, 1 << number, place[leaf])
            for number, leaf in enumerate(self._leaves)
            if leaf.scope <= scope and (goals is None or leaf in uses or leaf in goals)
        ]
        heap += [(0, 0, place[fact]) for fact, _, premises in steps if not premises]
        heapify(heap)
        # Who wants one set of each goal is done when each has one.
        wanting = set(goals) if goals is not None and self._limit == 1 else None
        while heap:
            _, mask, number = heappop(heap)
            fact = facts[number]
            kept = masks[fact]
            if any(other & mask == other for other in kept):
                continue
            if len(kept) >= self._limit:
                cut.add(fact)
                continue
            kept.append(mask)
            if wanting is not None:
                wanting.discard(fact)
                if not wanting:
                    cut.update(goals or ())
                    break
            for index in uses.get(fact, ()):
                conclusion, step, premises = steps[index]
                if fact in step.told and mask != self._mask[fact]:
                    continue
                parts = [
                    [mask] if p == fact else [self._mask[p]] if p in step.told else masks.get(p, ())
                    for p in premises
                ]
                if not all(parts):
                    continue
                target, above = place[conclusion], masks.get(conclusion, ())
                for chosen in product(*parts):
                    union = _union(chosen)
                    if not any(other & union == other for other in above):
                        heappush(heap, (union.bit_count(), union, target))
        return _Found(masks, _spread(cut, steps, uses), steps, uses)

    def _steps(
        self, scope: frozenset[str], goals: frozenset[Fact] | None
    ) -> tuple[list[_Step], Mapping[Fact, list[int]]]:
        """The steps taken within a scope, and of each fact those it is a premise of.

        A step to the same triple in a larger scope, still within this one, counts as well.
        """
        steps: list[_Step] = []
        uses: dict[Fact, list[int]] = defaultdict(list)
        waiting = list(self._closure.facts if goals is None else goals)
        reached = set(waiting)
        for fact in waiting:
            if fact.scope <= scope:
                found = list(self._closure.derivations(fact))
                found += [step for larger, step in self._closure.wider(fact) if larger <= scope]
                for step in found:
                    premises = tuple(dict.fromkeys(step.premises))
                    for premise in premises:
                        uses[premise].append(len(steps))
                        # Of what must be told it does not matter what else gives it.
                        if premise not in reached and premise not in step.told:
                            reached.add(premise)
                            waiting.append(premise)
                    steps.append((fact, step, premises))
        return steps, uses

    def proof(self, fact: Fact, leaves: Iterable[Fact]) -> Proof:
        """Give a proof of a fact from some asserted facts, which must give it: in its scope, or
        else in a smaller one.

        Of the steps that the leaves allow, those come first that need the fewest rounds.
        """
        given = frozenset(leaves)
        found = self._search(fact.scope.union(*(leaf.scope for leaf in given)))
        chosen: dict[Fact, Derivation | None] = {}
        missing: dict[int, int] = {}
        waiting: deque[tuple[Fact, Derivation | None]] = deque(
            (leaf, None) for leaf in sorted(given, key=order)
        )
        waiting += [(each, step) for each, step, premises in found.steps if not premises]
        while waiting and fact not in chosen:
            each, by = waiting.popleft()
            if each in chosen:
                continue
            chosen[each] = by
            for index in found.uses.get(each, ()):
                conclusion, step, premises = found.steps[index]
                left = missing.get(index, len(premises)) - 1
                missing[index] = left
                if left == 0 and conclusion not in chosen and step.told <= given:
                    waiting.append((conclusion, step))
        for same in (fact, *self._smaller(fact)):
            if same in chosen:
                return _tree(same, chosen)
        raise ValueError(f"{fact} does not follow from {sorted(given, key=order)}")


def _tree(fact: Fact, chosen: Mapping[Fact, Derivation | None]) -> Proof:
    step = chosen[fact]
    if step is None:
        return Proof(fact, None)
    return Proof(fact, step, tuple(_tree(premise, chosen) for premise in step.premises))


def _minimal(masks: Iterable[int]) -> list[int]:
    """The masks that hold no other one, smallest first."""
    kept: list[int] = []
    for mask in sorted(set(masks), key=lambda m: (m.bit_count(), m)):
        if not any(other & mask == other for other in kept):
            kept.append(mask)
    return kept


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union


def _spread(cut: set[Fact], steps: list[_Step], uses: Mapping[Fact, list[int]]) -> frozenset[Fact]:
    """What rests on a fact whose search was cut may lack a set, too."""
    spread, waiting = set(cut), list(cut)
    while waiting:
        fact = waiting.pop()
        for index in uses.get(fact, ()):
            conclusion, step, _ = steps[index]
            if fact not in step.told and conclusion not in spread:
                spread.add(conclusion)
                waiting.append(conclusion)
    return frozenset(spread)
