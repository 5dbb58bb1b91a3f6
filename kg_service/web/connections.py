"""Breaking clients' connections, which the server itself has no call for.

granian ends a chunked answer as whole even when the application raises, so a client could not
tell half an answer from a whole one. The server runs in this process and its sockets are among
our descriptors: the one whose other end is the client is reset. Nor has it a limit on clients
that read nothing: the kernel has one, which is set on the socket that listens.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import socket
import struct
from collections.abc import Iterable, Iterator
from typing import Any

# Descriptors that are no clients: workers, their processes, files.
OTHERS = 512

# What the kernel keeps of an answer before the network or the client has room for it, in bytes.
UNSENT = 1024 * 1024

# `struct sockaddr` of family AF_UNSPEC, and SO_LINGER with no time to linger.
NOWHERE, AT_ONCE = bytes(16), struct.pack("ii", 1, 0)


class Connections:
    """The sockets of clients, found by both ends. Belongs to one thread."""

    def __init__(self) -> None:
        """Know none yet."""
        self._known: dict[tuple[str, str], int] = {}
        self._seen: set[int] = set()

    def find(self, client: str, server: str) -> socket.socket | None:
        """A copy of the socket from `client` to `server` (`host:port` both); None when it is gone.

        The copy names this connection even when granian has closed it and its number is another's.
        """
        ends = client, server
        known = ends in self._known
        if not known:
            self._learn(ends)
        number = self._known.pop(ends, None)
        if number is not None and (found := copy(number)) is not None:
            # The number may be that of a socket that does not talk over IP, which has no such name.
            with contextlib.suppress(OSError, ValueError):
                if (name(found.getpeername()), name(found.getsockname())) == ends:
                    self._known[ends] = number
                    return found
            found.close()
        # What was known may be old: the client may have come again by another socket.
        return self.find(client, server) if known else None

    def _learn(self, ends: tuple[str, str]) -> None:
        """Look for a connection: first among numbers that were none before, then among all, since
        a number may have become another's."""
        for seen in (self._seen, set[int]()):
            listed = numbers()
            if not seen:
                self._known.clear()
            self._known.update(connected(number for number in listed if number not in seen))
            self._seen = set(listed)
            if ends in self._known:
                return

    def reset(self, client: str, server: str) -> bool:
        """Break the connection from `client` to `server`. Whether it was there."""
        if (found := self.find(client, server)) is None:
            return False
        with found:
            reset(found)
        return True


def reset(connection: socket.socket) -> None:
    """Break a connection so that its client learns of it (RST): the end of a connection (FIN) is,
    in HTTP/1.0, the end of a whole answer (RFC 9112, section 8).

    Closing would do so only where no copy is left. Connecting to nowhere does it at once
    (connect(2), AF_UNSPEC); Python's own `connect` has no such address.
    """
    connect = ctypes.CDLL(None, use_errno=True).connect
    if connect(connection.fileno(), NOWHERE, len(NOWHERE)) != 0:
        # Next best: the reset comes when the server closes it, after a FIN.
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            connection.shutdown(socket.SHUT_RDWR)


def break_connections(port: int) -> bool:
    """Shut down the connections of all clients of a port of ours; whether there were any.

    What the kernel has of an answer, it still sends.
    """
    broken = False
    for connection in sockets():
        # A socket that only listens has no other end, which is an OSError.
        with contextlib.suppress(OSError):
            connection.getpeername()
            if connection.getsockname()[1] == port:
                connection.shutdown(socket.SHUT_RDWR)
                broken = True
    return broken


def break_stalled(port: int, seconds: float) -> bool:
    """Have the kernel break each connection to `port` whose client takes nothing for so long, and
    keep no more than UNSENT for it meanwhile.

    Whether the socket that listens there was found. What it accepts inherits both limits
    (TCP_USER_TIMEOUT and TCP_NOTSENT_LOWAT, tcp(7)); the first holds for a window that stays
    closed, too.
    """
    for listener in sockets():
        if (
            listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            and listener.getsockname()[1] == port
        ):
            wait = int(seconds * 1000)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, wait)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
            return True
    return False


def allow(connections: int) -> None:
    """Let this process hold so many connections, and a copy of each, as far as it may
    (RLIMIT_NOFILE)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + OTHERS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def sockets() -> Iterator[socket.socket]:
    """Each socket of this process that talks over IP, as a copy that is closed after its turn, so
    that one closed and taken by another connection meanwhile is never shut down by mistake."""
    for number in numbers():
        if (found := copy(number)) is not None:
            with found:
                if found.family in (socket.AF_INET, socket.AF_INET6):
                    yield found


def numbers() -> list[int]:
    """The numbers of all descriptors of this process."""
    with os.scandir("/proc/self/fd") as entries:
        return [int(entry.name) for entry in entries]


def copy(number: int) -> socket.socket | None:
    """A copy of the socket of this number; None when there is none."""
    try:
        descriptor = os.dup(number)
    except OSError:  # closed meanwhile
        return None
    try:
        return socket.socket(fileno=descriptor)
    except OSError:  # no socket
        os.close(descriptor)
        return None


def connected(numbers: Iterable[int]) -> Iterator[tuple[tuple[str, str], int]]:
    """Both ends of each connection over IP that has one of the numbers, the other's first, and its
    number.

    Makes no copies, since all are looked at: a number may be another's by the time it is used.
    """
    for number in numbers:
        with contextlib.suppress(OSError):
            # The family says how long an address may be; what comes says of which it is.
            look = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, 0, number)
            try:
                ends = look.getpeername(), look.getsockname()
            finally:
                look.detach()
            if all(isinstance(end, tuple) for end in ends):
                yield (name(ends[0]), name(ends[1])), number


def name(address: tuple[Any, ...]) -> str:
    """An address as granian writes it: with the number of a zone, where Python has its name.

    ValueError for what is no address over IP.
    """
    host, port, *rest = address
    if ":" not in host:
        return f"{host}:{port}"
    zone = f"%{rest[1]}" if rest[1] else ""
    return f"[{host.partition('%')[0]}{zone}]:{port}"
