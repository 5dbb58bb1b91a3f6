"""Search over HTTP and in the index: what is found, in which order, and how fast it gives up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from kg_service.errors import ReleaseError
from kg_service.release import Release
from kg_service.web.search import FOUND_MAX, Index
from tests.conftest import Running


def found(server: Running, text: str) -> list[tuple[str, str]]:
    reply = server.get(f"/api/v1/search?q={quote(text)}")
    assert reply.status == 200
    content: Any = reply.json
    return [(result["id"], result["match"]) for result in content["results"]]


def test_a_whole_name_comes_first_and_labels_before_synonyms(rest_server: Running) -> None:
    assert found(rest_server, "Blue Rash") == [
        ("kg:0000201", "name"),
        ("kg:0000101", "name"),
        ("kg:0000202", "words"),
    ]


def test_words_are_found_in_any_order(rest_server: Running) -> None:
    assert found(rest_server, "fever glass") == [("kg:0000101", "words"), ("kg:0000102", "words")]


def test_beginnings_of_words_are_found(rest_server: Running) -> None:
    assert found(rest_server, "juv gla") == [("kg:0000102", "beginnings")]


@pytest.mark.parametrize("text", ["glas fevr", "glass fevre", "galss fever", "glasss fever"])
def test_typing_errors_are_forgiven(rest_server: Running, text: str) -> None:
    assert found(rest_server, text)[0] == ("kg:0000101", "similar")


def test_two_errors_in_a_long_word_are_forgiven(rest_server: Running) -> None:
    assert found(rest_server, "pnuemomia") == [("kg:0000701", "similar")]


def test_a_synonym_and_an_identifier_are_found(rest_server: Running) -> None:
    assert found(rest_server, "vitreous fever") == [("kg:0000101", "name")]
    assert found(rest_server, "kg:0000401") == [("kg:0000401", "name")]


def test_what_resembles_nothing_finds_nothing(rest_server: Running) -> None:
    assert found(rest_server, "qqqqqqqq") == []


@pytest.mark.parametrize("text", ['"', "*", "a AND b OR", "NEAR(x", "-", "%00", "' OR 1=1 --", "☃"])
def test_signs_of_the_index_language_are_only_text(rest_server: Running, text: str) -> None:
    assert rest_server.get(f"/api/v1/search?q={quote(text)}").status == 200


def test_a_result_says_which_name_matched(rest_server: Running) -> None:
    content: Any = rest_server.get("/api/v1/search?q=azure").json
    assert content["total"] == 1
    assert content["results"] == [
        {
            "id": "kg:0000201",
            "iri": "https://w3id.org/heliotrope/KG_0000201",
            "label": "blue rash",
            "name": "azure rash",
            "kind": "exact",
            "match": "words",
        }
    ]


def test_q_is_required(rest_server: Running) -> None:
    reply = rest_server.get("/api/v1/search")
    content: Any = reply.json
    assert (reply.status, content["parameter"]) == (400, "q")


@pytest.fixture(scope="module")
def index(kinds_release: Release) -> Iterator[Index]:
    opened = Index(kinds_release.file("search.sqlite"))
    yield opened
    opened.close()


def test_an_exact_name_keeps_its_punctuation(index: Index) -> None:
    assert [iri[-7:] for iri, _ in index.named("Blue-like rash")] == ["0000202"]
    assert index.named("blue like rash") == []


def test_no_more_than_the_maximum_is_found(index: Index) -> None:
    assert 0 < len(index.search("kg")) <= FOUND_MAX


def test_a_missing_index_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"search\.sqlite cannot be read"):
        Index(tmp_path / "search.sqlite")
