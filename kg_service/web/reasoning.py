"""Reasoning over HTTP: why something holds, questions in logic, cases of patients, what-if.

The reasoning is done by workers of their own; what is told in a request is stored nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request

from kg_service import names
from kg_service.errors import ParameterError
from kg_service.queries import Parameter
from kg_service.web import rest
from kg_service.web.bodies import json_body
from kg_service.web.search import Index
from kg_service.web.services import Services
from kg_service.web.sparql import CANCEL, decoded, streamed
from kg_service.web.terms import Terms
from kg_service.workers import Cancellation, ReasoningRequest

EXPLAIN, DL = f"{rest.BASE}/explain", f"{rest.BASE}/dl"
CASES, WHATIF = f"{rest.BASE}/cases", f"{rest.BASE}/whatif"
EXPRESSION_MAX = 4000

TRIPLE = tuple(
    Parameter(name, "iri", "query", True, said, (example,))
    for name, said, example in (
        ("subject", "What the statement is about.", "MONDO:0016367"),
        ("predicate", "The relation.", "h:mayPresentAs"),
        ("object", "What it is related to.", "HP:0040324"),
    )
)
QUESTION = (
    Parameter(
        "expression",
        "string",
        "query",
        True,
        "A class expression in OWL 2 Manchester syntax, with labels in single quotes or CURIEs.",
        ("'disease kind' and 'may present with' value 'Heliotrope rash'",),
    ),
    Parameter(
        "direct", "boolean", "query", False, "Only the nearest classes and individuals.", default=False
    ),
)
