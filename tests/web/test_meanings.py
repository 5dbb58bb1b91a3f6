"""The type of a problem leads to what it means, for programs and for people."""

from typing import Any

import pytest

from kg_service.web.problems import KINDS
from tests.conftest import Running

STANDARD = {"type", "title", "status", "detail", "instance"}
TYPES = {f"/problems/{kind.name}": (kind.title, int(kind.status)) for kind in KINDS.values()}


def told(server: Running, target: str) -> Any:
    reply = server.get(target, "application/json")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    return reply.json


@pytest.mark.parametrize("type_", TYPES)
def test_every_type_is_answered_with_its_status(rest_server: Running, type_: str) -> None:
    title, status = TYPES[type_]
    found = told(rest_server, type_)
    assert (found["type"], found["title"], found["status"]) == (type_, title, status)
    page = rest_server.get(type_, "text/html")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f"<h1>{title}</h1>" in page.text and f"<td>{status} " in page.text


def test_all_types_are_listed_by_status(rest_server: Running) -> None:
    found = told(rest_server, "/problems/")
    assert (found["total"], found["next"]) == (len(TYPES), None)
    assert {one["type"] for one in found["results"]} == set(TYPES)
    statuses = [one["status"] for one in found["results"]]
    assert statuses == sorted(statuses)
    page = rest_server.get("/problems/", "text/html").text
    assert all(f'href="{type_}"' in page for type_ in TYPES)
    assert told(rest_server, "/problems") == found


def test_a_meaning_is_what_the_class_says(rest_server: Running) -> None:
    found = told(rest_server, "/problems/header-limit")
    del found["release"]
    assert found == {
        "type": "/problems/header-limit",
        "name": "header-limit",
        "title": "Header too large",
        "status": 431,
        "meaning": "The header has more fields, or more bytes, than `limit`; `unit` is what was"
        " counted.",
        "members": {"limit": {"type": "integer"}, "unit": {"type": "string"}},
        "retry_after": False,
        "advice": "Send less.",
    }
    page = rest_server.get("/problems/header-limit", "text/html").text
    assert "or more bytes, than <code>limit</code>; <code>unit</code> is what was counted." in page


def test_what_is_told_as_another_is_among_what_that_means(rest_server: Running) -> None:
    found = told(rest_server, "/problems/not-ready")
    assert found["meaning"] == (
        "The service is still loading its data, or starting again.\n\n"
        "The service is stopping, and takes no more requests."
    )
    assert (found["retry_after"], found["advice"]) == (True, "Ask again soon.")
    page = rest_server.get("/problems/not-ready", "text/html").text
    assert "<p>The service is stopping" in page and "Retry-After" in page


@pytest.mark.parametrize(
    ("target", "type_", "members"),
    [
        (
            "/sparql?query=ASK",
            "/problems/syntax",
            {"line", "column", "found", "expected", "suggestions", "caret"},
        ),
        ("/api/v1/search", "/problems/parameter", {"parameter"}),
        ("/api/v1/terms/nonesuch", "/problems/name", {"parameter", "suggestions"}),
    ],
)
def test_a_problem_has_the_members_that_its_type_names(
    rest_server: Running, target: str, type_: str, members: set[str]
) -> None:
    problem: Any = rest_server.get(target).json
    assert problem["type"] == type_
    assert set(told(rest_server, problem["type"])["members"]) == members
    assert set(problem) - STANDARD == members


def test_an_unknown_kind_is_a_problem_itself(rest_server: Running) -> None:
    for accept in ("application/json", "text/html"):
        reply = rest_server.get("/problems/nonesuch", accept)
        problem: Any = reply.json
        assert (reply.status, problem["type"]) == (404, "/problems/name")
        assert problem["detail"] == (
            "No kind of problem is called 'nonesuch'. All are at /problems/."
        )


@pytest.mark.parametrize("target", ["/problems/", "/problems/busy"])
def test_a_meaning_is_negotiated(rest_server: Running, target: str) -> None:
    assert rest_server.get(target, "*/*").headers["content-type"] == "application/json"
    browser = rest_server.get(target, "text/html,application/xhtml+xml,*/*;q=0.8")
    assert browser.headers["content-type"] == "text/html; charset=utf-8"
    for reply in (browser, rest_server.get(target)):
        assert reply.headers["vary"] == "Accept"
        assert reply.headers["cache-control"] == "public, max-age=60"
    refused = rest_server.get(target, "text/turtle")
    problem: Any = refused.json
    assert (refused.status, problem["type"]) == (406, "/problems/format")
    assert problem["offers"] == ["application/json", "text/html"]


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_meaning_may_be_kept(rest_server: Running, accept: str) -> None:
    first = rest_server.get("/problems/busy", accept)
    head = rest_server.request("HEAD", "/problems/busy", headers={"Accept": accept})
    assert (head.status, head.body) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]
    have = {"Accept": accept, "If-None-Match": first.headers["etag"]}
    again = rest_server.request("GET", "/problems/busy", headers=have)
    assert (again.status, again.body) == (304, b"")
    other = {"application/json": "text/html", "text/html": "application/json"}[accept]
    assert rest_server.get("/problems/busy", other).headers["etag"] != first.headers["etag"]
