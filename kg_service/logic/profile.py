"""The profile: for which questions, over which ontologies, our saturation finds everything.

`outside` is about the question. Inside are names, `and`, `some`, `value` of individuals, `or`
that is not inside another construct, and `some` and `value` of numbers and of plain strings where
they are named one by one. Over axioms of these constructs, with hierarchies, chains, domains and
disjointness, the rules are those of EL++ (Baader, Brandt, Lutz: Pushing the EL Envelope, IJCAI
2005) and of OWL 2 RL, and no case split is ever needed: what is below a union is below a member of
it. `beyond` is about the ontology: what it says past these axioms, in a way that reaches the
class edges of the closure, lets HermiT find more whatever the question.

Why each of the others is outside. `tests/logic/test_profile.py` has examples that HermiT answers
and we do not; where it has none, as for `only`, `min` and `max`, a construct stays outside because
nobody has shown that our rules find everything:

    or, inside          and(or(A, B), C) ⊑ D needs two cases, A with C and B with C
    not                 that A excludes B is seen where it is told of A and B or where the
                        complement of what excludes them occurs, not where it follows
    only, min, max      their fillers are compared by name only
    {…} of individuals  members are told apart by name only
    inverse             no rule reads a class edge backwards
    owl:Thing           nothing is said to be below it, except as a filler of `some`
    owl:Nothing         it is below everything, which is not said
    other datatypes     only numbers of the decimal kind and plain strings are compared by value
    Self, data          `only`, cardinalities and combined ranges of data: our rules do not look
                        into these expressions

What only Heliotrope has, scopes and the inheritance of kinds, is no part of this: HermiT gets
neither.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.questions import Holding

_CONSTRUCTS = {
    "DataAllValuesFrom": "only",
    "DataComplementOf": "not",
    "DataExactCardinality": "exactly",
    "DataIntersectionOf": "and",
    "DataMaxCardinality": "max",
    "DataMinCardinality": "min",
    "DataUnionOf": "or",
    "ObjectHasSelf": "Self",
}
INDIVIDUALS = "{…}"


def outside(question: Node) -> tuple[str, ...]:
    """Give the constructs of a class expression that our rules do not decide completely, sorted:
    Manchester keywords, `{…}`, or the IRI of a class or datatype. Empty: it is in the profile."""
    return tuple(sorted(set(_outside(question, inside=False))))


def _outside(node: Node, inside: bool) -> Iterator[str]:
    if isinstance(node, str):
        if node in (ax.THING, ax.NOTHING):
            yield node
        return
    kind = node[0]
    if kind == "opaque":
        names = re.findall(r'"(?:[^"\\]|\\.)*"|([A-Za-z]+)\(', node[1])
        yield from (_CONSTRUCTS[name] for name in names if name in _CONSTRUCTS)
    elif kind == "and" or kind == "or":
        if kind == "or" and inside:
            yield kind
        for member in node[1:]:
            yield from _outside(member, inside or kind == "and")
    elif kind in ("some", "value"):
        if node[1][0] == "inverse":
            yield "inverse"
        if kind == "some" and node[2] != ax.THING:
            yield from _outside(node[2], inside=True)
    elif kind in ("data", "data-value"):
        yield from _range(("literals", node[2]) if kind == "data-value" else node[2])
    elif kind == "one":
        yield INDIVIDUALS
    else:
        yield kind
        if kind != "not" and node[-2][0] == "inverse":
            yield "inverse"
        yield from _outside(node[-1], inside=True)


def _range(range_: Node) -> Iterator[str]:
    """The datatypes of a range that are not compared by value."""
    if range_[0] == "literals":
        for value in range_[1:]:
            if value[2] != f"{ax.XSD}string" and facets.number(value) is None:
                yield value[2]
    elif facets.interval(range_) is None and range_ != facets.ANYTHING:
        yield range_[1] if range_[0] == "facets" else str(range_)


def beyond(closure: Holding, question: Node) -> tuple[str, ...]:
    """Give what a saturated ontology says past the axioms for which the profile is complete,
    sorted: Manchester keywords of class expressions, and kinds of axiom such as "Range".

    A kind of axiom about a property counts where class expressions have edges of it, a range where
    an edge does not already end there, a union where something is in it and in no member, "Cases"
    where ranges of data may together hold what none of them holds alone.
    """
    found = _Said(closure, question)
    marked = {mark for property_, mark in found.marks if property_ in found.edges}
    ranged = {"Range" for fact in found.ranges if not found.ends_in(fact)}
    words = {word for node in found.classes for word in _outside(node, inside=False)}
    words |= {"or" for _ in found.undecided()} | {"Cases" for _ in found.cases()}
    return tuple(sorted(marked | ranged | words))


# Axioms about a property that no rule applies to the edges of a class.
_MARKS = {
    ax.ASYMMETRIC: "Asymmetric",
    ax.FUNCTIONAL: "Functional",
    ax.INVERSE_FUNCTIONAL: "InverseFunctional",
    ax.IRREFLEXIVE: "Irreflexive",
    ax.SYMMETRIC: "Symmetric",
}
_PAIRS = {ax.INVERSE: "Inverse", ax.DISJOINT_PROPERTY: "DisjointProperties"}
_EDGES = frozenset({"some", "value", "data", "data-value"})


class _Said:
    """What a closure says about edges of classes: the properties, their ranges, their fillers."""

    def __init__(self, closure: Holding, question: Node) -> None:
        self.edges: dict[Node, set[Node]] = defaultdict(set)
        self.ranges: list[Fact] = []
        self.marks: list[tuple[Node, str]] = []
        self.classes: set[Node] = set()
        self._up: dict[Node, set[Node]] = defaultdict(set)
        own = set(ax.parts(question))
        nodes = set(own)
        for fact in closure.facts:
            if fact.relation in (SUBCLASS, TYPE, ax.EQUIVALENT, ax.DISJOINT, ax.DOMAIN, ax.RANGE):
                told = {n for n in (fact.subject, fact.object) if isinstance(n, tuple)}
                nodes |= told
                self.classes |= told - own
            if fact.relation in (SUBCLASS, TYPE):
                self._up[fact.subject].add(fact.object)
                if fact.relation == TYPE and fact.object in _MARKS:
                    self.marks.append((fact.subject, _MARKS[str(fact.object)]))
            elif fact.relation == ax.RANGE:
                self.ranges.append(fact)
            elif fact.relation in _PAIRS:
                word = _PAIRS[str(fact.relation)]
                self.marks += [(fact.subject, word), (fact.object, word)]
        for part in {part for node in nodes for part in ax.parts(node)}:
            if part[0] in _EDGES:
                self.edges[part[1]].add(part)

    def ends_in(self, range_: Fact) -> bool:
        """Whether every edge of a property is known to end in its range."""
        return all(
            self._ends_in(edge, range_.object) for edge in self.edges.get(range_.subject, ())
        )

    def _ends_in(self, edge: Node, range_: Node) -> bool:
        if edge[0] == "data":
            return facets.within(edge[2], range_) is True
        if edge[0] == "data-value":
            return facets.holds(range_, edge[2]) is True
        return edge[2] == range_ or range_ in self._up[edge[2]]

    def undecided(self) -> Iterator[Node]:
        """Give what is below a union and below no member of it, unless it is the union itself and
        no edge ends there."""
        fillers = {edge[2] for edges in self.edges.values() for edge in edges}
        for node, above in list(self._up.items()):
            for union in above:
                if union[0] == "or" and not above.intersection(union[1:]):
                    same = node in self._up.get(union, ())
                    if node not in union[1:] and (node in fillers or not same):
                        yield node

    def cases(self) -> Iterator[Node]:
        """Give the data edges that are not below a class which two or more others are below,
        ranges that lie within one another counted once."""
        for nodes in self.edges.values():
            data = [node for node in nodes if node[0] in ("data", "data-value")]
            for node in data:
                under: dict[Node, list[Node]] = defaultdict(list)
                for other in data:
                    for up in self._up.get(other, set()) - self._up.get(node, set()) - {node}:
                        under[up].append(other)
                if any(self._widest(others) > 1 for others in under.values()):
                    yield node

    def _widest(self, nodes: list[Node]) -> int:
        above = (self._up.get(node, set()) for node in nodes)
        return sum(not up.intersection(nodes) for up in above)
