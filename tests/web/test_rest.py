"""REST over HTTP: what each route answers, and what is refused."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from kg_service.release import Release
from tests import conftest
from tests.conftest import Reply, Running, serving

ROOT = Path(__file__).parent.parent.parent
KG = "https://w3id.org/heliotrope/KG_"
FEVER = {"id": "kg:0000101", "iri": f"{KG}0000101", "label": "glass fever"}
CHILDREN = {"id": "kg:0000801", "iri": f"{KG}0000801", "label": "toy children"}
HISTORY = {"id": "kg:0000901", "iri": f"{KG}0000901", "label": "history of glass therapy"}


def get(server: Running, target: str) -> Any:
    reply = server.get("/api/v1" + target)
    assert reply.status == 200, reply.text
    assert reply.headers["content-type"] == "application/json"
    return reply.json


def labels(results: Any, *keys: str) -> list[tuple[Any, ...]]:
    """These keys of every result, terms by their labels (or CURIEs where there is none)."""

    def short(value: Any) -> Any:
        return (value["label"] or value["id"]) if isinstance(value, dict) else value

    return [tuple(short(result[key]) for key in keys) for result in results]


def refusal(reply: Reply) -> tuple[int, str, str]:
    assert reply.headers["content-type"] == "application/problem+json"
    content: Any = reply.json
    return reply.status, content.get("parameter", ""), content["detail"]


def test_the_row_limit_of_strangers_does_not_bind_our_own_questions(
    kinds_release: Release,
) -> None:
    with serving(kinds_release.path, settings={"HELIOTROPE_QUERY_ROWS": "1"}) as running:
        assert get(running, "/documents")["total"] == 2
        assert running.get("/sparql", "text/turtle").status == 200
        asked = running.query("SELECT ?x { VALUES ?x { 1 2 } }")
        assert (asked.status, json.loads(asked.body)["type"]) == (503, "/problems/row-limit")


def test_a_list_has_results_total_next_and_release(
    rest_server: Running, kinds_release: Release
) -> None:
    answer = get(rest_server, "/documents")
    assert list(answer) == ["results", "total", "next", "release"]
    assert (answer["total"], answer["next"]) == (2, None)
    assert answer["release"] == kinds_release.digest
    assert answer["results"][0] == {
        "id": "doc:900",
        "iri": "https://w3id.org/heliotrope/document/900",
        "label": "On glass",
        "title": "On glass",
        "fileName": "900_toy.txt",
        "sha256": "00",
        "reviewStatus": None,
        "date": "2026-01-01",
        "audience": None,
        "publisher": None,
        "claims": 8,
    }


def test_a_told_finding_carries_its_claim_and_place(rest_server: Running) -> None:
    answer = get(rest_server, "/diseases/kg:0000101/findings")
    assert answer["total"] == 2
    first = answer["results"][0]
    assert first["disease"] == FEVER
    assert labels([first], "finding", "relation", "basis") == [
        ("blue rash", "characteristically presents with", "told")
    ]
    assert first["claim"]["id"] == "claim:0000001"
    assert first["document"]["id"] == "doc:900"
    place = ("line", "start", "end", "modality", "frequency", "percent", "disputed")
    assert [first[key] for key in place] == [3, 10, 20, "typical", "usually", 52.5, True]
    assert [population["id"] for population in first["population"]] == ["kg:0000801", "kg:0000802"]


def test_an_inferred_finding_says_so_and_has_no_claim(rest_server: Running) -> None:
    results = get(rest_server, "/diseases/kg:0000102/findings")["results"]
    assert labels(results, "finding", "relation", "basis", "claim") == [
        ("blue rash", "characteristically presents with", "inferred", None),
        ("low toy titre", "characteristically presents with", "inferred", None),
    ]


def test_what_resembles_is_found_beside_what_is_told(rest_server: Running) -> None:
    results = get(rest_server, "/diseases/amber palsy/findings".replace(" ", "%20"))["results"]
    assert labels(results, "finding", "relation", "basis") == [
        ("blue-like rash", "may present with", "told"),
        ("low toy titre", "may present with", "told"),
        ("blue rash", "may present as", "inferred"),
    ]
    assert results[0]["condition"] == [HISTORY]


def test_a_denied_finding_is_no_finding_but_stays_a_claim(rest_server: Running) -> None:
    assert get(rest_server, "/diseases/kg:0000104/findings")["results"] == []
    claims = get(rest_server, "/terms/kg:0000104/claims")["results"]
    assert labels(claims, "relation", "object", "modality") == [
        ("may present with", "blue rash", "denied")
    ]


def test_complications_go_on_to_what_they_lead_to_within_their_scope(rest_server: Running) -> None:
    results = get(rest_server, "/diseases/kg:0000101/complications")["results"]
    assert labels(results, "complication", "relation", "basis") == [
        ("glass pneumonia", "may directly lead to", "told"),
        ("glass scar", "may lead to", "inferred"),
    ]
    assert [result["scope"] for result in results] == [[], [FEVER]]


def test_an_antibody_is_told_once_from_its_own_end(rest_server: Running) -> None:
    results = get(rest_server, "/diseases/kg:0000101/antibodies")["results"]
    assert labels(results, "antibody", "associate", "relation", "basis", "claim") == [
        ("anti-Toy-1", "glass fever", "is an antibody associated with", "told", "claim:0000007")
    ]
    assert results[0]["population"] == [CHILDREN]


def test_cancers_are_listed(rest_server: Running) -> None:
    results = get(rest_server, "/diseases/kg:0000101/cancers")["results"]
    assert labels(results, "cancer", "basis") == [("glass sarcoma", "told")]


def test_treatments_show_line_and_dose_as_written(rest_server: Running) -> None:
    results = get(rest_server, "/diseases/kg:0000101/treatments")["results"]
    assert labels(results, "treatment", "proposal", "treatmentLine") == [
        ("toynisone", "toynisone first", "first"),
        ("toynisone", "toynisone 1.5-2 mg/kg/day", None),
        ("toyotrexate", None, None),
    ]
    indication, regimen, _ = results
    assert indication["condition"] == [HISTORY]
    dose = [regimen[key] for key in ("doseMinimum", "doseMaximum", "doseUnit", "doseLimit")]
    assert dose == [1.5, 2.0, "mg/kg/d", None]
    assert regimen["population"] == [CHILDREN]
    assert regimen["claim"]["id"] == "claim:0000006"


def test_the_workup_is_in_the_order_of_its_steps(rest_server: Running) -> None:
    results = get(rest_server, "/diseases/kg:0000101/workup")["results"]
    assert labels(results, "order", "step", "test") == [
        (1, "look outside", "toy biopsy"),
        (1, "look outside", "toy scan"),
        (2, "look inside", "toy biopsy"),
        (None, None, "toy screening"),
    ]
    assert [purpose["label"] for purpose in results[0]["purpose"]] == ["blue rash"]


def test_demographics_name_the_population(rest_server: Running) -> None:
    results = get(rest_server, "/diseases/kg:0000102/demographics")["results"]
    assert labels(results, "group", "relation", "basis", "line") == [
        ("toy children", "occurs mostly in", "told", 8)
    ]


def test_a_term_has_names_definition_types_parents_and_mappings(rest_server: Running) -> None:
    term = get(rest_server, "/terms/kg:0000101")
    assert {key: term[key] for key in ("id", "iri", "label")} == FEVER
    assert term["definition"] == "A made-up fever."
    assert [found["id"] for found in term["types"]] == ["h:DiseaseKind"]
    assert term["synonyms"] == [
        {"synonym": "blue rash", "scope": "related"},
        {"synonym": "vitreous fever", "scope": "exact"},
    ]
    assert term["mappings"][1]["mapping"]["iri"].endswith("MONDO_0999999")
    assert get(rest_server, "/terms/kg:0000102")["parents"] == [FEVER]


def test_claims_of_a_term_reach_through_regimens(rest_server: Running) -> None:
    results = get(rest_server, "/terms/toynisone/claims")["results"]
    assert labels(results, "subject", "object") == [("glass fever", "toynisone 1.5-2 mg/kg/day")]


def test_claims_of_a_line_are_in_the_order_of_the_text(rest_server: Running) -> None:
    results = get(rest_server, "/documents/900/lines/3/claims")["results"]
    assert labels(results, "id", "start") == [("claim:0000001", 10), ("claim:0000002", 30)]
    assert get(rest_server, "/documents/900/lines/99/claims")["results"] == []


def test_a_document_has_its_passages_with_claims_or_reason(rest_server: Running) -> None:
    document = get(rest_server, "/documents/900")
    counts = ("claims", "passageTotal", "passagesWithClaims", "passagesWithReason")
    assert [document[key] for key in counts] == [8, 4, 3, 1]
    title, twice, *_ = document["passages"]
    assert title == {
        "passage": {
            "id": "doc:900#char=0,8",
            "iri": "https://w3id.org/heliotrope/document/900#char=0,8",
            "label": None,
        },
        "line": 1,
        "start": 0,
        "end": 8,
        "kind": "document title",
        "reason": "title",
        "claim": [],
    }
    assert (twice["line"], twice["kind"], twice["reason"]) == (3, "sentence", None)
    assert [[claim["id"] for claim in p["claim"]] for p in document["passages"]] == [
        [],
        ["claim:0000001", "claim:0000002"],
        ["claim:0000004"],
        ["claim:0000005"],
    ]


def test_a_document_without_passages_says_none(rest_server: Running) -> None:
    document = get(rest_server, "/documents/901")
    assert (document["title"], document["passages"], document["passageTotal"]) == (
        "On amber",
        [],
        0,
    )
    assert (document["passagesWithClaims"], document["passagesWithReason"]) == (0, 0)


def test_a_claim_is_found_by_number_and_by_curie(rest_server: Running) -> None:
    claim = get(rest_server, "/claims/0000003")
    assert claim["modality"] == "denied"
    assert get(rest_server, "/claims/claim:0000003") == claim


def test_conditions_meet_every_criterion_best_first(rest_server: Running) -> None:
    target = "/conditions?finding=blue+rash&finding=low+toy+titre&responds_to=toynisone"
    results = get(rest_server, target)["results"]
    assert labels(results, "disease", "characteristic", "told") == [
        ("glass fever", 2, 2),
        ("juvenile glass fever", 2, 0),
        ("amber palsy", 0, 1),
    ]
    fever, _, palsy = results
    assert labels(fever["criteria"], "criterion", "asked", "relation", "basis", "line") == [
        ("finding", "blue rash", "characteristically presents with", "told", 3),
        ("finding", "low toy titre", "characteristically presents with", "told", 3),
        ("responds_to", "toynisone", "may respond to", "inferred", None),
    ]
    assert [p["id"] for p in fever["criteria"][0]["population"]] == ["kg:0000801", "kg:0000802"]
    assert palsy["criteria"][0]["relation"]["label"] == "may present as"
    assert labels(palsy["provisos"], "proviso", "provisoClaim") == [
        ("history of glass therapy", "claim:0000005")
    ]


def test_either_kind_of_criterion_may_be_missing(rest_server: Running) -> None:
    by_response = get(rest_server, "/conditions?responds_to=toynisone")["results"]
    assert [label for (label,) in labels(by_response, "disease")] == [
        "amber palsy",
        "glass fever",
        "juvenile glass fever",
        "ember palsy",
    ]
    by_finding = get(rest_server, "/conditions?finding=kg:0000202")["results"]
    assert labels(by_finding, "disease") == [("amber palsy",)]


def test_a_criterion_given_twice_counts_once(rest_server: Running) -> None:
    target = "/conditions?finding=kg:0000202&finding=blue-like+rash"
    assert get(rest_server, target)["total"] == 1


@pytest.mark.parametrize(
    "written",
    [
        "kg:0000101",
        "KG:0000101",
        f"{KG}0000101",
        quote(f"{KG}0000101", safe=""),
        "Glass%20Fever",
        "vitreous%20fever",
    ],
)
def test_a_term_is_named_by_curie_iri_label_or_synonym(rest_server: Running, written: str) -> None:
    assert get(rest_server, f"/terms/{written}")["id"] == "kg:0000101"
    assert get(rest_server, f"/terms/{written}/claims")["total"] == 4


def test_a_label_wins_over_a_synonym_and_the_kind_decides(rest_server: Running) -> None:
    assert get(rest_server, "/terms/blue%20rash")["id"] == "kg:0000201"
    assert get(rest_server, "/diseases/blue%20rash/cancers")["total"] == 1


def test_a_name_of_several_things_is_refused_with_the_choices(rest_server: Running) -> None:
    status, parameter, detail = refusal(rest_server.get("/api/v1/conditions?finding=pallor"))
    assert (status, parameter) == (400, "finding")
    assert "kg:0000204 (pallor)" in detail and "kg:0000205 (Pallor)" in detail


@pytest.mark.parametrize(
    ("target", "parameter", "told"),
    [
        ("/terms/glass%20fevr", "term", "kg:0000101 (glass fever)"),
        ("/terms/kg:9999999", "term", "nothing is called 'kg:9999999'"),
        ("/terms/kg:9999999/claims", "term", "nothing is called 'kg:9999999'"),
        ("/terms/zz:1", "", "The prefix 'zz'"),
        ("/diseases/kg:0000201/findings", "disease", "nothing of kind h:DiseaseKind"),
        ("/documents/999", "document", "nothing of kind h:Document is called '999'"),
        ("/documents/999/lines/1/claims", "document", "is called '999'"),
        ("/claims/9999999", "claim", "nothing is called '9999999'"),
        ("/conditions?responds_to=nonesuch", "responds_to", "nothing is called 'nonesuch'"),
    ],
)
def test_what_is_not_there_is_refused_by_name(
    rest_server: Running, target: str, parameter: str, told: str
) -> None:
    status, named, detail = refusal(rest_server.get("/api/v1" + target))
    assert (status, named) == (404, parameter)
    assert told in detail


@pytest.mark.parametrize(
    ("target", "parameter", "told"),
    [
        ("/documents?colour=red", "colour", "Known are: limit, offset."),
        ("/terms/kg:0000101?limit=1", "limit", "There is none."),
        ("/documents?limit=0", "limit", "from 1 to 1000"),
        ("/documents?limit=1001", "limit", "from 1 to 1000"),
        ("/documents?limit=ten", "limit", "from 1 to 1000"),
        ("/documents?offset=-1", "offset", "a whole number"),
        ("/documents?limit=1&limit=2", "limit", "given 2 times"),
        ("/documents?offset=9999999999999999999999", "offset", "a whole number"),
        ("/documents/900/lines/three/claims", "line", "a whole number"),
        ("/conditions", "finding", "at least one of: finding, responds_to"),
        ("/conditions?finding=", "finding", "1 to 1000 characters"),
        ("/conditions?responds_to=a&responds_to=b", "responds_to", "given 2 times"),
        (f"/search?q={'x' * 1001}", "q", "1 to 1000 characters"),
        ("/search?q=%FF", "query", "not UTF-8"),
    ],
)
def test_a_parameter_out_of_place_is_refused_by_name(
    rest_server: Running, target: str, parameter: str, told: str
) -> None:
    status, named, detail = refusal(rest_server.get("/api/v1" + target))
    assert (status, named) == (400, parameter)
    assert told in detail


STRANGE = [
    "<x>",
    "\0",
    "a\\b",
    "{x}",
    '"',
    "%",
    "claim:<x>",
    "https://x/<y>",
    "..",
    "//",
    "?",
    "💥",
]
ROUTES = [
    "/claims/{}",
    "/terms/{}",
    "/terms/{}/claims",
    "/documents/{}",
    "/documents/{}/lines/1/claims",
    "/diseases/{}/findings",
    "/conditions?finding={}",
    "/documents?limit={}",
    "/documents/900/lines/{}/claims",
]


@pytest.mark.parametrize("route", ROUTES)
def test_strange_names_are_refused_and_break_nothing(rest_server: Running, route: str) -> None:
    for text in [quote(text, safe="") for text in STRANGE] + ["%FF", "%ED%A0%80"]:
        reply = rest_server.get("/api/v1" + route.format(text))
        assert reply.status in (400, 404), text


def test_pages_join_without_overlap(rest_server: Running) -> None:
    whole = get(rest_server, "/terms/kg:0000101/claims")["results"]
    found, target = [], "/terms/kg:0000101/claims?limit=3"
    for _ in range(2):
        page = get(rest_server, target)
        assert page["total"] == 4
        found += page["results"]
        target = str(page["next"]).partition("/api/v1")[2]
    assert page["next"] is None
    assert found == whole


def test_next_is_a_whole_address_with_every_parameter(rest_server: Running) -> None:
    page = get(rest_server, "/conditions?finding=blue+rash&responds_to=toynisone&limit=1")
    assert page["next"] == (
        f"http://127.0.0.1:{rest_server.port}/api/v1/conditions"
        "?finding=blue+rash&responds_to=toynisone&limit=1&offset=1"
    )


def test_the_host_one_client_names_reaches_no_other(rest_server: Running) -> None:
    target = "/api/v1/documents?limit=1"
    own = f"http://127.0.0.1:{rest_server.port}{target}&offset=1"
    spoofed = rest_server.request("GET", target, headers={"Host": "elsewhere.example"})
    assert spoofed.headers["cache-control"] == "private, max-age=60"
    answer: Any = rest_server.get(target).json
    assert answer["next"] == own


def test_a_path_in_next_is_quoted(rest_server: Running) -> None:
    page = get(rest_server, "/terms/glass%20fever/claims?limit=1")
    assert page["next"].endswith("/api/v1/terms/glass%20fever/claims?limit=1&offset=1")


def test_an_answer_is_tagged_with_its_release(rest_server: Running, kinds_release: Release) -> None:
    target = "/api/v1/terms/kg:0000101"
    reply = rest_server.get(target)
    assert reply.headers["etag"].startswith(f'"{kinds_release.digest}-')
    assert reply.headers["cache-control"] == "public, max-age=60"
    again = rest_server.request("GET", target, headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    other = rest_server.request("GET", target, headers={"If-None-Match": '"other"'})
    assert other.status == 200


def test_head_answers_without_a_body_and_other_methods_are_refused(rest_server: Running) -> None:
    head = rest_server.request("HEAD", "/api/v1/documents")
    assert (head.status, head.body) == (200, b"")
    post = rest_server.request("POST", "/api/v1/documents")
    assert post.status == 405
    assert set(post.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


COUSINS = """\
#+ summary: Subtypes of a disease.
#+ path: /diseases/{disease}/subtypes
#+ params:
#+   disease: {type: iri, class: "h:DiseaseKind", example: "kg:0000101"}
#+ result: {key: [subtype]}
PREFIX graph: <https://w3id.org/heliotrope/graph/>
PREFIX h: <https://w3id.org/heliotrope/vocab/>
SELECT ?disease ?subtype WHERE {
  GRAPH graph:inferred { ?subtype h:subtypeOf ?disease }
} ORDER BY ?subtype
"""


@pytest.fixture(scope="module")
def extended_server(
    kinds_release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The service with one more query file than ours."""
    root = tmp_path_factory.mktemp("root")
    shutil.copytree(ROOT / "sparql", root / "sparql")
    (root / "sparql" / "api" / "subtypes.rq").write_text(COUSINS)
    rooted = (
        "import dataclasses\nfrom kg_service import config\nfrom pathlib import Path\n"
        "read = config.from_environment\n"
        "config.from_environment = "
        f"lambda: dataclasses.replace(read(), root=Path({str(root)!r}))\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conftest, "SERVE", rooted + conftest.SERVE)
        with serving(kinds_release.path) as running:
            yield running


def test_a_file_dropped_in_is_a_route_with_its_description(extended_server: Running) -> None:
    results = get(extended_server, "/diseases/glass%20fever/subtypes")["results"]
    assert labels(results, "disease", "subtype") == [("glass fever", "juvenile glass fever")]
    described: Any = extended_server.get("/openapi.json").json
    operation = described["paths"]["/api/v1/diseases/{disease}/subtypes"]["get"]
    assert operation["summary"] == "Subtypes of a disease."
    assert "/api/v1/diseases/{disease}/subtypes" in extended_server.get("/docs").text


def test_what_accepts_no_json_is_told_what_there_is(rest_server: Running) -> None:
    reply = rest_server.get("/api/v1/documents", "image/png")
    assert reply.status == 406
    assert json.loads(reply.body)["offers"] == ["application/json"]
    assert rest_server.get("/api/v1/documents", "text/html, */*;q=0.1").status == 200
