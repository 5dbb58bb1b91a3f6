"""The gate: what a request must be before anything reads it, and its body, read within limits.

HTTP itself (RFC 9112) is read by the server's library, which refuses what is no message at all
with a bare status; here stand the limits an operator chooses, and what the library lets pass.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from kg_service.config import Settings
from kg_service.errors import (
    BodyTimeoutError,
    ContentEncodingError,
    FramingError,
    HeaderLimitError,
    ParameterError,
    SizeLimitError,
    UrlLimitError,
)

# A name, an address of IPv4 or one of IPv6 in brackets, and a port (RFC 9110, 7.2; RFC 3986,
# 3.2.2); not the other signs a registered name may have, which no host has.
HOST = re.compile(r"(?:[A-Za-z0-9._~%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")

# What no name holds; U+FFFD is what the server puts for bytes of a path that are not UTF-8.
NOT_IN_A_PATH = re.compile("[\x00-\x1f\x7f\ufffd]")

FORM = "application/x-www-form-urlencoded"


def admit(scope: Any, settings: Settings) -> None:
    """Let a request (RSGI's scope) pass, or raise the RequestError that says what it breaks."""
    if len(scope.path) + len(scope.query_string) > settings.url_size:
        raise UrlLimitError(settings.url_size)
    if not scope.method.isupper():
        # Methods are case-sensitive (RFC 9110, section 9.1), and what comes next would not mind.
        raise FramingError("The method is none of HTTP.", "Write it in capitals.")
    fields = scope.headers.items()
    if len(fields) > settings.header_fields:
        raise HeaderLimitError(settings.header_fields, "fields")
    if sum(len(name) + len(value) for name, value in fields) > settings.header_size:
        raise HeaderLimitError(settings.header_size, "bytes")
    hosts = [value for name, value in fields if name == "host"]
    if len(hosts) > 1 or (not hosts and scope.http_version == "1.1"):
        raise FramingError(f"There are {len(hosts)} Host fields.", "Send one.")
    if hosts and not HOST.fullmatch(hosts[0]):
        raise FramingError("Host names no host.", "Send host or host:port.")
    if NOT_IN_A_PATH.search(scope.path):
        raise FramingError("The path holds a control character, or is not UTF-8.", "Leave it out.")
    codings = [value for name, value in fields if name == "transfer-encoding"]
    if any(value.strip().lower() != "chunked" for value in codings):
        raise FramingError("Transfer-Encoding is not 'chunked' alone.", "Send it so, or a length.")
    kinds = [value for name, value in fields if name == "content-type"]
    if len(kinds) > 1:
        # Which of them counts is nobody's to guess (RFC 9110, section 8.3).
        raise FramingError(f"There are {len(kinds)} Content-Type fields.", "Send one.")
    for packed in (value.strip() for name, value in fields if name == "content-encoding"):
        if packed.lower() not in ("", "identity"):
            raise ContentEncodingError(packed[:80])
    count(scope.query_string.count("&"), settings)


async def body(scope: Any, protocol: Any, settings: Settings) -> bytes:
    """The body of a request, however it comes.

    Raises SizeLimitError before reading more than the limit, BodyTimeoutError for one that does
    not come in time, FramingError for one that ends too early or has trailer fields (RFC 9112,
    7.1.2), ParameterError for a form of too many parameters.
    """
    headers, limit = scope.headers, settings.body_size
    if "content-length" not in headers and "transfer-encoding" not in headers:
        return b""
    announced = int(headers.get("content-length", -1))
    if announced > limit:
        raise SizeLimitError(limit)
    found, empty = bytearray(), 0
    try:
        async with asyncio.timeout(settings.body_timeout):
            async for block in protocol:
                found += block
                empty += not block
                if len(found) > limit:
                    raise SizeLimitError(limit)
    except TimeoutError:
        raise BodyTimeoutError(settings.body_timeout) from None
    if len(found) < announced:
        raise FramingError(f"The body ended after {len(found)} of {announced} bytes.", "Resend it.")
    # granian gives one empty block at the end, and another in the place of what it cannot give:
    # an error, or trailer fields. No chunk is empty, so two of them are no whole body.
    if empty > 1:
        raise FramingError(
            f"The body breaks off after {len(found)} bytes, or ends in trailer fields.",
            "Send it whole, and no field after it.",
        )
    if headers.get("content-type", "").partition(";")[0].strip().lower() == FORM:
        count(found.count(b"&"), settings)
    return bytes(found)


def count(separators: int, settings: Settings) -> None:
    """Raise ParameterError when so many separators part too many parameters."""
    if separators >= settings.parameters:
        limit = settings.parameters
        raise ParameterError("query", f"There are over {limit} parameters.", "Send fewer.")
