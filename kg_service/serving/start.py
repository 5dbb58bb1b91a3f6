"""The start: the data, the port, the child processes, then the service until it is told to stop."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kg_service import logs
from kg_service.config import Settings
from kg_service.errors import StartError
from kg_service.serving.children import Child
from kg_service.serving.data import data_of
from kg_service.serving.generation import Common, Generation
from kg_service.serving.service import Service
from kg_service.tally import Tally
from kg_service.web.life import Register
from kg_service.web.metrics import Metrics


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
            forwarder = Child(told, path, "kg_service.forwarder")
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
