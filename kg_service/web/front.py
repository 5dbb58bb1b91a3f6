"""The RSGI application in front of Flask: it sees a client hang up, and breaks what fails midway.

RSGI (https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md) hands over a
request as a scope and a protocol object. Flask is run as WSGI (PEP 3333) in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from kg_service.cancellation import Cancellation
from kg_service.config import Settings
from kg_service.errors import HeliotropeError, StoppingError
from kg_service.web import address, gate, headers, problems
from kg_service.web.app import ID_HEADER
from kg_service.web.cache import Cache, Kept, Key
from kg_service.web.connections import Connections
from kg_service.web.exchange import WSGI, Exchange, Headers, begun, environment, latin
from kg_service.web.life import CACHED, QUERY, Query, Register, named
from kg_service.web.metrics import Metrics
from kg_service.web.outflow import LEAST, Outflows

# How long queries that were cancelled when the service stops may take to end, and how often that
# is looked at, in seconds.
STOP_GRACE, POLL = 0.5, 0.01

# How long what an answer that fails has handed over may take to leave, in seconds.
FLUSH = 0.5

# How much of a path is logged.
PATH_MAX = 200

# Threads for what needs no worker.
SPARE = 16


logger = logging.getLogger("heliotrope")


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

    def __init__(
        self, settings: Settings, app: WSGI, metrics: Metrics, register: Register | None = None
    ) -> None:
        """Put a front before `app`, whose queries are in the `register`."""
        self._settings, self._metrics, self._register = settings, metrics, register
        self._prefix = address.prefix(settings)
        # Queries that wait for a worker hold a thread each, and some must be left for the rest.
        size = settings.light_workers + settings.workers + settings.paused + settings.queue
        size += settings.house_workers + settings.reasoning_workers + 2 * settings.queue + SPARE
        if settings.service_allow:
            size += settings.service_queries + settings.queue
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="web")
        self._serving = Serving(app, Cache(settings.cache_size))
        self._connections = Connections()
        self._outflows = Outflows(self._connections)
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
        kept = serving.cache.get(key) if key is not None and not self._stopping else None
        if kept is not None and len(kept.body) <= LEAST:
            protocol.response_bytes(200, self._again(ongoing, kept), kept.body)
            self._tell(ongoing, time.perf_counter() - start)
            return
        self._ongoing[ongoing] = None
        watch = asyncio.create_task(hang_up(protocol, query.cancel))
        try:
            if self._stopping:
                raise StoppingError("The service is stopping.")
            if kept is not None:
                await self._whole(ongoing, protocol, self._again(ongoing, kept), kept.body, 0)
                return
            query.id = named(ids(scope), query.id)
            body = await gate.body(scope, protocol, self._settings)
            query.arrived = time.monotonic()
            environ = environment(scope, body, {QUERY: query})
            environ["SCRIPT_NAME"] = latin(self._prefix)
            environ["PATH_INFO"] = latin(address.within(scope.path, self._prefix))
            await self._answer(ongoing, protocol, environ, key)
        except HeliotropeError as error:
            self._refuse(protocol, ongoing, error)
        except Exception as error:
            # The server would answer without a word, and nobody would hear of it.
            logger.error("The request failed.", exc_info=error, extra={"query": query.id})
            self._refuse(protocol, ongoing, HeliotropeError("The request failed."))
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
            self._connections.reset(each.scope.client, each.scope.server)
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
        if query.kind == CACHED and ongoing.outcome == "whole":
            # Not logged: a line would cost more than the answer.
            self._metrics.measure(CACHED, ongoing.status, outcome, seconds)
            return
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
        made = problems.problem(error, ongoing.query.id, self._prefix)
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
        exchange: Exchange = await loop.run_in_executor(
            self._threads, begun, ongoing.serving.app, environ
        )
        ongoing.status = exchange.status
        told, body = exchange.headers, exchange.whole
        try:
            if body is None:
                await self._send(ongoing, protocol, told, self._blocks(exchange))
                return
            ongoing.query.bytes = len(body)
            kept = False
            if key is not None:
                plain = [(k, v) for k, v in told if k != ID_HEADER]
                release = ongoing.query.release
                kept = ongoing.serving.cache.put(key, exchange.status, plain, body, release)
            await self._whole(ongoing, protocol, told, body, 0 if kept else len(body))
        finally:
            await loop.run_in_executor(self._threads, exchange.close)

    def _again(self, ongoing: Ongoing, kept: Kept) -> Headers:
        """The header of a kept answer, given again. Its id leads to what became of the query, as
        that of any other."""
        query = ongoing.query
        ongoing.status, query.kind, query.bytes = 200, CACHED, len(kept.body)
        if kept.release and self._register:
            query.release = kept.release
            query.end()
            self._register.repeat(query)
        return [*kept.headers, (ID_HEADER, query.id)]

    async def _whole(
        self, ongoing: Ongoing, protocol: Any, told: Headers, body: bytes, held: int
    ) -> None:
        """Send a whole answer. `held` bytes are let go when it has left."""
        if len(body) <= LEAST:
            # Who waits for the end of an answer must find that it has ended.
            protocol.response_bytes(ongoing.status, told, body)
        else:
            await self._send(ongoing, protocol, told, self._slices(body), held, body)

    async def _send(
        self,
        ongoing: Ongoing,
        protocol: Any,
        told: Headers,
        blocks: AsyncIterator[bytes],
        held: int = 0,
        body: bytes | None = None,
    ) -> None:
        """Send an answer no faster than its client takes it; break the connection when it fails.

        A `body` there is room for goes at once, in place of the blocks. Returns when all of it has
        left this process.
        """
        scope, query, stall = ongoing.scope, ongoing.query, self._settings.stall_timeout
        try:
            with self._outflows.begin(scope.client, scope.server, held) as outflow:
                if body is not None and len(body) <= self._outflows.room:
                    protocol.response_bytes(ongoing.status, told, body)
                    outflow.hand(len(body))
                else:
                    stream = protocol.response_stream(ongoing.status, told)
                    try:
                        async for block in blocks:
                            await stream.send_bytes(block)
                            outflow.hand(len(block))
                            await outflow.wait(self._outflows.room, stall, query.cancel)
                    except HeliotropeError:
                        # What was handed over leaves first: the client knows what is broken off.
                        with contextlib.suppress(OSError):
                            await outflow.wait(0, FLUSH)
                        raise
                    # The answer ends with it.
                    del stream
                # All is handed over, which granian takes for the client's going; the connection
                # itself says whether it is.
                await outflow.wait(0, stall)
        except Exception as error:
            ongoing.outcome = "broken"
            reason = str(error) or type(error).__name__
            logger.warning("The answer was broken off: %s", reason, extra={"query": query.id})
            query.cancel.set()
            self._connections.reset(scope.client, scope.server)

    async def _blocks(self, exchange: Exchange) -> AsyncIterator[bytes]:
        """The blocks of an answer, each made when it is asked for."""
        loop, block = asyncio.get_running_loop(), exchange.first
        while block is not None:
            yield block
            block = await loop.run_in_executor(self._threads, exchange.next)

    async def _slices(self, body: bytes) -> AsyncIterator[bytes]:
        """A whole answer in parts as large as there is room."""
        start = 0
        while start < len(body):
            end = start + self._outflows.room
            yield body[start:end]
            start = end


def ids(scope: Any) -> list[str]:
    """The values of all Query-Id fields; one that is no ASCII is an empty one."""
    found: list[str] = scope.headers.get_all("query-id")
    return found or [""] * ("query-id" in scope.headers)


async def hang_up(protocol: Any, cancel: Cancellation) -> None:
    """Cancel when the client is gone."""
    with contextlib.suppress(Exception):
        await protocol.client_disconnect()
        cancel.set()
