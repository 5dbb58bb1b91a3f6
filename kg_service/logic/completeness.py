"""What an ontology says past the axioms for which the profile is complete.

Whatever the question, such axioms let HermiT find more than our saturation where they reach the
class edges of the closure; an answer then says which they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from kg_service.logic import axioms as ax
from kg_service.logic import facets, profile
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.known import link_relation
from kg_service.logic.profile import values
from kg_service.logic.questions import Holding


@dataclass(frozen=True)
class Said:
    """What a closure says past the profile: the `words` for it, and the unions that nothing
    `decides`, as pairs of what is below one and the union."""

    words: frozenset[str]
    undecided: tuple[tuple[Node, Node], ...]


def beyond(closure: Holding, question: Node) -> tuple[str, ...]:
    """Give what a saturated ontology says past the axioms for which the profile is complete,
    sorted: Manchester keywords of class expressions, and kinds of axiom such as "Range".

    A kind of axiom about a property counts where class expressions have edges of it, of a
    functional data property where a thing has two that only partly agree, a range where
    an edge may end outside it, a union where something is in it and in no member, "Cases" where
    ranges of data may together hold what none of them holds alone.
    """
    found = said(closure, question)
    return tuple(sorted(found.words | ({"or"} if found.undecided else set())))


def said(closure: Holding, question: Node) -> Said:
    """Give what `beyond` names, with the unions themselves."""
    found = _Said(closure, question)
    words = {mark for property_, mark in found.marks if found.counts(property_, mark)}
    words |= {word for node in found.classes for word in profile.constructs(node)} - {"or"}
    words |= {"or" for node in found.classes for part in ax.parts(node) if _joins_data(part)}
    words |= {"Cases" for _ in found.cases()} | ({"Range"} if found.strays else set())
    return Said(frozenset(words), tuple(found.undecided()))


def _joins_data(part: Node) -> bool:
    return part[0] == "opaque" and "or" in profile.constructs(part)


# Axioms about a property that no rule applies to the edges of a class.
_MARKS = {
    ax.ASYMMETRIC: "Asymmetric",
    ax.FUNCTIONAL: "Functional",
    ax.INVERSE_FUNCTIONAL: "InverseFunctional",
    ax.IRREFLEXIVE: "Irreflexive",
    ax.SYMMETRIC: "Symmetric",
}
_PAIRS = {ax.INVERSE: "Inverse", ax.DISJOINT_PROPERTY: "DisjointProperties"}
_OBJECT_EDGES = frozenset({"some", "value"})
_DATA_EDGES = frozenset({"data", "data-value"})
_EDGES = _OBJECT_EDGES | _DATA_EDGES


class _Said:
    """What a closure says about edges of classes: the properties, their ranges, their fillers.

    Only the edges of what has a place in a model matter: of named things, of the question, and of
    what these lead to. An edge does not matter where a closer one of the same thing ends well: its
    end serves for both.
    """

    def __init__(self, closure: Holding, question: Node) -> None:
        self.edges: dict[Node, set[Node]] = defaultdict(set)
        self.marks: list[tuple[Node, str]] = []
        self.classes: set[Node] = set()
        self._ranges: dict[Node, list[Node]] = defaultdict(list)
        self._up: dict[Node, set[Node]] = defaultdict(set)
        self._wider: dict[Node, set[Node]] = defaultdict(set)
        self._links: dict[Node, list[tuple[Node, Node]]] = defaultdict(list)
        own = set(ax.parts(question))
        nodes = set(own)
        for fact in closure.facts:
            if fact.relation in (SUBCLASS, TYPE, ax.EQUIVALENT, ax.DISJOINT, ax.DOMAIN, ax.RANGE):
                ends = (fact.subject,) if _is_data(fact) else (fact.subject, fact.object)
                told = {node for node in ends if isinstance(node, tuple)}
                nodes |= told
                self.classes |= told - own
            if fact.relation in (SUBCLASS, TYPE):
                self._up[fact.subject].add(fact.object)
                if fact.relation == TYPE and fact.object in _MARKS:
                    self.marks.append((fact.subject, _MARKS[str(fact.object)]))
            elif fact.relation == ax.RANGE:
                self._ranges[fact.subject].append(fact.object)
            elif fact.relation == ax.SUBPROPERTY:
                self._wider[fact.subject].add(fact.object)
            elif fact.relation in _PAIRS:
                word = _PAIRS[str(fact.relation)]
                self.marks += [(fact.subject, word), (fact.object, word)]
            elif link_relation(fact.relation) and fact.relation[0] != "not":
                self._links[fact.subject].append((fact.relation, fact.object))
        for part in {part for node in nodes for part in ax.parts(node)}:
            if part[0] in _EDGES:
                self.edges[part[1]].add(part)
        self._occurring = [node for node in closure.expressions if node[0] == "some"]
        self._edged = {fact.subject for fact in closure.facts if fact.object[0] in _OBJECT_EDGES}
        self._outside: dict[Node, list[Node]] = {}
        self.strays = False
        self._elements(question)

    def _elements(self, question: Node) -> None:
        """Find what has a place in a model, and whether an edge of it that matters strays."""
        waiting = [node for node in self._up if isinstance(node, str)] + [question]
        self._placed: set[Node] = set(waiting)
        self._ends_at: set[Node] = set()

        def place(nodes: Iterable[Node]) -> None:
            waiting.extend(new := [node for node in nodes if node not in self._placed])
            self._placed.update(new)

        for element in waiting:
            if self._empty(element):
                continue
            if unions := list(self._unions(element)):
                # What is a union has its members' places, unless an edge ends there.
                place(member for union in unions for member in union[1:])
                if any(self._is(element, union) for union in unions):
                    continue
            edges = [e for e in {*self._up.get(element, ()), element} if e[0] in _EDGES]
            for edge in edges:
                if self._served(element, edge, edges):
                    continue
                self.strays = self.strays or self._strays(edge, element)
                if edge[0] == "some" and edge[2] != ax.THING:
                    self._ends_at.add(edge[2])
                    place([edge[2]])

    def counts(self, property_: Node, mark: str) -> bool:
        """Whether an axiom about a property reaches edges of it. That a data property is functional
        does where one thing has two edges whose ends only partly agree: they are one value."""
        edges = self.edges.get(property_, set())
        if mark != "Functional" or not all(edge[0] in _DATA_EDGES for edge in edges):
            return bool(edges)
        return any(self._agree_partly(element, property_) for element in self._placed)

    def _agree_partly(self, element: Node, property_: Node) -> bool:
        edges = [
            edge
            for edge in {*self._up.get(element, ()), element}
            if edge[0] in _DATA_EDGES and self._under(edge[1], property_)
        ]
        return any(
            not (self._within(one, other) or self._within(other, one))
            and not (one[0] == other[0] == "data" and facets.apart(one[2], other[2]))
            for one, other in combinations(edges, 2)
        )

    def _empty(self, node: Node) -> bool:
        """Whether nothing can be in a class, so that it has no place in a model."""
        return ax.NOTHING in self._up.get(node, ())

    def _is(self, node: Node, union: Node) -> bool:
        return node == union or node in self._up.get(union, ())

    def _served(self, element: Node, edge: Node, edges: list[Node]) -> bool:
        """Whether another edge of the same thing, or a relation it has, serves for an edge that
        may not end well."""
        if not (self._strays(edge) or self._splits(edge[2])):
            return False
        near = [e for e in edges if e != edge and self._under(e[1], edge[1])]
        if any(self._within(other, edge) and not self._strays(other) for other in near):
            return True
        return any(
            self._under(property_, edge[1]) and self._ends(end, edge)
            for property_, end in self._links.get(element, ())
        )

    def _under(self, property_: Node, other: Node) -> bool:
        return property_ == other or other in self._wider.get(property_, ())

    def _within(self, edge: Node, wide: Node) -> bool:
        """Whether an edge ends, undivided, within the end of another."""
        if edge[0] in _DATA_EDGES:
            return facets.within(values(edge), values(wide)) is True
        return not self._splits(edge[2]) and self._ends(edge[2], wide)

    def _ends(self, end: Node, edge: Node) -> bool:
        """Whether something may be the end of an edge."""
        if edge[0] in _DATA_EDGES:
            return ax.is_literal(end) and facets.holds(values(edge), end) is True
        return edge[2] in (end, ax.THING) or edge[2] in self._up.get(end, ())

    def _splits(self, node: Node) -> bool:
        """Whether something is below a union and below no member of it."""
        return any(True for _ in self._unions(node))

    def _unions(self, node: Node) -> Iterator[Node]:
        above = self._up.get(node, set()) | {node}
        for union in above:
            if union[0] == "or" and not above.intersection(union[1:]):
                yield union

    def _strays(self, edge: Node, element: Node | None = None) -> bool:
        """Whether an edge, of some element, may end outside a range of its property, so that more
        may follow."""
        if edge not in self._outside:
            ranges = {r for p in self._wide(edge[1]) for r in self._ranges.get(p, ())}
            self._outside[edge] = [r for r in sorted(ranges, key=ax.text) if not self._in(edge, r)]
        return any(
            element is None or not self._told(element, edge, range_)
            for range_ in self._outside[edge]
        )

    def _wide(self, property_: Node) -> tuple[Node, ...]:
        return property_, *self._wider.get(property_, ())

    def _in(self, edge: Node, range_: Node) -> bool:
        if self._empty(edge):
            return True
        if edge[0] in _DATA_EDGES:
            return facets.within(values(edge), range_) is True or self._idle(edge, range_)
        return edge[2] == range_ or range_ in self._up.get(edge[2], ())

    def _told(self, element: Node, edge: Node, range_: Node) -> bool:
        """Whether all that follows from an edge ending in a range, which is narrower, is known."""
        if edge[0] != "some" or range_ in self._edged or self._splits(range_):
            return False
        above = self._up.get(range_, set())
        if self._empty(range_) or (edge[2] != ax.THING and edge[2] not in above):
            return False
        known = self._up.get(element, set()) | {element}
        reached = self._wide(edge[1])
        return all(
            other in known
            for other in self._occurring
            if other[1] in reached and self._ends(range_, other)
        )

    def _idle(self, edge: Node, range_: Node) -> bool:
        """Whether it makes no difference that the end of a data edge is in a range as well: it is
        within, and apart from, no more ranges that anything is said of."""
        both = facets.common(values(edge), range_)
        if both is None or facets.empty(both) is not False:
            return False
        others = [
            values(other)
            for property_ in self._wide(edge[1])
            for other in self.edges[property_]
            if not self._empty(other)
        ]
        return all(
            compared(both, other) is compared(values(edge), other) is not None
            for other in others
            for compared in (facets.within, facets.apart)
        )

    def undecided(self) -> Iterator[tuple[Node, Node]]:
        """Give what is below a union and below no member of it, with the union, unless it is the
        union itself and no edge ends there: what is above both is above every member."""
        for node in self._placed:
            for union in self._unions(node):
                if node in self._ends_at or not self._is(node, union):
                    yield node, union

    def cases(self) -> Iterator[Node]:
        """Give the data edges that are not below a class which two or more others are below,
        ranges that lie within one another counted once."""
        for nodes in self.edges.values():
            data = [node for node in nodes if node[0] in _DATA_EDGES]
            for node in data:
                under: dict[Node, list[Node]] = defaultdict(list)
                for other in (o for o in data if not facets.apart(values(o), values(node))):
                    for up in self._up.get(other, set()) - self._up.get(node, set()) - {node}:
                        under[up].append(other)
                if any(self._widest(others) > 1 for others in under.values()):
                    yield node

    def _widest(self, nodes: list[Node]) -> int:
        above = (self._up.get(node, set()) for node in nodes)
        return sum(not up.intersection(nodes) for up in above)


def _is_data(fact: Fact) -> bool:
    """Whether a fact tells the range of a data property."""
    return fact.relation == ax.RANGE and facets.is_range(fact.object)
