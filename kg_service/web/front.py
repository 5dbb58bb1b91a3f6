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
from kg_service.errors import HeliotropeError, SizeLimitError
from kg_service.web import problems
from kg_service.web.app import ID_HEADER, QUERY_ID
from kg_service.web.cache import Cache, Key
from kg_service.web.connections import break_connection
from kg_service.web.sparql import CANCEL

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Headers = list[tuple[str, str]]

# How long answers under way may take to end when the service stops, in seconds.
STOP_GRACE = 0.5

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


class Front:
    """The application that granian calls."""

    def __init__(self, settings: Settings, app: WSGI) -> None:
        """Put a front before `app`."""
        self._settings, self._app = settings, app
        # Queries that wait for a worker hold a thread each, and some must be left for the rest.
        size = settings.light_workers + settings.workers + settings.paused + settings.queue
        size += settings.house_workers + settings.reasoning_workers + 2 * settings.queue + SPARE
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="web")
        self._cache = Cache(settings.cache_size)
        self._ongoing: dict[str, tuple[Any, Cancellation]] = {}

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        query_id = str(uuid.uuid4())
        key = self._cache.key(scope.method, scope.path, scope.query_string, scope.headers)
        if key is not None and (kept := self._cache.get(key)) is not None:
            protocol.response_bytes(200, [*kept.headers, (ID_HEADER, query_id)], kept.body)
            return
        cancel = Cancellation()
        self._ongoing[query_id] = scope, cancel
        watch = asyncio.create_task(hang_up(protocol, cancel))
        try:
            body = await self._body(scope, protocol)
            environ = environment(scope, body, {CANCEL: cancel, QUERY_ID: query_id})
            await self._answer(scope, protocol, environ, key)
        except HeliotropeError as error:
            made = problems.problem(error, query_id)
            headers = [*made.headers.items(), (ID_HEADER, query_id)]
            protocol.response_bytes(made.status, headers, made.body)
        finally:
            watch.cancel()
            del self._ongoing[query_id]

    async def stop(self) -> None:
        """Let answers end for a moment; then cancel their queries, then break what still hangs."""
        await self._quiet()
        for _, cancel in list(self._ongoing.values()):
            cancel.set()
        await self._quiet()
        for scope, _ in list(self._ongoing.values()):
            break_connection(scope.client, scope.server)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _quiet(self) -> None:
        """Wait until nothing is going on, at most STOP_GRACE."""
        end = time.monotonic() + STOP_GRACE
        while self._ongoing and time.monotonic() < end:
            await asyncio.sleep(0.01)

    async def _body(self, scope: Any, protocol: Any) -> bytes:
        """The body of the request, however it comes; SizeLimitError before reading too much."""
        limit = self._settings.body_size
        if "content-length" not in scope.headers and "transfer-encoding" not in scope.headers:
            return b""
        announced = scope.headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > limit:
            raise SizeLimitError(limit)
        body = bytearray()
        async for block in protocol:
            body += block
            if len(body) > limit:
                raise SizeLimitError(limit)
        return bytes(body)

    async def _answer(
        self, scope: Any, protocol: Any, environ: dict[str, Any], key: Key | None
    ) -> None:
        """Run the application and send what it answers.

        What fails before the first byte is told by Flask; what fails later breaks the connection,
        so that no client takes half an answer for a whole one.
        """
        loop = asyncio.get_running_loop()
        exchange: Exchange = await loop.run_in_executor(self._threads, self._begin, environ)
        try:
            block = exchange.first
            if block is None or exchange.length() == len(block):
                protocol.response_bytes(exchange.status, exchange.headers, block or b"")
                if key is not None:
                    plain = [(k, v) for k, v in exchange.headers if k != ID_HEADER]
                    self._cache.put(key, exchange.status, plain, block or b"")
                return
            stream = protocol.response_stream(exchange.status, exchange.headers)
            while block is not None:
                await asyncio.wait_for(stream.send_bytes(block), self._settings.stall_timeout)
                block = await loop.run_in_executor(self._threads, exchange.next)
        except Exception as error:
            logger.warning("%s: answer broken off: %s", environ[QUERY_ID], error or type(error))
            environ[CANCEL].set()
            break_connection(scope.client, scope.server)
        finally:
            await loop.run_in_executor(self._threads, exchange.close)

    def _begin(self, environ: dict[str, Any]) -> Exchange:
        """Call the application, until it has said status and headers and made its first block."""
        said: list[Any] = []

        def start_response(
            status: str, headers: Headers, exc_info: Any = None
        ) -> Callable[[bytes], object]:
            said[:] = [int(status.split(" ", 1)[0]), headers]
            return lambda _: None

        blocks = self._app(environ, start_response)
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
