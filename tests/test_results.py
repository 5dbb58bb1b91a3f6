import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryResultsFormat, Store

from kg_service import results
from kg_service.results import PatternCounter, RowCounter, Term

NASTY = '"}},{" },{"x":{ },{ <result> \\ \r\n \t "quoted" },{\\'


@pytest.mark.parametrize(
    "term",
    [
        NamedNode("http://toy/a"),
        BlankNode("b0"),
        Literal("plain"),
        Literal("grün", language="de"),
        Literal("3", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
    ],
)
def test_a_term_survives_json(term: Term) -> None:
    assert results.term_from_json(json.loads(json.dumps(results.term_to_json(term)))) == term


def test_an_iri_is_written_as_the_results_format_says() -> None:
    assert results.term_to_json(NamedNode("http://toy/a")) == {
        "type": "uri",
        "value": "http://toy/a",
    }


def test_booleans_have_no_tables() -> None:
    assert results.OFFERS[results.BOOLEAN] == (
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "application/json",
        "application/xml",
        "text/xml",
    )


@given(st.binary(max_size=60), st.integers(1, 7))
def test_a_pattern_is_counted_across_borders(data: bytes, size: int) -> None:
    text = data.replace(b"\x00", b"},{")
    count = PatternCounter(b"},{")
    blocks = [text[i : i + size] for i in range(0, len(text), size)]
    assert sum(count(block) for block in blocks) == text.count(b"},{")


def rows(text: str, form: QueryResultsFormat, literals: list[str], size: int) -> int:
    """The rows counted in the engine's own answer, cut into blocks of `size`."""
    store = Store()
    for n, literal in enumerate(literals):
        store.add(Quad(NamedNode(f"http://toy/{n}"), NamedNode("http://toy/p"), Literal(literal)))
    answer = store.query(text).serialize(format=form)
    assert answer is not None
    counter = RowCounter(form)
    for start in range(0, len(answer), size):
        counter.add(answer[start : start + size])
    return counter.rows


FORMS = [
    QueryResultsFormat.JSON,
    QueryResultsFormat.XML,
    QueryResultsFormat.CSV,
    QueryResultsFormat.TSV,
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.file_extension)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_rows_are_counted_in_whatever_literals_say(form: QueryResultsFormat, size: int) -> None:
    literals = [NASTY, NASTY * 2, "", "x\r\ny", '"', "},{"]
    assert rows("SELECT ?o ?s { ?s ?p ?o }", form, literals, size) == 6
    # With a language the literal's text is not the last member of its object.
    text = "SELECT (STRLANG(?o, 'en') AS ?l) ?s { ?s ?p ?o }"
    assert rows(text, form, literals, size) == 6


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.file_extension)
@pytest.mark.parametrize("size", [1, 2, 3, 10_000])
def test_braces_in_a_literal_are_no_rows(form: QueryResultsFormat, size: int) -> None:
    assert rows("SELECT ?o { ?s ?p ?o }", form, ["a" + ",{}" * 12, '\\",{},{}', "\\"], size) == 3


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.file_extension)
def test_rows_without_any_binding_are_rows(form: QueryResultsFormat) -> None:
    assert rows("SELECT ?none { ?s ?p ?o }", form, ["a", "b", "c"], 5) == 3
    assert rows("SELECT ?none { ?s ?p ?o }", form, [], 5) == 0


@given(st.lists(st.text('{}",:\\ox<>/result\r\n', max_size=12)), st.integers(1, 50))
def test_any_literals_leave_the_count_right(literals: list[str], size: int) -> None:
    for form in FORMS:
        assert rows("SELECT ?o ?s { ?s ?p ?o }", form, literals, size) == len(literals)
        optional = "SELECT ?o { { ?s ?p ?o } UNION { ?s ?p ?none . BIND(1 / 0 AS ?o) } }"
        assert rows(optional, form, literals, size) == 2 * len(literals)
