"""The forwarding process: the one place from which a request leaves, for SERVICE.

A child process of the service, of a few threads. It asks only what the list of services allows, at
addresses that it has checked and to which it then connects itself, so that a name cannot change
its address in between; it reads only results of SPARQL, within limits of time and bytes. What the
other side sends is read here, where it can harm nobody.

One connection on its Unix socket is one request: QUERY with the IRI, the query and the limits,
then BEGUN once a thread is free for it, then ANSWER with the solutions as a VALUES block, or ERROR
(`packets`).
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import resource
import select
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlencode, urljoin

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from kg_service import packets
from kg_service.allowance import Allowance, Target, is_open
from kg_service.errors import HeliotropeError, ServiceError, packed
from kg_service.solutions import Solutions, solutions

BACKLOG = 64
POLL = 0.1  # how often it is looked whether whoever asked has hung up, in seconds
REDIRECTS = 3
BLOCK = 64 * 1024
MEMORY = 512 * 1024 * 1024
URL = 2000  # characters of a request by GET; a longer query is sent by POST
PR_SET_PDEATHSIG = 1  # prctl(2)

# The formats that keep terms as they are (CSV does not).
FORMATS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
}
HEADERS = {
    "Accept": ", ".join(FORMATS),
    "Accept-Encoding": "identity",
    "User-Agent": "Heliotrope",
    "Connection": "close",
}
# X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH of OpenSSL.
OTHER_NAME = frozenset({62, 64})
SEE_OTHER = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Call:
    """A query for a service, and what its answer may take: seconds, bytes, rows."""

    iri: str
    query: str
    seconds: float
    size: int
    rows: int


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as text; OSError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Forwarder:
    """Asks services for solutions."""

    def __init__(self, allowance: Allowance, resolve: Resolve = resolve) -> None:
        """Ask what `allowance` allows, at the addresses that `resolve` finds."""
        self._allowance, self._resolve = allowance, resolve
        self._tls = ssl.create_default_context()

    def ask(self, call: Call, asker: socket.socket | None = None) -> Solutions:
        """The solutions of a query, unless `asker` hangs up meanwhile.

        Raises FederationError where it may not go, ServiceError.
        """
        end = time.monotonic() + call.seconds
        target = self._allowance.target(call.iri)
        asked = [pair for pair in parse_qsl(target.query, True) if pair[0] != "query"]
        query = urlencode([*asked, ("query", call.query)])
        by_get = len(target.path) + len(query) < URL
        iri = call.iri
        for _ in range(REDIRECTS + 1):
            with Exchange(call, end, asker) as exchange:
                sock = self._connected(iri, target, exchange, end)
                body = None if by_get else call.query.encode()
                place = f"{target.path}?{query if by_get else target.query}".rstrip("?")
                answer = exchange.send(target, sock, place, body)
                if answer.status not in SEE_OTHER:
                    return found_in(answer, exchange, call)
                place = answer.getheader("Location") or ""
            # Nothing that was posted is posted again elsewhere.
            if not by_get or not place:
                raise failed(call.iri, f"it answers {answer.status}, which is not followed")
            iri = urljoin(iri, place)
            target = self._allowance.target(iri)
            query = target.query
        raise failed(call.iri, f"it redirects more than {REDIRECTS} times")

    def _connected(self, iri: str, target: Target, exchange: Exchange, end: float) -> socket.socket:
        """A connection to an address of the target that was checked; TLS where it is asked for."""
        try:
            addresses = self._resolve(target.host, target.port)
        except (OSError, UnicodeError):
            raise failed(iri, "its host has no address") from None
        checked = [each for each in addresses if is_open(each, target.private)]
        # One address that is closed is reason enough: a name of ours would have none.
        if not checked or len(checked) < len(addresses):
            raise failed(iri, "its host has an address that is not reached from here")
        for address in checked:
            with suppress(OSError):
                left = max(end - time.monotonic(), 0.001)
                sock = socket.create_connection((address, target.port), left)
                exchange.watch(sock)
                return self._secured(iri, target, sock) if target.scheme == "https" else sock
        raise failed(iri, "no connection can be made")

    def _secured(self, iri: str, target: Target, sock: socket.socket) -> socket.socket:
        """The connection under TLS, with a certificate that is trusted and for the target's name
        (RFC 9110, 4.3.4), whatever address it was resolved to."""
        try:
            return self._tls.wrap_socket(sock, server_hostname=target.host)
        except ssl.SSLCertVerificationError as error:
            other = error.verify_code in OTHER_NAME
            why = "is for another name" if other else "is not trusted here"
            raise failed(iri, f"its certificate {why}") from None


class Exchange:
    """One request and its answer, cut off at its end, however slowly it drips."""

    def __init__(self, call: Call, end: float, asker: socket.socket | None = None) -> None:
        """Nothing is sent yet; `end` is on the monotonic clock; it ends when `asker` hangs up."""
        self._call, self._end, self._asker = call, end, asker
        self._done = threading.Event()
        self._timer: threading.Thread | None = None
        self._connection: HTTPConnection | None = None
        self._sock: socket.socket | None = None
        self._copy: socket.socket | None = None
        self._answer: HTTPResponse | None = None

    def __enter__(self) -> Exchange:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        if self._timer:
            self._done.set()
            self._timer.join()
        for each in (self._answer, self._connection, self._sock, self._copy):
            if each:
                each.close()
        self._answer = self._connection = self._sock = self._copy = self._timer = None

    def watch(self, sock: socket.socket) -> None:
        """Shut this connection down at the end, and none before it."""
        self.__exit__()
        # A copy, because TLS takes the socket itself away.
        self._sock, copy = sock, sock.dup()
        self._copy = copy

        gone = select.poll()
        if self._asker:
            gone.register(self._asker, select.POLLRDHUP)
        done = self._done = threading.Event()

        def cut() -> None:
            while not done.wait(min(POLL, max(self._end - time.monotonic(), 0))):
                if time.monotonic() >= self._end or gone.poll(0):
                    with suppress(OSError):
                        copy.shutdown(socket.SHUT_RDWR)
                    return

        self._timer = threading.Thread(target=cut, daemon=True)
        self._timer.start()
        sock.settimeout(max(self._end - time.monotonic(), 0.001))

    def send(
        self, target: Target, sock: socket.socket, place: str, body: bytes | None
    ) -> HTTPResponse:
        """The answer's head."""
        port = None if target.port in (80, 443) else target.port
        self._connection = HTTPConnection(target.host, port)
        self._connection.sock = self._sock = sock
        headers = dict(HEADERS)
        if body is not None:
            headers["Content-Type"] = "application/sparql-query"
        try:
            method = "GET" if body is None else "POST"
            self._connection.request(method, place, body, headers)
            answer = self._answer = self._connection.getresponse()
        except (OSError, HTTPException, ValueError):
            raise self.broken() from None
        if time.monotonic() >= self._end:
            raise self.broken()
        return answer

    def read(self, answer: HTTPResponse) -> bytes:
        """The answer's body, within the limit of bytes."""
        found = bytearray()
        try:
            while block := answer.read1(BLOCK):
                found += block
                if len(found) > self._call.size:
                    raise failed(self._call.iri, f"its answer is over {self._call.size} bytes")
        except (OSError, HTTPException, ValueError):
            raise self.broken() from None
        if answer.length or time.monotonic() > self._end:
            raise self.broken()
        return bytes(found)

    def broken(self) -> ServiceError:
        """The error of an answer that did not come as a whole."""
        late = time.monotonic() >= self._end - 0.01
        why = f"no answer within {self._call.seconds:.1f} s" if late else "its answer breaks off"
        return failed(self._call.iri, why)


def found_in(answer: HTTPResponse, exchange: Exchange, call: Call) -> Solutions:
    """The solutions in an answer; ServiceError when it is none of SPARQL."""
    if answer.status != 200:
        raise failed(call.iri, f"it answers {answer.status}")
    media_type = answer.headers.get_content_type()
    coding = answer.getheader("Content-Encoding", "identity")
    if media_type not in FORMATS or coding.lower() != "identity":
        raise failed(call.iri, "its answer is not in a format of SPARQL results")
    body = exchange.read(answer)
    try:
        parsed = parse_query_results(io.BytesIO(body), FORMATS[media_type])
        if not isinstance(parsed, QuerySolutions):
            raise ValueError("a boolean")
        return solutions(parsed, call.rows)
    except OverflowError:
        raise failed(call.iri, f"its answer has over {call.rows} rows") from None
    except (SyntaxError, ValueError, OSError, MemoryError):
        raise failed(call.iri, "its answer cannot be read") from None


def failed(iri: str, why: str) -> ServiceError:
    """The error of a service that is allowed and does not answer well."""
    return ServiceError(iri[:200], why)


def serve(forwarder: Forwarder, connection: socket.socket) -> None:
    """Answer the one request of a connection."""
    with connection, suppress(OSError):
        connection.settimeout(5)
        kind, payload = packets.receive(connection)
        if kind != packets.QUERY:
            return
        packets.send(connection, packets.BEGUN)
        try:
            found = forwarder.ask(Call(**json.loads(payload)), connection)
        except HeliotropeError as error:
            packets.send_json(connection, packets.ERROR, packed(error))
            return
        packets.send_json(connection, packets.ANSWER, {"values": found.values()})


def limit(threads: int) -> None:
    """End with the parent, hold no more than MEMORY, leave no core."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    # Each thread reserves a stack and an arena, of which it touches little.
    resource.setrlimit(resource.RLIMIT_AS, (in_use + MEMORY + threads * 2 * MEMORY // 8,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(settings: Mapping[str, Any]) -> NoReturn:
    """Serve at `path` what `allow` allows, `threads` at once, until standard input ends."""
    threads = int(settings["threads"])
    limit(threads)
    forwarder = Forwarder(Allowance.read(settings["allow"]))
    path = Path(settings["path"])
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        aside = path.with_suffix(".aside")
        aside.unlink(missing_ok=True)
        listener.bind(str(aside))
        listener.listen(BACKLOG)
        aside.rename(path)
        threading.Thread(target=end_with_input, daemon=True).start()
        with ThreadPoolExecutor(threads) as pool:
            while True:
                connection, _ = listener.accept()
                pool.submit(serve, forwarder, connection)


def end_with_input() -> None:
    """End the process when its standard input ends."""
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    try:
        main(json.loads(sys.argv[1]))
    finally:
        # Another status than that of data which cannot be loaded: it is started again.
        os._exit(70)
