"""Justifications: minimal, all of them, each a proof; on cases, random worlds and by the limit."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_service.logic import axioms as ax
from kg_service.logic import justifications
from kg_service.logic.axioms import Fact
from kg_service.logic.closure import Closure
from kg_service.logic.justifications import LOOKS, Justifier, Proof
from kg_service.logic.reasoner import saturate
from kg_service.logic.rules import RULES
from tests.logic.worlds import CASES, CONTEXTS, KINDS, PROPERTIES, read, worlds
from tests.sampling import every, examples

OWL = {name: rule for name, rule in RULES.items() if rule.when != "default"}


def gives(facts: frozenset[Fact], goal: Fact, closure: Closure, contexts: frozenset[str]) -> bool:
    """Whether facts alone give a fact, in its scope or a smaller one."""
    made = saturate(facts, OWL, contexts, closure.expressions)
    found = made.find(goal.subject, goal.relation, goal.object)
    return any(fact.scope <= goal.scope for fact in found)


def check(proof: Proof, leaves: frozenset[Fact]) -> None:
    """A proof rests on its leaves alone, and each of its steps is one of the rules'."""
    assert set(proof.leaves()) == leaves
    if proof.step is not None:
        assert proof.step.rule in RULES
        assert tuple(premise.fact for premise in proof.premises) == proof.step.premises
    for premise in proof.premises:
        check(premise, frozenset(premise.leaves()))


@pytest.mark.parametrize("case", every(5, CASES), ids=lambda path: path.name)
def test_each_leaf_of_a_justification_is_needed_and_together_they_suffice(case: Path) -> None:
    facts, contexts = read(case, "asserted")
    closure = saturate(facts, OWL, contexts)
    justifier = Justifier(closure)
    for fact in closure.inferred:
        found = justifier.of(fact)
        assert found.sets
        assert [len(leaves) for leaves in found.sets] == sorted(map(len, found.sets))
        for leaves in found.sets[:3]:
            assert gives(leaves, fact, closure, contexts)
            for leaf in leaves:
                assert not gives(leaves - {leaf}, fact, closure, contexts)
            check(justifier.proof(fact, leaves), leaves)


@pytest.mark.long
@settings(max_examples=examples(100), deadline=None)
@given(worlds)
def test_all_minimal_sets_are_found_and_nothing_else(facts: list[Fact]) -> None:
    closure = saturate(facts[:7], OWL, CONTEXTS)
    justifier = Justifier(closure, limit=1000)
    told = sorted(closure.asserted, key=ax.order)
    subsets = [frozenset(c) for size in range(len(told) + 1) for c in combinations(told, size)]
    holding = {subset: saturate(subset, OWL, CONTEXTS, closure.expressions) for subset in subsets}
    for fact in closure.facts:
        giving = [
            subset
            for subset, made in holding.items()
            if any(
                f.scope <= fact.scope for f in made.find(fact.subject, fact.relation, fact.object)
            )
        ]
        minimal = {s for s in giving if not any(other < s for other in giving)}
        found = justifier.of(fact)
        assert found.complete
        assert set(found.sets) == minimal
        assert len(found.sets) == len(minimal)


def test_what_is_told_everywhere_and_in_a_context_is_justified_by_either() -> None:
    everywhere = Fact(KINDS[0], PROPERTIES[0], KINDS[1])
    there = Fact(KINDS[0], PROPERTIES[0], KINDS[1], CONTEXTS)
    closure = saturate([everywhere, there], OWL, CONTEXTS)
    for justifier in (Justifier(closure), Justifier(closure, goals=[there])):
        assert set(justifier.of(there).sets) == {frozenset({everywhere}), frozenset({there})}
        assert justifier.of(everywhere).sets == (frozenset({everywhere}),)
        assert justifier.proof(there, [everywhere]) == Proof(everywhere, None)


@settings(max_examples=examples(60), deadline=None)
@given(worlds)
def test_a_goal_alone_has_the_justifications_it_has_among_all(facts: list[Fact]) -> None:
    closure = saturate(facts, RULES, CONTEXTS)
    everything = Justifier(closure)
    for fact in closure.facts[::3]:
        alone = Justifier(closure, goals=[fact]).of(fact)
        assert alone.sets == everything.of(fact).sets


def ways(number: int) -> tuple[Closure, Fact]:
    """A world in which something follows in so many ways."""
    a, z = KINDS[:2]
    told = [
        fact
        for middle in (f"{z}/{place}" for place in range(number))
        for fact in (Fact(a, ax.SUBCLASS, middle), Fact(middle, ax.SUBCLASS, z))
    ]
    return saturate(told), Fact(a, ax.SUBCLASS, z)


def test_a_search_that_meets_its_limit_says_so_and_one_that_does_not_says_so_too() -> None:
    closure, goal = ways(5)
    assert Justifier(closure, limit=5).of(goal).complete is True
    cut = Justifier(closure, limit=4).of(goal)
    assert (len(cut.sets), cut.complete) == (4, False)


def test_what_rests_on_a_cut_search_is_incomplete_too() -> None:
    closure, goal = ways(5)
    top = f"{goal.object}/top"
    closure = saturate([*closure.asserted, Fact(goal.object, ax.SUBCLASS, top)])
    assert Justifier(closure, limit=4).of(Fact(goal.subject, ax.SUBCLASS, top)).complete is False


def test_what_rests_on_more_cut_sets_than_are_looked_at_is_incomplete_too() -> None:
    p, below = PROPERTIES[0], [f"{PROPERTIES[0]}/{place}" for place in range(6)]
    told = [Fact("anna", each, "rash") for each in below]
    told += [Fact(each, ax.SUBPROPERTY, p) for each in below]
    closure = saturate([*told, Fact(p, ax.DOMAIN, KINDS[0])])
    with patch.object(justifications, "LOOKS", 0):
        found = Justifier(closure, limit=4).of(Fact("anna", ax.TYPE, KINDS[0]))
    assert (len(found.sets), found.complete) == (4, False)


def test_what_comes_back_to_itself_through_a_cut_search_is_complete() -> None:
    closure, goal = ways(5)
    below, above = goal.subject, goal.object
    told = Fact(below, ax.SUBCLASS, f"{above}/top")
    closure = saturate([*closure.asserted, told, Fact(above, ax.SUBCLASS, below)])
    justifier = Justifier(closure, limit=4)
    assert justifier.of(goal).complete is False
    assert justifier.of(told).sets == (frozenset({told}),)
    assert justifier.of(told).complete is True


@settings(max_examples=100, deadline=None)
@given(worlds, st.sampled_from([1, 2, 3]), st.sampled_from([0, 1, LOOKS]))
def test_what_is_called_complete_is_all_there_is(facts: list[Fact], limit: int, looks: int) -> None:
    closure = saturate(facts, RULES, CONTEXTS)
    everything, some = Justifier(closure, limit=1000), Justifier(closure, limit=limit)
    with patch.object(justifications, "LOOKS", looks):
        for fact in closure.facts:
            found, whole = some.of(fact), everything.of(fact)
            assert set(found.sets) <= set(whole.sets)
            if found.complete:
                assert found.sets == whole.sets
        for clash in closure.clashes:
            if (cut := some.of_clash(clash)).complete:
                assert cut.sets == everything.of_clash(clash).sets


def test_what_does_not_hold_has_no_justification() -> None:
    closure, goal = ways(1)
    found = Justifier(closure).of(Fact(goal.object, ax.SUBCLASS, goal.subject))
    assert (found.sets, found.complete) == ((), True)
    with pytest.raises(ValueError, match="does not follow"):
        Justifier(closure).proof(goal, [Fact(goal.object, ax.SUBCLASS, goal.subject)])


def test_a_clash_names_every_minimal_set_that_clashes() -> None:
    sick, well, person, anna = KINDS[0], KINDS[1], KINDS[2], KINDS[3]
    told = [
        Fact(sick, ax.DISJOINT, well),
        Fact(anna, ax.TYPE, sick),
        Fact(anna, ax.TYPE, well),
        Fact(anna, ax.TYPE, person),
        Fact(person, ax.SUBCLASS, well),
    ]
    closure = saturate(told)
    sets = {s for clash in closure.clashes for s in Justifier(closure).of_clash(clash).sets}
    assert sets == {frozenset(told[:3]), frozenset({told[0], told[1], told[3], told[4]})}


def test_an_inherited_fact_rests_on_the_claim_above_and_the_hierarchy() -> None:
    disease, juvenile, relation = KINDS[0], KINDS[1], PROPERTIES[0]
    rash = KINDS[2]
    told = [
        Fact(disease, relation, rash),
        Fact(juvenile, ax.SUBTYPE, disease),
        Fact(relation, ax.INHERITED, ax.HAS_SUBTYPE),
    ]
    found = Justifier(saturate(told)).of(Fact(juvenile, relation, rash))
    assert found.sets == (frozenset(told),)
