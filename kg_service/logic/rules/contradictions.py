"""Rules whose conclusion is that the facts cannot all hold."""

from __future__ import annotations

from collections.abc import Iterator

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import TYPE, Fact
from kg_service.logic.known import Known
from kg_service.logic.rules.rule import FALSE, Step


def cls_nothing2(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ ⊥ ⇒ false. RL table 6."""
    if new.relation == TYPE and new.object == ax.NOTHING:
        yield *FALSE, (new,)


def prp_npa1(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, and x P y denied ⇒ false. RL table 5.

    Only where one scope holds the other: what is said of adults does not contradict what is
    denied of children. A literal is denied by its value, however it is written.
    """
    if new.relation[0] == "not":
        pairs = [(yes, new) for yes in known.valued(new.subject, new.relation[1], new.object)]
    else:
        denied = known.valued(new.subject, ("not", new.relation), new.object)
        pairs = [(new, no) for no in denied]
    for yes, no in pairs:
        if yes.scope <= no.scope or no.scope <= yes.scope:
            yield *FALSE, (yes, no)


def prp_irp(known: Known, new: Fact) -> Iterator[Step]:
    """x P x, P irreflexive ⇒ false. RL table 5."""
    if new.subject == new.object:
        for mark in known.find(new.relation, TYPE, ax.IRREFLEXIVE):
            yield *FALSE, (new, mark)
    if new.relation == TYPE and new.object == ax.IRREFLEXIVE:
        for fact in known.of(new.subject):
            if fact.subject == fact.object:
                yield *FALSE, (fact, new)


def prp_asyp(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, y P x, P asymmetric ⇒ false. RL table 5."""
    if new.relation == TYPE and new.object == ax.ASYMMETRIC:
        found = [(f, g, new) for f in known.of(new.subject) for g in _back(known, f)]
    else:
        marks = known.find(new.relation, TYPE, ax.ASYMMETRIC)
        found = [(new, back, mark) for mark in marks for back in _back(known, new)]
    for one, other, mark in found:
        first, second = sorted((one, other), key=ax.order)
        yield *FALSE, (first, second, mark)


def _back(known: Known, fact: Fact) -> list[Fact]:
    return known.find(fact.object, fact.relation, fact.subject)


def prp_pdw(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, x Q y, P disjoint with Q ⇒ false. RL table 5."""
    if new.relation == ax.DISJOINT_PROPERTY:
        for one in known.of(new.subject):
            for other in known.valued(one.subject, new.object, one.object):
                yield *FALSE, (one, other, new)
    for pair in known.out(new.relation, ax.DISJOINT_PROPERTY):
        for other in known.valued(new.subject, pair.object, new.object):
            yield *FALSE, (new, other, pair)
    for pair in known.into(ax.DISJOINT_PROPERTY, new.relation):
        for one in known.valued(new.subject, pair.subject, new.object):
            yield *FALSE, (one, new, pair)
