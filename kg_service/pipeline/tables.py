"""Tables: tab-separated files with two header rows, names for people and ROBOT templates.

A table is read strictly: UTF-8, tabs, no quoting, every row as wide as the header, rows sorted by
identifier, no identifier twice. Every row remembers its file and number, so that an error can say
where it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_service.errors import NameUnknownError, SchemaError, TableError

HEADER_ROWS = 2
# What XML 1.0 (section 2.2) cannot hold, and the byte order mark.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ufeff]")


@dataclass(frozen=True)
class Row:
    """One row: `cells` by column name; `number` is its line in the file, as editors count."""

    file: str
    number: int
    cells: dict[str, str]

    def error(self, column: str, expected: str) -> TableError:
        """The error that says what `column` of this row holds and what was expected."""
        return TableError(self.file, self.number, column, self.cells.get(column, ""), expected)

    def named(self, column: str, resolve: Callable[[str], str], text: str | None = None) -> str:
        """The IRI of a cell, or of a part of it. Raises TableError for an unknown name."""
        try:
            return resolve(self.cells[column] if text is None else text)
        except NameUnknownError as error:
            raise self.error(column, f"a known name ({error.message})") from None


@dataclass(frozen=True)
class Table:
    """A table: its columns in order, the template string of each, and its rows.

    `file` is the path below the ontology folder, with forward slashes.
    """

    file: str
    templates: dict[str, str]
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns in their order."""
        return tuple(self.templates)

    def error(self, column: str, expected: str) -> TableError:
        """The error that says what the template of `column` is and what was expected."""
        return TableError(self.file, HEADER_ROWS, column, self.templates[column], expected)

    def require(self, *names: str) -> Table:
        """This table. Raises TableError for the first of these columns that it lacks."""
        for name in names:
            if name not in self.templates:
                raise TableError(self.file, 1, name, ", ".join(self.columns), f"a column {name!r}")
        return self

    def column(self, template: str) -> str | None:
        """The name of the first column with this template string, or None."""
        return next((name for name, found in self.templates.items() if found == template), None)


def _lines(path: Path, file: str) -> list[list[str]]:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise SchemaError(f"{file} cannot be read: {error.strerror}.", "Put it there.") from None
    except UnicodeDecodeError as error:
        number = path.read_bytes()[: error.start].count(b"\n") + 1
        raise TableError(file, number, "", "bytes that are not UTF-8", "UTF-8 text") from None
    if "\r" in text:
        number = text[: text.index("\r")].count("\n") + 1
        raise TableError(file, number, "", "a carriage return", "lines that end in a line feed")
    if found := CONTROL.search(text):
        number = text[: found.start()].count("\n") + 1
        shown = f"the control character U+{ord(found[0]):04X}"
        raise TableError(file, number, "", shown, "text without control characters")
    if not text.endswith("\n"):
        raise TableError(file, text.count("\n") + 1, "", "no line end", "a line feed at the end")
    return [line.split("\t") for line in text[:-1].split("\n")]


def natural(identifier: str) -> list[Any]:
    """A key that orders numbers in identifiers by their value.

    >>> natural("doc:001#char=20,45") < natural("doc:001#char=100,120")
    True
    """
    parts = re.split(r"([0-9]+)", identifier)
    return [int(part) if at % 2 else part for at, part in enumerate(parts)]


def read(
    path: Path,
    folder: Path,
    *,
    header_rows: int = HEADER_ROWS,
    comment: str = "",
    key: tuple[str, ...] = (),
    order: Callable[[str], Any] = str,
) -> Table:
    """The table at `path`, named by its place below `folder`.

    `header_rows` is 1 for a table without a template row. Lines at the top that start with
    `comment` are passed over. `key` names the columns that together are the identifier, by
    default the first column; rows are in the `order` of each. Raises TableError naming file, row,
    and column for text that is not UTF-8, a ragged row, a column named twice, padding, an
    empty or repeated identifier, and rows out of order.
    """
    file = path.relative_to(folder).as_posix()
    lines = _lines(path, file)
    above = 0
    while comment and above < len(lines) and lines[above][0].startswith(comment):
        above += 1
    lines = lines[above:]
    if len(lines) < header_rows:
        raise TableError(file, above + 1, "", f"{len(lines)} rows", f"{header_rows} header rows")
    names = lines[0]
    templates = lines[1] if header_rows == HEADER_ROWS else [""] * len(names)
    for name in names:
        if not name or names.count(name) > 1:
            raise TableError(file, above + 1, name, name, "a column name, once")
    for name in key:
        if name not in names:
            raise TableError(file, above + 1, name, "", "a column of this name")
    if len(templates) != len(names):
        raise TableError(
            file, above + 2, "", f"{len(templates)} cells", f"{len(names)} template cells"
        )
    rows = tuple(_rows(file, names, lines[header_rows:], above + header_rows + 1, key, order))
    return Table(file, dict(zip(names, templates, strict=True)), rows)


def _rows(
    file: str,
    names: list[str],
    lines: list[list[str]],
    first: int,
    key: tuple[str, ...],
    order: Callable[[str], Any],
) -> Iterator[Row]:
    before: tuple[str, ...] = ()
    for number, cells in enumerate(lines, start=first):
        if len(cells) != len(names):
            expected = f"{len(names)} cells, as in the header"
            raise TableError(file, number, names[0], f"{len(cells)} cells", expected)
        row = Row(file, number, dict(zip(names, cells, strict=True)))
        for name, cell in row.cells.items():
            if cell != cell.strip():
                raise row.error(name, "no blanks around the value")
        identifier = tuple(row.cells[name] for name in key or names[:1])
        column = key[-1] if key else names[0]
        if not all(identifier):
            raise row.error(column, "an identifier")
        if identifier == before:
            raise row.error(column, "an identifier used once")
        if before and [*map(order, identifier)] < [*map(order, before)]:
            shown = " ".join(before)
            raise row.error(column, f"rows sorted by identifier; {shown!r} stands before it")
        before = identifier
        yield row
