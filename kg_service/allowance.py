"""Which hosts an outgoing request may reach, and at which addresses.

An entry `host` allows the ports 80 and 443 of a host, at public addresses only. An entry
`host:port` allows that port, and names a private address on purpose.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from kg_service.errors import FederationError

PORTS = {"http": 80, "https": 443}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# The prefixes whose last 32 bits are an IPv4 address (RFC 6052, section 2.1; RFC 8215).
TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


@dataclass(frozen=True)
class Target:
    """Where a request goes: an `http` or `https` URL taken apart.

    `private` says that the address may be a private one.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str
    private: bool


@dataclass(frozen=True)
class Allowance:
    """The hosts that may be reached."""

    entries: frozenset[str]

    @classmethod
    def read(cls, text: str) -> Allowance:
        """From entries with commas between them."""
        entries = (entry.strip().lower() for entry in text.split(","))
        return cls(frozenset(entry for entry in entries if entry))

    def target(self, iri: str) -> Target:
        """The target that an IRI names; FederationError when it is not allowed."""
        url, host, port = parts(iri)
        shown = f"[{host}]" if ":" in host else host
        private = f"{shown}:{port}" in self.entries
        if not private and (shown not in self.entries or port not in PORTS.values()):
            raise closed(iri)
        return Target(url.scheme, host, port, url.path or "/", url.query, private)


def parts(iri: str) -> tuple[SplitResult, str, int]:
    """An IRI, its host as DNS writes it, and its port; FederationError for none over HTTP."""
    try:
        url = urlsplit(iri)
        host = (url.hostname or "").rstrip(".")
        host = host if ":" in host else host.encode("idna").decode("ascii")
        port = url.port or PORTS[url.scheme]
    except (ValueError, KeyError):
        raise closed(iri) from None
    if not host or "@" in url.netloc or not iri.isprintable():
        raise closed(iri)
    return url, host.lower(), port


def closed(iri: str) -> FederationError:
    """The error of a request to a service that is not allowed."""
    return FederationError(
        f"SERVICE <{iri[:200]}> is not on the list of services that may be asked.",
        "Whoever runs this service can allow it.",
    )


def is_open(address: str, private: bool) -> bool:
    """Whether a request may go to an IP address.

    A public one may always be reached, a private or loopback one where it was allowed on purpose;
    a multicast or unspecified one never. What an IPv6 address holds of an IPv4 address counts too.

    >>> is_open("8.8.8.8", False), is_open("::ffff:10.0.0.1", False), is_open("10.0.0.1", True)
    (True, False, True)
    """
    found = list(embedded(ipaddress.ip_address(address.partition("%")[0])))
    if any(each.is_multicast or each.is_unspecified or each == BROADCAST for each in found):
        return False
    return private or all(each.is_global for each in found)


BROADCAST = ipaddress.IPv4Address("255.255.255.255")


def embedded(address: Address) -> Iterator[Address]:
    """An address, and the IPv4 addresses in it (RFC 4291, 3056, 4380, 6052)."""
    yield address
    if isinstance(address, ipaddress.IPv4Address):
        return
    held: Iterable[ipaddress.IPv4Address | None] = (
        address.ipv4_mapped,
        address.sixtofour,
        *(address.teredo or ()),
    )
    yield from (each for each in held if each is not None)
    compatible = int(address) >> 32 == 0 and int(address) > 1
    if compatible or any(address in network for network in TRANSLATED):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
