"""The comparison of reasoners, as Markdown.

python -m bench.reasoning [--runs N] [--seconds S] [--enough S] [--only WORLDS]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from bench.reasoning.peers import PEERS, RESULTS
from bench.reasoning.proofs import PROVERS
from bench.reasoning.worlds import ROOT, World, of_cases, of_release
from tests.oracles import jars

WORLDS: dict[str, Callable[[], tuple[World, ...]]] = {
    "cases": of_cases,
    "release": lambda: (of_release(),),
}
VERDICTS = ("right", "missed", "wrong", "cannot")


def child(module: str, arguments: Sequence[str], worlds: Iterable[World], seconds: float) -> Any:
    """What a child process wrote, with its `wall` time; None when it was ended at its limit."""
    given = json.dumps([asdict(world) for world in worlds])
    begun = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            input=given,
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        said = done.stderr[-2000:]
        raise RuntimeError(f"{module} {arguments} ended with {done.returncode}: {said}")
    return {**json.loads(done.stdout), "wall": time.perf_counter() - begun}


def repeated(name: str, worlds: Sequence[World], chosen: argparse.Namespace) -> Iterator[Any]:
    """The runs of one reasoner: as many as chosen, no further one when all took too long."""
    begun = time.perf_counter()
    for _ in range(chosen.runs):
        reply = child("bench.reasoning.peers", [name], worlds, chosen.seconds)
        if reply is None:
            return
        yield reply
        if time.perf_counter() - begun > chosen.enough:
            return


def verdict(expected: bool, said: bool | None) -> str:
    """One cell of the matrix: a near miss that is concluded is wrong, what is not is missed."""
    if said is None:
        return "cannot"
    if said == expected:
        return "right"
    return "missed" if expected else "wrong"


def judged(worlds: Sequence[World], found: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """What each question was about and how it was answered."""
    for world, reply in zip(worlds, found, strict=True):
        # Inconsistent is what there is to find, so "consistent" of such a world is a miss.
        if not world.consistent:
            said = reply["consistent"]
            yield "clash", verdict(True, None if said is None else not said)
            continue
        for question, said in zip(world.questions, reply["answers"], strict=True):
            sort = "follows" if question.follows else "near miss"
            yield ("beyond OWL" if question.beyond else sort), verdict(question.follows, said)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def matrix(worlds: Sequence[World], runs: dict[str, list[Any]]) -> str:
    """Right, missed, wrong and not to be asked, by sort of question and reasoner."""
    sorts = ("follows", "near miss", "clash", "beyond OWL")
    rows = []
    for name, replies in runs.items():
        counts = Counter(judged(worlds, replies[0]["found"])) if replies else Counter()
        cells = (" · ".join(str(counts[sort, v]) for v in VERDICTS) for sort in sorts)
        rows.append([name, *cells] if replies else [name, *["past the limit"] * len(sorts)])
    return table(["reasoner", *(f"{s}: {' · '.join(VERDICTS)}" for s in sorts)], rows)


def costs(runs: dict[str, list[Any]], shown: Sequence[str] = ()) -> str:
    """Median seconds of reasoning and of the whole process, and memory."""
    rows: list[list[object]] = []
    for name, replies in runs.items():
        if not replies:
            rows.append([name, 0, *["past the limit"] * 3, *["–"] * len(shown)])
            continue
        inside = statistics.median(sum(f["seconds"] for f in r["found"]) for r in replies)
        wall = statistics.median(r["wall"] for r in replies)
        memory = max(r["peak"] for r in replies)
        counts = replies[0]["found"][0]["counts"]
        cells = [counts.get(result, "–") for result in shown]
        rows.append([name, len(replies), f"{inside:.2f}", f"{wall:.2f}", f"{memory:.0f}", *cells])
    return table(
        ["reasoner", "runs", "seconds reasoning", "seconds, process", "peak MB", *shown], rows
    )


def proofs(worlds: Sequence[World], limit: float, seconds: float) -> str:
    """Proofs per second of each prover."""
    rows: list[list[object]] = []
    for name in PROVERS:
        reply = child("bench.reasoning.proofs", [name, str(limit)], worlds, seconds)
        if reply is None:
            rows.append([name, "past the limit", "–", "–", "–"])
            continue
        rate = reply["proved"] / reply["seconds"]
        cells = [f"{reply['proved']} of {reply['tried']}", f"{reply['seconds']:.2f}"]
        rows.append([name, reply["facts"], *cells, f"{rate:.3g}"])
    return table(["prover", "facts", "proved of those tried", "seconds", "proofs per second"], rows)


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.reasoning")
    parser.add_argument("--runs", type=int, default=5, help="how often, for the median")
    parser.add_argument("--seconds", type=float, default=600, help="limit of one run of a reasoner")
    parser.add_argument("--enough", type=float, default=120, help="begin no further run after")
    parser.add_argument("--proof-seconds", type=float, default=60, help="how long to prove")
    parser.add_argument("--only", choices=WORLDS, help="else all")
    chosen = parser.parse_args()
    if reason := jars.missing():
        sys.exit(reason)
    for title in [chosen.only] if chosen.only else WORLDS:
        worlds = WORLDS[title]()
        runs: dict[str, list[Any]] = {}
        for name in PEERS:
            runs[name] = list(repeated(name, worlds, chosen))
        print(f"\n## {title.capitalize()}: {len(worlds)} ontologies, medians\n", flush=True)
        if worlds[0].questions or not worlds[0].consistent:
            print(matrix(worlds, runs), costs(runs), sep="\n\n", flush=True)
        else:
            print(costs(runs, RESULTS), flush=True)
        print("\n" + proofs(worlds, chosen.proof_seconds, chosen.seconds), flush=True)


if __name__ == "__main__":
    main()
