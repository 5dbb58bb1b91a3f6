"""The RSGI application in front of Flask: it sees a client hang up, and breaks what fails midway.

RSGI (https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md) hands over a
request as a scope and a protocol object. Flask is run as WSGI (PEP 3333) in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from kg_service.cancellation import Cancellation
from kg_service.config import Settings
from kg_service.errors import HeliotropeError, StoppingError
from kg_service.web import address, gate, headers, problems
from kg_service.web.app import ID_HEADER
from kg_service.web.cache import Cache, Key
from kg_service.web.connections import break_connection
from kg_service.web.life import QUERY, Query, named
from kg_service.web.metrics import Metrics

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Headers = list[tuple[str, str]]

# How long queries that were cancelled when the service stops may take to end, and how often that
# is looked at, in seconds.
STOP_GRACE, POLL = 0.5, 0.01

# How much of a path is logged.
PATH_MAX = 200

# Threads for what needs no worker.
SPARE = 16

logger = logging.getLogger("heliotrope")


@dataclass
class Exchange:
    """One answer of the WSGI application, read block by block; only one thread at a time."""

    status: int
    headers: Headers
    blocks: Iterator[bytes]
    close: Callable[[], None]
    first: bytes | None = None

    def next(self) -> bytes | None:
        """The next block that is not empty; None at the end."""
        return next((block for block in self.blocks if block), None)

    def length(self) -> int | None:
        """The announced length, if it is."""
        return next((int(v) for k, v in self.headers if k.lower() == "content-length"), None)


@dataclass(frozen=True)
class Serving:
    """What requests are answered from: the application over one release, and its kept answers."""

    app: WSGI
    cache: Cache


@dataclass(eq=False)
class Ongoing:
    """A request under way, and what it is answered from."""

    scope: Any
    query: Query
    serving: Serving
    status: int = 0
    outcome: str = "whole"


class Front:
    """The application that granian calls."""

    def __init__(self, settings: Settings, app: WSGI, metrics: Metrics) -> None:
        """Put a front before `app`."""
        self._settings, self._metrics = settings, metrics
        self._prefix = address.prefix(settings)
        # Queries that wait for a worker hold a thread each, and some must be left for the rest.
        size = settings.light_workers + settings.workers + settings.paused + settings.queue
        size += settings.house_workers + settings.reasoning_workers + 2 * settings.queue + SPARE
        if settings.service_allow:
            size += settings.service_queries + settings.queue
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="web")
        self._serving = Serving(app, Cache(settings.cache_size))
        self._ongoing: dict[Ongoing, None] = {}
        self._stopping = False

    @property
    def cache(self) -> Cache:
        """The answers kept."""
        return self._serving.cache

    async def switch(self, app: WSGI) -> None:
        """Answer from another application from now on; returns once the one before is idle."""
        before = self._serving
        self._serving = Serving(app, Cache(self._settings.cache_size))
        while any(each.serving is before for each in self._ongoing):
            await asyncio.sleep(POLL)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        start = time.perf_counter()
        serving = self._serving
        query = Query(str(uuid.uuid4()))
        ongoing = Ongoing(scope, query, serving)
        try:
            gate.admit(scope, self._settings)
        except HeliotropeError as error:
            self._refuse(protocol, ongoing, error)
            self._tell(ongoing, time.perf_counter() - start)
            return
        key = serving.cache.key(scope.method, scope.path, scope.query_string, scope.headers)
        if key is not None and not self._stopping and (kept := serving.cache.get(key)) is not None:
            protocol.response_bytes(200, [*kept.headers, (ID_HEADER, query.id)], kept.body)
            # Not logged: a line would cost more than the answer.
            self._metrics.measure("cached", 200, "whole", time.perf_counter() - start)
            return
        self._ongoing[ongoing] = None
        watch = asyncio.create_task(hang_up(protocol, query.cancel))
        try:
            if self._stopping:
                raise StoppingError("The service is stopping.", "Ask again soon.")
            query.id = named(scope.headers.get("query-id", query.id))
            body = await gate.body(scope, protocol, self._settings)
            query.arrived = time.monotonic()
            environ = environment(scope, body, {QUERY: query})
            environ["SCRIPT_NAME"] = latin(self._prefix)
            environ["PATH_INFO"] = latin(address.within(scope.path, self._prefix))
            await self._answer(ongoing, protocol, environ, key)
        except HeliotropeError as error:
            self._refuse(protocol, ongoing, error)
        finally:
            watch.cancel()
            del self._ongoing[ongoing]
            self._tell(ongoing, time.perf_counter() - start)

    async def stop(self) -> None:
        """Take no more requests and let answers end for a while; then cancel their queries, then
        break what still hangs."""
        self._stopping = True
        await self._quiet(self._settings.stop_grace)
        for each in list(self._ongoing):
            each.query.cancel.set()
        await self._quiet(STOP_GRACE)
        for each in list(self._ongoing):
            break_connection(each.scope.client, each.scope.server)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _quiet(self, seconds: float) -> None:
        """Wait until nothing is going on, so long at most."""
        end = time.monotonic() + seconds
        while self._ongoing and time.monotonic() < end:
            await asyncio.sleep(POLL)

    def _tell(self, ongoing: Ongoing, seconds: float) -> None:
        """Log and measure a request that has ended."""
        query = ongoing.query
        outcome = query.problem or ongoing.outcome
        if ongoing.status >= 500 or ongoing.outcome == "broken":
            level = logging.WARNING
        else:
            level = logging.INFO
        self._metrics.measure(query.kind, ongoing.status, outcome, seconds)
        said = {
            "query": query.id,
            "what": f"{ongoing.scope.method} {ongoing.scope.path[:PATH_MAX]}",
            "status": ongoing.status,
            "ms": round(1000 * seconds, 1),
            "bytes": query.bytes,
            "kind": query.kind,
            "outcome": outcome,
        }
        if query.text:
            said["text"] = query.text
        logger.log(level, "", extra=said)

    def _refuse(self, protocol: Any, ongoing: Ongoing, error: HeliotropeError) -> None:
        """Answer with an error that the application was not asked about."""
        made = problems.problem(error, ongoing.query.id)
        told = {**headers.EVERYWHERE, **made.headers, ID_HEADER: ongoing.query.id}
        if self._stopping:
            told["Connection"] = "close"
        protocol.response_bytes(made.status, list(told.items()), made.body)
        kind = problems.kind_of(error)
        ongoing.status, ongoing.outcome = made.status, kind.name if kind else "internal"

    async def _answer(
        self, ongoing: Ongoing, protocol: Any, environ: dict[str, Any], key: Key | None
    ) -> None:
        """Run the application and send what it answers.

        What fails before the first byte is told by Flask; what fails later breaks the connection,
        so that no client takes half an answer for a whole one.
        """
        loop = asyncio.get_running_loop()
        scope, query = ongoing.scope, ongoing.query
        exchange: Exchange = await loop.run_in_executor(
            self._threads, self._begin, ongoing.serving.app, environ
        )
        ongoing.status = exchange.status
        try:
            block = exchange.first
            if block is None or exchange.length() == len(block):
                query.bytes = len(block or b"")
                # Who waits for the end of an answer must find that it has ended.
                protocol.response_bytes(exchange.status, exchange.headers, block or b"")
                if key is not None:
                    plain = [(k, v) for k, v in exchange.headers if k != ID_HEADER]
                    ongoing.serving.cache.put(key, exchange.status, plain, block or b"")
                return
            stream = protocol.response_stream(exchange.status, exchange.headers)
            while block is not None:
                await asyncio.wait_for(stream.send_bytes(block), self._settings.stall_timeout)
                block = await loop.run_in_executor(self._threads, exchange.next)
        except Exception as error:
            ongoing.outcome = "broken"
            reason = str(error) or type(error).__name__
            logger.warning("The answer was broken off: %s", reason, extra={"query": query.id})
            query.cancel.set()
            break_connection(scope.client, scope.server)
        finally:
            await loop.run_in_executor(self._threads, exchange.close)

    def _begin(self, app: WSGI, environ: dict[str, Any]) -> Exchange:
        """Call the application, until it has said status and headers and made its first block."""
        said: list[Any] = []

        def start_response(
            status: str, headers: Headers, exc_info: Any = None
        ) -> Callable[[bytes], object]:
            said[:] = [int(status.split(" ", 1)[0]), headers]
            return lambda _: None

        blocks = app(environ, start_response)
        close = getattr(blocks, "close", lambda: None)
        exchange = Exchange(said[0], said[1], iter(blocks), close)
        try:
            exchange.first = exchange.next()
        except BaseException:
            close()
            raise
        return exchange


async def hang_up(protocol: Any, cancel: Cancellation) -> None:
    """Cancel when the client is gone."""
    with contextlib.suppress(Exception):
        await protocol.client_disconnect()
        cancel.set()


def environment(scope: Any, body: bytes, extra: Mapping[str, Any]) -> dict[str, Any]:
    """The WSGI environment of a request (PEP 3333): text is bytes read as Latin-1.

    granian has percent-decoded the path once, and leaves the query string as it came.
    """
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": latin(scope.path),
        "QUERY_STRING": latin(scope.query_string),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(body)),
        **extra,
    }
    for name, value in scope.headers.items():
        if name == "content-type":
            environ["CONTENT_TYPE"] = latin(value)
        elif name not in ("content-length", "transfer-encoding"):
            key = "HTTP_" + name.upper().replace("-", "_")
            # Repeated fields are one list (RFC 9110, section 5.3).
            environ[key] = f"{environ[key]},{latin(value)}" if key in environ else latin(value)
    return environ


def latin(text: str) -> str:
    """Text as WSGI wants it."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")
