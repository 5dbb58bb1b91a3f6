"""Sentences: facts, proofs and near misses in plain English.

A relation's label stands between subject and object as it is, so "may" stays "may". Classes and
relations that a sentence is about, and populations, are quoted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.justifications import Proof
from kg_service.logic.near_misses import NearMiss
from kg_service.logic.patterns import Atom, Term, Variable, bound, variables
from kg_service.logic.wording import FACETS, FORM_OF, FORMS, MARKS, RULES


@dataclass(frozen=True)
class Sentences:
    """Tells in the labels of one release; an IRI without one is told by `named`.

    `contexts` are the members of scopes that are contexts; the others are populations.
    """

    labels: Mapping[str, str]
    named: Callable[[str], str]
    contexts: frozenset[str] = frozenset()

    def fact(self, fact: Fact) -> str:
        """A fact, with the scope in which it holds; without a full stop."""
        relation, denied = fact.relation, False
        if relation[0] == "not":
            relation, denied = relation[1], True
        told = self._statement(fact.subject, relation, fact.object)
        if fact.scope:
            told += f", {self.within(fact.scope)}"
        return f"it is denied that {told}" if denied else told

    def within(self, scope: frozenset[str]) -> str:
        """A scope that is not everywhere, to be read after what holds in it."""
        contexts = [self.name(iri) for iri in sorted(scope & self.contexts)]
        populations = [f"“{self.name(iri)}”" for iri in sorted(scope - self.contexts)]
        told = [f"in the context of {_listed(contexts)}"] if contexts else []
        told += [f"told of the population {_listed(populations)}"] if populations else []
        return ", ".join(told)

    def alone(self, fact: Fact) -> str:
        """A fact as a sentence of its own."""
        return f"{_capital(self.fact(fact))}."

    def _statement(self, subject: Any, relation: Node, target: Any) -> str:
        if relation == TYPE and target in MARKS:
            return MARKS[str(target)].format(self._word(subject))
        if relation == TYPE:
            return f"{self.node(subject)} {self.does(target)}"
        if relation == SUBCLASS:
            return f"whatever {self.does(subject)} {self.does(target)}"
        if relation == ax.CHAIN:
            links = " and then ".join(map(self._word, target))
            return f"{links} give {self._word(subject)}"
        if relation == ax.KEY:
            keys = _listed(map(self._word, target))
            return f"no two things have the same {keys} where each {self.does(subject)}"
        if isinstance(relation, str) and relation in FORMS:
            return FORMS[relation].format(*self._ends(subject, relation, target))
        if isinstance(relation, tuple):
            return f"{self.node(target)} {self.name(relation[1])} {self.node(subject)}"
        return f"{self.node(subject)} {self.name(relation)} {self.node(target)}"

    def _ends(self, subject: Term, relation: str, target: Term) -> tuple[str, str]:
        form = FORM_OF.get(relation)
        first = {"things": self.node, "members": self.does}.get(form or "", self._word)
        second = {None: self._word, "things": self.node}.get(form, self.does)
        return first(subject), second(target)

    def name(self, iri: Node) -> str:
        """What a thing is called."""
        return self.labels.get(str(iri)) or self.named(str(iri))

    def node(self, node: Any) -> str:
        """The name of a thing, a value, or what is in a class."""
        if isinstance(node, Variable | _Called):
            return self._anything(node)
        if isinstance(node, str):
            return self.name(node)
        if not ax.is_literal(node):
            return f"what {self.does(node)}"
        text, datatype = node[1:3]
        return text if datatype in _BARE else f"“{text}”"

    def _word(self, node: Any) -> str:
        """A word that a sentence is about."""
        if isinstance(node, str):
            return f"“{self.name(node)}”"
        return f"the inverse of {self._word(node[1])}" if node[0] == "inverse" else self.node(node)

    def does(self, node: Any) -> str:
        """What the members of a class, or the values of a range, are or do, to be read after
        their name."""
        if isinstance(node, Variable | _Called):
            return f"is in {self._anything(node)}"
        if isinstance(node, str):
            kind = "a value of" if node in ax.DATATYPES else "in the class"
            return f"is {kind} “{self.name(node)}”"
        kind, *parts = node
        tell = _EXPRESSIONS.get(kind)
        return tell(self, *parts) if tell else f"is {self._range(node)}"

    def _said(self, property_: Node, end: str) -> str:
        """A property to be read after its subject, and where it ends."""
        if property_[0] == "inverse":
            return f"is what {end} {self.name(property_[1])}"
        return f"{self.name(property_)} {end}"

    def _some(self, property_: Node, filler: Node) -> str:
        that = "" if filler == ax.THING else f" that {self.does(filler)}"
        return self._said(property_, f"something{that}")

    def _counted(self, number: int, property_: Node, filler: Node, words: str) -> str:
        of = "" if filler == ax.THING else f", counting what {self.does(filler)}"
        return self._said(property_, f"{words} {number} thing{'s' * (number != 1)}{of}")

    def _range(self, range_: Any) -> str:
        """The values of a range of data, to be read as an object."""
        if isinstance(range_, str):
            return f"a value of “{self.name(range_)}”"
        if range_[0] == "literals":
            return _listed(map(self.node, range_[1:]), "or")
        return _listed(f"{FACETS[facet]} {self.node(value)}" for facet, value in range_[2:])

    def _anything(self, variable: Variable | _Called) -> str:
        """What a variable stands for."""
        if isinstance(variable, _Called):
            return variable.name
        if variable.range is None:
            return "something"
        inside = self._range(variable.range)
        return f"a value that is not {inside}" if variable.outside else inside

    def proof(self, proof: Proof, source: Callable[[Fact], str]) -> list[str]:
        """A proof as numbered sentences, leaves before what rests on them, each said once.

        A step that says in other words of logic what its one premise says is not told. `source`
        says what a leaf rests on.
        """
        numbers: dict[Fact, int] = {}
        lines: list[str] = []
        for part in _in_order(proof, set()):
            if len(part.premises) == 1 and self._same(part.fact, part.premises[0].fact):
                numbers[part.fact] = numbers[part.premises[0].fact]
                continue
            numbers[part.fact] = number = len(lines) + 1
            if part.step is None:
                reason = f" ({source(part.fact)})"
            elif part.premises:
                used = dict.fromkeys(numbers[premise.fact] for premise in part.premises)
                rests = _listed(map(str, used))
                reason = f", because of {rests}, by {RULES[part.step.rule]}"
            else:
                reason = f", by {RULES[part.step.rule]}"
            lines.append(f"{number}. {_capital(self.fact(part.fact))}{reason}.")
        return lines

    def _same(self, fact: Fact, other: Fact) -> bool:
        return self.fact(fact) == self.fact(other)

    def near_miss(self, miss: NearMiss) -> str:
        """A near miss in one sentence or more."""
        would = f"It would follow by {RULES[miss.rule].partition(',')[0]}"
        ends: list[str] = []
        if miss.blocked:
            told = _listed(map(self.fact, miss.blocked))
            ends.append(f"but a claim of its own stands against it: {told}")
        if miss.apart:
            told = _listed(self.name(iri) for iri in sorted(miss.apart))
            ends.append(f"but the steps hold in different contexts: {told}")
        if miss.lacking:
            lacking = _listed(map(self._statement_of, _called(miss.lacking)))
            made = f"{would} if it were known that {lacking}"
        else:
            made = would
        parts = [", ".join((made, *ends))]
        known = _listed(self.fact(fact) for fact in miss.have if _of_the_domain(fact))
        if known:
            parts.append(f"It is known that {known}")
        if miss.instead:
            parts.append(f"But {_listed(map(self.fact, miss.instead))}")
        return "".join(f"{part}. " for part in parts).rstrip()

    def _statement_of(self, atom: Atom) -> str:
        subject, relation, target = atom
        if isinstance(relation, Variable):
            return f"{self.node(subject)} has a relation to {self.node(target)}"
        if relation[0] == "not":
            return f"it is denied that {self._statement(subject, relation[1], target)}"
        return self._statement(subject, relation, target)


_BARE = facets.NUMBERS | {facets.BOOLEAN, f"{ax.XSD}double", f"{ax.XSD}float"}
_EXPRESSIONS: Mapping[str, Callable[..., str]] = {
    "and": lambda tell, *parts: _listed((tell.does(part) for part in parts), "and"),
    "or": lambda tell, *parts: f"either {_listed((tell.does(part) for part in parts), 'or')}",
    "not": lambda tell, part: f"is nothing that {tell.does(part)}",
    "one": lambda tell, *parts: f"is {_listed(map(tell.node, parts), 'or')}",
    "some": Sentences._some,
    "only": lambda tell, property_, filler: tell._said(property_, f"only what {tell.does(filler)}"),
    "value": lambda tell, property_, end: tell._said(property_, tell.node(end)),
    "min": lambda tell, number, property_, filler: tell._counted(
        number, property_, filler, "at least"
    ),
    "max": lambda tell, number, property_, filler: tell._counted(
        number, property_, filler, "at most"
    ),
    "data": lambda tell, property_, range_: tell._said(property_, tell._range(range_)),
    "data-value": lambda tell, property_, value: tell._said(property_, tell.node(value)),
    "opaque": lambda tell, text: f"is in the class {text}",
}


@dataclass(frozen=True)
class _Called:
    """What a variable is called in a sentence."""

    name: str


def _called(atoms: Iterable[Atom]) -> Iterator[Atom]:
    """Atoms whose variables are named as they read; what stands there more than once has a name."""
    atoms = tuple(atoms)
    often = [v for v, number in Counter(variables(atoms)).items() if number > 1]
    letters = dict(zip(often, "XYZUVW", strict=False))
    seen: set[Variable] = set()
    for atom in atoms:
        here = {v for v in variables(atom) if v in letters}
        said = {v: letters[v] if v in seen else f"something, say {letters[v]}," for v in here}
        called: Mapping[Variable, Any] = {v: _Called(name) for v, name in said.items()}
        yield bound(atom, called)
        seen |= here


def _in_order(proof: Proof, seen: set[Fact]) -> Iterator[Proof]:
    """The parts of a proof, premises first, each once."""
    if proof.fact not in seen:
        seen.add(proof.fact)
        for premise in proof.premises:
            yield from _in_order(premise, seen)
        yield proof


def _of_the_domain(fact: Fact) -> bool:
    """Whether a fact tells something in a near miss; what a class asks for is told as lacking."""
    if fact.relation == TYPE:
        return fact.object not in MARKS
    if fact.relation == SUBCLASS:
        return isinstance(fact.subject, str)
    return fact.relation not in FORMS and fact.relation not in (ax.CHAIN, ax.KEY)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(parts: Iterable[str], word: str = "and") -> str:
    *first, last = [*parts] or [""]
    return f"{', '.join(first)} {word} {last}" if first else last
