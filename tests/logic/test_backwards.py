from __future__ import annotations

from itertools import combinations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.backwards import Backwards
from kg_service.logic.classification import classify
from kg_service.logic.justifications import Justifier
from tests.logic.ontologies import facts as axioms
from tests.sampling import examples


def _goals(facts: list[Fact]) -> list[Fact]:
    found = classify(facts)
    goals = [Fact(c, ax.SUBCLASS, ax.NOTHING) for c in found.unsatisfiable]
    goals += [Fact(a, ax.SUBCLASS, b) for a, uppers in found.superclasses() for b in uppers]
    goals += [
        Fact(a, ax.SUBCLASS, ("some", p, b)) for a, p, ends in found.class_edges() for b in ends
    ]
    return sorted(goals, key=ax.order)


def _follows(facts: list[Fact], goal: Fact) -> bool:
    goals = _goals(facts)
    return goal in goals or Fact(goal.subject, ax.SUBCLASS, ax.NOTHING) in goals


def _all_minimal(facts: list[Fact], goal: Fact) -> set[frozenset[Fact]]:
    """Every minimal set, by trying all subsets, smallest first."""
    found: set[frozenset[Fact]] = set()
    for size in range(len(facts) + 1):
        for chosen in map(frozenset, combinations(facts, size)):
            if not any(less <= chosen for less in found) and _follows(
                sorted(chosen, key=ax.order), goal
            ):
                found.add(chosen)
    return found


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_justifications_are_all_the_minimal_sets_there_are(data: st.DataObject) -> None:
    facts = data.draw(st.lists(axioms(), min_size=2, max_size=5, unique=True))
    found = classify(facts)
    goals = _goals(facts)
    assume(goals)
    goal = data.draw(st.sampled_from(goals))
    trace = Backwards(facts, found).trace(goal, 100_000, 100_000)
    justified = Justifier(trace.closure, cut=trace.cut).of(goal)
    assert justified.complete
    minimal = _all_minimal(facts, goal)
    # What holds because a class can have no member is explained as that.
    empty = Fact(goal.subject, ax.SUBCLASS, ax.NOTHING)
    assume(goal == empty or not any(_follows(sorted(m, key=ax.order), empty) for m in minimal))
    assert set(justified.sets) == minimal


DISEASE = [
    Fact("myositis", ax.SUBCLASS, ("some", "located", "muscle")),
    Fact("muscle", ax.SUBCLASS, ("some", "part", "limb")),
    Fact("located", ax.CHAIN, ("located", "part")),
    Fact("limb", ax.SUBCLASS, "structure"),
    Fact("part", ax.RANGE, "organ"),
    Fact("fruit", ax.SUBCLASS, "structure"),
]
EDGE = Fact("myositis", ax.SUBCLASS, ("some", "located", "structure"))


def test_only_what_leads_to_a_conclusion_is_looked_at() -> None:
    closure = Backwards(DISEASE, classify(DISEASE)).trace(EDGE).closure
    assert closure.asserted == frozenset(DISEASE[:4])


def test_a_proof_names_the_rules_and_ends_in_axioms() -> None:
    closure = Backwards(DISEASE, classify(DISEASE)).trace(EDGE).closure
    proof = Justifier(closure).proof(EDGE, closure.asserted)
    assert proof.step is not None
    rules = {proof.step.rule, *(p.step.rule for p in proof.premises if p.step is not None)}
    assert rules == {"cr11", "scm-svf1"}
    assert set(proof.leaves()) == set(DISEASE[:4])


def test_a_range_is_part_of_the_proof_of_what_rests_on_it() -> None:
    goal = Fact("muscle", ax.SUBCLASS, ("some", "part", "organ"))
    closure = Backwards(DISEASE, classify(DISEASE)).trace(goal).closure
    assert Justifier(closure).of(goal).sets == (frozenset({DISEASE[1], DISEASE[4]}),)


def test_a_range_counts_for_edges_by_chains_that_do_not_keep_it() -> None:
    facts = [*DISEASE, Fact("located", ax.RANGE, "place")]
    found = classify(facts)
    assert found.unsupported == {
        "ObjectPropertyRange of a chain whose last link lacks it (its ∃ kept)": 1
    }
    goal = Fact("myositis", ax.SUBCLASS, ("some", "located", "place"))
    sets = Justifier(Backwards(facts, found).trace(goal).closure).of(goal).sets
    assert sets == (frozenset({facts[0], facts[6]}),)
    chained = [
        Fact("a", ax.SUBCLASS, ("some", "p", "b")),
        Fact("b", ax.SUBCLASS, ("some", "q", "c")),
    ]
    facts = [*chained, Fact("r", ax.CHAIN, ("p", "q")), Fact("r", ax.RANGE, "d")]
    goal = Fact("a", ax.SUBCLASS, ("some", "r", "d"))
    sets = Justifier(Backwards(facts, classify(facts)).trace(goal).closure).of(goal).sets
    assert sets == (frozenset(facts),)


def test_a_range_of_data_is_passed_by() -> None:
    facts = [*DISEASE, Fact("age", ax.RANGE, f"{ax.XSD}integer")]
    goal = Fact("muscle", ax.SUBCLASS, ("some", "part", "organ"))
    sets = Justifier(Backwards(facts, classify(facts)).trace(goal).closure).of(goal).sets
    assert sets == (frozenset({DISEASE[1], DISEASE[4]}),)


def test_what_does_not_follow_has_no_closure() -> None:
    goal = Fact("muscle", ax.SUBCLASS, "structure")
    assert Backwards(DISEASE, classify(DISEASE)).trace(goal).closure.facts == ()


def test_what_was_not_looked_at_is_not_called_complete() -> None:
    trace = Backwards(DISEASE, classify(DISEASE)).trace(EDGE, goals=1)
    assert trace.cut
    assert Justifier(trace.closure, cut=trace.cut).of(EDGE).complete is False
