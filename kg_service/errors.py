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
├── TextError                  a text cannot be read: ExpressionError and SyntaxProblem are such
├── RequestError               a request over HTTP is not one that can be answered
│   ├── ParameterError         a parameter is missing, repeated or malformed
│   ├── ExpressionError        a class expression cannot be read: line, column, expected
│   ├── UnsupportedExpressionError  … or holds what the reasoner does not decide
│   ├── BodyError              a part of a JSON body is wrong: path, found, expected
│   │   ├── CaseError          … of a patient's case
│   │   └── WhatIfError        … of a what-if question
│   ├── ContentTypeError       the body is of a type that is not read here
│   ├── ContentEncodingError   the body is packed, and nothing packed is unpacked here
│   ├── FramingError           host, path or length of the request cannot be relied on
│   ├── BodyTimeoutError       the body did not come in time
│   ├── UrlLimitError          the URL is larger than the limit
│   ├── HeaderLimitError       the header is larger than the limit
│   ├── QueryIdError           the id given to a query is in use
│   ├── QueryUnknownError      no query has this id
│   └── SizeLimitError         the body is larger than the limit
├── StartError                 the service cannot start
├── NotReadyError              the service is still loading, or starting again
│   └── StoppingError          it is stopping
└── QueryError                 a query was not answered
    ├── SyntaxProblem          the text is not SPARQL: line, column, expected
    ├── QueryLimitError        its text passes a limit: name, limit, found, line, column
    ├── DeadlineError          it ran past its deadline
    ├── MemoryLimitError       it passed its memory limit
    ├── RowLimitError          its answer has more rows than the limit
    ├── NotAcceptableError     its answer has no format that the client accepts
    ├── FederationError        it asks for an outgoing request (SERVICE) that is not allowed
    ├── ServiceVariableError   the service it asks for is a variable
    ├── ServiceError           a service that is allowed does not answer well
    ├── EvaluationError        the engine could not evaluate it
    ├── WorkerCrashError       it crashed its worker
    ├── KilledError            its worker was ended from outside, through no fault of the query
    ├── BusyError              no worker became free in time
    └── CancelledError         somebody cancelled it, or hung up
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class HeliotropeError(Exception):
    """Base of all. `message` is one line: the item, what is wrong; `advice` the next step.

    A class with one next step for all its errors has it as `advice`. What a class declares is told
    to clients beside the message.
    """

    advice = ""

    def __init__(self, message: str, advice: str = "") -> None:
        """Keep both lines; `str()` joins them. Without advice the class's own counts."""
        self.message = message
        self.advice = advice or self.advice
        super().__init__(f"{message} {self.advice}".strip())


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
    """The ontology is inconsistent; `axioms` are those involved, `sets` all sets that clash."""

    def __init__(
        self, message: str, axioms: tuple[str, ...] = (), sets: tuple[tuple[str, ...], ...] = ()
    ) -> None:
        """Keep the axioms, one line each; `sets` are minimal."""
        self.axioms, self.sets = axioms, sets or ((axioms,) if axioms else ())
        super().__init__(message, "Axioms involved: " + "; ".join(axioms) if axioms else "")


class CheckError(BuildError):
    """A check returned rows; the message names the check and the first rows."""


class LimitError(BuildError):
    """A build step passed its time or memory limit."""


class ReleaseError(HeliotropeError):
    """A release is missing, incomplete or damaged."""


class NameUnknownError(HeliotropeError):
    """A CURIE, IRI or label names nothing here."""


class RequestError(HeliotropeError):
    """A request over HTTP is not one that can be answered."""


class TextError(HeliotropeError):
    """A text cannot be read; `preamble` is what the message says before the place."""

    line: int
    column: int
    found: str
    expected: tuple[str, ...]
    suggestions: tuple[str, ...]
    caret: str

    preamble = ""

    def __init__(
        self,
        text: str,
        offset: int,
        message: str,
        found: str = "",
        expected: tuple[str, ...] = (),
        suggestions: tuple[str, ...] = (),
    ) -> None:
        """Take the whole text and an offset into it; `message` is completed with the place."""
        self.line, self.column, self.caret = place_in(text, offset)
        self.found, self.expected, self.suggestions = found, expected, suggestions
        place = f"{self.preamble}line {self.line}, column {self.column}: {message}"
        super().__init__(place, _help(expected, suggestions))


class ParameterError(RequestError):
    """A parameter is missing, repeated or malformed; `parameter` names it."""

    parameter: str

    def __init__(self, parameter: str, message: str, advice: str = "") -> None:
        """Keep the name."""
        self.parameter = parameter
        super().__init__(message, advice)


class ExpressionError(RequestError, TextError):
    """A class expression cannot be read. `line` and `column` are 1-based and count code points.

    `found` is the piece of text at that place, `expected` what could stand there, in words;
    `suggestions` are names that may have been meant, or the choices of an ambiguous one. `caret` is
    two lines of text: the line of the expression, cut where it is long, and a mark below the place.
    """


_REACH = 60  # how many characters of a line are shown on each side of the place

# The longest piece of a query that is told.
_PIECE = 200


def place_in(text: str, offset: int) -> tuple[int, int, str]:
    """Line and column of an offset, 1-based and in code points, and the caret: two lines, the line
    of the text, cut where it is long, and a mark below the place."""
    before, after = text[:offset], text[offset:]
    start = before.rpartition("\n")[2]
    left = start if len(start) <= _REACH else f"…{start[-_REACH:]}"
    right = after.partition("\n")[0]
    right = right if len(right) <= _REACH else f"{right[:_REACH]}…"
    shown = re.sub(r"[^\S ]|[\x00-\x1f\x7f]", " ", left + right)
    return before.count("\n") + 1, len(start) + 1, f"{shown}\n{' ' * len(left)}^"


def _help(expected: tuple[str, ...], suggestions: tuple[str, ...]) -> str:
    advice = f"Expected {_listed(expected)}." if expected else ""
    hint = f"Did you mean {_listed(suggestions)}?" if suggestions else ""
    return f"{advice} {hint}".strip()


def _short(text: str) -> str:
    return text if len(text) <= _PIECE else f"{text[:_PIECE]}…"


def _listed(words: tuple[str, ...]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


class UnsupportedExpressionError(RequestError):
    """A class expression holds what our reasoner does not decide; `constructs` are Manchester
    keywords."""

    constructs: tuple[str, ...]
    advice = "Ask with names, and, or, some, value and ranges of numbers."

    def __init__(self, constructs: tuple[str, ...]) -> None:
        """Keep the constructs."""
        self.constructs = constructs
        super().__init__(f"Outside the profile of the reasoner: {', '.join(constructs)}.")


class BodyError(RequestError):
    """A part of a JSON body is wrong. `path` is its JSON Pointer (RFC 6901), "" for the whole."""

    path: str
    found: str
    expected: str

    def __init__(self, path: str, found: str, expected: str, advice: str = "") -> None:
        """Keep what was found there and what was expected."""
        self.path, self.found, self.expected = path, found, expected
        place = f"At {path}" if path else "In the body"
        super().__init__(f"{place}: found {found}, expected {expected}.", advice)


class CaseError(BodyError):
    """A part of a patient's case is wrong."""


class WhatIfError(BodyError):
    """A part of a what-if question is wrong."""


class ContentTypeError(RequestError):
    """The body is of a type that is not read here. `received` may be empty; `offers` are read."""

    received: str
    offers: tuple[str, ...]

    def __init__(self, received: str, offers: tuple[str, ...]) -> None:
        """Keep both."""
        self.received, self.offers = received, offers
        what = f"Content-Type {received!r} is" if received else "A body without Content-Type is"
        super().__init__(f"{what} not read here.", f"Send {' or '.join(offers)}.")


class ContentEncodingError(RequestError):
    """The body is packed (`received` says how), and nothing packed is unpacked here."""

    received: str
    advice = "Send it bare."

    def __init__(self, received: str) -> None:
        """Keep the coding."""
        self.received = received
        super().__init__(f"A body with Content-Encoding {received!r} is not read.")


class FramingError(RequestError):
    """The request cannot be relied on as one message of HTTP: its host, path or length."""


class BodyTimeoutError(RequestError):
    """The body did not come within `limit` seconds."""

    limit: float
    advice = "Send it at once."

    def __init__(self, limit: float) -> None:
        """Keep the limit."""
        self.limit = limit
        super().__init__(f"The body did not come within {limit:g} s.")


class UrlLimitError(RequestError):
    """Path and query of the URL are larger than `limit` bytes."""

    limit: int
    advice = "Send a query by POST."

    def __init__(self, limit: int) -> None:
        """Keep the limit."""
        self.limit = limit
        super().__init__(f"The URL is larger than {limit} bytes.")


class HeaderLimitError(RequestError):
    """The header has more fields, or more bytes, than `limit`; `unit` is what was counted."""

    limit: int
    unit: str
    advice = "Send less."

    def __init__(self, limit: int, unit: str) -> None:
        """Keep the limit."""
        self.limit, self.unit = limit, unit
        super().__init__(f"The header has more than {limit} {unit}.")


class SizeLimitError(RequestError):
    """The body is larger than `limit` bytes."""

    limit: int
    advice = "Send less."

    def __init__(self, limit: int) -> None:
        """Keep the limit."""
        self.limit = limit
        super().__init__(f"The body is larger than {limit} bytes.")


class QueryIdError(RequestError):
    """The id that a client gives its query is that of one under way."""

    advice = "Give another Query-Id, or none."

    def __init__(self, id_: str) -> None:
        """Name the id."""
        super().__init__(f"A query named {id_!r} is under way.")


class QueryUnknownError(RequestError):
    """No query has this id, or none any more."""


class StartError(HeliotropeError):
    """The service cannot start: a taken port, unreadable data."""


class NotReadyError(HeliotropeError):
    """The service is still loading its data, or starting again."""

    advice = "Ask again soon."


class StoppingError(NotReadyError):
    """The service is stopping, and takes no more requests."""


class QueryError(HeliotropeError):
    """A query was not answered."""


class SyntaxProblem(QueryError, TextError):
    """The text is not SPARQL. `line` and `column` are 1-based and count code points.

    `found` is the piece of text at that place, `expected` what could stand there, in words;
    `suggestions` are texts that may have been meant. `caret` shows the line and a mark.
    """

    preamble = "The query is not SPARQL at "

    def __init__(
        self,
        text: str,
        offset: int,
        message: str,
        found: str = "",
        expected: tuple[str, ...] = (),
        suggestions: tuple[str, ...] = (),
    ) -> None:
        """As TextError, with long pieces cut; what is cut off cannot stand in a query."""
        whole = tuple(each for each in suggestions if _short(each) == each)
        super().__init__(text, offset, message, _short(found), tuple(map(_short, expected)), whole)


class QueryLimitError(QueryError):
    """The text of a query passes a limit, and is not evaluated.

    `name` is the limit's in the table of limits, `limit` its number, `found` what the query has;
    `line` and `column` say where it is passed.
    """

    line: int
    column: int
    limit: int
    name: str
    found: int
    caret: str
    advice = "Nest less deeply, or ask in parts."

    def __init__(
        self, text: str, offset: int, name: str, what: str, limit: int, found: int
    ) -> None:
        """Take the whole text and an offset into it; `what` says what is limited, in words."""
        self.line, self.column, self.caret = place_in(text, offset)
        self.name, self.limit, self.found = name, limit, found
        super().__init__(
            f"The query has {found} {what}, at line {self.line}, column {self.column}; "
            f"the limit {name} is {limit}."
        )


class DeadlineError(QueryError):
    """The query ran past its deadline."""


class MemoryLimitError(QueryError):
    """The query passed its memory limit."""


class RowLimitError(QueryError):
    """The answer has more rows than `limit`."""

    limit: int
    advice = "Ask with LIMIT and OFFSET."

    def __init__(self, message: str, limit: int) -> None:
        """Keep the limit."""
        self.limit = limit
        super().__init__(message)


class NotAcceptableError(QueryError):
    """The answer has no format that the client accepts; `offers` are the media types it has."""

    offers: tuple[str, ...]

    def __init__(self, message: str, offers: tuple[str, ...]) -> None:
        """Keep the offers."""
        self.offers = offers
        super().__init__(message, "Accept one of: " + ", ".join(offers) + ".")


class FederationError(QueryError):
    """The query asks for an outgoing request (SERVICE) that is not allowed here."""


class ServiceVariableError(QueryError):
    """The service that a query asks for is a variable; `variable` is its name."""

    variable: str
    advice = "Name it by an IRI."

    def __init__(self, variable: str) -> None:
        """Keep the name."""
        self.variable = variable
        super().__init__(f"SERVICE ?{variable} names its service by a variable.")


class ServiceError(QueryError):
    """The service that a query asks for does not answer well; `service` is its IRI."""

    service: str
    advice = "With SERVICE SILENT the rest is answered."

    def __init__(self, service: str, why: str) -> None:
        """Keep the IRI; `why` says what is wrong."""
        self.service = service
        super().__init__(f"SERVICE <{service}> fails: {why}.")


class EvaluationError(QueryError):
    """The engine could not evaluate the query; the message is the engine's."""


class WorkerCrashError(QueryError):
    """The query crashed its worker; other queries are unharmed."""

    advice = "Nest less deeply, or ask in parts."


class KilledError(QueryError):
    """The worker was ended from outside, through no fault of the query."""

    advice = "Ask again."


class BusyError(QueryError):
    """No worker became free in time; Retry-After says when one may be, in seconds."""

    advice = "Ask again."

    def __init__(self, message: str, advice: str = "", retry_after: int = 1) -> None:
        """Keep the seconds."""
        self.retry_after = retry_after
        super().__init__(message, advice)


class CancelledError(QueryError):
    """The query was cancelled, or its client hung up."""


def packed(error: HeliotropeError) -> dict[str, Any]:
    """An error as JSON, for `unpacked` in another process: its class, text and attributes."""
    return {"error": type(error).__name__, "text": str(error), "attributes": vars(error)}


def unpacked(content: Mapping[str, Any]) -> HeliotropeError:
    """The error that was packed. Lists stand where it had tuples."""
    waiting = [HeliotropeError]
    named: dict[str, type[HeliotropeError]] = {}
    for cls in waiting:
        named[cls.__name__] = cls
        waiting += cls.__subclasses__()
    error = named[content["error"]].__new__(named[content["error"]])
    error.args = (content["text"],)
    vars(error).update(content["attributes"])
    return error
