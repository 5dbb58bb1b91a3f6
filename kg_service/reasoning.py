"""What a worker that reasons does: one task in its own copy of a mind, then it ends.

It is forked from a nursery whose mind has thought everything through, and changes its copy as it
likes: nothing is stored.
"""

from __future__ import annotations

import gc
import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from kg_service import forks, packets
from kg_service.errors import HeliotropeError, MemoryLimitError, packed
from kg_service.evaluation import Sink
from kg_service.json_values import json_value
from kg_service.logic import knowledge
from kg_service.logic.mind import Mind
from kg_service.names import Names


def awake(path: Path, prefixes: Mapping[str, str], release: str) -> Mind:
    """A mind that has thought everything through. Raises ReleaseError."""
    mind = Mind(knowledge.read(path), Names(dict(prefixes)), release)
    mind.prepare()
    return mind


class Worker:
    """One worker: its mind and its connection."""

    def __init__(self, mind: Mind, connection: socket.socket) -> None:
        """Serve one task."""
        self._mind, self._connection = mind, connection

    def run(self) -> NoReturn:
        """Greet the web side, do one task, and end; never returns."""
        gc.disable()  # it lives for one task, and its memory has a limit
        statm = os.open("/proc/self/statm", os.O_RDONLY)
        forks.greet(self._connection)
        kind, payload = packets.receive(self._connection)
        if kind == packets.QUERY:
            request = json.loads(payload)
            forks.limit(statm, int(request["memory"]), float(request["timeout"]))
            try:
                self._answer(request)
            except HeliotropeError as error:
                packets.send_json(self._connection, packets.ERROR, packed(error))
            packets.send_json(self._connection, packets.END, {"private": 0})
        os._exit(0)

    def _answer(self, request: Mapping[str, Any]) -> None:
        try:
            texts, depth = request["texts"], int(request["depth"])
            read = {name: json_value(text, depth) for name, text in texts.items()}
            media_type, body = self._mind.do(request["task"], {**request["arguments"], **read})
        except MemoryError:
            raise MemoryLimitError("The task passed its memory limit.") from None
        sink = Sink(self._connection, {"kind": "reasoning", "media_type": media_type})
        sink.write(body)
        sink.close()
