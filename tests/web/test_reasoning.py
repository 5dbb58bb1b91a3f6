"""Explanations, logic questions, cases and what-if over HTTP, on the real release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from kg_service import release
from kg_service.logic.proof_graph import h
from tests.conftest import Reply, Running
from tests.sampling import every
from tests.test_logic_questions_page import EXPRESSIONS, REFUSED
from tests.web.test_admission import LITTLE, used

ROOT = Path(__file__).parents[2]


@pytest.fixture
def real(real_server: Running) -> Running:
    return real_server


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


def test_of_very_many_sets_that_clash_the_smallest_are_told(real: Running) -> None:
    denial = why(real, "h:DiseaseKind", "owl:equivalentClass", "h:FindingKind")["denial"]
    assert [len(leaves) for leaves in denial["clashes"]] == [3] * 16
    assert denial["complete"] is False


@pytest.mark.parametrize(
    "triple",
    [
        ("kg:0000085", "has upstream test", "kg:0004001"),
        ("kg:0000400", "rdfs:subClassOf", "h:Kind"),
    ],
)
def test_why_not_is_answered_however_much_would_follow(
    real: Running, triple: tuple[str, str, str]
) -> None:
    assert why(real, *triple)["holds"] in (False, "unknown")


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


def test_a_title_of_a_document_leaves_its_name_to_a_term(real: Running) -> None:
    found = why(real, "dermatomyositis", "may present as", "Heliotrope rash")
    assert (found["holds"], found["statement"]["object"]["id"]) == (True, "HP:0040324")


def test_what_holds_in_a_context_only_is_told_so(real: Running) -> None:
    triple = ("prednisone", "may lead to", "opportunistic lung infection")
    assert explain(real, *triple, "text/plain").text.splitlines()[0] == (
        "It holds that prednisone may lead to opportunistic lung infection,"
        " but only in the context of corticosteroid, in 4 ways."
    )


def test_more_ways_than_are_told_are_ways(real: Running) -> None:
    told = explain(real, "kg:0004001", "belongs to population", "adult", "text/plain").text
    assert told.splitlines()[0].endswith("or more ways.")


@pytest.mark.parametrize("age", ["37", '"37"^^xsd:integer', "37.0", '"37"^^xsd:byte'])
def test_a_value_may_be_asked_for_however_it_is_written(real: Running, age: str) -> None:
    found = why(real, "kg:0004001", "has age", age)
    assert found["holds"] is True
    (leaf,) = found["justifications"][0]["leaves"]
    assert leaf["statement"]["object"] == {"expression": "37"}
    assert [claim["id"] for claim in leaf["claims"]] == ["claim:0002067"]


def test_of_one_value_another_is_false_and_one_outside_the_range_too(real: Running) -> None:
    for age in ("38", "-1", '"37"'):
        assert why(real, "kg:0004001", "has age", age)["holds"] is False


def test_a_value_that_nothing_tells_is_unknown(real: Running) -> None:
    assert why(real, "kg:0004001", "h:hasEularAcrScore", "8")["holds"] == "unknown"


@pytest.mark.parametrize(
    ("predicate", "object_", "status", "parameter"),
    [
        ("has age", "HP:0040324", 400, "object"),
        ("has age", "thirty", 404, "object"),
        ("has finding", "37", 400, "object"),
        ("rdfs:label", "HP:0040324", 400, "predicate"),
        ("IAO:0000115", "HP:0040324", 400, "predicate"),
        ("disease kind", "HP:0040324", 400, "predicate"),
        ("owl:propertyChainAxiom", "takes", 400, "predicate"),
        ("rdf:type", "owl:NamedIndividual", 400, "object"),
    ],
)
def test_a_statement_that_cannot_be_asked_for_names_the_parameter(
    real: Running, predicate: str, object_: str, status: int, parameter: str
) -> None:
    reply = explain(real, "kg:0004001", predicate, object_)
    assert (reply.status, reply.json["parameter"]) == (status, parameter)  # type: ignore[index]


@pytest.mark.parametrize(
    ("subject", "predicate", "object_", "rule"),
    [
        ("kg:0004001", "rdf:type", "owl:Thing", "cls-thing"),
        ("kg:0000001", "rdfs:subClassOf", "kg:0000001", "scm-cls"),
        ("kg:0004001", "owl:sameAs", "kg:0004001", "eq-ref"),
    ],
)
def test_what_holds_by_itself_has_no_leaves(
    real: Running, subject: str, predicate: str, object_: str, rule: str
) -> None:
    (one,) = why(real, subject, predicate, object_)["justifications"]
    assert (one["size"], one["leaves"], one["proof"]["rule"]) == (0, [], rule)
    assert explain(real, subject, predicate, object_, "text/turtle").status == 200


@pytest.mark.parametrize(
    ("subject", "predicate", "object_", "rule", "leaves"),
    [
        ("h:Kind", "owl:disjointWith", "h:Claim", "scm-dw2", 1),
        ("h:TherapyKind", "owl:disjointWith", "h:Patient", "scm-dw2", 3),
        ("h:hasSubtype", "owl:inverseOf", "h:subtypeOf", "scm-inv-sym", 1),
        ("h:occursMostlyIn", "rdfs:range", "h:Kind", "scm-rng1", 2),
        ("has age", "rdfs:range", "xsd:integer", "scm-rng1", 1),
    ],
)
def test_what_the_ontology_says_in_other_words_holds(
    real: Running, subject: str, predicate: str, object_: str, rule: str, leaves: int
) -> None:
    found = why(real, subject, predicate, object_)
    first = found["justifications"][0]
    assert (found["holds"], first["proof"]["rule"], first["size"]) == (True, rule, leaves)
    assert explain(real, subject, predicate, object_, "text/turtle").status == 200


def test_a_triple_of_classes_that_is_in_the_release_is_told_as_what_it_says_of_members(
    real: Running,
) -> None:
    triple = "kg:0000402", "has finding", "h:FindingKind"
    found = why(real, *triple)
    assert found["holds"] is True
    assert found["statement"]["predicate"]["id"] == "rdfs:subClassOf"
    assert found["statement"]["object"] == {"expression": "'has finding' some 'finding kind'"}
    assert explain(real, *triple, "text/plain").text.startswith(
        "It holds that whatever is in the class “patient with a positive antinuclear antibody test”"
        " has finding something that is in the class “finding kind”, in 5 ways.\n"
    )


def test_no_near_miss_would_put_a_finding_below_itself(real: Running) -> None:
    near = why(real, "kg:0004001", "has finding", "HP:0040324")["near"]
    lacking = [atom["subject"]["id"] for miss in near for atom in miss["lacking"]]
    assert lacking[0] == "kg:0004001"
    assert "HP:0000988" not in lacking  # skin rash, of which it is a subtype


@pytest.mark.parametrize("media_type", every(2, ["text/turtle", "application/n-triples"]))
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


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_of_the_page_is_answered_completely(real: Running, expression: str) -> None:
    found = asked(real, expression)
    assert (found["complete"], found["beyond"]) == (True, [])


@pytest.mark.parametrize(("expression", "construct"), REFUSED)
def test_an_expression_outside_the_profile_is_refused_as_the_page_says(
    real: Running, expression: str, construct: str
) -> None:
    reply = real.get("/api/v1/dl?" + urlencode({"expression": expression}))
    problem: Any = reply.json
    assert (reply.status, problem["constructs"]) == (400, [construct])


@pytest.mark.parametrize("expression", ["'has finding' exactly 1", "'has finding' exactly 0"])
def test_what_a_construct_is_made_into_is_not_blamed(real: Running, expression: str) -> None:
    reply = real.get("/api/v1/dl?" + urlencode({"expression": expression}))
    assert reply.json["constructs"] == ["exactly"]  # type: ignore[index]


def test_a_union_inside_is_asked_as_one_outside(real: Running) -> None:
    rash, rest = "'may present with' value 'Heliotrope rash'", "'may present with' value HP:0003761"
    inside = asked(real, f"'disease kind' and ({rash} or {rest})")
    one, other = (asked(real, f"'disease kind' and {each}") for each in (rash, rest))
    both = ids(one["individuals"], "subject") | ids(other["individuals"], "subject")
    assert ids(inside["individuals"], "subject") == both
    assert len(both) > 2


def test_a_range_that_says_more_than_an_edge_leaves_an_answer_incomplete(real: Running) -> None:
    for range_ in ("xsd:integer[>= 0]", "xsd:decimal[> 7, < 8.5]"):
        found = asked(real, f"'has age' some {range_}")
        assert found["unsatisfiable"] == []
        assert (found["complete"], "Range" in found["beyond"]) == (False, True)


def test_a_range_outside_that_of_the_relation_is_unsatisfiable(real: Running) -> None:
    for age in ("some xsd:integer[< 0]", "some xsd:decimal[> 7, < 8]", "value -1"):
        found = asked(real, f"'has age' {age}")
        (proof,) = found["unsatisfiable"]
        assert (found["complete"], proof["proof"]["rule"]) == (True, "dt-rng")


def test_an_expression_may_have_as_many_characters_as_its_reader_takes(real: Running) -> None:
    label = "dermatomyositis"
    long = f"{label}{' ' * (9_980 - 2 * len(label))} or {label}"
    assert real.get("/api/v1/dl?" + urlencode({"expression": long})).status == 200
    reply = real.get("/api/v1/dl?" + urlencode({"expression": f"{label}{' ' * 10_000}"}))
    assert reply.status == 400
    assert reply.json["expected"] == ["at most 10000 characters"]  # type: ignore[index]


def test_an_unknown_prefix_in_an_expression_has_no_advice_among_what_is_expected(
    real: Running,
) -> None:
    problem: Any = real.get("/api/v1/dl?" + urlencode({"expression": "MONDI:0016367"})).json
    assert problem["expected"] == ["a name with a known prefix"]
    assert problem["suggestions"][0].startswith("MONDO:00")
    assert "Expected Did" not in problem["detail"]


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


@pytest.mark.parametrize(
    ("given", "denied", "consistent"),
    [
        ("juvenile dermatomyositis", "dermatomyositis", False),
        ("juvenile dermatomyositis", "inflammatory disease", False),
        ("dermatomyositis", "juvenile dermatomyositis", True),
    ],
)
def test_a_diagnosis_given_while_what_it_is_a_kind_of_is_denied_clashes(
    real: Running, given: str, denied: str, consistent: bool
) -> None:
    body = {"diagnoses": [given, {"id": denied, "present": False}]}
    found: Any = post(real, "cases", body).json
    assert found["consistent"] is consistent
    for leaves in found.get("clashes", ()):
        told = {leaf["told"]["path"] for leaf in leaves if "told" in leaf}
        assert told == {"/diagnoses/0", "/diagnoses/1/id"}


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


def test_a_denied_diagnosis_is_told_as_set_aside_with_proof_and_denial(real: Running) -> None:
    denied = {"id": "dermatomyositis", "present": False}
    body = {"findings": ["Heliotrope rash"], "diagnoses": [denied]}
    found: Any = post(real, "cases", body).json
    assert (found["considered"], found["tests"]) == ([], [])
    (aside,) = found["aside"]
    assert aside["statement"]["object"]["id"] == "MONDO:0016367"
    assert aside["proof"]["rule"]
    (against,) = aside["against"]
    assert against["statement"]["denied"] is True
    assert against["told"] == {"path": "/diagnoses/0/id"}


def test_a_conclusion_has_proof_and_grade_and_so_has_what_its_scope_holds_by(
    real: Running,
) -> None:
    body = {"findings": ["HP:0034152"], "diagnoses": ["MONDO:0016367"], "drugs": ["prednisone"]}
    found: Any = post(real, "cases", body).json
    by_object = {each["statement"]["object"]["id"]: each for each in found["risks"]}
    necrosis = why(real, "prednisone", "carries a risk of", "HP:0010885")
    assert by_object["HP:0010885"]["evidence"] == necrosis["evidence"]
    (applies,) = by_object["MONDO:0015925"]["applies"]
    assert applies["statement"]["predicate"]["id"] == "h:isInContextOf"
    assert applies["proof"]["rule"]
    assert applies["evidence"]["id"] == "h:definitionEvidence"
    rooms = ("types", "fits", "considered", "risks", "tests", "upstream")
    assert all(each["evidence"]["id"] for room in rooms for each in found[room])


def test_an_open_question_has_the_proofs_of_what_is_met_and_of_what_decides(real: Running) -> None:
    three = ["HP:0000988", "HP:0001324", "HP:0003761"]
    found: Any = post(real, "cases", {"findings": three, "age": 50}).json
    (four,) = [
        each for each in found["questions"] if each["decides"][0]["object"]["id"] == "kg:0000391"
    ]
    assert len(four["met"]) == 3
    assert all("rule" in met["proof"] or "told" in met["proof"] for met in four["met"])
    (definition,) = four["by"]
    assert definition["statement"]["predicate"]["id"] == "owl:equivalentClass"
    assert "ObjectIntersectionOf" in definition["proof"]["axiom"]


def test_a_label_beside_an_identifier_that_is_not_its_name_is_told(real: Running) -> None:
    packet = {
        "id": "one",
        "phenotypicFeatures": [{"type": {"id": "HP:0000988", "label": "Cough"}}],
        "metaData": {"created": "2026-01-01T00:00:00Z", "createdBy": "somebody",
                     "phenopacketSchemaVersion": "2.0"},
    }  # fmt: skip
    found: Any = post(real, "cases", packet).json
    (mismatch,) = found["mismatches"]
    assert mismatch["path"] == "/phenotypicFeatures/0/type/label"
    assert (mismatch["label"], mismatch["term"]["label"]) == ("Cough", "Skin rash")


def test_a_claim_that_closes_a_circle_is_inconsistent(real: Running) -> None:
    circle = {
        "subject": "dermatomyositis",
        "relation": "is a subtype of",
        "object": "juvenile dermatomyositis",
    }
    found: Any = post(real, "whatif", {"add": [circle]}).json
    assert (found["consistent"], found["gained"]) == (False, [])
    told = [leaf["told"] for leaf in found["clashes"][0] if "told" in leaf]
    assert told == [{"added": True}]


def test_a_number_is_what_is_written(real: Running) -> None:
    reply = post(real, "cases", '{"age": 17.99999999999999999999}')
    assert (reply.status, reply.json["path"]) == (400, "/age")  # type: ignore[index]
    assert "found 17.99999999999999999999," in reply.text
    signs = '{"age": 9, "findings": ["HP:0040324"], "results": [%s]}'
    score = '{"test": "kg:0000021", "value": %s, "unit": "{score}"}'
    for value, fits in (("7.4999999999999999999", set()), ("7.50", {"MONDO:0008054"})):
        found: Any = post(real, "cases", signs % (score % value)).json
        assert ids(found["fits"]) == fits


def test_an_exponent_that_no_number_has_is_a_problem(real: Running) -> None:
    for number in ("1e400", "1e99999999999999999999999999"):
        reply = post(real, "cases", f'{{"age": {number}}}')
        assert (reply.status, reply.json["type"]) == (400, "/problems/body")  # type: ignore[index]


@pytest.mark.long
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
    assert reply.headers["etag"].startswith(f'"{digest}-')
