"""Pages for people: the way in, and the interface explained from its own description."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from kg_service.web import headers, negotiation, openapi, rest
from kg_service.web.services import Services

HEADERS = {"Content-Security-Policy": headers.PAGE, "Cache-Control": rest.CACHE_CONTROL}
HTML = ("text/html",)
TITLE_QUESTION = f"{rest.BASE}/conditions"


def blueprint(services: Services) -> Blueprint:
    """`/`, `/docs`, `/openapi.json` and the style sheet. Raises QueryFileError."""
    made = Blueprint(
        "pages",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    routes = rest.routes(services) if services.release is not None else []
    description = openapi.document(services, routes)
    entries = [
        entry(path, method, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]

    @made.get("/")
    def home() -> Response:
        asked = next((e for e in entries if e["path"] == TITLE_QUESTION), None)
        return page("home.html", question=asked)

    @made.get("/docs")
    def docs() -> Response:
        return page("docs.html", entries=entries)

    @made.get("/openapi.json")
    def openapi_json() -> Response:
        rest.acceptable()
        answer = rest.as_json(description)
        answer.headers["Cache-Control"] = rest.CACHE_CONTROL
        return answer

    def page(template: str, **content: Any) -> Response:
        negotiation.required(request.headers.get("Accept"), HTML)
        answer = make_response(render_template(template, **content))
        answer.headers.update(HEADERS)
        return answer

    return made


def entry(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """What the page says of one operation; only a GET has an address to try."""
    tried = openapi.example(path, operation["parameters"]) if method == "get" else ""
    tried = "" if "{" in tried else tried
    return {**operation, "path": path, "method": method.upper(), "example": tried}
