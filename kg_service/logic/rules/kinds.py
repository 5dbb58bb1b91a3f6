"""Rules of ours: kinds, and what they inherit by default (docs/design.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.known import Known
from kg_service.logic.rules.rule import Step


def kind_subtype(known: Known, new: Fact) -> Iterator[Step]:
    """A ⊑ B, A told in K, K ⊑ Kind, B told in L, L ⊑ Kind ⇒ A subtypeOf B. Never the reverse.

    From classes to the individuals of the same names (docs/design.md, "Terms, kinds and claims").
    Only what is told to be a kind is one: nothing becomes a kind because a claim is about it, and
    so no claim is needed to say that it is.
    """
    if new.relation == SUBCLASS:
        below = [new]
        if new.object == ax.KIND:
            members = [fact.subject for fact in known.into(TYPE, new.subject)]
            below += [f for m in members for f in _told_between(known, m)]
    elif new.relation == TYPE:
        below = _told_between(known, new.subject)
    else:
        return
    for fact in dict.fromkeys(below):
        kinds = (_kinds(known, end) for end in (fact.subject, fact.object))
        for lower, upper in product(*kinds):
            premises = (fact, *lower, *upper)
            if new in premises:
                yield fact.subject, ax.SUBTYPE, fact.object, premises


def _told_between(known: Known, name: Node) -> list[Fact]:
    return known.out(name, SUBCLASS) + known.into(SUBCLASS, name)


def _kinds(known: Known, name: Node) -> list[tuple[Fact, ...]]:
    """The ways in which something is told to be a kind: its type, and what puts that below Kind."""
    found: list[tuple[Fact, ...]] = []
    for told in known.out(name, TYPE):
        if known.is_told(told):
            if told.object == ax.KIND:
                found.append((told,))
            found += [(told, up) for up in known.find(told.object, SUBCLASS, ax.KIND)]
    return found


def kind_inheritance(known: Known) -> Iterator[Step]:
    """Y P F, X subtypeOf Y, P inheritedBy hasSubtype ⇒ X P F, unless X's own claim overrides it.

    docs/design.md, "Terms, kinds and claims". Blocked where X, or a kind between X and Y, was told
    (said or denied) a relation to the same F that is P, above or below P, or overrides P or what is
    above P. Told is asserted, whatever its scope, so no order of steps can matter. A kind that is
    told P itself hands it on from there.
    """
    told: dict[tuple[Node, Node], set[Node]] = defaultdict(set)
    for fact in known.told:
        relation = fact.relation[1] if fact.relation[0] == "not" else fact.relation
        told[fact.subject, fact.object].add(relation)
    for mark in known.into(ax.INHERITED, ax.HAS_SUBTYPE):
        overrides = overriding(known, mark.subject)
        for fact in known.of(mark.subject):
            for step in known.into(ax.SUBTYPE, fact.subject):
                between = (up.object for up in known.out(step.subject, ax.SUBTYPE))
                nearer = {step.subject} | {
                    kind for kind in between if known.find(kind, ax.SUBTYPE, fact.subject)
                }
                nearer.discard(fact.subject)
                if nearer and not any(
                    told.get((kind, fact.object), _NONE) & overrides for kind in nearer
                ):
                    yield step.subject, mark.subject, fact.object, (step, fact, mark)


def inheritance_reads(known: Known) -> set[Node]:
    """Give the relations that `kind_inheritance` looks at: those of kinds and of properties, those
    inherited and those that block them."""
    marks = known.into(ax.INHERITED, ax.HAS_SUBTYPE)
    relations = (overriding(known, mark.subject) for mark in marks)
    return {ax.INHERITED, ax.OVERRIDES, ax.SUBPROPERTY, ax.SUBTYPE}.union(*relations)


_NONE: frozenset[Node] = frozenset()


def overriding(known: Known, relation: Node) -> set[Node]:
    """Give the relations whose own claim blocks the inheritance of this one."""
    above = {relation} | {up.object for up in known.out(relation, ax.SUBPROPERTY)}
    below = {down.subject for down in known.into(ax.SUBPROPERTY, relation)}
    declared = {fact.subject for up in above for fact in known.into(ax.OVERRIDES, up)}
    return above | below | declared
