"""A conflict keeps both sides, marks their claims, and what rests on nothing else."""

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store

from kg_service.errors import TableError
from kg_service.pipeline import build
from kg_service.pipeline.build import Places
from tests.pipeline.conftest import CONFLICT, with_conflict

H = "https://w3id.org/heliotrope/vocab/"
TOY = "http://purl.obolibrary.org/obo/TOY_000000"
CLAIM = "https://w3id.org/heliotrope/claim/000000"
GRAPH = "https://w3id.org/heliotrope/graph/"


def store_of(places: Places) -> Store:
    store = Store()
    path = build.build(places).file("graph.nq")
    store.load(path=path, format=RdfFormat.N_QUADS)
    return store


def flags(store: Store, subject: str) -> list[str]:
    node, flag = NamedNode(subject), NamedNode(H + "disputed")
    return [q.object.value for q in store.quads_for_pattern(node, flag, None, DefaultGraph())]


def test_claims_of_both_sides_are_disputed_and_no_others(disputed: Store) -> None:
    assert flags(disputed, CLAIM + "2") == ["true"]
    assert flags(disputed, CLAIM + "3") == ["true"]
    assert flags(disputed, CLAIM + "1") == ["false"]


def test_without_a_conflict_no_claim_is_disputed(places: Places) -> None:
    store = store_of(places)
    assert [flags(store, CLAIM + n) for n in "123"] == [["false"]] * 3


def test_what_only_disputed_claims_give_is_flagged(disputed: Store) -> None:
    flagged = {
        tuple(
            next(disputed.quads_for_pattern(q.subject, NamedNode(H + key), None, None)).object.value
            for key in ("subject", "relation", "object")
        )
        for q in disputed.quads_for_pattern(
            None, NamedNode(H + "disputed"), Literal(True), NamedNode(GRAPH + "inferred")
        )
    }
    assert (TOY + "1", H + "mayPresentWith", TOY + "4") in flagged
    assert (TOY + "1", H + "mayPresentWith", TOY + "3") not in flagged


def test_a_disputed_denial_makes_no_axiom_and_an_undisputed_one_does(places: Places) -> None:
    negative = NamedNode("http://www.w3.org/2002/07/owl#NegativePropertyAssertion")
    assert list(store_of(places).quads_for_pattern(None, None, negative, None))
    with_conflict(places)
    assert not list(store_of(places).quads_for_pattern(None, None, negative, None))


@pytest.mark.long
def test_a_conflict_about_a_document_disputes_no_claim(places: Places) -> None:
    about = "claim:0000002\tclaim:0000003\t"
    with_conflict(places, CONFLICT.replace(about, "\t\tdoc:900"))
    store = store_of(places)
    assert [flags(store, CLAIM + n) for n in "123"] == [["false"]] * 3
    named = store.quads_for_pattern(None, NamedNode(H + "concernsDocument"), None, None)
    assert {quad.object.value for quad in named} == {"https://w3id.org/heliotrope/document/900"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("claim:0000003", "claim:0000009", "conflicts.tsv:3: column 'Other side': found 'claim:0"),
        ("claim:0000003", "claim:0000002", "expected claims that are not on the one side as well"),
        ("claim:0000003", "", "expected claims of another side, or a reference"),
        ("claim:0000002", "", "column 'One side': found '', expected claims of one side, or a doc"),
        ("claim:0000003\t", "\tdoc:900", "expected no claims in a conflict about a document"),
        ("both kept", "", "column 'Handling': found '', expected a value"),
        ("why", "", "column 'Reason': found '', expected a value"),
        ("h:aboutStrength", "h:aboutWeather", "expected rows for all it mentions; https://w3id"),
    ],
)
def test_a_conflict_that_lacks_a_part_is_refused(
    places: Places, old: str, new: str, message: str
) -> None:
    with_conflict(places, CONFLICT.replace(old, new))
    with pytest.raises(TableError) as caught:
        build.build(places)
    assert message in str(caught.value)
