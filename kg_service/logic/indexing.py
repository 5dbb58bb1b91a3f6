"""Facts ▸ numbers: the axioms of an EL ontology as `classification` wants them.

An expression is one number wherever it occurs. What is on the right of ⊑ is taken apart: the
members of an intersection become parents, an existential restriction a link. What is on the left
becomes a trigger that puts the expression above whatever meets it. Equivalences are both. So an
axiom is used as far as its parts can be, and only the part outside EL++ is left out and counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.properties import Properties

TOP, BOTTOM = 0, 1


class Index:
    """An ontology in numbers. Numbers 0 and 1 are owl:Thing and owl:Nothing."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        """Take the axioms of an ontology as facts; `unsupported` counts what is left out."""
        self.unsupported: Counter[str] = Counter()
        self.nodes: list[Node] = []
        self.numbers: dict[Node, int] = {}
        self.property_nodes: list[Node] = []
        self.property_numbers: dict[Node, int] = {}
        self.parents: list[list[int]] = []
        self.links: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.members: dict[int, frozenset[int]] = {}
        self.intersections: dict[int, list[int]] = defaultdict(list)
        self.restrictions: dict[int, dict[int, int]] = defaultdict(dict)
        self.properties = Properties()
        self.narrowed: dict[tuple[int, int], int] = {}
        # Of properties that chains lead to without keeping their ranges, these ranges.
        self.loose: dict[int, set[int]] = {}
        self._right: set[int] = set()
        self._left: set[int] = set()
        self._individuals: set[int] = set()
        self._number(ax.THING)
        self._number(ax.NOTHING)
        later: list[Fact] = []
        for fact in facts:
            if fact.relation == ax.RANGE:
                later.append(fact)
            elif fact.relation == ax.SUBCLASS:
                self._below(fact.subject, fact.object)
            elif (read := _READERS.get(fact.relation)) is not None:
                read(self, fact)
            else:
                self._assertion(fact)
        for fact in later:
            self._range(fact)
        used = {property_ for links in self.links.values() for property_, _ in links}
        self.properties.close(len(self.property_nodes), used)
        self._apply_ranges()
        self._watch()

    @property
    def named(self) -> list[int]:
        """The numbers of named classes, owl:Thing and owl:Nothing left out."""
        return [
            n
            for n, node in enumerate(self.nodes)
            if n > BOTTOM and isinstance(node, str) and n not in self._individuals
        ]

    @property
    def unnamed(self) -> frozenset[int]:
        """The numbers of everything that is no named class, owl:Thing and owl:Nothing among it."""
        return frozenset(range(len(self.nodes))).difference(self.named)

    @property
    def individuals(self) -> frozenset[int]:
        """The numbers of individuals; each is read as the class of which it is the one member."""
        return frozenset(self._individuals)

    def _number(self, node: Node) -> int:
        number = self.numbers.get(node)
        if number is None:
            number = self.numbers[node] = len(self.nodes)
            self.nodes.append(node)
            self.parents.append([])
        return number

    def property_(self, node: Node) -> int:
        """Give the number of a property; an inverse is one of its own."""
        number = self.property_numbers.get(node)
        if number is None:
            number = self.property_numbers[node] = len(self.property_nodes)
            self.property_nodes.append(node)
        return number

    def _individual(self, node: Node) -> int:
        number = self._number(("individual", node))
        self._individuals.add(number)
        return number

    # The right-hand side

    def _below(self, lower: Node, upper: Node) -> None:
        self._put_below(self.left(lower), upper)

    def _put_below(self, lower: int, upper: Node) -> None:
        """Say that one is below the other, as far as EL++ goes."""
        if isinstance(upper, str):
            if upper != ax.THING:
                self.parents[lower].append(self._number(upper))
            return
        kind = upper[0]
        if kind == "and":
            for member in upper[1:]:
                self._put_below(lower, member)
        elif kind == "some":
            self.links[lower].append((self.property_(upper[1]), self.right(upper[2])))
        elif kind == "value":
            self.links[lower].append((self.property_(upper[1]), self._individual(upper[2])))
        elif kind == "min" and upper[1] > 0:
            # At least n is at least one; of more than one that is all EL++ can say.
            self._put_below(lower, ("some", *upper[2:]))
            if upper[1] > 1:
                self.parents[lower].append(self.right(upper))
        else:
            self.parents[lower].append(self.right(upper))

    def right(self, node: Node) -> int:
        """Give the number of an expression, and say what it is below."""
        number = self._number(node)
        if isinstance(node, str) or number in self._right:
            return number
        self._right.add(number)
        kind = node[0]
        if kind in ("and", "some", "value"):
            self._put_below(number, node)
        elif kind == "not":
            self._disjoint(number, self.left(node[1]))
        else:
            self.unsupported[f"{_name(node)} on the right"] += 1
        return number

    # The left-hand side

    def left(self, node: Node) -> int:
        """Give the number of an expression, and say what is below it."""
        number = self._number(node)
        if isinstance(node, str) or number in self._left:
            return number
        self._left.add(number)
        kind = node[0]
        if kind == "and":
            self._intersection(number, [self.left(member) for member in node[1:]])
        elif kind == "or":
            for member in node[1:]:
                self.parents[self.left(member)].append(number)
        elif kind == "some":
            self._restriction(self.property_(node[1]), self.left(node[2]), number)
        elif kind == "min" and node[1] == 1:
            self.parents[self.left(("some", *node[2:]))].append(number)
        elif kind == "value":
            self._restriction(self.property_(node[1]), self._individual(node[2]), number)
        else:
            self.unsupported[f"{_name(node)} on the left"] += 1
        return number

    def _intersection(self, number: int, members: list[int]) -> None:
        self.members[number] = frozenset(members) - {TOP}

    def _watch(self) -> None:
        """Put each intersection under its rarest member: it can hold only where that one does."""
        often = Counter(member for members in self.members.values() for member in members)
        for number, members in self.members.items():
            rarest = min(members, key=lambda member: (often[member], member), default=TOP)
            self.intersections[rarest].append(number)

    def _restriction(self, property_: int, filler: int, number: int) -> None:
        self.restrictions[property_][filler] = number

    # Axioms

    def _equivalent(self, fact: Fact) -> None:
        self._below(fact.subject, fact.object)
        self._below(fact.object, fact.subject)

    def _disjoint_classes(self, fact: Fact) -> None:
        self._disjoint(self.left(fact.subject), self.left(fact.object))

    def _disjoint(self, one: int, other: int) -> None:
        both = self._number(("disjoint", one, other))
        self._intersection(both, [one, other])
        self.parents[both].append(BOTTOM)

    def _domain(self, fact: Fact) -> None:
        # domain(P) = C is some(P, ⊤) ⊑ C.
        number = self.left(("some", fact.subject, ax.THING))
        self._put_below(number, fact.object)

    def _range(self, fact: Fact) -> None:
        if facets.is_range(fact.object):
            self.unsupported["DataPropertyRange"] += 1
            return
        property_ = self.property_(fact.subject)
        self.properties.ranges.setdefault(property_, []).append(self.right(fact.object))

    def _apply_ranges(self) -> None:
        """Put ranges on the fillers of links, as the restriction of OWL 2 EL allows (OWL 2
        Profiles, section 2.2.6)."""
        properties = self.properties
        if not properties.ranges:
            return
        told = properties.ranges
        inherited = [
            frozenset(c for upper in uppers for c in told.get(upper, ()))
            for uppers in properties.supers[: len(self.property_nodes)]
        ]
        for _, last, head in properties.chains:
            if lacking := inherited[head] - inherited[last]:
                kind = "ObjectPropertyRange of a chain whose last link lacks it (its ∃ kept)"
                self.unsupported[kind] += 1
                self.loose.setdefault(head, set()).update(lacking)
        for links in list(self.links.values()):
            for place, (property_, filler) in enumerate(links):
                if inherited[property_]:
                    links[place] = property_, self._narrowed(property_, filler, inherited)

    def _narrowed(self, property_: int, filler: int, ranges: list[frozenset[int]]) -> int:
        """Give the number of C ⊓ ∃P⁻.⊤: what a link along P to C ends in, and so in P's ranges."""
        key = property_, filler
        if key not in self.narrowed:
            ends: Node = ("some", ("inverse", self.property_nodes[property_]), ax.THING)
            node = ("and", self.nodes[filler], ends)
            before = len(self.nodes)
            number = self._number(ends)
            if number >= before:
                self.parents[number] += sorted(ranges[property_])
            self.narrowed[key] = self._number(node)
            self.parents[self.narrowed[key]] += [filler, number]
        return self.narrowed[key]

    def _subproperty(self, fact: Fact) -> None:
        lower, upper = self.property_(fact.subject), self.property_(fact.object)
        self.properties.above.setdefault(lower, set()).add(upper)

    def _equivalent_properties(self, fact: Fact) -> None:
        self._subproperty(fact)
        self._subproperty(Fact(fact.object, ax.SUBPROPERTY, fact.subject))

    def _chain(self, fact: Fact) -> None:
        first, *rest = map(self.property_, fact.object)
        for place, link in enumerate(rest, 1):
            done = place == len(rest)
            head = self.property_(fact.subject if done else ("chain", *fact.object[: place + 1]))
            self.properties.chains.append((first, link, head))
            first = head

    def _type(self, fact: Fact) -> None:
        if fact.object == ax.TRANSITIVE:
            property_ = self.property_(fact.subject)
            self.properties.chains.append((property_, property_, property_))
        elif fact.object == ax.AXIOM:
            self.unsupported[ax.text(fact.subject).partition("(")[0]] += 1
        elif fact.object in _CHARACTERISTICS:
            self.unsupported[_CHARACTERISTICS[fact.object]] += 1
        else:
            self._put_below(self._individual(fact.subject), fact.object)

    def _assertion(self, fact: Fact) -> None:
        if isinstance(fact.relation, tuple) and fact.relation[0] == "not":
            self.unsupported["NegativeObjectPropertyAssertion"] += 1
            return
        if fact.object[0] == "literal":
            self.unsupported["DataPropertyAssertion"] += 1
            return
        self.links[self._individual(fact.subject)].append(
            (self.property_(fact.relation), self._individual(fact.object))
        )


def _name(node: tuple[Any, ...]) -> str:
    """Name the kind of an expression outside EL++."""
    text = ax.text(node)
    return "blank node" if text.startswith("_:") else text.partition("(")[0]


def _refuse(kind: str) -> Callable[[Index, Fact], None]:
    def count(index: Index, fact: Fact) -> None:
        index.unsupported[kind] += 1

    return count


_CHARACTERISTICS: dict[Any, str] = {
    ax.SYMMETRIC: "SymmetricObjectProperty",
    ax.ASYMMETRIC: "AsymmetricObjectProperty",
    ax.IRREFLEXIVE: "IrreflexiveObjectProperty",
    ax.FUNCTIONAL: "FunctionalObjectProperty",
    ax.INVERSE_FUNCTIONAL: "InverseFunctionalObjectProperty",
}
_READERS: dict[Any, Callable[[Index, Fact], None]] = {
    ax.EQUIVALENT: Index._equivalent,
    ax.DISJOINT: Index._disjoint_classes,
    ax.DOMAIN: Index._domain,
    ax.SUBPROPERTY: Index._subproperty,
    ax.EQUIVALENT_PROPERTY: Index._equivalent_properties,
    ax.CHAIN: Index._chain,
    ax.TYPE: Index._type,
    ax.INVERSE: _refuse("InverseObjectProperties"),
    ax.DISJOINT_PROPERTY: _refuse("DisjointObjectProperties"),
    ax.SAME: _refuse("SameIndividual"),
    ax.DIFFERENT: _refuse("DifferentIndividuals"),
    ax.KEY: _refuse("HasKey"),
    ax.INHERITED: _refuse("h:inheritedBy"),
    ax.OVERRIDES: _refuse("h:overrides"),
}
