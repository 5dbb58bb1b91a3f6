"""Under which address clients know the service: HELIOTROPE_BASE_URL, else the host they asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import request

from kg_service.config import Settings
from kg_service.errors import ParameterError

ENDPOINT = "/sparql"

# A name, an address of IPv4 or one of IPv6 in brackets, and a port (RFC 3986, 3.2.2); not the
# other signs a registered name may have, which no host has.
HOST = re.compile(r"([A-Za-z0-9._~%-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{0,5})?")


def base(settings: Settings) -> str:
    """The address of the service without a slash at its end, for absolute links."""
    return settings.base_url or request.host_url.rstrip("/")


def endpoint(settings: Settings) -> str:
    """The address of the SPARQL endpoint.

    A query without BASE has it as base IRI: it is the URL that the query was sent to
    (SPARQL 1.1 Query, 4.1.1.2; RFC 3986, 5.1.3).
    """
    return base(settings) + ENDPOINT


def check_host(version: str, hosts: Sequence[str]) -> None:
    """Raise ParameterError for a request whose Host is missing, doubled or none (RFC 9112, 3.2)."""
    if len(hosts) > 1 or (version == "1.1" and not hosts):
        found = "given twice" if hosts else "missing"
        raise ParameterError("Host", f"The header Host is {found}.", "Send it once.")
    if hosts and not HOST.fullmatch(hosts[0]):
        raise ParameterError("Host", "The header Host names no host.", "Send name:port.")


def prefix(settings: Settings) -> str:
    """The path below which a reverse proxy shows the service, `/kg`; empty for the whole host."""
    return urlsplit(settings.base_url).path.rstrip("/")


def within(path: str, mounted: str) -> str:
    """A path below the service's own root, whether or not the proxy has cut the prefix off.

    >>> within("/kg/sparql", "/kg"), within("/sparql", "/kg"), within("/kgx", "/kg")
    ('/sparql', '/sparql', '/kgx')
    """
    below = path.removeprefix(mounted)
    return below if mounted and below != path and below.startswith("/") else path
