"""Checks: the questions of `sparql/checks/` that must have no answer.

Each stands beside a bad example, `<name>.bad.trig`, that trips it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import QuerySolutions, RdfFormat, Store

from kg_service import queries
from kg_service.queries import QueryFile
from kg_service.release import Release

SHOWN = 3


@dataclass(frozen=True)
class Finding:
    """What a check found: how many rows, and the first of them as text."""

    check: str
    summary: str
    count: int
    rows: tuple[str, ...]

    def __str__(self) -> str:
        """One line for people."""
        shown = "; ".join(self.rows)
        return f"{self.check}: {self.count} found. {self.summary} First: {shown}"


def rows(query: QueryFile, store: Store) -> list[str]:
    """The answers of a check as lines of text."""
    found = store.query(query.text)
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [" ".join(f"{n}={s[n]}" for n in names if s[n] is not None) for s in found]


def run(folder: Path, release: Release) -> tuple[int, list[Finding]]:
    """Run every check of a folder on a release: how many ran, and what they found."""
    store = Store()
    store.bulk_load(path=release.file("graph.nq"), format=RdfFormat.N_QUADS)
    checks = queries.load(folder)
    found = []
    for name, query in checks.items():
        lines = rows(query, store)
        if lines:
            found.append(Finding(name, query.summary, len(lines), tuple(lines[:SHOWN])))
    return len(checks), found
