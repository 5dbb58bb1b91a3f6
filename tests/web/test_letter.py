"""The letter of the protocol and of HTTP, where services often get it wrong."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from pyoxigraph import RdfFormat, parse

from tests.conftest import Running, serving

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CSV = {"Accept": "text/csv"}
DIRECT = "application/sparql-query"
TRUE = {"head": {}, "boolean": True}
ONE, TWO, ABSENT = "http://toy/one", "http://toy/two", "http://toy/absent"
DATA = f"""
PREFIX : <http://toy/>
:a :p :both . :u :p :unnamed .
GRAPH <{ONE}> {{ :a :p :both , :one . _:x :p :blank }}
GRAPH <{TWO}> {{ :a :p :both , :two . :s :bell "a\\u0007b" . :s :line "one\\r\\ntwo" . :s :9 1 }}
"""


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("letter") / "data.trig"
    data.write_text(DATA)
    with serving(data) as running:
        yield running


def raw(server: Running, request: bytes) -> bytes:
    """What comes back for these bytes, until the server closes."""
    answer = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(request)
        while block := connection.recv(65536):
            answer += block
    return answer


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("APPLICATION/SPARQL-QUERY", b"ASK {}"),
        ('application/sparql-query;charset="UTF-8"', b"ASK {}"),
        ("application/sparql-query ; CHARSET=utf8", b"ASK {}"),
        ("application/sparql-query; charset=us-ascii", b"ASK {}"),
        ("application/sparql-query; profile=x", b"ASK {}"),
        ("Application/X-WWW-Form-URLencoded; charset=UTF-8", b"query=ASK+%7B%7D"),
    ],
)
def test_a_media_type_is_read_in_any_case_and_with_parameters(
    letter: Running, content_type: str, body: bytes
) -> None:
    reply = letter.request("POST", "/sparql", body, {"Content-Type": content_type})
    assert (reply.status, reply.json) == (200, TRUE)


@pytest.mark.parametrize("media_type", [DIRECT, FORM["Content-Type"]])
@pytest.mark.parametrize("charset", ["utf-16", "ISO-8859-1", "nonsense"])
def test_a_body_in_another_encoding_is_415(letter: Running, media_type: str, charset: str) -> None:
    content_type = f"{media_type}; charset={charset}"
    reply = letter.request("POST", "/sparql", b"query=ASK{}", {"Content-Type": content_type})
    assert reply.status == 415
    content = json.loads(reply.body)
    assert content["received"] == content_type
    assert content["offers"] == [f"{media_type}; charset=utf-8"]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("%2525", "%25"),
        ("%252B", "%2B"),
        ("a+b", "a b"),
        ("a%2Bb", "a+b"),
        ("%C3%A9", "é"),
        ("a;b", "a;b"),
        ("%26amp", "&amp"),
    ],
)
def test_percent_decoding_happens_once_in_url_and_form(
    letter: Running, sent: str, meant: str
) -> None:
    parameters = f"query=SELECT+%28%22{sent}%22+AS+%3Fx%29+%7B%7D"
    got = letter.request("GET", f"/sparql?{parameters}", headers=CSV)
    assert got.text == f"x\r\n{meant}\r\n"
    posted = letter.request("POST", "/sparql", parameters, FORM | CSV)
    assert posted.text == got.text


def objects(server: Running, pattern: str, url: dict[str, object], form: dict[str, object]) -> str:
    """The local names of what ?o is, in order, with one letter for each time."""
    target = "/sparql" + ("?" + urlencode(url, doseq=True) if url else "")
    text = f"SELECT ?o {{ {pattern} }} ORDER BY ?o"
    body = urlencode({"query": text, **form}, doseq=True)
    reply = server.request("POST", target, body, FORM | CSV)
    assert reply.status == 200
    return " ".join(line.rpartition("/")[2] for line in reply.text.split("\r\n")[1:-1])


EITHER = "?s <http://toy/p> ?o"
WITHIN = "GRAPH ?g { ?s <http://toy/p> ?o }"


@pytest.mark.parametrize(
    ("url", "form", "default", "named"),
    [
        ({}, {}, "both unnamed", "blank both both one two"),
        ({"default-graph-uri": ONE}, {}, "blank both one", ""),
        ({}, {"default-graph-uri": ONE}, "blank both one", ""),
        ({"default-graph-uri": ONE}, {"default-graph-uri": ONE}, "blank both one", ""),
        ({"default-graph-uri": ONE}, {"default-graph-uri": TWO}, "blank both one two", ""),
        ({"default-graph-uri": [ONE, TWO, ONE]}, {}, "blank both one two", ""),
        ({"named-graph-uri": ONE}, {}, "", "blank both one"),
        ({"named-graph-uri": ONE}, {"named-graph-uri": TWO}, "", "blank both both one two"),
        ({"default-graph-uri": TWO}, {"named-graph-uri": ONE}, "both two", "blank both one"),
        (
            {"default-graph-uri": [ONE, TWO], "named-graph-uri": TWO},
            {},
            "blank both one two",
            "both two",
        ),
        ({"default-graph-uri": ABSENT}, {}, "", ""),
        ({"default-graph-uri": [ABSENT, ONE], "named-graph-uri": ABSENT}, {}, "blank both one", ""),
    ],
)
def test_the_dataset_is_what_url_and_form_name_together(
    letter: Running, url: dict[str, object], form: dict[str, object], default: str, named: str
) -> None:
    assert objects(letter, EITHER, url, form) == default
    assert objects(letter, WITHIN, url, form) == named


@pytest.mark.parametrize(
    "clause", [f"FROM <{TWO}>", f"FROM NAMED <{TWO}>", f"FROM <{TWO}> FROM NAMED <{TWO}>"]
)
def test_the_dataset_of_the_request_overrides_that_of_the_query(
    letter: Running, clause: str
) -> None:
    for pattern, expected in ((EITHER, "3"), (WITHIN, "0")):
        text = f"SELECT (COUNT(*) AS ?n) {clause} {{ {pattern} }}"
        reply = letter.query(text, "text/csv", default_graph_uri=ONE)
        assert reply.text == f"n\r\n{expected}\r\n"


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("value", ["", "one", "/one", "http://toy/a b"])
def test_a_graph_that_is_no_absolute_iri_is_named(letter: Running, name: str, value: str) -> None:
    reply = letter.query("ASK {}", **{name: value})
    assert reply.status == 400
    assert json.loads(reply.body)["parameter"] == name


def test_a_relative_iri_is_below_the_endpoint_unless_there_is_a_base(letter: Running) -> None:
    here = f"http://127.0.0.1:{letter.port}"
    text = "SELECT (<x> AS ?a) (<?q> AS ?b) (<#f> AS ?c) (</y> AS ?d) (<> AS ?e) {}"
    assert letter.query(text, "text/csv").text.split("\r\n")[1] == ",".join(
        (f"{here}/x", f"{here}/sparql?q", f"{here}/sparql#f", f"{here}/y", f"{here}/sparql")
    )
    based = "BASE <http://toy/z/> SELECT (<x> AS ?a) {}"
    assert letter.query(based, "text/csv").text == "a\r\nhttp://toy/z/x\r\n"


PAGES = (
    "/",
    "/docs",
    "/openapi.json",
    "/health",
    "/ready",
    "/static/style.css",
    "/sparql",
    "/sparql?query=ASK%7B%7D",
)


@pytest.mark.parametrize("target", PAGES)
def test_head_is_get_without_a_body(letter: Running, target: str) -> None:
    got, head = letter.request("GET", target), letter.request("HEAD", target)
    assert (got.status, head.status, head.body) == (200, 200, b"")
    own = {"date", "query-id"}
    assert {k: v for k, v in head.headers.items() if k not in own} == {
        k: v for k, v in got.headers.items() if k not in own
    }
    assert head.headers["content-length"] == str(len(got.body))


@pytest.mark.parametrize("target", PAGES)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_a_wrong_method_is_405_with_those_that_are_right(
    letter: Running, method: str, target: str
) -> None:
    reply = letter.request(method, target)
    assert reply.status == 405
    allowed = set(reply.headers["allow"].split(", "))
    assert {"GET", "HEAD", "OPTIONS"} <= allowed and method not in allowed
    assert ("POST" in allowed) == target.startswith("/sparql")
    options = letter.request("OPTIONS", target)
    assert options.status == 200
    assert set(options.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    ("target", "offers"),
    [
        ("/", ["text/html"]),
        ("/docs", ["text/html"]),
        ("/health", ["application/json"]),
        ("/ready", ["application/json"]),
        ("/openapi.json", ["application/json"]),
    ],
)
def test_what_is_of_one_type_says_so_to_who_wants_another(
    letter: Running, target: str, offers: list[str]
) -> None:
    reply = letter.get(target, "image/png, text/html;q=0, application/json;q=0")
    assert reply.status == 406
    assert reply.json["offers"] == offers  # type: ignore[index]
    for accept in (None, "*/*", offers[0], "text/html,application/json;q=0.9"):
        assert letter.get(target, accept).status == 200


def test_csv_has_crlf_after_every_row_and_keeps_it_in_a_value(letter: Running) -> None:
    text = "SELECT ?o { GRAPH ?g { ?s <http://toy/line> ?o } }"
    assert letter.query(text, "text/csv").body == b'o\r\n"one\r\ntwo"\r\n'


def test_a_carriage_return_survives_xml(letter: Running) -> None:
    text = "SELECT ?o { GRAPH ?g { ?s <http://toy/line> ?o } }"
    table = letter.query(text, "application/sparql-results+xml").text
    literal = next(
        ElementTree.fromstring(table).iter("{http://www.w3.org/2005/sparql-results#}literal")
    )
    assert literal.text == "one\r\ntwo"
    text = "CONSTRUCT { ?s ?p ?o } { GRAPH ?g { ?s ?p ?o FILTER(?p = <http://toy/line>) } }"
    graph = letter.query(text, "application/rdf+xml").body
    (quad,) = parse(io.BytesIO(graph), format=RdfFormat.RDF_XML)
    assert quad.object.value == "one\r\ntwo"  # type: ignore[union-attr]


BELL = "GRAPH ?g { ?s <http://toy/bell> ?o }"


@pytest.mark.parametrize(
    ("text", "accept", "reason", "offer"),
    [
        (f"SELECT * {{ {BELL} }}", "application/sparql-results+xml", "U+0007", "text/csv"),
        (f"SELECT * {{ {BELL} }}", "text/xml", "U+0007", "application/sparql-results+json"),
        ("SELECT ('\\uFFFE' AS ?x) {}", "application/xml", "U+FFFE", "text/csv"),
        (
            f"CONSTRUCT {{ ?s <http://toy/p> ?o }} {{ {BELL} }}",
            "application/rdf+xml",
            "U+0007",
            "text/turtle",
        ),
        (
            "CONSTRUCT { <a> <http://toy/9> 1 } {}",
            "application/rdf+xml",
            "no local name",
            "text/turtle",
        ),
        (
            "CONSTRUCT { <a> <http://toy/x/> 1 } {}",
            "application/rdf+xml",
            "no local name",
            "text/turtle",
        ),
        (
            "CONSTRUCT { <a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#li> 1 } {}",
            "application/rdf+xml",
            "reserved",
            "text/turtle",
        ),
        (
            "CONSTRUCT { <a> <http://www.w3.org/2000/xmlns/a> 1 } {}",
            "application/rdf+xml",
            "reserved",
            "text/turtle",
        ),
        (
            "CONSTRUCT { <a> <b> <<( <a> <b> 1 )>> } {}",
            "application/ld+json",
            "triple terms",
            "application/rdf+xml",
        ),
    ],
)
def test_what_a_format_cannot_hold_is_406_and_never_a_broken_document(
    letter: Running, text: str, accept: str, reason: str, offer: str
) -> None:
    reply = letter.query(text, accept)
    assert reply.status == 406
    content = json.loads(reply.body)
    assert content["type"] == "/problems/format"
    assert reason in content["detail"]
    assert offer in content["offers"] and accept not in content["offers"]
    assert letter.query(text, offer).status == 200


def test_a_character_that_xml_forbids_late_in_an_answer_breaks_it_off(letter: Running) -> None:
    text = (
        "SELECT ?x { { VALUES ?a { 0 1 2 3 4 5 6 7 8 9 } VALUES ?b { 0 1 2 3 4 5 6 7 8 9 } "
        "VALUES ?c { 0 1 2 3 4 5 6 7 8 9 } BIND(CONCAT('row ', STR(?a)) AS ?x) } UNION "
        "{ BIND('\\u0007' AS ?x) } }"
    )
    target = "/sparql?" + urlencode({"query": text})
    request = f"GET {target} HTTP/1.1\r\nHost: a\r\nAccept: text/xml\r\nConnection: close\r\n\r\n"
    answer = b""
    with socket.create_connection(("127.0.0.1", letter.port), timeout=5) as connection:
        connection.sendall(request.encode())
        with pytest.raises(ConnectionResetError):
            while block := connection.recv(65536):
                answer += block
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert (
        not answer.endswith(b"0\r\n\r\n") and b"</sparql>" not in answer and b"\x07" not in answer
    )


@pytest.mark.parametrize("path", ["/sparql//queries/x", "/static//style.css"])
def test_nothing_is_redirected_to_what_host_says(letter: Running, path: str) -> None:
    reply = letter.request("GET", path, headers={"Host": "elsewhere.example"})
    assert (reply.status, reply.json["status"]) == (404, 404)  # type: ignore[index]
    assert "elsewhere" not in str(reply)


def test_a_chunked_form_is_read(letter: Running) -> None:
    body = iter([b"query=AS", b"K+%7", b"B%7D"])
    reply = letter.request("POST", "/sparql", body, FORM)  # type: ignore[arg-type]
    assert reply.json == TRUE


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (b"GET /health HTTP/1.1\r\n", b"400"),
        (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n", b"400"),
        (b"GET /health HTTP/1.1\r\nHost: a b\r\n", b"400"),
        (b'GET /health HTTP/1.1\r\nHost: a"><script>\r\n', b"400"),
        (b"GET /health HTTP/1.1\r\nHost: [::1]:80\r\n", b"200"),
        (b"GET /health HTTP/1.0\r\n", b"200"),
    ],
)
def test_a_host_must_be_one_and_be_a_host(letter: Running, lines: bytes, status: bytes) -> None:
    answer = raw(letter, lines + b"Connection: close\r\n\r\n")
    assert answer.split()[1] == status
    assert (b'"type": "/problems/framing"' in answer) == (status == b"400")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GARBAGE\r\n\r\n", b"400"),
        (b"GET /sparql\xff HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"GET /sparql?query=" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"414"),
        (b"GET /health HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 700_000 + b"\r\n\r\n", b"431"),
        (b"GET /health HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 200 + b"\r\n", b"431"),
    ],
)
def test_what_is_no_http_never_reaches_the_application(
    letter: Running, request_: bytes, status: bytes
) -> None:
    # The HTTP server answers these by itself, without a body: a type of problem is not possible.
    assert raw(letter, request_).split()[1] == status
    assert letter.query("ASK {}").json == TRUE


def test_a_content_type_given_twice_is_refused(letter: Running) -> None:
    # Which of them counts would decide which limits do.
    form = b"query=ASK%7B%7D"
    for first, second in (("text/plain", FORM["Content-Type"]), (DIRECT, DIRECT)):
        answer = raw(
            letter,
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + f"Content-Type: {first}\r\nContent-Type: {second}\r\n".encode()
            + f"Content-Length: {len(form)}\r\n\r\n".encode()
            + form,
        )
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"/problems/framing" in answer


def test_an_offer_to_change_the_protocol_is_passed_over(letter: Running) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    reply = letter.request("GET", "/sparql?query=ASK%7B%7D", headers=headers)
    assert (reply.status, reply.json) == (200, TRUE)


@pytest.mark.parametrize(
    "given", ["1_0", "\u0663", "+1", " 1", "1e-9", "1e1", "0.0001", "0", "inf"]
)
def test_a_timeout_is_a_number_as_people_write_it(letter: Running, given: str) -> None:
    reply = letter.query("ASK {}", timeout=given)
    assert reply.status == 400
    problem = reply.json
    assert isinstance(problem, dict)
    assert problem["parameter"] == "timeout"
    assert "from 0.001 up to 60" in problem["detail"]


@pytest.mark.parametrize("given", ["1", "0.5", ".5", "2.", "0.12345678901234568"])
def test_a_timeout_may_have_decimals(letter: Running, given: str) -> None:
    assert letter.query("ASK {}", timeout=given).json == TRUE
