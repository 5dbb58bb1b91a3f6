"""Both reasoners together: what HermiT alone concludes is a step with minimal sets of axioms."""

from __future__ import annotations

import os
from pathlib import Path

import pyhornedowl
import pytest

from kg_service.errors import InconsistencyError, UnsupportedAxiomError
from kg_service.logic import adapter, decision, hermit
from kg_service.logic.axioms import SUBCLASS, TRANSITIVE, TYPE, Fact
from kg_service.logic.decision import RULE, Decision
from kg_service.logic.reasoner import saturate
from tests.logic.test_hermit import read
from tests.logic.worlds import CASES, T
from tests.logic.worlds import read as facts_of

# Each conclusion costs HermiT some dozen runs, so `make test` has one folder, `make proofs` all.
FOLDERS = [case for case in CASES if (case / "hermit.ofn").exists()]
TRIED = FOLDERS if os.environ.get("HELIOTROPE_ALL_PROOFS") else FOLDERS[-1:]


def decide(ontology: pyhornedowl.PyIndexedOntology) -> Decision:
    return decision.decide(ontology, seconds=240, megabytes=500)


@pytest.mark.long
@pytest.mark.parametrize("case", TRIED, ids=lambda path: path.name)
def test_together_they_conclude_what_ours_do_and_what_hermit_alone_does(case: Path) -> None:
    ontology = pyhornedowl.open_ontology_from_file(str(case / "asserted.ofn"))
    decided = decide(ontology)
    holds = set(decided.closure.facts)
    for name in ("entailed", "hermit"):
        assert set(facts_of(case, name)[0]) <= holds
    alone = set(facts_of(case, "hermit")[0])
    assert alone <= {fact for fact, _ in decided.steps} | {
        fact for fact in holds if fact not in set(saturate(facts_of(case, "asserted")[0]).facts)
    }
    for fact, step in decided.steps:
        assert step.rule == RULE
        assert from_these_alone(ontology, fact, step.premises)


def from_these_alone(
    ontology: pyhornedowl.PyIndexedOntology, fact: Fact, premises: tuple[Fact, ...]
) -> bool:
    """Whether HermiT, run again on the axioms of some premises, concludes a fact."""
    some = pyhornedowl.PyIndexedOntology()
    for component in ontology.get_components():
        if set(adapter.facts_of_axiom(component)) & set(premises):
            some.add_component(component.component, component.ann)
    verdict = hermit.decide(some, seconds=60, megabytes=500)
    pairs = verdict.subclasses | verdict.types
    return (fact.subject, fact.object) in pairs or (
        fact.subject,
        fact.relation,
        fact.object,
    ) in verdict.relations


def test_an_inconsistency_names_every_minimal_set_that_clashes() -> None:
    told = read(
        """
        DisjointClasses(:Sick :Well)
        ClassAssertion(:Sick :anna)
        ClassAssertion(:Well :anna)
        ClassAssertion(:Person :anna)
        SubClassOf(:Person :Well)
        ClassAssertion(:Person :ben)
        """
    )
    with pytest.raises(InconsistencyError) as clash:
        decide(told)
    assert [len(found) for found in clash.value.sets] == [3, 4]
    assert clash.value.axioms == clash.value.sets[0]
    assert not [axiom for found in clash.value.sets for axiom in found if "ben" in axiom]


def test_a_circle_names_what_makes_it() -> None:
    told = read("SubClassOf(:A :B) SubClassOf(:B :C) SubClassOf(:C :A) SubClassOf(:D :A)")
    with pytest.raises(InconsistencyError, match=f"<{T}A> is below itself") as circle:
        decide(told)
    assert len(circle.value.axioms) == 3
    assert not [axiom for axiom in circle.value.axioms if f"{T}D" in axiom]


@pytest.mark.parametrize(
    "told",
    [
        "EquivalentClasses(:A :B :C)",
        "EquivalentClasses(:A :B) EquivalentClasses(:B :C)",
        "SubClassOf(:A :B) EquivalentClasses(:A :B)",
        "EquivalentClasses(:A ObjectSomeValuesFrom(:p :X)) EquivalentClasses(:B ObjectSomeValuesFrom(:p :X))",
        'EquivalentClasses(:A DataSomeValuesFrom(:s DatatypeRestriction(xsd:integer xsd:minExclusive "7"^^xsd:integer))) '
        'EquivalentClasses(:B DataSomeValuesFrom(:s DatatypeRestriction(xsd:integer xsd:minInclusive "8"^^xsd:integer)))',
    ],
)  # fmt: skip
def test_classes_that_are_equivalent_are_no_circle(told: str) -> None:
    closure = decision.draft(read(told)).closure
    assert closure.find(f"{T}A", SUBCLASS, f"{T}B")
    assert closure.find(f"{T}B", SUBCLASS, f"{T}A")


CHAIN = "SubObjectPropertyOf(ObjectPropertyChain(:{} :{}) :{})"


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ([CHAIN.format("p", "q", "r"), CHAIN.format("r", "s", "q")], f"Chains put <{T}q> before"),
        ([CHAIN.format("p", "q", "p"), CHAIN.format("p", "q", "q")], f"Chains put <{T}p> before"),
        (["InverseObjectProperties(:p :n)", CHAIN.format("n", "q", "p")], f"Chains put <{T}n> be"),
        ([CHAIN.format("p", "q", "p"), "FunctionalObjectProperty(:p)"], f"<{T}p> is functional"),
        (
            ["TransitiveObjectProperty(:p)", "SubObjectPropertyOf(:p :q)",
             "SubClassOf(:A ObjectMaxCardinality(2 :q :B))"],
            rf"<{T}q> is counted, but is composed: <{T}p> <{TYPE}> <{TRANSITIVE}>\.",
        ),
    ],
)  # fmt: skip
def test_properties_outside_owl_2_dl_are_named_with_their_axioms(
    told: list[str], message: str
) -> None:
    with pytest.raises(UnsupportedAxiomError, match=message):
        decision.draft(read(" ".join(told)))
    for number in range(len(told)):
        decision.draft(read(" ".join(told[:number] + told[number + 1 :])))


def test_an_ill_typed_literal_is_named() -> None:
    with pytest.raises(UnsupportedAxiomError, match=r'"x" is no value of .*integer'):
        decide(read('DataPropertyAssertion(:d :a "x"^^xsd:integer)'))
