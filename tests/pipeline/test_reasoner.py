"""Saturation: the case folders, each rule taken out, and what must hold of any closure."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pyhornedowl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_service.pipeline import axioms as ax
from kg_service.pipeline.axioms import Fact
from kg_service.pipeline.reasoner import Closure, Derivation, saturate
from kg_service.pipeline.rules import RULES

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
T = "https://w3id.org/heliotrope/test/"


@cache
def read(case: Path, name: str) -> tuple[tuple[Fact, ...], frozenset[str]]:
    """The facts and contexts of one file of a case; none where there is no such file."""
    path = case / f"{name}.ofn"
    if not path.exists():
        return (), frozenset()
    components = pyhornedowl.open_ontology_from_file(str(path)).get_components()
    return tuple(ax.facts_of(components)), ax.contexts_of(components)


def close(case: Path, without: str = "") -> Closure:
    facts, contexts = read(case, "asserted")
    rules = {name: rule for name, rule in RULES.items() if name != without}
    return saturate(facts, rules, contexts)


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
    closure = close(case)
    assert lost(case, closure) == []
    assert set(read(case, "invalid")[0]) & set(closure.facts) == set()
    assert bool(closure.clashes) == bool(read(case, "clash")[0])


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_case_fails_when_this_rule_is_taken_out(rule: str) -> None:
    assert [case.name for case in CASES if lost(case, close(case, without=rule))]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_step_fires_again_from_its_premises_alone(case: Path) -> None:
    _, contexts = read(case, "asserted")
    closure = close(case)
    for fact in closure.facts:
        for step in closure.derivations(fact):
            again = saturate(
                step.premises, {step.rule: RULES[step.rule]}, contexts, closure.expressions
            )
            assert Derivation(step.rule, step.premises) in again.derivations(fact)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_an_inferred_fact_has_a_proof_down_to_asserted_facts(case: Path) -> None:
    closure = close(case)
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
