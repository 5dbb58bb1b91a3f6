"""How much of an answer has left this process, so that no client makes it hold a whole one.

granian takes each block of a stream at once, however much the client has left of those before,
and has no word for when it is gone. The kernel has: what it has sent and had acknowledged, and
what it still keeps to send (TCP_INFO and SIOCOUTQ, tcp(7)), is what has left. The rest is here.
"""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kg_service.cancellation import Cancellation
from kg_service.web.connections import Connections, reset

# What all answers under way may have handed over that has not left, in bytes; what each may have
# at most, and at least, however many there are.
TOGETHER, MOST, LEAST = 64 << 20, 1 << 20, 16 << 10

# Who has taken nothing for so long makes way for others, in seconds.
IDLE = 1.0

# How often it is looked whether there is room, in seconds: longer each time that nothing moved.
PAUSE, PAUSE_MAX = 0.001, 0.25

# Where `struct tcp_info` (linux/tcp.h) has the state and the bytes that were acknowledged.
INFO_SIZE, ACKNOWLEDGED = 128, 120
ESTABLISHED, CLOSED, CLOSE_WAIT = 1, 7, 8


class Outflow:
    """The way out of one answer: what was handed over since it began, and what of it has left.

    What is on the wire beside the answer, its header and the sizes of chunks, makes what has left
    look a little more: some 12 bytes a block.
    """

    def __init__(self, connection: socket.socket, held: int) -> None:
        """Begin at what has left by the `connection`, which is closed by its owner. The answer
        holds so many bytes until it has left."""
        self.held = held
        self._connection = connection
        self._state, self._before = position(connection)
        self._gone = self._handed = 0
        self._moved = time.monotonic()

    @property
    def idle(self) -> float:
        """The seconds since something left."""
        return time.monotonic() - self._moved

    def hand(self, size: int) -> None:
        """Take note that so many bytes are handed over."""
        self._handed += size

    def left(self) -> int:
        """The bytes handed over that have not left."""
        self._state, now = position(self._connection)
        if now - self._before > self._gone:
            self._gone, self._moved = now - self._before, time.monotonic()
        return self._handed - self._gone

    async def wait(self, room: int, stall: float, cancel: Cancellation | None = None) -> None:
        """Wait until at most `room` bytes have not left, or until `cancel` is set.

        TimeoutError when nothing leaves for `stall` seconds, ConnectionError when it is set or the
        client is gone.
        """
        # What is known already is enough most of the time.
        if self._handed - self._gone <= room:
            return
        self._moved, pause = time.monotonic(), 0.0
        gone = self._gone
        while self.left() > room:
            if self._state not in (ESTABLISHED, CLOSE_WAIT):
                if self._state != CLOSED and room == 0:
                    return  # the server has ended the connection, after all was written
                raise ConnectionError("The connection was closed.")
            if cancel is not None and cancel.is_set():
                raise ConnectionError("The query was cancelled, or its client is gone.")
            if self.idle > stall:
                raise TimeoutError(f"The client took nothing for {stall:g} s.")
            if self._gone > gone:
                gone, pause = self._gone, 0.0
            await asyncio.sleep(pause)
            pause = min(max(2 * pause, PAUSE), PAUSE_MAX)

    def reset(self) -> None:
        """Break the connection."""
        reset(self._connection)


class Outflows:
    """The answers on their way out of this process. Belongs to one thread."""

    def __init__(self, connections: Connections) -> None:
        """None yet."""
        self._connections = connections
        self._outflows: dict[Outflow, None] = {}

    @property
    def room(self) -> int:
        """What an answer may have handed over that has not left, in bytes."""
        return min(MOST, max(LEAST, TOGETHER // max(len(self._outflows), 1)))

    @contextmanager
    def begin(self, client: str, server: str, held: int = 0) -> Iterator[Outflow]:
        """An answer by this connection that holds so many bytes until it has left.

        ConnectionError when there is no such connection.
        """
        connection = self._connections.find(client, server)
        if connection is None:
            raise ConnectionError("The client is gone.")
        with connection:
            self._make_way(held)
            outflow = Outflow(connection, held)
            self._outflows[outflow] = None
            try:
                yield outflow
            finally:
                del self._outflows[outflow]

    def _make_way(self, held: int) -> None:
        """Where all answers and one of so many bytes hold too much, break those off whose clients
        have taken nothing for longest."""
        over = held + sum(each.held for each in self._outflows) - TOGETHER
        idle = [each for each in self._outflows if each.held and each.idle > IDLE]
        for each in sorted(idle, key=lambda each: -each.idle):
            if held == 0 or over <= 0:
                return
            over -= each.held
            each.held = 0
            each.reset()


def position(connection: socket.socket) -> tuple[int, int]:
    """The state of a connection, and how many bytes were ever written to it."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, INFO_SIZE)
    # In this order: what is acknowledged meanwhile is missing, never counted twice.
    waiting = struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))[0]
    return info[0], struct.unpack_from("Q", info, ACKNOWLEDGED)[0] + waiting
