"""Explanations, logic questions, cases and what-if over HTTP, on the real release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from kg_service import release
from kg_service.logic.proof_graph import h
from tests.conftest import Reply, Running, serving
from tests.web.test_admission import LITTLE, used

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def real() -> Iterator[Running]:
    with serving(release.current(ROOT / "build").path) as running:
        yield running


def explain(real: Running, subject: str, predicate: str, object_: str, accept: str = "") -> Reply:
    triple = {"subject": subject, "predicate": predicate, "object": object_}
    return real.get(f"/api/v1/explain?{urlencode(triple)}", accept or None)


def why(real: Running, subject: str, predicate: str, object_: str) -> Any:
    reply = explain(real, subject, predicate, object_)
    assert reply.status == 200, reply.text
    return reply.json


def asked(real: Running, expression: str, **more: str) -> Any:
    reply = real.get("/api/v1/dl?" + urlencode({"expression": expression, **more}))
    assert reply.status == 200, reply.text
    return reply.json


def post(real: Running, path: str, body: object, kind: str = "application/json") -> Reply:
    text = body if isinstance(body, str) else json.dumps(body)
    return real.request("POST", f"/api/v1/{path}", text, {"Content-Type": kind})


def ids(told: list[Any], end: str = "object") -> set[str]:
    return {each["statement"][end]["id"] for each in told}


def test_a_conclusion_is_proved_down_to_the_lines_it_was_read_from(real: Running) -> None:
    found = why(real, "dermatomyositis", "may lead to", "Weight loss")
    assert found["holds"] is True
    assert found["complete"] is True
    (one,) = found["justifications"]
    read = sorted((c["document"], c["line"]) for x in one["leaves"] for c in x.get("claims", ()))
    assert read == [("doc:000", 27), ("doc:000", 27)]
    assert [term["id"] for term in one["scope"]] == ["MONDO:0016367"]
    assert one["proof"]["rule"] == "prp-trp"
    assert one["sentences"][0] == (
        "1. Dermatomyositis may have complication Dysphagia (document 000, line 27, claim:0001046)."
    )


def test_a_told_statement_is_its_own_justification(real: Running) -> None:
    found = why(real, "MONDO:0016367", "h:characteristicallyPresentsWith", "HP:0040324")
    first = found["justifications"][0]
    assert (first["size"], first["proof"]["claims"][0]["id"]) == (1, "claim:0000002")


def test_inheritance_that_a_claim_overrides_is_the_nearest_miss(real: Running) -> None:
    found = why(
        real,
        "amyopathic dermatomyositis",
        "characteristically presents with",
        "Proximal muscle weakness",
    )
    assert found["holds"] == "unknown"
    nearest = found["near"][0]
    assert (nearest["rule"], nearest["lacking"]) == ("kind-inheritance", [])
    (own,) = nearest["blocked"]
    assert own["statement"]["predicate"]["id"] == "h:mayPresentWithout"
    assert own["claims"][0]["document"] == "doc:001"


def test_a_criterion_that_nobody_told_is_lacking_and_not_false(real: Running) -> None:
    found = why(real, "MONDO:0007915", "rdf:type", "kg:0000001")
    assert found["holds"] == "unknown"
    lacking = {atom["object"]["id"] for atom in found["near"][0]["lacking"]}
    assert "HP:0040324" in lacking


def test_what_is_not_told_of_the_patient_is_unknown(real: Running) -> None:
    assert why(real, "kg:0004001", "h:hasFinding", "HP:0040324")["holds"] == "unknown"


def test_what_a_document_denies_is_false_with_its_line(real: Running) -> None:
    found = why(real, "MONDO:0007915", "h:characteristicallyPresentsWith", "HP:0040324")
    assert found["holds"] is False
    (leaf,) = found["denial"]["justifications"][0]["leaves"]
    assert leaf["claims"][0]["modality"] == "denied"


def test_what_would_contradict_is_false_with_the_sets_that_clash(real: Running) -> None:
    found = why(real, "HP:0040324", "rdf:type", "h:DiseaseKind")
    assert found["holds"] is False
    smallest = found["denial"]["clashes"][0]
    assert len(smallest) == 3
    assert sum("supposed" in leaf.get("told", {}) for leaf in smallest) == 1


def test_a_proof_through_a_disputed_claim_says_so(real: Running) -> None:
    triple = ("kg:0000010", "h:mayPresentAs", "HP:0040324")
    one = why(real, *triple)["justifications"][0]
    assert one["disputed"] is True
    assert one["sentences"][-1] == "This rests on a claim that a conflict disputes."


def test_an_explanation_is_told_in_english(real: Running) -> None:
    reply = explain(real, "kg:0004001", "h:isAtRiskOf", "HP:0010885", "text/plain")
    assert reply.headers["content-type"].startswith("text/plain")
    assert reply.text.splitlines()[0] == (
        "It holds that patient of document 004 is at risk of Avascular necrosis, in 1 way."
    )
    assert "(document 004, line 3, claim:0002020)" in reply.text


@pytest.mark.parametrize("media_type", ["text/turtle", "application/n-triples"])
def test_an_explanation_is_a_graph_like_that_of_the_release(real: Running, media_type: str) -> None:
    reply = explain(real, "kg:0004001", "h:isAtRiskOf", "HP:0010885", media_type)
    assert reply.headers["content-type"].startswith(media_type)
    store = Store()
    form = RdfFormat.from_media_type(media_type)
    assert form is not None
    store.load(reply.body, form)
    whole = Store()
    whole.bulk_load(path=release.current(ROOT / "build").file("graph.nq"), format=RdfFormat.N_QUADS)
    proofs = NamedNode("https://w3id.org/heliotrope/graph/proofs")
    (node,) = {quad.subject for quad in store.quads_for_pattern(None, h("leaf"), None)}
    told = {(q.predicate, q.object) for q in store.quads_for_pattern(node, None, None)}
    assert told == {
        (q.predicate, q.object) for q in whole.quads_for_pattern(node, None, None, proofs)
    }
    assert (h("disputed"), Literal(False)) in told


def test_an_explanation_in_no_format_is_406_with_offers(real: Running) -> None:
    reply = explain(real, "kg:0004001", "h:isAtRiskOf", "HP:0010885", "image/png")
    assert reply.status == 406
    assert {"application/json", "text/plain", "text/turtle"} <= set(reply.json["offers"])  # type: ignore[index]


def test_an_unknown_name_is_named_with_its_parameter(real: Running) -> None:
    reply = explain(real, "nobody", "rdf:type", "h:Kind")
    assert (reply.status, reply.json["parameter"]) == (404, "subject")  # type: ignore[index]


def test_a_logic_question_has_its_members_each_with_a_proof(real: Running) -> None:
    found = asked(
        real,
        "'disease kind' and 'may present as' value 'Heliotrope rash'"
        " and 'may present with' value 'low antinuclear antibody titre'"
        " and 'may respond to' value corticosteroid",
    )
    assert {"MONDO:0016367", "kg:0000010"} <= ids(found["individuals"], "subject")
    assert "MONDO:0007915" not in ids(found["individuals"], "subject")
    assert [each["statement"]["subject"].get("id") for each in found["equivalents"]] == [
        "kg:0000001",
        None,
    ]
    assert all(each["proof"]["rule"] for each in found["individuals"])


def test_a_question_about_numbers_finds_the_patient(real: Running) -> None:
    found = asked(real, "patient and 'has age' some xsd:integer[>= 37, < 38]")
    assert ids(found["individuals"], "subject") == {"kg:0004001"}
    none = asked(real, "patient and 'has age' some xsd:integer[< 37]")
    assert none["individuals"] == []


def test_a_wrong_expression_says_where_and_what_was_expected(real: Running) -> None:
    reply = real.get("/api/v1/dl?" + urlencode({"expression": "'disease kind' and 'may present"}))
    problem: Any = reply.json
    assert (reply.status, problem["type"]) == (400, "/problems/expression")
    assert (problem["line"], problem["column"]) == (1, 20)
    assert problem["caret"].splitlines()[1].index("^") == 19


def test_a_construct_outside_the_profile_is_named(real: Running) -> None:
    reply = real.get("/api/v1/dl?" + urlencode({"expression": "not 'disease kind'"}))
    problem: Any = reply.json
    assert (reply.status, problem["constructs"]) == (400, ["not"])


def test_a_patient_on_prednisone_is_at_risk_of_what_steroids_may_cause(real: Running) -> None:
    reply = post(real, "cases", {"drugs": ["prednisone"]})
    found: Any = reply.json
    assert reply.status == 200
    assert reply.headers["cache-control"] == "no-store"
    risks = ids(found["risks"])
    assert "HP:0010885" in risks
    assert "HP:0003761" not in risks


def test_denied_and_unknown_findings_are_not_the_same(real: Running) -> None:
    # Three of the four findings on which document 004, line 8, rests its diagnosis.
    three = ["HP:0000988", "HP:0001324", "HP:0003761"]
    fits: dict[object, set[str]] = {}
    opens: dict[object, set[str]] = {}
    for present in (True, False, None):
        findings = [*three, {"id": "kg:0000305", "present": present}]
        found: Any = post(real, "cases", {"findings": findings}).json
        fits[present] = ids(found["fits"])
        opens[present] = {node["expression"] for q in found["questions"] for node in q["open"]}
    assert fits == {True: {"MONDO:0016367"}, False: set(), None: set()}
    bones = "'has finding' value 'bone loss'"
    assert [bones in opens[present] for present in (True, False, None)] == [False, False, True]


def test_a_finding_present_in_part_and_denied_as_a_whole_clashes_with_its_proof(
    real: Running,
) -> None:
    body = {"findings": ["HP:0040324", {"id": "HP:0000988", "present": False}]}
    found: Any = post(real, "cases", body).json
    assert found["consistent"] is False
    told = {leaf["told"]["path"] for leaf in found["clashes"][0] if "told" in leaf}
    assert told == {"/findings/0", "/findings/1/id"}


def test_a_finding_both_present_and_denied_is_refused_by_name(real: Running) -> None:
    body = {"findings": ["HP:0040324", {"id": "HP:0040324", "present": False}]}
    reply = post(real, "cases", body)
    assert (reply.status, reply.json["type"]) == (400, "/problems/body")  # type: ignore[index]
    assert reply.json["path"].startswith("/findings/1")  # type: ignore[index]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ('{"age": 1, "age": 2}', "application/json", 400),
        ('{"age": NaN}', "application/json", 400),
        ("[" * 5000 + "]" * 5000, "application/json", 400),
        ("{}", "text/plain", 415),
        ('{"findings": ["nothing at all"]}', "application/json", 400),
    ],
)
def test_a_malformed_body_is_a_problem(real: Running, body: str, kind: str, status: int) -> None:
    reply = post(real, "cases", body, kind)
    assert reply.status == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert real.get("/ready").status == 200


def test_a_long_body_is_read_by_a_worker_within_its_deadline(real: Running) -> None:
    body = "[" + ",".join(['"x"'] * 450_000) + "]"
    before = used(real.process.pid)
    for path in ("cases", "whatif"):
        # What is no case is 400, unless reading so much of it takes too long here.
        assert post(real, path, body).status in (400, 503)
    assert used(real.process.pid) - before < LITTLE
    reply = post(real, "cases", " " * (2 * 1024 * 1024 + 1))
    assert (reply.status, reply.json["limit"]) == (413, 2 * 1024 * 1024)  # type: ignore[index]


def test_a_withdrawn_claim_loses_what_rests_on_it_alone(real: Running) -> None:
    found: Any = post(real, "whatif", {"withdraw": ["claim:0000009"]}).json
    lost = {
        (x["statement"]["predicate"]["id"], x["statement"]["object"]["id"]) for x in found["lost"]
    }
    assert ("h:mayPresentWith", "HP:0025508") in lost
    assert ("h:mayPresentAs", "HP:0025508") in lost
    assert found["gained"] == []


def test_an_added_claim_gains_what_follows_and_nothing_is_stored(real: Running) -> None:
    change = {
        "add": [
            {
                "subject": "corticosteroid",
                "relation": "may have adverse effect",
                "object": "HP:0000939",
            }
        ]
    }
    found: Any = post(real, "whatif", change).json
    gained = {
        (x["statement"]["subject"]["id"], x["statement"]["predicate"]["id"])
        for x in found["gained"]
    }
    assert ("kg:0004001", "h:isAtRiskOf") in gained
    assert found["lost"] == []
    assert why(real, "kg:0004001", "h:isAtRiskOf", "HP:0000939")["holds"] == "unknown"


def test_what_is_added_in_two_contexts_does_not_join(real: Running) -> None:
    def added(*contexts: str) -> set[str]:
        ends = ("HP:0001324", "HP:0002015", "HP:0025508")
        told = [
            {"subject": a, "relation": "may directly lead to", "object": b, "context": [context]}
            for a, b, context in zip(ends, ends[1:], contexts, strict=False)
        ]
        found: Any = post(real, "whatif", {"add": told}).json
        pairs = {
            (x["statement"]["subject"]["id"], x["statement"]["object"]["id"])
            for x in found["gained"]
            if x["statement"]["predicate"]["id"] == "h:mayLeadTo"
        }
        return {other for one, other in pairs if one == ends[0]}

    # Contexts that no claim of the release is told in.
    assert added("MONDO:0007915", "MONDO:0007915") >= {"HP:0002015", "HP:0025508"}
    assert "HP:0025508" not in added("MONDO:0007915", "MONDO:0008054")


def test_withdrawing_an_own_claim_lets_the_inherited_one_through(real: Running) -> None:
    near = why(
        real,
        "amyopathic dermatomyositis",
        "characteristically presents with",
        "Proximal muscle weakness",
    )["near"][0]
    claims = [claim["id"] for own in near["blocked"] for claim in own["claims"]]
    found: Any = post(real, "whatif", {"withdraw": claims}).json
    gained = {x["statement"]["predicate"]["id"] for x in found["gained"]}
    assert "h:characteristicallyPresentsWith" in gained


def test_answers_that_depend_on_the_release_alone_are_tagged_with_it(real: Running) -> None:
    reply = explain(real, "dermatomyositis", "may lead to", "Weight loss")
    digest = reply.json["release"]  # type: ignore[index]
    assert reply.headers["etag"] == f'"{digest}"'
