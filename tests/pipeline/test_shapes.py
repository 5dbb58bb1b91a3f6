"""Every message of ontology/shapes.ttl is tripped by one change to a sound example."""

from pathlib import Path

import pyshacl
import pytest
import rdflib
from pyoxigraph import RdfFormat, parse
from rdflib import SH

from kg_service import release
from kg_service.pipeline import shapes

ROOT = Path(__file__).parents[2]
SHAPES = ROOT / "ontology" / "shapes.ttl"
SOUND = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix h: <https://w3id.org/heliotrope/vocab/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix x: <http://example.org/> .
h:DiseaseKind rdfs:subClassOf h:Kind . h:SubstanceKind rdfs:subClassOf h:Kind .
h:PopulationKind rdfs:subClassOf h:Kind . h:SiteKind rdfs:subClassOf h:Kind .
h:TestKind rdfs:subClassOf h:ActionKind . h:ActionKind rdfs:subClassOf h:Kind .
h:singleEvidence a h:EvidenceGrade . h:corroboratedEvidence a h:EvidenceGrade .
x:disease a h:DiseaseKind . x:drug a h:SubstanceKind . x:adults a h:PopulationKind .
x:skin a h:SiteKind . x:test a h:TestKind . x:hasRegimen a owl:ObjectProperty .
x:document a h:Document ; h:fileName "d.txt" ; dcterms:title "A document" ;
  h:sha256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" ;
  dcterms:date "2026-01-02"^^xsd:date ; h:reviewStatus "none" .
x:claim a h:Claim ; h:subject x:disease ; h:relation x:hasRegimen ; h:object x:regimen ;
  h:modality "may" ; h:document x:document ; h:line 3 ; h:start 10 ; h:end 20 ; h:disputed false ;
  h:evidence h:singleEvidence ; h:frequency "often" ; h:percent 52.0 ; h:context x:disease ; h:site x:skin ;
  h:symmetry "symmetric" ; h:minimum 2.0 ; h:maximum 4.0 ; h:unit "wk" ;
  h:population x:adults ; h:condition x:disease ; h:emphasis x:adults .
x:second a h:Claim ; h:subject x:disease ; h:relation x:hasRegimen ; h:object x:indication ;
  h:modality "may" ; h:document x:document ; h:line 4 ; h:start 30 ; h:end 40 ; h:disputed false ;
  h:evidence h:corroboratedEvidence .
x:third a h:Claim ; h:subject x:disease ; h:relation x:hasRegimen ; h:object x:step ;
  h:modality "may" ; h:document x:document ; h:line 5 ; h:start 50 ; h:end 60 ; h:disputed false ;
  h:evidence h:corroboratedEvidence .
x:regimen a h:Regimen ; rdfs:label "a dose" ; h:regimenDrug x:drug ; h:population x:adults ;
  h:doseMinimum 1.5 ; h:doseMaximum 2.0 ; h:doseUnit "mg/kg/d" ; h:doseLimit 60.0 ;
  h:doseLimitUnit "mg/d" ; h:route "oral" ; h:schedule "daily" .
x:indication a h:Indication ; rdfs:label "a treatment" ; h:indicatedTreatment x:drug ;
  h:treatmentLine "first" ; h:timing "at once" .
x:step a h:WorkupStep ; rdfs:label "a step" ; h:order 1 ;
  h:stepUses x:test ; h:stepLooksFor x:disease .
"""
NAMES = {
    "h": "https://w3id.org/heliotrope/vocab/",
    "x": "http://example.org/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "dcterms": "http://purl.org/dc/terms/",
}
LINES = Path(__file__).with_name("shapes.tsv").read_text("utf-8").splitlines()
# What is changed, into what; then focus, path and message of the one violation.
CASES = [tuple(line.replace("\\n", "\n").split("\t")) for line in LINES[1:]]


def whole(name: str) -> str:
    """A CURIE of a case, perhaps inverse, as a violation names it."""
    prefix, _, local = name.removeprefix("^").partition(":")
    return f"{'^' * name.startswith('^')}<{NAMES[prefix]}{local}>" if name else ""


def found(text: str) -> list[shapes.Violation]:
    return shapes.violations(SHAPES, (quad.triple for quad in parse(text, RdfFormat.TURTLE)))


def test_a_sound_example_breaks_no_shape() -> None:
    assert found(SOUND) == []


@pytest.mark.parametrize(("old", "new", "focus", "path", "message"), CASES)
def test_a_message_is_tripped_by_one_change(
    old: str, new: str, focus: str, path: str, message: str
) -> None:
    assert SOUND.count(old) == 1
    violations = found(SOUND.replace(old, new))
    told = {(v.focus, v.path, v.message) for v in violations}
    assert told == {(whole(focus), whole(path), message)}


def test_a_violation_is_one_line() -> None:
    (violation,) = found(SOUND.replace("h:percent 52.0", "h:percent 152.0"))
    assert str(violation) == (
        "<http://example.org/claim> <https://w3id.org/heliotrope/vocab/percent> "
        '"152.0"^^<http://www.w3.org/2001/XMLSchema#decimal> '
        "A claim has at most one percentage, from 0 to 100."
    )


def test_every_message_has_its_case() -> None:
    graph = rdflib.Graph().parse(SHAPES)
    assert {str(m) for m in graph.objects(None, SH.message)} == {case[4] for case in CASES}


@pytest.mark.long
def test_the_shapes_are_shacl() -> None:
    graph = rdflib.Graph().parse(SHAPES)
    conforms, _, _ = pyshacl.validate(rdflib.Graph(), shacl_graph=graph, meta_shacl=True)
    assert conforms


@pytest.mark.long
def test_the_real_release_breaks_no_shape() -> None:
    assert shapes.violations(SHAPES, shapes.told(release.current(ROOT / "build"))) == []
