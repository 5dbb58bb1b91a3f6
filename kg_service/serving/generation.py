"""A generation: all that serves one release, and what all of them share."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from kg_service.config import Settings
from kg_service.lanes import Lanes
from kg_service.serving.children import Child, keep
from kg_service.serving.data import Data
from kg_service.tally import Tally
from kg_service.web.app import create_app
from kg_service.web.life import Register
from kg_service.web.metrics import Metrics
from kg_service.web.services import Services
from kg_service.workers import Pool

POLL = 0.02


@dataclass(frozen=True)
class Common:
    """What all generations share: the register of queries, the counts, the measures, and the
    forwarding process where services are allowed."""

    register: Register
    tally: Tally
    metrics: Metrics
    forwarder: Child | None = None


class Generation:
    """All that serves one release: its nurseries, its pools and the application over them."""

    def __init__(
        self, settings: Settings, data: Data, folder: Path, number: int, common: Common
    ) -> None:
        """Put it together, its sockets in `folder` under names with its `number`; nothing is
        started. Raises ReleaseError."""
        self.digest = str(data.manifest["digest"])
        self._nurseries = [Child(data.evaluators, folder / f"evaluators-{number}")]
        if data.reasons:
            self._nurseries.append(Child(data.reasoners, folder / f"reasoners-{number}"))
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
