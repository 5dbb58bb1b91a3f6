"""Grades of evidence in the graphs of a release, and what a narrower relation subsumes."""

import pytest
from pyoxigraph import NamedNode, Store

from kg_service.grades import Grade
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.reasoner import saturate
from kg_service.pipeline import graphs
from tests.pipeline.test_conflicts import CLAIM, GRAPH, TOY, H

A, B = f"{TOY}1", f"{TOY}2"
NARROW, BROAD = f"{H}narrow", f"{H}broad"


def graded(store: Store, name: str, graph: str) -> list[str]:
    place = NamedNode(GRAPH + graph)
    found = store.quads_for_pattern(NamedNode(name), NamedNode(H + "evidence"), None, place)
    return [quad.object.value.removeprefix(H) for quad in found]


def test_claims_have_the_grade_of_what_they_assert(disputed: Store) -> None:
    assert graded(disputed, CLAIM + "1", "claims") == ["singleEvidence"]
    assert graded(disputed, CLAIM + "2", "claims") == ["disputedEvidence"]
    assert graded(disputed, CLAIM + "3", "claims") == ["disputedEvidence"]


def test_every_derived_statement_has_one_grade_and_only_what_a_conflict_feeds_the_lowest(
    disputed: Store,
) -> None:
    inferred = NamedNode(GRAPH + "inferred")
    statements = {
        quad.subject.value
        for quad in disputed.quads_for_pattern(None, NamedNode(H + "object"), None, inferred)
    }
    grades = {name: graded(disputed, name, "inferred") for name in statements}
    assert {len(found) for found in grades.values()} == {1}
    flagged = {
        quad.subject.value
        for quad in disputed.quads_for_pattern(None, NamedNode(H + "disputed"), None, inferred)
        if quad.object.value == "true"
    }
    assert flagged
    assert {name for name, found in grades.items() if found == ["disputedEvidence"]} == flagged


@pytest.mark.parametrize(
    ("narrow", "broad", "subsumed"),
    [
        (Grade.SINGLE, Grade.DISPUTED, True),
        (Grade.SINGLE, Grade.SINGLE, True),
        (Grade.DISPUTED, Grade.SINGLE, False),
    ],
)
def test_a_relation_is_subsumed_by_a_narrower_one_on_evidence_as_good(
    narrow: Grade, broad: Grade, subsumed: bool
) -> None:
    told = {Fact(A, NARROW, B), Fact(NARROW, ax.SUBPROPERTY, BROAD)}
    closure = saturate(told)
    goal = Fact(A, BROAD, B)
    assert goal in closure.inferred
    held = dict.fromkeys(closure.facts, Grade.DEFINITION)
    held |= {Fact(A, NARROW, B): narrow, goal: broad}
    assert (goal in graphs.subsumed(closure, held)) is subsumed


def test_relations_that_say_the_same_do_not_subsume_each_other() -> None:
    told = {
        Fact(A, NARROW, B),
        Fact(NARROW, ax.SUBPROPERTY, BROAD),
        Fact(BROAD, ax.SUBPROPERTY, NARROW),
    }
    closure = saturate(told)
    held = dict.fromkeys(closure.facts, Grade.SINGLE)
    assert Fact(A, BROAD, B) in closure.inferred
    assert Fact(A, BROAD, B) not in graphs.subsumed(closure, held)
