"""HermiT's verdict on an ontology, and minimal sets of axioms for what it cannot satisfy.

What HermiT cannot satisfy comes back with a minimal set of axioms, found by contraction, starting
from our own saturation's premises where it sees the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import TypeAlias

import pyhornedowl
import pyhornedowl.model as m

from kg_service.errors import InconsistencyError, UnsupportedAxiomError
from kg_service.logic import adapter
from kg_service.logic import axioms as ax
from kg_service.logic.closure import Closure
from kg_service.logic.contraction import RUNS, Axioms, Contracted, Contraction, texts
from kg_service.logic.hermit_process import Answer, Pair
from kg_service.logic.judge import Judge, first_name, judge_of
from kg_service.logic.reasoner import saturate
from kg_service.logic.rules import RULES

SOMEBODY = f"{ax.VOCABULARY}hermit#somebody"  # a name that no ontology has


@dataclass(frozen=True)
class Unsatisfiable:
    """A named class that can have no member, and the axioms that make it so.

    `minimal` says whether every axiom is needed; it is not known where the search met its bound.
    """

    cls: str
    axioms: tuple[str, ...]
    minimal: bool


Triple: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True)
class Verdict:
    """What HermiT concludes, transitively closed, told things included, between named things only.

    `subclasses` (sub, super) leave out owl:Thing, reflexive pairs and unsatisfiable classes;
    `types` (individual, class) leave out owl:Thing; `relations` (subject, property, object) hold
    no inverses and no sub-properties that owlready2 does not hand out: our own saturation is
    complete for these.
    """

    subclasses: frozenset[Pair]
    types: frozenset[Pair]
    relations: frozenset[Triple]
    unsatisfiable: tuple[Unsatisfiable, ...] = ()


def decide(
    ontology: pyhornedowl.PyIndexedOntology,
    *,
    seconds: float,
    megabytes: int,
    ended: Event | None = None,
    ours: Iterable[ax.Fact] | None = None,
) -> Verdict:
    """Let HermiT decide an ontology within limits on wall time and on the memory of its process
    group, until `ended` is set.

    `ours` are the facts of our own saturation of the ontology, where it is made already.
    Raises InconsistencyError with the minimal sets of axioms that clash, LimitError for time or
    memory, UnsupportedAxiomError for a datatype outside the OWL 2 datatype map and for an axiom
    HermiT refuses.
    """
    judge = judge_of(ontology.get_components(), seconds, megabytes, ended)
    answer = judge.run(judge.axioms)
    if not answer["consistent"]:
        found = _explain(judge, lambda each: not each["consistent"], _clash, ())
        bound = f" The set may be larger than needed: the search ended after {RUNS} runs."
        raise InconsistencyError(
            "The ontology is inconsistent." + ("" if found.minimal else bound),
            texts(found.sets[0]),
            tuple(map(texts, found.sets)),
        )
    return _verdict(judge, answer, ours)


def is_consistent(
    components: Iterable[m.AnnotatedComponent], *, seconds: float, megabytes: int
) -> bool:
    """Say whether axioms can hold together: one run of HermiT, to verify a proof that rests on it.

    Raises LimitError and UnsupportedAxiomError as `decide` does.
    """
    judge = judge_of(components, seconds, megabytes)
    return bool(judge.run(judge.axioms)["consistent"])


def denial(triple: Triple) -> m.AnnotatedComponent:
    """Give the axiom that denies a subclass, type or relation between named things: what follows is
    what cannot be denied (Baader and others: The Description Logic Handbook, section 2.2.4).

    That one class is below another is denied by somebody in the one and not the other.
    """
    subject, relation, target = triple
    member = m.NamedIndividual(m.IRI.parse(subject))
    held: m.ClassExpression = m.Class(m.IRI.parse(target))
    if relation not in (ax.SUBCLASS, ax.TYPE):
        # As a negative assertion HermiT 1.4.3 does not hold it against what chains give.
        property_ = m.ObjectProperty(m.IRI.parse(relation))
        held = m.ObjectHasValue(property_, m.NamedIndividual(m.IRI.parse(target)))
    outside: m.ClassExpression = m.ObjectComplementOf(held)
    if relation == ax.SUBCLASS:
        outside = m.ObjectIntersectionOf([m.Class(m.IRI.parse(subject)), outside])
        member = m.NamedIndividual(m.IRI.parse(SOMEBODY))
    return m.AnnotatedComponent(m.ClassAssertion(outside, member), set())


def _explain(
    judge: Judge,
    bad: Callable[[Answer], bool],
    sees: Callable[[Closure], Sequence[ax.Fact]],
    names: Iterable[str],
) -> Contracted:
    """The sets for which an answer is bad.

    `sees` gives the facts in which our own saturation sees the same; their leaves are tried first.
    """
    closure, origin = _ours(judge)
    seen = {str(origin[leaf].component) for leaf in closure.leaves(sees(closure))}
    guess: Axioms = tuple(c for c in judge.axioms if str(c.component) in seen)
    return Contraction(judge, bad).search(names, guess)


def _ours(judge: Judge) -> tuple[Closure, dict[ax.Fact, m.AnnotatedComponent]]:
    """What our own saturation makes of the axioms it supports, and whence each fact comes."""
    origin: dict[ax.Fact, m.AnnotatedComponent] = {}
    for component in judge.axioms:
        # What we refuse HermiT has; our guess does without it.
        with suppress(UnsupportedAxiomError):
            for fact in adapter.facts_of_axiom(component):
                origin.setdefault(fact, component)
    # Kinds are ours, not OWL: HermiT could not follow.
    rules = {name: rule for name, rule in RULES.items() if not name.startswith("kind-")}
    return saturate(origin, rules), origin


def _verdict(judge: Judge, answer: Answer, ours: Iterable[ax.Fact] | None) -> Verdict:
    """Turn the answer about all axioms into a verdict, second names mapped back."""
    above = superclasses(answer["subclasses"])
    empty = sorted(c for c in above if ax.NOTHING in above[c] and c != ax.NOTHING)
    explained = []
    for name in empty:
        found = _explain(judge, partial(_is_empty, name), partial(_sees_empty, name), (name,))
        explained.append(Unsatisfiable(name, texts(found.sets[0]), found.minimal))
    left_out = {ax.THING, ax.NOTHING, *empty}
    listed = {
        (first_name(i), ax.TYPE, c)
        for i, direct in answer["types"]
        for c in {direct, *above.get(direct, ())} - left_out
    }
    listed |= {(first_name(s), p, first_name(o)) for s, p, o in answer["relations"]}
    kept = _confirmed(judge, listed, _ours(judge)[0].facts if ours is None else ours)
    return Verdict(
        frozenset((c, up) for c in above for up in above[c] if c != up and not {c, up} & left_out),
        frozenset((s, o) for s, p, o in kept if p == ax.TYPE),
        frozenset(triple for triple in kept if triple[1] != ax.TYPE),
        tuple(explained),
    )


def _confirmed(judge: Judge, listed: set[Triple], ours: Iterable[ax.Fact]) -> set[Triple]:
    """Leave out what HermiT lists of individuals and does not conclude.

    Where HermiT 1.4.3 may take two names to be one, to satisfy an enumeration or a number, it lists
    the types of the one for the other, though other models have them apart
    (`tests/logic/cases/enumeration-narrowed`). What our own saturation has as well needs no other
    word; the rest is kept when denying it makes the axioms clash.
    """
    held = {(fact.subject, fact.relation, fact.object) for fact in ours}
    return (listed & held) | {
        triple
        for triple in sorted(listed - held)
        if not judge.supposing(denial(triple)).run(judge.axioms)["consistent"]
    }


def superclasses(pairs: Iterable[Sequence[str]]) -> dict[str, set[str]]:
    """Give by class all that is above it, from an answer's pairs: their transitive closure."""
    direct: dict[str, set[str]] = defaultdict(set)
    for lower, upper in pairs:
        direct[lower].add(upper)
    above: dict[str, set[str]] = {}
    for lower in direct:
        found: set[str] = set()
        waiting = [lower]
        while waiting:
            for upper in direct.get(waiting.pop(), ()):
                if upper not in found:
                    found.add(upper)
                    waiting.append(upper)
        above[lower] = found
    return above


def _is_empty(name: str, answer: Answer) -> bool:
    return ax.NOTHING in superclasses(answer["subclasses"]).get(name, ())


def _sees_empty(name: str, closure: Closure) -> Sequence[ax.Fact]:
    return closure.find(name, ax.SUBCLASS, ax.NOTHING)


def _clash(closure: Closure) -> Sequence[ax.Fact]:
    return closure.clashes[0].premises if closure.clashes else ()
