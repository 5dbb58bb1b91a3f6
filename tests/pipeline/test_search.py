"""The search index of a release: what it holds, and that it is always the same."""

import sqlite3
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg_service.errors import ReleaseError
from kg_service.names import Names
from kg_service.pipeline import search
from kg_service.words import distance, edits_allowed, grams, words

KG = "https://w3id.org/heliotrope/KG_"
NAMES = Names({"kg": KG})
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
EXACT = NamedNode("http://www.geneontology.org/formats/oboInOwl#hasExactSynonym")
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
RASH, FEVER = NamedNode(f"{KG}1"), NamedNode(f"{KG}2")
TRIPLES = [
    Triple(RASH, LABEL, Literal("Blue rash of glass")),
    Triple(RASH, EXACT, Literal("Azure rash")),
    Triple(FEVER, LABEL, Literal("Fever")),
    Triple(RASH, TYPE, NamedNode("https://w3id.org/heliotrope/vocab/FindingKind")),
    Triple(RASH, TYPE, NamedNode("http://www.w3.org/2002/07/owl#Class")),
]


def rows(file: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(file)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_names_are_stored_best_first(tmp_path: Path) -> None:
    file = tmp_path / "search.sqlite"
    assert search.build(TRIPLES, NAMES, file) == 5
    assert rows(file, "SELECT text, kind FROM name ORDER BY id") == [
        ("Fever", "label"),
        ("Blue rash of glass", "label"),
        ("Azure rash", "exact"),
        ("kg:1", "identifier"),
        ("kg:2", "identifier"),
    ]


def test_types_of_the_domain_are_kept_and_those_of_owl_are_not(tmp_path: Path) -> None:
    file = tmp_path / "search.sqlite"
    search.build(TRIPLES, NAMES, file)
    assert rows(file, "SELECT * FROM type") == [
        (f"{KG}1", "https://w3id.org/heliotrope/vocab/FindingKind")
    ]


def test_the_same_triples_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.sqlite", tmp_path / "other.sqlite"
    search.build(TRIPLES, NAMES, one)
    search.build([*reversed(TRIPLES), *TRIPLES], NAMES, other)
    assert one.read_bytes() == other.read_bytes()


def test_an_index_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "search.sqlite"
    search.build(TRIPLES, NAMES, file)
    with pytest.raises(ReleaseError, match=r"search\.sqlite exists already"):
        search.build(TRIPLES, NAMES, file)


def test_words_have_neither_case_nor_accents_nor_punctuation() -> None:
    assert words("Sjögren's Syndrome (TNF-α)") == ["sjogren", "s", "syndrome", "tnf", "α"]


def test_trigrams_mark_the_borders_of_a_word() -> None:
    assert grams("rash") == ["^ra", "ras", "ash", "sh$"]


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("rash", "rash", 0),
        ("rash", "rahs", 1),
        ("rash", "ash", 1),
        ("dermatomyositis", "dermatomiosytis", 2),
        ("rash", "fever", 3),
        ("prednisone", "prednisolone", 2),
    ],
)
def test_distance_counts_typing_errors_up_to_a_limit(one: str, other: str, edits: int) -> None:
    assert distance(one, other, 2) == edits


def test_short_words_may_hold_fewer_errors() -> None:
    assert [edits_allowed(word) for word in ("ana", "rash", "myositis")] == [0, 1, 2]
