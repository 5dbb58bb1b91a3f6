"""Open questions: what is unknown of a patient and would decide something, nearest first.

A criterion is met, ruled out or open. It is ruled out only by what was told: a denial of it or of
what it is a kind of, a number outside its range, a class that excludes it. What nobody told stays
open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import VOCABULARY, Fact, Node
from kg_service.logic.cases.case import CONTEXT, PATIENT
from kg_service.logic.closure import Closure

POPULATION = f"{VOCABULARY}belongsTo"
POPULATION_KIND = f"{VOCABULARY}PopulationKind"
# How many criteria may be open where a question is asked.
OPEN = 2


@dataclass(frozen=True)
class Question:
    """What would decide something: `open` are the criteria that nothing was told of, as class
    expressions; `met` the facts that meet the others; `decides` what would follow, and `by` which
    facts it would: definitions of classes, or what holds already in the scope that is open."""

    open: tuple[Node, ...]
    met: tuple[Fact, ...]
    decides: tuple[Fact, ...]
    by: tuple[Fact, ...] = ()


class Standing:
    """What is known of one patient, and how a criterion stands by it."""

    def __init__(self, closure: Closure, patient: str) -> None:
        """Index the facts of a closure that are about the patient."""
        self._closure, self._patient = closure, patient
        self.about = [f for f in closure.facts if f.subject == patient]
        self.types: dict[Node, Fact] = {}
        self._denied: dict[Node, list[Fact]] = defaultdict(list)
        self._values: dict[Node, list[Node]] = defaultdict(list)
        for fact in self.about:
            if fact.relation == ax.TYPE:
                self.types.setdefault(fact.object, fact)
            elif fact.relation[0] == "not":
                self._denied[fact.relation[1]].append(fact)
            elif ax.is_literal(fact.object):
                self._values[fact.relation].append(fact.object)
        self.definitions: dict[Node, Node] = {}
        self._defined: dict[Node, Fact] = {}
        self._gives: dict[Node, list[Node]] = defaultdict(list)
        self._excludes: dict[Node, list[Node]] = defaultdict(list)
        for fact in closure.facts:
            if fact.relation == ax.EQUIVALENT and fact in closure.asserted:
                if fact.subject not in self.definitions:
                    self.definitions[fact.subject], self._defined[fact.subject] = fact.object, fact
            elif fact.relation == ax.SUBCLASS and fact in closure.asserted:
                self._gives[fact.object].append(fact.subject)
            elif fact.relation == ax.DISJOINT:
                self._excludes[fact.subject].append(fact.object)
                self._excludes[fact.object].append(fact.subject)

    @cached_property
    def told(self) -> dict[Fact, frozenset[Fact]]:
        """For each fact about the patient the told ones that one of its shortest proofs rests on.

        Facts about anything else are taken as given, so a walk is over the patient alone.
        """
        found = {f: frozenset({f}) for f in self.about if f in self._closure.asserted}
        steps = {
            f: [
                [p for p in step.premises if p.subject == self._patient]
                for step in self._closure.derivations(f)
            ]
            for f in self.about
            if f not in found
        }
        while steps:
            # Steps of one round rest on earlier rounds only, so that nothing proves itself.
            ready = {
                fact: min(rests, key=len)
                for fact, ways in steps.items()
                if (
                    rests := [
                        frozenset().union(*(found[p] for p in way))
                        for way in ways
                        if all(p in found for p in way)
                    ]
                )
            }
            if not ready:
                break
            found |= ready
            steps = {f: ways for f, ways in steps.items() if f not in ready}
        return found

    def is_population(self, kind: str) -> bool:
        """Whether a member of a scope is a population; else it is a context."""
        return bool(self._closure.find(kind, ax.TYPE, POPULATION_KIND))

    def of(self, relation: Node, target: Node) -> tuple[Fact, ...]:
        """Give the facts that the patient has a relation to something, one for each scope."""
        return self._closure.find(self._patient, relation, target)

    def met(self, criterion: Node) -> Fact | None:
        """Give a fact that says the patient meets a criterion; None where none does."""
        if criterion in self.types:
            return self.types[criterion]
        if criterion[0] == "value":
            # Whether a class of it occurs or not, the relation says so.
            return next(iter(self.of(criterion[1], criterion[2])), None)
        return None

    def holds(self, criterion: Node) -> bool | None:
        """Say whether a criterion is met (True), ruled out (False) or open (None)."""
        if self.met(criterion) is not None:
            return True
        if any(other in self.types for other in self._excludes.get(criterion, ())):
            return False
        if isinstance(criterion, str):
            definition = self.definitions.get(criterion)
            return None if definition is None else self.holds(definition)
        decide = {"and": self._all, "or": self._any, "data": self._data, "value": self._value}
        return decide[criterion[0]](criterion) if criterion[0] in decide else None

    def _all(self, criterion: Node) -> bool | None:
        answers = [self.holds(member) for member in criterion[1:]]
        return False if False in answers else None if None in answers else True

    def _any(self, criterion: Node) -> bool | None:
        answers = [self.holds(member) for member in criterion[1:]]
        return True if True in answers else None if None in answers else False

    def _data(self, criterion: Node) -> bool | None:
        """A number that is told is the number: a patient has one age, one score, one titre."""
        values = self._values.get(criterion[1], ())
        outside = values and all(facets.holds(criterion[2], v) is False for v in values)
        return False if outside else None

    def _value(self, criterion: Node) -> bool | None:
        relation, target = criterion[1], criterion[2]
        if relation == POPULATION:
            ways = self._gives.get(criterion, ())
            return False if ways and all(self.holds(way) is False for way in ways) else None
        return False if self.denials(relation, target) else None

    def denials(self, relation: Node, target: Node) -> list[Fact]:
        """Give the facts that deny that the patient has a relation to something: of a wider
        relation, or to what the thing is a kind of, as well."""
        found = []
        for denied, facts in self._denied.items():
            # Nothing puts a patient into a context but the relations below it, and a term of one
            # kind goes with one of them: its denial rules the context out.
            ends = (denied, relation) if relation == CONTEXT else (relation, denied)
            if denied == relation or self._closure.find(ends[0], ax.SUBPROPERTY, ends[1]):
                found += [fact for fact in facts if self._below(target, fact.object)]
        return found

    def _below(self, target: Node, denied: Node) -> bool:
        return target == denied or bool(self._closure.find(target, ax.SUBTYPE, denied))

    def defining(self, criterion: Node) -> Iterator[Fact]:
        """Give the definitions that `leaves` goes through."""
        if isinstance(criterion, str) and criterion in self.definitions:
            yield self._defined[criterion]
            yield from self.defining(self.definitions[criterion])
        elif criterion[0] == "and":
            for member in criterion[1:]:
                yield from self.defining(member)

    def leaves(self, criterion: Node) -> Iterator[Node]:
        """Give the criteria a criterion is made of: through intersections and defined classes."""
        if isinstance(criterion, str) and criterion in self.definitions:
            yield from self.leaves(self.definitions[criterion])
        elif criterion[0] == "and":
            for member in criterion[1:]:
                yield from self.leaves(member)
        elif criterion != PATIENT:
            yield criterion


def questions(
    standing: Standing, patient: str, waiting: dict[tuple[Node, ...], list[Fact]], most: int
) -> tuple[Question, ...]:
    """Give what is open: defined classes of patients of which at most `most` criteria are open, and
    conclusions `waiting` for a context or population, by the criteria they wait for.

    A class is left out when nothing of it is met, unless numbers alone decide it.
    """
    found = [Question(open_, (), tuple(held), tuple(held)) for open_, held in waiting.items()]
    for name, definition in standing.definitions.items():
        if not isinstance(name, str) or PATIENT not in _above(standing, name):
            continue
        if standing.holds(name) is not None:
            continue
        leaves = list(dict.fromkeys(standing.leaves(definition)))
        met = [fact for leaf in leaves if (fact := standing.met(leaf)) is not None]
        open_ = tuple(leaf for leaf in leaves if standing.holds(leaf) is None)
        if len(open_) <= most and (met or all(leaf[0] == "data" for leaf in open_)):
            by = tuple(dict.fromkeys(standing.defining(name)))
            found.append(Question(open_, tuple(met), (Fact(patient, ax.TYPE, name),), by))
    return tuple(sorted(found, key=_nearness))


def _above(standing: Standing, name: str) -> set[Node]:
    """The named classes that a definition puts a class below."""
    above: set[Node] = set()
    waiting: list[Node] = [name]
    while waiting:
        node = waiting.pop()
        if node not in above:
            above.add(node)
            definition = standing.definitions.get(node, ())
            waiting += definition[1:] if definition and definition[0] == "and" else ()
    return above


def _nearness(question: Question) -> tuple[int, int, list[str]]:
    texts = [ax.text(node) for node in question.open]
    return len(question.open), -len(question.met), [*texts, *map(_text, question.decides)]


def _text(fact: Fact) -> str:
    return f"{ax.text(fact.relation)} {ax.text(fact.object)} {sorted(fact.scope)}"
