"""Patterns as text again, and the steps of their paths."""

from __future__ import annotations

import pytest

from kg_service.syntax.patterns import Pattern, patterns_of
from kg_service.syntax.rendering import joined, opened, steps_of, written
from kg_service.syntax.tokens import tokens_of


def pattern(text: str) -> Pattern:
    (found,) = patterns_of(tokens_of(f"ASK {{ {text} }}")).patterns
    return found


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ('?d rdfs:label "an @ and ^^ in a text"@en', '?d rdfs:label "an @ and ^^ in a text"@en'),
        ('?d h:line "3" ^^ xsd:integer', '?d h:line "3"^^xsd:integer'),
        ("?d ( h:a | ^ h:b ) / h:c* ?e", "?d (h:a | ^h:b)/h:c * ?e"),
        ("GRAPH graph:claims { ?d a [] }", "GRAPH graph:claims { ?d a [] }"),
        ("?d h:members ( 1 2 )", "?d h:members []"),
    ],
)
def test_a_pattern_is_written_as_it_was_read(text: str, again: str) -> None:
    assert written(patterns_of(tokens_of(f"ASK {{ {text} }}")).patterns[-1]) == again


def test_variables_are_exchanged_whatever_their_sign() -> None:
    found = pattern("$x h:value ?value")
    assert written(found, {"x": "value", "value": "x"}) == "$value h:value ?x"


def test_a_filter_is_written_as_it_was_read() -> None:
    found = patterns_of(tokens_of("ASK { ?a ?b ?c FILTER(?c IN (1, 'x'@en) && ! isIRI(?c)) }"))
    assert joined(found.filters[0].tokens) == "FILTER (?c IN (1, 'x'@en) && ! isIRI (?c))"


def test_an_opened_pattern_keeps_its_graph() -> None:
    found = pattern("GRAPH ?g { h:a h:b h:c }")
    assert written(opened(found, found.path)) == "GRAPH ?g { [] h:b [] }"


def test_a_sequence_is_taken_step_by_step() -> None:
    steps = steps_of(pattern("?a ^h:p/h:q ?b"))
    first, second = (step.triple for step in steps)
    assert [written(first).split()[1:], written(second).split()[1:]] == [
        ["h:p", "?a"],
        ["h:q", "?b"],
    ]
    assert first.subject == second.subject
    assert [written(step.turned) for step in steps] == ["?a h:p/h:q ?b", "?a ^h:p/^h:q ?b"]


def test_one_property_turned_exchanges_the_ends() -> None:
    (step,) = steps_of(pattern("?a h:p ?b"))
    assert written(step.turned) == "?b h:p ?a"
    assert written(step.called("http://x/q")) == "?a <http://x/q> ?b"


@pytest.mark.parametrize("path", ["h:p*", "h:p|h:q", "(h:p/h:q)", "!h:p", "!(h:p|^h:q)", "?p"])
def test_other_paths_have_no_steps(path: str) -> None:
    assert steps_of(pattern(f"?a {path} ?b")) == ()
