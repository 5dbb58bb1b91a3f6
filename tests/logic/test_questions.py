"""Answers to class expressions: named, direct or all, each a fact with its proof."""

from __future__ import annotations

from functools import cache

import pyhornedowl
import pytest

from kg_service.logic import adapter
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.closure import Closure
from kg_service.logic.manchester import parse
from kg_service.logic.questions import MEMBERS, Answer, answer, brought, lifted
from kg_service.logic.reasoner import Saturation, saturate
from kg_service.logic.vocabulary import Vocabulary
from kg_service.names import Names

T = "https://w3id.org/heliotrope/test/"
TOLD = f"""
Prefix(:=<{T}>)
Prefix(h:=<{ax.VOCABULARY}>)
Prefix(xsd:=<{ax.XSD}>)
Ontology(
SubClassOf(:DiseaseKind h:Kind)
SubClassOf(:FindingKind h:Kind)
DisjointClasses(:DiseaseKind :FindingKind)
SubClassOf(:Myositis :Disease)
SubClassOf(:Dermatomyositis :Myositis)
SubClassOf(:Juvenile :Dermatomyositis)
SubClassOf(:Dermatomyositis ObjectSomeValuesFrom(:hasSign :Rash))
SubClassOf(:Lupus ObjectSomeValuesFrom(:hasSign :Rash))
SubClassOf(:Rash :Sign)
EquivalentClasses(:WithSign ObjectSomeValuesFrom(:hasSign :Sign))
EquivalentClasses(:WithRash ObjectSomeValuesFrom(:hasSign :Rash))
SubClassOf(:WithRash :Visible)
ClassAssertion(:DiseaseKind :Dermatomyositis)
ClassAssertion(:DiseaseKind :Juvenile)
ClassAssertion(:FindingKind :Rash)
ObjectPropertyAssertion(:mayPresentWith :Dermatomyositis :Rash)
ObjectPropertyAssertion(Annotation(h:population :adults) :mayPresentWith :Juvenile :Rash)
EquivalentClasses(:RashKind ObjectIntersectionOf(:DiseaseKind ObjectHasValue(:mayPresentWith :Rash)))
)
"""
COMPONENTS = tuple(pyhornedowl.open_ontology_from_string(TOLD, "ofn").get_components())
FACTS = tuple(adapter.facts_of(COMPONENTS))
KINDS = adapter.kinds_of(COMPONENTS)
VOCABULARY = Vocabulary(
    {iri.removeprefix(T): [iri] for iri in KINDS}, KINDS, Names({"": T, "h": ax.VOCABULARY})
)


def node(text: str) -> Node:
    return parse(text, VOCABULARY)


@cache
def closure(question: Node) -> Closure:
    return saturate([*FACTS, *brought(question)], expressions=[question])


def asked(text: str, *, direct: bool = False) -> Answer:
    return answer(closure(node(text)), node(text), direct=direct)


def names(facts: tuple[Fact, ...], question: Node) -> list[str]:
    ends = (f.object if f.subject == question else f.subject for f in facts)
    return [str(end).removeprefix(T) for end in ends]


@pytest.mark.parametrize(
    ("text", "direct", "above", "below", "equal", "people"),
    [
        ("hasSign some Rash", False, ["Visible", "WithSign"], ["Dermatomyositis", "Juvenile", "Lupus"], ["WithRash", "WithRash"], []),
        ("hasSign some Rash", True, ["Visible", "WithSign"], ["Dermatomyositis", "Lupus"], ["WithRash", "WithRash"], []),
        ("hasSign some Sign", False, [], ["Dermatomyositis", "Juvenile", "Lupus", "WithRash"], ["WithSign", "WithSign"], []),
        ("hasSign some Sign", True, [], ["WithRash"], ["WithSign", "WithSign"], []),
        ("Myositis and hasSign some Rash", False, ["Disease", "Myositis", "Visible", "WithRash", "WithSign"], ["Dermatomyositis", "Juvenile"], [], []),
        ("Myositis and hasSign some Rash", True, ["Myositis", "WithRash"], ["Dermatomyositis"], [], []),
        ("Dermatomyositis", False, ["Disease", "Myositis", "Visible", "WithRash", "WithSign"], ["Juvenile"], [], []),
        ("Dermatomyositis", True, ["Myositis", "WithRash"], ["Juvenile"], [], []),
        ("mayPresentWith value Rash", False, [], ["RashKind"], [], ["Dermatomyositis", "Juvenile"]),
        ("mayPresentWith value Rash", True, [], ["RashKind"], [], []),
        ("DiseaseKind and mayPresentWith value Rash", True, ["DiseaseKind"], [], ["RashKind", "RashKind"], ["Dermatomyositis", "Juvenile"]),
        ("h:Kind", True, [], ["DiseaseKind", "FindingKind"], [], []),
    ],
)  # fmt: skip
def test_an_expression_has_what_is_above_below_equal_and_in_it(
    text: str,
    direct: bool,
    above: list[str],
    below: list[str],
    equal: list[str],
    people: list[str],
) -> None:
    found = asked(text, direct=direct)
    question = node(text)
    assert names(found.superclasses, question) == above
    assert names(found.subclasses, question) == below
    assert names(found.equivalents, question) == equal
    assert names(found.individuals, question) == people
    assert found.unsatisfiable == ()


def test_an_answer_is_the_fact_that_says_so_with_the_scope_in_which_it_holds() -> None:
    question = node("mayPresentWith value Rash")
    assert asked("mayPresentWith value Rash").individuals == (
        Fact(f"{T}Dermatomyositis", TYPE, question),
        Fact(f"{T}Juvenile", TYPE, question, frozenset({f"{T}adults"})),
    )


def test_every_answer_has_a_proof_that_rests_on_what_is_told_or_the_question_itself() -> None:
    for text in ("hasSign some Sign", "DiseaseKind and mayPresentWith value Rash"):
        question = node(text)
        found = asked(text)
        told = {*FACTS, *brought(question)}
        facts = (*found.subclasses, *found.superclasses, *found.equivalents, *found.individuals)
        assert facts
        for fact in facts:
            # What follows from the form of the question alone has a step and no leaf.
            assert fact in told or closure(question).derivations(fact)
            assert closure(question).leaves([fact]) <= told


def test_an_expression_without_possible_members_says_so() -> None:
    question = node("DiseaseKind and FindingKind")
    assert asked("DiseaseKind and FindingKind").unsatisfiable == (
        Fact(question, SUBCLASS, ax.NOTHING),
    )
    assert names(asked("DiseaseKind and FindingKind").superclasses, question) == [
        "DiseaseKind",
        "FindingKind",
        f"{ax.VOCABULARY}Kind",
    ]


def test_a_class_without_possible_members_is_not_listed_below_everything() -> None:
    both = [
        Fact(f"{T}Odd", SUBCLASS, f"{T}{name}") for name in ("DiseaseKind", "FindingKind", "Lupus")
    ]
    question = node("hasSign some Rash")
    found = answer(saturate([*FACTS, *both, *brought(question)], expressions=[question]), question)
    assert names(found.subclasses, question) == ["Dermatomyositis", "Juvenile", "Lupus"]


def test_what_holds_in_a_scope_is_passed_over_only_by_what_holds_there_too() -> None:
    adults = frozenset({f"{T}adults"})
    facts = [
        Fact(f"{T}A", SUBCLASS, f"{T}B", adults),
        Fact(f"{T}B", SUBCLASS, f"{T}C"),
        Fact(f"{T}A", SUBCLASS, f"{T}C"),
    ]
    found = answer(saturate(facts), f"{T}A", direct=True)
    assert names(found.superclasses, f"{T}A") == ["B", "C"]
    everywhere = answer(
        saturate([Fact(f"{T}A", SUBCLASS, f"{T}B"), *facts[1:]]), f"{T}A", direct=True
    )
    assert names(everywhere.superclasses, f"{T}A") == ["B"]


def test_a_question_brings_what_holds_of_it_by_its_form() -> None:
    assert brought(node("inverse hasSign some Rash")) == (
        Fact(("inverse", f"{T}hasSign"), ax.INVERSE, f"{T}hasSign"),
        Fact(node("inverse hasSign some Rash"), SUBCLASS, node("inverse hasSign some Rash")),
    )
    assert brought(node("Rash and hasSign some Rash")) == ()
    question = node("inverse mayPresentWith value Dermatomyositis")
    assert names(answer(closure(question), question).individuals, question) == ["Rash"]


@pytest.mark.parametrize("text", ["hasSign some Sign", "DiseaseKind and mayPresentWith value Rash"])
def test_a_saturation_that_is_extended_by_the_question_answers_the_same(text: str) -> None:
    question = node(text)
    state = Saturation(FACTS)
    state.extend(brought(question), [question])
    assert answer(state.finish(), question) == asked(text)


A, B, C, P = "a", "b", "c", "p"


@pytest.mark.parametrize(
    ("question", "outermost"),
    [
        (A, A),
        (("some", P, A), ("some", P, A)),
        (("and", A, ("or", B, C)), ("or", ("and", A, B), ("and", A, C))),
        (("some", P, ("or", B, C)), ("or", ("some", P, B), ("some", P, C))),
        (
            ("and", A, ("some", P, ("or", B, C))),
            ("or", ("and", ("some", P, B), A), ("and", ("some", P, C), A)),
        ),
        (("or", A, ("and", B, ("or", A, C))), ("or", ("and", A, B), ("and", B, C), A)),
        (("not", ("or", B, C)), ("not", ("or", B, C))),
    ],
)
def test_unions_are_taken_outside(question: Node, outermost: Node) -> None:
    members = [ax.gather("and", m[1:]) if m[0] == "and" else m for m in outermost[1:]]
    expected = ax.gather("or", members) if outermost[0] == "or" else outermost
    assert lifted(question) == expected


def test_a_union_of_too_many_members_is_left_where_it_stands() -> None:
    halves = [("or", f"x{place}", f"y{place}") for place in range(7)]
    assert MEMBERS == 2**6
    assert len(lifted(("and", *halves[:6]))) == MEMBERS + 1
    assert lifted(("and", *halves)) == ("and", *halves)
