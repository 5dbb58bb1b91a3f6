"""A saturation that goes on: extended, withdrawn from, it holds what one from scratch holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.closure import Closure, Derivation
from kg_service.logic.reasoner import Saturation, saturate
from kg_service.logic.rules import RULES
from tests.logic.worlds import CASES, CONTEXTS, KINDS, PROPERTIES, T, classes, read, worlds
from tests.sampling import examples


def without(whole: Saturation, facts: Iterable[Fact]) -> Closure:
    left = whole.copy()
    left.withdraw(facts)
    return left.finish()


def same(one: Closure, other: Closure) -> bool:
    return (
        one.facts == other.facts
        and one.asserted == other.asserted
        and set(one.clashes) == set(other.clashes)
        and all(one.derivations(fact) == other.derivations(fact) for fact in one.facts)
        and all(one.larger(fact) == other.larger(fact) for fact in one.facts)
        and all(
            one.steps_to(larger) == other.steps_to(larger)
            for fact in one.facts
            for larger in one.larger(fact)
        )
    )


@settings(max_examples=examples(150), deadline=None)
@given(worlds, st.integers(0, 9))
def test_facts_told_later_give_what_they_give_at_once(facts: list[Fact], cut: int) -> None:
    begun = Saturation(facts[:cut], contexts=CONTEXTS)
    begun.extend(facts[cut:])
    assert same(begun.finish(), saturate(facts, contexts=CONTEXTS))


@settings(max_examples=examples(150), deadline=None)
@given(worlds, st.lists(classes, max_size=3))
def test_expressions_asked_later_are_decided_as_at_once(
    facts: list[Fact], asked: list[ax.Node]
) -> None:
    begun = Saturation(facts, contexts=CONTEXTS)
    for node in asked:
        begun.extend((), [node])
    assert same(begun.finish(), saturate(facts, contexts=CONTEXTS, expressions=asked))


@settings(max_examples=examples(150), deadline=None)
@given(worlds, st.sets(st.integers(0, 8)))
def test_what_is_withdrawn_might_never_have_been_told(facts: list[Fact], gone: set[int]) -> None:
    whole = Saturation(facts, contexts=CONTEXTS)
    left = [fact for number, fact in enumerate(facts) if number not in gone]
    left = [fact for fact in left if fact not in {facts[n] for n in gone if n < len(facts)}]
    made = without(whole, (facts[number] for number in gone if number < len(facts)))
    again = saturate(left, contexts=CONTEXTS, expressions=made.expressions)
    assert same(made, again)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_case_told_fact_by_fact_and_taken_back_is_the_same(case: Path) -> None:
    facts, contexts = read(case, "asserted")
    begun = Saturation((), contexts=contexts)
    for fact in facts:
        begun.extend([fact])
    half = facts[::2]
    less = without(begun, half)
    assert same(begun.finish(), saturate(facts, contexts=contexts))
    left = [fact for fact in facts if fact not in set(half)]
    assert same(less, saturate(left, contexts=contexts, expressions=less.expressions))


@settings(max_examples=examples(300), deadline=None)
@given(worlds, st.integers(0, 9))
def test_what_comes_after_the_defaults_is_right_while_nothing_they_look_at_is_stirred(
    facts: list[Fact], cut: int
) -> None:
    begun = Saturation(facts[:cut], contexts=CONTEXTS)
    begun.conclude()
    begun.extend(facts[cut:])
    event(f"stirred: {begun.stirred}, default: {bool(begun.close().inferred)}")
    if not begun.stirred:
        assert same(begun.close(), saturate(facts, contexts=CONTEXTS))


def test_a_default_is_concluded_anew_when_what_it_looks_at_has_come() -> None:
    disease, juvenile, relation, sign = KINDS[0], KINDS[1], PROPERTIES[0], KINDS[2]
    facts = [
        Fact(relation, ax.INHERITED, ax.HAS_SUBTYPE),
        Fact(juvenile, ax.SUBTYPE, disease),
        Fact(disease, relation, sign),
    ]
    begun = Saturation(facts)
    begun.conclude()
    begun.extend([Fact(f"{T}anna", ax.TYPE, f"{T}Patient")])
    assert not begun.stirred
    assert begun.close().find(juvenile, relation, sign)
    for later in (
        Fact(juvenile, ("not", relation), sign),
        Fact(KINDS[3], ax.SUBTYPE, juvenile),
        Fact(juvenile, relation, sign),
    ):
        other = begun.copy()
        other.extend([later])
        assert other.stirred


def test_a_saturation_stays_as_it_is_when_facts_are_withdrawn_from_its_copy() -> None:
    a, b, c = KINDS[:3]
    told = [Fact(a, ax.SUBCLASS, b), Fact(b, ax.SUBCLASS, c)]
    whole = Saturation(told)
    assert without(whole, [told[0]]).inferred == frozenset()
    assert whole.finish().inferred == {Fact(a, ax.SUBCLASS, c)}


def test_the_smallest_scope_comes_back_when_the_smaller_one_is_withdrawn() -> None:
    a, b = KINDS[:2]
    quick, slow, wide = (f"{T}{name}" for name in ("quick", "slow", "wide"))
    scope = frozenset({f"{T}context0"})
    plain = Fact(a, slow, b)
    told = [
        Fact(a, quick, b, scope),
        plain,
        Fact(quick, ax.SUBPROPERTY, wide),
        Fact(slow, ax.SUBPROPERTY, wide),
    ]
    whole = Saturation(told, contexts=CONTEXTS)
    assert without(whole, [plain]).find(a, wide, b) == (Fact(a, wide, b, scope),)
    assert whole.finish().find(a, wide, b) == (Fact(a, wide, b),)


def test_a_kind_no_longer_told_to_be_one_has_no_subtypes_though_a_claim_is_about_it() -> None:
    disease, juvenile, sort, relation = KINDS[0], KINDS[1], KINDS[2], PROPERTIES[0]
    told = Fact(juvenile, ax.TYPE, sort)
    facts = [
        Fact(juvenile, ax.SUBCLASS, disease),
        Fact(disease, ax.TYPE, sort),
        told,
        Fact(sort, ax.SUBCLASS, ax.KIND),
        Fact(relation, ax.DOMAIN, sort),
        Fact(juvenile, relation, disease),
    ]
    whole = Saturation(facts)
    less = without(whole, [told])
    assert less.find(juvenile, ax.TYPE, sort) == (told,)
    assert less.find(juvenile, ax.SUBTYPE, disease) == ()
    assert whole.finish().find(juvenile, ax.SUBTYPE, disease) != ()


def test_a_step_that_another_reasoner_vouches_for_needs_all_its_premises() -> None:
    a, b, c = KINDS[:3]
    premises = (Fact(a, ax.SUBCLASS, b), Fact(b, ax.SUBCLASS, a))
    given_ = [(Fact(a, ax.TYPE, c), Derivation("HermiT", premises))]
    assert saturate(premises, given=given_).find(a, ax.TYPE, c) == (Fact(a, ax.TYPE, c),)
    assert saturate(premises[:1], given=given_).find(a, ax.TYPE, c) == ()
    assert "HermiT" not in RULES
