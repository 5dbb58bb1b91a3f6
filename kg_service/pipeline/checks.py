"""Checks: the questions of `sparql/checks/` that must have no answer.

Each stands beside a bad example, `<name>.bad.trig`, that trips it. A check has the severity of its
header. Any row of an ERROR is grave, a row of a WARN when it is about a term of ours (the variable
`entity`, or every row where there is none); the rest is only counted. The files `report-<rule>.rq`
are the rules of ROBOT's report (robot.obolibrary.org/report), with its severities.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from kg_service import queries
from kg_service.pipeline.ontology import OURS
from kg_service.queries import QueryFile
from kg_service.release import Release

SHOWN = 3


@dataclass(frozen=True)
class Answer:
    """A row of a check as text, and whether it is grave."""

    text: str
    grave: bool


@dataclass(frozen=True)
class Finding:
    """What a check found: how many rows, how many of them grave, and the first, grave ones first.

    `shown` holds at most SHOWN rows as text.
    """

    check: str
    summary: str
    severity: str
    count: int
    grave: int
    shown: tuple[str, ...]

    def __str__(self) -> str:
        """One line for people; what is not grave is only counted."""
        if not self.grave:
            return f"{self.severity} {self.check}: {self.count} found, none to be mended here."
        first = "; ".join(self.shown)
        return (
            f"{self.severity} {self.check}: {self.count} found, {self.grave} to be mended. "
            f"{self.summary} First: {first}"
        )


def rows(query: QueryFile, store: Store) -> list[Answer]:
    """The answers of a check to what a store holds."""
    found = store.query(query.text)
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    answers = []
    for solution in found:
        about = solution["entity"] if "entity" in names else None
        ours = not isinstance(about, NamedNode) or about.value.startswith(OURS)
        grave = query.severity == "ERROR" or (query.severity == "WARN" and ours)
        text = " ".join(f"{n}={solution[n]}" for n in names if solution[n] is not None)
        answers.append(Answer(text, grave))
    return answers


def run(folder: Path, release: Release) -> tuple[int, list[Finding]]:
    """Run every check of a folder on a release: how many ran, and what they found."""
    store = Store()
    store.bulk_load(path=release.file("graph.nq"), format=RdfFormat.N_QUADS)
    checks = queries.load(folder)
    found = []
    for name, query in checks.items():
        answers = sorted(rows(query, store), key=lambda answer: not answer.grave)
        if answers:
            grave = sum(answer.grave for answer in answers)
            shown = tuple(answer.text for answer in answers[:SHOWN])
            found.append(Finding(name, query.summary, query.severity, len(answers), grave, shown))
    return len(checks), found
