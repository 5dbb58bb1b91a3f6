"""What all children of a nursery share: how they greet, and the limits they set themselves."""

from __future__ import annotations

import os
import resource
import signal
import socket
from typing import NoReturn, Protocol

from kg_service import packets

PAGE = resource.getpagesize()

# The web side kills at the deadline; a child's own timer is for when it does not.
GRACE = 0.3


class Forked(Protocol):
    """What a nursery's child becomes."""

    def run(self) -> NoReturn:
        """Serve the connection; never returns."""


def greet(connection: socket.socket) -> None:
    """Say that a child is there, with its number and the descriptor of its process, and open
    nothing any more."""
    pid = os.getpid()
    pidfd = os.pidfd_open(pid)
    socket.send_fds(connection, [packets.HELLO + packets.LAST, str(pid).encode()], [pidfd])
    os.close(pidfd)
    # Not the number of those that are open: one of them closed would make room for a socket.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit(statm: int, memory: int, seconds: float) -> None:
    """Limit what may be added to the memory now in use (bytes), and the time from now.

    `statm` is a descriptor of /proc/self/statm (proc(5)).
    """
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (address_space(statm) + memory, hard))
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)


def address_space(statm: int) -> int:
    """The bytes of address space in use."""
    return int(os.pread(statm, 256, 0).split()[0]) * PAGE
