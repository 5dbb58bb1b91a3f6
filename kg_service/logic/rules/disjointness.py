"""Rules about what excludes what: disjoint classes, complements, unions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.known import Known
from kg_service.logic.rules.rule import FALSE, Step


def cr2_dw(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ C, X ⊑ D, C disjoint with D ⇒ X ⊑ ⊥. EL++ cr2 for C ⊓ D ⊑ ⊥; X may be C or D."""
    for subject, premises in _disjoint(known, new, SUBCLASS):
        yield subject, SUBCLASS, ax.NOTHING, premises
    if new.relation == ax.DISJOINT:
        for one, other in ((new.subject, new.object), (new.object, new.subject)):
            for below in known.find(one, SUBCLASS, other):
                yield one, SUBCLASS, ax.NOTHING, (below, new)
    elif new.relation == SUBCLASS:
        for pair in (
            *known.find(new.subject, ax.DISJOINT, new.object),
            *known.find(new.object, ax.DISJOINT, new.subject),
        ):
            yield new.subject, SUBCLASS, ax.NOTHING, (new, pair)


def _disjoint(known: Known, new: Fact, relation: str) -> Iterator[tuple[Node, tuple[Fact, ...]]]:
    """Give who is below, or in, two disjoint classes; one of the three facts is new."""
    if new.relation == ax.DISJOINT:
        for one in known.into(relation, new.subject):
            for other in known.find(one.subject, relation, new.object):
                yield one.subject, (one, other, new)
    elif new.relation == relation:
        for pair in known.out(new.object, ax.DISJOINT):
            for other in known.find(new.subject, relation, pair.object):
                yield new.subject, (new, other, pair)
        for pair in known.into(ax.DISJOINT, new.object):
            for one in known.find(new.subject, relation, pair.subject):
                yield new.subject, (one, new, pair)


def cr2_com(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ C, X ⊑ not(C) ⇒ X ⊑ ⊥. EL++ cr2 for C ⊓ not(C) ⊑ ⊥; X may be C itself."""
    for subject, premises in _complement(known, new, SUBCLASS):
        yield subject, SUBCLASS, ax.NOTHING, premises
    if new.relation == SUBCLASS and new.object == ("not", new.subject):
        yield new.subject, SUBCLASS, ax.NOTHING, (new,)


def _complement(known: Known, new: Fact, relation: str) -> Iterator[tuple[Node, tuple[Fact, ...]]]:
    """Give who is below, or in, a class and its complement; one of the two facts is new."""
    if new.relation == relation:
        for denied in known.find(new.subject, relation, ("not", new.object)):
            yield new.subject, (new, denied)
        if new.object[0] == "not":
            for one in known.find(new.subject, relation, new.object[1]):
                yield new.subject, (one, new)


def cls_com(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ C, x ∈ not(C) ⇒ false. RL table 6."""
    for _, premises in _complement(known, new, TYPE):
        yield *FALSE, premises


def cax_dw(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ C, x ∈ D, C disjoint with D ⇒ false. RL table 7."""
    for _, premises in _disjoint(known, new, TYPE):
        yield *FALSE, premises


def scm_com(known: Known, new: Fact) -> Iterator[Step]:
    """A ⊑ B ⇒ not(B) ⊑ not(A), where both occur (contraposition)."""
    if new.relation == SUBCLASS:
        below, above = ax.complement(new.object), ax.complement(new.subject)
        if known.occurs(below) and known.occurs(above) and below != above:
            yield below, SUBCLASS, above, (new,)


def scm_dw(known: Known, new: Fact) -> Iterator[Step]:
    """A disjoint with B ⇒ A ⊑ not(B) and B ⊑ not(A), where they occur."""
    if new.relation == ax.DISJOINT:
        for one, other in ((new.subject, new.object), (new.object, new.subject)):
            if ("not", other) in known.expressions:
                yield one, SUBCLASS, ("not", other), (new,)


def scm_uni2(known: Known, new: Fact) -> Iterator[Step]:
    """C1 ⊑ D … Cn ⊑ D ⇒ or(C1 … Cn) ⊑ D, for every union that occurs."""
    if new.relation == SUBCLASS:
        for union in known.unions(new.subject):
            found = [
                [new] if c == new.subject else known.find(c, SUBCLASS, new.object)
                for c in union[1:]
                if c != new.object
            ]
            if union != new.object:
                for premises in product(*found):
                    yield union, SUBCLASS, new.object, premises


def cls_uni2(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ or(C1 … Cn), x in what excludes all but Ci ⇒ x ∈ Ci (disjunctive syllogism)."""
    yield from _only_one_left(known, new, TYPE)


def cr2_uni(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ or(C1 … Cn), X below what excludes all but Ci ⇒ X ⊑ Ci: cls-uni2 for classes."""
    yield from _only_one_left(known, new, SUBCLASS)


def _only_one_left(known: Known, new: Fact, relation: str) -> Iterator[Step]:
    if new.relation == relation:
        unions = [fact for fact in known.out(new.subject, relation) if fact.object[0] == "or"]
    elif new.relation == ax.DISJOINT:
        unions = [f for node in known.kind("or") for f in known.into(relation, node)]
    else:
        return
    for union in unions:
        members = union.object[1:]
        # Most types and parents rule nothing out, and so are in no premise.
        ruling = union is new or new.relation != relation
        if not ruling and not any(_excludes(known, new.object, member) for member in members):
            continue
        ruled: list[list[tuple[Fact, ...]]] = []
        for member in members:
            ruled.append(list(_against(known, union.subject, relation, member)))
            if ruled.count([]) > 1:
                break  # two are left, so nothing follows
        if len(ruled) < len(members) or ruled.count([]) > 1:
            continue
        for place, member in enumerate(members):
            if member != union.subject:
                for found in product(*(ruled[:place] + ruled[place + 1 :])):
                    premises = (union, *(fact for part in found for fact in part))
                    if new in premises:
                        yield union.subject, relation, member, premises


def _excludes(known: Known, one: Node, other: Node) -> bool:
    return (
        one == ax.complement(other)
        or bool(known.find(one, ax.DISJOINT, other))
        or bool(known.find(other, ax.DISJOINT, one))
    )


def _against(
    known: Known, subject: Node, relation: str, member: Node
) -> Iterator[tuple[Fact, ...]]:
    """Give the facts that keep an individual, or what is below a class, out of another class."""
    for denied in known.find(subject, relation, ax.complement(member)):
        yield (denied,)
    for pair in (*known.out(member, ax.DISJOINT), *known.into(ax.DISJOINT, member)):
        other = pair.object if pair.subject == member else pair.subject
        for one in known.find(subject, relation, other):
            yield one, pair
        if relation == SUBCLASS and other == subject:
            yield (pair,)


def cls_npa(known: Known, new: Fact) -> Iterator[Step]:
    """x P a denied ⇒ x ∈ not(value(P, a)), where it occurs: cls-hv2 of what is denied."""
    node = ("not", ("value", new.relation[1], new.object))
    if node in known.expressions:
        yield new.subject, TYPE, node, (new,)
