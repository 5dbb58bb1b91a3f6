"""Queries with SERVICE: their services are asked by the forwarding process before they are run."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kg_service import errors, federation, packets
from kg_service.allowance import Allowance, closed
from kg_service.cancellation import Cancellation
from kg_service.config import Settings
from kg_service.lanes import Lanes, Run
from kg_service.web import life
from kg_service.workers import Answer, Pool, QueryRequest

# How long the forwarding process may take beyond what it was told, in seconds.
GRACE = 0.5

# How often a query that waits for a service looks whether it is still wanted, in seconds.
POLL = 0.1


class Federation:
    """A pool of workers whose queries may ask services.

    While its services are asked a query holds no worker, but one of a bounded number of places.
    """

    def __init__(self, settings: Settings, pool: Pool, path: Path | None) -> None:
        """`path` is the forwarding process's socket; None where no service is allowed."""
        self._settings, self._pool, self._path = settings, pool, path
        self._allowance = Allowance.read(settings.service_allow)
        self._places = Lanes(settings.service_queries, settings.queue)

    def run(
        self,
        request: QueryRequest,
        cancel: Cancellation | None = None,
        told: Callable[[str], None] = lambda _: None,
        since: float | None = None,
    ) -> Answer:
        """Evaluate a query, as `Pool.run`, with its services' solutions in place of them.

        Raises FederationError, ServiceVariableError, ServiceError, BusyError when no place to ask
        services became free, and as `Pool.run`.
        """
        since = time.monotonic() if since is None else since
        end = since + request.timeout
        run = Run(request.timeout, end, cancel or Cancellation(), told)
        answer = self._pool.run(request, run.cancel, told, since)
        if answer.kind != federation.CALLS:
            return answer
        calls = [federation.Call(**call) for call in json.loads(b"".join(answer))]
        self._enter(run)
        try:
            asked = tuple(
                federation.answered(call, lambda iri, query: self._ask(iri, query, run))
                for call in calls
            )
        finally:
            self._places.leave(run)
        # Whoever asks why there are no rows asks of these solutions.
        life.current().services = asked
        return self._pool.run(replace(request, services=asked), run.cancel, told, since)

    def _enter(self, run: Run) -> None:
        """Wait for a place to ask services; BusyError, CancelledError."""
        try:
            self._places.enter(run)
        except errors.BusyError:
            raise busy() from None

    def _ask(self, iri: str, query: str, run: Run) -> str:
        """The solutions of a query at a service, by way of the forwarding process."""
        if self._path is None:
            raise closed(iri)
        self._allowance.target(iri)
        left = run.deadline - time.monotonic()
        if left <= 0:
            raise errors.DeadlineError(f"The query ran past its deadline of {run.timeout:g} s.")
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
                connection.settimeout(seconds)
                connection.connect(str(self._path))
                packets.send_json(connection, packets.QUERY, call)
                begun, payload = received(connection, left, run.cancel)
                kind = b""
                if begun == packets.BEGUN:
                    kind, payload = received(connection, seconds + GRACE, run.cancel)
            except (TimeoutError, BlockingIOError):
                raise busy() from None
            except OSError:
                raise errors.NotReadyError("The service is starting again.") from None
        if run.cancel.is_set():
            raise errors.CancelledError("The query was cancelled.")
        if begun != packets.BEGUN:
            # The peer was never asked.
            raise busy()
        if kind == packets.ERROR:
            raise errors.unpacked(json.loads(payload))
        if kind != packets.ANSWER:
            raise errors.ServiceError(iri[:200], f"no answer within {seconds:.1f} s")
        values: str = json.loads(payload)["values"]
        return values


def busy() -> errors.BusyError:
    """The error of a query whose services are not asked, because too many others are."""
    return errors.BusyError("Too many queries with SERVICE are waiting for others.")


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
