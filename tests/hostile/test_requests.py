"""Requests that are no messages of HTTP, or too large, or try to be read as something else."""

from __future__ import annotations

import gzip
import socket
from functools import cache

import pytest

from tests.hostile.conftest import Target, kind, refused
from tests.sampling import every

HEAD = b"Host: localhost\r\nConnection: close\r\n"
QUERY = b"POST /sparql HTTP/1.1\r\nContent-Type: application/sparql-query\r\n" + HEAD
ROUTES = (
    "/api/v1/terms/{}",
    "/api/v1/terms/{}/claims",
    "/api/v1/diseases/{}/findings",
    "/api/v1/claims/{}",
    "/api/v1/documents/{}",
    "/api/v1/search?q={}",
    "/api/v1/conditions?finding={}",
    "/api/v1/explain?subject={0}&predicate={0}&object={0}",
    "/api/v1/dl?expression={}",
    "/static/{}",
    "/problems/{}",
    "/sssom/{}.sssom.tsv",
    "/{}",
)


@pytest.mark.parametrize(
    "path",
    [
        b"/api/v1/terms/a\x00b",
        b"/api/v1/terms/\xff\xfe",
        b"/sparql?query=\xff\xfe",
        b"/health HTTP/3.7\r\nX: y\r\n\r\nGET /",
    ],
)
def test_bytes_that_no_url_holds_are_refused(target: Target, path: bytes) -> None:
    answer = target.send(b"GET " + path + b" HTTP/1.1\r\n" + HEAD + b"\r\n")
    assert kind(answer) == "400 bare"


@pytest.mark.parametrize("place", ["%00", "a%00b", "%ff%fe", "%0d%0aX-Evil:%20y", "%7f", "%1b[2J"])
def test_control_characters_and_bad_utf8_in_a_path_are_refused_by_name(
    target: Target, place: str
) -> None:
    for route in ROUTES:
        path, _, query = route.partition("?")
        if "{" in path:
            answer = target.get(path.format(place))
            assert kind(answer) == "400 framing"
            assert "x-evil" not in answer.headers
        else:
            answer = target.get(f"{path}?{query.format(place)}")
            assert answer.status in (200, 400, 404), kind(answer)
            assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    "place",
    [
        "..",
        "../../etc/passwd",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "%252e%252e%252fetc%252fpasswd",
        "..%5c..%5cconfig",
        "....//....//etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "C:%5cwindows%5cwin.ini",
        "%c0%ae%c0%ae/",
        "a" * 3000,
    ],
)
def test_no_identifier_leads_out_of_its_folder(target: Target, place: str) -> None:
    for route in ROUTES:
        path, _, query = route.partition("?")
        url = path.format(place) if "{" in path else f"{path}?{query.format(place)}"
        answer = target.get(url)
        assert answer.status in (200, 400, 404, 415), (url, kind(answer))
        assert b"root:" not in answer.body
        assert answer.status != 200 or not url.startswith("/static"), url


def test_invalid_utf8_is_refused_in_query_form_and_body(target: Target) -> None:
    form = "application/x-www-form-urlencoded"
    for answer in (
        target.get("/sparql?query=ASK%20%7B%7D%ff"),
        target.post("/sparql", b"query=ASK%7B%7D%ff", form),
        target.post("/sparql", b"query=ASK\xff", form),
        target.post("/sparql", b"ASK {} # \xff", "application/sparql-query"),
        target.post("/api/v1/cases", b'{"findings": ["\xff"]}', "application/json"),
        target.post("/api/v1/cases", '{"age": 3}'.encode("utf-16"), "application/json"),
    ):
        assert kind(answer) in ("400 parameter", "400 body", "400 syntax", "400 encoding")


def test_a_header_that_is_not_utf8_breaks_nothing(target: Target) -> None:
    for name in (b"Accept", b"X-Odd", b"Authorization", b"Cookie", b"Query-Id", b"Content-Type"):
        answer = target.send(
            b"GET /health HTTP/1.1\r\n" + name + b": \xff\xfe\r\n" + HEAD + b"\r\n"
        )
        assert answer is not None
        assert answer.status in (200, 400), name


@pytest.mark.parametrize("text", ["ASK {}\0", "\0", "ASK { ?s ?p '\0' }", "ASK { ?s ?p <a\0b> }"])
def test_null_bytes_in_a_query_are_refused_or_harmless(target: Target, text: str) -> None:
    assert target.ask(text).status in (200, 400)


def test_a_url_above_the_limit_is_414_with_its_name(target: Target) -> None:
    answer = target.get("/health?" + "a" * 33_000)
    assert kind(answer) == "414 url-limit"
    assert answer.json["limit"] == 32768  # type: ignore[index]
    assert kind(target.get("/sparql?query=" + "a" * 70_000)) == "414 bare"
    assert target.get("/health?" + "a" * 32_000).status == 200


def test_a_flood_of_header_fields_is_431(target: Target) -> None:
    few = [f"X-{n}: a" for n in range(80)]
    assert kind(target.get("/health", *few)) == "431 header-limit"
    assert kind(target.get("/health", "X-Long: " + "a" * 33_000)) == "431 header-limit"
    assert kind(target.get("/health", *(few * 10))) == "431 bare"
    assert kind(target.get("/health", "X-Long: " + "a" * 1_000_000)) == "431 bare"
    assert target.get("/health", *few[:60]).status == 200


def test_a_header_that_never_ends_is_cut_off(target: Target) -> None:
    with target.connect() as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n")
        try:
            for n in range(100_000):
                connection.sendall(b"X-%d: %s\r\n" % (n, b"a" * 1000))
        except OSError:
            return
        answer = target.read(connection)
    assert kind(answer) in ("closed", "431 bare")


def test_a_flood_of_parameters_is_refused_in_url_and_form(target: Target) -> None:
    flood = "query=ASK%7B%7D&" + "a=b&" * 1500
    assert kind(target.get("/sparql?" + flood)) == "400 parameter"
    form = "application/x-www-form-urlencoded"
    assert kind(target.post("/sparql", flood, form)) == "400 parameter"
    assert kind(target.post("/sparql", "&" * 1_900_000, form)) == "400 parameter"
    enough = "query=ASK%7B%7D&" + "&".join(["a=b"] * 900)
    assert target.get("/sparql?" + enough).status == 200


def test_ten_megabytes_of_query_are_413(target: Target) -> None:
    text = "ASK { ?s ?p ?o } #" + "x" * 10_000_000
    assert kind(target.ask(text)) == "413 size-limit"
    body = "query=" + "x" * 10_000_000
    answer = target.post("/sparql", body, "application/x-www-form-urlencoded")
    assert kind(answer) == "413 size-limit"
    assert target.ask("ASK {} #" + "x" * 1_100_000).status in (400, 413)


@cache
def bomb_of(size: int) -> bytes:
    return gzip.compress(b"ASK {} #" + b"a" * size)


@pytest.mark.parametrize(
    "coding", every(3, ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x-odd"])
)
def test_a_packed_body_is_415(target: Target, coding: str) -> None:
    bomb = bomb_of(100_000_000)
    assert len(bomb) < 200_000
    for path, form in (
        ("/sparql", "application/sparql-query"),
        ("/api/v1/cases", "application/json"),
        ("/api/v1/whatif", "application/json"),
    ):
        answer = target.post(path, bomb, form, f"Content-Encoding: {coding}")
        assert kind(answer) == "415 content-encoding"
        assert answer.json["received"] == coding  # type: ignore[index]


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 6\r\nContent-Length: 60\r\n",
        b"Content-Length: 6, 60\r\n",
        b"Content-Length: -6\r\n",
        b"Content-Length: +6\r\n",
        b"Content-Length: 0x6\r\n",
        b"Content-Length: 99999999999999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length : 6\r\n",
    ],
)
def test_a_body_whose_length_is_contradicted_is_refused(target: Target, fields: bytes) -> None:
    answer = target.send(QUERY + fields + b"\r\n6\r\nASK {}\r\n0\r\n\r\n")
    assert kind(answer) in ("400 bare", "400 framing")


@pytest.mark.parametrize("second", ["Content-Length: 6", "Transfer-Encoding: chunked"])
def test_no_second_request_is_smuggled_behind_two_lengths(target: Target, second: str) -> None:
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
    head += b"Content-Length: 6\r\n" + second.encode() + b"\r\n\r\n"
    chunked = second.startswith("T")
    body = b"6\r\nASK {}\r\n0\r\n\r\n" if chunked else b"ASK {}"
    with target.connect(5) as connection:
        connection.sendall(head + body + (smuggled if chunked else b""))
        received = b""
        if not chunked:
            connection.settimeout(0.5)
        try:
            while block := connection.recv(65536):
                received += block
        except TimeoutError:
            pass
    assert received.count(b"HTTP/1.1 ") == 1
    assert b"smuggled" not in received


def test_a_body_that_ends_too_early_is_never_taken_for_a_whole_one(target: Target) -> None:
    with target.connect() as connection:
        connection.sendall(QUERY + b"Content-Length: 60\r\n\r\nASK {}")
        connection.shutdown(socket.SHUT_WR)
        assert kind(target.read(connection)) == "400 framing"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"", "400 framing"),
        (b"6\r\nASK {}\r\n", "400 framing"),
        (b"6\r\nASK {}", "400 framing"),
        (b"9\r\nASK {}", "400 framing"),
        (b"6\r\nASK {}\r\n0\r\n", "400 framing"),
        (b"6\r\nASK {}\r\n0\r\nX-Digest: 1\r\n\r\n", "400 framing"),
        (b"0\r\n\r\n", "400 syntax"),
        (b"6\r\nASK {}\r\n0\r\n\r\n", "200"),
        (b"3\r\nASK\r\n3;name=value\r\n {}\r\n000\r\n\r\n", "200"),
    ],
)
def test_chunks_that_break_off_are_never_taken_for_a_whole_body(
    target: Target, sent: bytes, expected: str
) -> None:
    with target.connect() as connection:
        connection.sendall(QUERY + b"Transfer-Encoding: chunked\r\n\r\n" + sent)
        # Without a hang-up, what is lacking would be waited for.
        if not sent.endswith(b"\r\n\r\n"):
            connection.shutdown(socket.SHUT_WR)
        assert kind(target.read(connection)) == expected


@pytest.mark.parametrize("size", [b"zz", b"-1", b"", b"ffffffffffffffffff", b"0x6"])
def test_a_chunk_without_a_size_ends_the_body_as_an_error(target: Target, size: bytes) -> None:
    sent = b"6\r\nASK {}\r\n" + size + b"\r\n#\r\n0\r\n\r\n"
    answer = target.send(QUERY + b"Transfer-Encoding: chunked\r\n\r\n" + sent)
    assert kind(answer) == "400 framing"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("", "400 framing"),
        ("Host: a\r\nHost: b\r\n", "400 framing"),
        ("Host: <script>alert(1)</script>\r\n", "400 framing"),
        ('Host: a"onload="x\r\n', "400 framing"),
        ("Host: a/../b\r\n", "400 framing"),
        ("Host: a b\r\n", "400 framing"),
        ("Host: kg.example:8000\r\n", "200"),
        ("Host: [::1]:8000\r\n", "200"),
    ],
)
def test_a_host_that_is_none_is_refused(target: Target, host: str, expected: str) -> None:
    for path in ("/health", "/api/v1/search?q=rash&limit=1"):
        lines = f"GET {path} HTTP/1.1\r\nConnection: close\r\n{host}\r\n"
        assert kind(target.send(lines.encode())) == expected


@pytest.mark.parametrize(
    "method", every(3, ["PUT", "DELETE", "PATCH", "TRACE", "BREW", "PROPFIND"])
)
@pytest.mark.parametrize("path", ["/sparql", "/api/v1/search", "/api/v1/cases", "/health", "/docs"])
def test_a_wrong_method_is_405_and_says_the_right_ones(
    target: Target, method: str, path: str
) -> None:
    answer = target.get(path, method=method)
    refused(answer, 405)
    allowed = {"GET"} if path != "/api/v1/cases" else {"POST"}
    assert allowed <= {each.strip() for each in answer.headers["allow"].split(",")}


def test_a_method_in_small_letters_is_none(target: Target) -> None:
    assert kind(target.get("/sparql?query=ASK%7B%7D", method="get")) == "400 framing"


def test_connect_and_the_asterisk_reach_nothing(target: Target) -> None:
    for line in (b"CONNECT evil.example:443", b"OPTIONS *", b"CONNECT /sparql"):
        answer = target.send(line + b" HTTP/1.1\r\n" + HEAD + b"\r\n")
        assert answer is None or answer.status in (200, 204, 400, 404, 405), line


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /health\r\n\r\n",
        b"\r\n" * 1000 + b"x",
        b"GET /health HTTP/1.1\r\nX: a\r\n b\r\n" + HEAD + b"\r\n",
        b"GET /health HTTP/1.1\r\nX : a\r\n" + HEAD + b"\r\n",
        b"GET /health HTTP/1.1\r\nX\r\n" + HEAD + b"\r\n",
        b"GET  /health  HTTP/1.1\r\n" + HEAD + b"\r\n",
        bytes(range(256)) * 20,
    ],
)
def test_what_is_no_http_is_refused_without_a_word(target: Target, data: bytes) -> None:
    assert kind(target.send(data)) in ("400 bare", "closed")


@pytest.mark.parametrize("name", ["timeout", "default-graph-uri", "named-graph-uri", "query", "q"])
def test_a_line_break_in_a_parameter_makes_no_header(target: Target, name: str) -> None:
    value = "x%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a<script>alert(1)</script>"
    for path in ("/sparql", "/api/v1/search", "/api/v1/conditions", "/nowhere"):
        answer = target.get(f"{path}?{name}={value}")
        assert answer.status in (400, 404), kind(answer)
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("accept", ["text/html", "text/html,*/*;q=0.1", "image/svg+xml", "*/*"])
def test_script_in_a_request_comes_back_as_data_or_not_at_all(target: Target, accept: str) -> None:
    script = "%3Cscript%3Ealert(1)%3C/script%3E"
    for path in (
        f"/sparql?query={script}",
        f"/sparql?query=ASK%7B%7D&timeout={script}",
        f"/sparql?query=SELECT%20(%22{script}%22%20AS%20%3Fx)%20%7B%7D",
        f"/api/v1/terms/{script}",
        f"/api/v1/search?q={script}",
        f"/api/v1/conditions?{script}=1",
        f"/api/v1/dl?expression={script}",
        f"/{script}",
        f"/docs?{script}",
        f"/?q={script}",
    ):
        answer = target.get(path, f"Accept: {accept}", f"Referer: http://x/{script}")
        assert answer.status < 500, kind(answer)
        assert answer.headers["x-content-type-options"] == "nosniff"
        if b"<script>alert" in answer.body:
            assert "html" not in answer.headers["content-type"]
            assert "svg" not in answer.headers["content-type"]
