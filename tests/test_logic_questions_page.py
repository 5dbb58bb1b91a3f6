"""The page on logic questions: its expressions are read, its errors are those that are given."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from kg_service.errors import ExpressionError
from kg_service.logic import adapter
from kg_service.logic.manchester import parse
from kg_service.logic.profile import outside
from kg_service.logic.rendering import render
from kg_service.logic.vocabulary import Vocabulary
from kg_service.pipeline import ontology

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "logic-questions.md").read_text("utf-8")
EXPRESSIONS = re.findall(r"^\| .* \| `([^`]+)` \|$", PAGE, re.MULTILINE)
ERRORS = re.findall(r"^```\n(.+)\n(.+)\n( *\^)\n```$", PAGE, re.MULTILINE)
OUTSIDE = {8: ("inverse",), 9: ("not",), 10: ("{…}",), 4: ("or",)}


@cache
def vocabulary() -> Vocabulary:
    folder = ontology.read(ROOT / "ontology")
    whole = ontology.horned(ontology.assemble(folder, {}).axioms).get_components()
    return Vocabulary(adapter.labels_of(whole), adapter.kinds_of(whole), folder.names)


@pytest.mark.parametrize(("row", "text"), list(enumerate(EXPRESSIONS, 1)))
def test_an_expression_of_the_page_is_read_and_written(row: int, text: str) -> None:
    node = parse(text, vocabulary())
    assert parse(render(node, vocabulary().written), vocabulary()) == node
    assert outside(node) == OUTSIDE.get(row, ())


def test_the_page_asks_by_label_what_it_asks_by_identifier() -> None:
    assert len(EXPRESSIONS) == 10
    assert parse(EXPRESSIONS[0], vocabulary()) == parse(EXPRESSIONS[1], vocabulary())


@pytest.mark.parametrize(("message", "line", "caret"), ERRORS)
def test_an_error_of_the_page_is_the_one_that_is_given(message: str, line: str, caret: str) -> None:
    with pytest.raises(ExpressionError) as wrong:
        parse(line, vocabulary())
    assert str(wrong.value) == message
    assert wrong.value.caret == f"{line}\n{caret}"


def test_the_page_shows_two_errors() -> None:
    assert len(ERRORS) == 2
