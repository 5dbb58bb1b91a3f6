"""A SELECT without rows points to its diagnosis, which says why."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from ..conftest import Reply, Running, serving
from .test_pages import LOADING, Page

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


LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


def diagnosed(server: Running, text: str, accept: str = BROWSER) -> Reply:
    id_ = server.query(text, JSON).headers["query-id"]
    return server.get(f"/sparql/queries/{id_}/diagnosis", accept)


def test_a_browser_is_told_in_a_page_and_a_program_in_json(server: Running) -> None:
    page = diagnosed(server, BROKEN)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for accept in ("application/json", "*/*", "application/json, text/html;q=0.9"):
        reply = diagnosed(server, BROKEN, accept)
        assert reply.headers["content-type"] == "application/json"
        for found in (page, reply):
            assert (found.status, found.headers["vary"]) == (200, "Accept")
            assert found.headers["cache-control"] == "no-store"
    refused = diagnosed(server, BROKEN, "text/turtle")
    assert refused.status == 406
    assert json.loads(refused.body)["offers"] == ["application/json", "text/html"]


def test_the_page_marks_what_is_broken_and_asks_again(server: Running) -> None:
    text = "SELECT ?l { kg:0900001 rdfs:lable ?l ; rdfs:lebel ?m }"
    reply = diagnosed(server, text)
    shown = "SELECT ?l { kg:0900001 <mark>rdfs:lable</mark> ?l ; <mark>rdfs:lebel</mark> ?m }"
    assert f"<pre><code>{shown}</code></pre>" in reply.text
    assert "Line 1, column 24. rdfs:lable is nowhere in the data at this place." in reply.text
    links = Page(reply.text).values("a", "href")
    asked = [link for link in links if link.startswith("/sparql?query=")]
    assert len(asked) == 2
    for link in asked:
        # Each puts right the other place, too.
        rows = json.loads(server.get(link, JSON).body)["results"]["bindings"]
        assert [row["l"]["value"] for row in rows] == ["amberpox"]


def test_the_page_tells_what_each_pattern_matches(server: Running) -> None:
    reply = diagnosed(server, "SELECT * { kg:0900001 rdfs:label 'no such' . ?s rdfs:label ?l }")
    assert "No mistake is found in it; the data have none." in reply.text
    assert "<code><mark>kg:0900001 rdfs:label &#39;no such&#39;</mark></code>" in reply.text
    assert "<code>?s rdfs:label ?l</code>" in reply.text
    assert "What is broken" not in reply.text


def test_the_page_obeys_its_policy_and_has_nothing_from_outside(server: Running) -> None:
    reply = diagnosed(server, BROKEN)
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    page = Page(reply.text)
    assert page.values("link", "href") == ["/static/style.css"]
    for tag, attributes in page.elements:
        assert tag not in {"script", "style", "iframe", "object", "embed"}
        assert not LOADING & set(attributes) and "style" not in attributes
    assert all(link[0] in "/#" for link in page.values("a", "href"))


def test_queries_and_labels_never_become_markup(server: Running) -> None:
    text = """SELECT * { ?s rdfs:lable "<script>alert(1)</script>" ; <urn:a&quot;b> '<b x="' }"""
    reply = diagnosed(server, text)
    page = Page(reply.text)
    assert not {"script", "b"} & {tag for tag, _ in page.elements}
    plain = reply.text.replace("<mark>", "").replace("</mark>", "")
    assert f"<pre><code>{text}</code></pre>" in unescape(plain)


def test_a_label_of_the_data_never_becomes_markup(tmp_path: Path) -> None:
    label = '"><script>alert(1)</script>'
    data = tmp_path / "labels.ttl"
    data.write_text(
        f"<urn:x> <urn:colors> 1 . <urn:colors> {LABEL} {json.dumps(label)} .", encoding="utf-8"
    )
    with serving(data) as server:
        reply = diagnosed(server, "SELECT * { ?x <urn:colours> ?y }")
    assert f"</code></a> {label}</li>" in unescape(reply.text)
    assert "script" not in {tag for tag, _ in Page(reply.text).elements}


def test_a_query_too_long_for_an_address_is_no_link(server: Running) -> None:
    reply = diagnosed(server, f"SELECT ?l {{ kg:0900001 rdfs:lable ?l }} # {'x' * 5000}")
    assert "<code>rdfs:label</code>" in reply.text
    assert "/sparql?query=" not in reply.text


def test_a_relative_iri_is_that_of_the_endpoint(server: Running) -> None:
    found = json.loads(diagnosed(server, "SELECT * { <x> rdfs:label ?l }", "application/json").body)
    assert found["broken"][0]["text"] == "<x>"


def test_a_query_with_rows_or_without_an_end_has_no_diagnosis(server: Running) -> None:
    for text in ("SELECT * { ?s rdfs:label ?l }", "ASK {}"):
        reply = diagnosed(server, text, "application/json")
        assert (reply.status, json.loads(reply.body)["type"]) == (404, "/problems/query")
        assert "has rows" in json.loads(reply.body)["detail"]
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    target = "/sparql?timeout=0.2&" + urlencode({"query": endless})
    failed = server.get(target, JSON)
    assert failed.status == 503
    reply = server.get(f"/sparql/queries/{failed.headers['query-id']}/diagnosis")
    assert reply.status == 404
    assert "The query failed" in json.loads(reply.body)["detail"]


def test_a_kept_answer_has_a_diagnosis_once_its_query_is_named(server: Running) -> None:
    text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s rdfs:lable ?o . ?s ?p ?o }"
    target = "/sparql?" + urlencode({"query": text})
    kept = [server.get(target).headers["query-id"] for _ in range(2)][1]
    reply = server.get(f"/sparql/queries/{kept}/diagnosis")
    assert reply.status == 404
    assert (
        "kept from an earlier query. Ask again with a Query-Id" in json.loads(reply.body)["detail"]
    )
    server.request("GET", target, headers={"Query-Id": "an-empty-graph"})
    found = json.loads(server.get("/sparql/queries/an-empty-graph/diagnosis").body)
    assert found["broken"][0]["instead"] == ["rdfs:label"]


def test_a_slice_and_a_parameter_are_named_in_the_page(server: Running) -> None:
    page = diagnosed(server, "SELECT * { ?s rdfs:label ?l } OFFSET 1000000").text
    assert "<mark>OFFSET 1000000</mark>" in page
    target = "/sparql?default-graph-uri=urn:nope&" + urlencode({"query": "SELECT * { ?s ?p ?o }"})
    id_ = server.get(target, JSON).headers["query-id"]
    page = server.get(f"/sparql/queries/{id_}/diagnosis", BROWSER).text
    assert "Parameter default-graph-uri. There is no graph &lt;urn:nope&gt;" in page
