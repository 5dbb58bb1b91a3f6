"""Rule: bounds that leave nothing between them, whatever the data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal

from kg_service.diagnosis.case import Broken, Case
from kg_service.syntax.patterns import Term
from kg_service.syntax.tokens import Token

# What a comparison says when it is read from its other side.
MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="}
LOWER = {">": False, ">=": True, "=": True}  # … is a lower bound; whether itself is allowed
UPPER = {"<": False, "<=": True, "=": True}


@dataclass(frozen=True)
class Comparison:
    """A variable compared with a literal; its tokens."""

    variable: str
    operator: str
    value: Literal
    tokens: Term


def contradictory_bounds(case: Case) -> Iterator[Broken]:
    """Filters that all must hold and that no value can pass."""
    found = [
        comparison
        for one in case.found.filters
        if one.required
        for part in conjuncts(one.tokens[1:])
        if (comparison := _comparison(case, part))
    ]
    for low in found:
        for high in found:
            if low.variable != high.variable or low is high:
                continue
            if low.operator not in LOWER or high.operator not in UPPER:
                continue
            closed = LOWER[low.operator] and UPPER[high.operator]
            if _leaves(case, low.value, high.value, closed) is False:
                both = sorted((low, high), key=lambda one: one.tokens[0].offset)
                start, end = both[0].tokens[0].offset, both[1].tokens[-1].end
                reason = f"No ?{low.variable} is within both bounds: nothing is between them."
                yield Broken(start, end, reason)
                return


def _leaves(case: Case, low: Literal, high: Literal, closed: bool) -> bool | None:
    """Whether something is between two bounds; None where they cannot be compared."""
    (row,) = case.ask("order", lower=low, upper=high)
    less, same = row["less"], row["same"]
    if less is None or same is None:
        return None
    return bool(less.value == "true" or (closed and same.value == "true"))


def conjuncts(tokens: Term) -> Iterator[Term]:
    """The parts of an expression that all must hold."""
    depth, starts = 0, [0]
    for at, token in enumerate(tokens):
        depth += (token.raw == "(") - (token.raw == ")")
        if depth == 0 and token.raw == "||":
            return
        if depth == 0 and token.raw == "&&":
            starts.append(at + 1)
    ends = [*(start - 1 for start in starts[1:]), len(tokens)]
    for start, end in zip(starts, ends, strict=True):
        part = tokens[start:end]
        if len(starts) == 1 and not _bracketed(part):
            yield part
        else:
            yield from conjuncts(part[1:-1] if _bracketed(part) else part)


def _bracketed(tokens: Term) -> bool:
    """Whether one pair of brackets is around it all."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.raw == "(") - (token.raw == ")")
        if depth == 0:
            return at == len(tokens) - 1 and at > 0
    return False


def _comparison(case: Case, tokens: Term) -> Comparison | None:
    at = next((at for at, token in enumerate(tokens) if token.raw in MIRRORED), 0)
    left, right = tokens[:at], tokens[at + 1 :]
    if not left or not right:
        return None
    operator = tokens[at].raw
    if _variable(right):
        left, right, operator = right, left, MIRRORED[operator]
    value = case.node(right) if _constant(right) else None
    if not _variable(left) or not isinstance(value, Literal):
        return None
    return Comparison(left[0].raw[1:], operator, value, tokens)


def _variable(tokens: Term) -> bool:
    return len(tokens) == 1 and tokens[0].kind == "variable"


def _constant(tokens: Term) -> bool:
    """Whether it is a literal and nothing more."""
    first: Token = tokens[0]
    if first.kind == "number" or first.raw.lower() in ("true", "false"):
        return len(tokens) == 1
    typed = len(tokens) == 3 and tokens[1].raw == "^^"
    tagged = len(tokens) == 2 and tokens[1].kind == "language"
    return first.kind == "string" and (len(tokens) == 1 or typed or tagged)
