"""The SPARQL endpoint (SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote_to_bytes

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from kg_service import forms
from kg_service.config import Settings
from kg_service.errors import ContentTypeError, ParameterError, SizeLimitError
from kg_service.names import IRI, is_valid
from kg_service.web import address, gate, life, negotiation
from kg_service.web.federation import Federation
from kg_service.web.services import Services
from kg_service.web.tags import Tags
from kg_service.workers import QueryRequest

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})

# The longest name that means `query`; and how many escapes are decoded here: some milliseconds.
QUERY_ESCAPED = "%71%75%65%72%79"
ESCAPES = 20_000

DEFAULT_GRAPHS, NAMED_GRAPHS = "default-graph-uri", "named-graph-uri"

# Says which default prefixes the query used without a PREFIX line.
PREFIXES = "Heliotrope-Prefixes"

# A number of seconds as people write it, and the least, below which no query is answered.
SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,30})?|\.[0-9]{1,30}")
TIMEOUT_MIN = 0.001

Parameters = MultiDict[str, str]


def blueprint(services: Services, bare: Callable[[], Response]) -> Blueprint:
    """`/sparql`: a query by GET, by POST of a form, or by POST of the query itself.

    `bare` answers a GET without any parameter.
    """
    made = Blueprint("sparql", __name__)
    settings = services.settings
    tags = Tags(settings, str(services.manifest["digest"]))
    federation = Federation(settings, services.strangers, services.forwarder)

    @made.get(address.ENDPOINT)
    def get() -> Response:
        if not request.query_string:
            return bare()
        return answer(decoded(request.query_string))

    @made.post(address.ENDPOINT)
    def post() -> Response:
        in_url = decoded(request.query_string)
        in_utf8()
        if request.mimetype == DIRECT:
            return answer(in_url, request.get_data())
        if request.mimetype != FORM:
            raise ContentTypeError(request.mimetype, (FORM, DIRECT))
        if "query" in in_url:
            raise ParameterError("query", "The query is in the URL of a form.", "Put it inside.")
        # Graphs and a timeout may come in the URL, too: all that is named counts.
        form = Form.of(request.get_data(), settings)
        parameters = MultiDict([*in_url.items(True), *form.rest.items(True)])
        return answer(parameters, *form.queries, encoded=True)

    def answer(parameters: Parameters, *bodies: bytes, encoded: bool = False) -> Response:
        text, left = read(parameters, bodies, encoded)
        seconds = timeout(parameters, settings.query_timeout, settings.query_timeout_max)
        formats = negotiation.formats(request.headers.get("Accept"))
        # What other services were asked for has no tag.
        if had := tags.known((formats.boolean, formats.bindings, formats.graph)):
            return unchanged(had)
        endpoint = address.endpoint(settings)
        diagnosis = f"{endpoint}/queries/{life.current().id}/diagnosis"
        found = life.evaluated(
            federation,
            QueryRequest(
                text,
                timeout=seconds,
                formats=formats,
                default_graphs=graphs(parameters, DEFAULT_GRAPHS),
                named_graphs=graphs(parameters, NAMED_GRAPHS),
                base=endpoint,
                help=diagnosis,
                encoded=settings.query_size if left else 0,
                calls=settings.service_calls if services.forwarder else 0,
            ),
            services.register,
            release=str(services.manifest["digest"]),
        )
        made = streamed(found)
        # What another service says may change at any time, and the id in a link is forgotten.
        if found.volatile or found.empty:
            made.headers["Cache-Control"] = "no-store"
        elif request.method == "GET" and request.if_none_match.star_tag:
            found.close()
            return unchanged(found.media_type)
        else:
            tags.give(made, weak=True)
        if found.empty:
            made.headers["Link"] = f'<{diagnosis}>; rel="help"'
        if found.prefixes:
            made.headers[PREFIXES] = ", ".join(found.prefixes)
        return made

    def unchanged(media_type: str) -> Response:
        made = Response(status=HTTPStatus.NOT_MODIFIED)
        made.set_etag(tags.tag(media_type), weak=True)
        made.vary.add("Accept")
        return made

    def read(parameters: Parameters, bodies: Sequence[bytes], encoded: bool) -> tuple[str, bool]:
        """The query, and whether decoding it is left to its worker; `bodies` are those of the
        request's body, `encoded` where that is a form."""
        queries = parameters.getlist("query")
        if bodies and queries:
            raise ParameterError("query", "The query is in the URL and in the body.")
        count = len(queries) + len(bodies)
        if count != 1:
            found = "missing" if not count else f"given {count} times"
            raise ParameterError("query", f"The query is {found}.", "Give it once.")
        limit, escapes = settings.query_size, 0
        if bodies:
            if (forms.least_size(bodies[0]) if encoded else len(bodies[0])) > limit:
                raise SizeLimitError(limit)
            queries, escapes = [utf8(bodies[0], "query")], bodies[0].count(b"%")
            if encoded and escapes > ESCAPES:
                return queries[0], True
        text = forms.decoded(queries[0], limit) if encoded else queries[0]
        if len(text.encode()) > limit:
            raise SizeLimitError(limit)
        return text, False

    return made


@dataclass(frozen=True)
class Form:
    """A form: the values of `query` as they came, and its other parameters, decoded."""

    queries: tuple[bytes, ...]
    rest: Parameters

    @classmethod
    def of(cls, data: bytes, settings: Settings) -> Form:
        """Take a form apart. Raises SizeLimitError where the rest is large, ParameterError."""
        gate.count(data.count(b"&"), settings)
        queries, rest = [], []
        for piece in data.split(b"&"):
            name, _, value = piece.partition(b"=")
            if len(name) <= len(QUERY_ESCAPED) and unquote_to_bytes(name) == b"query":
                queries.append(value)
            else:
                rest.append(piece)
        if sum(map(len, rest)) > settings.form_size:
            raise SizeLimitError(settings.form_size)
        return cls(tuple(queries), decoded(b"&".join(rest)))


def in_utf8() -> None:
    """Raise ContentTypeError for a body in an encoding that it says is not UTF-8.

    The protocol knows no other (SPARQL 1.1 Protocol, 2.1.3); ASCII is a part of it.
    """
    charset = request.mimetype_params.get("charset", "utf-8")
    if charset.lower() not in CHARSETS:
        received = str(request.content_type)[:100]
        raise ContentTypeError(received, (f"{request.mimetype}; charset=utf-8",))


def utf8(data: bytes, name: str) -> str:
    """Bytes from outside as text; ParameterError for `name` when they are not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParameterError(name, f"Not UTF-8 at byte {error.start}.", "Send UTF-8.") from None


def decoded(data: bytes) -> Parameters:
    """The parameters of a URL or a form, percent-decoded once.

    Unknown ones are let be: clients send `format=` and the like to every endpoint they know.
    Raises ParameterError for what is not UTF-8, where werkzeug would put replacement characters.
    """
    text = utf8(data, "query")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise ParameterError("query", "A parameter is not UTF-8.", "Send UTF-8.") from None
    return MultiDict(pairs)


def timeout(parameters: Parameters, default: float, longest: float) -> float:
    """The deadline the client asks for, in seconds; ParameterError names the longest."""
    given = parameters.getlist("timeout")
    if not given:
        return min(default, longest)
    seconds = float(given[0]) if SECONDS.fullmatch(given[0]) else 0.0
    if len(given) > 1 or not TIMEOUT_MIN <= seconds <= longest:
        raise ParameterError(
            "timeout",
            f"The timeout is {', '.join(given)!r}.",
            f"Give one number of seconds from {TIMEOUT_MIN:g} up to {longest:g}.",
        )
    return seconds


def graphs(parameters: Parameters, name: str) -> tuple[str, ...] | None:
    """The graphs named by a parameter; None when it is absent; ParameterError for a bad IRI."""
    named: Sequence[str] = parameters.getlist(name)
    for iri in named:
        if not IRI.fullmatch(iri) or not is_valid(iri):
            raise ParameterError(name, f"{iri!r} is no absolute IRI.", "Give one.")
    return tuple(dict.fromkeys(named)) or None


def streamed(found: life.Followed) -> Response:
    """An answer as it comes; its worker is free again when the response is closed."""
    made = Response(iter(found), mimetype=found.media_type)
    made.call_on_close(found.close)
    if found.length is not None:
        made.content_length = found.length
    made.vary.add("Accept")
    return made
