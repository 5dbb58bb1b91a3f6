from __future__ import annotations

from hypothesis import given, settings

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.classification import classify
from kg_service.logic.reasoner import saturate
from tests.logic import textbook
from tests.logic.ontologies import CLASSES, PROPERTIES, ontologies
from tests.sampling import examples


def _ours(facts: list[Fact]) -> tuple[set[object], set[object], set[str]]:
    found = classify(facts)
    supers = {(a, b) for a, uppers in found.superclasses() for b in uppers}
    edges = {(a, p, b) for a, p, targets in found.class_edges() for b in targets}
    return supers, edges, set(found.unsatisfiable)


def _small(facts: list[Fact]) -> tuple[set[object], set[object], set[str]]:
    """The same by the reasoner that keeps every step; every edge is asked for by name."""
    asked = [("some", p, c) for p in PROPERTIES for c in CLASSES]
    closure = saturate(facts, expressions=asked)
    empty = {
        f.subject for f in closure.facts if f.relation == ax.SUBCLASS and f.object == ax.NOTHING
    }
    told = [
        f
        for f in closure.facts
        if f.relation == ax.SUBCLASS and f.subject in CLASSES and f.subject not in empty
    ]
    supers = {(f.subject, f.object) for f in told if f.object in CLASSES and f.object != f.subject}
    edges = {
        (f.subject, f.object[1], f.object[2])
        for f in told
        if f.object[0] == "some" and f.object[2] in CLASSES
    }
    return supers, edges, {c for c in empty if isinstance(c, str) and c != ax.NOTHING}


def _textbook(facts: list[Fact]) -> tuple[set[object], set[object], set[str]]:
    below, edges = textbook.classify(facts)
    empty = {x for x, y in below if y == ax.NOTHING and x in CLASSES}
    live = set(CLASSES) - empty
    supers: set[object] = {(x, y) for x, y in below if x != y and x in live and y in live}
    return supers, {(x, p, y) for x, p, y in edges if x in live and y in live}, empty


@settings(max_examples=examples(200), deadline=None)
@given(ontologies())
def test_superclasses_and_edges_are_those_of_the_calculus_as_the_paper_has_it(
    facts: list[Fact],
) -> None:
    assert _ours(facts) == _textbook(facts)


@settings(max_examples=examples(60), deadline=None)
@given(ontologies(nested=False))
def test_superclasses_and_edges_are_those_of_the_reasoner_that_keeps_every_step(
    facts: list[Fact],
) -> None:
    assert _ours(facts) == _small(facts)
