"""Why not: what the nearest rules lack, and what keeps a default from concluding."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import TYPE, Fact, Node
from kg_service.logic.mind import Mind
from kg_service.logic.near_misses import ALIKE, LIMIT, NearMiss, NearMisses
from kg_service.logic.patterns import Variable
from kg_service.logic.reasoner import saturate
from kg_service.pipeline import ontology
from tests.logic.conftest import ROOT, World
from tests.logic.test_reasoner import T, close, read

CASES = Path(__file__).parent / "cases"
V = ax.VOCABULARY
Why = Callable[..., Any]
P, Q, R, S = (f"{V}p{number}" for number in range(4))
ANNA, BERT, CARA, RASH, WEAK = (f"{T}{name}" for name in ("anna", "bert", "cara", "rash", "weak"))


def misses(facts: list[Fact], asked: tuple[Node, Node, Node], *contexts: str) -> list[NearMiss]:
    closure = saturate(facts, contexts=frozenset(contexts))
    assert not closure.find(*asked)
    return list(NearMisses(closure, frozenset(contexts)).of(*asked))


@pytest.fixture(scope="module")
def near(world: World) -> NearMisses:
    return NearMisses(world.closure, world.knowledge.contexts)


def of(near: NearMisses, world: World, *names: str) -> tuple[NearMiss, ...]:
    subject, relation, target = map(world.iri, names)
    assert not world.closure.find(subject, relation, target)
    return near.of(subject, relation, target)


def told(world: World, names: tuple[str, str, str]) -> Fact:
    subject, relation, target = map(world.iri, names)
    return Fact(subject, relation, target)


def test_a_chain_lacks_the_link_from_where_its_first_ends() -> None:
    facts = [Fact(R, ax.CHAIN, (P, Q)), Fact(ANNA, P, BERT)]
    first = misses(facts, (ANNA, R, CARA))[0]
    assert first == NearMiss("prp-spo2", (facts[1], facts[0]), ((BERT, Q, CARA),))


def test_a_match_of_one_link_is_nearer_than_the_inverse_that_says_the_same() -> None:
    facts = [Fact(P, TYPE, ax.TRANSITIVE), Fact(ANNA, P, BERT), Fact(P, ax.INVERSE, Q)]
    found = misses(facts, (ANNA, P, CARA))
    assert [(miss.rule, miss.lacking) for miss in found] == [
        ("prp-trp", ((BERT, P, CARA),)),
        ("prp-inv2", ((CARA, Q, ANNA),)),
    ]


def test_a_defined_class_lacks_those_criteria_alone_that_are_not_met() -> None:
    whole = ("and", f"{T}Patient", ("value", P, RASH), ("value", Q, WEAK))
    facts = [
        Fact(f"{T}Defined", ax.EQUIVALENT, whole),
        Fact(ANNA, TYPE, f"{T}Patient"),
        Fact(ANNA, P, RASH),
    ]
    first = misses(facts, (ANNA, TYPE, f"{T}Defined"))[0]
    assert first.lacking == ((ANNA, Q, WEAK),)
    assert {facts[1], facts[2]} < set(first.have)


def test_a_number_outside_the_range_is_told_instead() -> None:
    under = ("facets", f"{ax.XSD}integer", (f"{ax.XSD}maxExclusive", _number(18)))
    facts = [
        Fact(f"{T}Young", ax.EQUIVALENT, ("data", P, under)),
        Fact(ANNA, P, _number(37)),
    ]
    first = misses(facts, (ANNA, TYPE, f"{T}Young"))[0]
    assert first.lacking == ((ANNA, P, Variable("v", "value", under)),)
    assert first.instead == (facts[1],)
    (unknown,) = misses(facts, (BERT, TYPE, f"{T}Young"))
    assert unknown.instead == ()
    undecided = Fact(BERT, P, ("literal", "37", f"{T}years", ""))
    (unknown,) = misses([*facts, undecided], (BERT, TYPE, f"{T}Young"))
    assert unknown.instead == ()


def _number(value: int) -> Node:
    return ("literal", str(value), f"{ax.XSD}integer", "")


def test_what_a_relation_holds_to_may_lack_the_class_asked_for() -> None:
    facts = [
        Fact(f"{T}Ill", ax.EQUIVALENT, ("some", P, f"{T}Finding")),
        Fact(ANNA, P, RASH),
    ]
    found = misses(facts, (ANNA, TYPE, f"{T}Ill"))
    lacking = {miss.lacking for miss in found}
    assert ((RASH, TYPE, f"{T}Finding"),) in lacking
    assert ((ANNA, TYPE, ("some", P, f"{T}Finding")),) in lacking


def test_premises_of_different_contexts_are_apart() -> None:
    one, other = f"{T}one", f"{T}other"
    facts = [
        Fact(P, TYPE, ax.TRANSITIVE),
        Fact(ANNA, P, BERT, frozenset({one})),
        Fact(BERT, P, CARA, frozenset({other})),
    ]
    first = misses(facts, (ANNA, P, CARA), one, other)[0]
    assert (first.rule, first.lacking) == ("prp-trp", ())
    assert first.apart == {one, other}


def test_a_lacking_premise_that_is_denied_comes_after_one_that_is_not() -> None:
    facts = [
        Fact(P, ax.SUBPROPERTY, R),
        Fact(Q, ax.SUBPROPERTY, R),
        Fact(ANNA, ("not", P), RASH),
    ]
    found = misses(facts, (ANNA, R, RASH))
    assert [(miss.lacking, miss.instead) for miss in found] == [
        (((ANNA, Q, RASH),), ()),
        (((ANNA, P, RASH),), (facts[2],)),
    ]


def test_a_lacking_premise_that_would_close_a_circle_is_left_out() -> None:
    chain = Fact(P, ax.CHAIN, (P, ax.SUBTYPE))
    facts = [chain, Fact(ANNA, P, RASH), Fact(ANNA, P, CARA), Fact(WEAK, ax.SUBTYPE, RASH)]
    found = misses(facts, (ANNA, P, WEAK))
    assert [miss.lacking for miss in found] == [((CARA, ax.SUBTYPE, WEAK),)]


def test_what_is_lacking_about_the_subject_comes_before_what_is_about_others() -> None:
    of_a_class = Fact(BERT, ax.SUBCLASS, ("value", P, WEAK))
    facts = [Fact(P, ax.CHAIN, (P, Q)), Fact(ANNA, P, RASH), of_a_class]
    found = misses(facts, (ANNA, P, WEAK))
    assert [miss.lacking for miss in found] == [((ANNA, TYPE, BERT),), ((RASH, Q, WEAK),)]


def test_what_is_denied_of_others_or_contradicts_is_left_out() -> None:
    facts = [Fact(P, ax.CHAIN, (P, Q)), *(Fact(ANNA, P, each) for each in (BERT, CARA, RASH))]
    facts.append(Fact(BERT, ("not", Q), WEAK))
    near = NearMisses(saturate(facts), frozenset())
    found = near.of(ANNA, P, WEAK, lambda fact: fact.subject == CARA)
    assert [miss.lacking for miss in found] == [((RASH, Q, WEAK),)]


def test_no_premise_of_the_vocabulary_is_lacking() -> None:
    facts = [Fact(ANNA, P, RASH), Fact(RASH, TYPE, f"{T}Finding")]
    assert misses(facts, (ANNA, R, RASH)) == []
    assert misses(facts, (RASH, TYPE, f"{T}Patient")) == []


def test_a_claim_of_a_kind_between_blocks_what_lies_below_it() -> None:
    facts = [
        Fact(P, ax.INHERITED, ax.HAS_SUBTYPE),
        Fact(S, ax.OVERRIDES, P),
        Fact(ax.SUBTYPE, TYPE, ax.TRANSITIVE),
        Fact(f"{T}below", ax.SUBTYPE, f"{T}between"),
        Fact(f"{T}between", ax.SUBTYPE, f"{T}above"),
        Fact(f"{T}above", P, WEAK),
        Fact(f"{T}between", S, WEAK),
    ]
    first = misses(facts, (f"{T}below", P, WEAK))[0]
    assert (first.rule, first.lacking, first.blocked) == ("kind-inheritance", (), (facts[6],))


closed = cache(close)


@pytest.mark.parametrize(
    ("case", "asked"),
    [
        (path, fact)
        for path in sorted(CASES.iterdir())
        if path.is_dir()
        for fact in read(path, "invalid")[0]
    ],
    ids=lambda value: value.name if isinstance(value, Path) else None,
)
def test_what_a_case_says_does_not_follow_misses_something(case: Path, asked: Fact) -> None:
    _, contexts = read(case, "asserted")
    closure = closed(case)
    if closure.find(asked.subject, asked.relation, asked.object) or asked.relation[0] == "not":
        return  # it holds, in another scope
    holds = {(fact.subject, fact.relation, fact.object) for fact in closure.facts}
    found = NearMisses(closure, contexts).of(asked.subject, asked.relation, asked.object)
    assert len(found) <= LIMIT
    rules = [miss.rule for miss in found]
    for miss in found:
        assert rules.count(miss.rule) <= ALIKE
        assert miss.lacking or miss.blocked or miss.apart
        assert not holds & set(miss.lacking)
        assert set(miss.have) <= set(closure.facts)
        assert set(miss.blocked) <= closure.asserted
        assert (asked.subject, asked.relation, asked.object) not in miss.lacking


def test_what_a_near_miss_lacks_makes_it_hold_once_told(near: NearMisses, world: World) -> None:
    base = world.knowledge.saturation()

    def follows(facts: list[Fact], goal: tuple[Node, Node, Node]) -> bool:
        more = base.copy()
        more.extend(facts)
        return bool(more.finish().find(*goal))

    asked = [
        ("MONDO:0007915", "rdf:type", "kg:0000001"),
        ("MONDO:0016367", "h:mayLeadTo", "HP:0000939"),
    ]
    for names in asked:
        subject, relation, target = goal = tuple(map(world.iri, names))
        lacking = [Fact(*atom) for atom in near.of(subject, relation, target)[0].lacking]  # type: ignore[arg-type]
        assert follows(lacking, (subject, relation, target)), goal
        for each in lacking:
            others = [fact for fact in lacking if fact != each]
            assert not follows(others, (subject, relation, target)), each


def test_amyopathic_dermatomyositis_has_a_claim_of_its_own_on_muscle_weakness(
    near: NearMisses, world: World
) -> None:
    own = told(world, ("MONDO:0043317", "h:mayPresentWithout", "HP:0001324"))
    for relation, rule in (
        ("h:characteristicallyPresentsWith", "kind-inheritance"),
        ("h:mayPresentWith", "prp-spo1"),
        ("h:mayPresentAs", "prp-spo1"),
    ):
        first = of(near, world, "MONDO:0043317", relation, "HP:0001324")[0]
        assert (first.rule, first.lacking, first.blocked) == (rule, (), (own,))
        above = ("MONDO:0016367", "h:characteristicallyPresentsWith", "HP:0001324")
        assert told(world, above) in first.have


def test_lupus_lacks_three_criteria_of_the_title_question(near: NearMisses, world: World) -> None:
    first = of(near, world, "MONDO:0007915", "rdf:type", "kg:0000001")[0]
    assert {(world.label(a[1]), world.label(a[2])) for a in first.lacking} == {
        ("may present as", "Heliotrope rash"),
        ("may present with", "low antinuclear antibody titre"),
        ("may respond to", "corticosteroid"),
    }
    kind = told(world, ("MONDO:0007915", "rdf:type", "h:DiseaseKind"))
    assert kind in first.have


@pytest.fixture(scope="module")
def why(world: World) -> Why:
    mind = Mind(world.knowledge, ontology.read(ROOT / "ontology").names, "test")
    mind.prepare()  # what is supposed later changes nothing of what holds

    def ask(*asked: str) -> Any:
        subject, predicate, target = map(world.iri, asked)
        return json.loads(mind.explain(subject, predicate, target)[1])

    return ask


def test_a_rash_nobody_told_of_is_unknown_and_a_denied_one_is_false(why: Why) -> None:
    assert why("kg:0004001", "h:hasFinding", "HP:0040324")["holds"] == "unknown"
    denied = why("kg:0004001", "h:hasFinding", "kg:0000309")
    assert denied["holds"] is False
    assert denied["denial"]["justifications"][0]["size"] == 1


def test_what_is_denied_in_one_context_is_unknown_without_it(why: Why) -> None:
    found = why("kg:0000213", "h:hasKnown", "kg:0000228")
    assert found["holds"] == "unknown"
    (elsewhere,) = found["elsewhere"]
    assert elsewhere["statement"]["denied"] is True
    assert [term["id"] for term in elsewhere["statement"]["scope"]] == ["MONDO:0019127"]


def test_a_sign_is_no_disease_by_the_sets_that_clash(why: Why) -> None:
    found = why("HP:0040324", "rdf:type", "h:DiseaseKind")
    assert found["holds"] is False
    assert len(found["denial"]["clashes"][0]) == 3
