import csv
import io
import json
import time
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from tests.conftest import PREFIXES, Running, serving

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
LABEL = "SELECT ?l { kg:0900008 rdfs:label ?l }"
TRIPLE = "CONSTRUCT { ?s rdfs:label ?l } { VALUES ?s { kg:0900008 } ?s rdfs:label ?l }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
GRAPHS = "https://w3id.org/heliotrope/graph/"
TRUE = {"head": {}, "boolean": True}
KG, RDFS = PREFIXES["kg"], PREFIXES["rdfs"]


def test_the_default_graph_is_the_union_with_each_triple_once(server: Running) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?document a h:Document }"
    assert server.query(text, "text/csv").text == "n\r\n1\r\n"
    text = "SELECT ?g { GRAPH ?g { ?document a h:Document } } ORDER BY ?g"
    assert server.query(text, "text/csv").text == f"g\r\n{GRAPHS}claims\r\n{GRAPHS}sources\r\n"
    assert server.query("ASK { ?proof a h:Proof }").json == {"head": {}, "boolean": False}


@pytest.mark.parametrize("accept", [None, "application/sparql-results+json", "application/json"])
def test_rows_as_json(server: Running, accept: str | None) -> None:
    answer = server.query(LABEL, accept)
    assert answer.status == 200
    assert answer.headers["content-type"] == accept or accept is None
    assert answer.json == {
        "head": {"vars": ["l"]},
        "results": {
            "bindings": [{"l": {"type": "literal", "value": "glassbone", "xml:lang": "en"}}]
        },
    }


def test_rows_as_xml(server: Running) -> None:
    answer = server.query(LABEL, "application/sparql-results+xml")
    assert answer.headers["content-type"].startswith("application/sparql-results+xml")
    (literal,) = ElementTree.fromstring(answer.text).iter(
        "{http://www.w3.org/2005/sparql-results#}literal"
    )
    assert literal.text == "glassbone"
    assert literal.attrib == {"{http://www.w3.org/XML/1998/namespace}lang": "en"}


def test_rows_as_csv_and_tsv(server: Running) -> None:
    answer = server.query(LABEL, "text/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.body == b"l\r\nglassbone\r\n"
    assert server.query(LABEL, "text/tab-separated-values").body == b'?l\n"glassbone"@en\n'


def test_a_literal_of_many_lines_survives_csv(server: Running) -> None:
    answer = server.query("SELECT ?n { ?s h:note ?n }", "text/csv")
    header, (note,) = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert header == ["n"]
    assert note == 'two lines:\r\n"amber", then },{" and },{} and \\ at the end \\'


def test_yes_or_no_as_json_and_xml(server: Running) -> None:
    assert server.query("ASK {}").json == TRUE
    answer = server.query("ASK {}", "application/sparql-results+xml").text
    found = ElementTree.fromstring(answer).find("{http://www.w3.org/2005/sparql-results#}boolean")
    assert found is not None
    assert found.text == "true"


NT = f'<{KG}0900008> <{RDFS}label> "glassbone"@en .\n'


@pytest.mark.parametrize(
    ("accept", "content_type", "expected"),
    [
        (None, "text/turtle", 'kg:0900008 rdfs:label "glassbone"@en .'),
        ("text/turtle", "text/turtle", 'kg:0900008 rdfs:label "glassbone"@en .'),
        ("application/n-triples", "application/n-triples", NT),
        ("text/plain", "text/plain", NT),
        ("application/n-quads", "application/n-quads", NT),
        ("application/trig", "application/trig", 'kg:0900008 rdfs:label "glassbone"@en .'),
        ("application/ld+json", "application/ld+json", '"@value":"glassbone"'),
        ("application/rdf+xml", "application/rdf+xml", f'<rdf:Description rdf:about="{KG}0900008"'),
    ],
)
def test_a_graph_in_each_format(
    server: Running, accept: str | None, content_type: str, expected: str
) -> None:
    answer = server.query(TRIPLE, accept)
    assert answer.status == 200
    assert answer.headers["content-type"].split(";")[0] == content_type
    assert expected in answer.text


def test_describe_is_a_graph(server: Running) -> None:
    answer = server.query("DESCRIBE kg:0900008", "application/n-triples")
    assert NT in answer.text


def test_the_format_depends_on_the_form_of_the_query(server: Running) -> None:
    accept = "text/csv, text/turtle;q=0.9, application/sparql-results+xml;q=0.8"
    types = {
        text: server.query(text, accept).headers["content-type"].split(";")[0]
        for text in (LABEL, TRIPLE, "ASK {}")
    }
    assert types == {
        LABEL: "text/csv",
        TRIPLE: "text/turtle",
        "ASK {}": "application/sparql-results+xml",
    }


@pytest.mark.parametrize(
    ("text", "accept", "offer"),
    [
        ("ASK {}", "text/csv", "application/sparql-results+json"),
        (LABEL, "text/turtle", "text/csv"),
        (TRIPLE, "text/csv", "text/turtle"),
        (LABEL, "image/png", "application/sparql-results+xml"),
    ],
)
def test_an_impossible_accept_is_told_the_offers(
    server: Running, text: str, accept: str, offer: str
) -> None:
    answer = server.query(text, accept)
    assert answer.status == 406
    assert answer.headers["content-type"] == "application/problem+json"
    content = json.loads(answer.body)
    assert offer in content["offers"]
    assert accept not in content["offers"]
    assert content["type"] == "/problems/format"


def test_three_ways_to_send_a_query(server: Running) -> None:
    body = urlencode({"query": "ASK {}"})
    assert server.request("POST", "/sparql", body, FORM).json == TRUE
    assert server.request("POST", "/sparql", "ASK {}", DIRECT).json == TRUE
    assert server.request("GET", f"/sparql?{body}").json == TRUE
    parameters = {"Content-Type": "Application/SPARQL-Query; charset=UTF-8"}
    assert server.request("POST", "/sparql", "ASK {}", parameters).json == TRUE


def test_a_chunked_body_is_read(server: Running) -> None:
    body = iter([b"ASK", b" {", b"}"])
    answer = server.request("POST", "/sparql", body, DIRECT)  # type: ignore[arg-type]
    assert answer.json == TRUE


def test_head_has_the_headers_and_no_body(server: Running) -> None:
    target = "/sparql?" + urlencode({"query": LABEL})
    got, head = server.request("GET", target), server.request("HEAD", target)
    assert (head.status, head.body) == (200, b"")
    for name in ("content-type", "content-length", "vary"):
        assert head.headers[name] == got.headers[name]
    assert got.headers["vary"] == "Accept"


def test_percent_decoding_happens_once(server: Running) -> None:
    text = "SELECT ('a%2Bb+c%25' AS ?x) {}"
    assert server.query(text, "text/csv").text == "x\r\na%2Bb+c%25\r\n"
    answer = server.request("POST", "/sparql", urlencode({"query": text}), FORM | CSV)
    assert answer.text == "x\r\na%2Bb+c%25\r\n"
    assert server.request("POST", "/sparql", text, DIRECT | CSV).text == "x\r\na%2Bb+c%25\r\n"


CSV = {"Accept": "text/csv"}


def test_letters_of_any_script_survive(server: Running) -> None:
    text = "SELECT ('größe ' AS ?x) ('日本 🙂' AS ?y) {}"
    assert server.query(text, "text/csv").text == "x,y\r\ngröße ,日本 🙂\r\n"
    posted = server.request("POST", "/sparql", text.encode(), DIRECT | CSV)
    assert posted.text == "x,y\r\ngröße ,日本 🙂\r\n"


@pytest.mark.parametrize(
    ("method", "target", "body", "content_type", "detail"),
    [
        ("GET", "/sparql?timeout=1", None, None, "missing"),
        ("GET", "/sparql?query=ASK{}&query=ASK{}", None, None, "2 times"),
        ("POST", "/sparql?query=ASK{}", "ASK {}", "application/sparql-query", "in the body"),
        ("POST", "/sparql?query=ASK{}", "query=ASK{}", FORM["Content-Type"], "URL"),
        ("POST", "/sparql", "query=ASK{}&query=ASK{}", FORM["Content-Type"], "2 times"),
        ("POST", "/sparql", "", FORM["Content-Type"], "missing"),
        ("POST", "/sparql", b"ASK { FILTER('\xff') }", DIRECT["Content-Type"], "UTF-8"),
        ("GET", "/sparql?query=ASK%20%7B%7D%FF", None, None, "UTF-8"),
    ],
)
def test_a_query_must_come_once_and_in_one_place(
    server: Running,
    method: str,
    target: str,
    body: bytes | str | None,
    content_type: str | None,
    detail: str,
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = server.request(method, target, body, headers)
    assert answer.status == 400
    content = json.loads(answer.body)
    assert content["parameter"] == "query"
    assert detail in content["detail"]


def test_a_body_of_another_type_is_named(server: Running) -> None:
    for content_type, received in (
        ("application/json", "application/json"),
        ("application/sparql-update", "application/sparql-update"),
        ("", ""),
    ):
        answer = server.request("POST", "/sparql", "{}", {"Content-Type": content_type})
        assert answer.status == 415
        content = json.loads(answer.body)
        assert content["received"] == received
        assert "application/sparql-query" in content["offers"]


def test_a_wrong_method_is_told_the_right_ones(server: Running) -> None:
    answer = server.request("DELETE", "/sparql")
    assert answer.status == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert json.loads(answer.body)["title"] == "Method Not Allowed"


def test_a_syntax_error_has_line_and_column(server: Running) -> None:
    answer = server.query("SELECT *\nWHERE { ?s ?p }")
    assert answer.status == 400
    content = json.loads(answer.body)
    assert (content["line"], content["column"]) == (2, 15)
    assert content["type"] == "/problems/syntax"


def test_an_update_is_no_query(server: Running) -> None:
    assert server.query("INSERT DATA { <http://a> <http://b> 1 }").status == 400


@pytest.mark.parametrize("timeout", ["0", "-1", "nan", "inf", "soon", "21", ""])
def test_a_timeout_out_of_bounds_is_told_the_limit(server: Running, timeout: str) -> None:
    answer = server.query("ASK {}", timeout=timeout)
    assert answer.status == 400
    content = json.loads(answer.body)
    assert content["parameter"] == "timeout"
    assert "up to 20." in content["detail"]


def test_a_query_past_its_deadline_is_503_in_time(server: Running) -> None:
    start = time.monotonic()
    answer = server.query(ENDLESS, timeout="0.5")
    assert 0.5 <= time.monotonic() - start < 1.0
    assert answer.status == 503
    content = json.loads(answer.body)
    assert content["type"] == "/problems/deadline"
    assert "0.5 s" in content["detail"]
    assert server.query("ASK {}").json == TRUE


def test_a_memory_bomb_is_503_naming_memory(server: Running) -> None:
    bomb = "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    answer = server.query(bomb)
    assert answer.status == 503
    content = json.loads(answer.body)
    assert content["type"] == "/problems/memory-limit"
    assert "200 MiB" in content["detail"]
    assert server.query("ASK {}").json == TRUE


@pytest.mark.parametrize(
    "text",
    [
        "ASK " + "{" * 50_000 + "}" * 50_000,
        "SELECT * " + "{ SELECT * " * 20_000 + "{}" + "}" * 20_000,
    ],
    ids=["groups", "sub-selects"],
)
def test_deep_nesting_is_refused_before_the_engine_reads_it(server: Running, text: str) -> None:
    answer = server.request("POST", "/sparql", text, DIRECT)
    assert answer.status == 400
    assert json.loads(answer.body)["type"] == "/problems/query-limit"
    assert server.query("ASK {}").json == TRUE


def test_service_is_403_and_fetches_nothing(server: Running) -> None:
    text = f"ASK {{ SERVICE <http://127.0.0.1:{server.port}/sparql> {{ ?s ?p ?o }} }}"
    answer = server.query(text)
    assert answer.status == 403
    assert json.loads(answer.body)["type"] == "/problems/federation"
    silent = text.replace("SERVICE", "SERVICE SILENT")
    assert server.query(silent).json == TRUE


def count(server: Running, pattern: str, **parameters: str | list[str]) -> str:
    text = f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"
    return server.query(text, "text/csv", **parameters).text.split()[1]


def test_the_dataset_of_the_request_is_merged_without_doubling(server: Running) -> None:
    document = "?d a h:Document"
    claims, sources = GRAPHS + "claims", GRAPHS + "sources"
    assert count(server, document, default_graph_uri=claims) == "1"
    assert count(server, document, default_graph_uri=[claims, sources]) == "1"
    assert count(server, "?c a h:Claim", default_graph_uri=[claims, sources]) == "15"
    assert count(server, "?c a h:Claim", default_graph_uri=sources) == "0"
    assert count(server, "?s ?p ?o", named_graph_uri=claims) == "0"
    assert count(server, f"GRAPH ?g {{ {document} }}", named_graph_uri=claims) == "1"
    assert count(server, f"GRAPH ?g {{ {document} }}", named_graph_uri=[claims, sources]) == "2"
    both = {"default_graph_uri": [GRAPHS + "asserted", sources], "named_graph_uri": claims}
    assert count(server, f"GRAPH ?g {{ {document} }}", **both) == "1"
    assert count(server, "GRAPH ?g { ?s ?p ?o }", default_graph_uri=claims) == "0"
    assert count(server, "?s ?p ?o", default_graph_uri="http://toy/absent") == "0"
    assert count(server, "?s ?p ?o", default_graph_uri=["http://toy/a", "http://toy/b"]) == "0"


def test_the_dataset_of_the_request_overrides_from(server: Running) -> None:
    text = f"SELECT (COUNT(*) AS ?n) FROM <{GRAPHS}claims> {{ ?c a h:Claim }}"
    assert server.query(text, CSV["Accept"]).text == "n\r\n15\r\n"
    named = server.query(text, CSV["Accept"], default_graph_uri=GRAPHS + "sources")
    assert named.text == "n\r\n0\r\n"


def test_the_dataset_may_come_with_a_form_or_in_the_url_of_a_direct_query(server: Running) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?c a h:Claim }"
    url = "/sparql?" + urlencode({"default-graph-uri": GRAPHS + "sources"})
    assert server.request("POST", url, text, DIRECT | CSV).text == "n\r\n0\r\n"
    body = urlencode({"query": text, "default-graph-uri": GRAPHS + "sources"})
    assert server.request("POST", "/sparql", body, FORM | CSV).text == "n\r\n0\r\n"


def test_a_graph_that_is_no_iri_is_refused(server: Running) -> None:
    answer = server.query("ASK {}", default_graph_uri="not an iri")
    assert answer.status == 400
    assert json.loads(answer.body)["parameter"] == "default-graph-uri"
    for name in ("default-graph-uri", "named-graph-uri"):
        for iri in ("urn:x%", "http://[::1", "http://x/%zz", "no-scheme"):
            answer = server.get("/sparql?" + urlencode({"query": "ASK {}", name: iri}))
            assert (answer.status, json.loads(answer.body).get("parameter")) == (400, name)


def test_parameters_of_other_endpoints_are_let_be(server: Running) -> None:
    assert server.query("ASK {}", format="json", output="json").json == TRUE


def test_a_query_above_its_size_is_413(server: Running) -> None:
    text = "ASK {} #" + "x" * 1024 * 1024
    answer = server.request("POST", "/sparql", text, DIRECT)
    assert answer.status == 413
    assert json.loads(answer.body)["limit"] == 1024 * 1024


def test_other_data_are_served_with_their_own_default_graph(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("data")
    (folder / "a.ttl").write_text("<http://toy/a> <http://toy/p> 1 .")
    (folder / "b.nq").write_text("<http://toy/b> <http://toy/p> <http://toy/c> <http://toy/g> .\n")
    with serving(folder / "a.ttl", folder / "b.nq") as other:
        assert count(other, "?s ?p ?o") == "1"
        assert count(other, "GRAPH <http://toy/g> { ?s ?p ?o }") == "1"


TWO = f"FROM <{GRAPHS}claims> FROM <{GRAPHS}sources>"


@pytest.mark.parametrize(
    ("clauses", "count"),
    [
        (f"FROM <{GRAPHS}claims>", 1),
        (TWO, 1),
        (f"FROM <{GRAPHS}claims> FROM <{GRAPHS}claims>", 1),
        (f"{TWO} FROM <{GRAPHS}nowhere>", 1),
        (f"BASE <{GRAPHS}> SELECT", 1),
        (f"FROM <{GRAPHS}nowhere> FROM <{GRAPHS}nothing>", 0),
        (f"FROM NAMED <{GRAPHS}claims>", 0),
    ],
)
def test_graphs_of_from_are_merged_with_each_triple_once(
    server: Running, clauses: str, count: int
) -> None:
    text = f"SELECT (COUNT(*) AS ?n) {clauses} {{ ?document a h:Document }}"
    if clauses.startswith("BASE"):
        text = f"{clauses} (COUNT(*) AS ?n) FROM <claims> FROM <sources> {{ ?d a h:Document }}"
    assert server.query(text, "text/csv").text == f"n\r\n{count}\r\n"


def test_a_merge_has_the_named_graphs_of_the_query_alone(server: Running) -> None:
    text = f"SELECT DISTINCT ?g {TWO} {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert server.query(text, "text/csv").text == "g\r\n"
    named = text.replace("{ GRAPH", f"FROM NAMED <{GRAPHS}claims> {{ GRAPH", 1)
    assert server.query(named, "text/csv").text == f"g\r\n{GRAPHS}claims\r\n"


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("iri", ["urn:x%", "http://[::1"])
def test_a_graph_that_is_no_iri_is_told_by_its_parameter(
    server: Running, name: str, iri: str
) -> None:
    answer = server.query("ASK {}", **{name: iri})
    assert answer.status == 400
    assert json.loads(answer.body)["parameter"] == name
    twice = server.query(f"ASK FROM <{iri}> FROM <urn:y> {{}}")
    assert json.loads(twice.body)["type"] == "/problems/syntax"


def test_a_graph_named_twice_is_one_graph_of_the_dataset(server: Running) -> None:
    text = "SELECT (COUNT(*) AS ?n) {} {{ GRAPH ?g {{ ?s a h:Document }} }}"
    once = f"FROM NAMED <{GRAPHS}sources>"
    for clauses in (once, f"{once} {once}", f"{once} FROM <{GRAPHS}claims> {once}"):
        assert server.query(text.format(clauses), "text/csv").text == "n\r\n1\r\n"


def test_graphs_of_the_request_override_those_of_the_query(server: Running) -> None:
    text = f"ASK {TWO} {{ ?document a h:Document }}"
    answer = server.query(text, default_graph_uri=f"{GRAPHS}nowhere")
    assert answer.json == {"head": {}, "boolean": False}


def test_default_prefixes_in_use_are_told(server: Running) -> None:
    answer = server.query(
        "PREFIX x: <x:y> ASK { ?s rdfs:label 'kg:1' ; x:y ?o . kg:1 a h:Document }"
    )
    assert answer.status == 200
    assert answer.headers["heliotrope-prefixes"] == "rdfs, kg, h"
    assert "heliotrope-prefixes" not in server.query("ASK { ?s ?p ?o }").headers
    declared = server.query("PREFIX h: <x:y> ASK { ?s a h:z }")
    assert "heliotrope-prefixes" not in declared.headers


def test_what_may_answer_otherwise_next_time_is_not_kept(server: Running) -> None:
    assert server.query("ASK { FILTER(rand() < 2) }").headers["cache-control"] == "no-store"
    said = server.query("ASK { FILTER('NOW()' != 'rand') } # UUID").headers
    assert said.get("cache-control") != "no-store"


def test_a_syntax_error_is_told_with_what_may_have_been_meant(server: Running) -> None:
    answer = server.query("SELECT *\nWHERE { ?s rdsf:label ?o }")
    assert answer.status == 400
    content = answer.json
    assert isinstance(content, dict)
    assert (content["line"], content["column"]) == (2, 12)
    assert content["caret"] == "WHERE { ?s rdsf:label ?o }\n           ^"
    assert content["expected"] == ["PREFIX rdsf: <…> at the beginning"]
    assert content["suggestions"] == ["rdfs:"]


def test_a_limit_of_the_text_is_told_by_name(server: Running) -> None:
    answer = server.query("ASK { FILTER(" + "(" * 300 + "1" + ")" * 300 + ") }")
    assert answer.status == 400
    content = answer.json
    assert isinstance(content, dict)
    assert content["type"] == "/problems/query-limit"
    assert (content["name"], content["limit"], content["found"]) == ("depth", 200, 302)
