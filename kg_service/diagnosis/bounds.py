"""Rules: bounds that leave nothing between them, whatever the data, and values that have no order
with what they are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg_service.diagnosis.case import Broken, Case, Node
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
    found = _comparisons(case)
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


def values_without_order(case: Case) -> Iterator[Broken]:
    """Comparisons of a variable that all have no answer, as of texts with a number (SPARQL 1.1
    Query, section 17.3)."""
    for one in _comparisons(case):
        if one.operator == "=":
            continue
        # The order of two values is a matter of their kinds.
        kinds = {
            (type(value), getattr(value, "datatype", None)): value
            for value in case.values(one.variable, case.required)
            if isinstance(value, NamedNode | Literal)
        }
        if kinds and all(_order(case, value, one.value)[0] is None for value in kinds.values()):
            shown = ", ".join(sorted({_kind(case, value) for value in kinds.values()}))
            reason = f"The values of ?{one.variable} have no order with {one.value}: {shown}."
            yield Broken(one.tokens[0].offset, one.tokens[-1].end, reason)


def _kind(case: Case, value: object) -> str:
    return case.named(value.datatype) if isinstance(value, Literal) else "things"


def _comparisons(case: Case) -> list[Comparison]:
    """The comparisons that all must hold."""
    return [
        comparison
        for one in case.found.filters
        if one.required
        for part in conjuncts(one.tokens[1:])
        if (comparison := _comparison(case, part))
    ]


def _leaves(case: Case, low: Literal, high: Literal, closed: bool) -> bool | None:
    """Whether something is between two bounds; None where they cannot be compared."""
    less, same = _order(case, low, high)
    return None if less is None or same is None else less or (closed and same)


def _order(case: Case, low: Node, high: Node) -> tuple[bool | None, bool | None]:
    """Whether one value is less than another, and whether they are equal; None where that has no
    answer."""
    (row,) = case.ask("order", lower=low, upper=high)
    less, same = (row[name] and row[name].value == "true" for name in ("less", "same"))
    return less, same


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
