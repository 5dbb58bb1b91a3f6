"""JSON from outside: a text as a JSON value, or the error that says what is wrong.

A text of some MiB takes seconds to read, so it is read by the worker that needs it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from kg_service.errors import BodyError

# A string that is never closed reaches to the end, so that it is not looked at again and again.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def json_value(text: str, depth_max: int) -> object:
    """The value of a JSON text (RFC 8259).

    A number is an int or a Decimal, and so as it is written, however long. Raises BodyError for
    one that is no JSON, is nested over `depth_max` deep, names a member twice, or holds NaN, a
    number too large to be read, or half a surrogate pair.
    """
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > depth_max:
            raise BodyError("", f"nesting over {depth_max} deep", "less")
    try:
        value = json.loads(
            text, object_pairs_hook=_members, parse_constant=_no_number, parse_float=_number
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BodyError("", f"no JSON at {place}", "JSON", f"{error.msg}.") from None
    except ValueError:  # a number of too many digits
        raise BodyError("", "a number of too many digits", "fewer") from None
    _whole(value)
    return value


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, n in Counter(name for name, _ in pairs).items() if n > 1)
        raise BodyError("", f"the member {_shown(twice)} twice", "it once")
    return found


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of twenty digits
        raise BodyError("", f"the number {_shown(text)}", "one of a smaller exponent") from None


def _no_number(text: str) -> NoReturn:
    raise BodyError("", text, "a number JSON has")


def _whole(value: object) -> None:
    """Raise BodyError for a text with half a surrogate pair, which no UTF-8 can write."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text if found := _LONE_SURROGATE.search(text):
                half = f"\\u{ord(found[0]):04x} alone"
                raise BodyError("", half, "both halves of a surrogate pair")
            case list() as items:
                waiting += items
            case dict() as members:
                waiting += members.keys()
                waiting += members.values()


def _shown(text: str) -> str:
    return ascii(text[:80])
