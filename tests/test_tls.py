"""SERVICE over TLS: whose certificate is trusted, and for which name."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from kg_service.allowance import Allowance
from kg_service.errors import ServiceError
from kg_service.forwarder import Call, Forwarder
from kg_service.solutions import Solutions
from tests.certificates import self_signed
from tests.test_forwarder import head, remote, results

ROW = {"o": {"type": "literal", "value": "1"}}
ANSWER = head() + results(ROW)


@pytest.fixture(scope="module")
def localhost(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return self_signed(tmp_path_factory.mktemp("certificates"), "localhost")


def ask(host: str, port: int) -> Solutions:
    """Ask a service on this machine by a name, which nobody but this resolver need know."""
    forwarder = Forwarder(Allowance.read(f"{host}:{port}"), lambda host, port: ["127.0.0.1"])
    call = Call(f"https://{host}:{port}/sparql", "SELECT * {}", 5, 100_000, 100)
    return forwarder.ask(call)


def test_a_service_with_a_trusted_certificate_answers(
    localhost: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, context = localhost
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with remote(ANSWER, context) as service:
        assert ask("localhost", service.port).rows == [['"1"']]
    assert service.seen[0].startswith(b"GET /sparql?query=SELECT")


def test_a_certificate_that_nobody_trusts_is_refused_before_anything_is_sent(
    localhost: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with (
        remote(ANSWER, localhost[1]) as service,
        pytest.raises(ServiceError, match="its certificate is not trusted here"),
    ):
        ask("localhost", service.port)
    assert service.seen == []


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_a_trusted_certificate_for_another_name_is_refused_though_the_address_is_right(
    localhost: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    certificate, context = localhost
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        remote(ANSWER, context) as service,
        pytest.raises(ServiceError, match="its certificate is for another name"),
    ):
        ask(host, service.port)
    assert service.seen == []


def test_a_service_that_speaks_no_tls_gets_no_query() -> None:
    with (
        remote(lambda connection: connection.sendall(ANSWER)) as service,
        pytest.raises(ServiceError, match="no connection can be made"),
    ):
        ask("localhost", service.port)
    assert all(b"SELECT" not in sent for sent in service.seen)
