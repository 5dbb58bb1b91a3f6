"""The nursery: a process of one thread that loads the data and does nothing but fork workers.

It listens on a Unix socket; each connection it accepts is one worker, its child, which shares the
loaded data. The nursery keeps its copy of the connection, and when the child ends it sends the
wait status there as the last packet. It ends when its standard input does, and its workers with
it, so that no process outlives the service however that ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import logging
import os
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from kg_service import logs, packets, reasoning, store
from kg_service.errors import HeliotropeError
from kg_service.evaluation import Worker
from kg_service.forks import Forked

PR_SET_PDEATHSIG = 1  # prctl(2)
BACKLOG = 256

# How a nursery loads while another serves (setpriority(2)): as long queries run, not before them.
NICE = 19

T = TypeVar("T")
LIBC = ctypes.CDLL(None, use_errno=True)

# What Rust says before it aborts (std::alloc::handle_alloc_error, std's handler of SIGSEGV): both
# end in SIGABRT, so the signal alone does not tell them apart.
LAST_WORDS = {
    b"memory allocation of": packets.ALLOCATION,
    b"has overflowed its stack": packets.STACK,
}


class Child:
    """A worker as its nursery knows it: the connection, and what it said on standard error."""

    def __init__(self, connection: socket.socket, words: int) -> None:
        """Keep the nursery's copy of the connection and the descriptor of the worker's stderr."""
        self.connection, self.words = connection, words

    def tell(self, status: int, out_of_memory: bool) -> None:
        """Send the wait status and what is known of its cause, then close.

        Never blocks: whoever does not read finds it behind what the worker had sent.
        """
        said = os.pread(self.words, 4096, 0)
        os.close(self.words)
        cause = next((cause for words, cause in LAST_WORDS.items() if words in said), "")
        if out_of_memory and status == signal.SIGKILL:
            cause = packets.OOM
        self.connection.setblocking(False)
        try:
            # The worker may have filled the connection; twice this is its room then (socket(7)).
            room = self.connection.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
            packets.send_json(self.connection, packets.STATUS, {"status": status, "cause": cause})
        except OSError:
            pass
        finally:
            self.connection.close()


class Nursery:
    """The loop that accepts, forks and reaps."""

    def __init__(self, worker: Callable[[socket.socket], Forked], path: Path) -> None:
        """Listen at `path`; OSError when it cannot. `worker` makes one of a connection."""
        self._worker = worker
        self._children: dict[int, Child] = {}
        self._oom_kills = oom_kills()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Under its name only once it listens, so that whoever sees it can connect.
        self._path = path
        aside = path.with_suffix(".aside")
        aside.unlink(missing_ok=True)
        self._listener.bind(str(aside))
        self._listener.listen(BACKLOG)
        self._listener.setblocking(False)
        aside.rename(path)

    def run(self) -> None:
        """Serve until standard input ends; then end the workers too."""
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            for source in (self._listener, sys.stdin, reader):
                selector.register(source, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if reader in ready:
                    os.read(reader, 4096)
                    self._reap()
                if sys.stdin in ready and not os.read(0, 4096):
                    break
                if self._listener in ready:
                    self._accept()
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        # The service does this itself, unless it was killed.
        self._path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._path.parent.rmdir()

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:  # whoever connected is gone already
            return
        words = os.memfd_create("worker-stderr")
        pid = os.fork()
        if pid == 0:
            become_worker(connection, words, self._worker)
        self._children[pid] = Child(connection, words)

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            killed = oom_kills()
            self._children.pop(pid).tell(status, killed > self._oom_kills)
            self._oom_kills = killed


def oom_kills() -> int:
    """How many processes the kernel has ended for want of memory, in all of the machine (proc(5),
    vmstat); 0 where it does not tell."""
    with contextlib.suppress(OSError), Path("/proc/vmstat").open("rb") as lines:
        return next((int(line.split()[1]) for line in lines if line.startswith(b"oom_kill ")), 0)
    return 0


def become_worker(
    connection: socket.socket, words: int, worker: Callable[[socket.socket], Forked]
) -> NoReturn:
    """Turn this fresh fork into a worker: it keeps the connection and nothing else of its parent.

    An engine that panics ends it with status 70; the web side learns of it by the wait status.
    """
    try:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        kept = os.dup(connection.fileno()), os.dup(words)
        nothing = os.open(os.devnull, os.O_RDWR)
        # High copies first, so that none of the targets is overwritten before it was read.
        for source, target in ((nothing, 0), (nothing, 1), (kept[1], 2), (kept[0], 3)):
            os.dup2(source, target)
        os.closerange(4, os.sysconf("SC_OPEN_MAX"))
        worker(socket.socket(fileno=3)).run()
    finally:
        os._exit(70)


def apart(load: Callable[[], T], gently: bool) -> T:
    """What `load` makes, in a thread that ends before anything is forked.

    The engine draws names of blank nodes from a generator per thread, and workers that inherited
    the main thread's would all give the same UUID() and BNODE(). A thread that loads `gently` can
    never be quick again (setpriority(2), CAP_SYS_NICE), and workers are forked by one that is.
    """

    def loaded() -> T:
        if gently:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        return load()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(loaded).result()


def evaluators(settings: Mapping[str, Any]) -> Callable[[socket.socket], Forked]:
    """What makes workers that evaluate SPARQL: `files` to load, `prefixes` that need no line.

    Raises StartError.
    """
    files = [Path(file) for file in settings["files"]]
    data = apart(lambda: store.load(files), settings.get("gently", False))
    return lambda connection: Worker(data, settings["prefixes"], connection)


def reasoners(settings: Mapping[str, Any]) -> Callable[[socket.socket], Forked]:
    """What makes workers that reason: `knowledge` is the file of the release of the digest
    `release`, `prefixes` name its things.

    Raises ReleaseError.
    """
    path = Path(settings["knowledge"])
    wake = partial(reasoning.awake, path, settings["prefixes"], settings["release"])
    mind = apart(wake, settings.get("gently", False))
    return lambda connection: reasoning.Worker(mind, connection)


def main(settings: Mapping[str, Any]) -> int:
    """Load and serve at `path` as `settings` says. The exit status.

    Data that cannot be loaded are named in one line on standard error: to whoever starts the
    service as it is, beside one that serves as a line of its log.
    """
    # An interrupt at the terminal reaches the whole group; the service ends us when it is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        worker = (reasoners if "knowledge" in settings else evaluators)(settings)
    except HeliotropeError as error:
        if settings.get("gently", False):
            logs.to_standard_error()
            logging.getLogger("heliotrope").error("%s", error)
        else:
            print(error, file=sys.stderr)
        return 1
    # What is alive now stays: collecting it in the workers would un-share its pages.
    gc.collect()
    gc.freeze()
    Nursery(worker, Path(settings["path"])).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
