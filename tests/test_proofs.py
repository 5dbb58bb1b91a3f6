"""Every inferred fact of the real release proves itself."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from kg_service import release
from kg_service.logic import knowledge, proof_graph, restatements
from kg_service.logic.axioms import Fact
from kg_service.logic.closure import Closure
from kg_service.logic.justifications import LIMIT, Justified, Justifier, Proof
from kg_service.logic.knowledge import Knowledge
from kg_service.logic.proof_graph import h
from kg_service.logic.reasoner import Saturation, saturate
from kg_service.logic.rules import RULES
from tests.test_architecture import ROOT

# `make proofs` tries every fact and withdraws every leaf, `make long` every fourth and tenth, and
# `make test` every thirtieth fact.
ALL = bool(os.environ.get("HELIOTROPE_ALL_PROOFS"))
FACTS, LEAVES = (1, 1) if ALL else (4, 10)
STEPS = [30, pytest.param(FACTS, marks=pytest.mark.long)]
GRAPH = "https://w3id.org/heliotrope/graph/"
PROOFS = NamedNode(f"{GRAPH}proofs")


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return knowledge.read(release.current(ROOT / "build").file(knowledge.FILE))


@pytest.fixture(scope="module")
def closure(known: Knowledge) -> Closure:
    return known.saturation().finish()


@pytest.fixture(scope="module")
def justifier(known: Knowledge, closure: Closure) -> Justifier:
    return Justifier(closure, LIMIT, known.cut)


@pytest.fixture(scope="module")
def justified(closure: Closure, justifier: Justifier) -> dict[Fact, Justified]:
    return {fact: justifier.of(fact) for fact in closure.facts if fact in closure.inferred}


@pytest.fixture(scope="module")
def graph() -> Store:
    store = Store()
    store.bulk_load(path=release.current(ROOT / "build").file("graph.nq"), format=RdfFormat.N_QUADS)
    return store


def gives(leaves: frozenset[Fact], goal: Fact, known: Knowledge, closure: Closure) -> bool:
    """Whether leaves alone give a fact, in its scope or a smaller one."""
    made = saturate(leaves, RULES, known.contexts, closure.expressions, known.steps)
    found = made.find(goal.subject, goal.relation, goal.object)
    return any(fact.scope <= goal.scope for fact in found)


def test_the_release_has_conclusions(justified: dict[Fact, Justified]) -> None:
    assert len(justified) > 2000


@pytest.mark.parametrize("step", STEPS)
def test_the_leaves_of_a_justification_give_its_fact_again(
    justified: dict[Fact, Justified], known: Knowledge, closure: Closure, step: int
) -> None:
    for fact, found in list(justified.items())[::step]:
        assert found.sets, fact
        for leaves in found.sets[:2]:
            assert leaves <= closure.asserted
            assert gives(leaves, fact, known, closure), fact


@pytest.mark.long
def test_no_leaf_is_superfluous(
    justified: dict[Fact, Justified], known: Knowledge, closure: Closure
) -> None:
    for fact, found in list(justified.items())[::FACTS]:
        leaves = found.sets[0]
        for leaf in leaves:
            assert not gives(leaves - {leaf}, fact, known, closure), (fact, leaf)


@pytest.mark.long
def test_what_has_one_justification_is_lost_with_any_leaf_of_it(
    justified: dict[Fact, Justified], known: Knowledge
) -> None:
    resting: dict[Fact, list[Fact]] = {}
    for fact, found in justified.items():
        if found.complete and len(found.sets) == 1:
            for leaf in found.sets[0]:
                resting.setdefault(leaf, []).append(fact)
    whole = known.saturation()
    tried = 0
    for leaf in list(resting)[::LEAVES]:
        less = whole.copy()
        less.withdraw([leaf])
        left = less.finish()
        for fact in resting[leaf]:
            found = left.find(fact.subject, fact.relation, fact.object)
            again = [f for f in found if f.scope <= fact.scope]
            tried += 1
            # A claim of its own that is gone may have stood against an inherited one.
            rules = {step.rule for f in again for step in _steps(left, f)}
            assert not again or "kind-inheritance" in rules, (fact, leaf)
    assert tried > 50


def _steps(closure: Closure, fact: Fact) -> Iterator[object]:
    proof = Justifier(closure, 1, goals=[fact])
    yield from _walk(proof.proof(fact, proof.of(fact).sets[0]))


def _walk(proof: Proof) -> Iterator[object]:
    if proof.step is not None:
        yield proof.step
    for premise in proof.premises:
        yield from _walk(premise)


@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.long)])
def test_a_proof_ends_in_claims_or_axioms_and_says_what_is_disputed(
    justified: dict[Fact, Justified], justifier: Justifier, known: Knowledge, step: int
) -> None:
    disputed = 0
    for fact, found in list(justified.items())[::step]:
        leaves = found.sets[0]
        proof = justifier.proof(fact, leaves)
        assert set(proof.leaves()) == leaves
        for leaf in leaves:
            claims = known.claims.get(leaf, ())
            assert claims or known.axioms[leaf]
            for claim in claims:
                reading = known.readings[claim]
                assert reading.line >= 1
                assert reading.start < reading.end
        disputed += any(known.is_disputed(leaf) for leaf in leaves)
    assert disputed > 50 / step


def test_the_graph_of_proofs_has_every_justification(
    justified: dict[Fact, Justified], known: Knowledge, graph: Store
) -> None:
    for fact, found in justified.items():
        node = proof_graph.name_of(fact)
        (complete,) = graph.quads_for_pattern(node, h("complete"), None, PROOFS)
        assert complete.object == Literal(found.complete)
        told = {
            quad.subject for quad in graph.quads_for_pattern(None, h("conclusion"), node, PROOFS)
        }
        sets = set()
        for one in told:
            # What an expression says by itself rests on no leaf.
            if any(graph.quads_for_pattern(one, h("size"), None, PROOFS)):
                leaves = graph.quads_for_pattern(one, h("leaf"), None, PROOFS)
                sets.add(frozenset(quad.object for quad in leaves))
        assert sets == {frozenset(map(proof_graph.name_of, leaves)) for leaves in found.sets}


@pytest.mark.parametrize("name", ["redundant", "nonredundant"])
def test_every_relation_of_the_release_is_a_fact_or_an_edge_of_its_members(
    closure: Closure, graph: Store, name: str
) -> None:
    told = [
        Fact(quad.subject.value, quad.predicate.value, quad.object.value)
        for quad in graph.quads_for_pattern(None, None, None, NamedNode(GRAPH + name))
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
    ]
    plain = {(fact.subject, fact.relation, fact.object) for fact in closure.facts}
    left = [fact for fact in told if (fact.subject, fact.relation, fact.object) not in plain]
    assert len(told) > 500
    assert len(left) > 20
    assert [fact for fact in left if not restatements.edges(closure, fact)] == []


def test_where_the_limit_was_met_it_is_said(justified: dict[Fact, Justified]) -> None:
    cut = [found for found in justified.values() if not found.complete]
    assert cut
    assert all(len(found.sets) <= LIMIT for found in justified.values())


def test_the_service_and_the_build_saturate_alike(known: Knowledge, closure: Closure) -> None:
    again = Saturation(known.facts, contexts=known.contexts, given=known.steps)
    assert again.finish().facts == closure.facts
