"""Under which address clients know the service: HELIOTROPE_BASE_URL, else the host they asked."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from kg_service.config import Settings

ENDPOINT = "/sparql"


def base(settings: Settings) -> str:
    """The address of the service without a slash at its end, for absolute links."""
    return settings.base_url or request.host_url.rstrip("/")


def endpoint(settings: Settings) -> str:
    """The address of the SPARQL endpoint.

    A query without BASE has it as base IRI: it is the URL that the query was sent to
    (SPARQL 1.1 Query, 4.1.1.2; RFC 3986, 5.1.3).
    """
    return base(settings) + ENDPOINT


def prefix(settings: Settings) -> str:
    """The path below which a reverse proxy shows the service, `/kg`; empty for the whole host."""
    return urlsplit(settings.base_url).path.rstrip("/")


def within(path: str, mounted: str) -> str:
    """A path below the service's own root, whether or not the proxy has cut the prefix off.

    >>> within("/kg/sparql", "/kg"), within("/sparql", "/kg"), within("/kgx", "/kg")
    ('/sparql', '/sparql', '/kgx')
    >>> within("/kg", "/kg")
    '/'
    """
    below = path.removeprefix(mounted) or "/"
    return below if below.startswith("/") else path
