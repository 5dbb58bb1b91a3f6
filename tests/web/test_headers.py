"""What every answer carries, whoever makes it."""

import pytest

from tests.conftest import Running

DIRECT = {"Content-Type": "application/sparql-query"}
ANSWERS = {
    "rows": ("GET", "/sparql?query=SELECT%20*%20%7B%7D", None, {}, 200),
    "kept rows": ("GET", "/sparql?query=SELECT%20*%20%7B%7D", None, {}, 200),
    "description": ("GET", "/sparql", None, {}, 200),
    "health": ("GET", "/health", None, {}, 200),
    "style sheet": ("GET", "/static/style.css", None, {}, 200),
    "options": ("OPTIONS", "/sparql", None, {}, 200),
    "syntax error": ("GET", "/sparql?query=ASK", None, {}, 400),
    "not found": ("GET", "/nowhere", None, {}, 404),
    "wrong method": ("PUT", "/sparql", None, {}, 405),
    "not acceptable": ("GET", "/sparql", None, {"Accept": "a/b"}, 406),
    "made by the front": ("POST", "/sparql", b"#" * 2_000_001, DIRECT, 413),
    "refused by the front": ("GET", "/health", None, {"Host": "a<b"}, 400),
    "wrong type": ("POST", "/sparql", b"x", {"Content-Type": "a/b"}, 415),
}
PAGES = ("/", "/docs", "/sparql", "/problems/", "/problems/syntax")


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_closes_its_doors(server: Running, name: str) -> None:
    method, target, body, headers, status = ANSWERS[name]
    reply = server.request(method, target, body, headers)
    assert reply.status == status
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "frame-ancestors 'none'" in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in reply.headers
    exposed = set(reply.headers["access-control-expose-headers"].split(", "))
    assert {"Query-Id", "Link", "ETag", "Heliotrope-Prefixes"} <= exposed
    assert "query-id" in reply.headers


@pytest.mark.parametrize("target", PAGES)
def test_a_page_may_use_our_style_sheet_and_nothing_else(server: Running, target: str) -> None:
    policy = server.get(target, "text/html").headers["content-security-policy"]
    assert dict(part.split(" ", 1) for part in policy.split("; ")) == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def test_a_preflight_lets_others_read_and_ask(server: Running) -> None:
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, query-id",
    }
    reply = server.request("OPTIONS", "/sparql", headers=asked)
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["access-control-allow-methods"] == "GET, HEAD, POST"
    allowed = reply.headers["access-control-allow-headers"].split(", ")
    assert {"Accept", "Content-Type", "Query-Id"} <= set(allowed)
    assert "Authorization" not in allowed
    assert reply.headers["access-control-max-age"] == "86400"


def test_a_preflight_offers_only_what_the_address_has(server: Running) -> None:
    reply = server.request("OPTIONS", "/health", headers={"Origin": "https://example.org"})
    assert reply.headers["access-control-allow-methods"] == "GET, HEAD"
    assert "access-control-allow-methods" not in server.request("OPTIONS", "/nowhere").headers
