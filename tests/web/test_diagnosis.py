"""A SELECT without rows points to its diagnosis, which says why."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from ..conftest import Running

BROKEN = "SELECT ?l { kg:0900001 rdfs:lable ?l }"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"


def test_the_link_of_an_answer_without_rows_leads_to_what_is_broken(server: Running) -> None:
    reply = server.query(BROKEN, JSON)
    (link,) = json.loads(reply.body)["head"]["link"]
    assert reply.headers["link"] == f'<{link}>; rel="help"'
    assert reply.headers["cache-control"] == "no-store"
    path = f"/sparql/queries/{reply.headers['query-id']}/diagnosis"
    assert link == f"http://127.0.0.1:{server.port}{path}"
    found = json.loads(server.get(path).body)
    assert found["id"] == reply.headers["query-id"]
    assert found["verdict"] == "broken"
    assert found["broken"][0]["text"] == "rdfs:lable"
    assert found["suggestions"][0]["id"] == "rdfs:label"


def test_the_link_is_in_xml_too(server: Running) -> None:
    for text in (BROKEN, "SELECT * { FILTER(false) }"):
        reply = server.query(text, XML)
        spaces = {"r": "http://www.w3.org/2005/sparql-results#"}
        found = ElementTree.fromstring(reply.body).find("r:head/r:link", spaces)
        assert found is not None
        assert reply.headers["link"] == f'<{found.get("href")}>; rel="help"'


@pytest.mark.parametrize(
    ("accept", "body"), [("text/csv", b"l\r\n"), ("text/tab-separated-values", b"?l\n")]
)
def test_csv_and_tsv_have_the_header_only(server: Running, accept: str, body: bytes) -> None:
    reply = server.query(BROKEN, accept)
    assert reply.body == body
    assert reply.headers["link"].endswith('/diagnosis>; rel="help"')


@pytest.mark.parametrize("text", ["SELECT * {}", "ASK { <a:a> <a:b> <a:c> }", "CONSTRUCT {} {}"])
def test_an_answer_with_rows_and_other_forms_point_nowhere(server: Running, text: str) -> None:
    assert "link" not in server.query(text).headers


def test_what_was_never_asked_has_no_diagnosis(server: Running) -> None:
    reply = server.get("/sparql/queries/nobody/diagnosis")
    assert reply.status == 404
    assert json.loads(reply.body)["type"] == "/problems/query"
