"""The floor of evidence over HTTP: what it leaves out, and that raising it never adds a row."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Variable

from kg_service import queries, release
from kg_service.grades import LABELS
from tests.conftest import Running
from tests.sampling import every

ROOT = Path(__file__).parents[2]
API = queries.load(ROOT / "sparql" / "api")
FLOORED = {name: query for name, query in API.items() if queries.MIN_EVIDENCE in query.parameters}
OF_A_DISEASE = [query.path for query in FLOORED.values() if "{disease}" in query.path]
H = "https://w3id.org/heliotrope/vocab/"


def asked(server: Running, path: str, **parameters: str | list[str]) -> Any:
    reply = server.get(f"/api/v1{path}?{urlencode(parameters, doseq=True)}")
    assert reply.status == 200, reply.text
    return reply.json


def word(grade: Any) -> str:
    return str(grade["label"]).removesuffix(" evidence")


def shown(rows: list[Any], key: str) -> list[tuple[str, str]]:
    return [(row[key]["label"], word(row["evidence"])) for row in rows]


def test_every_list_of_claims_and_derived_relations_has_a_floor() -> None:
    assert set(FLOORED) == {
        "conditions",
        "disease-antibodies",
        "disease-cancers",
        "disease-complications",
        "disease-demographics",
        "disease-findings",
        "disease-treatments",
        "disease-workup",
        "line-claims",
        "term-claims",
    }


def test_a_row_shows_its_evidence_and_a_floor_leaves_out_what_is_below(
    rest_server: Running,
) -> None:
    path = "/diseases/kg:0000101/findings"
    answer = asked(rest_server, path)
    assert shown(answer["results"], "finding") == [
        ("blue rash", "disputed"),
        ("low toy titre", "single"),
    ]
    assert asked(rest_server, path, min_evidence="disputed") == answer
    above = asked(rest_server, path, min_evidence="single")
    assert shown(above["results"], "finding") == [("low toy titre", "single")]
    assert above["total"] == 1
    assert asked(rest_server, path, min_evidence="corroborated")["results"] == []


def test_what_no_claim_makes_holds_by_definition(rest_server: Running) -> None:
    path = "/diseases/kg:0000101/complications"
    rows = asked(rest_server, path, min_evidence="definition")["results"]
    assert [(row["basis"], row["evidence"]["id"]) for row in rows] == [
        ("told", "h:definitionEvidence"),
        ("inferred", "h:definitionEvidence"),
    ]


def test_claims_have_a_floor_and_one_claim_shows_its_grade(rest_server: Running) -> None:
    path = "/documents/900/lines/3/claims"
    assert [row["id"] for row in asked(rest_server, path, min_evidence="single")["results"]] == [
        "claim:0000002"
    ]
    claim = rest_server.get("/api/v1/claims/0000001").json
    assert isinstance(claim, dict)
    assert claim["evidence"] == {
        "id": "h:disputedEvidence",
        "iri": f"{H}disputedEvidence",
        "label": "disputed evidence",
    }


def test_a_condition_with_a_criterion_below_the_floor_vanishes(rest_server: Running) -> None:
    criteria = {"finding": ["blue rash", "low toy titre"], "responds_to": "toynisone"}
    whole = asked(rest_server, "/conditions", **criteria)
    labels = [row["disease"]["label"] for row in whole["results"]]
    assert labels == ["glass fever", "juvenile glass fever", "amber palsy"]
    above = asked(rest_server, "/conditions", **criteria, min_evidence="single")
    assert [row["disease"]["label"] for row in above["results"]] == ["amber palsy"]
    assert above["total"] == 1
    (palsy,) = above["results"]
    assert shown(palsy["criteria"], "asked") == [
        ("blue rash", "single"),
        ("low toy titre", "definition"),
        ("toynisone", "definition"),
    ]
    assert [word(p["provisoEvidence"]) for p in palsy["provisos"]] == ["single"]
    assert asked(rest_server, "/conditions", **criteria, min_evidence="definition")["total"] == 0


def test_only_what_meets_the_floor_is_counted(rest_server: Running) -> None:
    def counts(**floor: str) -> tuple[int, int]:
        rows = asked(rest_server, "/conditions", finding="low toy titre", **floor)["results"]
        return next(
            (row["characteristic"], row["told"])
            for row in rows
            if row["disease"]["label"] == "amber palsy"
        )

    assert counts() == counts(min_evidence="definition") == (0, 1)
    fever = asked(rest_server, "/conditions", finding="low toy titre", min_evidence="definition")
    assert [row["disease"]["label"] for row in fever["results"]] == ["amber palsy"]


def test_provisos_below_the_floor_stay(rest_server: Running) -> None:
    (palsy,) = [
        row
        for row in asked(
            rest_server, "/conditions", finding="low toy titre", min_evidence="definition"
        )["results"]
        if row["disease"]["label"] == "amber palsy"
    ]
    assert [word(p["provisoEvidence"]) for p in palsy["provisos"]] == ["single"]


def test_pages_are_of_what_meets_the_floor(rest_server: Running) -> None:
    path = "/terms/kg:0000101/claims"
    whole = asked(rest_server, path, min_evidence="single")
    assert whole["total"] == 3
    page = asked(rest_server, path, min_evidence="single", limit="2")
    assert (page["total"], page["results"]) == (3, whole["results"][:2])
    rest = rest_server.get(str(page["next"]).partition(f":{rest_server.port}")[2]).json
    assert isinstance(rest, dict)
    assert (rest["total"], rest["next"], rest["results"]) == (3, None, whole["results"][2:])


def test_a_grade_that_is_none_is_refused_with_the_choices(rest_server: Running) -> None:
    reply = rest_server.get("/api/v1/diseases/kg:0000101/findings?min_evidence=high")
    assert reply.status == 400
    assert "disputed, single, corroborated, definition" in reply.text


def test_the_description_names_the_grades(rest_server: Running) -> None:
    paths: Any = rest_server.get("/openapi.json").json
    for query in FLOORED.values():
        operation = paths["paths"]["/api/v1" + query.path]["get"]
        (floor,) = [p for p in operation["parameters"] if p["name"] == "min_evidence"]
        assert floor["schema"]["enum"] == list(LABELS)
        assert floor["required"] is False


BROADER = """
PREFIX graph: <https://w3id.org/heliotrope/graph/>
PREFIX h: <https://w3id.org/heliotrope/vocab/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX x: <http://example.org/>
GRAPH graph:asserted {
  h:mayPresentWith rdfs:subPropertyOf h:mayPresentAs .
  x:d h:mayPresentWith x:f .
}
GRAPH graph:claims {
  x:c a h:Claim ; h:subject x:d ; h:relation h:mayPresentWith ; h:object x:f ; h:modality "may" ;
    h:document x:doc ; h:line 1 ; h:start 0 ; h:end 1 ; h:evidence h:disputedEvidence .
}
GRAPH graph:inferred {
  x:d h:mayPresentAs x:f .
  x:s h:subject x:d ; h:relation h:mayPresentAs ; h:object x:f ; h:disputed false ;
    h:evidence h:singleEvidence ; h:subsumed %s .
}
"""


@pytest.mark.parametrize(
    ("subsumed", "bases"), [("true", ["told"]), ("false", ["told", "inferred"])]
)
def test_what_is_subsumed_adds_no_row(subsumed: str, bases: list[str]) -> None:
    store = Store()
    store.load((BROADER % subsumed).encode(), RdfFormat.TRIG)
    disease = {Variable("disease"): NamedNode("http://example.org/d")}
    rows: Any = store.query(API["disease-findings"].text, substitutions=disease)
    assert [row["basis"] for row in rows] == [Literal(basis) for basis in bases]


@pytest.fixture(scope="module")
def graph(real_release: release.Release) -> Store:
    store = Store()
    store.bulk_load(path=real_release.file("graph.nq"), format=RdfFormat.N_QUADS)
    return store


def found(graph: Store, question: str) -> list[str]:
    prefixes = (
        "PREFIX graph: <https://w3id.org/heliotrope/graph/> "
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        f"PREFIX h: <{H}> "
    )
    rows: Any = graph.query(prefixes + question)
    return [row[0].value for row in rows]


def floors(server: Running, path: str, **parameters: str) -> list[list[Any]]:
    """The results without a floor and at each, from the lowest."""
    answers = [asked(server, path, limit="1000", **parameters)]
    # Where there is nothing without a floor, the lowest and the highest show it for all.
    labels = LABELS if answers[0]["results"] else (LABELS[0], LABELS[-1])
    answers += [
        asked(server, path, limit="1000", min_evidence=label, **parameters) for label in labels
    ]
    assert all(answer["total"] == len(answer["results"]) for answer in answers)
    return [answer["results"] for answer in answers]


def texts(rows: list[Any]) -> set[str]:
    return {json.dumps(row, sort_keys=True) for row in rows}


@pytest.mark.parametrize("path", every(4, OF_A_DISEASE))
def test_raising_the_floor_never_adds_a_row_of_a_disease(
    real_server: Running, graph: Store, path: str
) -> None:
    lost = 0
    for disease in found(
        graph, "SELECT DISTINCT ?d { GRAPH graph:asserted { ?d a h:DiseaseKind } } ORDER BY ?d"
    ):
        without, *raised = floors(real_server, path.format(disease=quote(disease, safe="")))
        assert raised[0] == without
        for lower, higher in pairwise(raised):
            assert texts(higher) <= texts(lower)
            lost += len(lower) - len(higher)
    assert lost


@pytest.mark.long
def test_raising_the_floor_never_adds_a_claim(real_server: Running, graph: Store) -> None:
    for term in found(
        graph,
        "SELECT ?o { GRAPH graph:claims { ?c a h:Claim ; h:object ?o } } "
        "GROUP BY ?o ORDER BY DESC(COUNT(?c)) ?o LIMIT 8",
    ):
        without, *raised = floors(real_server, f"/terms/{quote(term, safe='')}/claims")
        assert without and raised[0] == without
        for lower, higher in pairwise(raised):
            assert texts(higher) <= texts(lower)


@pytest.mark.long
def test_raising_the_floor_never_adds_a_condition_or_anything_to_one(
    real_server: Running, graph: Store
) -> None:
    lost = 0
    for finding in found(
        graph,
        "SELECT DISTINCT ?f { GRAPH graph:asserted { ?f a h:FindingKind ."
        " ?r rdfs:subPropertyOf* h:mayPresentAs . ?d ?r ?f } } ORDER BY ?f LIMIT 12",
    ):
        without, *raised = floors(real_server, "/conditions", finding=finding)
        assert raised[0] == without
        for lower, higher in pairwise(raised):
            below = {row["disease"]["iri"]: row for row in lower}
            for row in higher:
                before = below[row["disease"]["iri"]]
                assert row["criteria"]
                assert row["told"] <= before["told"]
                assert row["characteristic"] <= before["characteristic"]
                assert texts(row["criteria"]) <= texts(before["criteria"])
                assert texts(row["provisos"]) == texts(before["provisos"])
            lost += len(lower) - len(higher)
    assert lost


def test_a_claim_is_disputed_by_grade_only_where_a_conflict_names_it_and_all_like_it(
    graph: Store,
) -> None:
    graded = found(
        graph, "SELECT ?c { GRAPH graph:claims { ?c h:evidence h:disputedEvidence } } ORDER BY ?c"
    )
    flagged = found(
        graph, "SELECT ?c { GRAPH graph:claims { ?c a h:Claim ; h:disputed true } } ORDER BY ?c"
    )
    assert graded
    assert set(graded) <= set(flagged)
