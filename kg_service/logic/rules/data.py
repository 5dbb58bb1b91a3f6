"""Rules about data: values of individuals, and ranges of values with facets.

OWL 2 Structural Specification, sections 4 and 7; what a range holds is decided by `facets`, which
says nothing where it cannot tell, and then nothing follows here.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.known import Known
from kg_service.logic.rules.rule import FALSE, Step


def dt_svf(known: Known, new: Fact) -> Iterator[Step]:
    """x P v, v in R ⇒ x ∈ data(P, R), where it occurs."""
    for node in known.on("data", new.relation):
        if ax.is_literal(new.object) and facets.holds(node[2], new.object):
            yield new.subject, TYPE, node, (new,)


def dt_hv1(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ data-value(P, v) ⇒ x P v: cls-hv1 of data properties."""
    if new.object[0] == "data-value":
        yield new.subject, new.object[1], new.object[2], (new,)


def dt_hv2(known: Known, new: Fact) -> Iterator[Step]:
    """x P v ⇒ x ∈ data-value(P, v), where it occurs; equal values may be written differently."""
    for node in known.on("data-value", new.relation):
        if ax.is_literal(new.object) and facets.same(node[2], new.object):
            yield new.subject, TYPE, node, (new,)


def scm_dt(known: Known) -> Iterator[Step]:
    """R within S ⇒ data(P, R) ⊑ data(P, S); data-value(P, v) is data(P, {v}) here."""
    for kind in ("data", "data-value"):
        for node in known.kind(kind):
            for wide in _ranged(known, node[1]):
                if node != wide and facets.within(_range(node), _range(wide)):
                    yield node, SUBCLASS, wide, ()
            if facets.empty(_range(node)):
                yield node, SUBCLASS, ax.NOTHING, ()


def scm_dp(known: Known, new: Fact) -> Iterator[Step]:
    """P ⊑ Q, R within S ⇒ data(P, R) ⊑ data(Q, S); likewise for values."""
    for narrow in _ranged(known, new.subject):
        for wide in _ranged(known, new.object):
            if facets.within(_range(narrow), _range(wide)):
                yield narrow, SUBCLASS, wide, (new,)


def scm_dom2(known: Known, new: Fact) -> Iterator[Step]:
    """domain(P) = C ⇒ data(P, R) ⊑ C, also through P' ⊑ P. RL table 9; cr4 of data properties."""
    for property_, premises in _through(known, new, ax.DOMAIN):
        for node in _ranged(known, property_):
            yield node, SUBCLASS, premises[-1].object, premises


def _ranged(known: Known, property_: Node) -> list[Node]:
    return [*known.on("data", property_), *known.on("data-value", property_)]


def _range(node: Node) -> Node:
    return ("literals", node[2]) if node[0] == "data-value" else node[2]


def dt_not_type(known: Known, new: Fact) -> Iterator[Step]:
    """x P v, range(P) = R, v not in R ⇒ false. RL table 8, dt-not-type."""
    if new.relation == ax.RANGE:
        pairs = [(fact, new) for fact in known.of(new.subject)]
    else:
        pairs = [(new, range_) for range_ in known.out(new.relation, ax.RANGE)]
    for fact, range_ in pairs:
        if ax.is_literal(fact.object) and facets.holds(range_.object, fact.object) is False:
            yield *FALSE, (fact, range_)


def dt_diff(known: Known, new: Fact) -> Iterator[Step]:
    """P functional, x P v, x P w, v and w different values ⇒ false. RL tables 5 and 8."""
    if new.relation == TYPE:
        marks = [new] if new.object == ax.FUNCTIONAL else []
        facts = known.of(new.subject) if marks else []
    else:
        marks, facts = known.find(new.relation, TYPE, ax.FUNCTIONAL), [new]
    for mark, fact in product(marks, facts):
        for other in known.out(fact.subject, fact.relation):
            both = ax.is_literal(fact.object) and ax.is_literal(other.object)
            if both and facets.same(fact.object, other.object) is False:
                first, second = sorted((fact, other), key=ax.order)
                yield *FALSE, (mark, first, second)


def dt_dw(known: Known, new: Fact) -> Iterator[Step]:
    """P functional, no value in R and in S ⇒ data(P, R) disjoint with data(P, S)."""
    if new.object == ax.FUNCTIONAL:
        nodes = sorted(known.on("data", new.subject), key=ax.text)
        for one, other in combinations(nodes, 2):
            if facets.apart(one[2], other[2]):
                yield one, ax.DISJOINT, other, (new,)


def dt_rng(known: Known, new: Fact) -> Iterator[Step]:
    """range(P) = R, no value in R and in S ⇒ data(P, S) ⊑ owl:Nothing, also through P' ⊑ P."""
    for property_, premises in _through(known, new, ax.RANGE):
        for node in _ranged(known, property_):
            if facets.apart(_range(node), premises[-1].object):
                yield node, SUBCLASS, ax.NOTHING, premises


def _through(known: Known, new: Fact, relation: Node) -> Iterator[tuple[Node, tuple[Fact, ...]]]:
    """The properties for which a domain or range holds, with the premises, that axiom last."""
    if new.relation == relation:
        yield new.subject, (new,)
        yield from ((f.subject, (f, new)) for f in known.into(ax.SUBPROPERTY, new.subject))
    else:
        yield from ((new.subject, (new, f)) for f in known.out(new.object, relation))


def dt_com(known: Known, new: Fact) -> Iterator[Step]:
    """P functional, x P v, v not in R ⇒ x ∈ not(data(P, R)), where it occurs."""
    if new.relation == TYPE:
        marks = [new] if new.object == ax.FUNCTIONAL else []
        facts = known.of(new.subject) if marks else []
    else:
        marks, facts = known.find(new.relation, TYPE, ax.FUNCTIONAL), [new]
    for mark, fact in product(marks, facts):
        for node in known.on("data", fact.relation):
            if (
                ("not", node) in known.expressions
                and ax.is_literal(fact.object)
                and facets.holds(node[2], fact.object) is False
            ):
                yield fact.subject, TYPE, ("not", node), (mark, fact)


def dt_fp(known: Known, new: Fact) -> Iterator[Step]:
    """P functional, x P v, x ∈ data(P, R), v not in R ⇒ false."""
    if new.relation != TYPE:
        kinds = [
            kind
            for node in known.on("data", new.relation)
            for kind in known.find(new.subject, TYPE, node)
        ]
        found = [
            (mark, new, kind)
            for mark in known.find(new.relation, TYPE, ax.FUNCTIONAL)
            for kind in kinds
        ]
    elif new.object == ax.FUNCTIONAL:
        found = [
            (new, fact, kind)
            for node in known.on("data", new.subject)
            for kind in known.into(TYPE, node)
            for fact in known.out(kind.subject, new.subject)
        ]
    elif new.object[0] == "data":
        found = [
            (mark, fact, new)
            for mark in known.find(new.object[1], TYPE, ax.FUNCTIONAL)
            for fact in known.out(new.subject, new.object[1])
        ]
    else:
        return
    for mark, fact, kind in found:
        if ax.is_literal(fact.object) and facets.holds(kind.object[2], fact.object) is False:
            yield *FALSE, (mark, fact, kind)
