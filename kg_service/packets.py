"""The packets that nursery, workers and the web side send each other on one connection.

The connection is a Unix `SOCK_SEQPACKET` socket (unix(7)): packets keep their borders even when
a worker dies in the middle of an answer, so the nursery can add one last packet on its behalf.
A packet is one byte of kind, one byte that says whether the message goes on, and the payload.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import Any

# Well below the default send buffer of a Unix socket (212,992 bytes), so that two packets fit.
PAYLOAD = 64 * 1024

HELLO = b"H"  # worker ▸ web: I am there: the process by its number, and its descriptor (pidfd)
QUERY = b"Q"  # web ▸ worker: a query, as JSON
BEGUN = b"B"  # forwarder ▸ web: the service is being asked from now on
ANSWER = b"A"  # worker ▸ web: an answer begins: its kind and media type, as JSON
DATA = b"D"  # worker ▸ web: bytes of the answer
END = b"E"  # worker ▸ web: the answer is whole
ERROR = b"X"  # worker ▸ web: no answer, and why, as JSON
STATUS = b"S"  # nursery ▸ web: the worker has ended: how, as JSON

# What the nursery saw of the end of a worker: it could not allocate, its stack overflowed, or the
# kernel ended a process for want of memory; else nothing.
ALLOCATION, STACK, OOM = "allocation", "stack", "oom"

GOES_ON, LAST = b"\x01", b"\x00"


def send(connection: socket.socket, kind: bytes, payload: bytes = b"") -> None:
    """Send one message, in as many packets as it needs; OSError when the other side is gone."""
    view = memoryview(payload)
    while len(view) > PAYLOAD:
        connection.sendmsg([kind, GOES_ON, view[:PAYLOAD]])
        view = view[PAYLOAD:]
    connection.sendmsg([kind, LAST, view])


def send_json(connection: socket.socket, kind: bytes, content: Mapping[str, Any]) -> None:
    """Send one message whose payload is a JSON object."""
    send(connection, kind, json.dumps(content).encode())


def receive(connection: socket.socket) -> tuple[bytes, bytes]:
    """The next message as kind and payload; an empty kind at the end of the connection.

    Of a message that a worker ended in the middle of, the nursery's word on its end is left.
    """
    kind, parts = b"", list[bytes]()
    while packet := connection.recv(PAYLOAD + 2):
        if packet[:1] != kind:
            kind, parts = packet[:1], []
        parts.append(packet[2:])
        if packet[1:2] == LAST:
            return kind, parts[0] if len(parts) == 1 else b"".join(parts)
    return b"", b""
