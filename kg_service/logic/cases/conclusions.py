"""What follows about a patient, sorted into rooms; every conclusion is a fact of the closure.

A fact with a scope was told within a disease or therapy, or for some people. It applies to the
patient where every member of its scope does: the patient is in that context or belongs to that
population, by a fact that has a proof of its own. A conclusion whose scope is ruled out is left
out; one whose scope is open is kept, says so, and is an open question. What is told to be denied
is not considered (`denials`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import VOCABULARY, Fact, Node
from kg_service.logic.cases.case import CONTEXT, PATIENT
from kg_service.logic.cases.denials import Aside, heeded
from kg_service.logic.cases.questions import (
    OPEN,
    POPULATION,
    Question,
    Standing,
    questions,
)
from kg_service.logic.closure import Closure

ROOMS: dict[str, tuple[str, ...]] = {
    "fits": (f"{VOCABULARY}fitsDiagnosis",),
    "considered": (f"{VOCABULARY}hasReasonToConsider",),
    "risks": (f"{VOCABULARY}isAtRiskOf",),
    "tests": (f"{VOCABULARY}hasSuggestedTest", f"{VOCABULARY}hasSuggestedAntibodyTest"),
    "upstream": (f"{VOCABULARY}hasUpstreamTest",),
    "circumstances": (f"{VOCABULARY}hasCircumstance",),
    "required": (f"{VOCABULARY}isSaidToRequire",),
}


@dataclass(frozen=True)
class Conclusion:
    """A fact about the patient that was not told.

    `because` are the told facts about the patient that it rests on, by one of its shortest proofs;
    `applies` the facts by which its scope holds for the patient; `pending` the members of its scope
    of which that is unknown.
    """

    fact: Fact
    because: tuple[Fact, ...] = ()
    applies: tuple[Fact, ...] = ()
    pending: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Conclusions:
    """What follows about a patient. `types` are defined classes; the rooms are as in ROOMS.

    A diagnosis that was told (h:hasDiagnosis) is in none of them: no rule derives one. `aside` is
    what would be considered, had it not been denied; all else holds in `heeding`, the closure
    without it and without what rests on it alone.
    """

    types: tuple[Conclusion, ...]
    fits: tuple[Conclusion, ...]
    considered: tuple[Conclusion, ...]
    risks: tuple[Conclusion, ...]
    tests: tuple[Conclusion, ...]
    upstream: tuple[Conclusion, ...]
    circumstances: tuple[Conclusion, ...]
    required: tuple[Conclusion, ...]
    questions: tuple[Question, ...]
    aside: tuple[Aside, ...]
    heeding: Closure


def conclusions(closure: Closure, patient: str, most: int = OPEN) -> Conclusions:
    """Give what a closure holds about a patient (an IRI) and was not told.

    `most` is how many criteria of a class may be open for a question to be asked. Raises nothing: a
    patient the closure does not know has no conclusions, and whether the closure's `clashes` make
    it worthless is for the caller to look at first.
    """
    standing = Standing(closure, patient)
    heeding, aside = heeded(closure, standing)
    if aside:
        closure, standing = heeding, Standing(heeding, patient)
    rooms = {name: _room(closure, standing, relations) for name, relations in ROOMS.items()}
    types = tuple(
        made
        for fact in standing.about
        if fact.relation == ax.TYPE and isinstance(fact.object, str)
        if fact.object not in (PATIENT, ax.THING) and fact in closure.inferred
        if (made := _conclusion(standing, fact)) is not None
    )
    waiting: dict[tuple[Node, ...], list[Fact]] = defaultdict(list)
    for found in (types, *rooms.values()):
        for one in found:
            if one.pending:
                waiting[_criteria(standing, one.pending)].append(one.fact)
    asked = questions(standing, patient, waiting, most) if standing.about else ()
    return Conclusions(types, **rooms, questions=asked, aside=aside, heeding=heeding)


def _room(
    closure: Closure, standing: Standing, relations: tuple[str, ...]
) -> tuple[Conclusion, ...]:
    return tuple(
        made
        for fact in standing.about
        if fact.relation in relations and fact in closure.inferred
        if (made := _conclusion(standing, fact)) is not None
    )


def _conclusion(standing: Standing, fact: Fact) -> Conclusion | None:
    """A fact as a conclusion; None where its scope is ruled out."""
    applies, pending = [], []
    for member in sorted(fact.scope):
        ways = [f for r in (CONTEXT, POPULATION) for f in standing.of(r, member) if not f.scope]
        if ways:
            applies.append(ways[0])
        elif any(standing.holds(("value", r, member)) is False for r in (CONTEXT, POPULATION)):
            return None
        else:
            pending.append(member)
    known = standing.told.get(fact, frozenset()) - {Fact(fact.subject, ax.TYPE, PATIENT)}
    because = sorted(known, key=ax.order)
    return Conclusion(fact, tuple(because), tuple(applies), frozenset(pending))


def _criteria(standing: Standing, pending: frozenset[str]) -> tuple[Node, ...]:
    """What would have to hold of the patient for each member of a scope."""
    return tuple(
        ("value", POPULATION if standing.is_population(member) else CONTEXT, member)
        for member in sorted(pending)
    )
