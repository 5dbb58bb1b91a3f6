"""Flask as the front asks it: an RSGI request as the environment of WSGI, its answer in blocks."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Headers = list[tuple[str, str]]

# Fields that concern the connection, not what is asked: a body is whole here, and no protocol is
# changed (RFC 9110, section 7.8), where werkzeug would look for a websocket.
NOT_PASSED_ON = frozenset({"content-length", "transfer-encoding", "upgrade"})


@dataclass
class Exchange:
    """One answer of the WSGI application, read block by block; only one thread at a time."""

    status: int
    headers: Headers
    blocks: Iterator[bytes]
    close: Callable[[], None]
    first: bytes | None = None

    def next(self) -> bytes | None:
        """The next block that is not empty; None at the end."""
        return next((block for block in self.blocks if block), None)

    @property
    def whole(self) -> bytes | None:
        """The whole answer when its first block is that; else None."""
        block = self.first or b""
        return block if self.first is None or self.length() == len(block) else None

    def length(self) -> int | None:
        """The announced length, if it is."""
        return next((int(v) for k, v in self.headers if k.lower() == "content-length"), None)


def begun(app: WSGI, environ: dict[str, Any]) -> Exchange:
    """Call the application, until it has said status and headers and made its first block."""
    said: list[Any] = []

    def start_response(
        status: str, headers: Headers, exc_info: Any = None
    ) -> Callable[[bytes], object]:
        said[:] = [int(status.split(" ", 1)[0]), headers]
        return lambda _: None

    blocks = app(environ, start_response)
    close = getattr(blocks, "close", lambda: None)
    exchange = Exchange(said[0], said[1], iter(blocks), close)
    try:
        exchange.first = exchange.next()
    except BaseException:
        close()
        raise
    return exchange


def environment(scope: Any, body: bytes, extra: Mapping[str, Any]) -> dict[str, Any]:
    """The WSGI environment of a request (PEP 3333): text is bytes read as Latin-1.

    granian has percent-decoded the path once, and leaves the query string as it came.
    """
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": latin(scope.path),
        "QUERY_STRING": latin(scope.query_string),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(body)),
        **extra,
    }
    for name, value in scope.headers.items():
        if name == "content-type":
            environ["CONTENT_TYPE"] = latin(value)
        elif name not in NOT_PASSED_ON:
            key = "HTTP_" + name.upper().replace("-", "_")
            # Repeated fields are one list (RFC 9110, section 5.3).
            environ[key] = f"{environ[key]},{latin(value)}" if key in environ else latin(value)
    return environ


def latin(text: str) -> str:
    """Text as WSGI wants it."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")
