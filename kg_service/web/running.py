"""`/sparql/queries/{id}`: how far a query is, for whoever knows its id, and cancelling it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify

from kg_service.errors import QueryUnknownError
from kg_service.web import life
from kg_service.web.life import Query
from kg_service.web.services import Services
from kg_service.workers import DiagnosisRequest

PATH = "/sparql/queries"


def blueprint(services: Services) -> Blueprint:
    """GET tells the state of a query, DELETE cancels it; and its diagnosis, where one is made."""
    made = Blueprint("running", __name__, url_prefix=PATH)

    @made.get("/<id_>")
    def state(id_: str) -> Response:
        return unkept(told(services.register.find(id_)))

    @made.delete("/<id_>")
    def cancel(id_: str) -> Response:
        query = services.register.find(id_)
        if query.ended:
            return Response(status=HTTPStatus.NO_CONTENT)
        query.cancel.set()
        answer = unkept(told(query))
        answer.status_code = HTTPStatus.ACCEPTED
        return answer

    @made.get("/<id_>/diagnosis")
    def diagnosis(id_: str) -> Response:
        query = services.register.find(id_)
        if not query.text:
            raise QueryUnknownError("There is no diagnosis of what is no SPARQL query.")
        seconds = services.settings.query_timeout
        graphs = query.default_graphs, query.named_graphs
        found = life.evaluated(
            services.strangers,
            DiagnosisRequest(query.text, seconds, *graphs, query.encoded, query.services),
            services.register,
            release=str(services.manifest["digest"]),
        )
        return unkept({"id": query.id, **json.loads(b"".join(found))})

    return made


def told(query: Query) -> dict[str, Any]:
    """A query as JSON. Times are in UTC, `elapsed` and `timeout` in seconds."""
    return {
        "id": query.id,
        "state": query.state,
        "problem": f"/problems/{query.problem}" if query.problem else None,
        "since": utc(query.since),
        "elapsed": round(query.elapsed, 3),
        "timeout": query.timeout,
        "deadline": utc(query.since + query.timeout),
        "bytes": query.bytes,
        "release": query.release,
    }


def utc(seconds: float) -> str:
    """A time as RFC 3339 has it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def unkept(content: dict[str, Any]) -> Response:
    """JSON that holds for this moment only."""
    answer = jsonify(content)
    answer.headers["Cache-Control"] = "no-store"
    return answer
