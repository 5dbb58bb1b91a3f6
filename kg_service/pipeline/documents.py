"""Documents: the texts that claims are read from, by digest and span, never by their words.

`ontology/sources.tsv` describes them. Where the texts are at hand every digest and every span is
verified; without them the build works all the same and says that it did not look.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from kg_service.errors import DocumentError


@dataclass(frozen=True)
class Text:
    """The text of one document. Offsets are Unicode code points in the file, `end` exclusive."""

    document: str
    text: str

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line starts."""
        return [0, *accumulate(len(line) + 1 for line in self.text.split("\n"))][:-1]

    @property
    def lines(self) -> int:
        """How many lines there are; an empty piece after the last line feed is none."""
        return len(self.starts) - self.text.endswith("\n")

    def line_of(self, offset: int) -> int:
        """The 1-based line that holds the code point at `offset`."""
        return bisect_right(self.starts, offset)

    def find(self, words: str) -> list[tuple[int, int, int]]:
        """Every (line, start, end) at which `words` stand, in any case; for curators."""
        folded, wanted = self.text.lower(), words.lower()
        places, start = [], folded.find(wanted)
        while start >= 0:
            places.append((self.line_of(start), start, start + len(words)))
            start = folded.find(wanted, start + 1)
        return places

    def fault(self, line: int, start: int, end: int) -> str | None:
        """What is wrong with a span, as (column: expectation), or None when it fits."""
        if not 1 <= line <= self.lines:
            return f"a line from 1 to {self.lines} of {self.document}"
        if not 0 <= start < end <= len(self.text):
            return f"start before end, within the {len(self.text)} characters of {self.document}"
        if self.line_of(start) != line or self.line_of(end - 1) != line:
            return f"a span within line {line}; this one is on line {self.line_of(start)}"
        inside, around = self.text[start:end], self.text[max(start - 1, 0) : end + 1]
        if inside != inside.strip():
            return "a span without blanks at its ends"
        cut_left = start > 0 and around[0].isalnum() and inside[0].isalnum()
        cut_right = end < len(self.text) and self.text[end].isalnum() and inside[-1].isalnum()
        return "a span of whole words" if cut_left or cut_right else None


def load(folder: Path, described: dict[str, tuple[str, str]]) -> dict[str, Text]:
    """The texts of the documents in `folder`, by IRI.

    `described` gives file name and sha256 of each. Raises DocumentError when a file is missing, is
    not the one described, or is not UTF-8.
    """
    texts = {}
    for document, (name, digest) in described.items():
        path = folder / name
        if not path.is_file():
            raise DocumentError(f"{document}: {name} is not in {folder.name}/.", "Put it there.")
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise DocumentError(
                f"{document}: {name} is not the file that sources.tsv describes.",
                "Read the new text, correct its claims, then its sha256.",
            )
        texts[document] = Text(document, data.decode("utf-8"))
    return texts
