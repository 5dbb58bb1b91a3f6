"""The child processes: how they start, how one that ends is started again, how they stop."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

RESTART_DELAY = 1.0
STOP_TIMEOUT = 5.0

logger = logging.getLogger("heliotrope")


class Child:
    """A process that the main process holds: a nursery, or the forwarder."""

    def __init__(
        self, settings: Mapping[str, Any], path: Path, module: str = "kg_service.nursery"
    ) -> None:
        """Start nothing yet; it will be had at `path`, and do as `settings` say."""
        self._settings, self.path = {**settings, "path": str(path)}, path
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, gently: bool = False) -> None:
        """Start it, or start it again; `gently` where others serve while it loads."""
        package = str(Path(__file__).resolve().parents[2])
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


async def keep(child: Child, failed: Callable[[], None]) -> None:
    """Start a child again whenever it ends; call `failed` when it cannot do its work at all."""
    while True:
        status = await child.ended()
        child.path.unlink(missing_ok=True)
        if status == 1:
            failed()
            return
        logger.error("The nursery ended with status %s and is started again.", status)
        await asyncio.sleep(RESTART_DELAY)
        child.start()
