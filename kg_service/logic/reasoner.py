"""Saturation: facts and rules ▸ everything that follows, each step kept.

A semi-naive agenda: a fact is taken off it once, made known, and every rule it sets off gives the
steps it takes part in (Abiteboul, Hull, Vianu: Foundations of Databases, section 13.1). The result
does not depend on the order of the facts; `tests/logic/test_reasoner.py` shuffles them.

A saturation can go on: more facts and expressions extend it, and facts can be withdrawn, which
leaves what the remaining steps still reach (Gupta, Mumick, Subrahmanian: Maintaining Views
Incrementally, SIGMOD 1993, with the steps in the place of counts).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.known import Known
from kg_service.logic.rules import FALSE, RULES, Rule, Step, trigger


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

    A fact that also holds in a smaller scope is left out. Steps that conclude it are kept apart:
    `wider` gives them, because what rests on the fact in the smaller scope may rest on them too.
    """

    def __init__(
        self,
        asserted: frozenset[Fact],
        reached: Iterable[Fact],
        expressions: frozenset[Node],
        steps: Mapping[Fact, Mapping[Any, Derivation]],
        clashes: Iterable[Clash],
    ) -> None:
        """Made by `Saturation.finish`; `reached` is everything that was derived or given."""
        self.asserted, self.expressions = asserted, expressions
        scopes: dict[_Triple, list[Fact]] = defaultdict(list)
        for fact in reached:
            scopes[fact.subject, fact.relation, fact.object].append(fact)
        holding = {
            fact
            for same in scopes.values()
            for fact in same
            if fact in asserted or not any(other.scope < fact.scope for other in same)
        }
        self.facts = tuple(sorted(holding, key=ax.order))
        self.inferred = frozenset(holding - asserted)
        # Steps are looked at when somebody asks: most are never asked for.
        self._holding, self._taken = holding, steps
        self.clashes = tuple(
            sorted(
                (clash for clash in clashes if holding.issuperset(clash.premises)),
                key=lambda clash: (clash.rule, [ax.order(p) for p in clash.premises]),
            )
        )

    def _steps_to(self, fact: Fact) -> list[Derivation]:
        """The steps to a fact whose premises hold."""
        found = self._taken.get(fact, {}).values()
        return [step for step in found if self._holding.issuperset(step.premises)]

    @cached_property
    def _elsewhere(self) -> dict[_Triple, list[Fact]]:
        """By triple, what is not kept since it holds in a smaller scope."""
        found: dict[_Triple, list[Fact]] = defaultdict(list)
        for fact in self._taken:
            if fact not in self._holding:
                found[fact.subject, fact.relation, fact.object].append(fact)
        return found

    @cached_property
    def rank(self) -> dict[Fact, int]:
        """The place of each fact among them all."""
        return {fact: place for place, fact in enumerate(self.facts)}

    def derivations(self, fact: Fact) -> tuple[Derivation, ...]:
        """Give every single step that concludes a fact, sorted; also of an asserted one. None:
        empty."""
        if fact not in self._holding:
            return ()
        return tuple(sorted(self._steps_to(fact), key=self._place))

    def wider(self, fact: Fact) -> tuple[tuple[frozenset[str], Derivation], ...]:
        """Give the steps that conclude the triple of a fact in a larger scope, each with that."""
        found = self._elsewhere.get((fact.subject, fact.relation, fact.object), ())
        pairs = (
            (other.scope, step)
            for other in found
            if other.scope > fact.scope
            for step in self._steps_to(other)
        )
        return tuple(sorted(pairs, key=lambda pair: (sorted(pair[0]), self._place(pair[1]))))

    def _place(self, step: Derivation) -> tuple[str, list[int]]:
        return step.rule, [self.rank[premise] for premise in step.premises]

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
    given: Iterable[tuple[Fact, Derivation]] = (),
) -> Closure:
    """Give everything that follows from facts.

    A conclusion's scope is the union of its premises' scopes; a step whose union holds two members
    of `contexts` is not taken. `expressions` are class expressions to decide besides those in the
    facts, such as a question's; `given` are steps that another reasoner vouches for, taken when
    all their premises are among the facts. Raises nothing: contradictions are the closure's
    `clashes`.
    """
    return Saturation(facts, rules, contexts, expressions, given).finish()


class Saturation:
    """A saturation under way: all that follows without the defaults, which come at the end."""

    def __init__(
        self,
        facts: Iterable[Fact],
        rules: Mapping[str, Rule] = RULES,
        contexts: frozenset[str] = frozenset(),
        expressions: Iterable[Node] = (),
        given: Iterable[tuple[Fact, Derivation]] = (),
    ) -> None:
        """Saturate; see `saturate`."""
        self._start(rules, contexts)
        self.extend(facts, expressions)
        for fact, step in given:
            premises = [self._held(premise) for premise in step.premises]
            if all(premises):
                triple = fact.subject, fact.relation, fact.object
                self._conclude(step.rule, (*triple, tuple(p for p in premises if p)))
        self._exhaust()

    def _start(self, rules: Mapping[str, Rule], contexts: frozenset[str]) -> None:
        self._rules, self._contexts = dict(sorted(rules.items())), contexts
        self._by_trigger: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        for name, rule in self._rules.items():
            for each in rule.triggers:
                self._by_trigger[each].append((name, rule.fire))
        self.asserted: set[Fact] = set()
        # Every triple's facts; one object for each fact, so that a step is known by the ids of its
        # premises.
        self._triples: dict[_Triple, list[Fact]] = defaultdict(list)
        # Also of facts that were not followed up, since they hold in a smaller scope.
        self._steps: dict[Fact, dict[tuple[object, ...], Derivation]] = defaultdict(dict)
        self._clashes: dict[tuple[object, ...], Clash] = {}
        self._known = Known()
        self._agenda: deque[Fact] = deque()

    def extend(
        self,
        facts: Iterable[Fact],
        expressions: Iterable[Node] = (),
        contexts: frozenset[str] = frozenset(),
    ) -> None:
        """Go on from more facts, class expressions and contexts."""
        self._contexts |= contexts
        told = sorted(set(facts) - self.asserted, key=ax.order)
        nodes = (*expressions, *(n for f in told for n in (f.subject, f.object)))
        self._mention({part for node in nodes for part in ax.parts(node)})
        self._known.tell(told)
        self.asserted.update(told)
        for fact in told:
            if self._held(fact) is None:
                self._triples[fact.subject, fact.relation, fact.object].append(fact)
                self._agenda.append(fact)
        self._exhaust()

    def _mention(self, nodes: set[Node]) -> None:
        """Let expressions occur that did not: rules that ask for them get everything once more."""
        new = self._known.mention(nodes)
        if not new:
            return
        for name, fire in self._at("start"):
            for step in fire(self._known):
                self._conclude(name, step)
        if not self._known.facts:
            return
        occurring = {name for name, rule in self._rules.items() if rule.occurring}
        # A rule that asks for an expression does so from a fact about something in it.
        named = {symbol for node in new for symbol in _symbols(node)}
        for fact in list(self._known.facts):
            if named.isdisjoint(_mentioned(fact)):
                continue
            for name, fire in self._by_trigger[trigger(fact)]:
                if name in occurring:
                    for step in fire(self._known, fact):
                        self._conclude(name, step)

    def without(self, withdrawn: Iterable[Fact]) -> Saturation:
        """Give the saturation of what remains when asserted facts are withdrawn.

        Class expressions that occurred still occur. This saturation stays as it is.
        """
        made = Saturation.__new__(Saturation)
        made._start(self._rules, self._contexts)
        made.asserted = self.asserted - set(withdrawn)
        kept = self._grounded(made.asserted)
        made._known.mention(set(self._known.expressions))
        made._known.tell(fact for fact in self._known.told if fact in made.asserted)
        for fact in self._known.facts:
            if fact in kept:
                made._triples[fact.subject, fact.relation, fact.object].append(fact)
                made._known.add(fact)
        for fact, found in self._steps.items():
            left = {
                key: step
                for key, step in found.items()
                if kept.issuperset(step.premises) and step.told <= made.asserted
            }
            if left:
                made._steps[fact] = left
        made._clashes = {
            key: clash for key, clash in self._clashes.items() if kept.issuperset(clash.premises)
        }
        # What was not followed up may be the smallest scope that is left.
        for fact in sorted(made._steps.keys() - kept, key=lambda f: (len(f.scope), ax.order(f))):
            same = made._triples[fact.subject, fact.relation, fact.object]
            if not any(held.scope <= fact.scope for held in same):
                same.append(fact)
                made._agenda.append(fact)
        made._exhaust()
        return made

    def finish(self) -> Closure:
        """Let the defaults conclude, and give what holds. Nothing can be added afterwards.

        Defaults see what holds without them, all at once: what they conclude cannot block or feed
        another.
        """
        steps = [(name, step) for name, fire in self._at("default") for step in fire(self._known)]
        for name, step in steps:
            self._conclude(name, step)
        self._exhaust()
        return Closure(
            frozenset(self.asserted),
            self._known.facts,
            frozenset(self._known.expressions),
            self._steps,
            self._clashes.values(),
        )

    @property
    def clashes(self) -> frozenset[Clash]:
        """The clashes so far, in whatever scope."""
        return frozenset(self._clashes.values())

    def _at(self, when: str) -> list[tuple[str, Callable[[Known], Iterator[Step]]]]:
        """The rules that fire at a time, by name."""
        return [(name, rule.fire) for name, rule in self._rules.items() if rule.when == when]  # type: ignore[misc]

    def _held(self, fact: Fact) -> Fact | None:
        """The one object that stands for a fact, if it holds."""
        same = self._triples.get((fact.subject, fact.relation, fact.object), ())
        return next((held for held in same if held.scope == fact.scope), None)

    def _exhaust(self) -> None:
        """Take facts off the agenda until it is empty."""
        while self._agenda:
            fact = self._agenda.popleft()
            self._known.add(fact)
            for name, fire in self._by_trigger[trigger(fact)]:
                for step in fire(self._known, fact):
                    self._conclude(name, step)

    def _conclude(self, rule: str, step: Step) -> None:
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
            fact = Fact(subject, relation, target, scope)
            if not any(f.scope < scope for f in same):
                same.append(fact)
                self._agenda.append(fact)
        if not any(premise is fact for premise in premises):
            self._steps[fact][key] = Derivation(rule, premises, self._must_be_told(rule, premises))

    def _must_be_told(self, rule: str, premises: tuple[Fact, ...]) -> frozenset[Fact]:
        if rule in self._rules and self._rules[rule].told:
            return frozenset(p for p in premises if p.relation == ax.TYPE)
        return ax.NO_FACTS

    def _grounded(self, asserted: set[Fact]) -> set[Fact]:
        """What still follows by the steps taken when only these facts are asserted."""
        waiting: dict[Fact, list[tuple[Fact, list[int]]]] = defaultdict(list)
        ready = [fact for fact in self._known.facts if fact in asserted]
        for fact in self._known.facts:
            for step in self._steps.get(fact, {}).values():
                if not step.told <= asserted:
                    continue
                distinct = set(step.premises)
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


def _symbols(node: Node) -> Iterator[Node]:
    """Everything inside an expression: names, literals, and the expressions themselves."""
    if isinstance(node, tuple):
        for inner in node[1:]:
            yield inner
            yield from _symbols(inner)


def _mentioned(fact: Fact) -> Iterator[Node]:
    """What a fact is about: its parts, and of an expression among them the parts of that."""
    for part in (fact.subject, fact.relation, fact.object):
        yield part
        if isinstance(part, tuple):
            yield from part[1:]
