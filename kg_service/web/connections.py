"""Breaking a client's connection, which the server itself has no call for.

granian ends a chunked answer as whole even when the application raises, so a client could not
tell half an answer from a whole one. The server runs in this process and its sockets are among
our descriptors: the one whose other end is the client is shut down.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path


def break_connection(client: str, server: str) -> bool:
    """Shut down the connection from `client` to `server` (`host:port` both). Whether it was
    there."""
    return shut_down(lambda here, there: (there, here) == (client, server))


def break_connections(port: int) -> bool:
    """Shut down the connections of all clients of a port of ours; whether there were any."""
    return shut_down(lambda here, _: here.rpartition(":")[2] == str(port))


def shut_down(wanted: Callable[[str, str], bool]) -> bool:
    """Shut down each connection that is wanted by its own name and that of its other end.

    Works on a copy of each descriptor, so that one closed and taken by another connection
    meanwhile is never shut down by mistake.
    """
    found = False
    for entry in list(Path("/proc/self/fd").iterdir()):
        # A socket that only listens has no other end, which is an OSError.
        with contextlib.suppress(OSError):
            if not entry.readlink().name.startswith("socket:"):
                continue
            descriptor = os.dup(int(entry.name))
            try:
                connection = socket.socket(fileno=descriptor)
            except OSError:  # closed and taken by something else meanwhile
                os.close(descriptor)
                continue
            with connection:
                if connection.family in (socket.AF_INET, socket.AF_INET6) and wanted(
                    name(connection.getsockname()), name(connection.getpeername())
                ):
                    connection.shutdown(socket.SHUT_RDWR)
                    found = True
    return found


def name(address: tuple[str, int]) -> str:
    """An address as granian writes it."""
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"{host}:{address[1]}"
