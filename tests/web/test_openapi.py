"""The description of the interface agrees with the interface."""

import re
from pathlib import Path
from typing import Any

from tests.conftest import Running

ROUTES = {
    "/api/v1/claims/{claim}",
    "/api/v1/conditions",
    "/api/v1/conflicts",
    "/api/v1/documents/{document}/citations",
    "/api/v1/diseases/{disease}/antibodies",
    "/api/v1/diseases/{disease}/cancers",
    "/api/v1/diseases/{disease}/complications",
    "/api/v1/diseases/{disease}/demographics",
    "/api/v1/diseases/{disease}/findings",
    "/api/v1/diseases/{disease}/treatments",
    "/api/v1/diseases/{disease}/workup",
    "/api/v1/documents",
    "/api/v1/documents/{document}",
    "/api/v1/documents/{document}/lines/{line}/claims",
    "/api/v1/mappings",
    "/api/v1/search",
    "/api/v1/terms/{term}",
    "/api/v1/terms/{term}/claims",
    "/health",
    "/metrics",
    "/problems/",
    "/problems/{name}",
    "/ready",
    "/sparql",
    "/sparql/queries/{id}",
    "/sparql/queries/{id}/diagnosis",
    "/sssom/{set}.sssom.tsv",
}


def described(server: Running) -> Any:
    reply = server.get("/openapi.json")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    return reply.json


def operations(description: Any) -> list[tuple[str, Any]]:
    return [(path, op) for path, methods in description["paths"].items() for op in methods.values()]


def test_every_route_is_described(rest_server: Running) -> None:
    description = described(rest_server)
    assert description["openapi"] == "3.1.0"
    assert set(description["paths"]) == ROUTES


def test_every_route_is_in_the_documentation(rest_server: Running) -> None:
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    documented = {path.partition("?")[0] for path in re.findall(r"`(/[\w/{}?=&.]+)`", text)}
    assert set(described(rest_server)["paths"]) <= documented


def test_operations_have_names_of_their_own(rest_server: Running) -> None:
    names = [op["operationId"] for _, op in operations(described(rest_server))]
    assert len(names) == len(set(names))


def test_parameters_of_a_path_are_those_in_braces(rest_server: Running) -> None:
    for path, operation in operations(described(rest_server)):
        placed = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert placed == set(re.findall(r"\{(\w+)\}", path))


def test_pages_of_a_list_have_their_bounds(rest_server: Running) -> None:
    operation = described(rest_server)["paths"]["/api/v1/documents"]["get"]
    limit, offset = operation["parameters"]
    assert limit["schema"] == {"type": "integer", "default": 100, "minimum": 1, "maximum": 1000}
    assert (offset["name"], offset["schema"]["minimum"], offset["schema"]["default"]) == (
        "offset",
        0,
        0,
    )


def test_refusals_are_problems(rest_server: Running) -> None:
    for path, operation in operations(described(rest_server)):
        for status, response in operation["responses"].items():
            if not status.startswith("2"):
                assert set(response["content"]) == {"application/problem+json"}, path
    term = described(rest_server)["paths"]["/api/v1/terms/{term}"]["get"]
    assert set(term["responses"]) == {"200", "400", "404", "406", "503"}


def test_every_reference_leads_somewhere(rest_server: Running) -> None:
    reply = rest_server.get("/openapi.json")
    schemas = described(rest_server)["components"]["schemas"]
    names = set(re.findall(r'"#/components/schemas/(\w+)"', reply.text))
    assert names == {"Term", "Literal", "Value", "Problem"}
    assert names <= set(schemas)


def conforms(value: Any, schema: Any, schemas: Any) -> bool:
    """Whether a value is what a schema of ours says; enough of JSON Schema for that."""
    if "$ref" in schema:
        return conforms(value, schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    if "anyOf" in schema and not any(conforms(value, s, schemas) for s in schema["anyOf"]):
        return False
    if not all(conforms(value, part, schemas) for part in schema.get("allOf", ())):
        return False
    python = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    types = schema.get("type", [])
    kinds = [types] if isinstance(types, str) else types
    if kinds and not any(isinstance(value, python[kind]) for kind in kinds):
        return False
    if isinstance(value, list):
        return all(conforms(item, schema["items"], schemas) for item in value)
    if isinstance(value, dict):
        return set(schema.get("required", ())) <= set(value) and all(
            conforms(value[name], part, schemas)
            for name, part in schema.get("properties", {}).items()
            if name in value
        )
    return True


def test_answers_are_what_is_described(rest_server: Running) -> None:
    description = described(rest_server)
    schemas = description["components"]["schemas"]
    for path, target in {
        "/api/v1/claims/{claim}": "/api/v1/claims/0000001",
        "/api/v1/conditions": "/api/v1/conditions?finding=kg:0000201",
        "/api/v1/diseases/{disease}/treatments": "/api/v1/diseases/kg:0000101/treatments",
        "/api/v1/diseases/{disease}/workup": "/api/v1/diseases/kg:0000101/workup",
        "/api/v1/documents": "/api/v1/documents",
        "/api/v1/mappings": "/api/v1/mappings?subject=kg:0000101",
        "/problems/": "/problems/",
        "/problems/{name}": "/problems/busy",
        "/api/v1/search": "/api/v1/search?q=glass",
        "/api/v1/terms/{term}": "/api/v1/terms/kg:0000101",
    }.items():
        response = description["paths"][path]["get"]["responses"]["200"]
        schema = response["content"]["application/json"]["schema"]
        answer: Any = rest_server.get(target).json
        assert conforms(answer, schema, schemas), path
        assert not conforms({"results": [{}]}, schema, schemas), path
