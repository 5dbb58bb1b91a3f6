"""Rules about what does not hold between two things, from what would follow if it did.

Each is a rule of RL's table 5 read from its conclusion to a premise (contraposition), and is named
after that rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import TYPE, Fact, Node
from kg_service.logic.known import Known
from kg_service.logic.rules.rule import Step


def _not(property_: Node) -> Node:
    return ("not", property_)


def npa_spo1(known: Known, new: Fact) -> Iterator[Step]:
    """x Q y denied, P ⊑ Q ⇒ x P y denied: prp-spo1."""
    if new.relation == ax.SUBPROPERTY:
        for denied in known.of(_not(new.object)):
            yield denied.subject, _not(new.subject), denied.object, (denied, new)
    else:
        for down in known.into(ax.SUBPROPERTY, new.relation[1]):
            yield new.subject, _not(down.subject), new.object, (new, down)


def npa_inv1(known: Known, new: Fact) -> Iterator[Step]:
    """x P y denied, P inverse of Q ⇒ y Q x denied: prp-inv2."""
    if new.relation == ax.INVERSE:
        for denied in known.of(_not(new.subject)):
            yield denied.object, _not(new.object), denied.subject, (denied, new)
    else:
        for inverse in known.out(new.relation[1], ax.INVERSE):
            yield new.object, _not(inverse.object), new.subject, (new, inverse)


def npa_inv2(known: Known, new: Fact) -> Iterator[Step]:
    """x Q y denied, P inverse of Q ⇒ y P x denied: prp-inv1."""
    if new.relation == ax.INVERSE:
        for denied in known.of(_not(new.object)):
            yield denied.object, _not(new.subject), denied.subject, (denied, new)
    else:
        for inverse in known.into(ax.INVERSE, new.relation[1]):
            yield new.object, _not(inverse.subject), new.subject, (new, inverse)


def npa_symp(known: Known, new: Fact) -> Iterator[Step]:
    """x P y denied, P symmetric ⇒ y P x denied: prp-symp."""
    if new.relation == TYPE:
        if new.object == ax.SYMMETRIC:
            for denied in known.of(_not(new.subject)):
                yield denied.object, denied.relation, denied.subject, (denied, new)
    else:
        for mark in known.find(new.relation[1], TYPE, ax.SYMMETRIC):
            yield new.object, new.relation, new.subject, (new, mark)


def npa_asyp(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, P asymmetric ⇒ y P x denied: prp-asyp."""
    if new.relation == TYPE:
        if new.object == ax.ASYMMETRIC:
            for fact in known.of(new.subject):
                yield fact.object, _not(new.subject), fact.subject, (fact, new)
    else:
        for mark in known.find(new.relation, TYPE, ax.ASYMMETRIC):
            yield new.object, _not(new.relation), new.subject, (new, mark)


def npa_pdw(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, P disjoint with Q ⇒ x Q y denied, and so for x Q y: prp-pdw."""
    if new.relation == ax.DISJOINT_PROPERTY:
        for one, other in ((new.subject, new.object), (new.object, new.subject)):
            for fact in known.of(one):
                yield fact.subject, _not(other), fact.object, (fact, new)
    else:
        for pair in known.out(new.relation, ax.DISJOINT_PROPERTY):
            yield new.subject, _not(pair.object), new.object, (new, pair)
        for pair in known.into(ax.DISJOINT_PROPERTY, new.relation):
            yield new.subject, _not(pair.subject), new.object, (new, pair)
