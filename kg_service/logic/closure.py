"""What a saturation came to: a closure, its facts and the steps to each.

Made by `Saturation.finish`, or by a walk backwards from one goal; nothing is added to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeAlias

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node


@dataclass(frozen=True)
class Derivation:
    """One step: a rule and the facts it needed, none of them the conclusion.

    Rules that fire at the start, as scm-int and scm-uni, need none.
    """

    rule: str
    premises: tuple[Fact, ...]
    told: frozenset[Fact] = field(default=frozenset(), compare=False)
    """The premises that must be asserted."""


@dataclass(frozen=True)
class Clash:
    """Facts that cannot all hold, and the rule that says so."""

    rule: str
    premises: tuple[Fact, ...]


_Triple: TypeAlias = tuple[Node, Node, Node]


class Closure:
    """What holds: `asserted` as given, `inferred` what follows, `clashes` what cannot be.

    A fact that also holds in a smaller scope is left out, unless it is asserted.
    """

    def __init__(
        self,
        asserted: frozenset[Fact],
        reached: Collection[Fact],
        expressions: frozenset[Node],
        steps: Mapping[Fact, Mapping[Any, Derivation]],
        clashes: Iterable[Clash],
        uses: Mapping[Fact, Iterable[tuple[Fact, Derivation]]] | None = None,
    ) -> None:
        """Made by `Saturation.finish`; `reached` is everything that was derived or given, each
        once; `uses` are the conclusions of the steps a fact is a premise of, where that is known.
        """
        self.asserted, self.expressions = asserted, expressions
        held = set(reached)
        scopes: dict[_Triple, list[frozenset[str]]] = defaultdict(list)
        for fact in held:
            if fact.scope:
                scopes[fact.subject, fact.relation, fact.object].append(fact.scope)
        for (subject, relation, target), same in scopes.items():
            if Fact(subject, relation, target) in held:
                same.append(ax.UNSCOPED)
        held.difference_update(
            fact
            for triple, same in scopes.items()
            if len(same) > 1
            for fact in (Fact(*triple, scope) for scope in same)
            if fact not in asserted and any(other < fact.scope for other in same)
        )
        self._scopes, self._holding = scopes, held
        # Sorting is quick for those that come in the order of an earlier closure.
        self.facts = tuple(sorted(filter(held.__contains__, reached), key=ax.order))
        # Steps are looked at when somebody asks: most are never asked for.
        self._taken, self._uses = steps, uses
        self.clashes = tuple(
            sorted(
                (clash for clash in clashes if held.issuperset(clash.premises)),
                key=lambda clash: (clash.rule, [ax.order(p) for p in clash.premises]),
            )
        )

    def steps_to(self, fact: Fact) -> list[tuple[tuple[str, list[int]], Derivation]]:
        """Give the steps to a fact whose premises hold, each with its rule and the places of its
        premises, sorted by these."""
        place, found = self.rank, []
        for step in self._taken.get(fact, {}).values():
            places = [place.get(premise, -1) for premise in step.premises]
            if -1 not in places:
                found.append(((step.rule, places), step))
        return sorted(found, key=itemgetter(0))

    @cached_property
    def _elsewhere(self) -> dict[_Triple, list[Fact]]:
        """By triple, what is not kept since it holds in a smaller scope."""
        found: dict[_Triple, list[Fact]] = defaultdict(list)
        for fact in self._taken:
            if fact not in self._holding:
                found[fact.subject, fact.relation, fact.object].append(fact)
        return found

    @cached_property
    def inferred(self) -> frozenset[Fact]:
        """What follows and is not asserted."""
        return frozenset(self._holding - self.asserted)

    @cached_property
    def rank(self) -> dict[Fact, int]:
        """The place of each fact among them all."""
        return {fact: place for place, fact in enumerate(self.facts)}

    @cached_property
    def bits(self) -> dict[int, int]:
        """By the place of each asserted fact among them all, its bit in sets of asserted facts."""
        places = (place for place, fact in enumerate(self.facts) if fact in self.asserted)
        return {place: 1 << bit for bit, place in enumerate(places)}

    @cached_property
    def _places(self) -> tuple[int, ...]:
        return tuple(self.bits)

    def places(self, bits: int) -> list[int]:
        """Give the places of the asserted facts of a set, in their order."""
        found = []
        while bits:
            lowest = bits & -bits
            found.append(self._places[lowest.bit_length() - 1])
            bits ^= lowest
        return found

    def told(self, bits: int) -> frozenset[Fact]:
        """Give the asserted facts of a set."""
        return frozenset(self.facts[place] for place in self.places(bits))

    def derivations(self, fact: Fact) -> tuple[Derivation, ...]:
        """Give every single step that concludes a fact, sorted; also of an asserted one. None:
        empty."""
        if fact not in self._holding:
            return ()
        return tuple(step for _, step in self.steps_to(fact))

    def smaller(self, fact: Fact) -> tuple[Fact, ...]:
        """Give the facts of the same triple in smaller scopes."""
        found = self.find(fact.subject, fact.relation, fact.object)
        return tuple(same for same in found if same.scope < fact.scope)

    def larger(self, fact: Fact) -> list[Fact]:
        """Give the facts of the same triple in larger scopes that are left out, since it holds in
        this one: what rests on it here may rest on the steps to them, too."""
        found = self._elsewhere.get((fact.subject, fact.relation, fact.object), ())
        return sorted((other for other in found if other.scope > fact.scope), key=ax.order)

    def find(self, subject: Node, relation: Node, target: Node) -> tuple[Fact, ...]:
        """Give the facts of a triple, one for each scope it holds in; none: empty."""
        scopes = self._scopes.get((subject, relation, target), (ax.UNSCOPED,))
        found = (Fact(subject, relation, target, scope) for scope in scopes)
        return tuple(sorted((fact for fact in found if fact in self._holding), key=ax.order))

    def leaves(self, facts: Iterable[Fact]) -> frozenset[Fact]:
        """Give asserted facts that together give some facts: one way, not always the smallest."""
        found: set[Fact] = set()
        seen: set[Fact] = set()
        waiting = list(facts)
        while waiting:
            fact = waiting.pop()
            if fact not in seen:
                seen.add(fact)
                if fact in self.asserted:
                    found.add(fact)
                else:
                    waiting.extend(self._proofs[fact])
        return frozenset(found)

    @cached_property
    def _proofs(self) -> dict[Fact, tuple[Fact, ...]]:
        """The premises of one step for each fact, such that a walk down never goes in a circle."""
        proofs: dict[Fact, tuple[Fact, ...]] = dict.fromkeys(self.asserted, ())
        waiting = [fact for fact in self.facts if fact not in proofs]
        while waiting:
            # Steps of one round rest on earlier rounds only.
            ready = {
                fact: step.premises
                for fact in waiting
                for step in reversed(self.derivations(fact))
                if all(premise in proofs for premise in step.premises)
            }
            proofs |= ready
            waiting = [fact for fact in waiting if fact not in proofs]
        return proofs

    @cached_property
    def _users(self) -> Mapping[Fact, Iterable[tuple[Fact, Derivation]]]:
        if self._uses is not None:
            return self._uses
        found: dict[Fact, list[tuple[Fact, Derivation]]] = defaultdict(list)
        for fact, steps in self._taken.items():
            for step in steps.values():
                for premise in step.premises:
                    found[premise].append((fact, step))
        return found

    def without(self, aside: Callable[[Fact], bool]) -> Closure:
        """Give what holds when some facts are set aside, and with them what rests on them alone.

        What was left out since it holds in a smaller scope holds again where that is gone; what
        would follow from it in the larger scope alone is not looked for.
        """
        uses = self._users
        every = dict.fromkeys((*self.facts, *self._taken))
        waiting = [fact for fact in every if aside(fact)]
        barred, doomed = frozenset(waiting), set(waiting)
        while waiting:
            for fact, _ in uses.get(waiting.pop(), ()):
                if fact not in doomed and fact not in self.asserted:
                    doomed.add(fact)
                    waiting.append(fact)
        gone = doomed - regained(
            doomed, lambda fact: () if fact in barred else self._taken.get(fact, {}).values()
        )
        held = self._holding
        reached = [f for f in every if f not in gone and (f in held or self._taken.get(f))]
        return Closure(self.asserted - gone, reached, self.expressions, self._taken, (), uses)

    @cached_property
    def unsatisfiable(self) -> tuple[str, ...]:
        """The named classes that can have no member, sorted."""
        empty = (
            f.subject for f in self.facts if f.relation == ax.SUBCLASS and f.object == ax.NOTHING
        )
        return tuple(sorted(c for c in empty if isinstance(c, str)))


def regained(doomed: Collection[Fact], steps: Callable[[Fact], Iterable[Derivation]]) -> set[Fact]:
    """Give those of some facts that are reached from other ones only, by these steps to each."""
    needing: dict[Fact, list[tuple[Fact, list[int]]]] = defaultdict(list)
    ready = []
    for fact in doomed:
        for step in steps(fact):
            needed = {premise for premise in step.premises if premise in doomed}
            missing = [len(needed)]
            for premise in needed:
                needing[premise].append((fact, missing))
            if not needed:
                ready.append(fact)
    found: set[Fact] = set()
    while ready:
        fact = ready.pop()
        if fact not in found:
            found.add(fact)
            for conclusion, missing in needing[fact]:
                missing[0] -= 1
                if missing[0] == 0:
                    ready.append(conclusion)
    return found


def circles(closure: Closure) -> Iterator[Fact]:
    """Facts that put a named thing below itself: told parents, or kinds, that go in a circle.

    Classes that are equivalent, told so or by their definitions, are no circle.
    """
    parents: dict[Node, set[Node]] = defaultdict(set)
    for fact in closure.asserted:
        if fact.relation == ax.SUBCLASS and {type(fact.subject), type(fact.object)} == {str}:
            parents[fact.subject].add(fact.object)
    above = {name: reached(parents, name) for name in parents}
    for fact in closure.facts:
        if fact.subject != fact.object:
            told = fact.relation == ax.SUBCLASS and fact.object in parents.get(fact.subject, ())
            if told and fact.subject in above.get(fact.object, ()):
                yield fact
        elif fact.relation == ax.SUBTYPE:
            yield fact


def reached(edges: Mapping[Node, set[Node]], name: Node) -> set[Node]:
    """Give all that edges lead to from something, itself only where they come back."""
    found: set[Node] = set()
    waiting = [name]
    while waiting:
        new = edges.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def around(closure: Closure, circle: Fact) -> tuple[Fact, ...]:
    """Give the facts that close a circle: one that `circles` gives, and the way back."""
    back = closure.find(circle.object, circle.relation, circle.subject)
    return tuple(dict.fromkeys((circle, *back[:1])))
