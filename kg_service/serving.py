"""Serving a release, or other RDF files, over HTTP: the processes and how they start and stop.

main process    granian's server, the front, Flask, the pools
└── nursery     loads the data, forks
    └── worker  one query at a time
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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes
from granian.server.embed import Server

from kg_service import release
from kg_service.config import Settings
from kg_service.errors import StartError
from kg_service.lanes import Lanes
from kg_service.logic.knowledge import FILE
from kg_service.web.app import create_app
from kg_service.web.front import Front
from kg_service.web.services import Services
from kg_service.workers import Pool

RESTART_DELAY = 1.0
STOP_TIMEOUT = 5.0

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
    """The nursery's process as the main process holds it."""

    def __init__(self, settings: Mapping[str, Any], path: Path) -> None:
        """Start nothing yet; workers will be had at `path`, made as `settings` say."""
        self._settings, self.path = {**settings, "path": str(path)}, path
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again."""
        package = str(Path(__file__).resolve().parent.parent)
        paths = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kg_service.nursery", json.dumps(self._settings)],
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


def serve(
    settings: Settings, source: Path | Sequence[Path], port: int = 8000, host: str = "127.0.0.1"
) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises StartError when the port is taken or the data cannot be loaded, ReleaseError for a
    damaged release.
    """
    data = data_of(source)
    check_port(host, port)
    with tempfile.TemporaryDirectory(prefix="heliotrope-") as folder:
        places = Path(folder)
        nurseries = [Nursery(data.evaluators, places / "evaluators")]
        if data.reasons:
            nurseries.append(Nursery(data.reasoners, places / "reasoners"))
        for nursery in nurseries:
            nursery.start()
        try:
            asyncio.run(Service(settings, data, nurseries, host, port).run())
        finally:
            for nursery in nurseries:
                nursery.stop()


class Service:
    """The server, the pools and the watch over the nursery, in one event loop."""

    def __init__(
        self,
        settings: Settings,
        data: Data,
        nurseries: Sequence[Nursery],
        host: str,
        port: int,
    ) -> None:
        """Put the application together; the second nursery, if any, is of workers that reason."""
        self._nurseries, self._address = nurseries, f"http://{host}:{port}"
        evaluators, *more = (nursery.path for nursery in nurseries)
        strangers = Pool(settings, evaluators, lanes(settings))
        house = Pool(settings, evaluators, settings.house_workers)
        reasoners = [Pool(settings, p, settings.reasoning_workers, reuse=False) for p in more]
        services = Services(
            settings,
            strangers,
            house,
            data.prefixes,
            data.manifest,
            data.release,
            *reasoners,
        )
        self._pools = (strangers, house, *reasoners)
        self._front = Front(settings, create_app(settings, services))
        self._settings, self._host, self._port = settings, host, port
        self._failure: StartError | None = None
        self._stopping: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve until told to stop; StartError when the data cannot be loaded."""
        # HTTP/1.1 alone: its connections carry one answer at a time, so breaking one breaks no
        # other answer.
        server = Server(
            self._front,
            address=self._host,
            port=self._port,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            log_enabled=False,
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, server)
        tasks = [asyncio.create_task(self._keep(each, server)) for each in self._nurseries]
        tasks.append(asyncio.create_task(self._announce()))
        try:
            await server.serve()
        finally:
            for task in tasks:
                task.cancel()
            for pool in self._pools:
                pool.close()
        if self._failure:
            raise self._failure

    def _stop(self, server: Server) -> None:
        """Accept no more, and end what is going on."""
        server.stop()  # type: ignore[no-untyped-call]
        self._stopping = asyncio.create_task(self._front.stop())

    async def _keep(self, nursery: Nursery, server: Server) -> None:
        """Start a nursery again when it ends; stop when it never could load the data."""
        while True:
            status = await nursery.ended()
            if status == 1:
                self._failure = StartError("The data cannot be loaded.", "See the line above.")
                self._stop(server)
                return
            logger.error("The nursery ended with status %s and is started again.", status)
            await asyncio.sleep(RESTART_DELAY)
            nursery.start()

    async def _announce(self) -> None:
        """Say where the service is, once the data are loaded and it listens."""
        while not all(nursery.path.exists() for nursery in self._nurseries):
            await asyncio.sleep(0.02)
        while not await self._listens():
            await asyncio.sleep(0.02)
        print(f"Heliotrope answers at {self._address}/ (stop with Ctrl-C)", flush=True)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(self._host, self._port)
        except OSError:
            return False
        writer.close()
        return True


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
