"""Justifications: the minimal sets of asserted facts from which a fact follows.

Every step of a saturation is known, so a set of leaves is found by going up the steps, smallest
first, as Knuth generalises Dijkstra's algorithm to hypergraphs (A Generalization of Dijkstra's
Algorithm, 1977): a set is taken off the heap only after all smaller ones, and is kept when no kept
set of the same fact lies within it. What is kept is minimal, and all of it is found unless a limit
is met (Kalyanpur, Parsia, Horridge, Sirin: Finding All Justifications of OWL DL Entailments, ISWC
2007, asks for just these sets). Where a limit was met, the sets cut off are followed by what they
have in common: a fact may lack a set only where that need not hold one of those it has.

Sets are bit masks over the asserted facts in their order (`Closure.bits`).
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from heapq import heapify, heappop, heappush
from itertools import product
from math import prod
from operator import and_
from typing import NamedTuple

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


class _Step(NamedTuple):
    """A step by the numbers of its conclusion, in the scope in which it is followed up, of its
    premises, each once, and of those that must be told."""

    conclusion: int
    premises: tuple[int, ...]
    told: frozenset[int]
    taken: Derivation


@dataclass(frozen=True)
class _Found:
    """What one search found: the masks of each fact, and of those that may have more, masks within
    the further ones: each of these holds one of them. `own` are the bits of what is asserted.
    `ended` says that it was ended early, so that other facts than its goals may lack masks."""

    masks: Mapping[int, list[int]]
    further: Mapping[int, list[int]]
    steps: Sequence[_Step]
    own: Mapping[int, int]
    ended: bool

    @cached_property
    def _into(self) -> Mapping[int, list[int]]:
        """The steps to each fact."""
        into: dict[int, list[int]] = defaultdict(list)
        for index, step in enumerate(self.steps):
            into[step.conclusion].append(index)
        return into

    def steps_within(self, told: int, wanted: Iterable[int]) -> list[int]:
        """The steps on which what is wanted may rest, where all rests on a set of asserted facts:
        of the others, some premise cannot follow from it."""
        held: dict[int, bool] = {}
        found: list[int] = []
        waiting = list(wanted)
        reached = set(waiting)
        for fact in waiting:
            for index in self._into.get(fact, ()):
                premises = self.steps[index].premises
                for premise in premises:
                    if premise not in held:
                        held[premise] = self._may_follow(premise, told)
                    if not held[premise]:
                        break
                else:
                    found.append(index)
                    waiting += (new := [each for each in premises if each not in reached])
                    reached.update(new)
        return sorted(found)

    def _may_follow(self, fact: int, told: int) -> bool:
        if self.ended:
            return fact in self._into or bool(self.own.get(fact, 0) & told)
        return _holds_one(told, self.masks.get(fact, ())) or _holds_one(
            told, self.further.get(fact, ())
        )


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
        self._closure, self._limit = closure, limit
        place = closure.rank
        self._cut = frozenset(place[fact] for fact in cut if fact in place)
        self._goals = (
            None
            if goals is None
            else frozenset(same for goal in goals for same in (goal, *closure.smaller(goal)))
        )
        self._mask = closure.bits
        self._searches: dict[tuple[frozenset[str], bool], _Found] = {}

    def of(self, fact: Fact) -> Justified:
        """Give the justifications of a fact, none for one that does not hold.

        What holds in a scope may rest on anything told in that scope or a smaller one; so what is
        told in one and holds in a smaller one as well has the justifications of both.
        """
        found = self._search(fact.scope)
        same = self._numbers((fact, *self._closure.smaller(fact)))
        masks = _minimal(
            self._contracted(found, each, mask)
            for each in same
            for mask in found.masks.get(each, ())
        )
        further = (part for each in same for part in found.further.get(each, ()))
        return self._justified(masks, all(_holds_one(part, masks) for part in further))

    def _contracted(self, found: _Found, fact: int, mask: int) -> int:
        """A set without the leaves it does not need. It may have such where it holds a part of sets
        that the limit left out; who wants one set only gets it as it is."""
        if self._goals is not None and self._limit == 1:
            return mask
        if any(part & mask == part for part in found.further.get(fact, ())):
            for leaf in self._closure.places(mask):
                rest = mask & ~self._mask[leaf]
                if fact in _chosen(found, self._closure.places(rest), (fact,)):
                    mask = rest
        return mask

    def of_all(self, facts: Iterable[Fact]) -> Justified:
        """Give the minimal sets of asserted facts that together give some facts."""
        found = [self.of(fact) for fact in facts]
        sets = {
            frozenset[Fact]().union(*chosen) for chosen in product(*(each.sets for each in found))
        }
        smallest = [one for one in sets if not any(other < one for other in sets)]
        smallest.sort(key=lambda one: (len(one), sorted(map(order, one))))
        return Justified(tuple(smallest), all(each.complete for each in found))

    def of_clash(self, clash: Clash) -> Justified:
        """Give the minimal sets of asserted facts that cannot all hold, by one clash."""
        scope = frozenset[str]().union(*(premise.scope for premise in clash.premises))
        found = self._search(scope, whole=True)
        premises = self._numbers(clash.premises)
        parts = [found.masks.get(premise, []) for premise in premises]
        masks = _minimal(_union(chosen) for chosen in product(*parts))
        further = (
            part | each
            for premise in premises
            for part in found.further.get(premise, ())
            for each in self._beside(premise, premises, found)
        )
        return self._justified(masks, all(_holds_one(part, masks) for part in further))

    def _beside(self, premise: int, premises: Iterable[int], found: _Found) -> Iterator[int]:
        others = [other for other in premises if other != premise]
        return _combined(others, NO_NUMBERS, self._mask, found.masks, found.further)

    def _justified(self, masks: list[int], complete: bool) -> Justified:
        sets = tuple(map(self._closure.told, masks[: self._limit]))
        return Justified(sets, complete and len(masks) <= self._limit)

    def _numbers(self, facts: Iterable[Fact]) -> list[int]:
        """The places of those among some facts that hold."""
        place = self._closure.rank
        return [place[fact] for fact in facts if fact in place]

    def _search(self, scope: frozenset[str], whole: bool = False) -> _Found:
        """What holds in a scope, searched for the goals of that scope, or for the `whole` of them;
        for the whole as well where none has that scope."""
        if (scope, whole) not in self._searches:
            goals = self._goals
            if goals is not None and not whole:
                here = {goal for goal in goals if goal.scope == scope}
                goals = frozenset(here.union(*map(self._closure.smaller, here))) or goals
            self._searches[scope, whole] = self._run(scope, goals)
        return self._searches[scope, whole]

    def _run(self, scope: frozenset[str], goals: frozenset[Fact] | None) -> _Found:
        """Enumerate in what holds in a scope."""
        steps, uses = self._steps(scope, goals)
        wanted = None if goals is None else frozenset(self._numbers(goals))
        masks: dict[int, list[int]] = defaultdict(list)
        further: dict[int, list[int]] = {fact: [0] for fact in self._cut}
        facts, own = self._closure.facts, self._mask
        heap: list[tuple[int, int, int]] = [
            (1, mask, leaf)
            for leaf, mask in own.items()
            if (wanted is None or leaf in uses or leaf in wanted) and facts[leaf].scope <= scope
        ]
        heap += [(0, 0, step.conclusion) for step in steps if not step.premises]
        heapify(heap)
        # Who wants one set of each goal is done when each has one, and is told of no other.
        wanting = set(wanted) if wanted is not None and self._limit == 1 else None
        while heap:
            _, mask, fact = heappop(heap)
            kept = masks[fact]
            if kept:
                if _holds_one(mask, kept):
                    continue
                if len(kept) >= self._limit:
                    if wanting is None:
                        _note(further, fact, mask)
                    continue
            kept.append(mask)
            if wanting is not None:
                wanting.discard(fact)
                if not wanting:
                    break
            for index in uses.get(fact, ()):
                step = steps[index]
                if fact in step.told and mask != own.get(fact):
                    continue
                above = masks.get(step.conclusion, ())
                for union in self._unions(step, fact, mask, masks):
                    if not _holds_one(union, above):
                        heappush(heap, (union.bit_count(), union, step.conclusion))
        if wanting is None:
            self._spread(further, masks, steps, uses)
        else:
            further = {each: [0] for each in wanted or ()}
        return _Found(masks, further, steps, own, wanting is not None)

    def _spread(
        self,
        further: dict[int, list[int]],
        masks: Mapping[int, list[int]],
        steps: Sequence[_Step],
        uses: Mapping[int, list[int]],
    ) -> None:
        """What rests on a fact that may have more sets may have more, too: all that are no smaller
        than a set it has already are none."""
        waiting = [(fact, part) for fact, parts in further.items() for part in parts]
        looks: Counter[int] = Counter()
        while waiting:
            fact, part = waiting.pop()
            if part not in further[fact]:
                continue  # a smaller one has come
            for index in uses.get(fact, ()):
                step = steps[index]
                if fact in step.told:
                    continue
                kept = masks.get(step.conclusion, ())
                others = [premise for premise in step.premises if premise != fact]
                for each in _combined(others, step.told, self._mask, masks, further):
                    union = part | each
                    if not _holds_one(union, kept):
                        looks[step.conclusion] += 1
                        most = PARTS if looks[step.conclusion] <= LOOKS else 1
                        noted = _note(further, step.conclusion, union, most)
                        if noted is not None:
                            waiting.append((step.conclusion, noted))

    def _unions(
        self, step: _Step, fact: int, mask: int, masks: Mapping[int, list[int]]
    ) -> Iterable[int]:
        """The sets by a step, one of each premise, this one of a fact; none while one has none."""
        single, several = mask, []
        for premise in step.premises:
            if premise == fact:
                continue
            if premise in step.told:
                single |= self._mask[premise]
                continue
            found = masks.get(premise)
            if not found:
                return ()
            if len(found) == 1:
                single |= found[0]
            else:
                several.append(found)
        return (single | _union(chosen) for chosen in product(*several)) if several else (single,)

    def _steps(
        self, scope: frozenset[str], goals: frozenset[Fact] | None
    ) -> tuple[list[_Step], Mapping[int, list[int]]]:
        """The steps taken within a scope, and of each fact those it is a premise of.

        A step to the same triple in a larger scope, still within this one, counts as well.
        """
        steps: list[_Step] = []
        uses: dict[int, list[int]] = defaultdict(list)
        closure, place = self._closure, self._closure.rank
        waiting = list(range(len(closure.facts)) if goals is None else self._numbers(goals))
        reached = set(waiting)
        for conclusion in waiting:
            fact = closure.facts[conclusion]
            if not fact.scope <= scope:
                continue
            found = closure.steps_to(fact)
            for larger in closure.larger(fact) if scope else ():
                found += closure.steps_to(larger) if larger.scope <= scope else ()
            for (_, places), step in found:
                premises = tuple(dict.fromkeys(places))
                told = frozenset(place[each] for each in step.told) if step.told else NO_NUMBERS
                for premise in premises:
                    uses[premise].append(len(steps))
                    # Of what must be told it does not matter what else gives it.
                    if premise not in reached and premise not in told:
                        reached.add(premise)
                        waiting.append(premise)
                steps.append(_Step(conclusion, premises, told, step))
        return steps, uses

    def proof(self, fact: Fact, leaves: Iterable[Fact]) -> Proof:
        """Give a proof of a fact from some asserted facts, which must give it: in its scope, or
        else in a smaller one.

        Of the steps that the leaves allow, those come first that need the fewest rounds.
        """
        given = frozenset(leaves)
        told = sorted(self._numbers(given))
        found = self._search(fact.scope.union(*(leaf.scope for leaf in given)))
        wanted = self._numbers((fact, *self._closure.smaller(fact)))
        chosen = _chosen(found, told, wanted)
        for same in wanted:
            if same in chosen:
                return self._tree(same, chosen)
        raise ValueError(f"{fact} does not follow from {sorted(given, key=order)}")

    def _tree(self, number: int, chosen: Mapping[int, _Step | None]) -> Proof:
        fact, step = self._closure.facts[number], chosen[number]
        if step is None:
            return Proof(fact, None)
        place = self._closure.rank
        premises = (self._tree(place[premise], chosen) for premise in step.taken.premises)
        return Proof(fact, step.taken, tuple(premises))


def _chosen(found: _Found, leaves: Sequence[int], wanted: Sequence[int]) -> dict[int, _Step | None]:
    """What follows from some asserted facts and serves what is wanted: of each the step that needs
    the fewest rounds, None for one that is asserted."""
    chosen: dict[int, _Step | None] = {}
    waiting: deque[tuple[int, _Step | None]] = deque((leaf, None) for leaf in leaves)
    told = frozenset(leaves)
    missing: dict[int, int] = {}
    uses: dict[int, list[int]] = defaultdict(list)
    within = _union(found.own.get(leaf, 0) for leaf in leaves)
    for index in found.steps_within(within, wanted):
        step = found.steps[index]
        missing[index] = len(step.premises)
        for premise in step.premises:
            uses[premise].append(index)
        if not step.premises:
            waiting.append((step.conclusion, step))
    while waiting:
        each, by = waiting.popleft()
        if each in chosen:
            continue
        chosen[each] = by
        for index in uses.get(each, ()):
            step = found.steps[index]
            missing[index] -= 1
            if missing[index] == 0 and step.conclusion not in chosen and step.told <= told:
                waiting.append((step.conclusion, step))
    return chosen


NO_NUMBERS: frozenset[int] = frozenset()
WAYS = 4096  # to combine parts of premises; of more, only what all of one premise have in common
PARTS = 32  # within further sets of a fact; of more, what they have in common
LOOKS = 128  # at what further sets of a fact may hold; after so many, what all have in common


def _holds_one(mask: int, others: Iterable[int]) -> bool:
    """Whether a set holds another one."""
    for other in others:  # noqa: SIM110, since a generator would take twice the time
        if other & mask == other:
            return True
    return False


def _note(further: dict[int, list[int]], fact: int, part: int, most: int = PARTS) -> int | None:
    """Note that a fact may have further sets with this part; the part to go on from, if any. Of
    more than `most` parts only what they have in common is noted."""
    parts = further.setdefault(fact, [])
    if _holds_one(part, parts):
        return None
    parts[:] = [other for other in parts if other & part != part]
    parts.append(part)
    if len(parts) > most:
        parts[:] = [reduce(and_, parts)]
    return parts[-1]


def _combined(
    premises: Iterable[int],
    told: frozenset[int],
    own: Mapping[int, int],
    masks: Mapping[int, list[int]],
    further: Mapping[int, list[int]],
) -> Iterator[int]:
    """The parts of the sets by some premises, known and further ones."""
    choices = [
        [own[premise]] if premise in told else [*masks.get(premise, ()), *further.get(premise, ())]
        for premise in premises
    ]
    if prod(map(len, choices)) > WAYS:
        choices = [[reduce(and_, each)] for each in choices]
    return map(_union, product(*choices))


def _minimal(masks: Iterable[int]) -> list[int]:
    """The masks that hold no other one, smallest first."""
    kept: list[int] = []
    for mask in sorted(set(masks), key=lambda m: (m.bit_count(), m)):
        if not _holds_one(mask, kept):
            kept.append(mask)
    return kept


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union
