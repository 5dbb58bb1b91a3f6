"""Breaking a client's connection, which the server itself has no call for.

granian ends a chunked answer as whole even when the application raises, so a client could not
tell half an answer from a whole one. The server runs in this process and its sockets are among
our descriptors: the one whose other end is the client is shut down.
"""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path


def break_connection(client: str, server: str) -> bool:
    """Shut down the connection from `client` to `server` (`host:port` both); whether it was there.

    Works on a copy of each descriptor, so that one closed and taken by another connection
    meanwhile is never shut down by mistake.
    """
    for entry in list(Path("/proc/self/fd").iterdir()):
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
                if connection.family in (socket.AF_INET, socket.AF_INET6) and (
                    name(connection.getpeername()) == client
                    and name(connection.getsockname()) == server
                ):
                    connection.shutdown(socket.SHUT_RDWR)
                    return True
    return False


def name(address: tuple[str, int]) -> str:
    """An address as granian writes it."""
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"{host}:{address[1]}"
