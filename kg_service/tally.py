"""What has happened so far, counted: for those who watch the service."""

from __future__ import annotations

import threading
from collections import Counter

ENDS = "ends"  # queries that ended without an answer, by the word for why
REFUSALS = "refusals"  # queries that were not let in, by the place that was full


class Tally:
    """Counts by kind and reason. Safe to use from several threads."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, kind: str, reason: str) -> None:
        """Count one."""
        with self._lock:
            self._counts[kind, reason] += 1

    def of(self, kind: str) -> dict[str, int]:
        """The counts of a kind, by reason."""
        with self._lock:
            return {reason: n for (k, reason), n in self._counts.items() if k == kind}
