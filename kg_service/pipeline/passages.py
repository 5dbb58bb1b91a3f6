"""Passages: every sentence or part of one in every document, by span, never by its words.

`ontology/passages.tsv` has a row for each. From a passage claims are read, or its row gives the
reason why none are. An identifier is the document's with a text fragment (RFC 5147, section 2.1):
`doc:001#char=20,45` is what stands from the position after 20 characters to that after 45.

A claim belongs to the passage in which its span ends: a span that reaches back over earlier
passages of its line does so to take up their subject or verb.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kg_service.errors import NameUnknownError, TableError
from kg_service.names import Names
from kg_service.pipeline.claims import Claim
from kg_service.pipeline.documents import Text
from kg_service.pipeline.tables import Row, Table

KEYS = ("document", "line", "start", "end", "passageKind", "reason")
SHOWN = 20
REPORT = ("document", "line", "start", "end", "claims", "reason")
# A bullet, or a number at the start of a line, belongs to the layout and not to a passage.
MARK = re.compile(r"^[ \t]*(?:•|\d+\.)(?=\s)|•", re.MULTILINE)
WORDS = re.compile(r"\S+")


@dataclass(frozen=True)
class Passage:
    """One passage; `iri` and `document` are IRIs, `line` is 1-based, offsets are code points.

    `reason` is empty when `claims`, the IRIs of the claims read from it, are not.
    """

    iri: str
    document: str
    line: int
    start: int
    end: int
    kind: str
    reason: str
    row: Row
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What passages may mention: kinds and reasons of the schema's lists, and documents."""

    kinds: tuple[str, ...]
    reasons: tuple[str, ...]
    documents: frozenset[str]
    texts: Mapping[str, Text]


def read(table: Table, names: Names, known: Known) -> tuple[Passage, ...]:
    """The passages of the table, in the order of their documents. Raises TableError.

    Refused are: a column that is missing, a document, kind or reason that is not known, an
    identifier other than document and span make, a span that does not fit its document (where the
    documents are at hand), passages that overlap, and words that no passage holds (likewise).
    """
    columns = {}
    for key in KEYS:
        wanted = f"h:{key}"
        found = [n for n, t in table.templates.items() if wanted in t.replace("^", " ").split(" ")]
        if not found:
            raise table.error(table.columns[0], f"a column with the template of {wanted} as well")
        columns[key] = found[0]
    passages = tuple(_passage(row, columns, names, known) for row in table.rows)
    for one, other in pairwise(passages):
        if one.document == other.document and other.start < one.end:
            expected = f"{one.end} or more, the end of the passage above"
            raise other.row.error(columns["start"], expected)
    for document, text in known.texts.items():
        _refuse_gaps([p for p in passages if p.document == document], text, table, names)
    return passages


def _passage(row: Row, columns: Mapping[str, str], names: Names, known: Known) -> Passage:
    def number(key: str) -> int:
        cell = row.cells[columns[key]]
        if not cell.isascii() or not cell.isdigit() or cell != str(int(cell)):
            raise row.error(columns[key], "a whole number")
        return int(cell)

    def listed(key: str, values: tuple[str, ...], empty: str = "") -> str:
        value = row.cells[columns[key]]
        if value not in values and not (empty and not value):
            raise row.error(columns[key], f"{empty}one of schema.ofn: {', '.join(values)}")
        return value

    try:
        document = names.iri(row.cells[columns["document"]])
    except NameUnknownError as error:
        raise row.error(columns["document"], f"a known name ({error.message})") from None
    if document not in known.documents:
        raise row.error(columns["document"], "a document of sources.tsv")
    line, start, end = number("line"), number("start"), number("end")
    identifier = identify(row.cells[columns["document"]], start, end)
    if row.cells["ID"] != identifier:
        raise row.error("ID", f"{identifier}, as document and span say")
    text = known.texts.get(document)
    if text is not None and (fault := text.fault(line, start, end)):
        raise row.error(columns["line"], fault)
    kind = listed("passageKind", known.kinds)
    reason = listed("reason", known.reasons, "nothing, or ")
    return Passage(names.iri(identifier), document, line, start, end, kind, reason, row)


def identify(document: str, start: int, end: int) -> str:
    """The identifier of a passage: that of its document, and the span as a text fragment.

    >>> identify("doc:001", 20, 45)
    'doc:001#char=20,45'
    """
    return f"{document}#char={start},{end}"


def gaps(spans: Iterable[tuple[int, int]], text: Text) -> Iterator[tuple[int, int, int]]:
    """Every (line, start, end) of words that no span holds; bullets and numbers are no words."""
    rest = [match.span() for match in MARK.finditer(text.text)]
    held = sorted([*spans, *rest, (len(text.text), len(text.text))])
    reached = 0
    for start, end in held:
        for match in WORDS.finditer(text.text, reached, max(start, reached)):
            yield text.line_of(match.start()), *match.span()
        reached = max(reached, end)


def _refuse_gaps(passages: Sequence[Passage], text: Text, table: Table, names: Names) -> None:
    """Raise TableError for the first words in no passage, at the row after them or the last."""
    gap = next(gaps([(p.start, p.end) for p in passages], text), None)
    if gap is None:
        return
    line, start, end = gap
    rows = [p.row for p in passages if p.start > start] or [p.row for p in passages[-1:]]
    number = rows[0].number if rows else 1
    found = f"{names.curie(text.document)} line {line}, {start} to {end} in no passage"
    raise TableError(table.file, number, "Start", found, "every word in a passage")


def cover(
    passages: Sequence[Passage], claims: Iterable[Claim], names: Names, *, whole: bool
) -> tuple[Passage, ...]:
    """The passages with the claims read from each.

    Raises TableError for a claim whose span does not start and end in passages of its line, for a
    passage with both claims and a reason, and, if the claims are the `whole` of what is read, for
    passages with neither, all of which the message names by their rows.
    """
    lines: dict[tuple[str, int], list[Passage]] = defaultdict(list)
    for passage in passages:
        lines[passage.document, passage.line].append(passage)
    found: dict[str, list[str]] = defaultdict(list)
    for claim in claims:
        beside = lines[claim.document, claim.line]
        ends = [p for p in beside if p.start < claim.end <= p.end]
        if not ends or not any(p.start <= claim.start < p.end for p in beside):
            place = f"{names.curie(claim.document)}, line {claim.line}"
            raise claim.row.error("Start", f"a span within passages of {place}: see passages.tsv")
        found[ends[0].iri].append(claim.iri)
    covered = tuple(replace(p, claims=tuple(sorted(found[p.iri]))) for p in passages)
    for passage in covered:
        if passage.claims and passage.reason:
            read_from = ", ".join(map(names.curie, passage.claims))
            raise passage.row.error("Reason", f"nothing, since {read_from} is read from it")
    bare = [p.row for p in covered if not p.claims and not p.reason]
    if bare and whole:
        others = [str(row.number) for row in bare[1:]]
        dots = ", …" if len(others) > SHOWN else ""
        named = f"; so in {len(others)} more rows: {', '.join(others[:SHOWN])}{dots}"
        expected = f"a reason, since no claim is read from {bare[0].cells['ID']}"
        raise bare[0].error("Reason", expected + (named if others else ""))
    return covered


def report(passages: Iterable[Passage], names: Names) -> str:
    """The coverage report: tab-separated, a header row, a row for each passage in its order.

    Claims are CURIEs with `|` between them.
    """
    rows = [REPORT] + [
        (
            names.curie(p.document),
            *(str(number) for number in (p.line, p.start, p.end)),
            "|".join(map(names.curie, p.claims)),
            p.reason,
        )
        for p in passages
    ]
    return "".join("\t".join(row) + "\n" for row in rows)
