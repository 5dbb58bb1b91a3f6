"""Rules about individuals: their types and relations."""

from __future__ import annotations

from collections.abc import Iterator

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact
from kg_service.logic.known import Known, link_of
from kg_service.logic.rules.rule import Step


def cax_sco(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ A, A ⊑ B ⇒ x ∈ B. RL table 7."""
    if new.relation == TYPE:
        for up in known.out(new.object, SUBCLASS):
            yield new.subject, TYPE, up.object, (new, up)
    elif new.relation == SUBCLASS:
        for member in known.into(TYPE, new.subject):
            yield member.subject, TYPE, new.object, (member, new)


def cls_svf1(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, y ∈ C ⇒ x ∈ some(P, C), where it occurs. RL table 6."""
    for node in known.on("some", new.relation):
        for member in known.find(new.object, TYPE, node[2]):
            yield new.subject, TYPE, node, (new, member)
    if new.relation == TYPE:
        for node in known.having("some", new.object):
            for relation in known.into(node[1], new.subject):
                yield relation.subject, TYPE, node, (relation, new)


def cls_svf2(known: Known, new: Fact) -> Iterator[Step]:
    """x P y ⇒ x ∈ some(P, ⊤), where it occurs; for class edges as well. RL table 6."""
    for link in link_of(new):
        node = ("some", link.relation, ax.THING)
        if node in known.expressions and new.object != node:
            relation = SUBCLASS if link.starts_at_class else TYPE
            yield link.start, relation, node, (new,)


def cls_hv1(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ value(P, a) ⇒ x P a. RL table 6."""
    if new.relation == TYPE and new.object[0] == "value":
        yield new.subject, new.object[1], new.object[2], (new,)


def cls_hv2(known: Known, new: Fact) -> Iterator[Step]:
    """x P a ⇒ x ∈ value(P, a), where it occurs. RL table 6."""
    node = ("value", new.relation, new.object)
    if node in known.expressions:
        yield new.subject, TYPE, node, (new,)


def prp_dom(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, domain(P) = C ⇒ x ∈ C. RL table 5."""
    for domain in known.out(new.relation, ax.DOMAIN):
        yield new.subject, TYPE, domain.object, (new, domain)
    if new.relation == ax.DOMAIN:
        for fact in known.of(new.subject):
            yield fact.subject, TYPE, new.object, (fact, new)


def prp_rng(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, range(P) = C ⇒ y ∈ C. RL table 5."""
    if new.relation == ax.RANGE:
        pairs = [(fact, new) for fact in known.of(new.subject)]
    else:
        pairs = [(new, range_) for range_ in known.out(new.relation, ax.RANGE)]
    for fact, range_ in pairs:
        if not ax.is_literal(fact.object):  # dt-not-type is about those
            yield fact.object, TYPE, range_.object, (fact, range_)


def prp_spo1(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, P ⊑ Q ⇒ x Q y. RL table 5."""
    for up in known.out(new.relation, ax.SUBPROPERTY):
        yield new.subject, up.object, new.object, (new, up)
    if new.relation == ax.SUBPROPERTY:
        for fact in known.of(new.subject):
            yield fact.subject, new.object, fact.object, (fact, new)


def prp_inv1(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, P inverse of Q ⇒ y Q x. RL table 5."""
    for inverse in known.out(new.relation, ax.INVERSE):
        yield new.object, inverse.object, new.subject, (new, inverse)
    if new.relation == ax.INVERSE:
        for fact in known.of(new.subject):
            yield fact.object, new.object, fact.subject, (fact, new)


def prp_inv2(known: Known, new: Fact) -> Iterator[Step]:
    """x Q y, P inverse of Q ⇒ y P x. RL table 5."""
    for inverse in known.into(ax.INVERSE, new.relation):
        yield new.object, inverse.subject, new.subject, (new, inverse)
    if new.relation == ax.INVERSE:
        for fact in known.of(new.object):
            yield fact.object, new.subject, fact.subject, (fact, new)


def prp_symp(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, P symmetric ⇒ y P x. RL table 5."""
    for mark in known.find(new.relation, TYPE, ax.SYMMETRIC):
        yield new.object, new.relation, new.subject, (new, mark)
    if new.relation == TYPE and new.object == ax.SYMMETRIC:
        for fact in known.of(new.subject):
            yield fact.object, new.subject, fact.subject, (fact, new)


def prp_trp(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, y P z, P transitive ⇒ x P z. RL table 5."""
    for mark in known.find(new.relation, TYPE, ax.TRANSITIVE):
        for onward in known.out(new.object, new.relation):
            yield new.subject, new.relation, onward.object, (new, onward, mark)
        for before in known.into(new.relation, new.subject):
            yield before.subject, new.relation, new.object, (before, new, mark)
    if new.relation == TYPE and new.object == ax.TRANSITIVE:
        for fact in known.of(new.subject):
            for onward in known.out(fact.object, new.subject):
                yield fact.subject, new.subject, onward.object, (fact, onward, new)


def cls_avf(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ only(P, C), x P y ⇒ y ∈ C. RL table 6."""
    if new.relation == TYPE:
        if new.object[0] == "only":
            for fact in known.out(new.subject, new.object[1]):
                yield fact.object, TYPE, new.object[2], (new, fact)
        return
    for node in known.on("only", new.relation):
        for bound in known.find(new.subject, TYPE, node):
            yield new.object, TYPE, node[2], (bound, new)
