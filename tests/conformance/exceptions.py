"""The table of known exceptions, exceptions.tsv: one line for each test, or kind of test.

A line says how the test ends: `value` (right but for how numbers are written), `fails`, or `later`
(of a part of SPARQL that the service does not have yet; `*` and a kind stands for all its tests).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tests.conformance.answers import Grade

TABLE = Path(__file__).with_suffix(".tsv")
LATER = "later"


@dataclass(frozen=True)
class Known:
    """One line."""

    test: str
    grade: str
    reason: str


@lru_cache
def table() -> dict[str, Known]:
    """The lines by test."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len({row["test"] for row in rows}) == len(rows)
    return {row["test"]: Known(**row) for row in rows}


def expected(name: str) -> Grade:
    """How a test that is run must end."""
    line = table().get(name)
    return Grade(line.grade) if line else Grade.EXACT
