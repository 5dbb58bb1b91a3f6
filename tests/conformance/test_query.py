"""Evaluation and syntax of queries: SPARQL 1.0, 1.1 and 1.2, over HTTP.

Every test ends as exceptions.tsv says, and where that says nothing it passes. A listed test that
does better fails here, so that the table stays true; and one may only be listed where the engine
itself does no better.
"""

import os
from typing import Any

import pytest

from tests.conformance import engine, exceptions, service, suites
from tests.conformance.answers import Grade
from tests.conformance.service import Apart, Together
from tests.conformance.suites import EVALUATION, NEGATIVE, POSITIVE, Case
from tests.sampling import every

QUERIES = suites.of(EVALUATION | POSITIVE | NEGATIVE)
LISTED = [case for case in QUERIES if case.name in exceptions.table()]

# A server for each of 225 datasets takes ten minutes: `make conformance STRIDE=1` starts them all,
# STRIDE=n one for every n-th dataset, and `make test` none.
STRIDE = int(os.environ.get("HELIOTROPE_DATASET_STRIDE", "0"))


def datasets() -> list[Case]:
    """The tests of every STRIDE-th dataset, those of one dataset together."""
    keys = sorted({(case.default, case.named) for case in suites.of(EVALUATION)})
    chosen = {key: place for place, key in enumerate(keys[::STRIDE])} if STRIDE else {}
    found = [case for case in suites.of(EVALUATION) if (case.default, case.named) in chosen]
    return sorted(found, key=lambda case: chosen[case.default, case.named])


def named(case: Case) -> str:
    return case.name


TOGETHER = [("together", case) for case in QUERIES]
APART = [("apart", case) for case in datasets()]


def parameters() -> list[Any]:
    """Every test as a parameter; of those together the fast suite asks each eighth."""
    together = zip(every(8, TOGETHER), TOGETHER, strict=True)
    marks = [(pair, getattr(given, "marks", ())) for given, pair in together]
    marks += [(pair, ()) for pair in APART]
    return [pytest.param(how, c, id=f"{c.name} {how}", marks=m) for (how, c), m in marks]


@pytest.mark.parametrize(("how", "case"), parameters())
def test_a_query_of_the_suites(request: pytest.FixtureRequest, how: str, case: Case) -> None:
    asked: Together | Apart = request.getfixturevalue(how)
    assert service.grade(asked, case) == exceptions.expected(case.name)


@pytest.mark.parametrize("case", LISTED, ids=named)
def test_the_engine_does_no_better_where_an_exception_is_listed(case: Case) -> None:
    # The engine would ask real hosts for the data of a test with services.
    grade = Grade.FAILS if case.services else engine.grade(case)
    assert grade == exceptions.expected(case.name)


def test_every_test_of_the_suites_is_run_or_listed() -> None:
    suites.require()
    run = EVALUATION | POSITIVE | NEGATIVE | {"ProtocolTest", "ServiceDescriptionTest"}
    later = {name[1:] for name in exceptions.table() if name.startswith("*")}
    assert {case.kind for case in suites.cases()} == run | later
    assert not run & later
    names = {case.name for case in suites.cases()}
    assert {name for name in exceptions.table() if not name.startswith("*")} <= names
    assert len(suites.cases()) == len(names)
    assert len(QUERIES) >= 1100


def test_every_exception_has_its_reason() -> None:
    for line in exceptions.table().values():
        assert line.grade in ("value", "fails", exceptions.LATER)
        assert line.reason.endswith(".") and len(line.reason) > 30
