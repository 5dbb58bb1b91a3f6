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
from kg_service.config import Settings
from kg_service.handles import Handle
from kg_service.results import Formats, Term, term_to_json


class Cancellation:
    """Says once that nobody wants the answer any more, and tells whoever works on it."""

    def __init__(self) -> None:
        """Not cancelled yet."""
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._cancelled = False

    def is_set(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    def set(self) -> None:
        """Cancel: call, in this thread, what is attached now; it must not block."""
        with self._lock:
            self._cancelled = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def attach(self, callback: Callable[[], None]) -> None:
        """Call `callback` when cancelled, at once when that was before."""
        with self._lock:
            if not self._cancelled:
                self._callbacks.append(callback)
                return
        callback()


@dataclass(frozen=True)
class QueryRequest:
    """A query as a worker gets it.

    `timeout` is in seconds from now; `default_graphs` and `named_graphs` are None when the
    request names none, so that the query's own FROM and the whole store apply.
    """

    text: str
    timeout: float
    formats: Formats = field(default_factory=Formats)
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    bindings: Mapping[str, Term] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """What the worker is told of it."""
        return {
            "text": self.text,
            "formats": vars(self.formats),
            "default": self.default_graphs,
            "named": self.named_graphs,
            "bindings": {name: term_to_json(term) for name, term in self.bindings.items()},
        }


@dataclass(frozen=True)
class DiagnosisRequest:
    """A query without rows, of which a worker says why, as `diagnosis.diagnose` does, in JSON."""

    text: str
    timeout: float
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None

    def content(self) -> dict[str, Any]:
        """What the worker is told of it."""
        return {
            "task": "diagnosis",
            "text": self.text,
            "default": self.default_graphs,
            "named": self.named_graphs,
        }


@dataclass(frozen=True)
class ReasoningRequest:
    """A task for a worker that reasons, as `logic.mind` names it, with what it needs as JSON."""

    task: str
    arguments: Mapping[str, Any]
    timeout: float

    def content(self) -> dict[str, Any]:
        """What the worker is told of it."""
        return {"task": self.task, "arguments": self.arguments}


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

    def __init__(self, pool: Pool, worker: Handle, run: _Run, head: Mapping[str, str]) -> None:
        """Read the answer that `head` begins."""
        self.kind, self.media_type = head["kind"], head["media_type"]
        self.length = int(head["length"]) if "length" in head else None
        # Default prefixes it used, and whether it may answer otherwise next time.
        self.prefixes = tuple(head.get("prefixes", "").split())
        self.volatile = head.get("volatile") == "yes"
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


@dataclass(frozen=True)
class _Run:
    """One query under way: its deadline on the monotonic clock, and who may cancel it."""

    timeout: float
    deadline: float
    cancel: Cancellation


class Pool:
    """At most `size` workers, and at most `settings.queue` queries that wait for one."""

    def __init__(
        self, settings: Settings, socket_path: Path, size: int, reuse: bool = True
    ) -> None:
        """Fork nothing yet. Without `reuse` each worker answers once."""
        self._settings, self._path, self.size = settings, socket_path, size
        self._reuse = reuse
        self._changed = threading.Condition()
        self._idle: list[Handle] = []
        self._busy = self._waiting = 0

    def run(self, request: Request, cancel: Cancellation | None = None) -> Answer:
        """Evaluate a query; returns once its answer has begun.

        Raises BusyError when no worker became free, NotReadyError, and every other QueryError.
        """
        run = _Run(request.timeout, time.monotonic() + request.timeout, cancel or Cancellation())
        worker = self._acquire(run)
        try:
            worker.send(self._content(request, run))
            _, payload = self.receive(worker, run)
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
        with self._changed:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    def receive(self, worker: Handle, run: _Run) -> tuple[bytes, bytes]:
        """The next message for a query under way, with limits named in what is raised."""
        try:
            return worker.receive(run.deadline)
        except errors.HeliotropeError as error:
            if run.cancel.is_set():
                raise errors.CancelledError("The query was cancelled.") from None
            if isinstance(error, errors.DeadlineError):
                raise self._late(run) from None
            if isinstance(error, errors.MemoryLimitError):
                limit = self._settings.query_memory
                raise errors.MemoryLimitError(
                    f"The query passed its memory limit of {limit // (1024 * 1024)} MiB.",
                    "Ask for less at once: LIMIT, fewer patterns without a shared variable.",
                ) from None
            raise

    def release(self, worker: Handle, run: _Run, reusable: bool) -> None:
        """Take a worker back: keep it when it is as good as new, else end it."""
        worker.belong(None)
        keep = (
            reusable
            and self._reuse
            and worker.private <= self._settings.worker_memory
            and worker.healthy()
        )
        if not keep:
            worker.close()
        with self._changed:
            if keep:
                self._idle.append(worker)
            self._busy -= 1
            self._changed.notify()

    def _content(self, request: Request, run: _Run) -> dict[str, Any]:
        """What a worker is told."""
        return {
            **request.content(),
            "timeout": max(run.deadline - time.monotonic(), 0.001),
            "rows": self._settings.query_rows,
            "memory": self._settings.query_memory,
        }

    def _acquire(self, run: _Run) -> Handle:
        """A worker for this query alone, once one is free."""
        with self._changed:
            if self._busy >= self.size:
                self._wait(run)
            self._busy += 1
            while self._idle:
                worker = self._idle.pop()
                if worker.healthy():
                    break
                worker.close()
            else:
                worker = None
        try:
            worker = worker or Handle(self._path)
        except BaseException:
            with self._changed:
                self._busy -= 1
                self._changed.notify()
            raise
        worker.belong(run)
        run.cancel.attach(partial(worker.kill_for, run))
        return worker

    def _wait(self, run: _Run) -> None:
        """Wait for a free worker, holding the lock; BusyError, CancelledError."""
        if self._waiting >= self._settings.queue:
            raise errors.BusyError("All workers are busy and the queue is full.", "Ask again.")
        self._waiting += 1
        run.cancel.attach(self._wake)
        try:
            while self._busy >= self.size:
                if run.cancel.is_set():
                    raise errors.CancelledError("The query was cancelled while it waited.")
                left = run.deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise errors.BusyError(
                        f"No worker became free within {run.timeout:g} s.", "Ask again."
                    )
        finally:
            self._waiting -= 1

    def _wake(self) -> None:
        """Let those who wait look again."""
        with self._changed:
            self._changed.notify_all()

    def _late(self, run: _Run) -> errors.DeadlineError:
        return errors.DeadlineError(
            f"The query ran past its deadline of {run.timeout:g} s.",
            f"Ask for less, or give timeout= up to {self._settings.query_timeout_max:g} s.",
        )


# After these the worker is gone; after any other error it waits for the next query.
FATAL = (
    errors.DeadlineError,
    errors.MemoryLimitError,
    errors.WorkerCrashError,
    errors.CancelledError,
    errors.NotReadyError,
)
