"""The server with the generations behind it, from its start to its stop, and the reload."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from granian.constants import HTTPModes
from granian.http import HTTP1Settings
from granian.server.embed import Server

from kg_service.config import Settings
from kg_service.errors import HeliotropeError, StartError
from kg_service.serving.children import keep
from kg_service.serving.data import data_of
from kg_service.serving.generation import POLL, Common, Generation
from kg_service.web import connections
from kg_service.web.connections import break_connections
from kg_service.web.front import STOP_GRACE, Front
from kg_service.web.metrics import Now

BACKLOG = 1024

logger = logging.getLogger("heliotrope")


class Service:
    """The server and the generations behind it, in one event loop."""

    def __init__(
        self,
        settings: Settings,
        source: Path | Sequence[Path],
        first: Generation,
        common: Common,
        folder: Path,
        address: tuple[str, int],
    ) -> None:
        """Put the first generation, which is started, behind a server that is not yet."""
        self._settings, self._source, self._common = settings, source, common
        self._current, self._folder, self._numbers = first, folder, count(1)
        self._generations = [first]
        (self._host, self._port), self._address = address, "http://{}:{}".format(*address)
        self._front = Front(settings, first.app, common.metrics, common.register)
        common.metrics.registry.register(
            Now(
                lambda: self._current.services.pools,
                lambda: self._front.cache,
                lambda: self._current.digest,
            )
        )
        self._failure: StartError | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._reloading: asyncio.Task[None] | None = None
        self._again = False

    async def run(self) -> None:
        """Serve until told to stop; StartError when the data cannot be loaded."""
        connections.allow(self._settings.connections)
        # HTTP/1.1 alone: its connections carry one answer at a time, so breaking one breaks no
        # other answer.
        server = Server(
            self._front,
            address=self._host,
            port=self._port,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            backpressure=self._settings.connections,
            http1_settings=HTTP1Settings(
                header_read_timeout=int(self._settings.header_timeout * 1000)
            ),
            log_enabled=False,
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, server)
        loop.add_signal_handler(signal.SIGHUP, self._reload)

        def failed() -> None:
            self._failure = StartError("The data cannot be loaded.", "See the line above.")
            self._stop(server)

        self._current.watch(failed)
        watching = []
        if forwarder := self._common.forwarder:
            watching.append(asyncio.create_task(keep(forwarder, failed)))
        announcing = asyncio.create_task(self._announce())
        try:
            await server.serve()
        finally:
            for task in (announcing, *watching):
                task.cancel()
            if self._reloading:
                self._reloading.cancel()
        if self._failure:
            raise self._failure

    def end(self) -> None:
        """End all generations, and the forwarding process."""
        for generation in self._generations:
            generation.end()
        if self._common.forwarder:
            self._common.forwarder.stop()

    def _stop(self, server: Server) -> None:
        """Refuse what is new, let end what is going on, then close."""

        async def stop() -> None:
            await self._front.stop()
            server.stop()  # type: ignore[no-untyped-call]
            # The server waits for clients that do not read what it has for them; we do not.
            await asyncio.sleep(STOP_GRACE)
            break_connections(self._port)

        self._stopping = self._stopping or asyncio.create_task(stop())

    def _reload(self) -> None:
        """Load the source again, after the loading that may be under way."""
        self._again = self._reloading is not None and not self._reloading.done()
        if not self._again:
            self._reloading = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        """Load what the source now is beside what is served, then switch; what is served stays
        when that fails."""
        self._again = True
        while self._again:
            self._again = False
            try:
                data = await asyncio.to_thread(data_of, self._source)
                if str(data.manifest["digest"]) == self._current.digest:
                    logger.info("What is served is the newest.", extra=release_of(self._current))
                    continue
                number = next(self._numbers)
                following = Generation(self._settings, data, self._folder, number, self._common)
            except HeliotropeError as error:
                logger.error("Not loaded: %s", error.message, extra=release_of(self._current))
                continue
            await self._replace(following)

    async def _replace(self, following: Generation) -> None:
        """Load a generation and switch to it."""
        failing = asyncio.Event()
        self._generations.append(following)
        following.start(gently=True)
        following.watch(failing.set)
        waits = [asyncio.create_task(w) for w in (following.loaded(), failing.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        if failing.is_set():
            logger.error("Not loaded, see the line above.", extra=release_of(self._current))
            ending = following
        else:
            ending, self._current = self._current, following
            logger.info("Serving a new release.", extra=release_of(following))
            await self._front.switch(following.app)
        await asyncio.to_thread(ending.end)
        self._generations.remove(ending)

    async def _announce(self) -> None:
        """Say where the service is, once the data are loaded and it listens."""
        await self._current.loaded()
        while not await self._listens():
            await asyncio.sleep(POLL)
        connections.break_stalled(self._port, self._settings.stall_timeout)
        print(f"Heliotrope answers at {self._address}/ (stop with Ctrl-C)", flush=True)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(self._host, self._port)
        except OSError:
            return False
        writer.close()
        return True


def release_of(generation: Generation) -> dict[str, str]:
    """What a line of the log says of a generation."""
    return {"release": generation.digest}
