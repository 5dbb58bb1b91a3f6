"""Reading a case: our own JSON and Phenopackets, and every way in which one is refused."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_service.errors import CaseError
from kg_service.logic import axioms as ax
from kg_service.logic import body, cases
from kg_service.logic.axioms import VOCABULARY, XSD, Fact
from kg_service.logic.cases import Case, Mismatch
from tests.logic.conftest import PATIENT, World
from tests.sampling import examples

PACKET = json.loads(
    (Path(__file__).parents[1] / "phenopackets" / "fictional-patient.json").read_text("utf-8")
)


def h(name: str) -> str:
    return VOCABULARY + name


def about(world: World, case: object) -> set[Fact]:
    return set(cases.facts(cases.read(case, world.terms), PATIENT))


def refused(world: World, case: object) -> CaseError:
    with pytest.raises(CaseError) as raised:
        cases.read(case, world.terms)
    return raised.value


def integer(text: str) -> Any:
    return ("literal", text, XSD + "integer", "")


def test_present_denied_and_unknown_are_three_things(world: World) -> None:
    case = {
        "findings": [
            "HP:0000988",
            {"id": "http://purl.obolibrary.org/obo/HP_0001324", "present": False},
            {"id": "Heliotrope rash", "present": None},
            {"id": "HP:0034825", "present": True},
        ]
    }
    assert about(world, case) == {
        Fact(PATIENT, ax.TYPE, h("Patient")),
        Fact(PATIENT, h("hasFinding"), world.iri("HP:0000988")),
        Fact(PATIENT, ("not", h("hasFinding")), world.iri("HP:0001324")),
        Fact(PATIENT, h("hasCircumstance"), world.iri("HP:0034825")),
    }


def test_age_drugs_diagnoses_and_results_become_facts(world: World) -> None:
    case = {
        "age": 37,
        "drugs": ["prednisone", {"id": "methotrexate", "present": False}],
        "diagnoses": ["MONDO:0016367"],
        "results": [
            {"test": "antinuclear antibody", "value": 320, "unit": "{titer}"},
            {"test": "kg:0000021", "value": 7.4, "unit": "{score}"},
        ],
    }
    assert about(world, case) == {
        Fact(PATIENT, ax.TYPE, h("Patient")),
        Fact(PATIENT, h("hasAge"), integer("37")),
        Fact(PATIENT, h("takes"), world.iri("kg:0000060")),
        Fact(PATIENT, ("not", h("takes")), world.iri("CHEBI:44185")),
        Fact(PATIENT, h("hasDiagnosis"), world.iri("MONDO:0016367")),
        Fact(PATIENT, h("hasAntinuclearAntibodyTitre"), integer("320")),
        Fact(PATIENT, h("hasEularAcrScore"), ("literal", "7.4", XSD + "decimal", "")),
    }


def test_an_empty_case_says_only_that_there_is_a_patient(world: World) -> None:
    assert about(world, {"age": None}) == {Fact(PATIENT, ax.TYPE, h("Patient"))}


def test_a_fact_knows_the_place_it_was_told_at(world: World) -> None:
    case = cases.read({"findings": ["HP:0000988"], "age": 4}, world.terms)
    places = cases.told(case, PATIENT)
    assert places[Fact(PATIENT, h("hasFinding"), world.iri("HP:0000988"))] == "/findings/0"
    assert places[Fact(PATIENT, h("hasAge"), integer("4"))] == "/age"


@pytest.mark.parametrize(
    ("case", "path", "found", "expected"),
    [
        ([], "", "a list of 0", "an object"),
        ({"finding": []}, "/finding", "the member 'finding'", "one of age, findings, drugs"),
        ({"findings": {}}, "/findings", "an object", "a list"),
        ({"findings": [3]}, "/findings/0", "3", "a name, or an object with 'id' and 'present'"),
        (
            {"findings": [{"id": "HP:0000988"}]},
            "/findings/0",
            "an object with no 'present'",
            "the member 'present'",
        ),
        (
            {"findings": [{"id": "HP:0000988", "present": "no"}]},
            "/findings/0/present",
            '"no"',
            "true, false or null",
        ),
        ({"findings": ["HP:0009999"]}, "/findings/0", '"HP:0009999"', "a term of this graph"),
        (
            {"findings": ["prednisone"]},
            "/findings/0",
            "'prednisone' (substance kind)",
            "a finding kind or circumstance kind in findings",
        ),
        (
            {"drugs": ["HP:0000988"]},
            "/drugs/0",
            "'Skin rash' (finding kind)",
            "a substance kind or therapy kind in drugs",
        ),
        ({"findings": ["kg:0004001"]}, "/findings/0", "(no kind)", "a finding kind"),
        (
            {"findings": ["HP:0000988", {"id": "Skin rash", "present": False}]},
            "/findings/1/id",
            "denied",
            "what /findings/0 says of the same term: present",
        ),
        (
            {"findings": [{"id": "HP:0000988", "present": None}, "HP:0000988"]},
            "/findings/1",
            "present",
            "what /findings/0/id says of the same term: unknown",
        ),
        ({"age": -1}, "/age", "-1", "an age in whole years, from 0 to 150"),
        ({"age": 17.5}, "/age", "17.5", "an age in whole years"),
        ({"age": True}, "/age", "true", "a number"),
        ({"age": float("nan")}, "/age", "NaN", "a number"),
        ({"age": 10**400}, "/age", "a very large number", "a number"),
        (
            {"results": [{"test": "kg:0000021", "value": 7.5, "unit": "{titer}"}]},
            "/results/0/unit",
            '"{titer}"',
            "the unit '{score}' (UCUM)",
        ),
        (
            {"results": [{"test": "kg:0000021", "value": -1, "unit": "{score}"}]},
            "/results/0/value",
            "-1",
            "a value of 'has EULAR/ACR total score': a number, at least 0",
        ),
        (
            {"results": [{"test": "kg:0000040", "value": 80.5, "unit": "{titer}"}]},
            "/results/0/value",
            "80.5",
            "a value of 'has antinuclear antibody titre': a whole number, at least 1",
        ),
        (
            {"results": [{"test": "OBI:2100025", "value": 5, "unit": "U/L"}]},
            "/results/0/test",
            '"OBI:2100025"',
            "a test whose number means something here",
        ),
        (
            {"age": 9, "results": [{"test": "PATO:0000011", "value": 9, "unit": "a"}]},
            "/results/0",
            "another",
            "one result for each quantity",
        ),
    ],
)
def test_a_wrong_case_names_path_found_and_expected(
    world: World, case: object, path: str, found: str, expected: str
) -> None:
    error = refused(world, case)
    assert error.path == path
    assert found in error.found
    assert expected in error.expected


def test_an_unknown_label_gets_the_nearest_ones_as_advice(world: World) -> None:
    error = refused(world, {"findings": ["Heliotrop rash"]})
    assert error.path == "/findings/0"
    assert error.advice.startswith("Did you mean 'Heliotrope rash'")


def test_only_what_may_stand_there_is_suggested(world: World) -> None:
    # "has purpose", a relation, is the nearest label of all.
    assert "purpose" not in refused(world, {"findings": ["purple nose"]}).advice
    near = refused(world, {"drugs": ["Heliotrop rash"]}).advice
    assert "Heliotrope rash" not in near


def test_a_name_may_be_in_any_case_and_an_exact_synonym(world: World) -> None:
    edema = Fact(PATIENT, h("hasFinding"), world.iri("HP:0000969"))
    assert edema in about(world, {"findings": ["edema"]})
    assert edema in about(world, {"findings": [" EDEMA"]})
    muscle = Fact(PATIENT, h("hasFinding"), world.iri("HP:0100748"))
    assert muscle in about(world, {"findings": ["Muscle  Edema"]})


def test_a_curie_of_another_place_is_told_to_be_no_term_here(world: World) -> None:
    error = refused(world, {"diagnoses": ["OMIM:123456"]})
    assert error.expected == "a term of this graph"
    assert error.advice.startswith("The prefix 'OMIM' of 'OMIM:123456' is not known.")


def text(case: str) -> object:
    """A case as it comes: JSON text."""
    return json.loads(case, parse_float=Decimal)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        ("17.99999999999999999999", "an age in whole years, from 0 to 150"),
        ("150.0000000000000000001", "an age in whole years, from 0 to 150"),
        ("-1e-90", "an age in whole years, from 0 to 150"),
        ("1e400", "a number of at most 1000000000000 in size"),
        ("1e999999999", "a number of at most 1000000000000 in size"),
        ("1e-101", "a number of at most 100 digits after the point"),
        ("1e-999999999", "a number of at most 100 digits after the point"),
        ("NaN", "a number"),
        ("-Infinity", "a number"),
    ],
)
def test_an_age_that_is_not_whole_as_written_is_refused(
    world: World, age: str, expected: str
) -> None:
    error = refused(world, text(f'{{"age": {age}}}'))
    assert (error.path, error.expected) == ("/age", expected)


@pytest.mark.parametrize(
    ("age", "years"),
    [
        ("37.0", "37"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("1e2", "100"),
        ("3.700e1", "37"),
        ("18." + "0" * 200, "18"),
        ("0e-999999999", "0"),
    ],
)
def test_an_age_is_read_by_its_value_however_it_is_written(
    world: World, age: str, years: str
) -> None:
    assert Fact(PATIENT, h("hasAge"), integer(years)) in about(world, text(f'{{"age": {age}}}'))


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("7.4999999999999999999", "7.4999999999999999999"),
        ("7.50000000000000000001", "7.50000000000000000001"),
        ("7.500", "7.5"),
        ("75e-1", "7.5"),
        ("0.1", "0.1"),
        ("1e2", "100"),
        ("-0.0", "0"),
    ],
)
def test_a_score_keeps_every_digit(world: World, number: str, kept: str) -> None:
    told = text(
        f'{{"results": [{{"test": "kg:0000021", "value": {number}, "unit": "{{score}}"}}]}}'
    )
    literal = ("literal", kept, XSD + "decimal", "")
    assert Fact(PATIENT, h("hasEularAcrScore"), literal) in about(world, told)


def test_a_titre_a_hair_below_a_whole_number_is_refused(world: World) -> None:
    told = (
        '{"results": [{"test": "kg:0000040", "value": 319.99999999999999999, "unit": "{titer}"}]}'
    )
    error = refused(world, text(told))
    assert error.path == "/results/0/value"
    assert error.found == "319.99999999999999999"


def test_the_quantity_of_a_phenopacket_keeps_every_digit(world: World) -> None:
    packet = json.dumps(PACKET).replace('"value": 7.5', '"value": 7.4999999999999999999')
    literal = ("literal", "7.4999999999999999999", XSD + "decimal", "")
    assert Fact(PATIENT, h("hasEularAcrScore"), literal) in about(world, text(packet))


def test_a_body_too_deep_long_or_large_is_refused(world: World) -> None:
    deep: Any = []
    for _ in range(body.DEPTH):
        deep = [deep]
    assert "levels" in refused(world, {"findings": deep}).expected
    many = ["HP:0000988"] * (body.ITEMS + 1)
    assert refused(world, {"findings": many}).expected == "at most 1000 items"
    assert refused(world, {"findings": [0] * body.VALUES}).expected == "at most 20000 values"
    assert "characters" in refused(world, {"findings": ["x" * 1001]}).expected


def test_a_phenopacket_is_read(world: World) -> None:
    case = cases.read(PACKET, world.terms)
    assert set(cases.facts(case, PATIENT)) == {
        Fact(PATIENT, ax.TYPE, h("Patient")),
        Fact(PATIENT, h("hasAge"), integer("12")),
        Fact(PATIENT, h("hasFinding"), world.iri("HP:0040324")),
        Fact(PATIENT, h("hasFinding"), world.iri("HP:0034152")),
        Fact(PATIENT, ("not", h("hasFinding")), world.iri("HP:0007430")),
        Fact(PATIENT, h("hasEularAcrScore"), ("literal", "7.5", XSD + "decimal", "")),
        Fact(PATIENT, h("hasDiagnosis"), world.iri("MONDO:0016367")),
        Fact(PATIENT, ("not", h("hasDiagnosis")), world.iri("MONDO:0007915")),
        Fact(PATIENT, h("takes"), world.iri("kg:0000060")),
    }
    # What the schema has and no rule here uses is told, not dropped in silence.
    assert case.unread == ("/measurements/1", "/phenotypicFeatures/0/onset", "/subject/sex")


def changed(path: str, value: object) -> Any:
    """The packet with another value at a path; ... takes the member away."""
    packet = copy.deepcopy(PACKET)
    *way, last = path.strip("/").split("/")
    place = packet
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return packet


@pytest.mark.parametrize(
    ("path", "value", "at", "expected"),
    [
        ("/metaData", ..., "", "the member 'metaData' of Phenopacket"),
        ("/id", ..., "", "the member 'id' of Phenopacket"),
        ("/metaData/phenopacketSchemaVersion", "1.0", None, "a schema version of 2"),
        ("/findings", [], "/findings", "a member of Phenopacket"),
        ("/subject/age", 3, "/subject/age", "a member of Individual"),
        ("/phenotypicFeatures/0/type", ..., "/phenotypicFeatures/0", "the member 'type'"),
        ("/phenotypicFeatures/0/type/label", ..., "/phenotypicFeatures/0/type", "'label'"),
        ("/phenotypicFeatures/0/excluded", "yes", None, "true or false"),
        ("/phenotypicFeatures/0/negated", True, None, "a member of PhenotypicFeature"),
        ("/phenotypicFeatures/0/type/id", "HP:0009999", None, "a term of this graph"),
        ("/phenotypicFeatures/0/type/id", "kg:0000060", None, "a finding kind"),
        ("/phenotypicFeatures", {}, None, "a list"),
        (
            "/subject/timeAtLastEncounter/age/iso8601duration",
            "12 years",
            None,
            "an ISO 8601 duration such as 'P37Y6M'",
        ),
        ("/subject/timeAtLastEncounter/age/iso8601duration", "P", None, "an ISO 8601 duration"),
        ("/subject/timeAtLastEncounter/age/iso8601duration", "P11Y400D", None, "whole years"),
        ("/subject/timeAtLastEncounter/age/iso8601duration", "P17YT9000H", None, "whole years"),
        ("/subject/timeAtLastEncounter/age/iso8601duration", "P17YT", None, "an ISO 8601"),
        ("/subject/timeAtLastEncounter/age/iso8601duration", "P17.9Y", None, "an ISO 8601"),
        ("/subject/timeAtLastEncounter/age/iso8601duration", "P\u0661\u0667Y", None, "an ISO"),
        (
            "/subject/timeAtLastEncounter/timestamp",
            "2026-01-01T00:00:00Z",
            "/subject/timeAtLastEncounter",
            "exactly one of",
        ),
        ("/measurements/0/value/quantity/unit/id", "UCUM:mg", None, "the unit 'UCUM:{score}'"),
        ("/measurements/0/value/quantity/value", "7.5", None, "a number"),
        ("/measurements/0/value", ..., "/measurements/0", "exactly one of value, complexValue"),
        (
            "/measurements/1/assay/id",
            "kg:0000021",
            "/measurements/1/value/quantity/unit/id",
            "unit",
        ),
        ("/medicalActions/0", {}, None, "exactly one of procedure, treatment"),
        ("/medicalActions/0/treatment/agent/id", "HP:0000988", None, "a substance kind"),
        ("/diseases/1/term/id", "MONDO:0016367", None, "the same term: present"),
        ("/phenotypic_features", [], "/phenotypic_features", "'phenotypicFeatures' once"),
    ],
)
def test_a_malformed_phenopacket_is_refused_at_its_path(
    world: World, path: str, value: object, at: str | None, expected: str
) -> None:
    if path.rsplit("/", 1)[1].isdecimal():
        packet = copy.deepcopy(PACKET)
        packet[path.split("/")[1]][int(path.rsplit("/", 1)[1])] = value
    else:
        packet = changed(path, value)
    error = refused(world, packet)
    assert error.path == (path if at is None else at)
    assert expected in error.expected


@pytest.mark.parametrize(
    ("duration", "years"),
    [("P17Y11M", "17"), ("P18Y", "18"), ("P216M", "18"), ("P3W", "0"), ("P6M10DT5H", "0")],
)
def test_an_age_is_in_whole_years(world: World, duration: str, years: str) -> None:
    packet = changed("/subject/timeAtLastEncounter/age/iso8601duration", duration)
    assert Fact(PATIENT, h("hasAge"), integer(years)) in about(world, packet)


def test_a_label_that_is_no_name_of_its_term_is_told(world: World) -> None:
    assert cases.read(PACKET, world.terms).mismatches == ()
    wrong = cases.read(changed("/phenotypicFeatures/0/type/label", "Cough"), world.terms)
    path, rash = "/phenotypicFeatures/0/type/label", world.iri("HP:0040324")
    assert wrong.mismatches == (Mismatch(path, "Cough", rash),)
    case = cases.read(changed("/phenotypicFeatures/0/type/label", "HELIOTROPE rash"), world.terms)
    assert case.mismatches == ()


def test_a_range_of_ages_is_no_age(world: World) -> None:
    ages = {"start": {"iso8601duration": "P10Y"}, "end": {"iso8601duration": "P20Y"}}
    packet = changed("/subject/timeAtLastEncounter", {"ageRange": ages})
    case = cases.read(packet, world.terms)
    assert [value.relation for value in case.values] == [h("hasEularAcrScore")]
    assert "/subject/timeAtLastEncounter/ageRange" in case.unread


def test_names_as_in_protobuf_and_null_are_read_as_its_json_mapping_says(world: World) -> None:
    packet = changed("/phenotypicFeatures", ...)
    packet["phenotypic_features"] = PACKET["phenotypicFeatures"]
    packet["biosamples"] = None
    assert about(world, packet) == about(world, PACKET)


NAMES = st.sampled_from(
    ["HP:0000988", "HP:0040324", "prednisone", "Skin rash", "kg:0000021", "MONDO:0016367", "x:y"]
)
KEYS = st.sampled_from(
    [
        *("id", "present", "age", "findings", "drugs", "diagnoses", "results", "test", "value"),
        *("unit", "subject", "phenotypicFeatures", "type", "label", "excluded", "metaData"),
        *("timeAtLastEncounter", "iso8601duration", "measurements", "assay", "quantity"),
        *("medicalActions", "treatment", "agent", "diseases", "term", "phenopacketSchemaVersion"),
        *("created", "createdBy"),
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | NAMES
    | st.sampled_from(["2.0", "P37Y", "{score}"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(), inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(
    max_examples=examples(300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(payload=JSON)
def test_any_json_is_a_case_or_an_error_with_a_path(world: World, payload: object) -> None:
    try:
        assert isinstance(cases.read(payload, world.terms), Case)
    except CaseError as error:
        assert error.path == "" or error.path.startswith("/")


@settings(max_examples=examples(150), deadline=None)
@given(data=st.data())
def test_a_phenopacket_with_anything_anywhere_is_a_case_or_an_error_with_a_path(
    world: World, data: st.DataObject
) -> None:
    packet = copy.deepcopy(PACKET)
    place = packet
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            place[key] = data.draw(JSON)
            break
        place = inner
    try:
        assert isinstance(cases.read(packet, world.terms), Case)
    except CaseError as error:
        assert error.path == "" or error.path.startswith("/")
