"""`/sparql/queries/{id}`: how far a query is, for whoever knows its id, and cancelling it."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify

from kg_service.errors import QueryUnknownError
from kg_service.lanes import RUNNING, WAITING
from kg_service.web import address, diagnosis, problems
from kg_service.web.life import CACHED, CANCELLED, FAILED, FINISHED, Query
from kg_service.web.services import Services

PATH = "/sparql/queries"

NAME_IT = "Ask again with a Query-Id, since a query with a name is evaluated."

UNFINISHED = {
    WAITING: "The query is waiting",
    RUNNING: "The query is under way",
    CANCELLED: "The query was cancelled",
    FAILED: "The query failed",
}


def blueprint(services: Services) -> Blueprint:
    """GET tells the state of a query, DELETE cancels it; and its diagnosis, where one is made."""
    made = Blueprint("running", __name__, url_prefix=PATH)
    prefix = address.prefix(services.settings)

    @made.get("/<id_>")
    def state(id_: str) -> Response:
        return unkept(told(services.register.find(id_), prefix))

    @made.delete("/<id_>")
    def cancel(id_: str) -> Response:
        query = services.register.find(id_)
        if query.ended:
            return Response(status=HTTPStatus.NO_CONTENT)
        query.cancel.set()
        answer = unkept(told(query, prefix))
        answer.status_code = HTTPStatus.ACCEPTED
        return answer

    diagnose = diagnosis.view(services)

    @made.get("/<id_>/diagnosis")
    def diagnosed(id_: str) -> Response:
        query = services.register.find(id_)
        if query.kind == CACHED:
            raise QueryUnknownError("The answer was kept from an earlier query.", NAME_IT)
        if not query.text:
            raise QueryUnknownError("There is no diagnosis of what is no SPARQL query.")
        if query.state != FINISHED:
            raise QueryUnknownError(f"{UNFINISHED[query.state]}, so nobody knows if it has rows.")
        return diagnose(query)

    return made


def told(query: Query, prefix: str) -> dict[str, Any]:
    """A query as JSON, its problem below `prefix`. Times are in UTC, `elapsed` and `timeout` in
    seconds."""
    return {
        "id": query.id,
        "state": query.state,
        "problem": problems.type_of(query.problem, prefix) if query.problem else None,
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
