"""Mappings over REST, and their sets as files."""

from typing import Any

import pytest

from kg_service.release import Release
from tests.conftest import MAPPINGS, Running


def found(server: Running, query: str) -> list[tuple[str, str, str]]:
    answer: Any = server.get(f"/api/v1/mappings{query}").json
    keys = ("subject_id", "predicate_id", "object_id")
    return [tuple(result[key]["id"] for key in keys) for result in answer["results"]]


REFERENCE = ("kg:0000101", "oboInOwl:hasDbXref", "DOID:0999998")
EXACT = ("kg:0000101", "skos:exactMatch", "MONDO:0999999")
BROAD = ("kg:0000201", "skos:broadMatch", "MONDO:0999997")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [REFERENCE, EXACT, BROAD]),
        ("?subject=glass%20fever", [REFERENCE, EXACT]),
        ("?subject=kg:0000201", [BROAD]),
        ("?prefix=mondo", [EXACT, BROAD]),
        ("?prefix=LOINC", []),
        ("?predicate=exactMatch", [EXACT]),
        ("?predicate=oboInOwl:hasDbXref", [REFERENCE]),
        ("?object=DOID:0999998", [REFERENCE]),
        ("?object=http://purl.obolibrary.org/obo/DOID_0999998", [REFERENCE]),
        ("?set=toy&prefix=DOID", [REFERENCE]),
        ("?set=other", []),
    ],
)
def test_mappings_are_found_by_what_they_say(
    rest_server: Running, query: str, expected: list[tuple[str, str, str]]
) -> None:
    assert found(rest_server, query) == expected


def test_a_mapping_names_what_shows_it(rest_server: Running) -> None:
    answer: Any = rest_server.get("/api/v1/mappings?prefix=DOID").json
    mapping = answer["results"][0]
    assert mapping["mapping_justification"]["id"] == "semapv:MappingChaining"
    assert mapping["shown_by"] == "toy.obo.gz"
    assert mapping["shown_by_version"] == "2025"
    assert mapping["via"]["id"] == "MONDO:0999999"
    assert mapping["object_source"]["iri"] == "https://bioregistry.io/registry/doid"
    assert mapping["mapping_set_id"]["iri"] == "https://w3id.org/heliotrope/sssom/toy"
    assert (mapping["object_label"], mapping["comment"]) == (None, None)


def test_a_term_shows_its_mappings_cross_references_too(rest_server: Running) -> None:
    answer: Any = rest_server.get("/api/v1/terms/kg:0000101").json
    shown = [(x["predicate"]["id"], x["mapping"]["id"]) for x in answer["mappings"]]
    assert shown == [
        ("oboInOwl:hasDbXref", "DOID:0999998"),
        ("skos:exactMatch", "MONDO:0999999"),
    ]


def test_a_set_is_served_as_it_is_in_the_release(
    rest_server: Running, kinds_release: Release
) -> None:
    reply = rest_server.get("/sssom/toy.sssom.tsv")
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/tab-separated-values; charset=utf-8"
    assert reply.body == MAPPINGS.read_bytes()
    assert reply.headers["etag"].startswith(f'"{kinds_release.digest}-')
    again = rest_server.request(
        "GET", "/sssom/toy.sssom.tsv", headers={"If-None-Match": reply.headers["etag"]}
    )
    assert (again.status, again.body) == (304, b"")


def test_a_set_that_is_not_there_is_404_with_those_that_are(rest_server: Running) -> None:
    reply: Any = rest_server.get("/sssom/terms.sssom.tsv")
    assert reply.status == 404
    assert reply.json["detail"] == "There is no mapping set 'terms'. There are: toy."
