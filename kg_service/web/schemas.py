"""What the bodies of requests look like, as JSON Schema (2020-12, the dialect of OpenAPI 3.1).

They say what may be told, not all that is checked: whether a name names something, and whether a
unit is that of its test, the reasoning decides and tells with the path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The bounds of `logic.body` and `logic.cases`: items of a list, characters of a name, years.
ITEMS, TEXT, OLDEST = 1_000, 1_000, 150

TRUTH = {"type": "boolean"}
NAME = {
    "type": "string",
    "minLength": 1,
    "maxLength": TEXT,
    "description": "A CURIE, an IRI, or a label or synonym.",
}


def members(required: Mapping[str, Any], optional: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object that has these members and no others."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def items(schema: Mapping[str, Any], description: str = "") -> dict[str, Any]:
    """The schema of a list."""
    told = {"description": description} if description else {}
    return {"type": "array", "items": schema, "maxItems": ITEMS, **told}


PRESENT = {
    "type": ["boolean", "null"],
    "description": "true, false (looked for and not there), or null (unknown).",
}
STATED = {"anyOf": [NAME, members({"id": NAME, "present": PRESENT}, {})]}
RESULT = members(
    {"test": NAME, "value": {"type": "number"}, "unit": {**NAME, "description": "In UCUM."}}, {}
)
PATIENT = members(
    {},
    {
        "age": {"type": ["integer", "null"], "minimum": 0, "maximum": OLDEST},
        "findings": items(STATED, "Findings and circumstances."),
        "drugs": items(STATED, "Substances and therapies that are or were given."),
        "diagnoses": items(STATED, "Diseases, and findings that are diagnoses."),
        "results": items(RESULT, "Numbers of tests."),
    },
)

CLASS = {"type": "object", "required": ["id"], "properties": {"id": NAME, "label": NAME}}


VERSION = {"type": "string", "pattern": "^2([.][0-9]+)*$"}


def features(name: str) -> dict[str, Any]:
    """The schema of a list of a Phenopacket whose items have their class in the member `name`."""
    parts = {name: CLASS, "excluded": TRUTH}
    return items({"type": "object", "required": [name], "properties": parts})


PHENOPACKET = {
    "type": "object",
    "description": "A GA4GH Phenopacket v2 (https://phenopacket-schema.readthedocs.io).",
    "required": ["metaData"],
    "properties": {
        "metaData": {
            "type": "object",
            "required": ["phenopacketSchemaVersion"],
            "properties": {"phenopacketSchemaVersion": VERSION},
        },
        "phenotypicFeatures": features("type"),
        "diseases": features("term"),
    },
}
CASE = {"anyOf": [PATIENT, PHENOPACKET]}

CLAIM = members(
    {"subject": NAME, "relation": NAME, "object": NAME},
    {
        "denied": TRUTH,
        "context": items(NAME, "Kinds within which it is told."),
        "population": items(NAME, "Populations of whom it is told."),
    },
)
CHANGE = members(
    {}, {"add": items(CLAIM), "withdraw": items(NAME, "Claims that are told no longer.")}
)
