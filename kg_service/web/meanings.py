"""What each kind of problem means: where the type of a problem leads (RFC 9457, section 3.1.1).

All of it is told by the table of kinds and by the classes of errors: what a kind means is in their
docstrings, what it carries is what they declare, and the next step is their advice.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, get_type_hints

from flask import Blueprint, Response, make_response, render_template, request

from kg_service.errors import HeliotropeError, NameUnknownError
from kg_service.web import address, negotiation, pages, problems, rest
from kg_service.web.problems import KINDS, Kind
from kg_service.web.services import Services
from kg_service.web.tags import Tags

JSON, HTML = "application/json", "text/html"
OFFERS = (JSON, HTML)

# What a member is in JSON, by the type that a class of errors declares it with.
SCHEMAS: Mapping[Any, Mapping[str, Any]] = MappingProxyType(
    {
        str: {"type": "string"},
        int: {"type": "integer"},
        float: {"type": "number"},
        tuple[str, ...]: {"type": "array", "items": {"type": "string"}},
    }
)

PHRASES = {int(status): status.phrase for status in HTTPStatus}


def blueprint(services: Services) -> Blueprint:
    """`/problems/` has all kinds, `/problems/{name}` one: JSON for programs, pages for people."""
    made = Blueprint("meanings", __name__, url_prefix="/problems")
    prefix, release = address.prefix(services.settings), str(services.manifest["digest"])
    tags = Tags(services.settings, release)
    ordered = sorted(KINDS.items(), key=lambda item: (item[1].status, item[1].name))
    told = {kind.name: meaning(cls, kind, prefix) for cls, kind in ordered}

    @made.get("/")
    def every() -> Response:
        found = {"results": list(told.values()), "total": len(told), "next": None}
        return answer("problems.html", found)

    @made.get("/<name>")
    def one(name: str) -> Response:
        if name not in told:
            raise NameUnknownError(
                f"No kind of problem is called {name[:80]!r}.",
                f"All are at {problems.type_of('', prefix)}.",
            )
        return answer("problem.html", told[name])

    def answer(template: str, found: Mapping[str, Any]) -> Response:
        if negotiation.required(request.headers.get("Accept"), OFFERS) == HTML:
            made = make_response(render_template(template, found=found, phrases=PHRASES))
            made.headers.update(pages.HEADERS)
        else:
            made = rest.as_json({**found, "release": release})
            made.headers["Cache-Control"] = rest.CACHE_CONTROL
        made.vary.add("Accept")
        return tags.conditional(made)

    return made


def meaning(cls: type[HeliotropeError], kind: Kind, prefix: str) -> dict[str, Any]:
    """A kind of problem as JSON, its type below `prefix`; `cls` is the class it stands beside."""
    classes = list(told_as(cls))
    paragraphs = [text for each in classes for text in (inspect.getdoc(each) or "").split("\n\n")]
    declared = {name: type_ for each in classes for name, type_ in get_type_hints(each).items()}
    return {
        "type": problems.type_of(kind.name, prefix),
        "name": kind.name,
        "title": kind.title,
        "status": int(kind.status),
        "meaning": "\n\n".join(" ".join(text.split()) for text in paragraphs),
        "members": {name: SCHEMAS[type_] for name, type_ in declared.items()},
        "retry_after": kind.retry_after is not None,
        "advice": cls.advice or None,
    }


def told_as(cls: type[HeliotropeError]) -> Iterator[type[HeliotropeError]]:
    """A class of the table, and those below it that are told as it is."""
    yield cls
    for below in cls.__subclasses__():
        if below not in KINDS:
            yield from told_as(below)
