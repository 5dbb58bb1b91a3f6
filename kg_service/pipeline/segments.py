"""Segments: where the passages of a text could begin and end, as a proposal for a curator.

A line is a title, a heading, a bullet or a numbered point, or running text. Bullets and running
text are cut after sentences and semicolons, numbered points after the name of the step as
well. A citation number behind a full stop belongs to the sentence before it. What needs
understanding, such as a list without commas, is left to the curator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg_service.pipeline.documents import Text
from kg_service.pipeline.passages import MARK

# A sentence ends before a capital, so that "e.g. this" and "etc. that" do not; ";" always ends one.
END = re.compile(
    r"""
    (?: [.!?] ["'”’)]* (?: [ ] \d+ (?: ,[ ]? \d+ )* (?= \s|$ ) )? (?= \s+ ["'“(]* [A-Z] )
      | ; (?= \s ) )
    \s+
    """,
    re.VERBOSE,
)
STEP = re.compile(r"[^:.;]+:\s+(?=\S)")
CITED = re.compile(r"\s+\d+(?:, ?\d+)*$")
FULL_STOPS = (".", "!", "?")
HEADING_WORDS = 14


@dataclass(frozen=True)
class Segment:
    """A proposed passage: 1-based line, span in code points, and the label of its kind."""

    line: int
    start: int
    end: int
    kind: str


def of(text: Text) -> Iterator[Segment]:
    """The segments of a text in their order; together they hold every word of it."""
    titled = False
    lines = zip(text.starts, text.text.split("\n"), strict=True)
    for number, (start, line) in enumerate(lines, start=1):
        mark = MARK.match(line)
        body = line[mark.end() :] if mark else line
        if not body.strip():
            continue
        offset = start + len(line) - len(body.lstrip())
        body = body.strip()
        pieces = list(_cut(body, numbered=mark is not None and "•" not in mark[0]))
        kind = _kind(body, len(pieces), marked=mark is not None)
        if not titled and kind == "section heading":
            kind = "document title"
        titled = True
        for begin, end in pieces:
            yield Segment(number, offset + begin, offset + end, kind)


def _cut(body: str, *, numbered: bool) -> Iterator[tuple[int, int]]:
    """The spans within a line between which it is cut."""
    begin = 0
    if numbered and (step := STEP.match(body)):
        yield 0, len(step[0].rstrip())
        begin = step.end()
    for match in END.finditer(body, begin):
        yield begin, match.start() + len(match[0].rstrip())
        begin = match.end()
    yield begin, len(body)


def _kind(body: str, pieces: int, *, marked: bool) -> str:
    if marked:
        return "bullet" if pieces == 1 else "part"
    said = CITED.sub("", body)
    short = pieces == 1 and len(said.split()) <= HEADING_WORDS
    return "section heading" if short and not said.endswith(FULL_STOPS) else "sentence"
