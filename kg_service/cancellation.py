"""Saying that nobody wants an answer any more."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Cancellation:
    """Says once that nobody wants the answer any more, and tells whoever works on it."""

    def __init__(self) -> None:
        """Not cancelled yet."""
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._cancelled = False

    def is_set(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    def set(self) -> None:
        """Cancel: call, in this thread, what is attached now; it must not block."""
        with self._lock:
            self._cancelled = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def attach(self, callback: Callable[[], None]) -> None:
        """Call `callback` when cancelled, at once when that was before."""
        with self._lock:
            if not self._cancelled:
                self._callbacks.append(callback)
                return
        callback()
