"""Numbers that claims tell of a patient become data that a reasoner compares."""

from __future__ import annotations

import pyhornedowl
import pytest

from kg_service.pipeline.quantities import Measure, quantities, told

SCHEMA = """Prefix(xsd:=<http://www.w3.org/2001/XMLSchema#>)
Prefix(h:=<https://w3id.org/heliotrope/vocab/>)
Prefix(:=<https://toy.example/>)
Ontology(
AnnotationAssertion(h:quantity :hasTitre :titre)
AnnotationAssertion(h:unit :hasTitre "{titer}")
DataPropertyRange(:hasTitre DatatypeRestriction(xsd:integer xsd:minInclusive "1"^^xsd:integer))
AnnotationAssertion(h:quantity :hasWeight :weight)
AnnotationAssertion(h:unit :hasWeight "kg")
DataPropertyRange(:hasWeight xsd:decimal)
AnnotationAssertion(h:quantity :hasNoUnit :other)
DataPropertyRange(:hasNoUnit xsd:decimal)
)"""
T = "https://toy.example/"
XSD = "http://www.w3.org/2001/XMLSchema#"
KNOWN = quantities(
    each.component for each in pyhornedowl.open_ontology_from_string(SCHEMA, "ofn").get_components()
)


def test_a_quantity_has_a_term_a_unit_and_a_range() -> None:
    assert {
        (f"{T}titre", "{titer}"): (f"{T}hasTitre", f"{XSD}integer"),
        (f"{T}weight", "kg"): (f"{T}hasWeight", f"{XSD}decimal"),
    } == KNOWN


@pytest.mark.parametrize(
    ("term", "measure", "made"),
    [
        (
            "weight", Measure("62.5", "62.5", "kg"),
            f'DataPropertyAssertion(<{T}hasWeight> <{T}anna> "62.5"^^<{XSD}decimal>)',
        ),
        (
            "titre", Measure("320", "", "{titer}"),
            f"ClassAssertion(DataSomeValuesFrom(<{T}hasTitre> DatatypeRestriction(<{XSD}integer> "
            f'<{XSD}minInclusive> "320"^^<{XSD}integer>)) <{T}anna>)',
        ),
        (
            "weight", Measure("60", "65", "kg"),
            f"ClassAssertion(DataSomeValuesFrom(<{T}hasWeight> DatatypeRestriction(<{XSD}decimal> "
            f'<{XSD}minInclusive> "60"^^<{XSD}decimal> <{XSD}maxInclusive> "65"^^<{XSD}decimal>)) '
            f"<{T}anna>)",
        ),
    ],
)  # fmt: skip
def test_a_number_is_a_value_and_bounds_are_a_range(term: str, measure: Measure, made: str) -> None:
    assert [str(axiom) for axiom in told(f"{T}anna", T + term, measure, KNOWN)] == [made]


@pytest.mark.parametrize(
    ("term", "measure"),
    [
        ("weight", Measure("62.5", "62.5", "g")),
        ("weight", Measure("", "", "kg")),
        ("height", Measure("170", "170", "cm")),
    ],
)
def test_another_unit_no_number_and_another_quantity_make_nothing(
    term: str, measure: Measure
) -> None:
    assert list(told(f"{T}anna", T + term, measure, KNOWN)) == []
