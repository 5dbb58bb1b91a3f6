"""The web side of workers: a bounded pool of them, deadlines, cancelling, and how each can end.

A worker answers one query at a time. Whoever runs a query holds it until the answer is read or
closed; a worker that does not finish is killed.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from kg_service import errors, packets
from kg_service.cancellation import Cancellation
from kg_service.config import Settings
from kg_service.handles import Handle
from kg_service.lanes import LIGHT, Lanes, Run
from kg_service.results import Formats, Term, term_to_json
from kg_service.tally import ENDS, REFUSALS, Tally


@dataclass(frozen=True)
class QueryRequest:
    """A query as a worker gets it.

    `timeout` is in seconds from now; `default_graphs` and `named_graphs` are None when the
    request names none, so that the query's own FROM and the whole store apply. `base` is the IRI
    that relative ones in the text are resolved against where it has no BASE. `help` is the address
    that a SELECT without rows points to, "" where it points nowhere.

    With `encoded` the text is a value of a form as it came, of at most so many bytes when decoded.
    `calls` is how many services it may ask; `services` are the VALUES blocks of those that were.
    """

    text: str
    timeout: float
    formats: Formats = field(default_factory=Formats)
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    bindings: Mapping[str, Term] = field(default_factory=dict)
    base: str | None = None
    help: str = ""
    encoded: int = 0
    calls: int = 0
    services: tuple[str, ...] | None = None

    def content(self) -> dict[str, Any]:
        """What the worker is told of it."""
        return {
            "text": self.text,
            "encoded": self.encoded,
            "calls": self.calls,
            "services": self.services,
            "base": self.base,
            "help": self.help,
            "formats": vars(self.formats),
            "default": self.default_graphs,
            "named": self.named_graphs,
            "bindings": {name: term_to_json(term) for name, term in self.bindings.items()},
        }


@dataclass(frozen=True)
class DiagnosisRequest:
    """A query without rows, of which a worker says why, as `diagnosis.report` does, in JSON.

    `questions` are what it asks, as `diagnosis.questions` reads them.
    """

    text: str
    questions: Mapping[str, str]
    timeout: float
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    base: str | None = None
    encoded: int = 0
    services: tuple[str, ...] | None = None

    def content(self) -> dict[str, Any]:
        """What the worker is told of it."""
        return {
            "task": "diagnosis",
            "text": self.text,
            "questions": dict(self.questions),
            "base": self.base,
            "encoded": self.encoded,
            "calls": 0,
            "services": self.services,
            "default": self.default_graphs,
            "named": self.named_graphs,
        }


@dataclass(frozen=True)
class ReasoningRequest:
    """A task for a worker that reasons, as `logic.mind` names it, with what it needs as JSON.

    `texts` are arguments that came as JSON and are read by the worker, nested `depth` deep at most.
    """

    task: str
    arguments: Mapping[str, Any]
    timeout: float
    texts: Mapping[str, str] = field(default_factory=dict)
    depth: int = 64

    def content(self) -> dict[str, Any]:
        """What the worker is told of it."""
        return {
            "task": self.task,
            "arguments": self.arguments,
            "texts": dict(self.texts),
            "depth": self.depth,
        }


class Request(Protocol):
    """What a pool runs."""

    @property
    def timeout(self) -> float:
        """Seconds from now."""

    def content(self) -> dict[str, Any]:
        """What the worker is told of it, without the limits."""


@dataclass(frozen=True)
class Rows:
    """The rows of a SELECT: for each variable that is bound, its term in SPARQL results JSON."""

    variables: tuple[str, ...]
    rows: tuple[Mapping[str, Mapping[str, str]], ...]


class Answer:
    """An answer under way: iterate its blocks, or close it.

    Iterating raises a QueryError when the rest does not come; the worker is freed at the end,
    by any error, and by `close`.
    """

    def __init__(self, pool: Pool, worker: Handle, run: Run, head: Mapping[str, str]) -> None:
        """Read the answer that `head` begins."""
        self.kind, self.media_type = head["kind"], head["media_type"]
        self.length = int(head["length"]) if "length" in head else None
        # Default prefixes it used, and whether it may answer otherwise next time.
        self.prefixes = tuple(head.get("prefixes", "").split())
        self.volatile = head.get("volatile") == "yes"
        # Whether it is a SELECT without rows, which points to its diagnosis.
        self.empty = head.get("empty") == "yes"
        self._pool, self._worker, self._run = pool, worker, run
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        """The blocks of the answer."""
        last: bytes | None = None
        try:
            while True:
                kind, payload = self._pool.receive(self._worker, self._run)
                if kind == packets.END:
                    self._worker.finish(payload)
                    self._end(reusable=True)
                    break
                if self.length is None:
                    yield payload
                else:
                    # The only block is given out after the end has come, since a reader who
                    # knows the length asks for no more and the worker would look unfinished.
                    last = payload
        finally:
            self.close()
        if last is not None:
            yield last

    def close(self) -> None:
        """Give the worker back; one that has not finished is killed. Safe to call again."""
        self._end(reusable=False)

    def _end(self, reusable: bool) -> None:
        if self._open:
            self._open = False
            self._pool.release(self._worker, self._run, reusable)


class Pool:
    """Workers for as many queries as `lanes` let in."""

    def __init__(
        self,
        settings: Settings,
        socket_path: Path,
        lanes: int | Lanes,
        reuse: bool = True,
        tally: Tally | None = None,
    ) -> None:
        """Fork nothing yet. A number as `lanes` is of places; without `reuse` each worker answers
        once. What happens to workers is counted in `tally`."""
        self._settings, self.path = settings, socket_path
        self.lanes = lanes if isinstance(lanes, Lanes) else Lanes(lanes, settings.queue)
        self._reuse, self._tally = reuse, tally or Tally()
        self._lock = threading.Lock()
        self._idle: list[Handle] = []
        self._closed = False

    def run(
        self,
        request: Request,
        cancel: Cancellation | None = None,
        told: Callable[[str], None] = lambda _: None,
        since: float | None = None,
    ) -> Answer:
        """Evaluate a query; returns once its answer has begun. `told` is as in `lanes.Run`.

        The time it has counts from `since` on the monotonic clock, or from now.

        Raises BusyError when no worker became free, NotReadyError, and every other QueryError.
        """
        end = (time.monotonic() if since is None else since) + request.timeout
        run = Run(request.timeout, end, cancel or Cancellation(), told)
        worker = self._acquire(run)
        try:
            worker.send(self._content(request, run))
            _, payload = self.receive(worker, run)
            run.answer()
        except errors.HeliotropeError as error:
            # A worker that refused a query is as good as before, one that ended is not.
            self.release(worker, run, reusable=not isinstance(error, FATAL))
            raise
        except BaseException:
            self.release(worker, run, reusable=False)
            raise
        return Answer(self, worker, run, json.loads(payload))

    def rows(
        self,
        query: str,
        bindings: Mapping[str, Term] = MappingProxyType({}),
        cancel: Cancellation | None = None,
    ) -> Rows:
        """The rows of a SELECT whose variables get the values of `bindings` first.

        A bound variable must be in the SELECT's projection. Raises as `run` does.
        """
        request = QueryRequest(query, self._settings.query_timeout, bindings=bindings)
        found = json.loads(b"".join(self.run(request, cancel)))
        return Rows(tuple(found["head"]["vars"]), tuple(found["results"]["bindings"]))

    def close(self) -> None:
        """Kill the idle workers; those at work end with their queries."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()
        self.lanes.close()

    def receive(self, worker: Handle, run: Run) -> tuple[bytes, bytes]:
        """The next message for a query under way, with limits named in what is raised."""
        run.ask()
        try:
            found = worker.receive(run.deadline)
        except errors.HeliotropeError as error:
            told = self._told(error, run)
            if isinstance(told, FATAL):
                self._tally.add(ENDS, next(FATALS[c] for c in type(told).__mro__ if c in FATALS))
            raise told from None
        run.give()
        return found

    def release(self, worker: Handle, run: Run, reusable: bool) -> None:
        """Take a worker back: keep it when it is as good as new, else end it."""
        # From here on nobody stops it or ends it on behalf of this run.
        self.lanes.settle(run)
        worker.belong(None)
        keep = (
            reusable
            and self._reuse
            and run.kind == LIGHT
            and worker.private <= self._settings.worker_memory
            and worker.healthy()
        )
        with self._lock:
            keep = keep and not self._closed and len(self._idle) < self.lanes.light
            if keep:
                self._idle.append(worker)
        if not keep:
            worker.close()
        # Last, so that whoever comes next finds this worker and need not have one forked.
        self.lanes.leave(run)

    def _told(self, error: errors.HeliotropeError, run: Run) -> errors.HeliotropeError:
        """An error of a worker as the client learns of it."""
        if run.cancel.is_set():
            return errors.CancelledError("The query was cancelled.")
        if run.refused:
            return run.refused
        if isinstance(error, errors.DeadlineError):
            return self._late(run)
        if isinstance(error, errors.MemoryLimitError):
            limit = self._settings.query_memory
            return errors.MemoryLimitError(
                f"The query passed its memory limit of {limit // (1024 * 1024)} MiB.",
                "Ask for less at once: LIMIT, fewer patterns without a shared variable.",
            )
        return error

    def _content(self, request: Request, run: Run) -> dict[str, Any]:
        """What a worker is told."""
        return {
            **request.content(),
            "timeout": max(run.deadline - time.monotonic(), 0.001),
            "rows": self._settings.query_rows,
            "memory": self._settings.query_memory,
        }

    def _acquire(self, run: Run) -> Handle:
        """A worker for this query alone, once there is a place for it."""
        try:
            self.lanes.enter(run)
        except errors.BusyError:
            self._tally.add(REFUSALS, "queue")
            raise
        worker = None
        try:
            while worker is None:
                with self._lock:
                    worker = self._idle.pop() if self._idle else None
                if worker is None:
                    worker = Handle(self.path)
                elif not worker.healthy():
                    worker.close()
                    worker = None
        except BaseException:
            self.lanes.leave(run)
            raise
        worker.belong(run)
        run.begin(worker)
        run.cancel.attach(partial(worker.kill_for, run))
        return worker

    def _late(self, run: Run) -> errors.DeadlineError:
        return errors.DeadlineError(
            f"The query ran past its deadline of {run.timeout:g} s.",
            "Ask for less. A query to /sparql may have timeout= up to"
            f" {self._settings.query_timeout_max:g} s.",
        )


# After these the worker is gone; after any other error it waits for the next query. Each with the
# word it is counted under, which is that of its problem (`web.problems`).
FATALS: Mapping[type[errors.HeliotropeError], str] = MappingProxyType(
    {
        errors.DeadlineError: "deadline",
        errors.MemoryLimitError: "memory-limit",
        errors.WorkerCrashError: "crash",
        errors.CancelledError: "cancelled",
        errors.BusyError: "busy",
        errors.KilledError: "killed",
        errors.NotReadyError: "not-ready",
    }
)
FATAL = tuple(FATALS)
