"""Diagnosis of queries without rows, over the real release."""

from __future__ import annotations

import csv
import json
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import QueryBoolean, Store

from kg_service import release
from kg_service.diagnosis import questions
from kg_service.diagnosis.report import diagnose
from kg_service.names import Names
from kg_service.store import load

FOLDER = Path(__file__).parent / "diagnosis"
ROOT = Path(__file__).parents[2]
QUESTIONS = questions.load(ROOT)
TABLES = [path.stem for path in sorted(FOLDER.glob("*.tsv"))]


def cases(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def made() -> release.Release:
    return release.current(ROOT / "build")


@pytest.fixture(scope="module")
def store(made: release.Release) -> Store:
    return load([made.file("graph.nq")])


@pytest.fixture(scope="module")
def prefixes(made: release.Release) -> dict[str, str]:
    found: dict[str, str] = json.loads(made.file("prefixes.json").read_text("utf-8"))
    return found


Case = tuple[dict[str, str], dict[str, Any]]


def diagnosed(store: Store, prefixes: dict[str, str], name: str) -> list[Case]:
    """Each case of a table with what is found."""
    return [(case, diagnose(store, case["query"], prefixes, QUESTIONS)) for case in cases(name)]


@pytest.fixture(scope="module")
def tables(store: Store, prefixes: dict[str, str]) -> dict[str, list[Case]]:
    return {name: diagnosed(store, prefixes, name) for name in TABLES}


def told_wrongly(found: list[Case]) -> list[str]:
    """The queries whose verdict is not the one of the table."""
    wanted = {"broken": "broken", "empty": "none"}
    return [case["query"] for case, made in found if made["verdict"] != wanted[case["verdict"]]]


@pytest.mark.parametrize("name", TABLES)
def test_a_seeded_query_has_no_rows(store: Store, prefixes: dict[str, str], name: str) -> None:
    for case in cases(name):
        answer = store.query(case["query"], prefixes=prefixes)
        rows = bool(answer) if isinstance(answer, QueryBoolean) else any(True for _ in answer)
        assert not rows, case["query"]


def test_broken_queries_are_told_from_those_the_data_have_no_rows_for(
    tables: dict[str, list[Case]],
) -> None:
    told = [case["verdict"] for case, _ in tables["seeded"]]
    assert [told.count(verdict) for verdict in ("broken", "empty")] == [20, 20]
    for found in tables.values():
        assert told_wrongly(found) == []


def test_what_was_meant_is_among_the_suggestions(
    tables: dict[str, list[Case]], prefixes: dict[str, str]
) -> None:
    names = Names(prefixes)
    for case, found in chain.from_iterable(tables.values()):
        if case["near"]:
            near = [suggestion["iri"] for suggestion in found["suggestions"]]
            assert names.iri(case["near"]) in near, (case["query"], near)


def test_a_diagnosis_tells_patterns_with_place_and_matches(
    store: Store, prefixes: dict[str, str]
) -> None:
    text = 'SELECT ?d {\n  ?d a h:DiseaseKind ;\n     rdfs:label "Gout"@en\n  OPTIONAL { ?d h:x ?y }\n}'
    found: dict[str, Any] = diagnose(store, text, prefixes, QUESTIONS)
    assert found["patterns"] == [
        {
            "text": "?d a h:DiseaseKind",
            "line": 2,
            "column": 3,
            "required": True,
            "matches": 50,
            "more": False,
        },
        {
            "text": 'rdfs:label "Gout"@en',
            "line": 3,
            "column": 6,
            "required": True,
            "matches": 0,
            "more": False,
        },
        {
            "text": "?d h:x ?y",
            "line": 4,
            "column": 14,
            "required": False,
            "matches": 0,
            "more": False,
        },
    ]
    assert found["smallest"] == [1]
    (broken,) = found["broken"]
    assert (broken["text"], broken["line"], broken["column"]) == ('"Gout"@en', 3, 17)
    assert broken["instead"] == ['"gout"']
