"""Answers kept in memory, so that one asked for again costs no thread and no worker.

What is served never changes while the process lives, so an answer once right stays right.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# An answer above this share of the whole is not kept: a few of them would push out all others.
SHARE = 64

# A request with one of these asks for something of its own.
PERSONAL = frozenset(
    {
        *("authorization", "cookie", "if-none-match", "if-modified-since", "range"),
        *("cache-control", "query-id"),
    }
)

Key = tuple[str, str, str, str]


class Fields(Protocol):
    """The header fields of a request, as RSGI has them: names in small letters, and repeated."""

    def __contains__(self, name: str, /) -> bool:
        """Whether there is one of this name."""

    def get_all(self, name: str, /) -> Sequence[str]:
        """The values of all of this name."""


@dataclass(frozen=True)
class Kept:
    """One answer: headers and body of a 200; of a query, the release it was asked of."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    release: str = ""

    @property
    def size(self) -> int:
        """About the bytes it takes."""
        return len(self.body) + sum(len(k) + len(v) for k, v in self.headers) + 500


class Cache:
    """Answers by host, target and Accept, at most `limit` bytes; the least used go first.

    Belongs to one thread, that of the event loop.
    """

    def __init__(self, limit: int) -> None:
        """Keep nothing yet."""
        self._limit = limit
        self.size = self.hits = self.misses = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def key(self, method: str, path: str, query: str, headers: Fields) -> Key | None:
        """The key of a request; None when its answer is not to be taken from here or kept."""
        if method != "GET" or any(name in headers for name in PERSONAL):
            return None
        # The host is in it because answers with links are made of the host that was asked.
        host = ",".join(headers.get_all("host"))
        # Repeated fields are one list (RFC 9110, section 5.3), and the whole of it decides.
        return host, path, query, ",".join(headers.get_all("accept"))

    def get(self, key: Key) -> Kept | None:
        """The answer kept, if any."""
        kept = self._kept.get(key)
        if kept is None:
            self.misses += 1
        else:
            self.hits += 1
            self._kept.move_to_end(key)
        return kept

    def put(
        self,
        key: Key,
        status: int,
        headers: list[tuple[str, str]],
        body: bytes,
        release: str = "",
    ) -> bool:
        """Keep a 200 that its maker does not forbid to keep, unless it is too large. Whether it
        is kept."""
        forbidden = any(
            name.lower() == "cache-control" and ("no-store" in value or "private" in value)
            for name, value in headers
        )
        kept = Kept(tuple(headers), body, release)
        if status != 200 or forbidden or kept.size > self._limit // SHARE:
            return False
        if (before := self._kept.pop(key, None)) is not None:
            self.size -= before.size
        self._kept[key] = kept
        self.size += kept.size
        while self.size > self._limit:
            _, dropped = self._kept.popitem(last=False)
            self.size -= dropped.size
        return True
