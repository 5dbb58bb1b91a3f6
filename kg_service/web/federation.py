"""Queries with SERVICE: their services are asked by the forwarding process before they are run."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from kg_service import errors, federation, packets
from kg_service.allowance import Allowance, closed
from kg_service.cancellation import Cancellation
from kg_service.config import Settings
from kg_service.solutions import Solutions

# How long the forwarding process may take beyond what it was told, in seconds.
GRACE = 0.5

# How often a query that waits for a service looks whether it is still wanted, in seconds.
POLL = 0.1


class Federation:
    """The services that other queries may ask."""

    def __init__(self, settings: Settings, prefixes: Mapping[str, str], path: Path | None) -> None:
        """`path` is the forwarding process's socket; None where no service is allowed."""
        self._settings, self._prefixes, self._path = settings, prefixes, path
        self._allowance = Allowance.read(settings.service_allow)

    def local(self, text: str, deadline: float, cancel: Cancellation) -> str | None:
        """The query with its services' solutions in place of them; None for one without services.

        `deadline` is on the monotonic clock. Raises FederationError, ServiceVariableError,
        ServiceError, CancelledError, DeadlineError.
        """
        # The word can be written in no other way, and few queries have it.
        if "service" not in text.lower():
            return None
        read = federation.outline(text, self._prefixes)
        if not read.clauses:
            return None

        def ask(iri: str, query: str) -> Solutions:
            return self._ask(iri, query, deadline, cancel)

        limit = self._settings.service_calls
        return federation.replaced(text, read, self._prefixes, ask, limit)

    def _ask(self, iri: str, query: str, deadline: float, cancel: Cancellation) -> Solutions:
        """The solutions of a query at a service, by way of the forwarding process."""
        if self._path is None:
            raise closed(iri)
        self._allowance.target(iri)
        left = deadline - time.monotonic()
        if left <= 0:
            raise errors.DeadlineError("The query ran past its deadline.")
        seconds = min(left, self._settings.service_timeout)
        call = {
            "iri": iri,
            "query": query,
            "seconds": seconds,
            "size": self._settings.service_size,
            "rows": self._settings.service_rows,
        }
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            try:
                connection.connect(str(self._path))
                packets.send_json(connection, packets.QUERY, call)
                kind, payload = received(connection, seconds + GRACE, cancel)
            except OSError:
                raise errors.NotReadyError("The service is starting again.", "Ask again.") from None
        if cancel.is_set():
            raise errors.CancelledError("The query was cancelled.")
        if kind == packets.ERROR:
            raise errors.unpacked(json.loads(payload))
        if kind != packets.ANSWER:
            raise errors.ServiceError(iri[:200], f"no answer within {seconds:.1f} s")
        return Solutions(**json.loads(payload))


def received(
    connection: socket.socket, seconds: float, cancel: Cancellation
) -> tuple[bytes, bytes]:
    """The message that comes in time, or nothing: then an empty kind."""
    readable = select.poll()
    readable.register(connection, select.POLLIN)
    end = time.monotonic() + seconds
    while time.monotonic() < end and not cancel.is_set():
        if readable.poll(POLL * 1000):
            return packets.receive(connection)
    return b"", b""
