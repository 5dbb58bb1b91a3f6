"""Requests made from /openapi.json against the real server: what it says is what happens.

No answer is a 500, each has a status and a media type that the description names, and JSON that
fits its schema. Examples are drawn the same way in every run; `make schema` draws more.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import Running

EXAMPLES = int(os.environ.get("HELIOTROPE_SCHEMA_EXAMPLES", "20"))


def no_fault_of_ours(context: Any, response: Any, case: Any) -> None:
    """A 503 that is described, as for a deadline too short, is an answer; a 500 is none."""
    assert response.status_code != 500, response.text


WANTED = [
    no_fault_of_ours,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def operations(rest_server: Running) -> dict[str, Any]:
    address = f"http://127.0.0.1:{rest_server.port}/openapi.json"
    found = schemathesis.openapi.from_url(address).get_all_operations()
    return {each.ok().label: each.ok() for each in found}


def asked(operation: Any) -> list[int]:
    """Ask the server what is drawn for an operation; the statuses of its answers."""
    statuses = []

    @given(operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    def each(case: schemathesis.Case) -> None:
        statuses.append(case.call_and_validate(checks=WANTED).status_code)

    each()
    return statuses


def test_the_interface_does_what_it_says(operations: dict[str, Any]) -> None:
    assert len(operations) >= 23
    found: Counter[int] = Counter()
    for operation in operations.values():
        found.update(asked(operation))
    assert found[200] > 20 and found[400] > 20 and found[404] > 5
