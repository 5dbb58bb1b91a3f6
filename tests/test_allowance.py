"""Which hosts and addresses an outgoing request may reach."""

from __future__ import annotations

import pytest

from kg_service.allowance import Allowance, is_open
from kg_service.errors import FederationError

ALLOWED = Allowance.read("Query.example.org, localhost:7001 ,[::1]:7002,,plain.example:8080")


@pytest.mark.parametrize(
    ("iri", "host", "port", "private"),
    [
        ("https://query.example.org/sparql", "query.example.org", 443, False),
        ("http://QUERY.example.org:80", "query.example.org", 80, False),
        ("https://query.example.org./sparql", "query.example.org", 443, False),
        ("http://localhost:7001/sparql?x=1", "localhost", 7001, True),
        ("http://[::1]:7002/", "::1", 7002, True),
        ("http://plain.example:8080/", "plain.example", 8080, True),
    ],
)
def test_what_is_on_the_list_is_allowed(iri: str, host: str, port: int, private: bool) -> None:
    target = ALLOWED.target(iri)
    assert (target.host, target.port, target.private) == (host, port, private)


@pytest.mark.parametrize(
    "iri",
    [
        "https://other.example.org/sparql",
        "https://sub.query.example.org/",
        "https://query.example.org.evil.example/",
        "https://query.example.org:8443/",
        "http://localhost/",
        "http://localhost:7002/",
        "http://127.0.0.1:7001/",
        "http://2130706433:7001/",
        "http://0x7f.1:7001/",
        "http://user@query.example.org/",
        "http://query.example.org@evil.example/",
        "http://evil.example#@query.example.org/",
        "http://evil.example\\@query.example.org/",
        "ftp://query.example.org/",
        "file:///etc/passwd",
        "http:///x",
        "http://query.example.org:x/",
        "http://query.example.org:99999/",
        "http://[::1/",
        "http://" + "a" * 70 + ".example/",
        "http://query.example.org/\r\nX: y",
        "urn:x",
        "",
    ],
)
def test_what_is_not_on_the_list_is_refused(iri: str) -> None:
    with pytest.raises(FederationError):
        ALLOWED.target(iri)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.2.1", "198.18.0.1", "::1", "fe80::1", "fe80::1%eth0", "fd00::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1"),
        *("64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1", "fd00:ec2::254"),
    ],
)
def test_private_addresses_are_reached_on_purpose_only(address: str) -> None:
    assert not is_open(address, private=False)
    assert is_open(address, private=True)


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "::ffff:224.0.0.1"]
)
def test_addresses_of_nobody_or_of_many_are_never_reached(address: str) -> None:
    assert not is_open(address, private=False)
    assert not is_open(address, private=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_reached(address: str) -> None:
    assert is_open(address, private=False)
