"""Limits of a long classification on time and memory, and how far it is."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from kg_service.errors import LimitError


@dataclass(frozen=True)
class Limits:
    """Bounds of one run; None is without. Passing one raises LimitError."""

    seconds: float | None = None
    megabytes: int | None = None


WITHOUT = Limits()


class Watch:
    """Looks at the limits, and tells how far the work is."""

    def __init__(self, limits: Limits, say: Callable[[int, int], None] | None = None) -> None:
        """Take limits and who hears of progress, as done and total; the clock starts now."""
        self._limits, self._say = limits, say
        self._start = time.monotonic()

    def look(self, done: int, total: int) -> None:
        """Raise LimitError when a limit is passed."""
        limits = self._limits
        if limits.seconds is not None and time.monotonic() - self._start > limits.seconds:
            raise LimitError(
                f"Classification passed its limit of {limits.seconds:g} seconds, "
                f"{done} of {total} expressions done.",
                "Raise it with --seconds.",
            )
        if limits.megabytes is not None and resident() > limits.megabytes:
            raise LimitError(
                f"Classification passed its limit of {limits.megabytes} megabytes, "
                f"{done} of {total} expressions done.",
                "Raise it with --megabytes.",
            )
        if self._say is not None:
            self._say(done, total)


def resident() -> float:
    """Give the most memory this process has held at once, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
