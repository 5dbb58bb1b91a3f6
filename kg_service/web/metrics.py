"""`/metrics` for Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/).

Labels are kinds, statuses and reasons from closed lists: never a query, an id or a path.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from kg_service.tally import ENDS, REFUSALS, Tally
from kg_service.web.cache import Cache
from kg_service.workers import Pool

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What is measured as requests end; and the place where the rest is read when asked for."""

    def __init__(self, tally: Tally) -> None:
        """Nothing is measured yet."""
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "heliotrope_request_seconds",
            "Time of requests by kind: light, heavy, rest, reasoning, cached, page.",
            ["kind"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._answers = Counter(
            "heliotrope_answers",
            "Answers by kind, HTTP status and outcome.",
            ["kind", "status", "outcome"],
            registry=self.registry,
        )
        self.registry.register(Counted(tally))

    def measure(self, kind: str, status: int, outcome: str, seconds: float) -> None:
        """Take note of one answer."""
        self._seconds.labels(kind).observe(seconds)
        self._answers.labels(kind, str(status), outcome).inc()

    def blueprint(self) -> Blueprint:
        """`/metrics`."""
        made = Blueprint("metrics", __name__)

        @made.get("/metrics")
        def metrics() -> Response:
            answer = Response(generate_latest(self.registry), content_type=CONTENT_TYPE_LATEST)
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return made


class Counted(Collector):
    """The counts of a tally."""

    def __init__(self, tally: Tally) -> None:
        """Read them when asked."""
        self._tally = tally

    def collect(self) -> Iterable[Metric]:
        """How queries ended without an answer, and which were refused a place."""
        for name, kind, said in (
            ("heliotrope_query_ends", ENDS, "Queries whose worker ended with them, by error."),
            ("heliotrope_refusals", REFUSALS, "Queries that were not let in, by full place."),
        ):
            family = CounterMetricFamily(name, said, labels=["reason"])
            for reason, count in self._tally.of(kind).items():
                family.add_metric([reason], count)
            yield family


class Now(Collector):
    """What is so at the moment of asking: places, cache, memory, the release."""

    def __init__(
        self,
        pools: Callable[[], Mapping[str, Pool]],
        cache: Callable[[], Cache],
        release: Callable[[], str],
    ) -> None:
        """Take where each is found; a reload changes what is found there."""
        self._pools, self._cache, self._release = pools, cache, release

    def collect(self) -> Iterable[Metric]:
        """The gauges."""
        queries = GaugeMetricFamily(
            "heliotrope_queries", "Queries by pool and place.", labels=["pool", "place"]
        )
        for name, pool in self._pools().items():
            for place, count in pool.lanes.counts().items():
                queries.add_metric([name, place], count)
        yield queries
        cache = self._cache()
        for what, value in (("hits", cache.hits), ("misses", cache.misses)):
            yield CounterMetricFamily(f"heliotrope_cache_{what}", f"Cache {what}.", value=value)
        yield GaugeMetricFamily("heliotrope_cache_bytes", "Memory of kept answers.", cache.size)
        memory = GaugeMetricFamily(
            "heliotrope_memory_bytes",
            "Resident memory; workers share most of theirs with their nursery.",
            labels=["of"],
        )
        memory.add_metric(["service"], resident(os.getpid()))
        below = [pid for nursery in children(os.getpid()) for pid in children(nursery)]
        memory.add_metric(["nurseries"], sum(map(resident, children(os.getpid()))))
        memory.add_metric(["workers"], sum(map(resident, below)))
        yield memory
        info = GaugeMetricFamily("heliotrope_build_info", "What is served.", labels=["release"])
        info.add_metric([self._release()], 1)
        yield info


def children(pid: int) -> list[int]:
    """The children of a process (proc(5), children)."""
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    except OSError:  # it has ended meanwhile
        pass
    return found


def resident(pid: int) -> int:
    """The resident bytes of a process (proc(5), statm); 0 when it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
