"""The pages: whole, loading nothing from outside, and nothing in them but text."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.conftest import Reply, Running, serving
from tests.web.conftest import KINDS

PAGES = ["/", "/docs", "/problems/", "/problems/expression", "/problems/busy"]
LOADING = {"src", "srcset", "data", "poster", "background"}
VOID = {"meta", "link", "input", "br", "hr", "img"}


class Page(HTMLParser):
    """What a page has: elements in order, with their attributes; the tags must be balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def values(self, tag: str, attribute: str) -> list[str]:
        return [str(a[attribute]) for t, a in self.elements if t == tag and attribute in a]


def read(server: Running, target: str) -> tuple[Reply, Page]:
    reply = server.get(target, "text/html")
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    return reply, Page(reply.text)


@pytest.mark.parametrize("target", PAGES)
def test_a_page_loads_nothing_from_outside(rest_server: Running, target: str) -> None:
    reply, page = read(rest_server, target)
    assert page.values("link", "href") == ["/static/style.css"]
    for tag, attributes in page.elements:
        assert tag not in {"script", "style", "iframe", "object", "embed"}
        assert not LOADING & set(attributes) and "style" not in attributes
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    style = rest_server.get("/static/style.css")
    assert (style.status, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "url(" not in style.text and "@import" not in style.text


@pytest.mark.parametrize("target", PAGES)
def test_a_page_has_landmarks_headings_and_a_language(rest_server: Running, target: str) -> None:
    _, page = read(rest_server, target)
    tags = [tag for tag, _ in page.elements]
    for once in ("title", "header", "main", "footer", "h1"):
        assert tags.count(once) == 1
    assert page.values("html", "lang") == ["en"]
    assert page.values("a", "href")[0] == "#content"
    headings = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == 1 and all(b - a <= 1 for a, b in pairwise(headings))
    ids = [str(a["id"]) for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    named = page.values("section", "aria-labelledby") + page.values("label", "for")
    assert set(named) <= set(ids)


def test_the_documentation_shows_every_route_once(rest_server: Running) -> None:
    reply, page = read(rest_server, "/docs")
    assert len(page.values("section", "aria-labelledby")) == 29
    assert '<h2 id="conditions"><code>GET /api/v1/conditions</code></h2>' in reply.text
    links = [h.removeprefix("#") for h in page.values("a", "href") if h.startswith("#")]
    assert set(links) <= {str(a["id"]) for _, a in page.elements if "id" in a}


def test_examples_that_need_no_data_work(rest_server: Running) -> None:
    _, page = read(rest_server, "/docs")
    local = [h for h in page.values("a", "href") if h.startswith(("/sparql", "/health", "/ready"))]
    assert local == ["/sparql?query=ASK+%7B%7D", "/health", "/ready"]
    for target in local:
        assert rest_server.get(target).status == 200


def test_an_example_carries_what_the_query_file_names(rest_server: Running) -> None:
    _, page = read(rest_server, "/docs")
    targets = page.values("a", "href")
    criteria = "finding=HP:0040324&finding=kg:0000009&responds_to=kg:0000060"
    assert f"/api/v1/conditions?{criteria}&min_evidence=single" in targets
    assert "/api/v1/documents/001/lines/20/claims?min_evidence=single" in targets


def test_the_home_page_leads_to_the_title_question(rest_server: Running) -> None:
    _, page = read(rest_server, "/")
    targets = page.values("a", "href")
    assert "/docs" in targets and "/openapi.json" in targets
    assert any(target.startswith("/api/v1/conditions?finding=") for target in targets)
    assert page.values("form", "action") == ["/api/v1/search"]


def test_with_other_data_only_what_can_be_answered_is_offered() -> None:
    with serving(KINDS) as server:
        _, home = read(server, "/")
        assert home.values("form", "action") == []
        _, docs = read(server, "/docs")
        assert docs.values("section", "aria-labelledby") == [
            "sparql",
            "sparql-post",
            "query-state",
            "query-cancel",
            "query-diagnosis",
            "health",
            "ready",
            "metrics",
            "problems",
            "problem",
        ]
        assert server.get("/api/v1/documents").status == 404
