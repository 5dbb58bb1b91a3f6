"""The engine itself on the same files, in this process: what the service must not fall short of."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import NamedNode, QueryResultsFormat, QuerySolutions, Store

from kg_service.store import format_of
from tests.conformance import answers
from tests.conformance.answers import Grade
from tests.conformance.suites import NEGATIVE, POSITIVE, Case, iri


def store(case: Case) -> Store:
    """The dataset of a test. Blank nodes of different graphs stay different."""
    made = Store()
    for file in case.default:
        made.load(path=file, format=format_of(file), base_iri=iri(file))
    for file in case.named:
        put(made, file, iri(file))
    return made


def put(made: Store, file: Path, graph: str) -> None:
    """Load a file as a named graph."""
    made.load(path=file, format=format_of(file), base_iri=iri(file), to_graph=NamedNode(graph))


def grade(case: Case) -> Grade:
    """How the engine does in a test of a query. One with remote services is not tried."""
    if case.kind in POSITIVE | NEGATIVE:
        return Grade.EXACT if reads(case) == (case.kind in POSITIVE) else Grade.FAILS
    if case.services:
        return Grade.FAILS
    assert case.query is not None and case.result is not None
    wanted = answers.expected(case.result)
    try:
        found = store(case).query(case.text, base_iri=iri(case.query))
        if case.result.suffix == ".csv":
            assert isinstance(found, QuerySolutions)
            text = found.serialize(format=QueryResultsFormat.CSV)
            assert text is not None
            return answers.grade(answers.of_csv(text.decode()), wanted, case.lax)
        return answers.grade(answers.of_engine(found), wanted, case.lax)
    except (SyntaxError, ValueError, RuntimeError, OSError):
        return Grade.FAILS


def reads(case: Case) -> bool:
    """Whether the engine's parser takes the query of a test of syntax."""
    assert case.query is not None
    try:
        Store().query(case.text, base_iri=iri(case.query))
    except SyntaxError:
        return False
    except (ValueError, RuntimeError, OSError):
        return True
    return True
