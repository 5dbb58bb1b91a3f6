"""Backwards from a conclusion of a giant: every step that can lead to it, and no other.

A classification keeps no steps; five million edges would need a hundred million. But it says what
holds, so a walk back from one conclusion never goes astray: a step is taken only where all its
premises hold (compare Kazakov and Klinov: Goal-Directed Tracing of Inferences in EL Ontologies,
ISWC 2014). What it meets is a closure like that of `reasoner`, with the rules named as there, so
justifications and proofs are found in it alike. One rule is ours: cr-rng, for ranges. What X has a
link along P to is in ∃P⁻.⊤, and a range C of P says no more than that ∃P⁻.⊤ ⊑ C.

Class edges are composed over the fillers that axioms name. A wider middle, which every superclass
of a filler is, rests on the same axioms and more.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, SUBPROPERTY, Fact, Node
from kg_service.logic.classification import Classification
from kg_service.logic.closure import Closure, Derivation
from kg_service.logic.indexing import TOP

GOALS = 400  # conclusions looked at for the sake of one
WIDTH = 100  # steps to one of them
_Step: TypeAlias = tuple[str, tuple[Fact, ...]]


@dataclass(frozen=True)
class Trace:
    """A closure of what can lead to a conclusion; `cut` are facts whose steps it leaves out."""

    closure: Closure
    cut: frozenset[Fact]


class Backwards:
    """The axioms of a classified ontology, found by what they conclude."""

    def __init__(self, facts: Iterable[Fact], classification: Classification) -> None:
        """Take the axioms that were classified, and the classification."""
        self.found = classification
        facts = tuple(facts)
        self.told = frozenset(facts)
        self.numbers = classification.index.numbers
        # The facts that say X ⊑ E, by each class of E's intersection; and by links in it.
        self.into: dict[Node, list[Fact]] = defaultdict(list)
        self.links: dict[Node, list[tuple[Any, ...]]] = defaultdict(list)
        self.of_property: dict[Node, dict[Node, list[Fact]]] = {
            relation: defaultdict(list) for relation in (ax.DOMAIN, ax.RANGE, SUBPROPERTY)
        }
        self.chains: dict[Node, list[Fact]] = defaultdict(list)
        self.disjoint: list[Fact] = []
        links = classification.index.links.values()
        self.fillers = {filler for each in links for _, filler in each}
        # Fillers within the ranges of a property, and those they were made of.
        self.widened: dict[int, set[int]] = defaultdict(set)
        for (_, filler), narrowed in classification.index.narrowed.items():
            self.fillers.add(filler)
            self.widened[narrowed].add(filler)
        for fact in facts:
            self._take(fact)

    def _take(self, fact: Fact) -> None:
        relation = fact.relation
        if relation == SUBCLASS:
            self._says(fact)
        elif relation == ax.EQUIVALENT:
            self._says(Fact(fact.subject, SUBCLASS, fact.object))
            self._says(Fact(fact.object, SUBCLASS, fact.subject))
        elif relation in self.of_property:
            self.of_property[relation][fact.subject].append(fact)
            if relation == ax.DOMAIN:
                self._link(("some", fact.subject, ax.THING), fact.object)
        elif relation == ax.EQUIVALENT_PROPERTY:
            self.of_property[SUBPROPERTY][fact.subject].append(fact)
            self.of_property[SUBPROPERTY][fact.object].append(fact)
        elif relation == ax.DISJOINT:
            self.disjoint.append(fact)
        elif relation == ax.CHAIN or fact.object == ax.TRANSITIVE:
            self.chains[fact.subject].append(fact)

    def _says(self, fact: Fact) -> None:
        """Keep X ⊑ E, which is told, under what E is made of."""
        for part in _members(fact.object):
            self.into[part].append(fact)
        self._link(fact.subject, fact.object)

    def _link(self, lower: Node, upper: Node) -> None:
        self.links[lower] += (
            part for part in _members(upper) if isinstance(part, tuple) and part[0] == "some"
        )

    def trace(self, goal: Fact, goals: int = GOALS, width: int = WIDTH) -> Trace:
        """Give the steps that can lead to a goal: A ⊑ B, or A ⊑ ∃R.B.

        The nearest come first; beyond so many conclusions, and steps to one of them, no more are
        looked at. Without any fact where the goal does not hold.
        """
        return _Search(self, goals, width).run(goal)


def _members(node: Node) -> Iterator[Node]:
    """Give a node and, of an intersection, everything it says."""
    yield node
    if isinstance(node, tuple) and node[0] == "and":
        for member in node[1:]:
            yield from _members(member)


class _Search:
    """The search for one goal."""

    def __init__(self, axioms: Backwards, goals: int, width: int) -> None:
        self._axioms, self._limit, self._width = axioms, goals, width
        self._found, self._index = axioms.found, axioms.found.index
        self._steps: dict[Fact, dict[Any, Derivation]] = {}
        self._leaves: set[Fact] = set()
        self._waiting: deque[Fact] = deque()
        self._expressions: set[Node] = set()

    def run(self, goal: Fact) -> Trace:
        if not self._holds(goal):
            return Trace(Closure(frozenset(), (), frozenset(), {}, ()), frozenset())
        self._want(goal)
        looked, cut = 0, set[Fact]()
        while self._waiting and looked < self._limit:
            fact = self._waiting.popleft()
            looked += 1
            ways = self._ways(fact)
            for rule, premises in islice(ways, self._width):
                if fact not in premises:
                    derivation = Derivation(rule, premises)
                    self._steps[fact].setdefault((rule, premises), derivation)
                    for premise in premises:
                        self._want(premise)
            if next(ways, None) is not None:
                cut.add(fact)
        steps = self._steps
        closure = Closure(frozenset(self._leaves), steps, frozenset(self._expressions), steps, ())
        return Trace(closure, frozenset(cut.union(self._waiting)))

    def _want(self, fact: Fact) -> None:
        if fact in self._steps:
            return
        self._steps[fact] = {}
        if fact in self._axioms.told:
            self._leaves.add(fact)
        if fact.relation in (SUBCLASS, SUBPROPERTY):
            self._waiting.append(fact)

    # What holds

    def _number(self, node: Node) -> int | None:
        return self._axioms.numbers.get(node)

    def _holds(self, fact: Fact) -> bool:
        below, above = self._number(fact.subject), fact.object
        if below is None:
            return False
        if self._above(below, above):
            return True
        return above[0] == "some" and self._reaches(below, above[1], self._number(above[2]))

    def _above(self, below: int, node: Node) -> bool:
        number = self._number(node)
        return number is not None and (number == TOP or number in self._found.above(below))

    def _reaches(self, start: int, property_: Node, end: int | None) -> bool:
        number = self._index.property_numbers.get(property_)
        if number is None or end is None:
            return False
        targets = self._found.targets(start, number)
        return bool(targets) if end == TOP else end in targets

    # Steps

    def _ways(self, fact: Fact) -> Iterator[_Step]:
        """Give the steps to a fact whose premises all hold."""
        if fact.relation == SUBPROPERTY:
            yield from self._subproperty(fact)
        if fact.relation != SUBCLASS:
            return
        subject, target = fact.subject, fact.object
        number = self._number(subject)
        for axiom in (Fact(subject, ax.EQUIVALENT, target), Fact(target, ax.EQUIVALENT, subject)):
            if axiom in self._axioms.told:
                yield "scm-eqc1", (axiom,)
        if subject == target:
            yield "scm-cls", ()
            return
        if isinstance(subject, tuple):
            yield from self._within(subject, target)
        if number is None:
            return
        yield from self._over(subject, number, target)
        if isinstance(target, tuple):
            yield from self._made(subject, number, target)
        yield from self._of_links(subject, number, target)

    def _within(self, subject: tuple[Any, ...], target: Node) -> Iterator[_Step]:
        """The target is a member of an intersection, or what all ends of a property are in."""
        if subject[0] == "and":
            for member in subject[1:]:
                if member == target:
                    self._expressions.add(subject)
                    yield "scm-int", ()
                elif self._holds(Fact(member, SUBCLASS, target)) or target in _members(member):
                    yield (
                        "scm-sco",
                        (Fact(subject, SUBCLASS, member), Fact(member, SUBCLASS, target)),
                    )
        elif subject[0] == "some" and subject[1][0] == "inverse" and subject[2] == ax.THING:
            property_ = subject[1][1]
            for upper, facts in self._axioms.of_property[ax.RANGE].items():
                for range_ in facts if self._is_below(property_, upper) else ():
                    if range_.object == target:
                        if upper == property_:
                            yield "cr-rng", (range_,)
                        else:
                            yield "cr-rng", (Fact(property_, SUBPROPERTY, upper), range_)
                    elif self._holds(Fact(range_.object, SUBCLASS, target)):
                        yield (
                            "scm-sco",
                            (
                                Fact(subject, SUBCLASS, range_.object),
                                Fact(range_.object, SUBCLASS, target),
                            ),
                        )

    def _is_below(self, lower: Node, upper: Node) -> bool:
        # A property of data has no number.
        numbers = self._index.property_numbers
        one, other = numbers.get(lower), numbers.get(upper)
        return one is not None and other in self._index.properties.supers[one]

    def _over(self, subject: Node, number: int, target: Node) -> Iterator[_Step]:
        """X ⊑ L, L ⊑ E told, and the target is E or a member of it."""
        for told in self._axioms.into.get(target, ()):
            if told.subject != subject:
                if self._above(number, told.subject):
                    yield "scm-sco", (Fact(subject, SUBCLASS, told.subject), told)
            elif told.object != target:
                yield "scm-sco", (told, Fact(told.object, SUBCLASS, target))

    def _made(self, subject: Node, number: int, target: tuple[Any, ...]) -> Iterator[_Step]:
        """The target is an expression that X meets by its parts."""
        kind = target[0]
        if kind == "and":
            if all(self._above(number, member) for member in target[1:]):
                # Two by two, as in the paper: of many at once the ways to meet all multiply.
                self._expressions.add(target)
                *first, last = target[1:]
                met = (first[0] if len(first) == 1 else ("and", *first), last)
                yield "cr2", tuple(Fact(subject, SUBCLASS, m) for m in met if m != subject)
        elif kind == "or":
            for member in target[1:]:
                self._expressions.add(target)
                if member == subject:
                    yield "scm-uni", ()
                elif self._above(number, member):
                    yield (
                        "scm-sco",
                        (Fact(subject, SUBCLASS, member), Fact(member, SUBCLASS, target)),
                    )
        elif kind == "some":
            yield from self._edge(subject, number, target[1], target[2])

    def _edge(self, subject: Node, start: int, property_: Node, end: Node) -> Iterator[_Step]:
        """X ⊑ ∃R.B by a link to something narrower, by a narrower property, or by a chain."""
        axioms = self._axioms
        last = self._number(end)
        for above in self._found.above(start):
            node = self._index.nodes[above]
            # A filler that is an expression says its own links.
            inner = (
                each for each in _members(node) if isinstance(each, tuple) and each[0] == "some"
            )
            for part in (*axioms.links.get(node, ()), *inner):
                if part[1] != property_:
                    continue
                for filler in self._ends(part):
                    if filler != end and self._above(self._axioms.numbers[filler], end):
                        link = "some", property_, filler
                        yield (
                            "scm-svf1",
                            (Fact(subject, SUBCLASS, link), Fact(filler, SUBCLASS, end)),
                        )
                    elif filler == end and filler != part[2]:
                        # X ⊑ ∃P.C ⇒ X ⊑ ∃P.(C ⊓ ∃P⁻.⊤): all the sense there is in a range.
                        yield "cr-rng", (Fact(subject, SUBCLASS, part),)
        yield from self._ranged(subject, start, property_, end)
        for lower in self._below(property_):
            if self._reaches(start, lower, last):
                yield (
                    "scm-svf2",
                    (
                        Fact(subject, SUBCLASS, ("some", lower, end)),
                        Fact(lower, SUBPROPERTY, property_),
                    ),
                )
        for chain in axioms.chains.get(property_, ()):
            links = chain.object if chain.relation == ax.CHAIN else (property_, property_)
            for walk in self._walks(subject, start, tuple(links), end):
                yield "cr11", (*walk, chain)

    def _ranged(self, subject: Node, start: int, property_: Node, end: Node) -> Iterator[_Step]:
        """X ⊑ ∃R.C by a chain, and what R's range says of its end."""
        if self._index.property_numbers.get(property_) not in self._index.loose:
            return
        for upper, facts in self._axioms.of_property[ax.RANGE].items():
            if not self._is_below(property_, upper):
                continue
            over = () if upper == property_ else (Fact(property_, SUBPROPERTY, upper),)
            for range_ in facts:
                if range_.object == end:
                    for link in self._links(subject, start, property_):
                        yield "cr-rng", (link, *over, range_)
                elif self._holds(Fact(range_.object, SUBCLASS, end)):
                    wide = Fact(subject, SUBCLASS, ("some", property_, range_.object))
                    yield "scm-svf1", (wide, Fact(range_.object, SUBCLASS, end))

    def _ends(self, link: tuple[Any, ...]) -> Iterator[Node]:
        """Give the filler of a link, and the filler within the ranges of its property."""
        index = self._index
        property_, filler = index.property_numbers.get(link[1]), self._number(link[2])
        if property_ is not None and filler is not None:
            yield link[2]
            if (narrowed := index.narrowed.get((property_, filler))) is not None:
                yield index.nodes[narrowed]

    def _below(self, property_: Node) -> list[Node]:
        """Give the properties told to be directly below one."""
        found = []
        for lower, facts in self._axioms.of_property[SUBPROPERTY].items():
            for fact in facts:
                upper = fact.object if fact.subject == lower else fact.subject
                if upper == property_ and lower != property_:
                    found.append(lower)
        return found

    def _subproperty(self, fact: Fact) -> Iterator[_Step]:
        for axiom in (
            Fact(fact.subject, ax.EQUIVALENT_PROPERTY, fact.object),
            Fact(fact.object, ax.EQUIVALENT_PROPERTY, fact.subject),
        ):
            if axiom in self._axioms.told:
                yield "scm-eqp1", (axiom,)
        for middle in self._index.property_numbers:
            ends = fact.subject, fact.object
            if middle in ends or not self._is_below(middle, fact.object):
                continue
            if fact.subject in self._below(middle):
                first = Fact(fact.subject, SUBPROPERTY, middle)
                yield "scm-spo", (first, Fact(middle, SUBPROPERTY, fact.object))

    def _walks(
        self, subject: Node, start: int, links: tuple[Node, ...], end: Node
    ) -> Iterator[tuple[Fact, ...]]:
        """Give the edges along some properties, one after the other, that end where they must."""
        first, *rest = links
        if not rest:
            if self._reaches(start, first, self._number(end)):
                yield (Fact(subject, SUBCLASS, ("some", first, end)),)
            return
        property_ = self._index.property_numbers.get(first)
        if property_ is None:
            return
        middles = self._found.targets(start, property_) & self._axioms.fillers
        if links == (first, first):
            # P ∘ P ⊑ P: of any number of links the first is enough to begin with.
            middles &= self._nearest(start, property_)
        for middle in sorted(middles):
            node = self._index.nodes[middle]
            for walk in self._walks(node, middle, tuple(rest), end):
                yield Fact(subject, SUBCLASS, ("some", first, node)), *walk

    def _nearest(self, start: int, property_: int) -> set[int]:
        """Give where links along a property, or one below it, lead that its transitivity is not
        needed for."""
        index, found = self._index, self._found
        below = {
            p for p in range(len(index.property_nodes)) if property_ in index.properties.supers[p]
        }
        nearest = set()
        for above in found.above(start):
            for lower, end in index.links.get(above, ()):
                if lower in below:
                    nearest.add(end)
                    nearest |= self._axioms.widened.get(end, set())
        for lower in below:
            for chain in self._axioms.chains.get(index.property_nodes[lower], ()):
                if chain.relation == ax.CHAIN and set(chain.object) != {chain.subject}:
                    nearest |= found.targets(start, lower)
        return nearest

    def _of_links(self, subject: Node, number: int, target: Node) -> Iterator[_Step]:
        """Domains, and what cannot be."""
        for property_, facts in self._axioms.of_property[ax.DOMAIN].items():
            for domain in facts:
                if target in _members(domain.object):
                    for link in self._links(subject, number, property_):
                        if domain.object == target:
                            yield "cr4", (link, domain)
                        else:
                            whole = Fact(subject, SUBCLASS, domain.object)
                            yield "scm-sco", (whole, Fact(domain.object, SUBCLASS, target))
        if target == ax.NOTHING:
            for pair in self._axioms.disjoint:
                ends = [node for node in (pair.subject, pair.object) if node != subject]
                if all(self._above(number, node) for node in ends):
                    yield "cr2-dw", (*(Fact(subject, SUBCLASS, node) for node in ends), pair)
            for property_ in self._index.property_numbers:
                for link in self._links(subject, number, property_):
                    filler = link.object[2]
                    below = self._number(filler)
                    if below is not None and self._above(below, ax.NOTHING):
                        yield "cr5", (link, Fact(filler, SUBCLASS, ax.NOTHING))

    def _links(self, subject: Node, number: int, property_: Node) -> Iterator[Fact]:
        """Give the edges along a property to fillers that axioms name."""
        found = self._index.property_numbers.get(property_)
        if found is not None:
            for end in sorted(self._found.targets(number, found) & self._axioms.fillers):
                yield Fact(subject, SUBCLASS, ("some", property_, self._index.nodes[end]))
