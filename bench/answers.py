"""Warm answers of the reasoner over HTTP: cases, what-ifs, logic questions and explanations.

    .venv/bin/python -m bench.answers [ROUNDS]

Cases have one to three findings, what-ifs withdraw one to three claims, each drawn from the release
by a fixed seed, so that no two are alike. Prints the median and the 95th percentile of each in
milliseconds.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent
PORT = 8754
SERVICE = f"http://127.0.0.1:{PORT}"
SEED = 20261126

Question = tuple[str, bytes | None]


def asked(question: Question) -> bytes:
    """The answer to a question: a path, and a body of JSON for a POST."""
    path, body = question
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    with urlopen(Request(f"{SERVICE}{path}", body, headers)) as answer:
        return bytes(answer.read())


def listed(name: str) -> list[str]:
    """The one column of a query file's answer."""
    text = (ROOT / "bench" / f"answers-{name}.rq").read_text("utf-8")
    found = json.loads(asked(("/sparql?" + urlencode({"query": text}), None)))
    (variable,) = found["head"]["vars"]
    return [row[variable]["value"] for row in found["results"]["bindings"]]


def questions(rounds: int) -> Iterator[tuple[str, list[Question]]]:
    """What is asked, by kind."""
    chance = random.Random(SEED)
    findings, claims = listed("findings"), listed("claims")

    def some(things: list[str]) -> list[str]:
        return chance.sample(things, chance.randint(1, 3))

    def posted(path: str, made: Callable[[], object]) -> list[Question]:
        return [(path, json.dumps(made()).encode()) for _ in range(rounds)]

    yield "cases", posted("/api/v1/cases", lambda: {"findings": some(findings), "age": 50})
    yield "whatif", posted("/api/v1/whatif", lambda: {"withdraw": some(claims)})
    pairs = [chance.sample(findings, 2) for _ in range(rounds)]
    expressions = (
        f"'may present with' value <{one}> and 'may present with' value <{other}>"
        for one, other in pairs
    )
    yield "dl", [(f"/api/v1/dl?expression={quote(text)}", None) for text in expressions]
    subject, predicate = "MONDO:0016367", "mayPresentWith"
    asked_for = [
        {"subject": subject, "predicate": f"h:{predicate}", "object": finding}
        for finding in chance.sample(findings, min(rounds, len(findings)))
    ]
    yield "explain", [(f"/api/v1/explain?{urlencode(each)}", None) for each in asked_for]


def main(rounds: int) -> None:
    """Serve the current release and ask."""
    command = [sys.executable, "-m", "kg_service", "serve", "--port", str(PORT)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            for kind, asking in questions(rounds):
                times = []
                for question in asking:
                    start = time.perf_counter()
                    asked(question)
                    if "-v" in sys.argv:
                        print(question[1], 1000 * (time.perf_counter() - start))
                    times.append(1000 * (time.perf_counter() - start))
                times.sort()
                late = times[int(0.95 * (len(times) - 1))]
                print(f"{kind:8} {statistics.median(times):6.1f} {late:6.1f}")
        finally:
            server.terminate()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
