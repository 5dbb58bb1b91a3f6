"""Logic questions: what a closure says of a class expression, each answer as the fact that says it.

A question is saturated like any expression, together with what it brings:

    closure = saturate([*facts, *brought(question)], contexts=contexts, expressions=[question])
    answer(closure, question).subclasses
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Protocol

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node


class Holding(Protocol):
    """A closure, however it was made."""

    @property
    def facts(self) -> Iterable[Fact]:
        """All that holds, in a fixed order."""

    @property
    def expressions(self) -> frozenset[Node]:
        """The class expressions that occur."""


MEMBERS = 64  # of a union that a question is made into


@dataclass(frozen=True)
class Answer:
    """The named things that stand to an expression as each field says, one fact for each scope in
    which they do, in the order of the closure.

    `subclasses` are facts (C ⊑ expression), `superclasses` (expression ⊑ C), `individuals`
    (x ∈ expression), kinds among them. `equivalents` are the facts of both directions, and these
    are in neither of the first two. `unsatisfiable` is (expression ⊑ owl:Nothing), empty where it
    may have members.
    """

    subclasses: tuple[Fact, ...]
    superclasses: tuple[Fact, ...]
    equivalents: tuple[Fact, ...]
    individuals: tuple[Fact, ...]
    unsatisfiable: tuple[Fact, ...]


def brought(question: Node) -> tuple[Fact, ...]:
    """Give the facts that hold of a question whatever the ontology says, sorted.

    An edge such as "some" is below itself: rules go on from the edges of a class, and what is above
    the question is found from there (RL table 9, scm-cls). An inverse inside is the inverse of its
    property.
    """
    found = {Fact(part, ax.INVERSE, part[1]) for part in ax.parts(question) if part[0] == "inverse"}
    if question[0] in ("some", "value"):
        found.add(Fact(question, SUBCLASS, question))
    return tuple(sorted(found, key=ax.order))


def lifted(question: Node) -> Node:
    """Give the same question with its unions outermost, where `and` and `some` hold them: what is
    in (A or B) and C is in A and C or in B and C, and a relation to A or B is one to A or one to B.

    A question whose union would have more than MEMBERS members is given as it is.
    """
    members = _members(question)
    return question if members is None else ax.gather("or", members)


def _members(node: Node) -> list[Node] | None:
    """The classes whose union a class is; None for more than MEMBERS."""
    if node[0] == "or":
        found = [_members(member) for member in node[1:]]
        made = [one for some in found if some is not None for one in some]
    elif node[0] == "and":
        found = [_members(member) for member in node[1:]]
        sizes = [len(some) for some in found if some is not None]
        if len(sizes) < len(found) or prod(sizes) > MEMBERS:
            return None
        made = [ax.gather("and", chosen) for chosen in product(*(some or () for some in found))]
    elif node[0] == "some":
        found = [_members(node[2])]
        made = [ax.some(node[1], filler) for filler in found[0] or ()]
    else:
        return [node]
    return None if None in found or len(made) > MEMBERS else made


def answer(closure: Holding, question: Node, *, direct: bool = False) -> Answer:
    """Give what a closure says of a class expression or a named class.

    `direct` leaves out a superclass above another one, a subclass below another one and an
    individual of a subclass; a fact that holds in some scope is left out only for others that hold
    wherever it does. owl:Thing and classes that can have no member are not listed: the first is
    above and the others are below everything.
    """
    found = _Found(closure, question)
    empty = found.above.pop(ax.NOTHING, [])
    both = found.above.keys() & found.below.keys()
    above = {c: facts for c, facts in found.above.items() if c not in both and c != ax.THING}
    below = {
        c: facts
        for c, facts in found.below.items()
        if c not in both and not any(fact.object == ax.NOTHING for fact in found.up[c])
    }
    equivalents = [fact for c in both for side in (found.above, found.below) for fact in side[c]]
    individuals = [fact for facts in found.members.values() for fact in facts]
    supers = [fact for facts in above.values() for fact in facts]
    subs = [fact for facts in below.values() for fact in facts]
    if direct:
        supers = [f for f in supers if not _passed(f, f.object, above, found.up, upwards=True)]
        subs = [f for f in subs if not _passed(f, f.subject, below, found.up, upwards=False)]
        individuals = [f for f in individuals if not _within(f, below, found.types)]
    return Answer(
        found.sorted(subs),
        found.sorted(supers),
        found.sorted(equivalents),
        found.sorted(individuals),
        found.sorted(empty),
    )


class _Found:
    """The facts about a question, and those between the classes it is about."""

    def __init__(self, closure: Holding, question: Node) -> None:
        self.above: dict[Node, list[Fact]] = defaultdict(list)
        self.below: dict[Node, list[Fact]] = defaultdict(list)
        self.members: dict[Node, list[Fact]] = defaultdict(list)
        self._rank: dict[Fact, int] = {}
        for place, fact in enumerate(closure.facts):
            if fact.relation == SUBCLASS and fact.subject != fact.object:
                if fact.subject == question and isinstance(fact.object, str):
                    self.above[fact.object].append(fact)
                elif fact.object == question and isinstance(fact.subject, str):
                    self.below[fact.subject].append(fact)
                else:
                    continue
            elif fact.relation == TYPE and fact.object == question:
                self.members[fact.subject].append(fact)
            else:
                continue
            self._rank[fact] = place
        # Superclasses of each class found, and types of each individual.
        self.up: dict[Node, list[Fact]] = defaultdict(list)
        self.types: dict[Node, list[Fact]] = defaultdict(list)
        classes = self.above.keys() | self.below.keys()
        for fact in closure.facts:
            if fact.relation == SUBCLASS and fact.subject in classes:
                self.up[fact.subject].append(fact)
            elif fact.relation == TYPE and fact.subject in self.members:
                self.types[fact.subject].append(fact)

    def sorted(self, facts: Iterable[Fact]) -> tuple[Fact, ...]:
        return tuple(sorted(facts, key=self._rank.__getitem__))


def _passed(
    fact: Fact,
    own: Node,
    others: dict[Node, list[Fact]],
    up: dict[Node, list[Fact]],
    upwards: bool,
) -> bool:
    """Whether another class of the same side lies between the question and a fact's class."""
    for other, told in others.items():
        if other != own and any(f.scope <= fact.scope for f in told):
            lower, upper = (other, own) if upwards else (own, other)
            joined = any(f.object == upper and f.scope <= fact.scope for f in up[lower])
            if joined and not any(f.object == lower and f.scope <= fact.scope for f in up[upper]):
                return True
    return False


def _within(fact: Fact, below: dict[Node, list[Fact]], types: dict[Node, list[Fact]]) -> bool:
    """Whether an individual is in a subclass of the question wherever it is in the question."""
    return any(
        typed.scope | sub.scope <= fact.scope
        for typed in types[fact.subject]
        for sub in below.get(typed.object, ())
    )
