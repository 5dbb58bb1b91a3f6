"""Asking the oracles: one child process with Java, started when first asked, ended at the end."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg_service.errors import LimitError
from kg_service.logic import axioms as ax

ROOT = Path(__file__).parents[2]
SCOPES = (ax.CONTEXT, ax.POPULATION)
RESULTS = ("unsatisfiable", "subclasses", "types", "same", "relations", "subproperties", "edges")


@dataclass(eq=False)
class Oracle:
    """A conversation with the Java process.

    A request that takes longer than `seconds` ends it with LimitError, as does one that needs more
    than `megabytes` of Java heap; the next request starts a new one.
    """

    seconds: float = 300
    megabytes: int = 1500
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _log: Any = field(default=None, repr=False)

    def reason(
        self,
        engine: str,
        text: str,
        questions: Iterable[str] = (),
        results: Iterable[str] = RESULTS,
        *,
        log: bool = False,
    ) -> dict[str, Any]:
        """Let an engine ("hermit" or "elk") answer about an ontology in functional syntax.

        Statements with a scope are kept from it. Gives what `tests.oracles.jvm.reason` says.
        """
        return self.ask(
            do="reason",
            engine=engine,
            text=text,
            without=SCOPES,
            questions=list(questions),
            results=list(results),
            log=log,
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send one request and wait for its reply. Raises LimitError."""
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        with suppress(BrokenPipeError):
            child.stdin.write(json.dumps(request).encode() + b"\n")
            child.stdin.flush()
        line = self._line(child)
        if not line.endswith(b"\n"):
            said = self._said()
            self.close()
            limit = f"{self.seconds:g} seconds or {self.megabytes} megabytes"
            raise LimitError(f"The oracle ended or passed its limit of {limit}: {said[-500:]}")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._log = tempfile.TemporaryFile()  # noqa: SIM115 - `close` does
            self._child = subprocess.Popen(
                [sys.executable, "-m", "tests.oracles.jvm", str(self.megabytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                cwd=ROOT,
                bufsize=0,
                start_new_session=True,
            )
        return self._child

    def _line(self, child: subprocess.Popen[bytes]) -> bytes:
        """One line, or what there is of it at the deadline."""
        assert child.stdout is not None
        end = time.monotonic() + self.seconds
        found = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while not found.endswith(b"\n") and selector.select(max(0, end - time.monotonic())):
                more = os.read(child.stdout.fileno(), 1 << 16)
                if not more:
                    break
                found += more
        return bytes(found)

    def _said(self) -> str:
        self._log.seek(0)
        return str(self._log.read().decode(errors="replace"))

    def close(self) -> None:
        """End the process, if it runs."""
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout, self._log):
                if pipe is not None:
                    pipe.close()
            self._child = self._log = None
