"""Queries that would take all time or memory, or crash, or reach out."""

from __future__ import annotations

import threading
import time

import pytest

from tests.hostile.conftest import Target, kind, refused

pytestmark = pytest.mark.long

CROSS = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(6))


def nested(before: str, after: str, depth: int, inside: str = "") -> str:
    return before * depth + inside + after * depth


NESTED = {
    "groups": ("ASK ", "{", "}", ""),
    "sub-selects": ("ASK ", "{ SELECT * ", "}", "{ ?s ?p ?o }"),
    "exists": ("ASK { ", "FILTER EXISTS { ?s ?p ?o ", "}", ""),
    "not exists": ("ASK { ", "FILTER NOT EXISTS { ?s ?p ?o ", "}", ""),
    "minus": ("ASK { ", "?s ?p ?o MINUS { ", "}", ""),
    "optional": ("ASK { ", "OPTIONAL { ?s ?p ?o ", "}", ""),
    "union": ("ASK { ", "{ ?s ?p ?o } UNION { ", "}", ""),
    "graph": ("ASK { ", "GRAPH ?g { ", "}", ""),
    "parentheses": ("ASK { FILTER ", "(", ")", "1"),
    "functions": ("ASK { FILTER(1 = ", "STR(", ")", "1"),
    "if": ("ASK { BIND(", "IF(true, 1, ", ")", "2"),
    "lists": ("ASK { ?s ?p ", "(", ")", "1"),
    "properties": ("ASK { ?s ?p ", "[ ?p ", "]", "1"),
    "path groups": ("ASK { ?s ", "(", ")", "<a:b>"),
    "path inverses": ("ASK { ?s ", "^(", ")", "<a:b>"),
    "triple terms": ("ASK { ?s ?p ", "<<( ?s ?p ", ")>>", "?o"),
    "reified triples": ("ASK { ?s ?p ", "<< ?s ?p ", ">>", "?o"),
    "negations": ("ASK { FILTER(", "!", "", "true"),
    "minus signs": ("ASK { FILTER(0 < ", "- ", "", "1"),
    "values": ("ASK { VALUES ?x { ", "<<( <a:b> <a:b> ", ")>>", "1"),
    "unclosed": ("ASK { ", "[ ( { << ", "", ""),
}


@pytest.mark.parametrize("depth", [500, 4000, 40_000])
@pytest.mark.parametrize("bracket", NESTED)
def test_nesting_of_any_bracket_ends_as_an_answer_or_an_error_with_a_name(
    target: Target, bracket: str, depth: int
) -> None:
    start, before, after, inside = NESTED[bracket]
    text = start + nested(before, after, depth, inside)
    if text.count("(") > text.count(")") or text.count("{") > text.count("}"):
        text += ")" * (text.count("(") - text.count(")"))
        text += "}" * (text.count("{") - text.count("}"))
    answer = target.ask(text[:1_048_576])
    if answer.status != 200:
        refused(answer, 400, 413, 503)


LONG = {
    "800 triples": "ASK { " + " ".join(f"?s{n} ?p ?s{n + 1} ." for n in range(800)) + "}",
    "800 triples of one": "ASK { " + " ".join(f"?s <a:p{n}> ?o{n} ." for n in range(800)) + "}",
    "sequence path": "ASK { ?s " + "/".join(["<a:b>"] * 5000) + " ?o }",
    "alternative path": "ASK { ?s " + "|".join(["<a:b>"] * 50_000) + " ?o }",
    "starred path": "ASK { ?s " + "/".join(["(<a:b>|!<a:c>)*"] * 200) + " ?o }",
    "negated set": "ASK { ?s !(" + "|".join(["<a:b>"] * 50_000) + ") ?o }",
    "list": "ASK { ?s ?p (" + " 1" * 5000 + ") }",
    "objects": "ASK { ?s ?p " + ", ".join(f"?o{n}" for n in range(2000)) + " }",
    "predicates": "ASK { ?s " + "; ".join(f"?p{n} 1" for n in range(2000)) + " }",
    "in": "ASK { ?s ?p ?o FILTER(?o IN (" + ",".join(["1"] * 1_000_000) + ")) }",
    "in of half a million": "ASK { FILTER(?o IN (" + "1," * 500_000 + "1)) }",
    "values": "SELECT * { VALUES ?x {" + " 1" * 500_000 + "} } LIMIT 1",
    "and": "ASK { FILTER(" + "&&".join(["true"] * 100_000) + ") }",
    "or": "ASK { FILTER(" + "||".join(["false"] * 100_000) + ") }",
    "plus": "ASK { FILTER(" + "+".join(["1"] * 200_000) + ") }",
    "unions": "ASK { " + " UNION ".join(["{ ?s ?p ?o }"] * 20_000) + " }",
    "optionals": "ASK { " + "OPTIONAL { ?s ?p ?o }" * 20_000 + " }",
    "binds": "ASK { " + " ".join(f"BIND(1 AS ?x{n})" for n in range(20_000)) + " }",
    "prefixes": "".join(f"PREFIX p{n}: <a:b> " for n in range(30_000)) + "ASK {}",
    "variables": "SELECT " + " ".join(f"?v{n}" for n in range(50_000)) + " {}",
    "graphs": "SELECT * " + "".join(f"FROM <a:{n}> " for n in range(20_000)) + "{ ?s ?p ?o }",
    "digits": "ASK { FILTER(" + "9" * 1_000_000 + " > 1) }",
    "name": "ASK { ?" + "a" * 1_000_000 + " ?p ?o }",
    "escapes": 'ASK { ?s ?p "' + "\\u0041" * 150_000 + '" }',
    "comment": "ASK {} #" + "x" * 1_000_000,
    "quotes": "ASK { ?s ?p " + '"' * 999_999 + " }",
    "backslashes": "ASK { ?s ?p '" + "\\" * 999_999,
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_query_ends_as_an_answer_or_an_error_with_a_name(target: Target, name: str) -> None:
    answer = target.ask(LONG[name])
    if answer.status != 200:
        refused(answer, 400, 413, 503)


BOMBS = {
    "cross product": f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}",
    "ordered cross product": f"SELECT * {{ {CROSS} }} ORDER BY ?a1 LIMIT 1",
    "distinct": f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {CROSS} }}",
    "distinct rows": f"SELECT DISTINCT * {{ {CROSS} }} OFFSET 100000000",
    "group_concat": f'SELECT (GROUP_CONCAT(?c1; separator="{"x" * 1000}") AS ?x) {{ {CROSS} }}',
    "group by": f"SELECT ?a1 ?a2 ?a3 (COUNT(*) AS ?n) {{ {CROSS} }} GROUP BY ?a1 ?a2 ?a3",
    "construct": f"CONSTRUCT {{ ?a1 ?b1 ?c2 }} {{ {CROSS} }} OFFSET 100000000",
    "describe": f"DESCRIBE * {{ {CROSS} }}",
    "regular expression": 'ASK { ?s ?p ?o . ?s2 ?p2 ?o2 FILTER REGEX(CONCAT(STR(?o), STR(?o2)), "^(([a-z])+.)+[A-Z]([a-z])+$") FILTER(?o = ?p2) }',
    "regular expression of size": 'ASK { FILTER REGEX("a", "((((a{1,100}){1,100}){1,100}){1,100})") }',
    "replace": 'SELECT (STRLEN(REPLACE(REPLACE(REPLACE(REPLACE("'
    + "a" * 1000
    + '", "a", "'
    + "b" * 1000
    + '"), "b", "'
    + "c" * 1000
    + '"), "c", "dd"), "d", "ee")) AS ?n) {}',
    "doubling": "SELECT (STRLEN(?x30) AS ?n) { BIND('0123456789' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(30))
    + " }",
    "closure of everything": "SELECT (COUNT(*) AS ?n) { ?s (!<a:b>)* ?o . ?o (!<a:c>)* ?x }",
    "powers": "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?v{n} {{ 0 1 2 3 4 5 6 7 8 9 }}" for n in range(9))
    + " }",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_at_a_limit_with_its_name(target: Target, name: str) -> None:
    start = time.monotonic()
    answer = target.ask(BOMBS[name])
    assert time.monotonic() - start < 4
    if answer.status != 200:
        refused(answer, 400, 503)


ADDRESSES = (
    "http://127.0.0.1:{port}/sparql",
    "http://localhost:{port}/sparql",
    "http://[::1]:{port}/sparql",
    "http://[::ffff:127.0.0.1]:{port}/sparql",
    "http://[64:ff9b::7f00:1]/",
    "http://0.0.0.0:{port}/sparql",
    "http://0:{port}/sparql",
    "http://2130706433:{port}/sparql",
    "http://0x7f000001:{port}/sparql",
    "http://017700000001:{port}/sparql",
    "http://0177.0.0.1:{port}/sparql",
    "http://127.1:{port}/sparql",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://2852039166/",
    "http://metadata.google.internal/",
    "http://user:password@127.0.0.1:{port}/sparql",
    "https://example.org/sparql",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "ftp://127.0.0.1/x",
    "urn:x",
    "relative",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_service_reaches_nobody_who_is_not_on_the_list(target: Target, address: str) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        iri = address.format(port=listener.getsockname()[1])
        for text in (
            f"SELECT * {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}",
            f"PREFIX x: <{iri}> SELECT * {{ SERVICE x: {{ ?s ?p ?o }} }}",
            f"SELECT * {{ VALUES ?e {{ <{iri}> }} SERVICE ?e {{ ?s ?p ?o }} }}",
            f"ASK {{ FILTER EXISTS {{ SERVICE <{iri}> {{ ?s ?p ?o }} }} }}",
            f"ASK {{ OPTIONAL {{ {{ SERVICE <{iri}> {{ ?s ?p ?o }} }} UNION {{ ?s ?p ?o }} }} }}",
            f"SELECT * {{ SERVICE/**/<{iri}>{{ SERVICE <{iri}> {{ ?s ?p ?o }} }} }}".replace(
                "/**/", "#\n"
            ),
            f"SELECT * {{ S\\u0045RVICE <{iri}> {{ ?s ?p ?o }} }}",
        ):
            refused(target.ask(text), 400, 403, 503)
        silent = target.ask(f"SELECT * {{ SERVICE SILENT <{iri}> {{ ?s ?p ?o }} }}")
        if silent.status == 200:
            assert silent.json["results"]["bindings"] == [{}]  # type: ignore[index]
        else:
            refused(silent, 400, 403)
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <file:///etc/passwd>",
        "LOAD SILENT <http://127.0.0.1/x> INTO GRAPH <a:b>",
        "INSERT DATA { <a:b> <a:b> <a:b> }",
        "DROP ALL",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        "SELECT * FROM <http://127.0.0.1/x> FROM NAMED <http://127.0.0.1/y> { GRAPH ?g { ?s ?p ?o } }",
    ],
)
def test_a_query_neither_loads_nor_writes(target: Target, text: str) -> None:
    answer = target.ask(text)
    assert answer.status in (200, 400, 403)
    assert b"root:" not in answer.body
    if answer.status == 200:
        assert answer.json["results"]["bindings"] == []  # type: ignore[index]


def test_sixty_runaways_at_once_all_end_with_a_name(target: Target) -> None:
    ended: list[str] = []

    def run(number: int) -> None:
        name = ("cross product", "distinct", "group_concat")[number % 3]
        ended.append(kind(target.ask(BOMBS[name] + f"# {number}", 0.5)))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(60)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    # Those who run things see them at any time.
    assert target.get("/health").status == 200
    for thread in threads:
        thread.join()
    assert time.monotonic() - start < 10
    assert len(ended) == 60
    assert set(ended) <= {"503 deadline", "503 memory-limit", "503 busy"}
