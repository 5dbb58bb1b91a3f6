"""Evidence: grades of assertions, and the weakest leaf of the best proof of what follows."""

from __future__ import annotations

from pathlib import Path

import pyhornedowl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_service.grades import Grade
from kg_service.logic import axioms as ax
from kg_service.logic import evidence
from kg_service.logic.accounts import Accountant
from kg_service.logic.axioms import Fact
from kg_service.logic.explanations import Explainer
from kg_service.logic.justifications import Justifier
from kg_service.logic.knowledge import Knowledge, Reading
from kg_service.logic.reasoner import saturate
from kg_service.logic.rules import RULES
from kg_service.names import Names
from tests.logic.worlds import CONTEXTS, KINDS, PROPERTIES, worlds
from tests.sampling import examples

SCHEMA = Path(__file__).parents[2] / "ontology" / "schema.ofn"
A, B, C, D = KINDS[:4]
P = PROPERTIES[0]
FACT = Fact(A, P, B)


def knowledge(*readings: tuple[str, bool], axiom: bool = False) -> Knowledge:
    """One fact made by claims, each of a document and disputed or not, and perhaps by an axiom."""
    told = {
        f"claim{number}": Reading(document, 1, 0, 1, "asserted", disputed)
        for number, (document, disputed) in enumerate(readings)
    }
    claims = {FACT: tuple(told)} if told else {}
    axioms = {FACT: "an axiom"} if axiom else {}
    none = frozenset[str]()
    return Knowledge((FACT,), none, (), frozenset(), claims, axioms, told, {}, {}, {})


@pytest.mark.parametrize(
    ("readings", "axiom", "expected"),
    [
        ([("one", True)], False, Grade.DISPUTED),
        ([("one", True), ("two", True)], False, Grade.DISPUTED),
        ([("one", False)], False, Grade.SINGLE),
        ([("one", False), ("one", False)], False, Grade.SINGLE),
        ([("one", False), ("two", True)], False, Grade.SINGLE),
        ([("one", False), ("two", False)], False, Grade.CORROBORATED),
        ([("one", False), ("two", False), ("three", False)], False, Grade.CORROBORATED),
        ([], True, Grade.DEFINITION),
        ([("one", True)], True, Grade.DEFINITION),
    ],
)
def test_an_assertion_is_graded_by_its_undisputed_documents(
    readings: list[tuple[str, bool]], axiom: bool, expected: Grade
) -> None:
    assert evidence.grades(knowledge(*readings, axiom=axiom)) == {FACT: expected}


@settings(max_examples=examples(200), deadline=None)
@given(worlds, st.lists(st.sampled_from(Grade), min_size=9, max_size=9))
def test_a_fact_carries_the_weakest_leaf_of_its_best_justification(
    facts: list[Fact], graded: list[Grade]
) -> None:
    closure = saturate(facts, RULES, CONTEXTS)
    own = dict(zip(sorted(closure.asserted, key=ax.order), graded, strict=False))
    carried = evidence.carried(closure, own)
    justifier = Justifier(closure, limit=1000)
    assert set(carried) == set(closure.facts)
    for fact in closure.facts:
        found = justifier.of(fact)
        assert found.complete
        best = max(
            min((own[leaf] for leaf in leaves), default=Grade.DEFINITION) for leaves in found.sets
        )
        assert carried[fact] == best


def test_the_better_of_two_proofs_counts_and_in_each_the_weakest_leaf() -> None:
    ways = {
        Fact(A, ax.SUBCLASS, B): Grade.DEFINITION,
        Fact(B, ax.SUBCLASS, D): Grade.DISPUTED,
        Fact(A, ax.SUBCLASS, C): Grade.SINGLE,
        Fact(C, ax.SUBCLASS, D): Grade.CORROBORATED,
    }
    carried = evidence.carried(saturate(ways), ways)
    assert carried[Fact(A, ax.SUBCLASS, D)] is Grade.SINGLE


def test_an_assertion_carries_a_better_derivation_and_never_a_worse_one() -> None:
    ways = {
        Fact(A, ax.SUBCLASS, B): Grade.SINGLE,
        Fact(B, ax.SUBCLASS, C): Grade.CORROBORATED,
        Fact(A, ax.SUBCLASS, C): Grade.DISPUTED,
    }
    goal = Fact(A, ax.SUBCLASS, C)
    assert evidence.carried(saturate(ways), ways)[goal] is Grade.SINGLE
    assert evidence.carried(saturate(ways), ways | {goal: Grade.DEFINITION})[goal] is (
        Grade.DEFINITION
    )


def test_what_holds_in_a_larger_scope_lifts_nothing_in_the_smaller_one() -> None:
    scope = frozenset(CONTEXTS & {sorted(CONTEXTS)[0]})
    told = {
        Fact(A, P, B): Grade.DISPUTED,
        Fact(A, PROPERTIES[1], B, scope): Grade.CORROBORATED,
        Fact(PROPERTIES[1], ax.SUBPROPERTY, P): Grade.DEFINITION,
    }
    closure = saturate(told, RULES, CONTEXTS)
    assert [larger.scope for larger in closure.larger(Fact(A, P, B))] == [scope]
    assert evidence.carried(closure, told)[Fact(A, P, B)] is Grade.DISPUTED


def test_what_holds_in_a_larger_scope_lifts_what_rests_on_it_there() -> None:
    scope = frozenset({min(CONTEXTS)})
    told = {
        Fact(A, P, B): Grade.DISPUTED,
        Fact(A, PROPERTIES[1], B, scope): Grade.CORROBORATED,
        Fact(PROPERTIES[1], ax.SUBPROPERTY, P): Grade.DEFINITION,
        Fact(B, P, C, scope): Grade.CORROBORATED,
        Fact(P, ax.TYPE, ax.TRANSITIVE): Grade.DEFINITION,
    }
    carried = evidence.carried(saturate(told, RULES, CONTEXTS), told)
    assert carried[Fact(A, P, C, scope)] is Grade.CORROBORATED


def test_what_must_be_told_counts_as_told_and_not_as_derived() -> None:
    told = {
        Fact(A, ax.SUBCLASS, B): Grade.DEFINITION,
        Fact(B, ax.TYPE, ax.KIND): Grade.DEFINITION,
        Fact(A, ax.TYPE, ax.KIND): Grade.DISPUTED,
        Fact(A, P, C): Grade.DEFINITION,
        Fact(P, ax.DOMAIN, ax.KIND): Grade.DEFINITION,
    }
    carried = evidence.carried(saturate(told), told)
    assert carried[Fact(A, ax.TYPE, ax.KIND)] is Grade.DEFINITION
    assert carried[Fact(A, ax.SUBTYPE, B)] is Grade.DISPUTED


def test_the_grades_of_the_schema_are_those_of_the_code_in_their_order() -> None:
    told = {"label": {}, "rank": {}, "member": set[str]()}
    for component in pyhornedowl.open_ontology_from_file(str(SCHEMA)).get_components():
        axiom = component.component
        if type(axiom).__name__ == "ClassAssertion" and str(axiom.ce.first).endswith(
            "vocab/EvidenceGrade"
        ):
            told["member"].add(str(axiom.i.first))
        elif type(axiom).__name__ == "AnnotationAssertion":
            name = str(axiom.ann.ap.first).rsplit("/", 1)[1].rsplit("#", 1)[-1]
            if name in ("label", "rank"):
                told[name][str(axiom.subject)] = str(axiom.ann.av.literal)
    assert told["member"] == {grade.iri for grade in Grade}
    for grade in Grade:
        assert told["label"][grade.iri] == f"{grade.label} evidence"
        assert told["rank"][grade.iri] == str(int(grade))


def test_an_explanation_has_the_grade_of_its_best_justification() -> None:
    facts = {
        Fact(A, ax.SUBCLASS, B): ("one", False),
        Fact(B, ax.SUBCLASS, D): ("one", True),
        Fact(A, ax.SUBCLASS, C): ("two", False),
        Fact(C, ax.SUBCLASS, D): ("one", False),
    }
    named = {fact: f"claim{number}" for number, fact in enumerate(facts)}
    told = Knowledge(
        tuple(facts),
        frozenset(),
        (),
        frozenset(),
        {fact: (claim,) for fact, claim in named.items()},
        {},
        {
            named[fact]: Reading(document, 1, 0, 1, "asserted", disputed)
            for fact, (document, disputed) in facts.items()
        },
        {},
        {},
        {},
    )
    closure = told.saturation().finish()
    names = Names({"h": "https://w3id.org/heliotrope/vocab/"})
    found = Accountant(told, names).explanation(
        Explainer(told, closure).of([Fact(A, ax.SUBCLASS, D)])
    )
    assert found["evidence"]["id"] == "h:singleEvidence"
    grades = [each["evidence"]["id"] for each in found["justifications"]]
    assert sorted(grades) == ["h:disputedEvidence", "h:singleEvidence"]
    nothing = Explainer(told, closure).of([])
    assert Accountant(told, names).explanation(nothing)["evidence"] is None
