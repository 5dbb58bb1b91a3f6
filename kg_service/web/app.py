"""The Flask application: blueprints put together, and what holds for every answer."""

from __future__ import annotations

import uuid

from flask import Flask, Response, g, request

from kg_service.config import Settings
from kg_service.web import (
    address,
    description,
    headers,
    life,
    mappings,
    meanings,
    openapi,
    operation,
    pages,
    problems,
    reasoning,
    rest,
    running,
    sparql,
)
from kg_service.web.metrics import Metrics
from kg_service.web.services import Services

ID_HEADER, RELEASE_HEADER = "Query-Id", "Heliotrope-Release"


def create_app(settings: Settings, services: Services, metrics: Metrics | None = None) -> Flask:
    """The application; each answer carries its `Query-Id` and the release it was made from."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_size
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.body_size
    app.url_map.strict_slashes = False
    # An IRI in a path has two slashes; no redirection may make one of them.
    app.url_map.merge_slashes = False

    @app.context_processor
    def told() -> dict[str, object]:
        # What every page says of the service and of the release it is made from.
        return {"info": openapi.info(services), "manifest": services.manifest}

    @app.before_request
    def identify() -> None:
        query = life.current()
        query.id = query.id or str(uuid.uuid4())
        g.query_id = query.id

    @app.after_request
    def sign(answer: Response) -> Response:
        answer.headers[ID_HEADER] = g.query_id
        headers.complete(answer.headers)
        if request.method == "OPTIONS" and answer.allow:
            headers.preflight(answer.headers, answer.allow)
        answer.headers[RELEASE_HEADER] = services.manifest["digest"]
        return answer

    problems.register(app, address.prefix(settings))
    app.register_blueprint(operation.blueprint(services))
    app.register_blueprint(sparql.blueprint(services, description.view(services)))
    app.register_blueprint(running.blueprint(services))
    app.register_blueprint(reasoning.blueprint(services))
    app.register_blueprint(rest.blueprint(services))
    app.register_blueprint(mappings.blueprint(services))
    app.register_blueprint(pages.blueprint(services))
    app.register_blueprint(meanings.blueprint(services))
    if metrics is not None:
        app.register_blueprint(metrics.blueprint())
    return app
