"""Requests made from /openapi.json against the real server: what it says is what happens.

No answer is a 500, each has a status and a media type that the description names, and JSON that
fits its schema. Examples are drawn the same way in every run; `make schema` draws more.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import Running

# How many requests of each operation: few in the fast suite, more in the long one.
GIVEN = int(os.environ.get("HELIOTROPE_SCHEMA_EXAMPLES", "0"))
EXAMPLES = [GIVEN] if GIVEN else [5, pytest.param(25, marks=pytest.mark.long)]
REASONING = {
    "GET /api/v1/explain",
    "GET /api/v1/dl",
    "POST /api/v1/cases",
    "POST /api/v1/whatif",
}
# Words that mean something there; of texts drawn at random hardly one is a name of anything.
NAMES = [
    *("dermatomyositis", "MONDO:0007915", "HP:0040324", "HP:0001324", "kg:0004001", "prednisone"),
    *("h:mayPresentAs", "may directly lead to", "may have adverse effect", "rdf:type", "claim:0000009"),
    *("'disease kind'", "not patient", "'may present with' value 'Heliotrope rash'", "{titer}", "2.0"),
    "antinuclear antibody",
]  # fmt: skip


def no_fault_of_ours(context: Any, response: Any, case: Any) -> None:
    """A 503 that is described, as for a deadline too short, is an answer; a 500 is none."""
    assert response.status_code != 500, response.text


WANTED = [
    no_fault_of_ours,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def operations(server: Running) -> dict[str, Any]:
    address = f"http://127.0.0.1:{server.port}/openapi.json"
    found = schemathesis.openapi.from_url(address).get_all_operations()
    return {each.ok().label: each.ok() for each in found}


def asked(
    operation: Any, examples: int, change: Callable[[Any, Iterator[str]], Any] | None = None
) -> list[int]:
    """Ask the server what is drawn for an operation, its texts changed by `change` where it is
    given; the statuses of the answers."""
    statuses = []

    @given(operation.as_strategy(), st.lists(st.sampled_from(["", *NAMES]), max_size=8))
    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    def each(case: schemathesis.Case, words: list[str]) -> None:
        if change is not None:
            # As it was drawn where there are no more words, or an empty one.
            said = chain(words, repeat(""))
            case.query = change(case.query, said)
            case.body = change(case.body, said)
        statuses.append(case.call_and_validate(checks=WANTED).status_code)

    each()
    return statuses


def named(drawn: Any, words: Iterator[str]) -> Any:
    """What was drawn, with the next word in the place of each text."""
    if isinstance(drawn, dict):
        return {name: named(value, words) for name, value in drawn.items()}
    if isinstance(drawn, list):
        return [named(value, words) for value in drawn]
    return next(words) or drawn if isinstance(drawn, str) else drawn


@pytest.mark.parametrize("examples", EXAMPLES)
def test_the_interface_does_what_it_says(rest_server: Running, examples: int) -> None:
    drawn = operations(rest_server)
    assert len(drawn) >= 23
    found: Counter[int] = Counter()
    for operation in drawn.values():
        found.update(asked(operation, examples))
    assert found[200] > examples and found[400] > examples and found[404] > 5


@pytest.mark.parametrize("label", sorted(REASONING))
@pytest.mark.parametrize("examples", EXAMPLES)
def test_what_reasons_does_what_it_says(real_server: Running, label: str, examples: int) -> None:
    statuses = Counter(asked(operations(real_server)[label], examples, named))
    assert set(statuses) <= {200, 400, 404, 503}
    assert statuses[200] > 0 and statuses[400] > 0


def test_every_address_is_drawn(rest_server: Running, real_server: Running) -> None:
    assert set(operations(real_server)) == set(operations(rest_server)) | REASONING
