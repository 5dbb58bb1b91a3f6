"""Serving a release, or other RDF files, over HTTP: the processes and how they start and stop.

main process    granian's server, the front, Flask, the pools
├── nursery     loads the data, forks
│   └── worker  one query at a time
└── forwarder   asks the services that are allowed, where any are

A release that takes the place of another is loaded beside it, in nurseries of its own; requests
under way end on the one they began with.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes
from granian.http import HTTP1Settings
from granian.server.embed import Server

from kg_service import logs, release
from kg_service.config import Settings
from kg_service.errors import HeliotropeError, StartError
from kg_service.lanes import Lanes
from kg_service.logic.knowledge import FILE
from kg_service.tally import Tally
from kg_service.web import connections
from kg_service.web.app import create_app
from kg_service.web.connections import break_connections
from kg_service.web.front import STOP_GRACE, Front
from kg_service.web.life import Register
from kg_service.web.metrics import Metrics, Now
from kg_service.web.services import Services
from kg_service.workers import Pool

RESTART_DELAY = 1.0
STOP_TIMEOUT = 5.0
POLL = 0.02

BACKLOG = 1024

logger = logging.getLogger("heliotrope")


@dataclass(frozen=True)
class Data:
    """What is served: RDF files, default prefixes, and the release they are of, if any."""

    files: tuple[Path, ...]
    prefixes: dict[str, str]
    manifest: dict[str, Any]
    release: Path | None

    @property
    def evaluators(self) -> dict[str, Any]:
        """What the nursery of workers for SPARQL is told."""
        return {"files": [str(file) for file in self.files], "prefixes": self.prefixes}

    @property
    def reasons(self) -> bool:
        """Whether it is a release that can be reasoned over."""
        return FILE in self.manifest.get("files", {})

    @property
    def reasoners(self) -> dict[str, Any]:
        """What the nursery of workers that reason is told; only where `reasons`."""
        assert self.release is not None
        path = str(self.release / FILE)
        return {"knowledge": path, "prefixes": self.prefixes, "release": self.manifest["digest"]}


def data_of(source: Path | Sequence[Path]) -> Data:
    """A release's folder, or RDF files, as what to serve.

    Raises ReleaseError for a damaged release, StartError for a file that is not there.
    """
    if isinstance(source, Path):
        found = release.load(source)
        prefixes = json.loads(found.file("prefixes.json").read_text("utf-8"))
        manifest = json.loads((found.path / release.MANIFEST).read_text("utf-8"))
        return Data((found.file("graph.nq"),), prefixes, manifest, found.path)
    for file in source:
        if not file.is_file():
            raise StartError(f"There is no file {file}.", "Give RDF files that exist.")
    files = tuple(file.resolve() for file in source)
    # With data of somebody's own there is nothing to name but their content.
    return Data(files, {}, {"digest": digest(files), "version": "data"}, None)


def digest(files: Sequence[Path]) -> str:
    """One short digest of the content of files."""
    whole = "".join(release.digest_of(file) for file in files)
    return hashlib.sha256(whole.encode()).hexdigest()[: release.DIGEST_LENGTH]


class Nursery:
    """The nursery's process as the main process holds it; it holds the forwarder so, too."""

    def __init__(
        self, settings: Mapping[str, Any], path: Path, module: str = "kg_service.nursery"
    ) -> None:
        """Start nothing yet; workers will be had at `path`, made as `settings` say."""
        self._settings, self.path = {**settings, "path": str(path)}, path
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, gently: bool = False) -> None:
        """Start it, or start it again; `gently` where others serve while it loads."""
        package = str(Path(__file__).resolve().parent.parent)
        paths = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module, json.dumps({**self._settings, "gently": gently})],
            stdin=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths},
        )

    async def ended(self) -> int:
        """Wait for its end; the exit status."""
        assert self._process is not None
        loop = asyncio.get_running_loop()
        done = asyncio.Event()
        pidfd = os.pidfd_open(self._process.pid)
        loop.add_reader(pidfd, done.set)
        try:
            await done.wait()
        finally:
            loop.remove_reader(pidfd)
            os.close(pidfd)
        return self._process.wait()

    def stop(self) -> None:
        """End it and its workers; returns when they are gone."""
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Generation:
    """All that serves one release: its nurseries, its pools and the application over them."""

    def __init__(
        self, settings: Settings, data: Data, folder: Path, number: int, common: Common
    ) -> None:
        """Put it together, its sockets in `folder` under names with its `number`; nothing is
        started. Raises ReleaseError."""
        self.digest = str(data.manifest["digest"])
        self._nurseries = [Nursery(data.evaluators, folder / f"evaluators-{number}")]
        if data.reasons:
            self._nurseries.append(Nursery(data.reasoners, folder / f"reasoners-{number}"))
        evaluators, *more = (nursery.path for nursery in self._nurseries)
        tally = common.tally
        # The rows of our own query files are no stranger's answer.
        own = replace(settings, query_rows=sys.maxsize)
        reasoners = None
        if more:
            reasoners = Pool(settings, more[0], settings.reasoning_workers, False, tally)
        self.services = Services(
            settings,
            Pool(settings, evaluators, lanes(settings), tally=tally),
            Pool(own, evaluators, settings.house_workers, tally=tally),
            Pool(own, evaluators, 1, tally=tally),
            data.prefixes,
            data.manifest,
            data.release,
            reasoners,
            common.forwarder.path if common.forwarder else None,
            common.register,
        )
        self.app = create_app(settings, self.services, common.metrics)
        self._watches: list[asyncio.Task[None]] = []

    def start(self, gently: bool = False) -> None:
        """Start the nurseries; `gently` beside a generation that serves."""
        for nursery in self._nurseries:
            nursery.start(gently)

    def watch(self, failed: Callable[[], None]) -> None:
        """Start nurseries again that end; call `failed` for one that cannot load the data."""
        self._watches = [asyncio.create_task(keep(n, failed)) for n in self._nurseries]

    async def loaded(self) -> None:
        """Wait until all data are loaded."""
        while not all(nursery.path.exists() for nursery in self._nurseries):
            await asyncio.sleep(POLL)

    def end(self) -> None:
        """End pools, nurseries and workers; returns when they are gone."""
        for task in self._watches:
            task.cancel()
        for pool in self.services.pools.values():
            pool.close()
        for nursery in self._nurseries:
            nursery.stop()


async def keep(nursery: Nursery, failed: Callable[[], None]) -> None:
    """Start a child again whenever it ends; call `failed` when it cannot do its work at all."""
    while True:
        status = await nursery.ended()
        nursery.path.unlink(missing_ok=True)
        if status == 1:
            failed()
            return
        logger.error("The nursery ended with status %s and is started again.", status)
        await asyncio.sleep(RESTART_DELAY)
        nursery.start()


@dataclass(frozen=True)
class Common:
    """What all generations share: the register of queries, the counts, the measures, and the
    forwarding process where services are allowed."""

    register: Register
    tally: Tally
    metrics: Metrics
    forwarder: Nursery | None = None


def serve(
    settings: Settings, source: Path | Sequence[Path], port: int = 8000, host: str = "127.0.0.1"
) -> None:
    """Serve until SIGTERM or SIGINT; on SIGHUP load `source` again, and serve on meanwhile.

    Raises StartError when the port is taken or the data cannot be loaded, ReleaseError for a
    damaged release.
    """
    data = data_of(source)
    check_port(host, port)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="heliotrope-") as folder:
        forwarder = None
        if settings.service_allow:
            path = Path(folder) / "forwarder"
            told = {"allow": settings.service_allow, "threads": settings.service_queries}
            forwarder = Nursery(told, path, "kg_service.forwarder")
        common = Common(
            Register(settings.history, settings.history_size), tally, Metrics(tally), forwarder
        )
        first = Generation(settings, data, Path(folder), 0, common)
        service = Service(settings, source, first, common, Path(folder), (host, port))
        for child in (first, forwarder):
            if child is not None:
                child.start()
        try:
            logs.to_standard_error()
            asyncio.run(service.run())
        finally:
            service.end()


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
        self._front = Front(settings, first.app, common.metrics)
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


def lanes(settings: Settings) -> Lanes:
    """The places for strangers' queries."""
    return Lanes(
        settings.light_workers,
        settings.queue,
        settings.workers,
        settings.paused,
        settings.light_slice,
        settings.query_memory,
    )


def check_port(host: str, port: int) -> None:
    """Raise StartError when nobody can listen there, saying what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartError(
                f"Port {port} on {host} cannot be used: {error.strerror}.",
                "Choose another: PORT=8001 make run, or heliotrope serve --port 8001.",
            ) from None
