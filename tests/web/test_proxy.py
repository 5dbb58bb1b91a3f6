"""Behind a reverse proxy: every absolute address is the one that HELIOTROPE_BASE_URL names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlencode, urlsplit

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kg_service import release
from tests.conftest import Reply, Running, free_port, serving
from tests.web.test_pages import Page

PUBLIC = "https://kg.example.org"
ENDPOINT = NamedNode("http://www.w3.org/ns/sparql-service-description#endpoint")


@dataclass(frozen=True)
class Shown:
    """The service as a proxy shows it: the public address, and what answers there."""

    public: str
    prefix: str
    door: Running

    def get(self, path: str, accept: str | None = None) -> Reply:
        return self.door.get(self.prefix + path, accept)

    def follow(self, address: str, accept: str | None = None) -> Reply:
        """What an absolute address of the service answers."""
        assert address.startswith(f"{self.public}/")
        found = urlsplit(address)
        return self.door.get(found.path + (f"?{found.query}" if found.query else ""), accept)


def proxy(target: int, prefix: str, cut: bool) -> ThreadingHTTPServer:
    """A reverse proxy for what lies below a prefix, which it cuts off or lets be."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            if not self.path.startswith(f"{prefix}/"):
                self.send_error(404)
                return
            length = int(self.headers.get("Content-Length", 0))
            path = self.path.removeprefix(prefix) if cut else self.path
            connection = HTTPConnection("127.0.0.1", target, timeout=20)
            headers = {k: v for k, v in self.headers.items() if k != "Host"}
            connection.request(self.command, path, self.rfile.read(length), headers)
            found = connection.getresponse()
            body = found.read()
            self.send_response(found.status)
            for name, value in found.getheaders():
                if name not in (
                    "transfer-encoding",
                    "connection",
                    "content-length",
                    "date",
                    "server",
                ):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            connection.close()

        do_GET = do_POST = do_HEAD = do_OPTIONS = answer

        def log_message(self, *_: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("", False), id="host", marks=pytest.mark.long),
        pytest.param(("/kg", True), id="prefix cut off"),
        pytest.param(("/kg", False), id="prefix kept", marks=pytest.mark.long),
        pytest.param(("/a/b", True), id="long prefix", marks=pytest.mark.long),
    ],
)
def shown(request: pytest.FixtureRequest, kinds_release: release.Release) -> Iterator[Shown]:
    prefix, cut = request.param
    public = PUBLIC + prefix
    with serving(kinds_release.path, settings={"HELIOTROPE_BASE_URL": f"{public}/"}) as running:
        server = proxy(running.port, prefix, cut)
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield Shown(public, prefix, Running(server.server_address[1], running.process))
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_description_names_the_public_endpoint(shown: Shown) -> None:
    reply = shown.get("/sparql", "application/n-triples")
    quads = list(parse(reply.body, format=RdfFormat.N_TRIPLES))
    assert [q.object.value for q in quads if q.predicate == ENDPOINT] == [f"{shown.public}/sparql"]  # type: ignore[union-attr]
    assert "127.0.0.1" not in reply.text


def test_relative_iris_are_below_the_public_address(shown: Shown) -> None:
    reply = shown.get("/sparql?" + urlencode({"query": "SELECT (<x> AS ?x) {}"}), "text/csv")
    assert reply.text == f"x\r\n{shown.public}/x\r\n"


def test_the_next_page_is_at_the_public_address(shown: Shown) -> None:
    first = shown.get("/api/v1/documents?limit=1").json
    assert first["next"] == f"{shown.public}/api/v1/documents?limit=1&offset=1"  # type: ignore[index]
    second = shown.follow(first["next"]).json  # type: ignore[index]
    assert second["results"] and second["results"] != first["results"]  # type: ignore[index]


def test_openapi_names_the_public_address(shown: Shown) -> None:
    description = shown.get("/openapi.json").json
    (server,) = description["servers"]  # type: ignore[index]
    assert server["url"] == shown.public
    assert shown.follow(f"{server['url']}/health").status == 200


@pytest.mark.parametrize("path", ["/", "/docs", "/sparql", "/problems/", "/problems/syntax"])
def test_every_link_and_form_of_a_page_leads_back_through_the_proxy(
    shown: Shown, path: str
) -> None:
    page = Page(shown.get(path, "text/html").text)
    targets = page.values("a", "href") + page.values("form", "action")
    targets += page.values("link", "href")
    local = {target for target in targets if target.startswith("/")}
    assert len(local) >= 4
    for target in local:
        assert target.startswith(f"{shown.prefix}/")
    for target in page.values("link", "href"):
        assert shown.door.get(target).status == 200
    assert not re.search("127.0.0.1|localhost", " ".join(targets))


def test_the_public_address_itself_is_the_first_page(kinds_release: release.Release) -> None:
    settings = {"HELIOTROPE_BASE_URL": f"{PUBLIC}/kg"}
    with serving(kinds_release.path, settings=settings) as running:
        for path in ("/kg", "/kg/"):
            page = Page(running.get(path, "text/html").text)
            assert "/kg/sparql?query=ASK%20%7B%7D" in page.values("a", "href")


def test_nothing_is_redirected_out_of_the_proxy(shown: Shown) -> None:
    for path in ("/docs/", "/sparql/", "/health/"):
        reply = shown.get(path)
        assert reply.status == 200 or reply.headers["location"].startswith(shown.public)


def test_a_problem_and_a_query_are_named_below_the_public_address(shown: Shown) -> None:
    headers = {"Query-Id": "mine"}
    reply = shown.door.request("GET", f"{shown.prefix}/sparql?query=ASK", headers=headers)
    problem = reply.json
    assert isinstance(problem, dict)
    assert problem["type"] == f"{shown.prefix}/problems/syntax"
    assert problem["instance"] == f"{shown.prefix}/sparql/queries/mine"
    state = shown.door.get(problem["instance"]).json
    assert isinstance(state, dict)
    assert state["problem"] == problem["type"]
    meaning = shown.door.get(problem["type"]).json
    assert isinstance(meaning, dict)
    assert (meaning["type"], meaning["status"]) == (problem["type"], 400)
    refused = shown.door.request(
        "GET", f"{shown.prefix}/sparql?query=ASK", headers={"Query-Id": ".."}
    )
    assert json.loads(refused.body)["type"] == f"{shown.prefix}/problems/parameter"
