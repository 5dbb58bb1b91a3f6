"""The toy graph as a release, and the real server over it."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import settings
from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from kg_service import release
from kg_service.names import Names
from kg_service.pipeline import search, sssom
from kg_service.store import load
from tests.sampling import examples

# A server that a test starts reads what one before it compiled, also where the shell forbids it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

TOY = Path(__file__).parent / "toy" / "graph.nq"
MAPPINGS = TOY.parent / "mappings" / "toy.sssom.tsv"
PREFIXES = {
    "graph": "https://w3id.org/heliotrope/graph/",
    "h": "https://w3id.org/heliotrope/vocab/",
    "kg": "https://w3id.org/heliotrope/KG_",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}
SERVE = """
import sys
from pathlib import Path
from kg_service.config import from_environment
from kg_service.errors import HeliotropeError
from kg_service.serving import serve
source = Path(sys.argv[2]) if len(sys.argv) == 3 and Path(sys.argv[2]).is_dir() \
    else [Path(argument) for argument in sys.argv[2:]]
try:
    serve(from_environment(), source, port=int(sys.argv[1]))
except HeliotropeError as error:
    sys.exit(str(error))
"""


def kinds_store() -> Store:
    """The made-up world of diseases, with its mapping set."""
    made = Store()
    made.load(path=TOY.parent / "kinds.trig", format=RdfFormat.TRIG)
    graph = NamedNode(PREFIXES["graph"] + "mappings")
    found = sssom.triples(sssom.read(MAPPINGS, TOY.parent))
    made.extend(Quad(t.subject, t.predicate, t.object, graph) for t in found)
    return made


# No property has a deadline: the machine may be busy.
settings.register_profile("heliotrope", max_examples=examples(150), deadline=None)
settings.load_profile("heliotrope")


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass(frozen=True)
class Running:
    port: int
    process: subprocess.Popen[str]

    def request(
        self,
        method: str,
        target: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 20,
    ) -> Reply:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, target, body, dict(headers or {}))
            found = connection.getresponse()
            return Reply(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
        finally:
            connection.close()

    def get(self, target: str, accept: str | None = None) -> Reply:
        return self.request("GET", target, headers={"Accept": accept} if accept else {})

    def query(self, text: str, accept: str | None = None, **parameters: str | list[str]) -> Reply:
        named = {name.replace("_", "-"): value for name, value in parameters.items()}
        target = "/sparql?" + urlencode({"query": text, **named}, doseq=True)
        return self.get(target, accept)

    def processes(self) -> list[int]:
        """The process and all below it, those that have ended but are not yet reaped left out."""
        parents: dict[int, int] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                except OSError:
                    continue
                if state != "Z":
                    parents[int(entry.name)] = int(parent)
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def workers(self) -> list[int]:
        return self.processes()[2:]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def serving(*source: Path, settings: Mapping[str, str] | None = None) -> Iterator[Running]:
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HELIOTROPE_")}
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE, str(port), *map(str, source)],
        env=environment | dict(settings or {}),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], 60)
        assert ready, "the server said nothing for 60 s"
        assert "answers at" in process.stdout.readline()
        yield Running(port, process)
    finally:
        process.terminate()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="session")
def toy_release(tmp_path_factory: pytest.TempPathFactory) -> release.Release:
    build = tmp_path_factory.mktemp("build")
    with release.writing(build) as folder:
        (folder / "graph.nq").write_bytes(TOY.read_bytes())
        (folder / "prefixes.json").write_text(json.dumps(PREFIXES))
        search.build(load([TOY]), Names(PREFIXES), folder / "search.sqlite")
        return release.publish(folder, build, version="toy", counts={})


@pytest.fixture(scope="session")
def server(toy_release: release.Release) -> Iterator[Running]:
    with serving(toy_release.path, settings=LIMITS) as running:
        yield running


@pytest.fixture(scope="session")
def real_release() -> release.Release:
    """The release that `make build` built."""
    return release.current(Path(__file__).parents[1] / "build")


@pytest.fixture(scope="session")
def real_server(real_release: release.Release) -> Iterator[Running]:
    """A server over it, for tests that change nothing about it."""
    with serving(real_release.path) as running:
        yield running


LIMITS = {
    "HELIOTROPE_QUERY_MEMORY": "200",
    "HELIOTROPE_QUERY_TIMEOUT": "5",
    "HELIOTROPE_QUERY_TIMEOUT_MAX": "20",
    "HELIOTROPE_QUERY_ROWS": "200000",
    "HELIOTROPE_BODY_SIZE": "2000000",
}
