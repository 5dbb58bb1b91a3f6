"""REST: a route for every query file in `sparql/api/`, and search.

Answers hold for a release, so each carries an ETag made of the release's digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pyoxigraph import Literal, NamedNode
from werkzeug.datastructures import MultiDict

from kg_service import names, queries
from kg_service.errors import ParameterError
from kg_service.grades import BY_IRI, BY_LABEL, Grade
from kg_service.queries import EVIDENCE, MIN_EVIDENCE, PLACEHOLDER, Parameter, QueryFile
from kg_service.web import address, life, negotiation
from kg_service.web.search import FOUND_MAX, Index
from kg_service.web.services import Services
from kg_service.web.sparql import decoded
from kg_service.web.tags import Tags
from kg_service.web.terms import XSD, Terms

BASE = "/api/v1"
OFFERS = ("application/json",)
LIMIT, LIMIT_MAX = 100, 1000
TEXT_MAX = 1000
CACHE_CONTROL = "public, max-age=60"
# For an answer that holds the Host a client named, which must reach no other client.
CACHE_CONTROL_HOST = "private, max-age=60"

PAGING = (
    Parameter(
        "limit",
        "integer",
        "query",
        False,
        "Results per page.",
        default=LIMIT,
        minimum=1,
        maximum=LIMIT_MAX,
    ),
    Parameter("offset", "integer", "query", False, "Results to pass over.", default=0),
)
SEARCH = QueryFile(
    name="search",
    summary="Terms by their labels, synonyms and identifiers, typing errors forgiven.",
    description=f"The best come first. At most {FOUND_MAX} terms are found. `match` says how: by"
    " the whole name, its words, beginnings of words, or similar words.",
    path="/search",
    parameters=(Parameter("q", "string", "query", True, "What to look for.", ("heliotrop rash",)),),
    needs=(),
    single=False,
    itself="term",
    key=("term",),
    lists={},
    gathered=frozenset(),
    variables=("term", "name", "kind", "match"),
    text="",
)

Binding = NamedNode | Literal
Row = Mapping[str, Mapping[str, str]]


def routes(services: Services) -> list[QueryFile]:
    """What is served below BASE: every query file that has a path, and search."""
    found = queries.load(services.settings.root / "sparql" / "api")
    return [query for query in found.values() if query.path] + [SEARCH]


def blueprint(services: Services) -> Blueprint:
    """The routes, or none where no release is served.

    Raises QueryFileError for a malformed query file, ReleaseError for a damaged search index.
    """
    made = Blueprint("rest", __name__, url_prefix=BASE)
    if services.release is None:
        return made
    terms = Terms(names.Names(services.prefixes), Index(services.release / "search.sqlite"))
    rest = Rest(services, terms)
    made.before_request(acceptable)
    for query in routes(services):
        # A path parameter may hold slashes, since an IRI may stand there.
        rule = PLACEHOLDER.sub(r"<path:\1>", query.path)
        made.add_url_rule(rule, query.name, rest.view(query), methods=["GET"])
    return made


def acceptable() -> None:
    """Raise NotAcceptableError for a request that accepts no JSON (RFC 9110, section 12.5.1)."""
    negotiation.required(request.headers.get("Accept"), OFFERS)


class Rest:
    """Answers requests by query files."""

    def __init__(self, services: Services, terms: Terms) -> None:
        """Take what the answers are made from."""
        self._services, self._terms = services, terms
        self._digest = str(services.manifest["digest"])
        self._tags = Tags(services.settings, self._digest)

    def view(self, query: QueryFile) -> Any:
        """The function that answers a query file's route."""

        def answer(**places: str) -> ResponseReturnValue:
            life.current().kind = "rest"
            given = decoded(request.query_string)
            declared = query.parameters if query.single else (*query.parameters, *PAGING)
            values = read(declared, given, places)
            for_one_of(query.needs, values)
            found = self._search(values) if query is SEARCH else self._ask(query, values)
            if query.single:
                if not found:
                    parameter = query.parameters[0]
                    raise self._terms.unknown(str(values[parameter.name][0]), parameter)
                return self._response({**found[0], "release": self._digest})
            limit, offset = values["limit"][0], values["offset"][0]
            return self._response(
                {
                    "results": found[offset : offset + limit],
                    "total": len(found),
                    "next": self._next(given, limit, offset, len(found)),
                    "release": self._digest,
                }
            )

        return answer

    def _ask(self, query: QueryFile, values: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
        """The results of a query file for the values of its parameters."""
        bindings = {
            parameter.name: self._binding(parameter, values[parameter.name])
            for parameter in query.parameters
            if values[parameter.name] and parameter.name in query.variables
        }
        rows: Iterable[Row] = self._services.house.rows(query.text, bindings).rows
        if least := values.get(MIN_EVIDENCE.name):
            rows = supported(rows, BY_LABEL[least[0]])
        return results(query, rows, self._terms)

    def _binding(self, parameter: Parameter, values: list[Any]) -> Binding:
        """The value that a parameter's variable gets."""
        if parameter.type == "iri":
            iris = [self._terms.resolve(str(value), parameter) for value in values]
            if parameter.repeat:
                return Literal(" ".join(dict.fromkeys(iris)))
            return NamedNode(iris[0])
        if parameter.type == "number":
            return Literal(str(values[0]), datatype=NamedNode(XSD + "decimal"))
        return Literal(values[0])

    def _search(self, values: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
        return [
            {
                **self._terms.term(hit.iri),
                "name": hit.name,
                "kind": hit.kind,
                "match": hit.match,
            }
            for hit in self._terms.index.search(values["q"][0])
        ]

    def _next(self, given: MultiDict[str, str], limit: int, offset: int, total: int) -> str | None:
        """The address of the next page, or None on the last one."""
        if offset + limit >= total:
            return None
        kept = [pair for pair in given.items(multi=True) if pair[0] not in ("limit", "offset")]
        page = [("limit", str(limit)), ("offset", str(offset + limit))]
        base = address.base(self._services.settings)
        return f"{base}{quoted_path()}?{urlencode([*kept, *page])}"

    def _response(self, content: Mapping[str, Any]) -> Response:
        """JSON that may be kept, tagged."""
        made = as_json(content)
        named = bool(content.get("next")) and not self._services.settings.base_url
        made.headers["Cache-Control"] = CACHE_CONTROL_HOST if named else CACHE_CONTROL
        return self._tags.conditional(made)


def as_json(content: Mapping[str, Any]) -> Response:
    """JSON with the keys in the order in which they were declared."""
    return Response(json.dumps(content, ensure_ascii=False), mimetype="application/json")


def quoted_path() -> str:
    """The path of the request below the service's address (RFC 3986, section 3.3)."""
    return quote(request.path, safe="/:@")


def read(
    declared: Sequence[Parameter], given: MultiDict[str, str], places: Mapping[str, str]
) -> dict[str, list[Any]]:
    """The values of all declared parameters, typed; an empty list for one that is left out.

    Raises ParameterError for one that is unknown, missing, empty, repeated or malformed.
    """
    known = [parameter.name for parameter in declared if parameter.place == "query"]
    for name in given:
        if name not in known:
            raise ParameterError(
                name,
                f"The parameter {name!r} is not known here.",
                f"Known are: {', '.join(known)}." if known else "There is none.",
            )
    values: dict[str, list[Any]] = {}
    for parameter in declared:
        texts = (
            [places[parameter.name]] if parameter.place == "path" else given.getlist(parameter.name)
        )
        if len(texts) > 1 and not parameter.repeat:
            raise ParameterError(
                parameter.name, f"{parameter.name} is given {len(texts)} times.", "Give it once."
            )
        if not texts and parameter.required:
            raise ParameterError(
                parameter.name,
                f"{parameter.name} is missing.",
                f"Give {parameter.name}={next(iter(parameter.examples), '…')}.",
            )
        if not texts and parameter.default is not None:
            values[parameter.name] = [parameter.default]
        else:
            values[parameter.name] = [typed(parameter, text) for text in texts]
    return values


def for_one_of(needs: Iterable[str], values: Mapping[str, list[Any]]) -> None:
    """Raise ParameterError when none of the parameters that are needed is given."""
    names_ = list(needs)
    if names_ and not any(values[name] for name in names_):
        raise ParameterError(
            names_[0], "No criterion is given.", f"Give at least one of: {', '.join(names_)}."
        )


def typed(parameter: Parameter, text: str) -> Any:
    """A parameter's value of its type. Raises ParameterError naming what is expected."""
    least, most = parameter.minimum, parameter.maximum
    expected = ""
    value: Any = text
    if parameter.bounded and (not text.strip() or len(text) > TEXT_MAX):
        expected = f"1 to {TEXT_MAX} characters"
    elif parameter.enum and text not in parameter.enum:
        expected = f"one of {', '.join(parameter.enum)}"
    elif parameter.type == "integer":
        digits = text.isascii() and text.isdigit() and len(text) <= 16
        value = int(text) if digits else -1
        expected = "" if least <= value <= most else f"a whole number from {least} to {most}"
    elif parameter.type == "boolean":
        value = text == "true"
        expected = "" if text in ("true", "false") else "true or false"
    elif parameter.type == "number":
        value = text
        expected = "" if decimal(text) else "a decimal number"
    if expected:
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        raise ParameterError(parameter.name, f"{parameter.name} is {shown!r}.", f"Give {expected}.")
    return value


def decimal(text: str) -> bool:
    """Whether the text is a decimal number as XML Schema writes it (xsd:decimal)."""
    whole, _, part = text.removeprefix("-").removeprefix("+").partition(".")
    digits = whole + part
    return digits.isascii() and digits.isdigit()


def supported(rows: Iterable[Row], least: Grade) -> list[Row]:
    """The rows whose `evidence` has at least a grade; one without any has the lowest."""

    def grade(row: Row) -> Grade:
        return BY_IRI[row[EVIDENCE]["value"]] if EVIDENCE in row else min(Grade)

    return [row for row in rows if grade(row) >= least]


def results(query: QueryFile, rows: Iterable[Row], terms: Terms) -> list[dict[str, Any]]:
    """Rows as the results that the query file describes, in the order of the rows."""
    hidden = {p.name for p in query.parameters if p.place == "query"} | {query.itself}
    scalars = [name for name in query.scalars if name not in hidden]
    columns_of_key = query.key or (() if query.single else scalars)
    made: dict[Any, dict[str, Any]] = {}
    items: dict[Any, dict[str, Any]] = {}
    for row in rows:
        key = identities(row, columns_of_key)
        if key not in made:
            result: dict[str, Any] = {}
            if query.itself:
                result |= terms.term(row[query.itself]["value"])
            result |= {name: terms.value(row.get(name)) for name in scalars}
            made[key] = result | {name: [] for name in query.lists}
        for name, columns in query.lists.items():
            whole = [column for column in columns if column not in query.gathered]
            item = (key, name, identities(row, whole))
            if not any(column in row for column in columns):
                continue
            if item not in items:
                items[item] = {
                    c: [] if c in query.gathered else terms.value(row.get(c)) for c in columns
                }
                made[key][name].append(items[item] if len(columns) > 1 else items[item][columns[0]])
            for column in query.gathered.intersection(columns, row):
                if (value := terms.value(row[column])) not in items[item][column]:
                    items[item][column].append(value)
    return list(made.values())


def identities(row: Row, columns: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """What tells the values of these columns from those of another row."""
    return tuple(
        (
            column,
            value["type"],
            value["value"],
            value.get("datatype", ""),
            value.get("xml:lang", ""),
        )
        for column in columns
        if (value := row.get(column))
    )
