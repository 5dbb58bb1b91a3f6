"""What a worker does: evaluate one query after another for the connection it was forked for.

It runs in a child process that may be killed at any point, and that nothing bad can leave: it
cannot open a file or a socket (so SERVICE reaches nobody), has a limit on its memory, and a timer
that ends it when the web side does not.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
    serialize,
)

from kg_service import federation, forks, forms, packets, results, wellformed
from kg_service.allowance import closed
from kg_service.diagnosis.report import diagnose
from kg_service.errors import HeliotropeError, packed
from kg_service.names import is_valid
from kg_service.store import merged
from kg_service.syntax import reading
from kg_service.syntax.outline import resolved
from kg_service.syntax.reading import Reading

# Reading smaps_rollup takes milliseconds in a large process, so it is read only when memory can
# have grown: after so many page faults, or when the address space grew by so many bytes.
FAULTS = 256
GROWTH = 8 * 1024 * 1024

# An answer begins once this much of it is there, so that an early failure has a status of its own.
FIRST_BLOCK = 8 * 1024


# The kind of task, and of its answer, that says why a query has no rows.
DIAGNOSIS = "diagnosis"

# The parameters of a request that give graphs (SPARQL 1.1 Protocol, section 2.1.4).
DEFAULT_GRAPHS, NAMED_GRAPHS = "default-graph-uri", "named-graph-uri"


class Refusal(Exception):
    """The query gets no answer; `content` says why, with the name of the error to raise."""

    def __init__(self, error: str, message: str, **fields: Any) -> None:
        """Keep the name of a class of kg_service.errors, its message and other fields."""
        self.content = {"error": error, "message": message, **fields}
        super().__init__(message)


class Sink:
    """Where the engine writes an answer: blocks of it are sent, rows are counted."""

    def __init__(self, connection: socket.socket, head: Mapping[str, str]) -> None:
        """Write to `connection`, after `head` which says what comes."""
        self._connection, self._head = connection, dict(head)
        self._buffer = bytearray()
        self._began = False
        self._counter: results.RowCounter | None = None
        self._limit = 0
        self._xml: wellformed.XmlText | None = None
        self._help: tuple[QueryResultsFormat, str] | None = None

    def point(self, form: QueryResultsFormat, iri: str) -> None:
        """Point to `iri` when the answer has no rows."""
        self._help = form, iri

    def count_rows(self, form: QueryResultsFormat, limit: int) -> None:
        """Refuse the answer once it has more than `limit` rows."""
        self._counter, self._limit = results.RowCounter(form), limit

    def expect_xml(self) -> None:
        """Refuse the answer once it holds a character that XML forbids."""
        self._xml = wellformed.XmlText()

    def write(self, data: bytes) -> int:
        """Take some bytes, as a file does."""
        self._buffer += data
        if len(self._buffer) >= (packets.PAYLOAD if self._began else FIRST_BLOCK):
            self._send()
        return len(data)

    def flush(self) -> None:
        """Do nothing: the blocks have their own size."""

    def close(self) -> None:
        """Send what is left, and how long the answer is when it is one block."""
        self._send(last=True)

    def _send(self, last: bool = False) -> None:
        block = bytes(self._buffer)
        self._buffer.clear()
        if self._counter and self._counter.add(block) > self._limit:
            raise too_many_rows(self._limit)
        if self._xml:
            if character := self._xml.forbidden(block):
                raise impossible(self._head, f"XML cannot hold the character {character}")
            block = self._xml.escaped(block)
        if not self._began:
            if last:
                if self._help and self._counter and self._counter.rows == 0:
                    self._head["empty"] = "yes"
                    block = results.linked(block, *self._help)
                self._head["length"] = str(len(block))
            packets.send_json(self._connection, packets.ANSWER, self._head)
            self._began = True
        if block:
            packets.send(self._connection, packets.DATA, block)


def too_many_rows(limit: int) -> Refusal:
    """The refusal of an answer with more than `limit` rows or triples."""
    return Refusal("RowLimitError", f"The answer has more than {limit} rows.", limit=limit)


def impossible(head: Mapping[str, str], reason: str) -> Refusal:
    """The refusal of an answer that its media type cannot hold; the offers are those that may."""
    kind, chosen = head["kind"], head["media_type"]
    table: Mapping[str, object] = (
        results.GRAPH_FORMATS if kind == results.GRAPH else results.BINDINGS_FORMATS
    )
    offers = [offer for offer in results.OFFERS[kind] if table[offer] != table[chosen]]
    return Refusal("NotAcceptableError", f"The answer cannot be {chosen}: {reason}.", offers=offers)


def all_iris(read: Reading) -> bool:
    """Whether the graphs of FROM are IRIs to the letter; if not, the engine says what is wrong."""
    return all(map(is_valid, (*read.default_graphs, *read.named_graphs)))


def refuse(iri: str, query: str) -> NoReturn:
    """Ask nobody: raise the FederationError of a service that is not allowed."""
    raise closed(iri)


class Worker:
    """One worker: its store, its connection and the limits it has set itself."""

    def __init__(
        self, store: Store, prefixes: Mapping[str, str], connection: socket.socket
    ) -> None:
        """Serve queries on the store; `prefixes` need no PREFIX line in a query."""
        self._store, self._prefixes, self._connection = store, dict(prefixes), connection
        self._statm = os.open("/proc/self/statm", os.O_RDONLY)
        self._smaps = os.open("/proc/self/smaps_rollup", os.O_RDONLY)
        self._faults = self._size = self._private = 0

    def run(self) -> NoReturn:
        """Greet the web side, then answer queries until it hangs up; never returns."""
        forks.greet(self._connection)
        while True:
            kind, payload = packets.receive(self._connection)
            if kind != packets.QUERY:
                os._exit(0)
            request = json.loads(payload)
            forks.limit(self._statm, int(request["memory"]), float(request["timeout"]))
            try:
                self._answer(request)
            except Refusal as refusal:
                packets.send_json(self._connection, packets.ERROR, refusal.content)
            except HeliotropeError as error:
                packets.send_json(self._connection, packets.ERROR, packed(error))
            signal.setitimer(signal.ITIMER_REAL, 0)
            del request
            packets.send_json(self._connection, packets.END, {"private": self.private_memory()})

    def private_memory(self) -> int:
        """The bytes that this worker shares with nobody (proc(5), smaps_rollup)."""
        faults, size = (
            resource.getrusage(resource.RUSAGE_SELF).ru_minflt,
            forks.address_space(self._statm),
        )
        if faults - self._faults > FAULTS or size - self._size > GROWTH:
            lines = os.pread(self._smaps, 8192, 0).split(b"\n")
            private = (int(line.split()[1]) for line in lines if line.startswith(b"Private_"))
            self._faults, self._size, self._private = faults, size, 1024 * sum(private)
        return self._private

    def _answer(self, request: Mapping[str, Any]) -> None:
        """Evaluate a query and send its answer; Refusal when there is none."""
        try:
            text = request["text"]
            if limit := request["encoded"]:
                text = forms.decoded(text, limit)
            read = reading.read(text, self._prefixes)
            local = self._local(text, request, read)
        except MemoryError:
            raise Refusal("MemoryLimitError", "") from None
        if local is not None:
            self._act(local, request, read)

    def _act(self, text: str, request: Mapping[str, Any], read: Reading) -> None:
        """Do what is asked with a query that asks no services any more."""
        try:
            if request.get("task") == DIAGNOSIS:
                self._diagnose(text, request, read)
                return
            self._send(self._evaluate(text, request, read), request, read)
        except SyntaxError as error:
            raise reading.problem(read, self._prefixes, str(error.msg)) from None
        except MemoryError:
            raise Refusal("MemoryLimitError", "") from None
        except OSError:
            # In a store in memory only an outgoing request can fail this way; a lost connection
            # cannot be told to anybody, and sending the refusal ends the worker.
            message = "The query asks for an outgoing request (SERVICE), and none is made."
            raise Refusal("FederationError", message) from None
        except (RuntimeError, ValueError) as error:
            raise Refusal("EvaluationError", f"The query cannot be evaluated: {error}.") from None

    def _local(self, text: str, request: Mapping[str, Any], read: Reading) -> str | None:
        """The query with blocks in place of its services; None where these must be asked first,
        and then it is sent what to ask."""
        if not read.outline.services:
            return text
        outline, blocks = federation.outlined(text, read), request["services"]
        if outline.clauses and blocks is None:
            self._parse(outline.plain, request, read)
            limit = int(request["calls"])
            most, base = limit or len(outline.clauses), request["base"] or ""
            calls = federation.calls(text, outline, self._prefixes, most, base)
            if limit:
                head = {"kind": federation.CALLS, "media_type": "application/json"}
                sink = Sink(self._connection, head)
                sink.write(json.dumps([vars(call) for call in calls]).encode())
                sink.close()
                return None
            blocks = [federation.answered(call, refuse) for call in calls]
        return federation.replaced(text, outline, blocks or ())

    def _parse(self, text: str, request: Mapping[str, Any], read: Reading) -> None:
        """Have the engine read all of a query, the groups that others answer included. Raises
        SyntaxProblem."""
        try:
            Store().query(text, base_iri=request["base"], prefixes=self._prefixes)
        except SyntaxError as error:
            raise reading.problem(read, self._prefixes, str(error.msg)) from None
        except (OSError, RuntimeError, ValueError):
            pass  # it was read, and what it says of no data is no matter

    def _evaluate(
        self, text: str, request: Mapping[str, Any], read: Reading
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        store, dataset = self._dataset(request, read)
        return store.query(
            text,
            base_iri=request["base"],
            prefixes=self._prefixes,
            substitutions={
                Variable(name): results.term_from_json(term)
                for name, term in request["bindings"].items()
            },
            **dataset,
        )

    def _diagnose(self, text: str, request: Mapping[str, Any], read: Reading) -> None:
        """Send why a query has no rows."""
        store, dataset = self._dataset(request, read)
        if not dataset and read.outline.graphs:
            # Its patterns are asked alone, without its FROM clauses.
            base = read.outline.base or request["base"] or ""
            dataset = {
                "default_graph": [NamedNode(resolved(iri, base)) for iri in read.default_graphs],
                "named_graphs": [NamedNode(resolved(iri, base)) for iri in read.named_graphs],
            }
        found = diagnose(
            store,
            text,
            self._prefixes,
            request["questions"],
            dataset,
            request["base"],
            {DEFAULT_GRAPHS: request["default"] or (), NAMED_GRAPHS: request["named"] or ()},
            self._store,
        )
        sink = Sink(self._connection, {"kind": DIAGNOSIS, "media_type": "application/json"})
        sink.write(json.dumps(found, ensure_ascii=False).encode())
        sink.close()

    def _dataset(self, request: Mapping[str, Any], read: Reading) -> tuple[Store, dict[str, Any]]:
        """The store to ask, and what the engine is told of graphs."""
        store, default, named = self._store, request["default"], request["named"]
        if default is None and named is None and read.merges and all_iris(read):
            # The engine gives a triple once for each clause that names its graph; a dataset has
            # each graph once, and a merge each triple.
            default, named = read.default_graphs, read.named_graphs
        dataset: dict[str, Any] = {}
        if default is not None or named is not None:
            # Naming either kind of graph names the whole dataset (SPARQL 1.1 Protocol, 2.1.4).
            graphs = [NamedNode(iri) for iri in default or ()]
            names = [NamedNode(iri) for iri in named or ()]
            if len(graphs) > 1:
                store = merged(store, graphs, names)
            # The merge is the unnamed graph of its store, whatever FROM says.
            chosen = [DefaultGraph()] if len(graphs) > 1 else graphs
            dataset = {"default_graph": chosen, "named_graphs": names}
        return store, dataset

    def _send(
        self,
        found: QuerySolutions | QueryBoolean | QueryTriples,
        request: Mapping[str, Any],
        read: Reading,
    ) -> None:
        if isinstance(found, QueryTriples):
            kind = results.GRAPH
        else:
            kind = results.BINDINGS if isinstance(found, QuerySolutions) else results.BOOLEAN
        media_type = request["formats"][kind]
        if media_type is None:
            message = "The answer to this query has none of the formats the client accepts."
            raise Refusal("NotAcceptableError", message, offers=list(results.OFFERS[kind]))
        head = {"kind": kind, "media_type": media_type, **read.head}
        sink = Sink(self._connection, head)
        limit = int(request["rows"])
        if isinstance(found, QueryTriples):
            form = results.GRAPH_FORMATS[media_type]
            prefixes = self._prefixes if form in (RdfFormat.TURTLE, RdfFormat.TRIG) else None
            if form == RdfFormat.RDF_XML:
                sink.expect_xml()
            triples = counted(found, limit)
            if obstacle := wellformed.OBSTACLES.get(form):
                triples = fitting(triples, obstacle, head)
            serialize(triples, sink, form, prefixes=prefixes)  # type: ignore[arg-type]
        else:
            table = results.BINDINGS_FORMATS[media_type]
            if isinstance(found, QuerySolutions):
                sink.count_rows(table, limit)
                if request["help"]:
                    sink.point(table, request["help"])
            if table == QueryResultsFormat.XML:
                sink.expect_xml()
            found.serialize(sink, table)  # type: ignore[arg-type]
        sink.close()


def counted(triples: QueryTriples, limit: int) -> Iterator[Triple]:
    """The triples, refused when there are more than `limit`."""
    for number, triple in enumerate(triples):
        if number >= limit:
            raise too_many_rows(limit)
        yield triple


def fitting(
    triples: Iterator[Triple], obstacle: Callable[[Triple], str], head: Mapping[str, str]
) -> Iterator[Triple]:
    """The triples, refused when the answer's format cannot hold one."""
    for triple in triples:
        if reason := obstacle(triple):
            raise impossible(head, reason)
        yield triple
