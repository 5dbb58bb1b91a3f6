"""Header fields that every answer has, errors and answers of the front included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from werkzeug.datastructures import Headers

# Data load nothing, run nothing and are framed by nobody (https://www.w3.org/TR/CSP3/).
CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

# A page has our style sheet and forms that ask us; no scripts, nothing from outside.
PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# Anybody's page may read what anybody may read; with `*` a browser sends no credentials
# (https://fetch.spec.whatwg.org/#http-cors-protocol).
EVERYWHERE: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": CLOSED,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": (
            "Query-Id, Link, ETag, Heliotrope-Prefixes, Heliotrope-Release, Location, Retry-After"
        ),
    }
)

# What another origin may do: read, and POST a question. DELETE and Authorization stay out.
METHODS = ("GET", "HEAD", "POST")
PREFLIGHT: Mapping[str, str] = MappingProxyType(
    {
        "Access-Control-Allow-Headers": (
            "Accept, Cache-Control, Content-Type, If-None-Match, Query-Id"
        ),
        "Access-Control-Max-Age": "86400",
    }
)


def complete(headers: Headers) -> None:
    """Add each field of EVERYWHERE that an answer does not have with a value of its own."""
    for name, value in EVERYWHERE.items():
        headers.setdefault(name, value)


def preflight(headers: Headers, allowed: Iterable[str]) -> None:
    """Say in the answer to OPTIONS what other origins may send where `allowed` methods are."""
    methods = [method for method in METHODS if method in set(allowed)]
    headers["Access-Control-Allow-Methods"] = ", ".join(methods)
    for name, value in PREFLIGHT.items():
        headers[name] = value
