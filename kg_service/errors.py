"""Every error Heliotrope raises on purpose.

HeliotropeError
├── BuildError                 a release cannot be built
│   ├── TableError             a cell: file, row, column, found, expected
│   ├── SchemaError            schema.ofn cannot be read, or uses what is not supported
│   ├── IdentifierError        an external term differs from its home file
│   ├── DocumentError          a document or a span does not fit
│   ├── UnsupportedAxiomError  an axiom outside the profile of a reasoner
│   ├── InconsistencyError     the axioms clash; carries the axioms involved
│   ├── CheckError             a check in sparql/checks returned rows
│   └── LimitError             a step passed its time or memory limit
├── ReleaseError               a release is missing, incomplete or damaged
├── NameUnknownError           a CURIE, IRI or label that names nothing
└── QueryError                 a query was not answered
    ├── SyntaxProblem          the text is not SPARQL: line, column, expected
    ├── DeadlineError          it ran past its deadline
    ├── MemoryLimitError       it passed its memory limit
    ├── WorkerCrashError       it crashed its worker
    ├── BusyError              no worker became free in time
    └── CancelledError         somebody cancelled it, or hung up
"""

from __future__ import annotations


class HeliotropeError(Exception):
    """Base of all. `message` is one line: the item, what is wrong; `advice` the next step."""

    def __init__(self, message: str, advice: str = "") -> None:
        """Keep both lines; `str()` joins them."""
        self.message = message
        self.advice = advice
        super().__init__(f"{message} {advice}".strip())


class BuildError(HeliotropeError):
    """A release cannot be built."""


class TableError(BuildError):
    """A cell of a table is wrong."""

    def __init__(self, file: str, row: int, column: str, found: str, expected: str) -> None:
        """Name file, row (1-based, as editors count), column, what was found and expected."""
        self.file, self.row, self.column = file, row, column
        self.found, self.expected = found, expected
        super().__init__(f"{file}:{row}: column {column!r}: found {found!r}, expected {expected}.")


class SchemaError(BuildError):
    """`schema.ofn` cannot be read."""


class IdentifierError(BuildError):
    """An external term differs from its home file."""


class DocumentError(BuildError):
    """A document is not the one described, or a span does not fit it."""


class UnsupportedAxiomError(BuildError):
    """An axiom is outside what the reasoner supports; the message names its kind."""


class InconsistencyError(BuildError):
    """The ontology is inconsistent; `axioms` are those involved."""

    def __init__(self, message: str, axioms: tuple[str, ...] = ()) -> None:
        """Keep the axioms, one string each in functional syntax."""
        self.axioms = axioms
        super().__init__(message, "Axioms involved: " + "; ".join(axioms) if axioms else "")


class CheckError(BuildError):
    """A check returned rows; the message names the check and the first rows."""


class LimitError(BuildError):
    """A build step passed its time or memory limit."""


class ReleaseError(HeliotropeError):
    """A release is missing, incomplete or damaged."""


class NameUnknownError(HeliotropeError):
    """A CURIE, IRI or label names nothing here."""


class QueryError(HeliotropeError):
    """A query was not answered."""


class SyntaxProblem(QueryError):
    """The text is not SPARQL. `line` and `column` are 1-based."""

    def __init__(self, message: str, line: int, column: int) -> None:
        """Keep the place."""
        self.line, self.column = line, column
        super().__init__(message)


class DeadlineError(QueryError):
    """The query ran past its deadline."""


class MemoryLimitError(QueryError):
    """The query passed its memory limit."""


class WorkerCrashError(QueryError):
    """The query crashed its worker; other queries are unharmed."""


class BusyError(QueryError):
    """No worker became free in time."""


class CancelledError(QueryError):
    """The query was cancelled, or its client hung up."""
