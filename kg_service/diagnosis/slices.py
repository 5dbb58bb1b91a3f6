"""Rule: LIMIT and OFFSET that leave no row of those there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg_service.diagnosis.case import Broken, Case
from kg_service.syntax.tokens import Token

Slice = tuple[Token, Token]  # the word and its number


def empty_slices(case: Case) -> Iterator[Broken]:
    """LIMIT 0, and OFFSETs that pass over all rows, where there are rows without them."""
    words = list(zip(case.reading.tokens, case.reading.tokens[1:], strict=False))
    found = [(word, number) for word, number in words if number.kind == "number"]
    limits = [one for one in found if one[0].raw.upper() == "LIMIT" and not one[1].raw.strip("0")]
    offsets = [one for one in found if one[0].raw.upper() == "OFFSET" and one[1].raw.strip("0")]
    if not (limits or offsets) or not case.rows(_without(case, [*limits, *offsets])):
        return
    for word, number in limits:
        yield Broken(word.offset, number.end, f"{word} {number} lets no row through.")
    if offsets and not case.rows(_without(case, limits)):
        for word, number in offsets:
            reason = f"There are rows, and no more than {word} {number} passes over."
            yield Broken(word.offset, number.end, reason, texts=(f"{word} 0",))


def _without(case: Case, slices: Iterable[Slice]) -> str:
    """The query without some of its slices."""
    text = case.reading.tokens.text
    for word, number in sorted(slices, reverse=True, key=lambda one: one[0].offset):
        text = f"{text[: word.offset]} {text[number.end :]}"
    return text
