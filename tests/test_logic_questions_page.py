"""The page on logic questions: its expressions are read, its errors are those that are given."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from kg_service.errors import ExpressionError
from kg_service.logic import adapter
from kg_service.logic.manchester import mentioned, parse
from kg_service.logic.profile import outside
from kg_service.logic.questions import lifted
from kg_service.logic.rendering import render
from kg_service.logic.vocabulary import Vocabulary
from kg_service.pipeline import ontology

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "logic-questions.md").read_text("utf-8")
EXPRESSIONS = re.findall(r"^\| [^|]+ \| `([^`]+)` \|$", PAGE, re.MULTILINE)
REFUSED = re.findall(r"^\| [^|]+ \| `([^`]+)` \| `([^`]+)` \|$", PAGE, re.MULTILINE)
ERRORS = re.findall(r"^```\n(.+)\n(.+)\n( *\^)\n```$", PAGE, re.MULTILINE)


@cache
def vocabulary() -> Vocabulary:
    folder = ontology.read(ROOT / "ontology")
    whole = ontology.horned(ontology.assemble(folder, {}).axioms).get_components()
    return Vocabulary(adapter.labels_of(whole), adapter.kinds_of(whole), folder.names)


@pytest.mark.parametrize(("text", "construct"), [*((e, "") for e in EXPRESSIONS), *REFUSED])
def test_an_expression_of_the_page_is_read_and_written(text: str, construct: str) -> None:
    node = parse(text, vocabulary())
    found = outside(lifted(node), mentioned(text, vocabulary()))
    assert [vocabulary().names.curie(each) for each in found] == ([construct] if construct else [])
    if node[0] != "opaque" and "opaque" not in node:
        assert parse(render(node, vocabulary().written), vocabulary()) == node


def test_the_page_asks_by_label_what_it_asks_by_identifier() -> None:
    assert (len(EXPRESSIONS), len(REFUSED)) == (7, 7)
    assert parse(EXPRESSIONS[0], vocabulary()) == parse(EXPRESSIONS[1], vocabulary())


@pytest.mark.parametrize(("message", "line", "caret"), ERRORS)
def test_an_error_of_the_page_is_the_one_that_is_given(message: str, line: str, caret: str) -> None:
    with pytest.raises(ExpressionError) as wrong:
        parse(line, vocabulary())
    assert str(wrong.value) == message
    assert wrong.value.caret == f"{line}\n{caret}"


def test_the_page_shows_two_errors() -> None:
    assert len(ERRORS) == 2
