from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from kg_service.errors import BuildError, SchemaError
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.classification import classify
from kg_service.logic.readers import Reading, read

O = "http://purl.obolibrary.org/obo/"  # noqa: E741
PART = f"{O}BFO_0000050"

OBO = """format-version: 1.2
ontology: toy

[Term]
id: T:1
name: heart
def: "A pump." [JA:Epilepsy Genetics Kiel]
is_a: T:2 ! organ
relationship: part_of T:3 {source="PMID:1"} ! body
relationship: part_of T:3 {gci_relation="part_of", gci_filler="T:9"} ! only there
intersection_of: T:2 ! organ
intersection_of: part_of T:3 ! body
disjoint_from: T:4
relationship: part_of
xref: https://example.org/siren\\:F17332

[Term]
id: T:2
union_of: T:1
union_of: T:4
relationship: part_of T:3 {all_only="true"}
relationship: part_of T:3 {cardinality="2"}

[Term]
name: nameless
is_a: T:2

[Typedef]
id: part_of
xref: BFO:0000050
is_transitive: true
is_reflexive: true
is_a: overlaps
holds_over_chain: part_of overlaps
transitive_over: overlaps
domain: T:2
range: T:3
not a clause

[Instance]
id: T:7
"""


def _read(tmp_path: Path, name: str, text: str) -> Reading:
    path = tmp_path / name
    data = text.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return read([path])


def test_obo_clauses_become_axioms_with_their_lines(tmp_path: Path) -> None:
    reading = _read(tmp_path, "toy.obo.gz", OBO)
    heart, organ, body, other = (f"{O}T_{n}" for n in (1, 2, 3, 4))
    overlaps = f"{O}toy#overlaps"
    in_body = ("some", PART, body)
    assert reading.axioms == {
        Fact(heart, ax.SUBCLASS, organ): "toy.obo.gz:8",
        Fact(heart, ax.SUBCLASS, in_body): "toy.obo.gz:9",
        Fact(("and", heart, ("some", PART, f"{O}T_9")), ax.SUBCLASS, in_body): "toy.obo.gz:10",
        Fact(heart, ax.EQUIVALENT, ("and", organ, in_body)): "toy.obo.gz:11",
        Fact(heart, ax.DISJOINT, other): "toy.obo.gz:13",
        Fact(organ, ax.EQUIVALENT, ("or", heart, other)): "toy.obo.gz:19",
        Fact(organ, ax.SUBCLASS, in_body): "toy.obo.gz:22",
        Fact(PART, ax.TYPE, ax.TRANSITIVE): "toy.obo.gz:31",
        Fact(PART, ax.SUBPROPERTY, overlaps): "toy.obo.gz:33",
        Fact(PART, ax.CHAIN, (PART, overlaps)): "toy.obo.gz:34",
        Fact(PART, ax.DOMAIN, organ): "toy.obo.gz:36",
        Fact(PART, ax.RANGE, body): "toy.obo.gz:37",
    }
    assert list(reading.classes) == [heart, organ]


def test_obo_defects_are_counted_by_kind_and_do_not_stop_reading(tmp_path: Path) -> None:
    reading = _read(tmp_path, "toy.obo", OBO)
    assert reading.malformed == {
        "IRI with an escaped colon": 1,
        "cross-reference of a def that is no identifier": 1,
        "line that is no clause": 1,
        "relationship of 1 words": 1,
        "stanza without an id": 1,
    }
    assert reading.examples["cross-reference of a def that is no identifier"] == "toy.obo:7"


def test_obo_clauses_without_a_reader_are_counted_by_kind(tmp_path: Path) -> None:
    reading = _read(tmp_path, "toy.obo", OBO)
    assert reading.refused == {
        "ObjectAllValuesFrom": 1,
        "ObjectExactCardinality (its ∃ kept)": 1,
        "ReflexiveObjectProperty": 1,
        "[Instance] stanza": 1,
    }


def test_a_parent_without_a_stanza_is_counted(tmp_path: Path) -> None:
    reading = _read(tmp_path, "toy.obo", "ontology: toy\n\n[Term]\nid: T:1\nis_a: CARO:1\n")
    assert reading.malformed == {"class without a stanza": 1}
    assert reading.examples["class without a stanza"] == f"toy.obo: {O}CARO_1"


GRAPH = {
    "id": "toy",
    "nodes": [
        {"id": f"{O}T_1", "type": "CLASS"},
        {"id": f"{O}T_2", "type": "CLASS"},
        {"id": PART, "type": "PROPERTY"},
        {"lbl": "nameless"},
    ],
    "edges": [
        {"sub": f"{O}T_1", "pred": "is_a", "obj": f"{O}T_2"},
        {"sub": f"{O}T_1", "pred": PART, "obj": f"{O}T_2"},
        {"sub": PART, "pred": PART, "obj": f"{O}T_2"},
        {"sub": f"{O}T_1", "pred": "is_a"},
    ],
    "logicalDefinitionAxioms": [
        {
            "definedClassId": f"{O}T_1",
            "genusIds": [f"{O}T_2"],
            "restrictions": [{"propertyId": PART, "fillerId": f"{O}T_2"}, None],
        }
    ],
    "equivalentNodesSets": [{"nodeIds": [f"{O}T_3", f"{O}T_2"]}],
    "domainRangeAxioms": [
        {
            "predicateId": PART,
            "domainClassIds": [f"{O}T_1"],
            "rangeClassIds": [f"{O}T_2"],
            "allValuesFromEdges": [{"sub": f"{O}T_1", "pred": PART, "obj": f"{O}T_2"}],
        }
    ],
    "propertyChainAxioms": [{"predicateId": PART, "chainPredicateIds": [PART, PART]}],
    "futureAxioms": [{}],
}


def test_obo_graphs_become_axioms_with_their_paths(tmp_path: Path) -> None:
    reading = _read(tmp_path, "toy.json.gz", json.dumps({"graphs": [GRAPH]}))
    one, two = f"{O}T_1", f"{O}T_2"
    edge = ("some", PART, two)
    left_out = ("opaque", "part left out(toy.json.gz graphs[0].logicalDefinitionAxioms[0])")
    assert set(reading.axioms) == {
        Fact(one, ax.SUBCLASS, two),
        Fact(one, ax.SUBCLASS, edge),
        Fact(one, ax.EQUIVALENT, ("and", two, edge, left_out)),
        Fact(two, ax.EQUIVALENT, f"{O}T_3"),
        Fact(PART, ax.DOMAIN, one),
        Fact(PART, ax.RANGE, two),
        Fact(PART, ax.CHAIN, (PART, PART)),
    }
    assert reading.axioms[Fact(one, ax.SUBCLASS, edge)] == "toy.json.gz graphs[0].edges[1]"
    assert reading.malformed == {"node without an id": 1, "edges entry without 'obj'": 1}
    assert reading.refused == {
        "ObjectAllValuesFrom": 1,
        "edge between properties": 1,
        "futureAxioms": 1,
        "logical definition with a part left out": 1,
    }


def test_an_edge_report_says_superclasses_and_restrictions(tmp_path: Path) -> None:
    text = "x\tp\ty\nM:1\trdfs:subClassOf\tM:2\nM:1\tRO:1\t_:b1\nM:1\tRO:1\n"
    reading = _read(tmp_path, "edges.tsv", text)
    assert reading.axioms == {
        Fact(f"{O}M_1", ax.SUBCLASS, f"{O}M_2"): "edges.tsv:2",
        Fact(f"{O}M_1", ax.SUBCLASS, ("some", f"{O}RO_1", ("opaque", "_:b1"))): "edges.tsv:3",
    }
    assert reading.malformed == {"line without three cells": 1}


OFN = """Prefix(:=<urn:x:>) Ontology(
EquivalentClasses(:A ObjectIntersectionOf(:B ObjectSomeValuesFrom(:p :C)))
SubClassOf(:B ObjectIntersectionOf(:C ObjectHasSelf(:p)))
ReflexiveObjectProperty(:p)
)"""


@pytest.mark.parametrize("name", ["toy.ofn", "editors.owl"])
def test_functional_syntax_is_known_by_its_beginning(tmp_path: Path, name: str) -> None:
    reading = _read(tmp_path, name, OFN)
    definition = ("and", "urn:x:B", ("some", "urn:x:p", "urn:x:C"))
    assert Fact("urn:x:A", ax.EQUIVALENT, definition) in reading.axioms
    assert classify(reading.axioms).unsupported["ReflexiveObjectProperty"] == 1


def test_of_what_has_no_reader_only_the_part_is_left_out(tmp_path: Path) -> None:
    text = "Prefix(:=<urn:x:>) Ontology(SubClassOf(:A ObjectIntersectionOf(:B ObjectSomeValuesFrom(ObjectInverseOf(:p) :C))))"
    reading = _read(tmp_path, "toy.ofn", text)
    assert any(fact.subject == "urn:x:A" for fact in reading.axioms)


def test_a_file_that_is_not_what_its_name_says_is_refused_by_name(tmp_path: Path) -> None:
    for name, text in (("a.json", "{}"), ("a.ofn", "Ontology("), ("a.owl", "<rdf:RDF")):
        with pytest.raises(SchemaError, match=name):
            _read(tmp_path, name, text)
    (tmp_path / "cut.obo.gz").write_bytes(gzip.compress(OBO.encode())[:40])
    with pytest.raises(SchemaError, match=r"cut\.obo\.gz"):
        read([tmp_path / "cut.obo.gz"])


def test_functional_syntax_that_is_none_is_refused_at_its_place(tmp_path: Path) -> None:
    text = "Ontology(<https://example.org/x>\nSubClasOf(:A :B))"
    with pytest.raises(SchemaError) as refused:
        _read(tmp_path, "toy.ofn", text)
    assert refused.value.message == (
        "toy.ofn cannot be read: at line 2, column 1 was expected IRI, Import, OntologyAxiom or"
        " Annotation."
    )


def test_a_flag_that_is_neither_true_nor_false_is_counted(tmp_path: Path) -> None:
    text = "[Typedef]\nid: r\nis_transitive: maybe\nis_reflexive: yes\nis_symmetric: false\n"
    reading = _read(tmp_path, "flags.obo", text)
    assert reading.malformed == {
        "is_transitive that is neither true nor false": 1,
        "is_reflexive that is neither true nor false": 1,
    }


def test_a_name_without_a_reader_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"a\.csv: no reader.*\.obo"):
        _read(tmp_path, "a.csv", "")
