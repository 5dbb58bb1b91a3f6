"""Whether the service is up, and whether it can answer: for those who run it."""

from __future__ import annotations

import math
import time

from flask import Blueprint, Response, jsonify, request

from kg_service.errors import NotReadyError
from kg_service.web import negotiation
from kg_service.web.services import Services
from kg_service.workers import QueryRequest

# How long the probe of readiness may take, and how long it holds, in seconds: however many ask, it
# is made once.
READY_TIMEOUT, READY_HOLDS = 5.0, 1.0
OFFERS = ("application/json",)


def blueprint(services: Services) -> Blueprint:
    """`/health`: 200 once the server is up. `/ready`: 200 once queries are answered, else 503."""
    made = Blueprint("operation", __name__)
    question = (services.settings.root / "sparql" / "ready.rq").read_text("utf-8")
    answered = -math.inf
    manifest = {"release": services.manifest["digest"], "version": services.manifest["version"]}

    @made.get("/health")
    def health() -> Response:
        return uncached({"status": "up", **manifest})

    @made.get("/ready")
    def ready() -> Response:
        nonlocal answered
        if not all(pool.path.exists() for pool in services.pools.values()):
            raise NotReadyError("The data are still loading.")
        if time.monotonic() > answered + READY_HOLDS:
            for _ in services.probe.run(QueryRequest(question, READY_TIMEOUT)):
                pass
            answered = time.monotonic()
        return uncached({"status": "ready", **manifest})

    return made


def uncached(content: dict[str, str]) -> Response:
    """A JSON answer that holds for this moment only; NotAcceptableError where it is not wanted."""
    negotiation.required(request.headers.get("Accept"), OFFERS)
    answer = jsonify(content)
    answer.headers["Cache-Control"] = "no-store"
    return answer
