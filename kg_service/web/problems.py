"""Errors as `application/problem+json` (RFC 9457), made in this one place."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from inspect import get_annotations
from types import MappingProxyType
from typing import Any

from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from kg_service import errors
from kg_service.errors import HeliotropeError

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """How a class of errors is told: status, the last part of its type, title, when to retry."""

    status: HTTPStatus
    name: str
    title: str
    retry_after: int | None = None


# The nearest class decides, so a subclass without a line of its own is told as its parent.
KINDS: Mapping[type[HeliotropeError], Kind] = MappingProxyType(
    {
        errors.SyntaxProblem: Kind(HTTPStatus.BAD_REQUEST, "syntax", "Not SPARQL"),
        errors.QueryLimitError: Kind(HTTPStatus.BAD_REQUEST, "query-limit", "Past a limit"),
        errors.ParameterError: Kind(HTTPStatus.BAD_REQUEST, "parameter", "Wrong parameter"),
        errors.ExpressionError: Kind(HTTPStatus.BAD_REQUEST, "expression", "Not an expression"),
        errors.UnsupportedExpressionError: Kind(
            HTTPStatus.BAD_REQUEST, "profile", "Outside the profile"
        ),
        errors.BodyError: Kind(HTTPStatus.BAD_REQUEST, "body", "Wrong body"),
        errors.EvaluationError: Kind(HTTPStatus.BAD_REQUEST, "evaluation", "Not evaluated"),
        errors.FederationError: Kind(HTTPStatus.FORBIDDEN, "federation", "No outgoing requests"),
        errors.ServiceVariableError: Kind(
            HTTPStatus.BAD_REQUEST, "service-variable", "Service named by a variable"
        ),
        errors.ServiceError: Kind(HTTPStatus.BAD_GATEWAY, "service", "Service does not answer"),
        errors.NameUnknownError: Kind(HTTPStatus.NOT_FOUND, "name", "Unknown name"),
        errors.QueryUnknownError: Kind(HTTPStatus.NOT_FOUND, "query", "Unknown query"),
        errors.QueryIdError: Kind(HTTPStatus.CONFLICT, "query-id", "Query id in use"),
        errors.NotAcceptableError: Kind(HTTPStatus.NOT_ACCEPTABLE, "format", "No such format"),
        errors.SizeLimitError: Kind(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "size-limit", "Body too large"
        ),
        errors.ContentTypeError: Kind(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content-type", "Body of another type"
        ),
        errors.ContentEncodingError: Kind(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content-encoding", "Body packed"
        ),
        errors.FramingError: Kind(HTTPStatus.BAD_REQUEST, "framing", "Not a sound request"),
        errors.BodyTimeoutError: Kind(HTTPStatus.REQUEST_TIMEOUT, "body-timeout", "Body too slow"),
        errors.UrlLimitError: Kind(HTTPStatus.REQUEST_URI_TOO_LONG, "url-limit", "URL too large"),
        errors.HeaderLimitError: Kind(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "header-limit", "Header too large"
        ),
        errors.DeadlineError: Kind(
            HTTPStatus.SERVICE_UNAVAILABLE, "deadline", "Query past its deadline"
        ),
        errors.MemoryLimitError: Kind(
            HTTPStatus.SERVICE_UNAVAILABLE, "memory-limit", "Query past its memory limit"
        ),
        errors.RowLimitError: Kind(
            HTTPStatus.SERVICE_UNAVAILABLE, "row-limit", "Answer past its row limit"
        ),
        errors.WorkerCrashError: Kind(
            HTTPStatus.SERVICE_UNAVAILABLE, "crash", "Query crashed its process"
        ),
        errors.CancelledError: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "cancelled", "Query cancelled"),
        errors.KilledError: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "killed", "Process ended", 1),
        errors.BusyError: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "busy", "Too busy", 1),
        errors.NotReadyError: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "not-ready", "Not ready", 1),
    }
)


@dataclass(frozen=True)
class Problem:
    """A problem ready to be sent: status, headers and content."""

    status: int
    headers: Mapping[str, str]
    content: Mapping[str, Any]

    @property
    def body(self) -> bytes:
        """The content as JSON."""
        return json.dumps(self.content, ensure_ascii=False).encode()


def kind_of(error: HeliotropeError) -> Kind | None:
    """How an error is told; None when it is none of a client's business."""
    return next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), None)


def problem(error: HeliotropeError, query_id: str, prefix: str = "") -> Problem:
    """The problem that tells an error; `query_id` is the request's, `prefix` the path below which
    clients know the service.

    An error without a line in the table is told as 500 without its message, which may name what
    is internal.
    """
    kind = kind_of(error)
    if kind is None:
        return plain(HTTPStatus.INTERNAL_SERVER_ERROR, query_id, prefix)
    content: dict[str, Any] = {
        "type": type_of(kind.name, prefix),
        "title": kind.title,
        "status": int(kind.status),
        "detail": str(error),
        "instance": instance(query_id, prefix),
    }
    # What a class declares is what its errors carry beside their message.
    declared = (name for cls in type(error).__mro__ for name in get_annotations(cls))
    content |= {name: getattr(error, name) for name in declared}
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
    retry_after = getattr(error, "retry_after", kind.retry_after)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Problem(int(kind.status), headers, content)


def plain(status: HTTPStatus, query_id: str, prefix: str = "") -> Problem:
    """The problem of a bare HTTP status."""
    content = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": f"{status.description or status.phrase}.",
        "instance": instance(query_id, prefix),
    }
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
    return Problem(int(status), headers, content)


def type_of(name: str, prefix: str) -> str:
    """The URI reference of a kind of problem."""
    return f"{prefix}/problems/{name}"


def instance(query_id: str, prefix: str) -> str:
    """The URI of one occurrence of a problem: of the request, or of the query a client named."""
    try:
        return uuid.UUID(query_id).urn
    except ValueError:
        return f"{prefix}/sparql/queries/{query_id}"


def response(made: Problem) -> Response:
    """A problem as Flask's response."""
    return Response(made.body, made.status, dict(made.headers))


def register(app: Flask, prefix: str = "") -> None:
    """Tell every error of the application as a problem; `prefix` is the path below which clients
    know the service.

    Each request needs `flask.g.query_id` first.
    """

    def heliotrope(error: HeliotropeError) -> Response:
        if kind_of(error) is None:
            told(error, str(error))
        return response(problem(error, g.query_id, prefix))

    def unforeseen(error: Exception) -> Response:
        told(error, "The request failed.")  # its own words may hold what was asked, or a path
        return response(plain(HTTPStatus.INTERNAL_SERVER_ERROR, g.query_id, prefix))

    def told(error: Exception, message: str) -> None:
        app.logger.error("%s", message, exc_info=error, extra={"query": g.query_id})

    def http(error: HTTPException) -> Response:
        if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
            return Response(error.get_response())  # type: ignore[arg-type]
        made = response(plain(HTTPStatus(error.code), g.query_id, prefix))
        for name in ("Allow", "Retry-After", "WWW-Authenticate"):
            if value := error.get_response().headers.get(name):
                made.headers[name] = value
        return made

    app.register_error_handler(HeliotropeError, heliotrope)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, unforeseen)
