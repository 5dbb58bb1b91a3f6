"""Brackets that are open while a query is read, and what each of them holds."""

from __future__ import annotations

from kg_service.syntax.tokens import Tokens

PAIRS = {"{": "}", "(": ")", "[": "]", "{|": "|}", "<<": ">>", "<<(": ")>>"}
CLOSING = frozenset(PAIRS.values())
# What a bracket holds.
GROUP, TEMPLATE, ROWS, TERMS, EXPRESSION = "group", "template", "rows", "terms", "expression"
# Words after which brackets hold expressions, until a group begins.
COLUMNS = frozenset({"SELECT", "GROUP", "ORDER", "HAVING"})
TEMPLATES = frozenset({"CONSTRUCT", "INSERT", "DELETE", "DATA"})
TERM_WORDS = frozenset({"A", "TRUE", "FALSE", "UNDEF"})


class Frame:
    """A bracket that is open: what it holds, and what was counted in it."""

    __slots__ = (
        *("clause", "group", "holds", "items", "operators", "patterns", "sign", "steps"),
        *("unions", "weight"),
    )

    def __init__(self, sign: str, holds: str, weight: int, around: Frame | None) -> None:
        """Open it; `weight` is how much deeper than the bracket `around` it it is."""
        self.sign, self.holds, self.weight, self.clause = sign, holds, weight, ""
        self.patterns = self.operators = self.steps = self.unions = self.items = 0
        # Patterns are counted where they are joined: in the group around.
        self.group: Frame = self if around is None or holds in (GROUP, TEMPLATE) else around.group


def content(frame: Frame, outermost: bool, tokens: Tokens, at: int) -> str:
    """What the bracket at the index `at` holds, by what is before it and the bracket around it;
    `outermost` says that none is around."""
    sign = tokens.raws[at]
    before = tokens.raws[at - 1].upper() if at and tokens.kinds[at - 1] == "word" else ""
    if sign == "{":
        if frame.clause == "VALUES":
            return ROWS
        inside = frame.holds == TEMPLATE and not outermost
        return TEMPLATE if before in TEMPLATES or inside else GROUP
    if sign != "(" or frame.holds in (EXPRESSION, ROWS):
        return frame.holds if frame.holds == ROWS or sign == "(" else TERMS
    if frame.clause in COLUMNS or (before and before not in TERM_WORDS):
        return EXPRESSION
    called = at > 1 and tokens.kinds[at - 1] in ("iri", "name")
    return EXPRESSION if called and tokens.raws[at - 2].upper() == "FILTER" else TERMS
