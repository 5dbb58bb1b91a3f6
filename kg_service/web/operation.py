"""Whether the service is up, and whether it can answer: for those who run it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from kg_service.errors import NotReadyError
from kg_service.web import negotiation
from kg_service.web.services import Services
from kg_service.workers import QueryRequest

READY_TIMEOUT = 2.0
OFFERS = ("application/json",)


def blueprint(services: Services) -> Blueprint:
    """`/health`: 200 once the server is up. `/ready`: 200 once queries are answered, else 503."""
    made = Blueprint("operation", __name__)
    question = (services.settings.root / "sparql" / "ready.rq").read_text("utf-8")
    manifest = {"release": services.manifest["digest"], "version": services.manifest["version"]}

    @made.get("/health")
    def health() -> Response:
        return uncached({"status": "up", **manifest})

    @made.get("/ready")
    def ready() -> Response:
        if not all(pool.path.exists() for pool in services.pools.values()):
            raise NotReadyError("The data are still loading.", "Try again soon.")
        for _ in services.house.run(QueryRequest(question, READY_TIMEOUT)):
            pass
        return uncached({"status": "ready", **manifest})

    return made


def uncached(content: dict[str, str]) -> Response:
    """A JSON answer that holds for this moment only; NotAcceptableError where it is not wanted."""
    negotiation.required(request.headers.get("Accept"), OFFERS)
    answer = jsonify(content)
    answer.headers["Cache-Control"] = "no-store"
    return answer
