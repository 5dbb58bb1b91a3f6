"""An entity tag names one representation of one answer."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import pytest

from kg_service import release
from tests.conftest import Reply, Running, serving

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
ROWS = "/sparql?" + urlencode({"query": "SELECT * { ?s h:subtypeOf ?o }"})
REST = "/api/v1/documents?limit=1"


def got(server: Running, target: str, accept: str = "", have: str = "") -> Reply:
    headers: Mapping[str, str] = {"Accept": accept, "If-None-Match": have}
    return server.request("GET", target, headers={k: v for k, v in headers.items() if v})


@pytest.mark.parametrize("target", [ROWS, "/sparql?query=ASK%7B%7D"])
def test_a_query_is_not_answered_again_to_who_has_its_answer(
    server: Running, toy_release: release.Release, target: str
) -> None:
    first = got(server, target)
    tag = first.headers["etag"]
    # The rows may come in another order.
    assert tag.startswith(f'W/"{toy_release.digest}-')
    again = got(server, target, have=f'"else", {tag}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["vary"] == "Accept"
    assert got(server, target, have="*").status == 304
    assert got(server, target, have='"else"').body == first.body


def test_each_representation_has_a_tag_of_its_own(server: Running) -> None:
    tags = {kind: got(server, ROWS, kind).headers["etag"] for kind in (JSON, XML, "text/csv")}
    assert len(set(tags.values())) == 3
    other = got(server, ROWS, XML, have=tags[JSON])
    assert other.status == 200
    assert other.headers["content-type"].startswith(XML)
    assert got(server, ROWS, XML, have=tags[XML]).status == 304


def test_the_tag_of_one_query_is_none_of_another(server: Running) -> None:
    tag = got(server, "/sparql?query=ASK%7B%7D").headers["etag"]
    assert got(server, "/sparql?query=ASK%7B%20%7D", have=tag).status == 200
    assert got(server, "/sparql?query=ASK%7B", have=tag).status == 400
    assert got(server, "/sparql?query=ASK%7B", have="*").status == 400


@pytest.mark.parametrize("query", ["SELECT (RAND() AS ?x) {}", "SELECT * { FILTER(false) }"])
def test_what_is_never_the_same_has_no_tag(server: Running, query: str) -> None:
    assert "etag" not in server.query(query).headers


def test_what_was_posted_has_no_tag(server: Running) -> None:
    headers = {"Content-Type": "application/sparql-query", "If-None-Match": "*"}
    reply = server.request("POST", "/sparql", "ASK {}", headers)
    assert reply.status == 200
    assert "etag" not in reply.headers


@pytest.fixture(scope="module")
def elsewhere(kinds_release: release.Release) -> Iterator[Running]:
    settings = {"HELIOTROPE_BASE_URL": "https://kg.example"}
    with serving(kinds_release.path, settings=settings) as running:
        yield running


def test_an_answer_with_other_links_has_another_tag(
    rest_server: Running, elsewhere: Running
) -> None:
    here, there = got(rest_server, REST), got(elsewhere, REST)
    assert here.headers["etag"] != there.headers["etag"]
    assert got(elsewhere, REST, have=here.headers["etag"]).body == there.body
    assert got(elsewhere, REST, have=there.headers["etag"]).status == 304
