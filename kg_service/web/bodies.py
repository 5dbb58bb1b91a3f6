"""JSON bodies: bytes from outside as a JSON value, or the error that says what is wrong."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from flask import request

from kg_service.errors import BodyError, ContentTypeError
from kg_service.web.sparql import utf8

JSON = "application/json"
DEPTH = 64
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def json_body() -> object:
    """The JSON value of the request's body (RFC 8259).

    Raises ContentTypeError for a body of another type, ParameterError for one that is not UTF-8,
    BodyError for one that is no JSON, is nested too deeply, names a member twice or holds NaN.
    """
    if request.mimetype != JSON:
        raise ContentTypeError(request.mimetype, (JSON,))
    text = utf8(request.get_data(), "body")
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > DEPTH:
            raise BodyError("", f"nesting over {DEPTH} deep", "less")
    try:
        return json.loads(text, object_pairs_hook=_members, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BodyError("", f"no JSON at {place}", "JSON", f"{error.msg}.") from None
    except ValueError:  # a number of too many digits
        raise BodyError("", "a number of too many digits", "fewer") from None


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BodyError("", f"the member {twice[:80]!r} twice", "it once")
    return found


def _no_number(text: str) -> NoReturn:
    raise BodyError("", text, "a number JSON has")
