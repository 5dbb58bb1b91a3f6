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
from typing import Any, TypeAlias

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.closure import Clash, Closure, Derivation, regained
from kg_service.logic.known import Known
from kg_service.logic.rules import FALSE, RULES, Rule, Step, trigger

_Triple: TypeAlias = tuple[Node, Node, Node]


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
        self.take(given)

    def take(self, given: Iterable[tuple[Fact, Derivation]]) -> None:
        """Go on from steps that somebody else vouches for, where all their premises hold."""
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
        # The steps a fact is a premise of, also those that were taken away since: they keep their
        # premises, and so the ids they are known by, from being used again.
        self._uses: dict[Fact, list[tuple[Fact, Derivation]]] = defaultdict(list)
        self._clashes: dict[tuple[object, ...], Clash] = {}
        self._known = Known()
        self._agenda: deque[Fact] = deque()
        # Once the defaults have concluded: the relations they looked at, and whether more has come
        # of these, so that they might conclude something else.
        self._looked_at: frozenset[Node] = frozenset()
        self.stirred = False

    def extend(
        self,
        facts: Iterable[Fact],
        expressions: Iterable[Node] = (),
        contexts: frozenset[str] = frozenset(),
        until: Callable[[], bool] = lambda: False,
    ) -> None:
        """Go on from more facts, class expressions and contexts.

        Where `until` says so it stops on the way; the facts must then be withdrawn.
        """
        self._contexts |= contexts
        told = sorted(set(facts) - self.asserted, key=ax.order)
        nodes = (*expressions, *(n for f in told for n in (f.subject, f.object)))
        self._mention({part for node in nodes for part in ax.parts(node)})
        self._known.tell(told)
        self.asserted.update(told)
        self.stirred = self.stirred or any(self._looks(fact.relation) for fact in told)
        for fact in told:
            if self._held(fact) is None:
                self._triples[fact.subject, fact.relation, fact.object].append(fact)
                self._agenda.append(fact)
        self._exhaust(until)

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

    def arrange(self) -> None:
        """Put what is known in the order of closures, so that those to come are sorted quickly."""
        self._known.facts.sort(key=ax.order)

    def copy(self) -> Saturation:
        """Give a saturation that goes its own way from here."""
        made = Saturation.__new__(Saturation)
        made._start(self._rules, self._contexts)
        made.asserted = set(self.asserted)
        made._triples.update((triple, list(same)) for triple, same in self._triples.items())
        made._steps.update((fact, dict(steps)) for fact, steps in self._steps.items())
        made._uses.update((fact, list(uses)) for fact, uses in self._uses.items())
        made._clashes = dict(self._clashes)
        made._known = self._known.copy()
        made._looked_at, made.stirred = self._looked_at, self.stirred
        return made

    def withdraw(self, facts: Iterable[Fact]) -> None:
        """Take asserted facts back, and with them what no step that remains still reaches.

        Class expressions that occurred still occur.
        """
        gone = self.asserted.intersection(facts)
        self.asserted -= gone
        lost = self._lost(gone)
        for fact in gone | lost:
            for conclusion, step in self._uses[fact]:
                if fact in lost or fact in step.told:
                    self._steps[conclusion].pop(_key(step), None)
        for fact in lost:
            self._steps.pop(fact, None)
            del self._uses[fact]
        self._clashes = {
            key: clash for key, clash in self._clashes.items() if lost.isdisjoint(clash.premises)
        }
        self._known.discard(gone, lost)
        self._agenda = deque(fact for fact in self._agenda if fact not in lost)
        triples = {(fact.subject, fact.relation, fact.object) for fact in lost}
        for triple in triples:
            self._triples[triple] = [fact for fact in self._triples[triple] if fact not in lost]
        # What was not followed up may be the smallest scope that is left.
        scoped = (f for f in self._steps if f.scope)
        left = [f for f in scoped if (f.subject, f.relation, f.object) in triples]
        for fact in sorted(left, key=lambda f: (len(f.scope), ax.order(f))):
            same = self._triples[fact.subject, fact.relation, fact.object]
            if self._steps[fact] and not any(held.scope <= fact.scope for held in same):
                same.append(fact)
                self._agenda.append(fact)
        self._exhaust()

    def _lost(self, gone: set[Fact]) -> set[Fact]:
        """What no longer holds when some facts are no longer asserted: all that may rest on them,
        without what the rest still reaches."""
        doomed: set[Fact] = set()
        waiting = list(gone)
        while waiting:
            fact = waiting.pop()
            if fact not in doomed and fact not in self.asserted:
                doomed.add(fact)
                waiting += (conclusion for conclusion, _ in self._uses.get(fact, ()))
        return doomed - regained(
            doomed,
            lambda fact: (s for s in self._steps.get(fact, {}).values() if s.told <= self.asserted),
        )

    def finish(self) -> Closure:
        """Let the defaults conclude, and give what holds."""
        self.conclude()
        return self.close()

    def conclude(self) -> None:
        """Let the defaults conclude. What is told afterwards is right while nothing is `stirred`.

        Defaults see what holds without them, all at once: what they conclude cannot block or feed
        another.
        """
        steps = [(name, step) for name, fire in self._at("default") for step in fire(self._known)]
        reads = (rule.reads(self._known) for rule in self._rules.values() if rule.reads)
        looked_at = frozenset[Node]().union(*reads)
        for name, step in steps:
            self._conclude(name, step)
        self._exhaust()
        self._looked_at = looked_at

    def close(self) -> Closure:
        """Give what holds, once the defaults have concluded. Nothing can be added afterwards."""
        return Closure(
            frozenset(self.asserted),
            self._known.facts,
            frozenset(self._known.expressions),
            self._steps,
            self._clashes.values(),
            self._uses,
        )

    def _looks(self, relation: Node) -> bool:
        return (relation[1] if relation[:1] == ("not",) else relation) in self._looked_at

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

    def _exhaust(self, until: Callable[[], bool] = lambda: False) -> None:
        """Take facts off the agenda until it is empty, or something else is so."""
        while self._agenda and not until():
            fact = self._agenda.popleft()
            self._known.add(fact)
            for name, fire in self._by_trigger[trigger(fact)]:
                for step in fire(self._known, fact):
                    self._conclude(name, step)

    def _conclude(self, rule: str, found: Step) -> None:
        """Keep a step, and put its conclusion on the agenda when it is new."""
        subject, relation, target, premises = found
        if self._looked_at and self._looks(relation):
            self.stirred = True
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
        steps = self._steps[fact]
        if key not in steps and not any(premise is fact for premise in premises):
            step = Derivation(rule, premises, self._must_be_told(rule, premises))
            steps[key] = step
            for premise in premises:
                self._uses[premise].append((fact, step))

    def _must_be_told(self, rule: str, premises: tuple[Fact, ...]) -> frozenset[Fact]:
        if rule in self._rules and self._rules[rule].told:
            return frozenset(p for p in premises if p.relation == ax.TYPE)
        return ax.NO_FACTS


def _key(step: Derivation) -> tuple[object, ...]:
    """What a step to a fact is known by."""
    return (step.rule, *map(id, step.premises))


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
