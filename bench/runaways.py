"""Runaway queries all at once, and short ones all the while: what each of them waits.

    .venv/bin/python -m bench.runaways [RUNAWAYS] [DEADLINE]

Prints how long `ASK {}` took before and meanwhile, by how much the runaways passed their deadline
and how they were answered, and the memory of all processes before and after.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parent.parent
PORT = 8754
PAUSE = 0.05
# Counting combinations takes the processor for ever; each is told apart from the others.
RUNAWAY = (ROOT / "bench" / "runaway.rq").read_text("utf-8")
LIGHT = (ROOT / "bench" / "light.rq").read_text("utf-8")


def asked(text: str, **parameters: str) -> tuple[int, float, bytes]:
    """Status, seconds and body."""
    connection = HTTPConnection("127.0.0.1", PORT, timeout=90)
    start = time.perf_counter()
    try:
        connection.request("GET", "/sparql?" + urlencode({"query": text, **parameters}))
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, time.perf_counter() - start, body
    finally:
        connection.close()


def descendants(root: int) -> list[int]:
    """A process and all below it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rpartition(")")[2].split()[1]
                )
            except OSError:
                continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def memory(root: int) -> int:
    """The bytes that a process and all below it take, what they share counted once (Pss)."""
    total = 0
    for pid in descendants(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 1024 * total


def told(name: str, seconds: list[float]) -> None:
    """Print the spread of times in milliseconds."""
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    print(
        f"{name:28} n {len(ordered):4}  p50 {1000 * statistics.median(ordered):7.1f} ms"
        f"  p99 {1000 * p99:7.1f} ms  max {1000 * ordered[-1]:7.1f} ms"
    )


def light(seconds: float) -> list[float]:
    """The times of different short queries, one every PAUSE."""
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # A number no other has, so that no kept answer is given.
        status, took, _ = asked(f"ASK {{}} # {time.perf_counter_ns()}")
        assert status == 200, status
        times.append(took)
        time.sleep(PAUSE)
    return times


def main(number: int, deadline: float) -> None:
    command = [sys.executable, "-m", "kg_service", "serve", "--port", str(PORT)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(200):
                try:
                    if asked("ASK {}")[0] == 200:
                        break
                except OSError:
                    pass
                time.sleep(0.1)
            told("ASK {}, alone", light(3))
            before = memory(server.pid)
            answers: list[tuple[int, float, bytes]] = []
            threads = [
                threading.Thread(
                    target=lambda n=n: answers.append(
                        asked(RUNAWAY.replace("NUMBER", str(n)), timeout=f"{deadline:g}")
                    )
                )
                for n in range(number)
            ]
            for thread in threads:
                thread.start()
            told(f"ASK {{}}, {number} runaways", light(deadline + 0.5))
            for thread in threads:
                thread.join()
            told("runaways past their deadline", [took - deadline for _, took, _ in answers])
            kinds = Counter(
                (status, body.partition(b'"/problems/')[2].partition(b'"')[0].decode())
                for status, _, body in answers
            )
            for (status, kind), count in kinds.items():
                print(f"{count:4} answered {status} {kind}")
            time.sleep(1)
            after = memory(server.pid)
            print(f"memory {before / 2**20:.0f} MiB before, {after / 2**20:.0f} MiB after")
        finally:
            server.terminate()


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 8,
        float(sys.argv[2]) if len(sys.argv) > 2 else 5.0,
    )
