"""Saturation: the case folders, each rule taken out, and what must hold of any closure."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pyhornedowl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_service.logic import adapter
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.closure import Closure, Derivation
from kg_service.logic.reasoner import saturate
from kg_service.logic.rules import RULES
from tests.sampling import examples

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
T = "https://w3id.org/heliotrope/test/"


@cache
def read(case: Path, name: str) -> tuple[tuple[Fact, ...], frozenset[str]]:
    """The facts and contexts of one file of a case; none where there is no such file."""
    path = case / f"{name}.ofn"
    if not path.exists():
        return (), frozenset()
    components = pyhornedowl.open_ontology_from_file(str(path)).get_components()
    return tuple(adapter.facts_of(components)), adapter.contexts_of(components)


def close(case: Path, without: str = "") -> Closure:
    facts, contexts = read(case, "asserted")
    rules = {name: rule for name, rule in RULES.items() if name != without}
    return saturate(facts, rules, contexts)


@cache
def whole(case: Path) -> Closure:
    """The closure by all rules."""
    return close(case)


@cache
def used(case: Path) -> frozenset[str]:
    """The rules of which a step, or a clash, of the case comes."""
    closure = whole(case)
    steps = (step.rule for fact in closure.facts for step in closure.derivations(fact))
    return frozenset(steps) | {clash.rule for clash in closure.clashes}


def lost(case: Path, closure: Closure) -> list[object]:
    """What the case says must follow and does not: facts, or the premises of its clash."""
    holds = set(closure.facts)
    missing: list[object] = [fact for fact in read(case, "entailed")[0] if fact not in holds]
    clash = set(read(case, "clash")[0])
    if clash and not any(set(found.premises) == clash for found in closure.clashes):
        missing.append(clash)
    return missing


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_case_derives_what_is_entailed_and_nothing_invalid(case: Path) -> None:
    closure = whole(case)
    assert lost(case, closure) == []
    assert set(read(case, "invalid")[0]) & set(closure.facts) == set()
    assert bool(closure.clashes) == bool(read(case, "clash")[0])


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_case_fails_when_this_rule_is_taken_out(rule: str) -> None:
    users = [case for case in CASES if rule in used(case)]
    assert any(lost(case, close(case, without=rule)) for case in users)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_step_fires_again_from_its_premises_alone(case: Path) -> None:
    _, contexts = read(case, "asserted")
    closure = whole(case)
    for fact in closure.facts:
        for step in closure.derivations(fact):
            again = saturate(
                step.premises, {step.rule: RULES[step.rule]}, contexts, closure.expressions
            )
            assert Derivation(step.rule, step.premises) in again.derivations(fact)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_an_inferred_fact_has_a_proof_down_to_asserted_facts(case: Path) -> None:
    closure = whole(case)
    proved = set(closure.asserted)
    waiting = set(closure.inferred)
    while ready := {
        fact
        for fact in waiting
        if any(proved.issuperset(step.premises) for step in closure.derivations(fact))
    }:
        proved |= ready
        waiting -= ready
    assert waiting == set()


def test_the_leaves_of_a_fact_give_it_again() -> None:
    case = Path(__file__).parent / "cases" / "cascade"
    told = Fact(
        f"{T}aspirationPneumonia", f"{ax.VOCABULARY}mayResultFrom", f"{T}oesophagealWeakness"
    )
    leaves = close(case).leaves([told])
    assert len(leaves) == 5
    assert leaves < set(read(case, "asserted")[0])
    assert told in saturate(leaves).facts
    for leaf in leaves:
        assert told not in saturate(leaves - {leaf}).facts


def same(one: Closure, other: Closure) -> bool:
    return (
        one.facts == other.facts
        and one.clashes == other.clashes
        and all(one.derivations(fact) == other.derivations(fact) for fact in one.facts)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_order_of_the_facts_changes_nothing(case: Path) -> None:
    facts, contexts = read(case, "asserted")
    shuffled = list(facts)
    random.Random(7).shuffle(shuffled)
    assert same(saturate(facts, RULES, contexts), saturate(shuffled, RULES, contexts))


KINDS = [f"{T}k{number}" for number in range(5)]
PROPERTIES = [f"{T}p{number}" for number in range(3)]
CONTEXTS = frozenset({f"{T}context0", f"{T}context1"})
kinds = st.sampled_from(KINDS)
properties = st.sampled_from(PROPERTIES)
classes = st.one_of(
    kinds,
    st.builds(lambda p, c: ("some", p, c), properties, kinds),
    st.builds(lambda p, c: ("value", p, c), properties, kinds),
    st.lists(kinds, min_size=2, max_size=3, unique=True).map(lambda c: ("and", *sorted(c))),
)
scopes = st.frozensets(st.sampled_from([*sorted(CONTEXTS), f"{T}adults"]), max_size=1)
monotone = st.one_of(
    st.builds(Fact, classes, st.just(ax.SUBCLASS), classes),
    st.builds(Fact, kinds, st.just(ax.EQUIVALENT), classes),
    st.builds(Fact, kinds, st.just(ax.TYPE), st.one_of(classes, st.just(ax.KIND))),
    st.builds(Fact, kinds, properties, kinds, scopes),
    st.builds(Fact, kinds, properties.map(lambda p: ("not", p)), kinds, scopes),
    st.builds(Fact, properties, st.just(ax.SUBPROPERTY), properties),
    st.builds(Fact, properties, st.just(ax.INVERSE), properties),
    st.builds(Fact, properties, st.just(ax.DOMAIN), kinds),
    st.builds(Fact, properties, st.just(ax.TYPE), st.sampled_from([ax.TRANSITIVE, ax.SYMMETRIC])),
    st.builds(Fact, properties, st.just(ax.CHAIN), st.tuples(properties, properties)),
)
anything = st.one_of(
    monotone,
    st.builds(Fact, properties, st.just(ax.INHERITED), st.just(ax.HAS_SUBTYPE)),
    st.builds(Fact, kinds, st.just(ax.SUBTYPE), kinds),
)
MONOTONE = {name: rule for name, rule in RULES.items() if rule.when != "default"}


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(anything, max_size=9), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_closure_and_steps(
    facts: list[Fact], chance: random.Random
) -> None:
    shuffled = list(facts)
    chance.shuffle(shuffled)
    assert same(saturate(facts, RULES, CONTEXTS), saturate(shuffled, RULES, CONTEXTS))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(monotone, min_size=1, max_size=9))
def test_more_facts_never_lose_a_conclusion_without_defaults(facts: list[Fact]) -> None:
    more = saturate(facts, MONOTONE, CONTEXTS)
    for fact in saturate(facts[1:], MONOTONE, CONTEXTS).facts:
        found = more.find(fact.subject, fact.relation, fact.object)
        assert any(known.scope <= fact.scope for known in found)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(anything, max_size=9))
def test_no_step_rests_on_its_own_conclusion_or_on_what_does_not_hold(facts: list[Fact]) -> None:
    closure = saturate(facts, RULES, CONTEXTS)
    holds = set(closure.facts)
    for fact in closure.facts:
        for step in closure.derivations(fact):
            assert fact not in step.premises
            assert holds.issuperset(step.premises)
            scope = frozenset().union(*(premise.scope for premise in step.premises))
            assert scope == fact.scope
            assert len(scope & CONTEXTS) <= 1


def test_every_way_to_a_fact_is_kept_also_for_a_told_one() -> None:
    a, b, c, d = KINDS[:4]
    facts = [
        Fact(a, ax.SUBCLASS, b),
        Fact(b, ax.SUBCLASS, d),
        Fact(a, ax.SUBCLASS, c),
        Fact(c, ax.SUBCLASS, d),
        Fact(a, ax.SUBCLASS, d),
    ]
    closure = saturate(facts)
    assert closure.inferred == frozenset()
    assert closure.derivations(Fact(a, ax.SUBCLASS, d)) == (
        Derivation("scm-sco", (Fact(a, ax.SUBCLASS, b), Fact(b, ax.SUBCLASS, d))),
        Derivation("scm-sco", (Fact(a, ax.SUBCLASS, c), Fact(c, ax.SUBCLASS, d))),
    )


def test_a_question_s_expression_is_decided_when_it_is_named() -> None:
    rash, anna, has = KINDS[0], KINDS[1], PROPERTIES[0]
    asked = ("value", has, rash)
    told = [Fact(anna, has, rash)]
    assert saturate(told).find(anna, ax.TYPE, asked) == ()
    assert saturate(told, expressions=[asked]).find(anna, ax.TYPE, asked) == (
        Fact(anna, ax.TYPE, asked),
    )


def test_a_fact_that_also_holds_in_less_scope_is_left_out_with_its_steps() -> None:
    a, b, d = KINDS[:3]
    quick, slow, slower, wide = (f"{T}{name}" for name in ("quick", "slow", "slower", "wide"))
    scope = frozenset({f"{T}context0"})
    facts = [
        Fact(a, quick, b, scope),
        Fact(quick, ax.SUBPROPERTY, wide),
        Fact(b, slow, a),
        Fact(slow, ax.INVERSE, slower),
        Fact(slower, ax.SUBPROPERTY, wide),
        Fact(b, wide, d),
        Fact(wide, ax.TYPE, ax.TRANSITIVE),
    ]
    closure = saturate(facts, RULES, CONTEXTS)
    assert closure.find(a, wide, b) == (Fact(a, wide, b),)
    assert closure.find(a, wide, d) == (Fact(a, wide, d),)
    assert [step.rule for step in closure.derivations(Fact(a, wide, b))] == ["prp-spo1"]
    assert closure.find(a, quick, b) == (Fact(a, quick, b, scope),)


def test_two_names_of_an_individual_are_not_two_names_of_the_class_of_that_name() -> None:
    case = Path(__file__).parent / "cases" / "same-names"
    about = {
        (fact.relation, fact.object)
        for fact in whole(case).facts
        if fact.subject in (f"{T}tablet", f"{T}Prednisone")
    }
    assert about == {
        (ax.TYPE, f"{T}Corticosteroid"),
        (ax.TYPE, f"{T}Hormone"),
        (ax.SUBCLASS, f"{T}Corticosteroid"),
        (ax.SUBCLASS, f"{T}Hormone"),
    }


def test_a_property_that_is_also_an_individual_gives_its_marks_to_no_other_name() -> None:
    slow, quick, x, y, z = (f"{T}{name}" for name in ("slow", "quick", "x", "y", "z"))
    told = [
        Fact(slow, ax.TYPE, ax.TRANSITIVE),
        Fact(slow, ax.SAME, quick),
        Fact(x, quick, y),
        Fact(y, quick, z),
    ]
    assert saturate(told).find(x, quick, z) == ()
    assert saturate(told).find(quick, ax.TYPE, ax.TRANSITIVE) == ()
