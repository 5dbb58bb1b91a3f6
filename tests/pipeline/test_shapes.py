"""Every message of ontology/shapes.ttl is tripped by one change to a sound example."""

from pathlib import Path

import pyshacl
import pytest
import rdflib
from pyoxigraph import RdfFormat, parse
from rdflib import SH

from kg_service.pipeline import shapes

SHAPES = Path(__file__).parents[2] / "ontology" / "shapes.ttl"
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
x:disease a h:DiseaseKind . x:drug a h:SubstanceKind . x:adults a h:PopulationKind .
x:skin a h:SiteKind . x:test a h:TestKind . x:hasRegimen a owl:ObjectProperty .
x:document a h:Document ; h:fileName "d.txt" ; dcterms:title "A document" ;
  h:sha256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" ;
  dcterms:date "2026-01-02"^^xsd:date ; h:reviewStatus "none" .
x:claim a h:Claim ; h:subject x:disease ; h:relation x:hasRegimen ; h:object x:regimen ;
  h:modality "may" ; h:document x:document ; h:line 3 ; h:start 10 ; h:end 20 ; h:disputed false ;
  h:frequency "often" ; h:percent 52.0 ; h:context x:disease ; h:site x:skin ;
  h:symmetry "symmetric" ; h:minimum 2.0 ; h:maximum 4.0 ; h:unit "wk" ;
  h:population x:adults ; h:condition x:disease ; h:emphasis x:adults .
x:second a h:Claim ; h:subject x:disease ; h:relation x:hasRegimen ; h:object x:indication ;
  h:modality "may" ; h:document x:document ; h:line 4 ; h:start 30 ; h:end 40 ; h:disputed false .
x:third a h:Claim ; h:subject x:disease ; h:relation x:hasRegimen ; h:object x:step ;
  h:modality "may" ; h:document x:document ; h:line 5 ; h:start 50 ; h:end 60 ; h:disputed false .
x:regimen a h:Regimen ; rdfs:label "a dose" ; h:regimenDrug x:drug ; h:population x:adults ;
  h:doseMinimum 1.5 ; h:doseMaximum 2.0 ; h:doseUnit "mg/kg/d" ; h:doseLimit 60.0 ;
  h:doseLimitUnit "mg/d" ; h:route "oral" ; h:schedule "daily" .
x:indication a h:Indication ; rdfs:label "a treatment" ; h:indicatedTreatment x:drug ;
  h:treatmentLine "first" ; h:timing "at once" .
x:step a h:WorkupStep ; rdfs:label "a step" ; h:order 1 ; h:stepUses x:test ;
  h:stepLooksFor x:disease .
"""
V, X = "https://w3id.org/heliotrope/vocab/", "http://example.org/"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
DCTERMS = "http://purl.org/dc/terms/"
THING = "which is a kind, a patient, a regimen, an indication or a workup step."

# (what is changed, into what, focus, path, message)
CASES = [
    ("h:subject x:disease ; h:relation x:hasRegimen ; h:object x:regimen", "h:relation x:hasRegimen ; h:object x:regimen", "claim", f"{V}subject", "A claim has one subject, which is a kind, a patient, a regimen, an indication, a workup step or a document."),
    ("h:relation x:hasRegimen ; h:object x:regimen", "h:relation x:drug ; h:object x:regimen", "claim", f"{V}relation", "A claim has one relation, which is an object property."),
    ("h:object x:regimen ;", "h:object x:regimen , x:skinned ;", "claim", f"{V}object", f"A claim has one object, {THING}"),
    ('h:modality "may" ; h:document x:document ; h:line 3', 'h:modality "perhaps" ; h:document x:document ; h:line 3', "claim", f"{V}modality", "A claim has one modality: asserted, typical, may, rare or denied."),
    ("h:document x:document ; h:line 3", "h:document x:drug ; h:line 3", "claim", f"{V}document", "A claim is read from one document."),
    ("h:line 3", "h:line 0", "claim", f"{V}line", "A claim has one line, a whole number counted from 1."),
    ("h:start 10", "h:start -1", "claim", f"{V}start", "A claim has one start, a whole number counted from 0."),
    ("h:start 10", "h:start 20", "claim", f"{V}start", "A span starts before it ends."),
    ("h:end 20 ;", "h:end 20 , 21 ;", "claim", f"{V}end", "A claim has one end, a whole number."),
    ("h:disputed false ;\n  h:frequency", "h:frequency", "claim", f"{V}disputed", "A claim says once whether it is disputed."),
    ('h:frequency "often"', "h:frequency 3", "claim", f"{V}frequency", "A claim has at most one frequency, a text."),
    ("h:percent 52.0", "h:percent 152.0", "claim", f"{V}percent", "A claim has at most one percentage, from 0 to 100."),
    ("h:context x:disease", "h:context x:document", "claim", f"{V}context", "A context is a kind."),
    ("h:site x:skin", "h:site x:drug", "claim", f"{V}site", "A site is a site kind."),
    ('h:symmetry "symmetric"', 'h:symmetry "both"', "claim", f"{V}symmetry", "A claim is symmetric or asymmetric."),
    ("h:minimum 2.0", "h:minimum 5.0", "claim", f"{V}minimum", "A claim has at most one minimum, a decimal not above its maximum."),
    ("h:maximum 4.0", "h:maximum 4.0 , 5.0", "claim", f"{V}maximum", "A claim has at most one maximum, a decimal."),
    ('h:unit "wk"', 'h:unit "a week"', "claim", f"{V}unit", "A claim has at most one unit, in UCUM."),
    ('h:unit "wk" ;', "", "claim", "", "A minimum or maximum has a unit."),
    ("h:population x:adults ; h:condition", "h:population x:drug ; h:condition", "claim", f"{V}population", "A population is a population kind."),
    ("h:condition x:disease", "h:condition x:document", "claim", f"{V}condition", "A condition is a kind."),
    ("h:emphasis x:adults", "h:emphasis x:document", "claim", f"{V}emphasis", "An emphasis is a kind."),
    ('rdfs:label "a dose" ;', "", "regimen", f"{RDFS}label", "A regimen has one label."),
    ("h:regimenDrug x:drug", "h:regimenDrug x:test", "regimen", f"{V}regimenDrug", "A regimen has one drug, a substance kind."),
    ("h:population x:adults ;\n  h:doseMinimum", "h:doseMinimum", "regimen", f"{V}population", "A regimen says for whom it is."),
    ("h:doseMinimum 1.5", "h:doseMinimum 3.0", "regimen", f"{V}doseMinimum", "A least dose is a decimal above 0 and not above the greatest dose."),
    ("h:doseMaximum 2.0", 'h:doseMaximum 2.0 , 3.0', "regimen", f"{V}doseMaximum", "A greatest dose is a decimal above 0."),
    ('h:doseUnit "mg/kg/d"', 'h:doseUnit "mg per kg"', "regimen", f"{V}doseUnit", "A dose has one unit, in UCUM."),
    ("h:doseLimit 60.0", "h:doseLimit 0.0", "regimen", f"{V}doseLimit", "A dose limit is a decimal above 0."),
    ('h:doseLimitUnit "mg/d"', 'h:doseLimitUnit "mg a day"', "regimen", f"{V}doseLimitUnit", "A dose limit has one unit, in UCUM."),
    ('h:route "oral"', 'h:route "oral" , "intravenous"', "regimen", f"{V}route", "A regimen has at most one route, a text."),
    ('h:schedule "daily"', 'h:schedule "daily" , "weekly"', "regimen", f"{V}schedule", "A regimen has at most one schedule, a text."),
    ('h:doseUnit "mg/kg/d" ;', "", "regimen", "", "A dose has minimum, maximum and unit together."),
    ('h:doseLimitUnit "mg/d" ;', "", "regimen", "", "A dose limit and its unit go together."),
    ("h:object x:step ;", "h:object x:drug ;", "step", f"^{V}object", "A claim leads to it."),
    ('rdfs:label "a treatment" ;', "", "indication", f"{RDFS}label", "An indication has one label."),
    ("h:indicatedTreatment x:drug ;", "", "indication", f"{V}indicatedTreatment", "An indication has a treatment, which is a kind."),
    ('h:treatmentLine "first"', 'h:treatmentLine "last"', "indication", f"{V}treatmentLine", "A line of treatment is initial, first, primary, combined, added or after failure."),
    ('h:timing "at once"', "h:timing 1", "indication", f"{V}timing", "An indication has at most one timing, a text."),
    ('rdfs:label "a step" ;', "", "step", f"{RDFS}label", "A workup step has one label."),
    ("h:order 1", "h:order 0", "step", f"{V}order", "A workup step has at most one place in the order, counted from 1."),
    ("h:stepUses x:test", "h:stepUses x:drug", "step", f"{V}stepUses", "What a workup step uses is a test, an action kind."),
    ("h:stepUses x:test ;\n  h:stepLooksFor x:disease .", 'h:order 1 .', "step", "", "A workup step uses a test or looks for something."),
    ("h:stepLooksFor x:disease", "h:stepLooksFor x:document", "step", f"{V}stepLooksFor", "What a workup step looks for is a kind."),
    ('h:fileName "d.txt"', 'h:fileName "folder/d.txt"', "document", f"{V}fileName", "A document has one file name, without folders."),
    ('h:sha256 "0123', 'h:sha256 "X123', "document", f"{V}sha256", "A document has one SHA-256 digest, 64 hexadecimal digits."),
    ('dcterms:title "A document" ;', "", "document", f"{DCTERMS}title", "A document has one title."),
    ('"2026-01-02"^^xsd:date', '"2026"', "document", f"{DCTERMS}date", "A document has at most one date."),
    ('h:reviewStatus "none"', 'h:reviewStatus "none" , "some"', "document", f"{V}reviewStatus", "A document has at most one review status, a text."),
]  # fmt: skip


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
    if path.startswith("^"):
        path = f"^<{path[1:]}>"
    elif path:
        path = f"<{path}>"
    told = {(v.focus, v.path, v.message) for v in violations}
    assert told == {(f"<{X}{focus}>", path, message)}


def test_a_violation_is_one_line() -> None:
    (violation,) = found(SOUND.replace("h:percent 52.0", "h:percent 152.0"))
    assert str(violation) == (
        f"<{X}claim> <{V}percent> "
        '"152.0"^^<http://www.w3.org/2001/XMLSchema#decimal> '
        "A claim has at most one percentage, from 0 to 100."
    )


def test_every_message_has_its_case() -> None:
    graph = rdflib.Graph().parse(SHAPES)
    assert {str(m) for m in graph.objects(None, SH.message)} == {case[4] for case in CASES}


def test_the_shapes_are_shacl() -> None:
    graph = rdflib.Graph().parse(SHAPES)
    conforms, _, _ = pyshacl.validate(rdflib.Graph(), shacl_graph=graph, meta_shacl=True)
    assert conforms
