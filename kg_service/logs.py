"""What the service says to those who run it: one JSON object a line, on standard error.

No line holds a query longer than TEXT_MAX, a token, or a path of the machine.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path

TEXT_MAX = 200

# What a record may carry beside its message (`extra` of a logging call), in this order.
FIELDS = ("query", "what", "status", "ms", "bytes", "kind", "outcome", "release", "text")


class Line(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: time, level, message and the fields that are there."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said: dict[str, object] = {"time": time, "level": record.levelname.lower()}
        if message := record.getMessage():
            said["message"] = message
        said |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if "text" in said:
            said["text"] = str(said["text"])[:TEXT_MAX]
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            said["error"] = type(error).__name__
            # Names of modules and lines are enough to find the place; paths are not told.
            frames = traceback.extract_tb(error.__traceback__)
            said["trace"] = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
        return json.dumps(said, ensure_ascii=False, default=str)


def to_standard_error() -> None:
    """Have everything that is logged told there, in this form."""
    handler = logging.StreamHandler()
    handler.setFormatter(Line())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
