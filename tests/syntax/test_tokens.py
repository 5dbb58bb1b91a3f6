"""Tokens of SPARQL: every text is tokens and gaps, or a typed error with its place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from kg_service.errors import QueryLimitError, SyntaxProblem
from kg_service.syntax import tokens
from kg_service.syntax.tokens import tokens_of
from tests.syntax import w3c

GAP = re.compile(r"([ \t\r\n]|#[^\r\n]*)*")
# Some texts that are SPARQL's own, so that made-up ones meet what the grammar holds.
PIECES = st.sampled_from(
    [
        *tokens.SIGNS,
        *(
            "SELECT",
            "ASK",
            "a",
            "true",
            "?x",
            "$y",
            "kg:0000042",
            ":",
            "a:b.c",
            "_:b1",
            "é:ü",
            "a.b",
        ),
        *("1", "+1", "-.5", "1.5e-3", "1.", "1e", "@en", "@en-GB--ltr", '"a"', "'b'", '"""c"d"""'),
        *("''", "'''", '"', "<https://w3id.org/heliotrope/KG_0000042>", "<a", "#c\n", " ", "\n"),
        *("\\u0041", "\\", "%41", "a%41:b%41", "\u00a0", "\x00", "…"),
    ]
)


def shown(text: str) -> list[str]:
    return [f"{token.kind} {token.raw}" for token in tokens_of(text)]


@given(st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join)))
def test_tokens_and_gaps_are_the_text_or_the_error_has_a_place(text: str) -> None:
    try:
        found = tokens_of(text)
    except SyntaxProblem as error:
        assert 1 <= error.line <= text.count("\n") + 1
        assert 1 <= error.column <= len(text.split("\n")[error.line - 1]) + 1
        assert error.caret.count("\n") == 1
        return
    place = 0
    for token in found:
        assert GAP.fullmatch(text[place : token.offset])
        assert token.raw == text[token.offset : token.end] != ""
        place = token.end
    assert GAP.fullmatch(text[place:])


def test_what_the_engine_reads_has_tokens() -> None:
    engine, read, unread = Store(), 0, []
    for file in w3c.queries():
        text = file.read_bytes().decode("utf-8", "replace")
        try:
            tokens_of(text)
        except SyntaxProblem:
            unread.append(file)
            with pytest.raises(SyntaxError):
                engine.query(text)
        else:
            read += 1
    if not read:
        pytest.skip("the W3C suites are not beside the repository")
    assert all("bad" in file.stem or "syn-" in file.stem for file in unread), unread


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?s<https://x.y/z>?o", ["variable ?s", "iri <https://x.y/z>", "variable ?o"]),
        ("?a < ?b", ["variable ?a", "sign <", "variable ?b"]),
        ("a:b.c. a:.", ["name a:b.c", "sign .", "name a:", "sign ."]),
        ("a.b.c:d", ["name a.b.c:d"]),
        ("true.?x", ["word true", "sign .", "variable ?x"]),
        ("true-1", ["word true", "number -1"]),
        ("a.1e+5b", ["word a", "number .1e+5", "word b"]),
        ("1.e5 1. .5", ["number 1.e5", "number 1", "sign .", "number .5"]),
        ("<<(?s ?p 1)>>", ["sign <<(", "variable ?s", "variable ?p", "number 1", "sign )>>"]),
        ("~ :r {| |}", ["sign ~", "name :r", "sign {|", "sign |}"]),
        ('"a"@en--ltr^^', ['string "a"', "language @en--ltr", "sign ^^"]),
        ("'''it''s'''''", ["string '''it''s'''", "string ''"]),
        (
            "(a:b|^c:d)?/e:f*",
            [
                "sign (",
                "name a:b",
                "sign |",
                "sign ^",
                "name c:d",
                "sign )",
                "sign ?",
                "sign /",
                "name e:f",
                "sign *",
            ],
        ),
        ("kg:a%2Cb\\,c #d\n?e", ["name kg:a%2Cb\\,c", "variable ?e"]),
    ],
)
def test_the_longest_token_wins(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        (
            'ASK {\n ?s ?p "a }\n',
            2,
            8,
            'The string "a } has no end. Expected " at the end of the string.',
        ),
        ("ASK { ?s ?p 'a\\qb' }", 1, 15, "\\q is no escape in a string."),
        ("ASK { ?s ?p “a” }", 1, 13, '“ begins nothing here. Expected a straight quote ".'),
        ("ASK\u00a0{}", 1, 4, "U+00A0 is no white space in SPARQL. Expected a space."),
        ("SEL\\u0045CT * {}", 1, 4, "Expected an escape inside a string or an IRI only."),
        ("ASK { FILTER(?a & ?b) }", 1, 17, "& begins nothing here. Expected &&."),
        ("ASK { ?→ ?p \x00 }", 1, 8, "→ begins nothing here."),
    ],
)
def test_a_character_that_begins_nothing(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        tokens_of(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert message in str(caught.value)


def test_the_caret_stands_below_the_place() -> None:
    with pytest.raises(SyntaxProblem) as caught:
        tokens_of("ASK {\n\t?s ?p 'é }")
    assert caught.value.caret == " ?s ?p 'é }\n       ^"


def test_more_tokens_than_a_query_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "COUNT", 5)
    assert len(tokens_of("1 2 3 4 5")) == 5
    for text in ("1 2 3 4 5 6", "a.b.c.d"):
        with pytest.raises(QueryLimitError, match=r"the limit tokens is 5"):
            tokens_of(text)
