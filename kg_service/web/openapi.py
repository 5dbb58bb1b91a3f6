"""The description of the interface in OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html).

Everything below `/api/v1` is described by the query files; the few other addresses are declared
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from kg_service import results
from kg_service.queries import Parameter, QueryFile
from kg_service.web import mappings, problems, reasoning, statements
from kg_service.web.rest import BASE, PAGING
from kg_service.web.services import Services
from kg_service.web.sparql import TIMEOUT_MIN

JSON = "application/json"
TYPES: dict[str, dict[str, Any]] = {
    "iri": {"type": "string"},
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
}
PROBLEMS = {
    HTTPStatus.BAD_REQUEST: "A parameter is unknown, missing or malformed.",
    HTTPStatus.NOT_FOUND: "What a parameter names does not exist.",
    HTTPStatus.SERVICE_UNAVAILABLE: "A limit was passed, or the service is starting or busy.",
}
RELEASE = {"type": "string", "description": "The digest of the release that answers."}
SCHEMAS: dict[str, Any] = {
    "Term": {
        "type": "object",
        "description": "A thing, by its CURIE, its IRI and its label.",
        "required": ["id", "iri", "label"],
        "properties": {
            "id": {"type": "string"},
            "iri": {"type": "string", "format": "iri"},
            "label": {"type": ["string", "null"]},
        },
    },
    "Literal": {
        "type": "object",
        "description": "A text in a language, or a value whose datatype JSON does not have.",
        "required": ["value"],
        "properties": {
            "value": {"type": "string"},
            "language": {"type": "string"},
            "datatype": {"type": "string", "format": "iri"},
        },
    },
    "Value": {
        "anyOf": [
            {"$ref": "#/components/schemas/Term"},
            {"$ref": "#/components/schemas/Literal"},
            {"type": ["string", "number", "boolean", "null"]},
        ]
    },
    "Problem": {
        "type": "object",
        "description": "What went wrong and what to do next (RFC 9457).",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {
                "type": "string",
                "format": "uri-reference",
                "description": "The kind of problem; this address tells what it means.",
            },
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string", "format": "uri"},
            "parameter": {"type": "string"},
        },
    },
}


def document(services: Services, routes: Iterable[QueryFile]) -> dict[str, Any]:
    """The whole description, for these routes and the addresses that are always there."""
    paths = {
        "/sparql": sparql(),
        "/sparql/queries/{id}": running(),
        "/sparql/queries/{id}/diagnosis": diagnosis(),
        **operation(),
        **problem_kinds(),
        **mapping_sets(mappings.sets(services)),
    }
    paths |= {BASE + query.path: {"get": described(query)} for query in routes}
    if services.reasoners is not None:
        paths |= reasoning_paths()
    return {
        "openapi": "3.1.0",
        "info": info(services),
        "servers": [{"url": services.settings.base_url or "/"}],
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }


def info(services: Services) -> dict[str, str]:
    """What the service is, in a few lines."""
    return {
        "title": "Heliotrope",
        "summary": "A knowledge graph of dermatomyositis that can be asked.",
        "description": "For research use, not for care: nothing here is medical advice.",
        "version": str(services.manifest["version"]),
    }


def described(query: QueryFile) -> dict[str, Any]:
    """The operation of a query file."""
    parameters = query.parameters if query.single else (*query.parameters, *PAGING)
    statuses = [
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_ACCEPTABLE,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ]
    if any(parameter.type == "iri" for parameter in query.parameters):
        statuses.insert(1, HTTPStatus.NOT_FOUND)
    return {
        "operationId": query.name,
        "summary": query.summary,
        "description": query.description,
        "parameters": [parameter_of(parameter) for parameter in parameters],
        "responses": {"200": content("The answer.", JSON, answer(query)), **refusals(statuses)},
    }


def parameter_of(parameter: Parameter) -> dict[str, Any]:
    """A parameter as OpenAPI has it."""
    schema = dict(TYPES[parameter.type])
    if parameter.enum:
        schema["enum"] = list(parameter.enum)
    if parameter.default is not None:
        schema["default"] = parameter.default
    if parameter.type == "integer":
        schema |= {"minimum": parameter.minimum, "maximum": parameter.maximum}
    told = [parameter.description]
    if parameter.type == "iri":
        told.append("A CURIE, an IRI, or a label or synonym in any case.")
    made: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": " ".join(filter(None, told)),
        "schema": {"type": "array", "items": schema} if parameter.repeat else schema,
    }
    if parameter.examples:
        made["example"] = list(parameter.examples) if parameter.repeat else parameter.examples[0]
    return made


def answer(query: QueryFile) -> dict[str, Any]:
    """The schema of what a query file answers."""
    hidden = {p.name for p in query.parameters if p.place == "query"} | {query.itself}
    properties: dict[str, Any] = {
        name: reference("Value") for name in query.scalars if name not in hidden
    }
    for name, columns in query.lists.items():
        parts = {
            column: array(reference("Value")) if column in query.gathered else reference("Value")
            for column in columns
        }
        whole = {"type": "object", "properties": parts, "required": list(parts)}
        properties[name] = array(whole if len(columns) > 1 else reference("Value"))
    result: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }
    if query.itself:
        result = {"allOf": [reference("Term"), result]}
    return alone(result) if query.single else listed(result)


def alone(result: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer that is one thing."""
    release = {"type": "object", "properties": {"release": RELEASE}, "required": ["release"]}
    return {"allOf": [result, release]}


def listed(result: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer that is a list of such things."""
    return {
        "type": "object",
        "required": ["results", "total", "next", "release"],
        "properties": {
            "results": array(result),
            "total": {"type": "integer"},
            "next": {"type": ["string", "null"], "description": "The next page's address."},
            "release": RELEASE,
        },
    }


def reasoning_paths() -> dict[str, Any]:
    """Explanations, logic questions, cases and what-if."""
    made: dict[str, Any] = {}
    for task in reasoning.TASKS:
        formats: dict[str, Any] = {
            JSON: {"schema": {"type": "object", "required": list(task.keys)}}
        }
        if task.graphs:
            text = {"schema": {"type": "string"}}
            formats |= dict.fromkeys(("text/plain", *results.GRAPH_FORMATS), text)
        statuses = [HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_ACCEPTABLE]
        statuses += [] if task.body is None else [HTTPStatus.UNSUPPORTED_MEDIA_TYPE]
        statuses += [HTTPStatus.NOT_FOUND] if task.parameters is statements.TRIPLE else []
        operation: dict[str, Any] = {
            "operationId": task.name,
            "summary": task.summary,
            "description": task.description,
            "parameters": [parameter_of(parameter) for parameter in task.parameters],
            "responses": {
                "200": {"description": "The answer.", "content": formats},
                **refusals([*statuses, HTTPStatus.SERVICE_UNAVAILABLE]),
            },
        }
        if task.body is not None:
            operation["requestBody"] = {
                "required": True,
                "content": {JSON: {"schema": task.schema, "example": task.body}},
            }
        made[task.path] = {"get" if task.body is None else "post": operation}
    return made


def sparql() -> dict[str, Any]:
    """The SPARQL endpoint, by GET and POST."""
    text: dict[str, Any] = {"schema": {"type": "string"}}
    formats: dict[str, Any] = {
        media_type: {"schema": {}} if media_type.endswith("json") else text
        for media_type in (*results.BINDINGS_FORMATS, *results.GRAPH_FORMATS)
    }
    told = "The answer, in the format that Accept asks for."
    statuses = [
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_ACCEPTABLE,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ]
    query = {
        "name": "query",
        "in": "query",
        "required": False,
        "description": "A query in SPARQL 1.1. Without any parameter the endpoint is described.",
        "schema": {"type": "string"},
        "example": "ASK {}",
    }
    timeout = {
        "name": "timeout",
        "in": "query",
        "required": False,
        "description": "The deadline in seconds.",
        "schema": {"type": "number", "minimum": TIMEOUT_MIN},
    }
    graphs = [
        {
            "name": f"{kind}-graph-uri",
            "in": "query",
            "required": False,
            "description": f"A {kind} graph; those named are the dataset, and FROM is passed over.",
            "schema": array({"type": "string", "format": "iri"}),
        }
        for kind in ("default", "named")
    ]
    form = {
        "type": "object",
        "required": ["query"],
        "properties": {
            "query": {"type": "string"},
            **{graph["name"]: graph["schema"] for graph in graphs},
        },
    }
    return {
        "get": {
            "operationId": "sparql",
            "summary": "Any question in SPARQL 1.1.",
            "description": "",
            "parameters": [query, *graphs, timeout],
            "responses": {
                "200": {"description": told, "content": {**formats, "text/html": text}},
                **refusals(statuses),
            },
        },
        "post": {
            "operationId": "sparql-post",
            "summary": "Any question in SPARQL 1.1, too long for an address.",
            "description": "",
            "parameters": [*graphs, timeout],
            "requestBody": {
                "required": True,
                "content": {
                    "application/sparql-query": text,
                    "application/x-www-form-urlencoded": {"schema": form},
                },
            },
            "responses": {
                "200": {"description": told, "content": formats},
                **refusals([*statuses, HTTPStatus.UNSUPPORTED_MEDIA_TYPE]),
            },
        },
    }


def query_id() -> dict[str, Any]:
    """The id of a query in a path."""
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "The `Query-Id` that the request gave, or that its answer has.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._~-]{1,64}$"},
    }


def diagnosis() -> dict[str, Any]:
    """Why a query has no rows."""
    texts = {key: {"type": "string"} for key in ("id", "message")}
    lists = {key: {"type": "array"} for key in ("patterns", "smallest", "broken", "suggestions")}
    verdict = {"type": "string", "enum": ["none", "broken"]}
    schema = {"type": "object", "properties": {**texts, "verdict": verdict, **lists}}
    told = content("Its diagnosis, for people as a page.", JSON, schema)
    told["content"] |= {"text/html": {"schema": {"type": "string"}}}
    refused = [
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.NOT_ACCEPTABLE,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ]
    return {
        "get": {
            "operationId": "query-diagnosis",
            "summary": "Why a query has no rows: the data have none, or a pattern is broken.",
            "description": "",
            "parameters": [query_id()],
            "responses": {"200": told, **refusals(refused)},
        }
    }


def running() -> dict[str, Any]:
    """How far a query is, and cancelling it."""
    text, number = {"type": "string"}, {"type": "number"}
    texts = dict.fromkeys(("id", "since", "deadline", "release"), text)
    states = ["waiting", "running", "finished", "cancelled", "failed"]
    schema = {
        "type": "object",
        "properties": {
            **texts,
            "state": {**text, "enum": states},
            "problem": {"type": ["string", "null"]},
            "elapsed": number,
            "timeout": number,
            "bytes": {"type": "integer"},
        },
    }
    told = content("Its state.", JSON, schema)
    missing = refusals([HTTPStatus.NOT_FOUND])
    shared: dict[str, Any] = {"description": "", "parameters": [query_id()]}
    return {
        "get": {
            "operationId": "query-state",
            "summary": "How far a query is: for whoever knows its id.",
            **shared,
            "responses": {"200": told, **missing},
        },
        "delete": {
            "operationId": "query-cancel",
            "summary": "Cancel a query; 204 where it has ended before.",
            **shared,
            "responses": {"202": told, "204": {"description": "It has ended."}, **missing},
        },
    }


def operation() -> dict[str, Any]:
    """What those who run the service ask."""
    status = {"type": "object", "properties": {"status": {"type": "string"}}}
    told = {"/health": "Whether the server is up.", "/ready": "Whether queries are answered."}
    return {
        path: {
            "get": {
                "operationId": path.removeprefix("/"),
                "summary": summary,
                "description": "",
                "parameters": [],
                "responses": {
                    "200": content("It is.", JSON, status),
                    **refusals([HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.SERVICE_UNAVAILABLE]),
                },
            }
        }
        for path, summary in told.items()
    } | {
        "/metrics": {
            "get": {
                "operationId": "metrics",
                "summary": "What Prometheus reads.",
                "description": "",
                "parameters": [],
                "responses": {"200": content("Metrics.", "text/plain", {"type": "string"})},
            }
        }
    }


def problem_kinds() -> dict[str, Any]:
    """What each kind of problem means."""
    text: dict[str, Any] = {"type": "string"}
    kinds = sorted(kind.name for kind in problems.KINDS.values())
    properties = {
        "type": {**text, "format": "uri-reference"},
        **dict.fromkeys(("title", "meaning"), text),
        "name": {**text, "enum": kinds},
        "status": {"type": "integer"},
        "members": {"type": "object", "additionalProperties": {"type": "object"}},
        "retry_after": {"type": "boolean"},
        "advice": {"type": ["string", "null"]},
    }
    kind = {"type": "object", "properties": properties, "required": list(properties)}
    name = {
        "name": "name",
        "in": "path",
        "required": True,
        "description": "The last part of the `type` of a problem.",
        "schema": {**text, "enum": kinds},
        "example": kinds[0],
    }
    made: dict[str, Any] = {}
    for path, id_, summary, parameters, schema in (
        ("/problems/", "problems", "Every kind of problem.", [], listed(kind)),
        ("/problems/{name}", "problem", "What one kind of problem means.", [name], alone(kind)),
    ):
        told = content("For people it is a page.", JSON, schema)
        told["content"]["text/html"] = {"schema": text}
        refused = [HTTPStatus.NOT_FOUND] * bool(parameters) + [HTTPStatus.NOT_ACCEPTABLE]
        made[path] = {
            "get": {
                "operationId": id_,
                "summary": summary,
                "description": "",
                "parameters": parameters,
                "responses": {"200": told, **refusals(refused)},
            }
        }
    return made


def mapping_sets(names: Sequence[str]) -> dict[str, Any]:
    """The download of mapping sets; nothing where there is none."""
    if not names:
        return {}
    text = {"type": "string"}
    name = {
        "name": "set",
        "in": "path",
        "required": True,
        "description": "The name of the mapping set.",
        "schema": {**text, "enum": list(names)},
        "example": names[0],
    }
    return {
        mappings.PATH: {
            "get": {
                "operationId": "mapping-set",
                "summary": "A mapping set as SSSOM TSV, as it is in the release.",
                "description": "",
                "parameters": [name],
                "responses": {
                    "200": content("The set.", mappings.MEDIA_TYPE, text),
                    **refusals([HTTPStatus.NOT_FOUND]),
                },
            }
        }
    }


def refusals(statuses: Sequence[HTTPStatus]) -> dict[str, Any]:
    """The responses that say why there is no answer."""
    return {
        str(int(status)): content(
            PROBLEMS.get(status, status.phrase + "."),
            problems.MEDIA_TYPE,
            reference("Problem"),
        )
        for status in statuses
    }


def content(description: str, media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A response of one media type."""
    return {"description": description, "content": {media_type: {"schema": schema}}}


def reference(name: str) -> dict[str, Any]:
    """A reference to one of SCHEMAS."""
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: dict[str, Any]) -> dict[str, Any]:
    """A list of such items."""
    return {"type": "array", "items": items}


def example(path: str, parameters: Iterable[dict[str, Any]]) -> str:
    """An address that works: the path with the examples of its parameters."""
    asked: list[tuple[str, str]] = []
    for parameter in parameters:
        given = parameter.get("example")
        if given is None:
            continue
        for value in given if isinstance(given, list) else [given]:
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", quote(str(value), safe=":"))
            else:
                asked.append((parameter["name"], str(value)))
    return path + ("?" + urlencode(asked, safe=":") if asked else "")
