"""What OWL 2 DL asks of the hierarchy of properties (Structural Specification, section 11.2).

Chains may not go in a circle: there must be an order in which each property comes after those it is
composed of. And what is counted, or may not meet itself or another, must be simple: no chain and no
transitive property may be below it. Reasoning with counted chains is undecidable (Horrocks, Kutz,
Sattler: The Even More Irresistible SROIQ, KR 2006, section 2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kg_service.errors import UnsupportedAxiomError
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.closure import reached

_OF_SIMPLE = {
    ax.ASYMMETRIC: "asymmetric",
    ax.FUNCTIONAL: "functional",
    ax.INVERSE_FUNCTIONAL: "inverse functional",
    ax.IRREFLEXIVE: "irreflexive",
}
_Edges = Mapping[Node, set[Node]]


def refuse_hierarchy(facts: Iterable[Fact]) -> None:
    """Raise UnsupportedAxiomError for the first chains that go in a circle, or the first property
    that is not simple and must be. It names the property and the axioms."""
    told = sorted(facts, key=ax.order)
    above = _above(told)
    _refuse_circle([fact for fact in told if fact.relation == ax.CHAIN], above)
    composite = {fact.subject: fact for fact in told if fact.relation == ax.CHAIN}
    composite |= {fact.subject: fact for fact in told if fact.object == ax.TRANSITIVE}
    composed = {
        upper: fact
        for name, fact in composite.items()
        for lower in (_base(name),)
        for upper in {lower, *reached(above, lower)}
    }
    for fact in told:
        for property_, what in _simple(fact):
            if (by := composed.get(_base(property_))) is not None:
                raise UnsupportedAxiomError(
                    f"{_name(property_)} is {what}, but is composed: {by}.",
                    "Leave one of the two out: OWL 2 DL counts simple properties only.",
                )


def _simple(fact: Fact) -> Iterator[tuple[Node, str]]:
    """The properties that an axiom wants to be simple, and as what."""
    if fact.relation == ax.TYPE and fact.object in _OF_SIMPLE:
        yield fact.subject, _OF_SIMPLE[str(fact.object)]
    elif fact.relation == ax.DISJOINT_PROPERTY:
        yield from ((end, "disjoint with another") for end in (fact.subject, fact.object))
    for node in (fact.subject, fact.object):
        for part in ax.parts(node):
            if part[0] in ("min", "max"):
                yield part[2], "counted"


def _above(told: Sequence[Fact]) -> _Edges:
    """What is told to be directly above each property; a property and its inverse are one."""
    above: dict[Node, set[Node]] = defaultdict(set)
    for fact in told:
        one, other = _base(fact.subject), _base(fact.object)
        if fact.relation in (ax.SUBPROPERTY, ax.EQUIVALENT_PROPERTY, ax.INVERSE):
            above[one].add(other)
        if fact.relation in (ax.EQUIVALENT_PROPERTY, ax.INVERSE):
            above[other].add(one)
    return above


def _refuse_circle(chains: Sequence[Fact], above: _Edges) -> None:
    before: dict[Node, set[Node]] = defaultdict(set)
    by: dict[Node, list[Fact]] = defaultdict(list)
    for chain in chains:
        head = _base(chain.subject)
        by[head].append(chain)
        for link in _links(chain):
            before[_base(link)].add(head)
    for name in sorted(before, key=ax.text):
        after = reached(before, name)
        for head in after:
            if head == name or name in reached(above, head):
                involved = [
                    chain
                    for each in sorted(after, key=ax.text)
                    for chain in by[each]
                    if {name, *after} & {_base(link) for link in _links(chain)}
                ]
                raise UnsupportedAxiomError(
                    f"Chains put {_name(name)} before itself: {'; '.join(map(str, involved))}.",
                    "Leave one of them out: OWL 2 DL wants chains that go in no circle.",
                )


def _links(chain: Fact) -> Sequence[Node]:
    """The links of a chain that must come before its head: all, but for the head itself at one of
    its ends, or as both of two links, where it says that it is transitive."""
    head, links = chain.subject, tuple(chain.object)
    if links == (head, head):
        return ()
    if links[0] == head:
        return links[1:]
    return links[:-1] if links[-1] == head else links


def _base(property_: Node) -> Node:
    inverse = isinstance(property_, tuple) and property_[0] == "inverse"
    return property_[1] if inverse else property_


def _name(property_: Node) -> str:
    return ax.text(_base(property_))
