"""The profile: which questions our saturation answers completely.

Inside are names, `and`, `some`, `value` of individuals, `or` that
is not inside another construct (`questions.lifted` takes it out), and `some` and `value` of numbers
and of plain strings where they are named one by one. Over axioms of these constructs, with
hierarchies, chains, domains and disjointness, the rules are those of EL++ (Baader, Brandt, Lutz:
Pushing the EL Envelope, IJCAI 2005) and of OWL 2 RL, and no case split is ever needed: what is
below a union is below a member of it. What an ontology says past these axioms is looked for in
`completeness`.

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
from collections.abc import Collection, Iterator

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import Node
from kg_service.logic.ranges import FACETS

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
_WRITTEN = {facet: word for word, facet in FACETS.items()}


# Keywords for which other constructs stand in a node (Structural Specification, section 8.3).
_STAND_FOR = {
    "max": ("exactly",),
    "min": ("exactly",),
    "not": ("max", "exactly"),
    ax.NOTHING: ("not",),
    ax.THING: ("not", "min"),
}


def outside(question: Node, mentioned: Collection[str] | None = None) -> tuple[str, ...]:
    """Give the constructs of a class expression that our rules do not decide completely, sorted:
    Manchester keywords, `{…}`, or the IRI of a class or datatype. Empty: it is in the profile.

    With the keywords and names that were `mentioned` in its text, a construct that was not is named
    by the keyword it stands for: "at most none" is `max` and not `not`.
    """
    found = set(constructs(question))
    if mentioned is not None:
        # owl:Thing and owl:Nothing may be mentioned as fillers only.
        for construct in found & _STAND_FOR.keys() - (set(mentioned) - {ax.THING, ax.NOTHING}):
            if said := set(_STAND_FOR[construct]).intersection(mentioned):
                found = found - {construct} | said
    return tuple(sorted(found))


def constructs(node: Node, inside: bool = False) -> Iterator[str]:
    """Give the constructs outside the profile that occur in a class expression, which may stand
    `inside` another."""
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
            yield from constructs(member, inside or kind == "and")
    elif kind in ("some", "value"):
        if node[1][0] == "inverse":
            yield "inverse"
        if kind == "some" and node[2] != ax.THING:
            yield from constructs(node[2], inside=True)
    elif kind in ("data", "data-value"):
        yield from _range(values(node))
    elif kind == "one":
        yield INDIVIDUALS
    else:
        yield kind
        if kind != "not" and node[-2][0] == "inverse":
            yield "inverse"
        if node[-1] != ax.THING:
            yield from constructs(node[-1], inside=True)


def _range(range_: Node) -> Iterator[str]:
    """The datatypes of a range that are not compared by value."""
    if range_[0] == "literals":
        for value in range_[1:]:
            if value[2] != f"{ax.XSD}string" and facets.number(value) is None:
                yield value[2]
    elif isinstance(range_, tuple) and facets.interval(range_) is None:
        others = [facet for facet, _ in range_[2:] if facet not in facets.BOUNDS]
        yield from (_WRITTEN[facet] for facet in others)
        if range_[1] in facets.NUMBERS:
            bounds = [value for facet, value in range_[2:] if facet not in others]
            yield from (value[2] for value in bounds if facets.number(value) is None)
        elif range_[1] != facets.STRING or not others:
            yield range_[1]
    elif facets.interval(range_) is None and range_ != facets.ANYTHING:
        yield str(range_)


def values(edge: Node) -> Node:
    """Give the range of data in which a data edge ends."""
    return ("literals", edge[2]) if edge[0] == "data-value" else edge[2]
