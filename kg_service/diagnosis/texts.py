"""Rule: literals of a pattern that differ from those in the data."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from kg_service.diagnosis import nearest
from kg_service.diagnosis.case import IN_QUESTION, TYPE, VALUE, Broken, Case, Node
from kg_service.syntax.rendering import Step

NEAR = 0.8  # difflib's ratio from which a text may have been meant
CORRECTABLE = range(5, 201)  # the lengths of texts of which typing errors can be told
# Of a property whose few values each come again and again, they are codes, and others less like
# one of them may have been meant for it.
CODES, AGAIN, NEAR_CODE = 50, 10, 0.6


def other_texts(case: Case) -> Iterator[Broken]:
    """Literals that differ from one in the data by case, language, datatype or typing errors; and
    literals where the data have things, or the other way round."""
    for step in case.steps:
        value = case.node(step.triple.object)
        if value is None or case.iri(step.triple.path[0]) == TYPE or case.meet([step.triple]):
            continue
        known = _values(case, step, value.value)
        texts = [node for node in known if isinstance(node, Literal)]
        first, last = step.triple.object[0], step.triple.object[-1]
        if isinstance(value, NamedNode):
            if texts and len(texts) == len(known):
                label = case.label(value)
                near = [node for node in texts if label and node.value == label]
                reason = "The values of this property are texts, not things."
                yield Broken(first.offset, last.end, reason, texts=tuple(map(str, near)))
        elif known and not texts:
            reason = "The values of this property are things, not texts."
            terms = tuple(nearest.labelled(case, value.value))
            yield Broken(first.offset, last.end, reason, terms)
        elif near := meant(value, texts) or _code(case, step, value, texts):
            reason = f"No value of this property is {value}."
            yield Broken(first.offset, last.end, reason, texts=tuple(map(str, near)))


def _values(case: Case, step: Step, text: str) -> list[Node]:
    """The values that the property of a step has and a text may be meant for."""
    asked = replace(step.triple, subject=(), object=IN_QUESTION)
    return case.alike(VALUE, [asked], text)


def meant(value: Literal, known: Sequence[Literal]) -> list[Literal]:
    """The values that a literal may have been meant for, best first."""
    folded = fold(value.value)
    same = [node for node in known if fold(node.value) == folded and node != value]
    if same or not correctable(folded):
        return sorted(same, key=str)[: nearest.OFFERED]
    texts = {fold(node.value): node for node in known}
    close = difflib.get_close_matches(folded, texts, nearest.OFFERED, NEAR)
    return [texts[text] for text in close]


def _code(case: Case, step: Step, value: Literal, known: Sequence[Literal]) -> list[Literal]:
    """The codes that a literal without digits may have been meant for; none where the values of
    the property are no codes."""
    folded = fold(value.value)
    if len(known) > CODES or any(sign.isdigit() for sign in folded):
        return []
    if case.matches(replace(step.triple, subject=(), object=())) < AGAIN * len(known):
        return []
    codes = {fold(node.value): node for node in known}
    close = difflib.get_close_matches(folded, codes, nearest.OFFERED, NEAR_CODE)
    return [codes[text] for text in close]


def fold(text: str) -> str:
    """A text without case, forms of characters (Unicode, UAX #15, NFKC) and extra spaces.

    >>> fold(" Mg/m² ")
    'mg/m2'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def correctable(text: str) -> bool:
    """Whether a text is one in which typing errors can be told: another number is another."""
    return len(text) in CORRECTABLE and not any(sign.isdigit() for sign in text)
