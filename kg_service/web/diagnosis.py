"""The diagnosis of a query without rows: JSON for programs, a page for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, make_response, render_template, request

from kg_service.diagnosis import questions
from kg_service.web import address, headers, life, negotiation
from kg_service.web.life import Query
from kg_service.web.services import Services
from kg_service.workers import DiagnosisRequest

JSON, HTML = "application/json", "text/html"
OFFERS = (JSON, HTML)

# Above this a query is no link: browsers and proxies have bounds on an address, too.
LINK = 4000


@dataclass(frozen=True)
class Piece:
    """A piece of a query's text, and whether it is broken."""

    text: str
    broken: bool


def view(services: Services) -> Callable[[Query], Response]:
    """What answers for a query that was asked. Raises OSError when a query file cannot be read.

    The answer raises NotAcceptableError for a client that takes none of OFFERS, and as
    `life.evaluated`.
    """
    settings = services.settings
    asked = questions.load(settings.root)

    def answer(query: Query) -> Response:
        media_type = negotiation.required(request.headers.get("Accept"), OFFERS)
        found = json.loads(b"".join(evaluated(query)))
        if media_type == HTML:
            made = make_response(page(query.text, found))
            made.headers["Content-Security-Policy"] = headers.PAGE
        else:
            made = jsonify({"id": query.id, **found})
        made.headers["Cache-Control"] = "no-store"
        made.vary.add("Accept")
        return made

    def evaluated(query: Query) -> life.Followed:
        return life.evaluated(
            services.strangers,
            DiagnosisRequest(
                query.text,
                asked,
                # It asks the query itself again, too.
                min(query.timeout + settings.query_timeout, settings.query_timeout_max),
                query.default_graphs,
                query.named_graphs,
                address.endpoint(settings),
                query.encoded,
                query.services,
            ),
            services.register,
            release=str(services.manifest["digest"]),
        )

    def page(text: str, found: Mapping[str, Any]) -> str:
        told = found["broken"]
        broken = [{**one, "offers": offers(text, told, at)} for at, one in enumerate(told)]
        return render_template(
            "diagnosis.html",
            found=found,
            broken=broken,
            pieces=pieces(text, [one for one in told if one["parameter"] is None]),
        )

    return answer


def pieces(text: str, broken: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """A text cut at what is broken in it. Of places that overlap the first counts."""
    found, at = [], 0
    for start, end in sorted((one["start"], one["end"]) for one in broken):
        if start >= at:
            found += [Piece(text[at:start], False), Piece(text[start:end], True)]
            at = end
    return [piece for piece in (*found, Piece(text[at:], False)) if piece.text]


@dataclass(frozen=True)
class Offer:
    """What may have been meant: as the query would have it, its label if it has one, and the query
    of the address that asks so; empty where it cannot stand in the query as it is."""

    text: str
    label: str | None
    query: str


def offers(text: str, broken: Sequence[Mapping[str, Any]], which: int) -> list[Offer]:
    """What is offered for one of the places that are broken. Asked again, the others have what is
    likeliest there."""
    one = broken[which]
    terms, instead = one["suggestions"], one["instead"]
    if not instead:
        return [Offer(term["id"], term["label"], "") for term in terms]
    # Other texts come before terms.
    labels = [None] * (len(instead) - len(terms)) + [term["label"] for term in terms]
    likeliest = [other["instead"][:1] for other in broken]
    found = []
    for chosen, label in zip(instead, labels, strict=True):
        likeliest[which] = [chosen]
        query = urlencode({"query": replaced(text, broken, likeliest)})
        found.append(Offer(chosen, label, query if len(query) <= LINK else ""))
    return found


def replaced(
    text: str, broken: Sequence[Mapping[str, Any]], instead: Sequence[Sequence[str]]
) -> str:
    """A text with something else at the places that are broken; nothing given leaves a place.

    >>> replaced("DESCRIBE h:x", [{"start": 9, "end": 12}], [["h:y"]])
    'DESCRIBE h:y'
    """
    places = sorted(
        (one["start"], one["end"], new[0]) for one, new in zip(broken, instead, strict=True) if new
    )
    found, at = [], 0
    for start, end, new in places:
        if start >= at:
            found += [text[at:start], new]
            at = end
    return "".join((*found, text[at:]))
