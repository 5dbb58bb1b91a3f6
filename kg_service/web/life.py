"""The life of a query: what it is asked, how far it is, how it ended; and the register of them.

Whoever knows the id of a query may ask after it and cancel it; ids are never listed.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from flask import request

from kg_service.cancellation import Cancellation
from kg_service.errors import (
    CancelledError,
    HeliotropeError,
    ParameterError,
    QueryIdError,
    QueryUnknownError,
)
from kg_service.lanes import HEAVY, LIGHT, RUNNING, WAITING
from kg_service.web import problems
from kg_service.workers import Answer, QueryRequest, Request

FINISHED, CANCELLED, FAILED = "finished", "cancelled", "failed"

# The class of kept answers for those who measure.
CACHED = "cached"

# The key in the WSGI environment under which the front puts the query of a request.
QUERY = "heliotrope.query"

# The unreserved characters of RFC 3986, so that an id is a part of a path as it stands.
ID_MAX = 64
ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")

# Parts of a path that mean others (RFC 3986, section 5.2.4).
DOTS = frozenset({".", ".."})

# What an entry of the register takes beside its texts, in bytes.
ENTRY = 500


@dataclass(eq=False)
class Query:
    """One request and what became of it. `kind` is its class for those who measure.

    `since` is when it came, in seconds since 1970; `timeout` is 0 for what has no deadline. `text`,
    `default_graphs`, `named_graphs`, `encoded` and `services` are those of a query to `/sparql`, as
    `workers.QueryRequest` has them; `bytes` are those of its answer so far. `problem` is the name
    of the problem it ended with. `arrived` is when all of the request was here, on the monotonic
    clock: deadlines count from then.
    """

    id: str
    release: str = ""
    kind: str = "page"
    text: str = ""
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    encoded: int = 0
    services: tuple[str, ...] | None = None
    timeout: float = 0.0
    state: str = RUNNING
    problem: str = ""
    bytes: int = 0
    since: float = field(default_factory=time.time)
    arrived: float = field(default_factory=time.monotonic)
    cancel: Cancellation = field(default_factory=Cancellation)
    _begun: float = field(default_factory=time.monotonic)
    _took: float | None = None

    @property
    def elapsed(self) -> float:
        """The seconds since it came; those it took when it has ended."""
        return time.monotonic() - self._begun if self._took is None else self._took

    @property
    def ended(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.state not in (WAITING, RUNNING)

    @property
    def size(self) -> int:
        """About the bytes it takes to remember it."""
        graphs = (*(self.default_graphs or ()), *(self.named_graphs or ()))
        return ENTRY + len(self.text.encode()) + sum(map(len, (*graphs, *(self.services or ()))))

    def told(self, state: str) -> None:
        """Take note of what `lanes.Run` tells."""
        if state == HEAVY:
            self.kind = HEAVY
        elif not self.ended:
            self.state = state

    def end(self, error: BaseException | None = None, broken: bool = False) -> None:
        """Take note that it has ended: well, by an error, or broken off. The first word counts."""
        if self.ended:
            return
        self._took = self.elapsed
        if error is None and not broken:
            self.state = FINISHED
            return
        self.state = CANCELLED if broken or isinstance(error, CancelledError) else FAILED
        kind = problems.kind_of(error) if isinstance(error, HeliotropeError) else None
        self.problem = kind.name if kind else "cancelled" if broken else "internal"


class Register:
    """Queries by their ids: those under way, and the last ones that have ended.

    Of these at most `count` are kept, and at most `size` bytes; and as many of those whose answers
    were kept ones. Safe to use from several threads.
    """

    def __init__(self, count: int, size: int) -> None:
        """No queries yet."""
        self._count, self._limit, self._size = count, size, 0
        self._lock = threading.Lock()
        self._ongoing: dict[str, Query] = {}
        self._ended: OrderedDict[str, Query] = OrderedDict()
        self._repeated: OrderedDict[str, Query] = OrderedDict()

    def enter(self, query: Query) -> None:
        """Take in a query. QueryIdError when one of its id is under way."""
        with self._lock:
            if query.id in self._ongoing:
                raise QueryIdError(query.id)
            self._forget(query.id)
            self._ongoing[query.id] = query

    def leave(self, query: Query) -> None:
        """Take note that a query has ended. Safe to call again."""
        with self._lock:
            if self._ongoing.get(query.id) is not query:
                return
            del self._ongoing[query.id]
            self._ended[query.id] = query
            self._size += query.size
            while len(self._ended) > self._count or self._size > self._limit:
                self._forget(next(iter(self._ended)))

    def repeat(self, query: Query) -> None:
        """Take in a query whose answer was a kept one. There are many of them, so they push out
        one another only."""
        with self._lock:
            self._repeated[query.id] = query
            if len(self._repeated) > self._count:
                self._repeated.popitem(last=False)

    def find(self, id_: str) -> Query:
        """The query of an id. QueryUnknownError when there is none, or none any more."""
        with self._lock:
            found = self._ongoing.get(id_) or self._ended.get(id_) or self._repeated.get(id_)
        if found is None:
            raise QueryUnknownError("No query has this id, or it ended long ago.")
        return found

    def _forget(self, id_: str) -> None:
        if (query := self._ended.pop(id_, None)) is not None:
            self._size -= query.size


class Followed:
    """The answer of a registered query, which takes note of how it ends."""

    def __init__(self, answer: Answer, query: Query, register: Register) -> None:
        """Follow an answer that has begun."""
        self.media_type, self.length = answer.media_type, answer.length
        self.volatile, self.prefixes = answer.volatile, answer.prefixes
        self.empty = answer.empty
        self._answer, self._query, self._register = answer, query, register

    def __iter__(self) -> Iterator[bytes]:
        """The blocks of the answer. Raises as `workers.Answer`."""
        try:
            for block in self._answer:
                self._query.bytes += len(block)
                if self.length is not None:
                    # The only block; whoever knows the length asks for no more.
                    self._end()
                yield block
        except HeliotropeError as error:
            self._end(error)
            raise
        self._end()

    def close(self) -> None:
        """Free the worker. Safe to call again."""
        self._answer.close()
        # A HEAD has had all it wanted.
        self._end(broken=self._query.bytes > 0 or self._query.cancel.is_set())

    def _end(self, error: BaseException | None = None, broken: bool = False) -> None:
        self._query.end(error, broken)
        self._register.leave(self._query)


def current() -> Query:
    """The query of the request that Flask is answering."""
    query: Query = request.environ.setdefault(QUERY, Query(""))
    return query


Asked = TypeVar("Asked", bound=Request, contravariant=True)


class Runs(Protocol[Asked]):
    """A pool of workers, or what stands before one."""

    def run(
        self,
        request: Asked,
        cancel: Cancellation | None = None,
        told: Callable[[str], None] = ...,
        since: float | None = None,
    ) -> Answer:
        """As `Pool.run`."""


def evaluated(
    pool: Runs[Asked], asked: Asked, register: Register, kind: str = LIGHT, release: str = ""
) -> Followed:
    """Evaluate the current request's query, registered for as long as it takes.

    Raises QueryIdError, and as `Pool.run`.
    """
    query = current()
    query.kind, query.release, query.timeout = kind, release, asked.timeout
    if isinstance(asked, QueryRequest):
        query.text = asked.text
        query.default_graphs, query.named_graphs = asked.default_graphs, asked.named_graphs
        query.encoded = asked.encoded
    register.enter(query)
    try:
        answer = pool.run(asked, query.cancel, query.told, query.arrived)
    except BaseException as error:
        query.end(error)
        register.leave(query)
        raise
    return Followed(answer, query, register)


def named(ids: Sequence[str], id_: str) -> str:
    """The id that a client gives its query by `ids`, the values of all its Query-Id fields; `id_`
    where there are none. ParameterError for what cannot be one."""
    if len(ids) > 1:
        raise ParameterError("Query-Id", f"There are {len(ids)} Query-Id fields.", "Send one.")
    for given in ids:
        if not ID.fullmatch(given) or given in DOTS:
            raise ParameterError(
                "Query-Id",
                "The id of a query has other characters, or too many, or is . or .. alone.",
                f"Give 1 to {ID_MAX} of A-Z, a-z, 0-9 and -._~ .",
            )
    return ids[0] if ids else id_
