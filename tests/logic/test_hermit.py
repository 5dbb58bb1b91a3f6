"""HermiT: what it decides, its limits, and that it and our own saturation agree."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any

import pyhornedowl
import pytest

from kg_service.errors import (
    HeliotropeError,
    InconsistencyError,
    LimitError,
    UnsupportedAxiomError,
)
from kg_service.logic import adapter, hermit
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.closure import Closure
from kg_service.logic.hermit import Unsatisfiable, Verdict
from kg_service.logic.judge import judge_of
from kg_service.logic.reasoner import saturate
from kg_service.logic.rules import RULES
from tests.sampling import every

CASES = {path.name: path for path in sorted((Path(__file__).parent / "cases").iterdir())}
CLASHING = sorted(name for name, path in CASES.items() if (path / "clash.ofn").exists())
HOLDING = sorted(CASES.keys() - set(CLASHING))
T = "https://w3id.org/heliotrope/test/"


def read(text: str) -> pyhornedowl.PyIndexedOntology:
    prefixes = (
        f"Prefix(:=<{T}>)\nPrefix(h:=<{ax.VOCABULARY}>)\n"
        "Prefix(owl:=<http://www.w3.org/2002/07/owl#>)\n"
        "Prefix(xsd:=<http://www.w3.org/2001/XMLSchema#>)\n"
    )
    return pyhornedowl.open_ontology_from_string(f"{prefixes}Ontology(\n{text}\n)", "ofn")


def decide(ontology: pyhornedowl.PyIndexedOntology) -> Verdict:
    return hermit.decide(ontology, seconds=120, megabytes=500)


V = ax.VOCABULARY
# What our adapter reads by its IRI; everything else in the vocabulary is a case's own.
READ = ("context", "population", "inheritedBy", "overrides")


def own(name: str) -> dict[str, str]:
    """The namespaces of the cases, and those that one of them has among the others."""
    return {T: f"{T}{name}/", V: f"{V}{name}/"}


# HermiT asks for every property of every individual, so many cases in one ontology cost more than
# the starts of Java they save: measured, seven take the least time.
GROUPS = [HOLDING[start :: len(HOLDING) // 7] for start in range(len(HOLDING) // 7)]


def joined(names: Iterable[str]) -> pyhornedowl.PyIndexedOntology:
    """The axioms of some cases in one ontology, each with names of its own."""
    whole = pyhornedowl.PyIndexedOntology()
    for name in names:
        text = (CASES[name] / "asserted.ofn").read_text(encoding="utf-8")
        for shared, mine in own(name).items():
            text = text.replace(f"=<{shared}>", f"=<{mine}>")
        for word in READ:
            text = re.sub(rf"\bh:{word}\b", f"<{V}{word}>", text)
        for component in pyhornedowl.open_ontology_from_string(text, "ofn").get_axioms():
            whole.add_component(component.component, component.ann)
    return whole


class Verdicts:
    """What HermiT says about a case that holds; a group of cases is decided once, also if in
    vain."""

    def __init__(self) -> None:
        self._found: dict[int, Verdict | HeliotropeError] = {}

    def __call__(self, name: str) -> Verdict:
        """Give the part of the verdict that is about one case, in its own names."""
        number = next(place for place, names in enumerate(GROUPS) if name in names)
        if number not in self._found:
            try:
                self._found[number] = decide(joined(GROUPS[number]))
            except HeliotropeError as error:
                self._found[number] = error
        verdict = self._found[number]
        if isinstance(verdict, HeliotropeError):
            raise verdict
        mine = tuple(own(name).values())

        def back(*names: str) -> tuple[str, ...]:
            for shared, own_name in own(name).items():
                names = tuple(iri.replace(own_name, shared) for iri in names)
            return names

        def about(rows: frozenset[tuple[str, ...]]) -> frozenset[Any]:
            return frozenset(back(*row) for row in rows if row[0].startswith(mine))

        return Verdict(
            about(verdict.subclasses),
            about(verdict.types),
            about(verdict.relations),
            tuple(
                Unsatisfiable(*back(found.cls), back(*found.axioms), found.minimal)
                for found in verdict.unsatisfiable
                if found.cls.startswith(mine)
            ),
        )


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    return Verdicts()


def ours(name: str) -> Closure:
    """Our closure of the same axioms by the rules of OWL: without scoped statements and kinds."""
    whole = pyhornedowl.open_ontology_from_file(str(CASES[name] / "asserted.ofn"))
    unscoped = [c for c in whole.get_components() if not adapter.scope_of(c)]
    owl = {rule: RULES[rule] for rule in RULES if not rule.startswith("kind-")}
    return saturate(adapter.facts_of(unscoped), owl)


def named(facts: Iterable[Fact], relation: str, empty: Sequence[str] = ()) -> set[Any]:
    """The pairs of a relation between named things, as HermiT's verdict has them.

    What is about properties, about empty classes or reflexive is not in it.
    """
    left_out = {*empty, ax.NOTHING, ax.THING} | NOT_CLASSES
    pairs = {(f.subject, f.object) for f in facts if f.relation == relation}
    return {
        pair
        for pair in pairs
        if all(isinstance(end, str) for end in pair)
        and (relation != ax.SUBCLASS or pair[0] != pair[1])
        and not left_out & set(pair)
    }


NOT_CLASSES = {
    *(ax.TRANSITIVE, ax.SYMMETRIC, ax.ASYMMETRIC, ax.IRREFLEXIVE),
    *(ax.FUNCTIONAL, ax.INVERSE_FUNCTIONAL),
}


@cache
def only_hermit(name: str) -> list[Fact]:
    """What a case says HermiT derives and our rules alone do not; none where it has no file."""
    path = CASES[name] / "hermit.ofn"
    if not path.exists():
        return []
    return adapter.facts_of(pyhornedowl.open_ontology_from_file(str(path)).get_components())


@pytest.mark.long
@pytest.mark.parametrize("name", HOLDING)
def test_both_engines_agree_on_a_case_but_for_what_it_leaves_to_hermit(
    verdicts: Verdicts, name: str
) -> None:
    verdict, closure, more = verdicts(name), ours(name), only_hermit(name)
    assert not set(more) & set(closure.facts)
    empty = {fact.subject for fact in more if fact.object == ax.NOTHING} | {*closure.unsatisfiable}
    assert {found.cls for found in verdict.unsatisfiable} == empty
    both = (*closure.facts, *more)
    assert verdict.subclasses == named(both, ax.SUBCLASS, sorted(empty))
    assert verdict.types == named(both, ax.TYPE)
    # owlready2 stores no inverses, and no super-properties of what HermiT tells it.
    assert verdict.relations <= {(fact.subject, fact.relation, fact.object) for fact in both}


MERGED = """Ontology(
ClassAssertion(ObjectMaxCardinality(2 <urn:p>) <urn:a>)
ObjectPropertyAssertion(<urn:p> <urn:a> <urn:b>)
ObjectPropertyAssertion(<urn:p> <urn:a> <urn:c>)
ObjectPropertyAssertion(<urn:p> <urn:a> <urn:d>)
ClassAssertion(<urn:B> <urn:b>)
ClassAssertion(<urn:C> <urn:c>)
ClassAssertion(<urn:D> <urn:d>)
)"""


@pytest.mark.long
def test_what_hermit_lists_of_names_that_may_be_one_it_is_asked_again() -> None:
    right = {("urn:b", "urn:B"), ("urn:c", "urn:C"), ("urn:d", "urn:D")}
    ontology = pyhornedowl.open_ontology_from_string(MERGED, "ofn")
    judge = judge_of(ontology.get_components(), 60, 500)
    assert {(i, c) for i, c in judge.run(judge.axioms)["types"] if c != ax.THING} > right
    assert decide(ontology).types == right


@pytest.mark.parametrize(
    ("triple", "text"),
    [
        (("urn:a", ax.TYPE, "urn:B"), "ClassAssertion(ObjectComplementOf(<urn:B>) <urn:a>)"),
        (
            ("urn:a", "urn:p", "urn:b"),
            "ClassAssertion(ObjectComplementOf(ObjectHasValue(<urn:p> <urn:b>)) <urn:a>)",
        ),
        (
            ("urn:A", ax.SUBCLASS, "urn:B"),
            "ClassAssertion(ObjectIntersectionOf(<urn:A> ObjectComplementOf(<urn:B>))"
            f" <{hermit.SOMEBODY}>)",
        ),
    ],
)
def test_the_denial_of_a_conclusion(triple: tuple[str, str, str], text: str) -> None:
    assert str(hermit.denial(triple).component) == text


@pytest.mark.long
def test_cases_leave_something_to_hermit() -> None:
    left = {name: len(only_hermit(name)) for name in HOLDING if only_hermit(name)}
    assert left.keys() >= {"case-distinction", "counting", "restrictions-that-meet"}
    assert all(left.values())


def leaves(name: str) -> list[Any]:
    """The axioms below the clash that our own saturation sees in a case."""
    whole = pyhornedowl.open_ontology_from_file(str(CASES[name] / "asserted.ofn"))
    closure = ours(name)
    facts = closure.leaves(closure.clashes[0].premises)
    return [c for c in whole.get_components() if facts & set(adapter.facts_of_axiom(c))]


@pytest.mark.parametrize("name", every(9, CLASHING))
def test_hermit_sees_the_clash_that_our_saturation_sees(name: str) -> None:
    assert not hermit.is_consistent(leaves(name), seconds=60, megabytes=500)


@pytest.mark.long
@pytest.mark.parametrize("name", ["clash-disjoint", "clash-denied"])
def test_an_inconsistent_ontology_names_the_axioms_that_clash_and_no_others(name: str) -> None:
    whole = pyhornedowl.open_ontology_from_file(str(CASES[name] / "asserted.ofn"))
    with pytest.raises(InconsistencyError) as clash:
        decide(whole)
    assert set(clash.value.axioms) == {str(c.component) for c in leaves(name)}
    assert len(whole.get_axioms()) > len(clash.value.axioms) == 3
    assert "larger than needed" not in clash.value.message


@pytest.mark.long
def test_no_kind_is_an_instance_of_its_superclass(verdicts: Verdicts) -> None:
    types = verdicts("kinds").types
    assert (f"{T}JuvenileDermatomyositis", f"{ax.VOCABULARY}Kind") in types
    assert (f"{T}JuvenileDermatomyositis", f"{T}Dermatomyositis") not in types
    assert not [pair for pair in types if pair[1].startswith(T)]


@pytest.mark.long
def test_a_statement_with_a_scope_is_not_handed_over_without_it(verdicts: Verdicts) -> None:
    assert (f"{T}rash", f"{V}mayDirectlyLeadTo", f"{T}itch") in verdicts("contexts").relations
    assert not [triple for triple in verdicts("contexts").relations if triple[0] == f"{T}steroid"]


@pytest.mark.long
def test_what_only_numbers_contradict_comes_with_a_minimal_set() -> None:
    told = read(
        """
        SubClassOf(:Child DataSomeValuesFrom(:age
            DatatypeRestriction(xsd:integer xsd:maxExclusive "18"^^xsd:integer)))
        FunctionalDataProperty(:age)
        ClassAssertion(:Child :anna)
        DataPropertyAssertion(:age :anna "30"^^xsd:integer)
        DataPropertyAssertion(:age :ben "30"^^xsd:integer)
        ClassAssertion(:Child :carla)
        ClassAssertion(:Adult :ben)
        ObjectPropertyAssertion(:knows :anna :ben)
        ObjectPropertyAssertion(:knows :ben :carla)
        SubClassOf(:Adult :Person)
        """
    )
    with pytest.raises(InconsistencyError) as clash:
        decide(told)
    kinds = sorted(axiom.split("(")[0] for axiom in clash.value.axioms)
    assert kinds == [
        "ClassAssertion",
        "DataPropertyAssertion",
        "FunctionalDataProperty",
        "SubClassOf",
    ]
    assert not [axiom for axiom in clash.value.axioms if "ben" in axiom or "carla" in axiom]


@pytest.mark.long
def test_an_unsatisfiable_class_names_the_axioms_that_empty_it(verdicts: Verdicts) -> None:
    empty = {found.cls: found for found in verdicts("unsatisfiable").unsatisfiable}
    assert sorted(empty) == [f"{T}Amyopathic", f"{T}HeliotropeRash", f"{T}RashPatient"]
    assert empty[f"{T}HeliotropeRash"].axioms == (
        f"DisjointClasses(<{T}Sign> <{T}Disease>)",
        f"SubClassOf(<{T}HeliotropeRash> <{T}Disease>)",
        f"SubClassOf(<{T}HeliotropeRash> <{T}Sign>)",
    )
    assert len(empty[f"{T}RashPatient"].axioms) == 4
    assert all(found.minimal for found in empty.values())


@pytest.mark.parametrize("name", ["date", "gYear", "duration"])
def test_a_datatype_outside_the_map_is_refused_before_java(name: str) -> None:
    told = read(f'DataPropertyAssertion(:told :x "2024"^^xsd:{name})')
    with pytest.raises(UnsupportedAxiomError, match=f"XMLSchema#{name} is outside"):
        hermit.decide(told, seconds=0, megabytes=1)


def test_a_run_that_is_ended_stops_at_once() -> None:
    ended = Event()
    ended.set()
    with pytest.raises(LimitError, match="ended before its time"):
        hermit.decide(pigeons(12), seconds=60, megabytes=500, ended=ended)


def pigeons(holes: int) -> pyhornedowl.PyIndexedOntology:
    """One pigeon more than holes: quickly written, and not to be decided in any time we have."""
    hole = " ".join(f":Hole{number}" for number in range(holes))
    return read(
        f"SubClassOf(:Pigeon ObjectUnionOf({hole}))\n"
        f"DisjointClasses({hole})\n"
        f"ClassAssertion(ObjectMinCardinality({holes + 1} :keeps :Pigeon) :loft)\n"
        + "\n".join(
            f"ClassAssertion(ObjectMaxCardinality(1 :keeps :Hole{number}) :loft)"
            for number in range(holes)
        )
    )


def running(folder: Path) -> list[str]:
    """The command lines of running processes that name a folder."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = line.read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if str(folder) in command:
            found.append(command)
    return found


@pytest.mark.long
def test_hermit_is_ended_at_its_deadline_and_leaves_no_java_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    begun = time.monotonic()
    with pytest.raises(LimitError, match="HermiT passed its limit of 3 seconds"):
        hermit.decide(pigeons(12), seconds=3, megabytes=500)
    assert time.monotonic() - begun < 6
    assert running(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_hermit_is_refused_more_memory_than_it_was_given() -> None:
    with pytest.raises(LimitError, match="HermiT passed its limit of 4 megabytes"):
        hermit.decide(pigeons(40), seconds=60, megabytes=4)


@pytest.mark.parametrize(
    ("axiom", "reason"),
    [
        ("AsymmetricObjectProperty(:leadsTo)", "simple"),
        (
            "SubObjectPropertyOf(ObjectPropertyChain(:a :leadsTo) :a)\n"
            "SubObjectPropertyOf(ObjectPropertyChain(:a :leadsTo) :leadsTo)",
            "regular",
        ),
    ],
)
def test_what_hermit_refuses_is_a_typed_error_that_says_why(axiom: str, reason: str) -> None:
    told = read(
        f"TransitiveObjectProperty(:leadsTo)\nObjectPropertyAssertion(:leadsTo :x :y)\n{axiom}"
    )
    with pytest.raises(UnsupportedAxiomError, match=reason):
        decide(told)
