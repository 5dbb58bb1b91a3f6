"""Every check is tripped by its bad example alone, and the toy world by what it leaves out."""

from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from kg_service import queries, release
from kg_service.pipeline import build, checks, grounds
from kg_service.pipeline.build import Places
from kg_service.pipeline.checks import Answer, Finding

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "sparql" / "checks"
CHECKS = queries.load(FOLDER)


# The rules of ROBOT 1.9.6 with the levels of its report_profile.txt, which leaves out
# multiple_asserted_superclasses: to us a remark.
LEVELS = {
    "annotation_whitespace": "WARN",
    "deprecated_boolean_datatype": "ERROR",
    "deprecated_class_reference": "ERROR",
    "deprecated_property_reference": "ERROR",
    "duplicate_definition": "ERROR",
    "duplicate_exact_synonym": "WARN",
    "duplicate_label": "ERROR",
    "duplicate_label_synonym": "WARN",
    "duplicate_scoped_synonym": "WARN",
    "equivalent_class_axiom_no_genus": "WARN",
    "equivalent_pair": "WARN",
    "illegal_use_of_built_in_vocabulary": "ERROR",
    "invalid_entity_uri": "WARN",
    "invalid_xref": "WARN",
    "label_formatting": "ERROR",
    "label_whitespace": "ERROR",
    "lowercase_definition": "INFO",
    "missing_definition": "WARN",
    "missing_label": "ERROR",
    "missing_obsolete_label": "WARN",
    "missing_ontology_description": "ERROR",
    "missing_ontology_license": "ERROR",
    "missing_ontology_title": "ERROR",
    "missing_subset_declaration": "WARN",
    "missing_superclass": "INFO",
    "missing_synonymtype_declaration": "WARN",
    "misused_obsolete_label": "ERROR",
    "misused_replaced_by": "ERROR",
    "multiple_asserted_superclasses": "INFO",
    "multiple_definitions": "ERROR",
    "multiple_equivalent_class_definitions": "ERROR",
    "multiple_equivalent_classes": "WARN",
    "multiple_labels": "ERROR",
}


def tripped(name: str) -> set[str]:
    store = Store()
    store.load(path=FOLDER / f"{name}.bad.trig", format=RdfFormat.TRIG)
    return {check for check, query in CHECKS.items() if checks.rows(query, store)}


@pytest.mark.parametrize("name", CHECKS)
def test_a_bad_example_trips_its_check_alone(name: str) -> None:
    assert tripped(name) == {name}


def test_the_rules_of_robot_are_all_there_with_their_severities() -> None:
    rules = {n.removeprefix("report-"): q for n, q in CHECKS.items() if n.startswith("report-")}
    assert {name: query.severity for name, query in rules.items()} == LEVELS


def test_a_check_of_ours_is_an_error() -> None:
    ours = {query.severity for name, query in CHECKS.items() if not name.startswith("report-")}
    assert ours == {"ERROR"}


@pytest.mark.parametrize(
    ("severity", "ours", "theirs"),
    [("ERROR", True, True), ("WARN", True, False), ("INFO", False, False)],
)
def test_a_warning_is_grave_for_our_terms_alone(severity: str, ours: bool, theirs: bool) -> None:
    query = replace(CHECKS["report-missing_superclass"], severity=severity)
    store = Store()
    store.load(
        b"""PREFIX : <http://www.w3.org/2000/01/rdf-schema#>
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        GRAPH <https://w3id.org/heliotrope/graph/asserted> {
          <https://w3id.org/heliotrope/KG_1> a owl:Class ; :label "ours" .
          <http://purl.obolibrary.org/obo/HP_1> a owl:Class ; :label "theirs" .
        }""",
        RdfFormat.TRIG,
    )
    entity = "entity=<{}> property=<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
    assert checks.rows(query, store) == [
        Answer(entity.format("http://purl.obolibrary.org/obo/HP_1"), theirs),
        Answer(entity.format("https://w3id.org/heliotrope/KG_1"), ours),
    ]


def test_what_is_not_grave_is_only_counted() -> None:
    finding = Finding("some-check", "What it finds.", "INFO", 7, 0, ("a", "b"))
    assert str(finding) == "INFO some-check: 7 found, none to be mended here."


def test_what_is_grave_is_shown_first() -> None:
    finding = Finding("some-check", "What it finds.", "WARN", 7, 2, ("a", "b", "c"))
    assert str(finding) == (
        "WARN some-check: 7 found, 2 to be mended. What it finds. First: a; b; c"
    )


def test_the_toy_world_trips_only_what_it_leaves_out(places: Places) -> None:
    ran, found = checks.run(FOLDER, build.build(places))
    assert ran == len(CHECKS)
    assert {finding.check for finding in found if finding.grave} == {
        "claim-with-unknown-key",
        "report-missing_label",
        "report-missing_ontology_description",
        "report-missing_ontology_license",
        "report-missing_ontology_title",
        "report-missing_definition",
    }
    labels = next(finding for finding in found if finding.check == "report-missing_label")
    assert "https://w3id.org/heliotrope/vocab/Claim" in str(labels)


@pytest.mark.long
def test_the_real_release_has_nothing_to_be_mended() -> None:
    real = release.current(ROOT / "build")
    _, found = checks.run(FOLDER, real)
    assert [str(finding) for finding in found if finding.grave] == []
    assert grounds.ungrounded(grounds.read(real.file("graph.nq"))) == []
