"""The Flask application: blueprints put together, and what holds for every answer."""

from __future__ import annotations

import uuid

from flask import Flask, Response, g, request

from kg_service.config import Settings
from kg_service.web import (
    description,
    headers,
    mappings,
    operation,
    pages,
    problems,
    reasoning,
    rest,
    sparql,
)
from kg_service.web.services import Services

# The key in the WSGI environment under which the front puts the request's id.
QUERY_ID = "heliotrope.query_id"
ID_HEADER = "Query-Id"


def create_app(settings: Settings, services: Services) -> Flask:
    """The application; each answer carries an unguessable `Query-Id`."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_size
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.body_size
    app.url_map.strict_slashes = False

    @app.before_request
    def identify() -> None:
        g.query_id = request.environ.get(QUERY_ID) or str(uuid.uuid4())

    @app.after_request
    def sign(answer: Response) -> Response:
        answer.headers[ID_HEADER] = g.query_id
        headers.complete(answer.headers)
        if request.method == "OPTIONS" and answer.allow:
            headers.preflight(answer.headers, answer.allow)
        return answer

    problems.register(app)
    app.register_blueprint(operation.blueprint(services))
    app.register_blueprint(sparql.blueprint(services, description.view(services)))
    app.register_blueprint(reasoning.blueprint(services))
    app.register_blueprint(rest.blueprint(services))
    app.register_blueprint(mappings.blueprint(services))
    app.register_blueprint(pages.blueprint(services))
    return app
