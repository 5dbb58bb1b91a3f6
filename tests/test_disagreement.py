"""What the documents disagree on: references, handling, and what rests on nothing else."""

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store

from kg_service import release

ROOT = Path(__file__).parents[1]
BASE = "https://w3id.org/heliotrope/"
RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
OBO = "http://purl.obolibrary.org/obo/"
DERMATOMYOSITIS = OBO + "MONDO_0016367"
PREDNISONE, TNF_INHIBITOR = BASE + "KG_0000060", BASE + "KG_0000224"
METHOTREXATE = OBO + "CHEBI_44185"
TITLE_CLASS = BASE + "KG_0000001"
KEPT, OWN_WORDS = "both kept; neither preferred", "recorded as the document's words; no conclusion"
Fact = tuple[str, str, str]


@pytest.fixture(scope="module")
def real() -> Store:
    store = Store()
    made = release.current(ROOT / "build")
    store.bulk_load(path=made.file("graph.nq"), format=RdfFormat.N_QUADS)
    return store


def values(store: Store, subject: NamedNode, key: str, graph: str) -> set[str]:
    found = store.quads_for_pattern(
        subject, NamedNode(f"{BASE}vocab/{key}"), None, NamedNode(f"{BASE}graph/{graph}")
    )
    return {quad.object.value for quad in found}


def conflicts(store: Store) -> list[NamedNode]:
    found = store.quads_for_pattern(
        None, RDF_TYPE, NamedNode(BASE + "vocab/Conflict"), NamedNode(BASE + "graph/conflicts")
    )
    return [quad.subject for quad in found]


def of_claim(store: Store, number: str) -> list[NamedNode]:
    claim = f"{BASE}claim/{number}"
    sides = ("oneSide", "otherSide")
    return [
        conflict
        for conflict in conflicts(store)
        if any(claim in values(store, conflict, side, "conflicts") for side in sides)
    ]


def statement(store: Store, node: NamedNode, graph: str) -> Fact:
    parts = [values(store, node, key, graph) for key in ("subject", "relation", "object")]
    subject, relation, object_ = (part.pop() if part else "" for part in parts)
    return subject, relation, object_


def resting_on_disputed(store: Store) -> dict[Fact, bool]:
    """Every derived statement, and whether only disputed claims give it in each of its scopes."""
    found: dict[Fact, bool] = {}
    graph = NamedNode(BASE + "graph/inferred")
    for quad in store.quads_for_pattern(None, NamedNode(BASE + "vocab/disputed"), None, graph):
        fact = statement(store, quad.subject, "inferred")
        found[fact] = found.get(fact, True) and quad.object == Literal(True)
    return found


def test_a_dose_for_adults_is_set_against_guideline_and_review(real: Store) -> None:
    (conflict,) = of_claim(real, "0000140")
    assert values(real, conflict, "reference", "conflicts") == {
        BASE + "KG_0005002",
        BASE + "KG_0005004",
    }
    (states,) = values(real, conflict, "referenceStates", "conflicts")
    assert states.startswith("prednisolone 0.5 to 1 mg/kg a day, usually 40 to 60 mg a day")
    assert values(real, conflict, "conflictKind", "conflicts") == {BASE + "vocab/aboutMagnitude"}


def test_the_name_of_the_rash_is_a_conflict_of_both_documents(real: Store) -> None:
    (conflict,) = of_claim(real, "0001001")
    assert values(real, conflict, "conflictKind", "conflicts") == {
        BASE + "vocab/aboutSignOrDisease"
    }
    documents = {
        side: {
            document
            for claim in values(real, conflict, side, "conflicts")
            for document in values(real, NamedNode(claim), "document", "claims")
        }
        for side in ("oneSide", "otherSide")
    }
    assert documents == {"oneSide": {BASE + "document/000"}, "otherSide": {BASE + "document/001"}}


def test_a_contested_treatment_is_flagged_and_one_of_several_doses_is_not(real: Store) -> None:
    flags = resting_on_disputed(real)
    treated = BASE + "vocab/mayBeTreatedWith"
    assert flags[(DERMATOMYOSITIS, treated, TNF_INHIBITOR)]
    assert not flags[(DERMATOMYOSITIS, treated, PREDNISONE)]
    assert not flags[(DERMATOMYOSITIS, treated, METHOTREXATE)]


def test_of_the_title_question_only_the_look_alike_is_flagged(real: Store) -> None:
    flags = resting_on_disputed(real)
    members = {
        fact[0]: flag
        for fact, flag in flags.items()
        if fact[1] == RDF_TYPE.value and fact[2] == TITLE_CLASS
    }
    assert members[DERMATOMYOSITIS] is False
    assert {name for name, flag in members.items() if flag} == {BASE + "KG_0000010"}


def test_nothing_follows_from_what_is_only_recorded(real: Store) -> None:
    proofs = NamedNode(BASE + "graph/proofs")
    premises = {
        statement(real, quad.object, "proofs")
        for quad in real.quads_for_pattern(None, NamedNode(BASE + "vocab/premise"), None, proofs)
    }
    assert (DERMATOMYOSITIS, BASE + "vocab/hasSubtype", OBO + "MONDO_0008054") in premises
    recorded = [
        claim
        for conflict in conflicts(real)
        if values(real, conflict, "handling", "conflicts").pop().startswith(OWN_WORDS)
        for claim in values(real, conflict, "oneSide", "conflicts")
    ]
    assert BASE + "claim/0000008" in recorded
    assert [c for c in recorded if statement(real, NamedNode(c), "claims") in premises] == []


def test_every_reference_is_cited_and_what_it_states_is_told(real: Store) -> None:
    sources = NamedNode(BASE + "graph/sources")
    known = real.quads_for_pattern(None, RDF_TYPE, NamedNode(BASE + "vocab/Reference"), sources)
    cited: set[str] = set()
    for conflict in conflicts(real):
        references = values(real, conflict, "reference", "conflicts")
        states = values(real, conflict, "referenceStates", "conflicts")
        assert bool(references) == bool(states), conflict
        cited |= references
    assert {quad.subject.value for quad in known} == cited


def test_handling_is_one_of_five_phrases(real: Store) -> None:
    phrases = {values(real, c, "handling", "conflicts").pop() for c in conflicts(real)}
    assert phrases == {
        KEPT,
        "both kept under terms of their own",
        "kept as written; the reference differs",
        "kept as written; read in the weaker sense",
        OWN_WORDS + " drawn",
    }


def test_no_denial_is_disputed(real: Store) -> None:
    denied = real.quads_for_pattern(
        None, NamedNode(BASE + "vocab/modality"), Literal("denied"), None
    )
    flag = NamedNode(BASE + "vocab/disputed")
    claims = {quad.subject for quad in denied}
    assert NamedNode(BASE + "claim/0000091") in claims
    for claim in claims:
        (told,) = real.quads_for_pattern(claim, flag, None, DefaultGraph())
        assert told.object == Literal(False)
