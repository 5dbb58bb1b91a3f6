"""Grades on the real release: exact for every fact, and right answers at every floor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import TypeAlias

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store, Variable

from kg_service import queries, release
from kg_service.grades import BY_IRI, Grade
from kg_service.logic import axioms as ax
from kg_service.logic import evidence, knowledge
from kg_service.logic.axioms import VOCABULARY, Fact
from kg_service.logic.closure import Closure
from kg_service.logic.justifications import LIMIT, Justifier
from kg_service.logic.knowledge import Knowledge
from tests.test_architecture import ROOT

Best: TypeAlias = dict[str, dict[str, Grade]]
"""By disease and what it is related to, the best grade of any of some relations."""

API = queries.load(ROOT / "sparql" / "api")
# What the rows of a route are about, and the relations that make one.
ROUTES = {
    "disease-antibodies": ("antibody", ("hasAssociatedAntibody",)),
    "disease-cancers": ("cancer", ("mayHaveAssociatedCancer",)),
    "disease-complications": ("complication", ("mayLeadTo", "mayHaveOrganManifestation")),
    "disease-demographics": ("group", ("occursIn",)),
    "disease-findings": ("finding", ("mayPresentAs",)),
    "disease-treatments": ("treatment", ("mayBeTreatedWith",)),
    "disease-workup": ("test", ("isAssessedBy",)),
}


@pytest.fixture(scope="module")
def real() -> release.Release:
    return release.current(ROOT / "build")


@pytest.fixture(scope="module")
def known(real: release.Release) -> Knowledge:
    return knowledge.read(real.file(knowledge.FILE))


@pytest.fixture(scope="module")
def closure(known: Knowledge) -> Closure:
    return known.saturation().finish()


@pytest.fixture(scope="module")
def held(known: Knowledge, closure: Closure) -> dict[Fact, Grade]:
    return evidence.carried(closure, evidence.grades(known))


@pytest.fixture(scope="module")
def graph(real: release.Release) -> Store:
    store = Store()
    store.bulk_load(path=real.file("graph.nq"), format=RdfFormat.N_QUADS)
    return store


def best_of(closure: Closure, held: Mapping[Fact, Grade], relations: Iterable[str]) -> Best:
    """What diseases are related to by any of these relations or one below, scope aside."""
    wanted = {VOCABULARY + name for name in relations}
    family = wanted | {
        fact.subject
        for fact in closure.facts
        if fact.relation == ax.SUBPROPERTY and fact.object in wanted
    }
    diseases = {
        fact.subject
        for fact in closure.facts
        if fact.relation == ax.TYPE and fact.object == f"{VOCABULARY}DiseaseKind"
    }
    best: Best = defaultdict(dict)
    for fact in closure.facts:
        if fact.relation in family and fact.subject in diseases:
            found = best[str(fact.subject)]
            found[str(fact.object)] = max(held[fact], found.get(str(fact.object), min(Grade)))
    return best


def rows(graph: Store, name: str, **asked: NamedNode | Literal) -> QuerySolutions:
    found = graph.query(API[name].text, substitutions={Variable(k): v for k, v in asked.items()})
    assert isinstance(found, QuerySolutions)
    return found


@pytest.mark.long
def test_every_fact_carries_the_weakest_leaf_of_its_best_justification(
    known: Knowledge, closure: Closure, held: dict[Fact, Grade]
) -> None:
    own = evidence.grades(known)
    justifier = Justifier(closure, LIMIT, known.cut)
    complete = 0
    for fact in closure.facts:
        found = justifier.of(fact)
        best = max(
            (min((own[leaf] for leaf in leaves), default=max(Grade)) for leaves in found.sets),
            default=min(Grade),
        )
        complete += found.complete
        same = closure.find(fact.subject, fact.relation, fact.object)
        if any(each.scope < fact.scope for each in same):
            # Told in a scope, though it holds in a smaller one: a dispute about the one stays.
            assert fact in known.facts and held[fact] <= best, fact
            continue
        # Sets that the search left out can only be better than those it gave.
        assert held[fact] == best if found.complete else held[fact] >= best, fact
    assert complete > 0.75 * len(closure.facts)


def test_disputed_is_just_what_is_lost_with_the_disputed_assertions(
    known: Knowledge, closure: Closure, held: dict[Fact, Grade]
) -> None:
    doubtful = [fact for fact in known.facts if evidence.grade(known, fact) is Grade.DISPUTED]
    saturation = known.saturation()
    saturation.withdraw(doubtful)
    left = saturation.finish()
    kept = set(left.facts)
    lost = {fact for fact in closure.facts if fact not in kept and not left.smaller(fact)}
    assert lost - set(doubtful)
    assert {fact for fact in closure.facts if held[fact] is Grade.DISPUTED} == lost


@pytest.mark.parametrize("name", ROUTES)
def test_a_disease_has_just_what_holds_at_each_floor(
    graph: Store, closure: Closure, held: dict[Fact, Grade], name: str
) -> None:
    about, relations = ROUTES[name]
    best = best_of(closure, held, relations)
    assert best
    for disease, things in best.items():
        shown: dict[str, Grade] = {}
        for row in rows(graph, name, disease=NamedNode(disease)):
            if row[about] is not None:
                graded = BY_IRI[row["evidence"].value]
                shown[row[about].value] = max(graded, shown.get(row[about].value, min(Grade)))
        # The antibody's own end, and steps that use a test, are rows without such a relation.
        assert {thing: shown.get(thing) for thing in things} == things


@pytest.mark.long
def test_conditions_are_just_those_that_meet_every_criterion_at_the_floor(
    graph: Store, closure: Closure, held: dict[Fact, Grade]
) -> None:
    best = best_of(closure, held, ("mayPresentAs",))
    pairs = {pair for things in best.values() for pair in combinations(sorted(things), 2)}
    vanished = 0
    for first, second in sorted(pairs)[::40]:
        for floor in Grade:
            expected = {
                disease
                for disease, things in best.items()
                if all(things.get(finding, 0) >= floor for finding in (first, second))
            }
            asked = {"finding": Literal(f"{first} {second}"), "min_evidence": Literal(floor.label)}
            found = {
                (row["disease"].value, row["asked"].value)
                for row in rows(graph, "conditions", **asked)
                if BY_IRI[row["evidence"].value] >= floor
            }
            assert {disease for disease, _ in found} == expected
            assert len(found) == 2 * len(expected)
            vanished += floor > min(Grade) and not expected
    assert vanished
