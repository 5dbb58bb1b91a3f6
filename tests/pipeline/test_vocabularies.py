"""What files of others show is read from each of their formats, in our spelling."""

import gzip
import json
from pathlib import Path

import pytest

from kg_service.names import Names
from kg_service.pipeline.identifiers import HomeTerm
from kg_service.pipeline.vocabularies import Vocabularies

OBO = "http://purl.obolibrary.org/obo/"
NAMES = Names(
    {"DOID": OBO + "DOID_", "HP": OBO + "HP_", "ORPHA": "https://orpha.example/Orphanet_"}
)
SPELLINGS = {"orphanet": "ORPHA", "snomedct_us": "SNOMEDCT", "umls_cui": "UMLS"}
OWL = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://purl.obolibrary.org/obo/HP_1> rdfs:label "one" .
<http://purl.obolibrary.org/obo/HP_2> rdfs:label "two" ; owl:deprecated true ;
  <http://purl.obolibrary.org/obo/IAO_0100001> <http://purl.obolibrary.org/obo/HP_1> .
"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">
<rdf:Description rdf:about="http://purl.obolibrary.org/obo/HP_1"><rdfs:label>one</rdfs:label>
</rdf:Description></rdf:RDF>"""
GRAPHS = {
    "graphs": [{"nodes": [{"id": OBO + "HP_1", "meta": {"xrefs": [{"val": "UMLS_CUI:C1"}]}}]}]
}
CODES = 'M33,"Dermatopolymyositis"\nM330,"Juvenile"\n'


def vocabularies(folder: Path, name: str, text: str) -> Vocabularies:
    (folder / name).write_bytes(gzip.compress(text.encode()))
    return Vocabularies(folder, NAMES, SPELLINGS, ["HP:1", "DOID:1"])


@pytest.mark.parametrize(
    ("name", "prefix", "text", "terms"),
    [
        (
            "x.owl.ttl.gz",
            "HP",
            OWL,
            {"HP:1": HomeTerm("one", False), "HP:2": HomeTerm("two", True, OBO + "HP_1")},
        ),
        ("x.owl.gz", "HP", RDF, {"HP:1": HomeTerm("one", False)}),
        (
            "x.csv.gz",
            "ICD10CM",
            CODES,
            {
                "ICD10CM:M33": HomeTerm("Dermatopolymyositis", False),
                "ICD10CM:M33.0": HomeTerm("Juvenile", False),
            },
        ),
        ("x.tsv.gz", "MESH", "D1\tone\tfirst\n", {"MESH:D1": HomeTerm("one", False)}),
    ],
)
def test_terms_are_read_from_each_format(
    tmp_path: Path, name: str, prefix: str, text: str, terms: dict[str, HomeTerm]
) -> None:
    assert vocabularies(tmp_path, name, text).home(name, prefix) == terms


def test_a_table_may_say_which_terms_are_deprecated(tmp_path: Path) -> None:
    text = (
        "subject_id\tsubject_label\tis_deprecated\nOrphanet:1\tone\tFalse\nOrphanet:2\ttwo\tTrue\n"
    )
    home = vocabularies(tmp_path, "x.tsv.gz", text).home("x.tsv.gz", "ORPHA")
    assert home["ORPHA:1"] == HomeTerm("one", False)
    assert home["ORPHA:2"] == HomeTerm("two", True)


@pytest.mark.parametrize(
    ("name", "text", "pairs"),
    [
        ("x.obographs.json.gz", json.dumps(GRAPHS), {("HP:1", "UMLS:C1"): {"oboInOwl:hasDbXref"}}),
        (
            "x.tsv.gz",
            'id\tlabel\txref\n"DOID:1"\t"one"\t"SNOMEDCT_US:5"\n"DOID:2"\t"two"\t"SNOMEDCT_US:6"\n',
            {("DOID:1", "SNOMEDCT:5"): {"oboInOwl:hasDbXref"}},
        ),
        (
            "x.tsv.gz",
            "loincId\toutcome\thpoTermId\n1-1\tH\tHP:1\n2-2\tN\tHP:1\n3-3\tNEG\tHP:1\n4-4\tPOS\tHP:1\n",
            {
                ("HP:1", "LOINC:1-1"): {"skos:relatedMatch"},
                ("HP:1", "LOINC:4-4"): {"skos:relatedMatch"},
            },
        ),
        (
            "x.sssom.tsv.gz",
            "#a: b\nsubject_id\tpredicate_id\tpredicate_modifier\tobject_id\tobject_label\n"
            "hp:1\tskos:broadMatch\t\tOrphanet:7\tseven\n"
            "orphanet:8\tskos:broadMatch\t\thp:1\tone\n"
            "hp:1\tskos:exactMatch\tNot\torphanet:9\tnine\n",
            {("HP:1", "ORPHA:7"): {"skos:broadMatch"}, ("HP:1", "ORPHA:8"): {"skos:narrowMatch"}},
        ),
    ],
)
def test_mappings_of_wanted_terms_are_read_from_each_format(
    tmp_path: Path, name: str, text: str, pairs: dict[tuple[str, str], set[str]]
) -> None:
    assert vocabularies(tmp_path, name, text).shown(name).predicates == pairs


def test_identifiers_are_brought_to_our_spelling(tmp_path: Path) -> None:
    found = Vocabularies(tmp_path, NAMES, SPELLINGS, [])
    assert found.curie("Orphanet:221") == "ORPHA:221"
    assert found.curie("hp:0003493") == "HP:0003493"
    assert found.curie(OBO + "DOID_10223") == "DOID:10223"
    assert found.curie("D003882", "MESH") == "MESH:D003882"
    assert found.curie("other:1") == "other:1"
