"""Search: labels and synonyms by what people type, with their typing errors.

Reads the index that the release brings (`search.sqlite`). Four readings of the words are tried,
the strictest first, until there are enough terms: the whole name, its words, beginnings of
words, and words that resemble them.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_service.errors import ReleaseError
from kg_service.names import fold
from kg_service.words import distance, edits_allowed, grams, words

FOUND_MAX = 100
WORDS_MAX = 16
SIMILAR_MAX = 6
# Swapped neighbours spoil four trigrams, every other edit three: of nine one outlives two edits.
GRAMS_SPOILT = 4
GRAMS_MAX = 9
LAST_SIGN = "\U0010ffff"


@dataclass(frozen=True)
class Hit:
    """A term found: the name that matched, what the name is, and how it matched.

    `match` is one of `name`, `words`, `beginnings`, `similar`.
    """

    iri: str
    name: str
    kind: str
    match: str


class Index:
    """The search index of a release. Safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        """Open the file read-only. Raises ReleaseError when it is missing or damaged."""
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(
                f"{file.absolute().as_uri()}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,
            )
            self.labels: dict[str, str] = dict(self._connection.execute("SELECT * FROM term"))
        except sqlite3.Error as error:
            raise ReleaseError(f"{file.name} cannot be read: {error}.", "Run make build.") from None
        self.types: dict[str, tuple[str, ...]] = {}
        for iri, type_ in self._connection.execute("SELECT iri, type FROM type"):
            self.types[iri] = (*self.types.get(iri, ()), type_)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def named(self, text: str) -> list[tuple[str, str]]:
        """The terms (IRI, kind of name) that have exactly this name, whatever its case."""
        rows = self._rows(
            "SELECT iri, kind, text FROM name WHERE folded = ? ORDER BY id", " ".join(words(text))
        )
        wanted = fold(text)
        return [(iri, kind) for iri, kind, found in rows if fold(found) == wanted]

    def search(self, text: str) -> list[Hit]:
        """The terms for a text, best first, each once, at most FOUND_MAX."""
        asked = words(text)[:WORDS_MAX]
        hits: dict[str, Hit] = {}
        if not asked:
            return []
        for match, rows in self._readings(asked):
            for iri, name, kind in rows:
                hits.setdefault(iri, Hit(iri, name, kind, match))
            if hits and match in ("beginnings", "similar"):
                break
        return list(hits.values())[:FOUND_MAX]

    def _readings(self, asked: list[str]) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
        """The matches of each reading, the strictest first, each computed when it is wanted."""
        yield (
            "name",
            self._rows(
                "SELECT iri, text, kind FROM name WHERE folded = ? ORDER BY id", " ".join(asked)
            ),
        )
        yield "words", self._matching(" ".join(f'"{word}"' for word in asked))
        yield "beginnings", self._matching(" ".join(f'"{word}"*' for word in asked))
        unknown = [word for word in asked if not self._begins(word)]
        for wrong in (unknown, asked) if unknown else (asked,):
            choices = [self.similar(word) if word in wrong else [word] for word in asked]
            if any(choices):
                yield "similar", self._matching(" AND ".join(map(either, filter(None, choices))))

    def _begins(self, word: str) -> bool:
        """Whether a word of the index begins with this one."""
        statement = "SELECT 1 FROM word WHERE word BETWEEN ? AND ? LIMIT 1"
        return bool(self._rows(statement, word, word + LAST_SIGN))

    def similar(self, word: str) -> list[str]:
        """The words of the index nearest to this one, itself first if it is there."""
        marks = grams(word)
        # The rarest trigrams are the cheapest to follow and tell the most.
        rarest = self._rows(
            f"SELECT gram, words FROM frequency WHERE gram IN ({slots(marks)}) "
            f"ORDER BY words, gram LIMIT {GRAMS_MAX}",
            *marks,
        )
        allowed = edits_allowed(word)
        rows = self._rows(
            "SELECT DISTINCT w.word FROM gram g JOIN word w ON w.id = g.word "
            f"WHERE g.gram IN ({slots(rarest)}) AND length(w.word) BETWEEN ? AND ?",
            *(gram for gram, _ in rarest),
            len(word) - allowed,
            len(word) + allowed,
        )
        shared = len(marks) - GRAMS_SPOILT * allowed
        near = sorted(
            (edits, found)
            for (found,) in rows
            if len(set(marks).intersection(grams(found))) >= shared
            and (edits := distance(word, found, allowed)) <= allowed
        )
        return [found for _, found in near[:SIMILAR_MAX]]

    def _matching(self, expression: str) -> list[tuple[Any, ...]]:
        return self._rows(
            "SELECT n.iri, n.text, n.kind FROM words w JOIN name n ON n.id = w.rowid "
            f"WHERE words MATCH ? ORDER BY w.rowid LIMIT {4 * FOUND_MAX}",
            expression,
        )

    def _rows(self, statement: str, *values: str | int) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()


def either(choices: Sequence[str]) -> str:
    """An expression of FTS5 for one of these words, or what begins with the only one."""
    if len(choices) == 1:
        return f'"{choices[0]}"*'
    return "(" + " OR ".join(f'"{choice}"' for choice in choices) + ")"


def slots(values: Sequence[object]) -> str:
    """A placeholder of SQL for each value."""
    return ", ".join("?" * len(values))
