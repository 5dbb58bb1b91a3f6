"""Saturation: facts and rules ▸ everything that follows, each step kept.

A semi-naive agenda: a fact is taken off it once, made known, and every rule gives the steps it
takes part in
(Abiteboul, Hull, Vianu: Foundations of Databases, section 13.1). The result does not depend on the
order of the facts; `tests/pipeline/test_reasoner.py` shuffles them.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.known import Known
from kg_service.logic.rules import FALSE, RULES, Rule, Step, trigger


@dataclass(frozen=True)
class Derivation:
    """One step: a rule and the facts it needed, none of them the conclusion. scm-int and scm-uni
    need none."""

    rule: str
    premises: tuple[Fact, ...]


@dataclass(frozen=True)
class Clash:
    """Facts that cannot all hold, and the rule that says so."""

    rule: str
    premises: tuple[Fact, ...]


_Steps = dict[Fact, dict[tuple[object, ...], tuple[str, tuple[Fact, ...]]]]


class Closure:
    """What holds: `asserted` as given, `inferred` what follows and was not given, `clashes` what
    cannot be."""

    def __init__(
        self,
        asserted: frozenset[Fact],
        inferred: frozenset[Fact],
        expressions: frozenset[Node],
        steps: _Steps,
        clashes: tuple[Clash, ...],
    ) -> None:
        """Made by `saturate`."""
        self.asserted, self.inferred, self.expressions = asserted, inferred, expressions
        self.clashes = clashes
        self._steps = steps

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """All facts, sorted by subject, relation, object and scope."""
        return tuple(sorted(self.asserted | self.inferred, key=ax.order))

    @cached_property
    def _rank(self) -> dict[Fact, int]:
        return {fact: place for place, fact in enumerate(self.facts)}

    def derivations(self, fact: Fact) -> tuple[Derivation, ...]:
        """Give every single step that concludes a fact, sorted; also of an asserted one. None:
        empty."""
        rank = self._rank
        found = sorted(
            self._steps.get(fact, {}).values(),
            key=lambda step: (step[0], [rank[premise] for premise in step[1]]),
        )
        return tuple(Derivation(rule, premises) for rule, premises in found)

    def find(self, subject: Node, relation: Node, target: Node) -> tuple[Fact, ...]:
        """Give the facts of a triple, one for each scope it holds in; none: empty."""
        return self._triples.get((subject, relation, target), ())

    @cached_property
    def _triples(self) -> dict[tuple[Node, Node, Node], tuple[Fact, ...]]:
        found: dict[tuple[Node, Node, Node], tuple[Fact, ...]] = {}
        for fact in self.facts:
            key = fact.subject, fact.relation, fact.object
            found[key] = (*found.get(key, ()), fact)
        return found

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
    def unsatisfiable(self) -> tuple[str, ...]:
        """The named classes that can have no member, sorted."""
        empty = (
            f.subject for f in self.facts if f.relation == ax.SUBCLASS and f.object == ax.NOTHING
        )
        return tuple(sorted(c for c in empty if isinstance(c, str)))


def circles(closure: Closure) -> Iterator[Fact]:
    """Facts that put a named thing below itself: parents, by class or by kind, that go in a circle.

    Classes told to be equivalent are no circle.
    """
    for fact in closure.facts:
        if fact.relation == ax.SUBTYPE and fact.subject == fact.object:
            yield fact
        elif fact.relation == ax.SUBCLASS and isinstance(fact.subject, str):
            ends = (fact.subject, fact.object)
            told = (Fact(a, ax.EQUIVALENT, b) in closure.asserted for a, b in (ends, ends[::-1]))
            back = closure.find(fact.object, ax.SUBCLASS, fact.subject)
            if back and isinstance(fact.object, str) and not any(told):
                yield fact


def saturate(
    facts: Iterable[Fact],
    rules: Mapping[str, Rule] = RULES,
    contexts: frozenset[str] = frozenset(),
    expressions: Iterable[Node] = (),
) -> Closure:
    """Give everything that follows from facts.

    A conclusion's scope is the union of its premises' scopes; a step whose union holds two members
    of `contexts` is not taken. An inferred fact whose triple also holds in a part of its scope is
    left out. `expressions` are class expressions to decide besides those in the facts, such as a
    question's. Raises nothing: contradictions are the closure's `clashes`.
    """
    run = _Run(facts, rules, contexts, expressions)
    run.exhaust()
    # Defaults see what holds without them, all at once: what they conclude cannot block or feed
    # another.
    defaults = [
        (name, step) for name, rule in run.rules("default") for step in list(rule.fire(run.known))
    ]
    for name, step in defaults:
        run.conclude(name, step)
    run.exhaust()
    return run.closure()


class _Run:
    """One saturation under way."""

    def __init__(
        self,
        facts: Iterable[Fact],
        rules: Mapping[str, Rule],
        contexts: frozenset[str],
        expressions: Iterable[Node],
    ) -> None:
        self._rules = sorted(rules.items())
        self._contexts = contexts
        asserted = sorted(set(facts), key=ax.order)
        self._asserted = frozenset(asserted)
        # Every triple's facts; one object for each fact, so that a step is known by the ids of its
        # premises.
        self._triples: dict[tuple[Node, Node, Node], list[Fact]] = defaultdict(list)
        self._steps: _Steps = {}
        self._clashes: dict[tuple[object, ...], Clash] = {}
        occurring = {
            part
            for node in (*expressions, *(n for f in asserted for n in (f.subject, f.object)))
            for part in ax.parts(node)
        }
        self.known = Known(asserted, occurring)
        self._agenda = deque(asserted)
        for fact in asserted:
            self._triples[fact.subject, fact.relation, fact.object].append(fact)
        for name, rule in self.rules("start"):
            for step in rule.fire(self.known):
                self.conclude(name, step)

    def rules(self, when: str) -> list[tuple[str, Any]]:
        """Give the rules that fire at a time, by name."""
        return [(name, rule) for name, rule in self._rules if rule.when == when]

    def exhaust(self) -> None:
        """Take facts off the agenda until it is empty."""
        by_trigger: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        for name, rule in self.rules("each"):
            for each in rule.triggers:
                by_trigger[each].append((name, rule.fire))
        while self._agenda:
            fact = self._agenda.popleft()
            self.known.add(fact)
            for name, fire in by_trigger[trigger(fact)]:
                for step in fire(self.known, fact):
                    self.conclude(name, step)

    def conclude(self, rule: str, step: Step) -> None:
        """Keep a step, and put its conclusion on the agenda when it is new."""
        subject, relation, target, premises = step
        scope = ax.UNSCOPED
        for premise in premises:
            if premise.scope:
                scope |= premise.scope
        if scope and len(scope & self._contexts) > 1:
            return
        key = (rule, *map(id, premises))
        if (subject, relation, target) == FALSE:
            self._clashes[key] = Clash(rule, premises)
            return
        same = self._triples[subject, relation, target]
        fact = next((f for f in same if f.scope == scope), None)
        if fact is None:
            if any(f.scope < scope for f in same):
                return
            fact = Fact(subject, relation, target, scope)
            same.append(fact)
            self._agenda.append(fact)
        if not any(premise is fact for premise in premises):
            self._steps.setdefault(fact, {})[key] = (rule, premises)

    def closure(self) -> Closure:
        """Leave out what adds nothing, and give the rest."""
        inferred = {f for same in self._triples.values() for f in same} - self._asserted
        dropped = {
            f
            for same in self._triples.values()
            if len(same) > 1
            for f in same
            if f in inferred and any(other.scope < f.scope for other in same)
        }
        steps = self._steps
        if dropped:
            kept = self._grounded(dropped)
            inferred &= kept
            steps = {
                f: {k: s for k, s in found.items() if kept.issuperset(s[1])}
                for f, found in steps.items()
                if f in kept
            }
            clashes = [c for c in self._clashes.values() if kept.issuperset(c.premises)]
        else:
            clashes = list(self._clashes.values())
        return Closure(
            self._asserted,
            frozenset(inferred),
            self.known.expressions,
            steps,
            tuple(sorted(clashes, key=lambda c: (c.rule, [ax.order(p) for p in c.premises]))),
        )

    def _grounded(self, dropped: set[Fact]) -> set[Fact]:
        """Give what still follows from the asserted facts when some inferred ones are left out."""
        waiting: dict[Fact, list[tuple[Fact, list[int]]]] = defaultdict(list)
        ready = list(self._asserted)
        for fact, found in self._steps.items():
            if fact not in dropped:
                for _, premises in found.values():
                    distinct = set(premises)
                    missing = [len(distinct)]
                    for premise in distinct:
                        waiting[premise].append((fact, missing))
                    if not distinct:
                        ready.append(fact)
        kept: set[Fact] = set()
        while ready:
            fact = ready.pop()
            if fact not in kept:
                kept.add(fact)
                for conclusion, missing in waiting[fact]:
                    missing[0] -= 1
                    if missing[0] == 0:
                        ready.append(conclusion)
        return kept
