"""SERVICE clauses are found as the grammar has them, and solutions stand in for them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_service import federation
from kg_service.errors import (
    FederationError,
    QueryLimitError,
    ServiceError,
    ServiceVariableError,
    SyntaxProblem,
)
from kg_service.solutions import Solutions, nothing

PREFIXES = {"kg": "https://w3id.org/heliotrope/KG_", "ex": "http://ex/"}
ONE = Solutions(("o",), (('"1"',), ("UNDEF",)))


def local(text: str, prefixes: Mapping[str, str], ask: federation.Ask) -> str:
    """The query with what `ask` says in place of its services, of which it may have eight."""
    read = federation.outline(text, prefixes)
    calls = federation.calls(text, read, prefixes, 8)
    return federation.replaced(text, read, [federation.answered(call, ask) for call in calls])


def found(text: str) -> list[tuple[str, str, str, bool]]:
    return [
        (text[c.start : c.end], text[c.pattern_start : c.pattern_end], c.iri, c.silent)
        for c in federation.outline(text, PREFIXES).clauses
    ]


@pytest.mark.parametrize(
    ("text", "whole", "group", "iri", "silent"),
    [
        ("ASK { SERVICE <http://a/b> { ?s ?p ?o } }", "SERVICE <http://a/b> { ?s ?p ?o }", "{ ?s ?p ?o }", "http://a/b", False),
        ("ASK {service silent ex:b{}}", "service silent ex:b{}", "{}", "http://ex/b", True),
        ("PREFIX ex: <http://mine/> ASK { SERVICE ex:b {} }", "SERVICE ex:b {}", "{}", "http://mine/b", False),
        ("BASE <http://a/c/> ASK { SERVICE <../d> {} }", "SERVICE <../d> {}", "{}", "http://a/d", False),
        ("ASK { SERVICE#x{\n<http://a/b>#y\n{ ?s ?p '}' } }", "SERVICE#x{\n<http://a/b>#y\n{ ?s ?p '}' }", "{ ?s ?p '}' }", "http://a/b", False),
        ("ASK { SERVICE ex:b { ?s ?p \"\"\"}\"}\"\"\" FILTER(?s<?o) {} } }", "SERVICE ex:b { ?s ?p \"\"\"}\"}\"\"\" FILTER(?s<?o) {} }", "{ ?s ?p \"\"\"}\"}\"\"\" FILTER(?s<?o) {} }", "http://ex/b", False),
    ],
)  # fmt: skip
def test_a_clause_is_found_where_the_grammar_has_one(
    text: str, whole: str, group: str, iri: str, silent: bool
) -> None:
    assert found(text) == [(whole, group, iri, silent)]


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?s ?p 'SERVICE <http://a/b> { }' }",
        "ASK { # SERVICE <http://a/b> { }\n }",
        "ASK { <http://a/SERVICE> ex:SERVICE ?SERVICE }",
        "ASK { SERVICE <http://a/b> { ",
        "SERVICE",
        "",
    ],
)
def test_what_only_looks_like_a_clause_is_none(text: str) -> None:
    assert found(text) == []


def test_a_service_inside_a_service_is_sent_along() -> None:
    inner = "{ SERVICE <http://c/d> { ?s ?p ?o } }"
    text = f"ASK {{ SERVICE <http://a/b> {inner} SERVICE ex:e {{}} }}"
    assert [(group, iri) for _, group, iri, _ in found(text)] == [
        (inner, "http://a/b"),
        ("{}", "http://ex/e"),
    ]


def test_a_service_gets_the_prologue_and_the_prefixes_that_need_no_line() -> None:
    text = "BASE <http://a/> PREFIX x: <http://x/>\nSELECT ?s { SERVICE ex:b { kg:1 x:p ?o } }"
    asked: list[tuple[str, str]] = []

    def ask(iri: str, query: str) -> str:
        asked.append((iri, query))
        return ONE.values()

    made = local(text, PREFIXES, ask)
    assert asked == [
        (
            "http://ex/b",
            "PREFIX kg: <https://w3id.org/heliotrope/KG_>\n"
            "BASE <http://a/> PREFIX x: <http://x/>\n\nSELECT * { kg:1 x:p ?o }",
        )
    ]
    assert made == (
        'BASE <http://a/> PREFIX x: <http://x/>\nSELECT ?s { VALUES (?o) {\n("1")\n(UNDEF)\n} }'
    )


def failing(error: Exception) -> federation.Ask:
    def ask(iri: str, query: str) -> str:
        raise error

    return ask


@pytest.mark.parametrize("error", [FederationError("closed"), ServiceError("http://a/b", "late")])
def test_a_silent_service_that_fails_has_one_empty_solution(error: Exception) -> None:
    text = "ASK { SERVICE SILENT <http://a/b> { ?s ?p ?o } }"
    assert local(text, {}, failing(error)) == "ASK { VALUES (?o ?p ?s) {\n(UNDEF UNDEF UNDEF)\n} }"
    unnamed = "ASK { SERVICE SILENT <http://a/b> { <x:s> <x:p> <x:o> MINUS { ?a ?b ?c } } }"
    assert local(unnamed, {}, failing(error)) == "ASK { VALUES () {\n()\n} }"
    loud = text.replace("SILENT ", "")
    with pytest.raises(type(error)):
        local(loud, {}, failing(error))


def test_a_service_by_variable_is_refused_by_name_even_when_silent() -> None:
    text = "ASK { VALUES ?e { <http://a/b> } SERVICE SILENT ?e { ?s ?p ?o } }"
    with pytest.raises(ServiceVariableError, match=r"SERVICE \?e"):
        local(text, {}, failing(AssertionError()))


@pytest.mark.parametrize("name", ["<relative>", "unknown:b"])
def test_a_service_that_is_no_absolute_iri_is_refused(name: str) -> None:
    text = f"ASK {{ SERVICE {name} {{}} }}"
    if name == "unknown:b":  # what a prefix nobody declares means, nobody is asked
        with pytest.raises(FederationError):
            local(text, {}, failing(FederationError("closed")))
    else:
        with pytest.raises(FederationError, match="no absolute IRI"):
            local(text, {}, failing(AssertionError()))


def test_too_many_services_are_refused() -> None:
    text = "ASK {" + "SERVICE <http://a/b> {}" * 9 + "}"
    with pytest.raises(FederationError, match="over 8 services"):
        local(text, {}, lambda iri, query: nothing(()).values())


PIECES = st.sampled_from(
    ["SERVICE", "SILENT", "<http://a/b>", "ex:b", "?v", "{", "}", "'}'", '"""', "'", "#", "\n", " ", "<", ">", "\\", "ASK"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map(" ".join))
def test_any_text_has_an_outline_whose_clauses_lie_one_after_another(text: str) -> None:
    place = 0
    try:
        read = federation.outline(text, PREFIXES)
    except (SyntaxProblem, QueryLimitError):
        return
    for clause in read.clauses:
        assert place <= clause.start < clause.pattern_start < clause.pattern_end == clause.end
        assert text[clause.start : clause.start + 7] == "SERVICE"
        assert text[clause.pattern_start] == "{"
        assert text[clause.end - 1] == "}"
        assert re.search(r"<http://a/b>|ex:b|\?v|\S", text[clause.start + 7 : clause.pattern_start])
        place = clause.end


def test_relative_iris_of_a_service_are_meant_against_our_base() -> None:
    base = "http://here/sparql"
    for text, iri in (
        ("ASK { SERVICE <there> { <a> ?p ?o } }", "http://here/there"),
        ("BASE <http://own/> ASK { SERVICE <there> { <a> ?p ?o } }", "http://own/there"),
    ):
        (call,) = federation.calls(text, federation.outline(text, PREFIXES), PREFIXES, 8, base)
        assert call.iri == iri
        # A BASE of the query comes later, and so is the one that counts.
        assert call.query.startswith("BASE <http://here/sparql>\n")
        assert call.query.endswith("SELECT * { <a> ?p ?o }")
