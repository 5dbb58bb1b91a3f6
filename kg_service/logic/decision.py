"""Decision: our saturation and HermiT on the same axioms, each held against the other.

HermiT's word on consistency and satisfiability ends it. What HermiT alone concludes becomes a step
named HermiT, whose premises are a minimal set of axioms found by contraction; then our rules go on
from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Event

import pyhornedowl
import pyhornedowl.model as m

from kg_service.errors import InconsistencyError
from kg_service.logic import adapter, hermit, reasoner
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact
from kg_service.logic.closure import Closure, Derivation, around, circles
from kg_service.logic.contraction import Contraction
from kg_service.logic.hermit import Triple, Verdict
from kg_service.logic.hierarchy import refuse_hierarchy
from kg_service.logic.judge import Judge, judge_of
from kg_service.logic.justifications import Justifier

RULE = "HermiT"


@dataclass(frozen=True)
class Decision:
    """What holds by both reasoners.

    `steps` are HermiT's, for `saturate(given=…)`; `cut` are their conclusions for which there may
    be further minimal sets; `contexts` are those of the axioms.
    """

    closure: Closure
    contexts: frozenset[str]
    steps: tuple[tuple[Fact, Derivation], ...] = ()
    cut: frozenset[Fact] = frozenset()


def draft(ontology: pyhornedowl.PyIndexedOntology) -> Decision:
    """What our saturation alone decides: seldom less than both reasoners do, and there at once.

    Raises InconsistencyError with the minimal sets that clash, or with those that put a class below
    itself; UnsupportedAxiomError for what no engine of ours reasons with.
    """
    components = ontology.get_components()
    contexts = adapter.contexts_of(components)
    facts = adapter.facts_of(components)
    refuse_hierarchy(facts)
    closure = reasoner.saturate(facts, contexts=contexts)
    refuse_circles(closure)
    refuse_clashes(closure)
    return Decision(closure, contexts)


def decide(
    ontology: pyhornedowl.PyIndexedOntology,
    *,
    seconds: float,
    megabytes: int,
    ours: Decision | None = None,
    ended: Event | None = None,
) -> Decision:
    """Decide an ontology within HermiT's limits on wall time and memory.

    `ours` is the draft of the same ontology, where it is made already; it is what is returned when
    HermiT concludes nothing more. Setting `ended` ends it early. Raises InconsistencyError as
    `draft` does, and for a class that can have no members; LimitError and UnsupportedAxiomError as
    `hermit.decide`.
    """
    ours = ours or draft(ontology)
    closure, components = ours.closure, ontology.get_components()
    verdict = hermit.decide(
        ontology, seconds=seconds, megabytes=megabytes, ended=ended, ours=closure.facts
    )
    for empty in verdict.unsatisfiable:
        raise InconsistencyError(f"<{empty.cls}> can have no member.", empty.axioms)
    steps: list[tuple[Fact, Derivation]] = []
    cut: set[Fact] = set()
    judge = None
    while missing := _missing(verdict, closure):
        judge = judge or judge_of(components, seconds, megabytes, ended)
        found, complete = _steps(judge, missing[0])
        steps += found
        if not complete:
            cut.update(fact for fact, _ in found)
        closure = reasoner.saturate(
            adapter.facts_of(components), contexts=ours.contexts, given=steps
        )
    return Decision(closure, ours.contexts, tuple(steps), frozenset(cut)) if steps else ours


def refuse_circles(closure: Closure) -> None:
    """Raise InconsistencyError for the first thing that is below itself."""
    for circle in circles(closure):
        sets = Justifier(closure).of_all(around(closure, circle)).sets
        raise _inconsistent(f"<{circle.subject}> is below itself.", sets)


def refuse_clashes(closure: Closure) -> None:
    """Raise InconsistencyError with all minimal sets of asserted facts that clash."""
    if closure.clashes:
        justifier = Justifier(closure)
        sets = {s for clash in closure.clashes for s in justifier.of_clash(clash).sets}
        smallest = [s for s in sets if not any(other < s for other in sets)]
        names = ", ".join(sorted({clash.rule for clash in closure.clashes}))
        raise _inconsistent(f"The ontology is inconsistent by {names}.", smallest)


def _inconsistent(message: str, sets: Iterable[frozenset[Fact]]) -> InconsistencyError:
    written = sorted(
        (tuple(map(str, sorted(facts, key=ax.order))) for facts in sets),
        key=lambda found: (len(found), found),
    )
    return InconsistencyError(message, written[0], tuple(written))


def _missing(verdict: Verdict, closure: Closure) -> list[Triple]:
    """What HermiT concludes and we do not, that from which most of the rest follows first."""
    concluded: set[Triple] = {(s, SUBCLASS, o) for s, o in verdict.subclasses}
    concluded |= {(s, TYPE, o) for s, o in verdict.types} | verdict.relations
    held = {(fact.subject, fact.relation, fact.object) for fact in closure.facts}
    above = Counter(sub for sub, _ in verdict.subclasses)
    return sorted(concluded - held, key=lambda triple: (-above[triple[2]], triple))


def _steps(judge: Judge, triple: Triple) -> tuple[list[tuple[Fact, Derivation]], bool]:
    """The steps to a conclusion of HermiT's, and whether these are all."""
    supposing = judge.supposing(hermit.denial(triple))
    found = Contraction(supposing, lambda answer: not answer["consistent"]).search(
        {triple[0], triple[2]}
    )
    steps = [(Fact(*triple), Derivation(RULE, premises_of(axioms))) for axioms in found.sets]
    return steps, found.minimal and found.complete


def premises_of(axioms: Iterable[m.AnnotatedComponent]) -> tuple[Fact, ...]:
    """The facts of axioms, each once, sorted."""
    return tuple(adapter.facts_of(axioms))
