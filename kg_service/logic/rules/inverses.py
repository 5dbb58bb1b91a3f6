"""Rules about properties that are inverse to one another: what is said of one is said of the other.

RL needs none of these, since its rules go from individual to individual and back; a class edge has
no way back, so what an inverse says must be said of the property itself. Each follows from the
semantics of OWL 2 (Direct Semantics, section 2.3.2). An inverse may have a name or be
ObjectInverseOf, and a symmetric property is its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import TYPE, Fact, Node
from kg_service.logic.known import Known
from kg_service.logic.rules.rule import Step


def _of(known: Known, property_: Node) -> Iterator[tuple[Node, Fact]]:
    """Give the inverses of a property, each with the fact that says so."""
    for fact in known.out(property_, ax.INVERSE):
        yield fact.object, fact
    for fact in known.into(ax.INVERSE, property_):
        yield fact.subject, fact
    for fact in known.find(property_, TYPE, ax.SYMMETRIC):
        yield property_, fact


def _ways(new: Fact) -> tuple[tuple[Node, Node], ...]:
    """Give a property and its inverse, both ways, if a fact says that they are."""
    if new.relation == ax.INVERSE:
        return (new.subject, new.object), (new.object, new.subject)
    if new.relation == TYPE and new.object == ax.SYMMETRIC:
        return ((new.subject, new.subject),)
    return ()


def scm_inv1(known: Known, new: Fact) -> Iterator[Step]:
    """P inverse of Q, R inverse of Q ⇒ P ⊑ R, R ⊑ P."""
    for property_, inverse in _ways(new):
        for other, fact in _of(known, inverse):
            if other != property_:
                yield property_, ax.SUBPROPERTY, other, (new, fact)
                yield other, ax.SUBPROPERTY, property_, (fact, new)


def scm_inv2(known: Known, new: Fact) -> Iterator[Step]:
    """P ⊑ Q, P inverse of R, Q inverse of S ⇒ R ⊑ S."""
    if new.relation == ax.SUBPROPERTY:
        found = [new]
    else:
        found = [
            fact
            for property_, _ in _ways(new)
            for fact in (
                *known.out(property_, ax.SUBPROPERTY),
                *known.into(ax.SUBPROPERTY, property_),
            )
        ]
    for fact in found:
        ends = (_of(known, fact.subject), _of(known, fact.object))
        for (low, below), (high, above) in product(*ends):
            if low != high and new in (fact, below, above):
                # One axiom may say both: P inverse of Q is what makes P ⊑ Q give Q ⊑ P.
                yield low, ax.SUBPROPERTY, high, tuple(dict.fromkeys((fact, below, above)))


def scm_inv_dom(known: Known, new: Fact) -> Iterator[Step]:
    """domain(P) = C, P inverse of Q ⇒ range(Q) = C."""
    yield from _handed_on(known, new, ax.DOMAIN, ax.RANGE)


def scm_inv_rng(known: Known, new: Fact) -> Iterator[Step]:
    """range(P) = C, P inverse of Q ⇒ domain(Q) = C."""
    yield from _handed_on(known, new, ax.RANGE, ax.DOMAIN)


def _handed_on(known: Known, new: Fact, said: str, follows: str) -> Iterator[Step]:
    """What is said of a property, as it follows of its inverses."""
    if new.relation == said:
        for inverse, fact in _of(known, new.subject):
            yield inverse, follows, new.object, (new, fact)
    else:
        for property_, inverse in _ways(new):
            for fact in known.out(property_, said):
                yield inverse, follows, fact.object, (fact, new)


def scm_inv_trp(known: Known, new: Fact) -> Iterator[Step]:
    """P transitive, P inverse of Q ⇒ Q transitive."""
    if new.relation == TYPE and new.object == ax.TRANSITIVE:
        for inverse, fact in _of(known, new.subject):
            yield inverse, TYPE, ax.TRANSITIVE, (new, fact)
    for property_, inverse in _ways(new):
        for mark in known.find(property_, TYPE, ax.TRANSITIVE):
            yield inverse, TYPE, ax.TRANSITIVE, (mark, new)


def scm_inv_chain(known: Known, new: Fact) -> Iterator[Step]:
    """P1 ∘ … ∘ Pn ⊑ R, Pi inverse of Qi, R inverse of S ⇒ Qn ∘ … ∘ Q1 ⊑ S."""
    if new.relation == ax.CHAIN:
        chains = [new]
    else:
        chains = [
            chain
            for property_, _ in _ways(new)
            for chain in (*known.out(property_, ax.CHAIN), *known.chains(property_))
        ]
    for chain in chains:
        for parts in product(*(_of(known, part) for part in (chain.subject, *chain.object))):
            (whole, _), *links = parts
            premises = tuple(dict.fromkeys((chain, *(fact for _, fact in parts))))
            if new in premises:
                yield whole, ax.CHAIN, tuple(link for link, _ in reversed(links)), premises
