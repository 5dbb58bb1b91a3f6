"""The web side's hold on one worker: its connection, the descriptor of its process, its end.

A worker is killed through its descriptor (pidfd_open(2)), which can never name another process.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg_service import errors, packets

CONNECT_TIMEOUT = 5.0

PAGE = resource.getpagesize()
CPUCLOCK_SCHED = 2  # linux/posix-timers.h: the clock of a whole process, by its number

# How long queries give way to short ones (setpriority(2)): a tenth of the share of others.
NICE = 19


class Handle:
    """One worker seen from the web side: a connection and the descriptor of the process."""

    def __init__(self, path: Path) -> None:
        """Have the nursery at `path` fork one; NotReadyError when there is no nursery."""
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._connection.settimeout(CONNECT_TIMEOUT)
        self._lock = threading.RLock()
        self._pidfd = -1
        self.pid = self.killed = self.private = self._born = 0
        self._run: object = None
        self._readable = select.poll()
        self._readable.register(self._connection, select.POLLIN)
        try:
            self._connection.connect(str(path))
            hello, descriptors, _, _ = socket.recv_fds(self._connection, 64, 1)
            self._pidfd = descriptors[0]
            self.pid = int(hello[2:])
            self._born = self.held()
        except (OSError, IndexError):
            self.close()
            raise errors.NotReadyError("The data are still loading.") from None

    def healthy(self) -> bool:
        """Whether it still waits for a query: one that ended has left word on the connection."""
        return not self.killed and not self._readable.poll(0)

    def kill(self) -> None:
        """End the process at once; safe from any thread, also after it has ended."""
        with self._lock:
            self.killed = 1
            self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """Stop the process where it is; it can still be killed."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def yield_to_others(self) -> None:
        """Give the process the processor after everybody else, for the rest of its life."""
        # By its number, since there is no call by descriptor; the number may be another's only
        # once the process has ended and was reaped, and the descriptor tells its end.
        with self._lock:
            ended = select.poll()
            if self._pidfd >= 0:
                ended.register(self._pidfd, select.POLLIN)
            if self._pidfd >= 0 and not ended.poll(0):
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, self.pid, NICE)

    def belong(self, run: object) -> None:
        """Work for `run` from now on, or for nobody (None)."""
        with self._lock:
            self._run = run

    def kill_for(self, run: object) -> None:
        """Kill it if it still works for `run`: who cancels late must not hit the next query."""
        with self._lock:
            if self._run is run:
                self.kill()

    def close(self) -> None:
        """Kill it and let go of the connection."""
        self.kill()
        with self._lock:
            if self._pidfd >= 0:
                os.close(self._pidfd)
            self._pidfd = -1
            self._connection.close()

    def used(self) -> float:
        """The processor time the process has had, in seconds (clock_getcpuclockid(3)); 0 when it
        has ended."""
        try:
            return time.clock_gettime((~self.pid << 3) | CPUCLOCK_SCHED)
        except OSError:
            return 0.0

    def held(self) -> int:
        """The bytes it has taken since it was forked (proc(5), statm)."""
        try:
            _, resident, shared, *_ = Path(f"/proc/{self.pid}/statm").read_text().split()
        except (OSError, ValueError):
            return 0
        return max(0, (int(resident) - int(shared)) * PAGE - self._born)

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if self._pidfd >= 0:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._pidfd, number)

    def send(self, request: Mapping[str, Any]) -> None:
        """Send a query; a worker that ended meanwhile is noticed by `receive`."""
        with contextlib.suppress(OSError):
            packets.send_json(self._connection, packets.QUERY, request)

    def receive(self, deadline: float) -> tuple[bytes, bytes]:
        """The next message; raises DeadlineError at the deadline, and how the worker ended."""
        left = deadline - time.monotonic()
        if left <= 0 or not self._readable.poll(left * 1000):
            self.kill()
            raise errors.DeadlineError("The query ran past its deadline.")
        kind, payload = self._next()
        if kind == packets.ERROR:
            # The worker says END after it, too, and waits for the next query, unless it is killed.
            after, end = self._next()
            if after == packets.END:
                self.finish(end)
            raise refused(json.loads(payload))
        if kind == packets.STATUS:
            raise ended(json.loads(payload))
        if not kind:
            raise errors.NotReadyError("The service is starting again.")
        return kind, payload

    def _next(self) -> tuple[bytes, bytes]:
        """The next message; an empty kind where none comes."""
        try:
            return packets.receive(self._connection)
        except OSError:
            return b"", b""

    def finish(self, payload: bytes) -> None:
        """Take the END of an answer, which says what memory the worker holds alone."""
        self.private = json.loads(payload)["private"] if payload else self.private


def refused(content: Mapping[str, Any]) -> errors.HeliotropeError:
    """The error that a worker named."""
    if "attributes" in content:
        return errors.unpacked(content)
    message, name = content["message"], content["error"]
    if name == "RowLimitError":
        return errors.RowLimitError(message, content["limit"])
    if name == "NotAcceptableError":
        return errors.NotAcceptableError(message, tuple(content["offers"]))
    if name == "MemoryLimitError":
        return out_of_memory()
    named: dict[str, type[errors.QueryError]] = {
        "FederationError": errors.FederationError,
        "EvaluationError": errors.EvaluationError,
    }
    return named[name](message)


def out_of_memory() -> errors.MemoryLimitError:
    """The error of a query that passed its memory limit; the pool adds the limit."""
    return errors.MemoryLimitError("The query passed its memory limit.")


def ended(content: Mapping[str, Any]) -> errors.QueryError:
    """How a worker ended, by its wait status and what the nursery saw (wait(2), signal(7)).

    Nobody here kills a worker and then waits for its status, so a SIGKILL is somebody else's:
    the kernel's when it is out of memory, or a person's.
    """
    status = int(content["status"])
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number == signal.SIGALRM:
        return errors.DeadlineError("The query ran past its deadline.")
    if content["cause"] == packets.ALLOCATION:
        return out_of_memory()
    if content["cause"] == packets.OOM:
        return errors.KilledError(
            "The machine ran out of memory, and the query's process was ended.", "Ask again later."
        )
    if number in OUTSIDE:
        return errors.KilledError("The query's process was ended from outside.")
    if content["cause"] == packets.STACK or number == signal.SIGSEGV:
        return errors.WorkerCrashError(
            "The query is nested too deeply: it overflowed the stack of its process."
            " Other queries are unharmed."
        )
    return errors.WorkerCrashError(
        "The query crashed the process that evaluated it; other queries are unharmed."
    )


# Signals that no fault of a query sends.
OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
