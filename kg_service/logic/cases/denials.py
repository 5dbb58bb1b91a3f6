"""Denials: what a document gives a reason to consider, and was told not to be so.

A disease that is denied, or is a subtype of one that is, is no longer to be considered, and nothing
that rests on considering it follows. That there would be a reason is kept apart, with the denial it
stands against, so that neither the document nor who tells the case is passed over in silence.
"""

from __future__ import annotations

from dataclasses import dataclass

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import VOCABULARY, Fact, Node
from kg_service.logic.cases.questions import Standing
from kg_service.logic.closure import Closure

# What is set aside where the disease is told not to be: by either relation, for a finding may be a
# diagnosis.
CONSIDERING = (f"{VOCABULARY}fitsDiagnosis", f"{VOCABULARY}hasReasonToConsider")
HAVING = (f"{VOCABULARY}hasDiagnosis", f"{VOCABULARY}hasFinding")


@dataclass(frozen=True)
class Aside:
    """What would follow about the patient, and the facts told `against` it."""

    fact: Fact
    against: tuple[Fact, ...]


def heeded(closure: Closure, standing: Standing) -> tuple[Closure, tuple[Aside, ...]]:
    """Give what holds when denials are heeded, and what is set aside for them, sorted."""
    against: dict[Node, tuple[Fact, ...]] = {}
    aside = []
    for fact in standing.about:
        if fact.relation not in CONSIDERING or fact not in closure.inferred:
            continue
        if fact.object not in against:
            found = {d for having in HAVING for d in standing.denials(having, fact.object)}
            against[fact.object] = tuple(sorted(found & closure.asserted, key=ax.order))
        if against[fact.object]:
            aside.append(Aside(fact, against[fact.object]))
    if not aside:
        return closure, ()
    denied = {target for target, found in against.items() if found}

    def is_aside(fact: Fact) -> bool:
        relation, target = fact.relation, fact.object
        if relation in (ax.TYPE, ax.SUBCLASS) and target[0] == "value":
            # The same said as a class, or of a class of patients.
            relation, target = target[1], target[2]
        return relation in CONSIDERING and target in denied

    return closure.without(is_aside), tuple(aside)
