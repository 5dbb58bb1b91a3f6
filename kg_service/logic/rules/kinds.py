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
    """A ⊑ B, both kinds ⇒ A subtypeOf B: from classes to the individuals of the same names.

    docs/design.md, "Terms, kinds and claims". A kind has type h:Kind, told or derived. Never the
    reverse.
    """
    if new.relation == SUBCLASS:
        below = [new]
    elif new.relation == TYPE and new.object == ax.KIND:
        below = known.out(new.subject, SUBCLASS) + known.into(SUBCLASS, new.subject)
    else:
        return
    for fact in below:
        kinds = (known.find(end, TYPE, ax.KIND) for end in (fact.subject, fact.object))
        for lower, upper in product(*kinds):
            yield fact.subject, ax.SUBTYPE, fact.object, (fact, lower, upper)


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
        overriding = _overriding(known, mark.subject)
        for fact in known.of(mark.subject):
            for step in known.into(ax.SUBTYPE, fact.subject):
                between = (up.object for up in known.out(step.subject, ax.SUBTYPE))
                nearer = {step.subject} | {
                    kind for kind in between if known.find(kind, ax.SUBTYPE, fact.subject)
                }
                nearer.discard(fact.subject)
                if nearer and not any(
                    told.get((kind, fact.object), _NONE) & overriding for kind in nearer
                ):
                    yield step.subject, mark.subject, fact.object, (step, fact, mark)


_NONE: frozenset[Node] = frozenset()


def _overriding(known: Known, relation: Node) -> set[Node]:
    """Give the relations whose own claim blocks the inheritance of this one."""
    above = {relation} | {up.object for up in known.out(relation, ax.SUBPROPERTY)}
    below = {down.subject for down in known.into(ax.SUBPROPERTY, relation)}
    declared = {fact.subject for up in above for fact in known.into(ax.OVERRIDES, up)}
    return above | below | declared
