"""Light queries over the current release: the service over HTTP, its engine and rdflib, in one run.

    .venv/bin/python bench/light.py [ROUNDS]

Prints the median of each in milliseconds, and the ratio to the engine called in process.
"""

import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import rdflib

from kg_service import release

ROOT = Path(__file__).parent.parent
PORT = 8753
# One label of a term by its IRI, told apart by a number so that no answer is a kept one.
QUERY = (ROOT / "bench" / "light.rq").read_text("utf-8")


def median(ask: Callable[[str], object], rounds: int) -> float:
    """The median time of asking `rounds` different queries, in milliseconds."""
    times = []
    for number in range(rounds):
        text = QUERY.replace("NUMBER", str(number))
        start = time.perf_counter()
        ask(text)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def over_http(text: str) -> bytes:
    address = f"http://127.0.0.1:{PORT}/sparql?" + urllib.parse.urlencode({"query": text})
    with urllib.request.urlopen(address) as answer:
        return bytes(answer.read())


def main(rounds: int) -> None:
    graph = release.current(ROOT / "build").file("graph.nq")
    store = pyoxigraph.Store()
    store.bulk_load(path=graph, format=pyoxigraph.RdfFormat.N_QUADS)

    def in_process(text: str) -> list[object]:
        found = store.query(text)
        assert isinstance(found, pyoxigraph.QuerySolutions)
        return list(found)

    peer = rdflib.Dataset()
    peer.parse(graph, format="nquads")
    command = [sys.executable, "-m", "kg_service", "serve", "--port", str(PORT)]
    with subprocess.Popen(command, cwd=ROOT) as server:
        try:
            for _ in range(100):
                try:
                    over_http("ASK {}")
                    break
                except OSError:
                    time.sleep(0.1)
            found = {
                "engine in process": median(in_process, rounds),
                "service over HTTP": median(over_http, rounds),
                "rdflib in process": median(lambda q: list(peer.query(q)), rounds),
            }
            text = QUERY.replace("NUMBER", "0")
            found["service, asked again"] = median(lambda _: over_http(text), rounds)
        finally:
            server.terminate()
    for name, value in found.items():
        print(f"{name:22} {value:8.3f} ms  x {value / found['engine in process']:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
