"""Who may run and who waits: a lane for short queries, and places for long ones.

Every query begins in the light lane. One that outlives its slice of processor time gives its place
there to the next and goes on among the heavy ones; when these are full its process is stopped
(SIGSTOP) until a place is free. So a short query never waits behind long ones for longer than some
slices. Among the heavy ones who has had least goes first, as long as memory allows.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from kg_service import errors
from kg_service.cancellation import Cancellation

# A query that others wait for has at least so much of its slice, in seconds.
LEAST_SLICE = 0.01

# How many slices a short answer may take to be read.
READING = 10

# After so long with a block that its client has not taken a query is in nobody's way, in seconds.
PATIENCE = 0.25

# A heavy query makes way for one that has had so much less of the processor, in seconds.
QUANTUM = 0.25

# How often running queries are looked at, in seconds: while somebody waits, and else.
HURRY, STEP = 0.005, 0.05

# The child ends itself some time after its deadline; past that nobody needs its place.
LATE = 0.5

WAITING, RUNNING = "waiting", "running"
LIGHT, HEAVY = "light", "heavy"


class Process(Protocol):
    """The process that works for a run."""

    def pause(self) -> None:
        """Stop it where it is."""

    def resume(self) -> None:
        """Let it go on."""

    def yield_to_others(self) -> None:
        """Have it use the processor when no short query needs it."""

    def kill_for(self, run: object) -> None:
        """End it if it still works for `run`."""

    def used(self) -> float:
        """The processor time it has had, in seconds."""

    def held(self) -> int:
        """The bytes it holds alone."""


@dataclass(eq=False)
class Run:
    """One query under way: its deadline on the monotonic clock, who may cancel it, who is told.

    `told` is called with WAITING or RUNNING, and HEAVY when it is, under a lock: it must not block.
    `begin` and `answer` are for whoever runs it. `kind` is LIGHT until it has outlived its slice,
    `held` the memory it holds while it is paused, in bytes; `refused` is why it lost its place.
    """

    timeout: float
    deadline: float
    cancel: Cancellation = field(default_factory=Cancellation)
    told: Callable[[str], None] = lambda _: None
    kind: str = LIGHT
    process: Process | None = None
    refused: errors.BusyError | None = None
    turn: threading.Event = field(default_factory=threading.Event)
    held: int = 0
    _before: float = 0.0
    _answering: float = math.inf
    _given: float = math.inf

    def begin(self, process: Process) -> None:
        """Have a process work for it from now on."""
        self._before, self.process = process.used(), process

    def answer(self) -> None:
        """Take note that its answer has begun: how fast that goes on is up to its client."""
        self._answering = time.monotonic()

    def ask(self) -> None:
        """Take note that its client wants the next block."""
        self._given = math.inf

    def give(self) -> None:
        """Take note that its client has a block, and reads it as fast as it will."""
        self._given = time.monotonic()

    @property
    def stalled(self) -> bool:
        """Whether it waits for its client."""
        return time.monotonic() - self._given >= PATIENCE

    def used(self) -> float:
        """The processor time it has had, in seconds."""
        return self.process.used() - self._before if self.process else 0.0

    def outlived(self, slice_: float) -> bool:
        """Whether it has had its slice of the processor; or ten times that since its answer began,
        so that nobody keeps a place by reading slowly."""
        if self.process is None:
            return False
        late = time.monotonic() - self._answering >= READING * slice_
        return late or self.used() >= slice_


class Lanes:
    """`light` places with a queue before them, `heavy` places with `paused` queries before them.

    Without heavy places nothing is moved: `light` places and a queue, no more.
    """

    def __init__(
        self,
        light: int,
        queue: int,
        heavy: int = 0,
        paused: int = 0,
        slice_: float = math.inf,
        memory: int = 0,
    ) -> None:
        """Nobody is here. `slice_` is in seconds; `memory` the bytes that heavy queries may hold
        together while they make way for others."""
        self.light, self.heavy = light, heavy
        self._memory = memory
        self._queue, self._pausable, self._slice = queue, paused, slice_
        self._lock = threading.Lock()
        self._filled = threading.Condition(self._lock)
        self._running: dict[str, dict[Run, None]] = {LIGHT: {}, HEAVY: {}}
        self._waiting: deque[Run] = deque()
        self._paused: deque[Run] = deque()
        self._newest_next = False
        self._closed = False
        if heavy:
            threading.Thread(target=self._watch, name="lanes", daemon=True).start()

    def enter(self, run: Run) -> None:
        """Wait for a light place. BusyError when the queue is full or at the deadline,
        CancelledError."""
        with self._lock:
            self._waiting.append(run)
            self._admit()
            if not run.turn.is_set():
                if len(self._waiting) > self._queue:
                    self._waiting.remove(run)
                    raise errors.BusyError("All workers are busy and the queue is full.")
                run.told(WAITING)
        run.cancel.attach(run.turn.set)
        run.turn.wait(max(run.deadline - time.monotonic(), 0))
        with self._lock:
            if run not in self._waiting:
                run.told(RUNNING)
                return
            self._waiting.remove(run)
        if run.cancel.is_set():
            raise errors.CancelledError("The query was cancelled while it waited.")
        raise errors.BusyError(f"No worker became free within {run.timeout:g} s.")

    def settle(self, run: Run) -> None:
        """Take note that its process is done: it keeps its place, and is let alone."""
        with self._lock:
            if run in self._paused:
                self._paused.remove(run)
                self._resume(run)
            run.process = None

    def leave(self, run: Run) -> None:
        """Give the place back, after `settle`. Safe to call again."""
        with self._lock:
            self._vacate(run)

    def counts(self) -> dict[str, int]:
        """How many are running in each lane, waiting and paused."""
        with self._lock:
            return {
                **{kind: len(runs) for kind, runs in self._running.items()},
                "waiting": len(self._waiting),
                "paused": len(self._paused),
            }

    def close(self) -> None:
        """End the watch."""
        with self._lock:
            self._closed = True
            self._filled.notify_all()

    def _admit(self) -> None:
        """Give free light places to those who wait, in turn the one who has waited longest and
        the newest: behind many long ones a short one soon comes, and nobody starves."""
        while self._waiting and len(self._running[LIGHT]) < self.light:
            run = self._waiting.pop() if self._newest_next else self._waiting.popleft()
            self._newest_next = not self._newest_next
            self._running[LIGHT][run] = None
            run.turn.set()
            self._filled.notify()

    def _vacate(self, run: Run) -> None:
        """Free the place of a run and give it to the next."""
        for runs in self._running.values():
            runs.pop(run, None)
        while self._paused and len(self._running[HEAVY]) < self.heavy:
            self._proceed(min(self._paused, key=claim))
        self._admit()

    def _watch(self) -> None:
        """Move those on that have outlived their slice, and end those long past their deadline,
        whom nobody reads any more."""
        with self._lock:
            while not self._closed:
                now = time.monotonic()
                least = min(LEAST_SLICE, self._slice) if self._waiting else self._slice
                for run in [r for r in self._running[LIGHT] if r.outlived(least)]:
                    self._move(run)
                self._take_turns()
                everybody = (*self._running[LIGHT], *self._running[HEAVY], *self._paused)
                for run in [r for r in everybody if now > r.deadline + LATE and r.process]:
                    self._kill(run)
                    if run in self._paused:
                        self._paused.remove(run)
                    self._vacate(run)
                busy = self._paused or any(self._running.values())
                self._filled.wait((HURRY if self._waiting else STEP) if busy else None)

    def _move(self, run: Run) -> None:
        """Take a run out of the light lane: among the heavy ones, or before them, or nowhere."""
        del self._running[LIGHT][run]
        run.kind = HEAVY
        run.told(HEAVY)
        assert run.process is not None
        run.process.yield_to_others()
        if len(self._running[HEAVY]) < self.heavy:
            self._running[HEAVY][run] = None
        elif len(self._paused) < self._pausable:
            self._pause(run)
        else:
            ends = min(r.deadline for r in self._running[HEAVY])
            run.refused = errors.BusyError(
                f"The query ran for {self._slice:g} s, and there is no place among the long ones.",
                "Ask again, or for less.",
                retry_after=max(1, math.ceil(ends - time.monotonic())),
            )
            self._kill(run)
        self._admit()

    def _take_turns(self) -> None:
        """Let the paused run that has had least go on in place of the heavy one that has had most,
        or waits for its client, when the difference is worth it and the memory then held is not too
        much."""
        heavy = [run for run in self._running[HEAVY] if run.process]
        paused = [run for run in self._paused if not run.stalled]
        if not paused or not heavy:
            return
        first, last = min(paused, key=Run.used), max(heavy, key=claim)
        if last.process is None:
            return
        if not last.stalled and last.used() - first.used() < QUANTUM:
            return
        if last.process.held() + sum(run.held for run in self._paused) <= self._memory:
            del self._running[HEAVY][last]
            self._pause(last)
            self._proceed(first)

    def _pause(self, run: Run) -> None:
        """Stop a run that has no place any more."""
        self._paused.append(run)
        run.told(WAITING)
        if run.process:
            run.process.pause()
            run.held = run.process.held()

    def _proceed(self, run: Run) -> None:
        """Give a paused run a place among the heavy ones."""
        self._paused.remove(run)
        self._running[HEAVY][run] = None
        run.told(RUNNING)
        self._resume(run)

    def _resume(self, run: Run) -> None:
        if run.process:
            run.process.resume()

    def _kill(self, run: Run) -> None:
        if run.process:
            run.process.kill_for(run)


def claim(run: Run) -> tuple[bool, float]:
    """Whom a place is for: the least of these is first."""
    return run.stalled, run.used()
