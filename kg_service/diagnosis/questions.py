"""The questions that a diagnosis asks: query files of `sparql/`, with patterns put in place.

A file runs as it stands. In place of a comment in it comes what is only known when a query is
diagnosed: its own patterns and filters, or IRIs to look for. Terms are bound, not put in place.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode

FILES = "diagnosis-"
PATTERNS = "# PATTERNS\n"
IRIS = "# IRIS\n"


def load(root: Path) -> dict[str, str]:
    """The texts of the files below a `root`, by name. Raises OSError."""
    files = sorted((root / "sparql").glob(f"{FILES}*.rq"))
    return {file.stem.removeprefix(FILES): file.read_text("utf-8") for file in files}


def asking(question: str, patterns: Iterable[str]) -> str:
    """A question with patterns and filters, as text, in their place."""
    return question.replace(PATTERNS, " . ".join(patterns) + "\n")


def listing(question: str, iris: Iterable[NamedNode]) -> str:
    """A question with IRIs in their place."""
    return question.replace(IRIS, " ".join(map(str, iris)) + "\n")
