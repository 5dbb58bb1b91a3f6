"""Breaking clients' connections, which the server itself has no call for.

granian ends a chunked answer as whole even when the application raises, so a client could not
tell half an answer from a whole one. The server runs in this process and its sockets are among
our descriptors: the one whose other end is the client is shut down. Nor has it a limit on clients
that read nothing: the kernel has one, which is set on the socket that listens.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

# Descriptors that are no clients: workers, their processes, files.
OTHERS = 512


def break_connection(client: str, server: str) -> bool:
    """Shut down the connection from `client` to `server` (`host:port` both). Whether it was
    there."""
    return shut_down(lambda here, there: (there, here) == (client, server))


def break_connections(port: int) -> bool:
    """Shut down the connections of all clients of a port of ours; whether there were any."""
    return shut_down(lambda here, _: here.rpartition(":")[2] == str(port))


def shut_down(wanted: Callable[[str, str], bool]) -> bool:
    """Shut down each connection that is wanted by its own name and that of its other end."""
    broken = False
    for connection in sockets():
        # A socket that only listens has no other end, which is an OSError.
        with contextlib.suppress(OSError):
            if wanted(name(connection.getsockname()), name(connection.getpeername())):
                connection.shutdown(socket.SHUT_RDWR)
                broken = True
    return broken


def break_stalled(port: int, seconds: float) -> bool:
    """Have the kernel break each connection to `port` whose client takes nothing for so long.

    Whether the socket that listens there was found. What it accepts inherits the limit
    (TCP_USER_TIMEOUT, tcp(7)), which holds for a window that stays closed, too.
    """
    for listener in sockets():
        if (
            listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            and listener.getsockname()[1] == port
        ):
            wait = int(seconds * 1000)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, wait)
            return True
    return False


def allow(connections: int) -> None:
    """Let this process hold so many connections, as far as it may (RLIMIT_NOFILE)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHERS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def sockets() -> Iterator[socket.socket]:
    """Each socket of this process that talks over IP, as a copy that is closed after its turn, so
    that one closed and taken by another connection meanwhile is never shut down by mistake."""
    for entry in list(Path("/proc/self/fd").iterdir()):
        with contextlib.suppress(OSError):
            if not entry.readlink().name.startswith("socket:"):
                continue
            descriptor = os.dup(int(entry.name))
            try:
                found = socket.socket(fileno=descriptor)
            except OSError:  # closed and taken by something else meanwhile
                os.close(descriptor)
                continue
            with found:
                if found.family in (socket.AF_INET, socket.AF_INET6):
                    yield found


def name(address: tuple[str, int]) -> str:
    """An address as granian writes it."""
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"{host}:{address[1]}"
