"""What a saturation knows so far, indexed the ways the rules ask for it.

A fact is found by relation, by subject and relation, by relation and object, and as a link: a step
along a property between individuals, from a class or to one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node


@dataclass(frozen=True)
class Link:
    """A fact read as a step along a property: between individuals, from or to a class."""

    relation: Node
    start: Node
    starts_at_class: bool
    end: Node
    ends_at_class: bool
    fact: Fact

    @property
    def plain(self) -> bool:
        """Whether it is a relation between two individuals."""
        return not (self.starts_at_class or self.ends_at_class)


class Known:
    """What is known so far, by relation, subject and relation, relation and object, and as
    links."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self.told: dict[Fact, None] = {}
        self.facts: list[Fact] = []
        self.expressions: set[Node] = set()
        self._of: dict[Node, list[Fact]] = defaultdict(list)
        self._out: dict[tuple[Node, Node], list[Fact]] = defaultdict(list)
        self._into: dict[tuple[Node, Node], list[Fact]] = defaultdict(list)
        self._triple: dict[tuple[Node, Node, Node], list[Fact]] = defaultdict(list)
        self._from: dict[tuple[Node, Node, bool], list[Link]] = defaultdict(list)
        self._to: dict[tuple[Node, Node, bool], list[Link]] = defaultdict(list)
        self._links: dict[Node, list[Link]] = defaultdict(list)
        self._filled: dict[tuple[Node, bool], list[Link]] = defaultdict(list)
        self._chains: dict[Node, list[Fact]] = defaultdict(list)
        self._about: dict[Node, list[Fact]] = defaultdict(list)
        self._towards: dict[Node, list[Fact]] = defaultdict(list)
        self._members: dict[Node, list[Node]] = defaultdict(list)
        self._unions: dict[Node, list[Node]] = defaultdict(list)
        self._kinds: dict[Node, list[Node]] = defaultdict(list)
        self._on: dict[tuple[str, Node], list[Node]] = defaultdict(list)
        self._having: dict[tuple[str, Node], list[Node]] = defaultdict(list)
        self._enumerations: dict[Node, list[Node]] = defaultdict(list)

    def copy(self) -> Known:
        """Give the same, to go its own way from here."""
        made = Known.__new__(Known)
        for name, index in vars(self).items():
            if isinstance(index, defaultdict):
                copied = defaultdict(list, {key: list(found) for key, found in index.items()})
                setattr(made, name, copied)
            else:
                setattr(made, name, index.copy())
        return made

    def tell(self, facts: Iterable[Fact]) -> None:
        """Note which facts are asserted; it makes none known."""
        self.told.update(dict.fromkeys(facts))

    def is_told(self, fact: Fact) -> bool:
        """Whether a fact is asserted."""
        return fact in self.told

    def mention(self, nodes: Iterable[Node]) -> list[Node]:
        """Let class expressions occur; gives those that did not yet, sorted."""
        new = sorted(set(nodes) - self.expressions, key=ax.text)
        self.expressions.update(new)
        for node in new:
            self._kinds[node[0]].append(node)
            if node[0] == "and":
                for member in node[1:]:
                    self._members[member].append(node)
            elif node[0] == "or":
                for member in node[1:]:
                    self._unions[member].append(node)
            elif node[0] == "one":
                for member in node[1:]:
                    self._enumerations[member].append(node)
            elif node[0] in ("min", "max"):
                self._on[node[0], node[2]].append(node)
                self._having[node[0], node[3]].append(node)
            elif node[0] in ("some", "only", "data", "data-value"):
                self._on[node[0], node[1]].append(node)
                self._having[node[0], node[2]].append(node)
        return new

    def add(self, fact: Fact) -> None:
        """Make a fact known."""
        self.facts.append(fact)
        for index, key, entry in self._entries(fact):
            index[key].append(entry)

    def discard(self, told: Collection[Fact], facts: Collection[Fact]) -> None:
        """Let facts no longer be asserted, and others no longer be known."""
        for fact in told:
            self.told.pop(fact, None)
        if not facts:
            return
        self.facts = [fact for fact in self.facts if fact not in facts]
        touched = {(id(index), k): (index, k) for f in facts for index, k, _ in self._entries(f)}
        for index, key in touched.values():
            index[key] = [entry for entry in index[key] if _fact_of(entry) not in facts]

    def _entries(self, fact: Fact) -> Iterator[tuple[dict[Any, list[Any]], Any, Fact | Link]]:
        """Where a fact is found: in which index, by which key, and as what."""
        subject, relation, target = fact.subject, fact.relation, fact.object
        yield self._of, relation, fact
        yield self._out, (subject, relation), fact
        yield self._into, (relation, target), fact
        yield self._triple, (subject, relation, target), fact
        for link in link_of(fact):
            if not link.plain:
                yield self._links, link.relation, link
                yield self._filled, (link.end, link.ends_at_class), link
            yield self._from, (link.relation, link.start, link.starts_at_class), link
            yield self._to, (link.relation, link.end, link.ends_at_class), link
        related = relation == ax.DIFFERENT or link_relation(relation)
        if relation == TYPE or related:
            yield self._about, subject, fact
        if related:
            yield self._towards, target, fact
        elif relation in (TYPE, SUBCLASS) and target[0] == "value":
            yield self._towards, target[2], fact
        if relation == ax.CHAIN:
            for link_property in set(target):
                yield self._chains, link_property, fact

    def of(self, relation: Node) -> list[Fact]:
        """Give the facts of a relation."""
        return self._of.get(relation, [])

    def out(self, subject: Node, relation: Node) -> list[Fact]:
        """Give the facts of a subject and a relation."""
        return self._out.get((subject, relation), [])

    def into(self, relation: Node, target: Node) -> list[Fact]:
        """Give the facts of a relation and an object."""
        return self._into.get((relation, target), [])

    def find(self, subject: Node, relation: Node, target: Node) -> list[Fact]:
        """Give the facts of a triple: one for each scope it is known in."""
        return self._triple.get((subject, relation, target), [])

    def edges(self, property_: Node) -> list[Link]:
        """Give the links of a property that touch a class."""
        return self._links.get(property_, [])

    def edges_to(self, end: Node, at_class: bool) -> list[Link]:
        """Give the links that touch a class and end at a class or an individual."""
        return self._filled.get((end, at_class), [])

    def valued(self, subject: Node, relation: Node, target: Node) -> list[Fact]:
        """Give the facts of a subject and a relation with this object, or, of a literal, with the
        same value."""
        if not ax.is_literal(target):
            return self.find(subject, relation, target)
        return [f for f in self.out(subject, relation) if _one_value(f.object, target)]

    def links_from(self, property_: Node, node: Node, at_class: bool) -> list[Link]:
        """Give the links of a property that start at a class or an individual."""
        return self._from.get((property_, node, at_class), [])

    def links_to(self, property_: Node, node: Node, at_class: bool) -> list[Link]:
        """Give the links of a property that end at a class or an individual."""
        return self._to.get((property_, node, at_class), [])

    def chains(self, property_: Node) -> list[Fact]:
        """Give the property chains that a property is part of."""
        return self._chains.get(property_, [])

    def intersections(self, member: Node) -> list[Node]:
        """Give the intersections that occur and have this member."""
        return self._members.get(member, [])

    def unions(self, member: Node) -> list[Node]:
        """Give the unions that occur and have this member."""
        return self._unions.get(member, [])

    def enumerations(self, individual: Node) -> list[Node]:
        """Give the enumerations that occur and name this individual."""
        return self._enumerations.get(individual, [])

    def kind(self, kind: str) -> list[Node]:
        """Give the expressions of a kind that occur: "min", "data" …"""
        return self._kinds.get(kind, [])

    def on(self, kind: str, property_: Node) -> list[Node]:
        """Give the expressions of a kind that occur on a property."""
        return self._on.get((kind, property_), [])

    def having(self, kind: str, filler: Node) -> list[Node]:
        """Give the expressions of a kind that occur with a filler."""
        return self._having.get((kind, filler), [])

    def occurs(self, node: Node) -> bool:
        """Whether a class may be spoken of: it has a name, or is an expression that occurs."""
        return isinstance(node, str) or node in self.expressions

    def about(self, individual: Node) -> list[Fact]:
        """Give the types of an individual and the relations, denied ones too, that start there."""
        return self._about.get(individual, [])

    def towards(self, individual: Node) -> list[Fact]:
        """Give the relations that end at an individual, and the classes and types that say so."""
        return self._towards.get(individual, [])


def _fact_of(entry: Fact | Link) -> Fact:
    return entry.fact if isinstance(entry, Link) else entry


def _one_value(one: Node, other: Node) -> bool:
    return ax.is_literal(one) and facets.same(one, other) is True


_NOT_LINKS = frozenset(
    {
        ax.SUBPROPERTY, ax.DOMAIN, ax.RANGE, ax.EQUIVALENT, ax.EQUIVALENT_PROPERTY, ax.DISJOINT,
        ax.DISJOINT_PROPERTY, ax.INVERSE, ax.CHAIN, ax.INHERITED, ax.OVERRIDES, ax.SAME,
        ax.DIFFERENT, ax.KEY, SUBCLASS, TYPE,
    }
)  # fmt: skip


def link_relation(relation: Node) -> bool:
    """Whether a relation is a property between individuals or of data, denied or not."""
    return relation not in _NOT_LINKS


def link_of(fact: Fact) -> Iterator[Link]:
    """Give a fact as a link, if it is one. `x type value(P, a)` is none: cls-hv1 makes a plain
    link of it."""
    subject, relation, target = fact.subject, fact.relation, fact.object
    if relation in (SUBCLASS, TYPE):
        of_class = relation == SUBCLASS
        if target[0] == "some":
            yield Link(target[1], subject, of_class, target[2], True, fact)
        elif target[0] == "value" and of_class:
            yield Link(target[1], subject, True, target[2], False, fact)
    elif link_relation(relation) and relation[0] != "not" and not ax.is_literal(target):
        yield Link(relation, subject, False, target, False, fact)
