"""Values of forms, percent-encoded (https://url.spec.whatwg.org/#application/x-www-form-urlencoded).

Decoding a MiB of escapes takes as long as a long query, so a large value is decoded by the worker
that needs it; what it is at most when decoded is known before.
"""

from __future__ import annotations

import re

from kg_service.errors import ParameterError, SizeLimitError

# What is no escape stays as it is, however often a percent sign stands in it.
ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")


def least_size(value: bytes) -> int:
    """The bytes a value has at least when it is decoded.

    >>> least_size(b"ASK%7B%7D")
    5
    """
    return len(value) - 2 * value.count(b"%")


def decoded(value: str, limit: int) -> str:
    """A value decoded once, of at most `limit` bytes.

    Raises ParameterError for what is not UTF-8, SizeLimitError.
    """
    try:
        text = ESCAPES.sub(meant, value.encode().replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise ParameterError("query", "A parameter is not UTF-8.", "Send UTF-8.") from None
    if len(text.encode()) > limit:
        raise SizeLimitError(limit)
    return text


def meant(found: re.Match[bytes]) -> bytes:
    """The bytes that some escapes mean."""
    return bytes.fromhex(found[0].replace(b"%", b"").decode())
