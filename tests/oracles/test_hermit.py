"""OWLAPI's HermiT and we give the same answers: case by case, axiom by axiom, result by result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pyhornedowl
import pytest

from kg_service.logic import adapter
from tests.oracles import named
from tests.oracles.cases import read
from tests.oracles.oracle import RESULTS, Oracle
from tests.sampling import every

CASES = read()
HOLDING = sorted(name for name, case in CASES.items() if not case.clashes)
CLASHING = sorted(CASES.keys() - set(HOLDING))
# The cases with facts that are not OWL's to conclude, and why: every other case is compared whole.
BEYOND_OWL = {
    "antibody-tested-for": {"scope"},
    "antibody-to-test": {"scope"},
    "chains-of-two-contexts": {"scope"},
    "contexts": {"scope"},
    "denied-of-others": {"scope"},
    "denied-relations": {"scope"},
    "inheritance": {"kind"},
    "inheritance-denied": {"kind"},
    "kinds": {"kind"},
    "may-is-not-some": {"kind"},
    "polymyositis": {"kind"},
    "regimens-and-indications": {"scope"},
    "said-and-denied": {"scope"},
    "several-relations": {"kind"},
    "sites": {"kind"},
    "synonyms-and-homonyms": {"kind"},
    "title-question": {"kind"},
    "treatment-risk": {"kind"},
}
# Where our rules alone lack something though no axiom is of a kind that they leave to HermiT.
LEFT_TO_HERMIT = {"case-distinction": "what all parts of a union share, for one individual"}


@cache
def asked(oracle: Oracle, name: str) -> dict[str, Any]:
    """Everything about one case in one request: HermiT loads and classifies it once.

    `answers` is by axiom: those of the case, and what our closure infers.
    """
    case = CASES[name]
    data = named.data_properties(case.asserted)
    questions = [str(c.component) for c in case.components("entailed") + case.components("invalid")]
    questions += [named.axiom(fact, data) for fact in named.close(case.asserted).inferred]
    unique = sorted(set(questions))
    reply = oracle.reason("hermit", case.text, unique if not case.clashes else (), RESULTS)
    if reply["consistent"]:
        reply["answers"] = dict(zip(unique, reply["answers"], strict=True))
    return reply


@pytest.mark.parametrize("name", every(6, sorted(CASES)))
def test_owlapi_reads_the_same_axioms_without_scope_as_we_do(name: str, oracle: Oracle) -> None:
    kept = named.unscoped(CASES[name].asserted)
    silent = ("Annotation", "Declare", "Ontology")
    logical = [c for c in kept if not type(c.component).__name__.startswith(silent)]
    assert asked(oracle, name)["axioms"] == len(logical)


@pytest.mark.parametrize("name", every(6, HOLDING))
def test_hermit_entails_what_a_case_says_follows_and_no_near_miss(
    name: str, oracle: Oracle
) -> None:
    case = CASES[name]
    follows, misses = case.components("entailed"), case.components("invalid")
    reasons = {str(c): case.beyond_owl(c) for c in follows}
    reasons |= {str(c): "scope" if adapter.scope_of(c) else "" for c in misses}
    assert {why for why in reasons.values() if why} == BEYOND_OWL.get(name, set())
    comparable = [c for c in [*follows, *misses] if not adapter.scope_of(c)]
    # What is called beyond OWL must be so: HermiT is asked for it as well, and must not have it.
    expected = {str(c): c in follows and not reasons[str(c)] for c in comparable}
    answers = asked(oracle, name)["answers"]
    assert {str(c): answers[str(c.component)] for c in comparable} == expected


def concluded(oracle: Oracle, name: str, listed: Mapping[str, Iterable[Any]]) -> list[str]:
    """What HermiT lists and says again when asked; see the test of what it lists wrongly."""
    rows = named.questions(listed)
    answers = oracle.reason("hermit", CASES[name].text, rows, [])["answers"] if rows else ()
    return [axiom for axiom, said in zip(rows, answers, strict=True) if said is not False]


@pytest.mark.parametrize("name", every(6, HOLDING))
def test_hermit_and_we_have_the_same_named_results(name: str, oracle: Oracle) -> None:
    reply = asked(oracle, name)
    assert reply["consistent"]
    theirs = named.theirs(reply, CASES[name].asserted)
    ours = named.combined(CASES[name].asserted, theirs)
    assert concluded(oracle, name, theirs.without(ours)) == []
    # HermiT lists less than it knows, so it is asked for the rest.
    more = named.questions(ours.without(theirs))
    answers = oracle.reason("hermit", CASES[name].text, more, [])["answers"]
    assert [axiom for axiom, said in zip(more, answers, strict=True) if said is not True] == []


@pytest.mark.parametrize("name", every(6, HOLDING))
def test_our_rules_alone_lack_a_named_result_only_where_it_is_said(
    name: str, oracle: Oracle
) -> None:
    alone = named.combined(CASES[name].asserted)
    listed = named.theirs(asked(oracle, name), CASES[name].asserted).without(alone)
    lacking = concluded(oracle, name, listed)
    said = set(adapter.passed_by(CASES[name].asserted)) | {LEFT_TO_HERMIT.get(name, "")} - {""}
    assert not lacking or said, lacking


@pytest.mark.parametrize("name", every(6, HOLDING))
def test_hermit_entails_every_fact_of_our_closure(name: str, oracle: Oracle) -> None:
    data = named.data_properties(CASES[name].asserted)
    ours = {named.axiom(fact, data) for fact in named.close(CASES[name].asserted).inferred}
    answers = asked(oracle, name)["answers"]
    assert {axiom: answers[axiom] for axiom in ours if answers[axiom] is not True} == {}


@pytest.mark.parametrize("name", every(6, CLASHING))
def test_hermit_sees_each_clash_in_the_case_and_in_its_premises_alone(
    name: str, oracle: Oracle
) -> None:
    assert CASES[name].whole.clashes
    assert not asked(oracle, name)["consistent"]
    assert not oracle.reason("hermit", CASES[name].file("clash"), results=[])["consistent"]


def test_hermit_misses_an_inverse_of_what_a_chain_gives_a_super_property(oracle: Oracle) -> None:
    """The known error of this HermiT that `named.theirs` reads around; we have the relation."""
    told = (
        "Ontology(SubObjectPropertyOf(<urn:q> <urn:p>) InverseObjectProperties(<urn:i> <urn:p>)"
        " SubObjectPropertyOf(ObjectPropertyChain(<urn:r> <urn:q>) <urn:q>)"
        " ObjectPropertyAssertion(<urn:r> <urn:a> <urn:b>)"
        " ObjectPropertyAssertion(<urn:q> <urn:b> <urn:c>))"
    )
    forward, backward = ("urn:a", "urn:p", "urn:c"), ("urn:c", "urn:i", "urn:a")
    reply = oracle.reason("hermit", told, results=["relations"])
    components = pyhornedowl.open_ontology_from_string(told, "ofn").get_axioms()
    assert forward in named.theirs(reply).relations
    assert backward not in named.theirs(reply).relations
    assert backward in named.theirs(reply, components).relations
    assert backward in named.combined(components).relations


def test_hermit_compares_denied_data_by_text_unless_it_is_said_as_a_class(oracle: Oracle) -> None:
    """The known error that `jvm.load` writes around: 7.5 is 7.50."""
    decimal = "http://www.w3.org/2001/XMLSchema#decimal"
    told = (
        f'Ontology(DataPropertyAssertion(<urn:p> <urn:a> "7.50"^^<{decimal}>)'
        f' NegativeDataPropertyAssertion(<urn:p> <urn:a> "%s"^^<{decimal}>))'
    )
    assert not oracle.reason("hermit", told % "7.5", results=[])["consistent"]
    assert oracle.reason("hermit", told % "7.51", results=[])["consistent"]


def test_hermit_lists_types_of_one_name_for_another_that_may_be_the_same(oracle: Oracle) -> None:
    """The known error that `concluded`, and `hermit._confirmed` in the product, ask again about."""
    told = (
        "Ontology(ClassAssertion(ObjectMaxCardinality(2 <urn:p>) <urn:a>)"
        " ObjectPropertyAssertion(<urn:p> <urn:a> <urn:b>)"
        " ObjectPropertyAssertion(<urn:p> <urn:a> <urn:c>)"
        " ObjectPropertyAssertion(<urn:p> <urn:a> <urn:d>)"
        " ClassAssertion(<urn:B> <urn:b>) ClassAssertion(<urn:C> <urn:c>)"
        " ClassAssertion(<urn:D> <urn:d>))"
    )
    right = {("urn:b", "urn:B"), ("urn:c", "urn:C"), ("urn:d", "urn:D")}
    listed = named.theirs(oracle.reason("hermit", told, results=["types"])).types
    wrong = sorted(listed - right)
    assert wrong
    asked_again = named.questions({"types": wrong})
    assert oracle.reason("hermit", told, asked_again, [])["answers"] == [False] * len(wrong)


def test_a_denied_value_is_asked_for_like_everything_else(oracle: Oracle) -> None:
    told = 'Ontology(NegativeDataPropertyAssertion(<urn:p> <urn:a> "x"))'
    denied = 'NegativeDataPropertyAssertion(<urn:p> <urn:%s> "x")'
    asked_for = [denied % "a", denied % "b"]
    assert oracle.reason("hermit", told, asked_for, [])["answers"] == [True, False]


def test_hermit_is_asked_for_types_of_a_nominal(oracle: Oracle) -> None:
    """The known error that `jvm.Asked.direct` goes around."""
    told = (
        "Ontology(SubClassOf(<urn:P> <urn:Any>) SubClassOf(<urn:Q> <urn:Any>)"
        " ClassAssertion(ObjectUnionOf(<urn:P> <urn:Q>) <urn:t>))"
    )
    assert oracle.reason("hermit", told, ["ClassAssertion(<urn:Any> <urn:t>)"], [])["answers"] == [
        True
    ]
