"""EL++ as in the paper, one fact at a time: slow, small, and written apart from the product.

Baader, Brandt, Lutz: Pushing the EL Envelope (IJCAI 2005), tables 1 and 2, on sub-expressions
instead of a normal form. A fact is a pair X ⊑ Y or an edge X –P→ Y between expressions.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node


def classify(facts: Iterable[Fact]) -> tuple[set[tuple[Node, Node]], set[tuple[Node, Node, Node]]]:
    """Give every pair and edge that follows between expressions that occur."""
    told: list[tuple[Node, Node]] = []
    roles: set[tuple[Node, Node]] = set()
    chains: set[tuple[tuple[Node, ...], Node]] = set()
    for fact in facts:
        s, o = fact.subject, fact.object
        if fact.relation == ax.SUBCLASS:
            told.append((s, o))
        elif fact.relation == ax.EQUIVALENT:
            told += [(s, o), (o, s)]
        elif fact.relation == ax.DISJOINT:
            told.append((("and", s, o), ax.NOTHING))
        elif fact.relation == ax.DOMAIN:
            told.append((("some", s, ax.THING), o))
        elif fact.relation == ax.SUBPROPERTY:
            roles.add((s, o))
        elif fact.relation == ax.CHAIN:
            chains.add((tuple(o), s))
        else:
            chains.add(((s, s), s))
    nodes: set[Node] = {ax.THING, ax.NOTHING}
    for pair in told:
        for node in pair:
            nodes |= _inside(node)
    below = {(x, x) for x in nodes} | {(x, ax.THING) for x in nodes}
    edges: set[tuple[Node, Node, Node]] = set()
    while True:
        size = len(below), len(edges)
        below |= {(x, d) for c, d in told for x, c2 in below if c2 == c}
        for x, y in list(below):
            if y[0] == "and":
                below |= {(x, member) for member in y[1:]}
            elif y[0] == "some":
                edges.add((x, y[1], y[2]))
        for node in nodes:
            if node[0] == "and":
                below |= {(x, node) for x in nodes if all((x, m) in below for m in node[1:])}
            elif node[0] == "some":
                below |= {(x, node) for x, p, y in edges if p == node[1] and (y, node[2]) in below}
        below |= {(x, ax.NOTHING) for x, _, y in edges if (y, ax.NOTHING) in below}
        edges |= {(x, up, y) for (p, up), (x, q, y) in product(roles, list(edges)) if p == q}
        for links, head in chains:
            ends = {(x, x) for x in nodes}
            for link in links:
                ends = {(x, z) for x, y in ends for y2, p, z in edges if (y, link) == (y2, p)}
            edges |= {(x, head, y) for x, y in ends}
        if size == (len(below), len(edges)):
            return below, {(x, p, up) for x, p, y in edges for y2, up in below if y == y2}


def _inside(node: Node) -> set[Node]:
    parts = {node}
    if node[0] == "and":
        parts |= {part for member in node[1:] for part in _inside(member)}
    elif node[0] == "some":
        parts |= _inside(node[2])
    return parts
