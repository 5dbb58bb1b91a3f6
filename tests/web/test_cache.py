from http.client import HTTPConnection
from urllib.parse import quote
from wsgiref.headers import Headers

from kg_service.web.cache import Cache
from tests.conftest import Running

HEADERS = [("Content-Type", "text/plain")]
KEY = ("localhost", "/a", "", "")


def test_the_same_question_has_the_same_answer_with_an_id_of_its_own(server: Running) -> None:
    text = "SELECT * { ?s h:subtypeOf ?o } ORDER BY ?s"
    first, second = server.query(text), server.query(text)
    assert first.body == second.body
    assert first.headers["query-id"] != second.headers["query-id"]
    assert {k: v for k, v in first.headers.items() if k not in ("query-id", "date")} == {
        k: v for k, v in second.headers.items() if k not in ("query-id", "date")
    }


def test_another_accept_is_another_answer(server: Running) -> None:
    assert server.query("ASK { kg:0900001 ?p ?o }").headers["content-type"].endswith("+json")
    answer = server.query("ASK { kg:0900001 ?p ?o }", "application/sparql-results+xml")
    assert b"<boolean>true</boolean>" in answer.body


def test_what_changes_each_time_is_asked_each_time(server: Running) -> None:
    for call in ("UUID()", "RAND()", "struuid()", "\\u0055UID()"):
        answers = {server.query(f"SELECT ({call} AS ?x) {{}}").body for _ in range(3)}
        assert len(answers) == 3, call
    assert server.query("SELECT (NOW() AS ?x) {}").headers["cache-control"] == "no-store"


def test_an_answer_made_for_one_host_is_not_given_to_another(server: Running) -> None:
    for host in ("evil.example", "good.example"):
        answer = server.request("GET", "/openapi.json", headers={"Host": host})
        again = server.request("GET", "/api/v1/documents?limit=1", headers={"Host": host})
        other = {"evil.example": b"good.example", "good.example": b"evil.example"}[host]
        assert other not in answer.body + again.body


def test_a_mistake_is_not_kept(server: Running) -> None:
    ids = {server.query("SELECT * {").body for _ in range(2)}
    assert len(ids) == 2


def test_only_plain_gets_are_looked_up() -> None:
    cache = Cache(1 << 20)
    headers = Headers([("accept", "text/csv"), ("host", "localhost")])
    assert cache.key("GET", "/a", "b=c", headers) == ("localhost", "/a", "b=c", "text/csv")
    assert cache.key("HEAD", "/a", "", Headers()) is None
    assert cache.key("POST", "/a", "", Headers()) is None
    for name in ("authorization", "cookie", "if-none-match", "range", "cache-control"):
        assert cache.key("GET", "/a", "", Headers([(name, "x")])) is None


def test_an_accept_in_two_fields_is_not_taken_for_its_first(server: Running) -> None:
    target = "/sparql?query=" + quote("SELECT ?x { VALUES ?x { 42 } }")
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    kinds = []
    for fields in (("*/*", "text/csv"), ("*/*",), ("*/*", "text/csv")):
        connection.putrequest("GET", target)
        for field in fields:
            connection.putheader("Accept", field)
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        kinds.append(answer.getheader("Content-Type"))
    connection.close()
    json = "application/sparql-results+json"
    assert kinds == ["text/csv; charset=utf-8", json, "text/csv; charset=utf-8"]


def test_what_may_not_be_kept_is_not() -> None:
    cache = Cache(1 << 20)
    cache.put(KEY, 404, HEADERS, b"x")
    cache.put(KEY, 200, [("Cache-Control", "no-store")], b"x")
    cache.put(KEY, 200, [("cache-control", "private, max-age=9")], b"x")
    cache.put(KEY, 200, HEADERS, b"x" * (1 << 15))
    assert cache.get(KEY) is None
    cache.put(KEY, 200, HEADERS, b"x")
    kept = cache.get(KEY)
    assert kept is not None
    assert kept.body == b"x"


def test_the_least_used_go_first_when_memory_is_full() -> None:
    cache = Cache(64 * 1000)
    for number in range(100):
        cache.put(("", f"/{number}", "", ""), 200, [], b"x" * 400)
        cache.get(("", "/0", "", ""))
    left = [n for n in range(100) if cache.get(("", f"/{n}", "", ""))]
    # 900 bytes each, counted with what an entry costs beside its body.
    assert left == [0, *range(30, 100)]
