"""SSSOM: what a set must be, and the set as RDF."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from kg_service.errors import TableError
from kg_service.pipeline import sssom

TOY = Path(__file__).parent.parent / "toy"
FILE = TOY / "mappings" / "toy.sssom.tsv"
OBO = "http://purl.obolibrary.org/obo/"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
FEVER = "https://w3id.org/heliotrope/KG_0000101"


def edited(folder: Path, old: str, new: str) -> Path:
    text = FILE.read_text("utf-8")
    assert old in text
    path = folder / FILE.name
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_a_set_has_its_header_its_columns_and_its_rows() -> None:
    found = sssom.read(FILE, TOY)
    assert (found.name, found.iri) == ("toy", "https://w3id.org/heliotrope/sssom/toy")
    assert found.extensions["via"] == ("https://w3id.org/heliotrope/vocab/via", True)
    assert found.extensions["shown_by"] == ("https://w3id.org/heliotrope/vocab/shownBy", False)
    assert [(row.number, row.cells["object_id"]) for row in found.rows] == [
        (26, "DOID:0999998"),
        (27, "MONDO:0999999"),
        (28, "MONDO:0999997"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "#license: ",
            "#licence: ",
            "toy.sssom.tsv:1: column 'license': found '', expected license",
        ),
        (
            "sssom/toy",
            "sssom/other",
            "column 'mapping_set_id': found 'https://w3id.org/heliotrope/ss",
        ),
        ("#curie_map:", "#curie_map: x", "toy.sssom.tsv:2: column '': found"),
        (
            "property: h:via",
            "property: x:via",
            "column 'curie_map': found \"The prefix 'x' of 'x:via",
        ),
        (
            "slot_name: via",
            "slot_name: by",
            "column 'via': found 'via', expected a slot of SSSOM or",
        ),
        ("\tcomment\t", "\tremark\t", "column 'remark': found 'remark', expected a slot of SSSOM"),
        (
            "DOID:0999998",
            "",
            "toy.sssom.tsv:26: column 'object_id': found '', expected an identifier",
        ),
        (
            "DOID:0999998",
            "MONDO:0999999",
            ":27: column 'object_id': found 'MONDO:0999999', expected a",
        ),
        (
            "DOID:0999998",
            "X:1",
            "expected rows sorted by identifier; 'kg:0000101 X:1' stands before",
        ),
    ],
)
def test_a_malformed_set_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(TableError) as caught:
        sssom.read(edited(tmp_path, old, new), tmp_path)
    assert message in str(caught.value)


def test_a_mapping_is_a_triple_and_a_node_that_describes_it() -> None:
    found = sssom.read(FILE, TOY)
    triples = {tuple(str(x) for x in t) for t in sssom.triples(found)}
    ends = (f"<{FEVER}>", f"<{SKOS}exactMatch>", f"<{OBO}MONDO_0999999>")
    assert ends in triples
    node = str(found.node(found.rows[1]))
    about = {(p, o) for s, p, o in triples if s == node}
    assert about == {
        ("<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", f"<{OWL}Axiom>"),
        ("<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<https://w3id.org/sssom/Mapping>"),
        (f"<{OWL}annotatedSource>", ends[0]),
        (f"<{OWL}annotatedProperty>", ends[1]),
        (f"<{OWL}annotatedTarget>", ends[2]),
        ("<https://w3id.org/sssom/subject_label>", '"glass fever"'),
        ("<https://w3id.org/sssom/object_label>", '"Glass Fever"'),
        (
            "<https://w3id.org/sssom/mapping_justification>",
            "<https://w3id.org/semapv/vocab/ManualMappingCuration>",
        ),
        ("<https://w3id.org/sssom/subject_source>", "<https://w3id.org/heliotrope/ontology>"),
        ("<https://w3id.org/sssom/object_source>", "<https://bioregistry.io/registry/mondo>"),
        ("<https://w3id.org/sssom/object_source_version>", '"2026"'),
        ("<http://www.w3.org/2000/01/rdf-schema#comment>", '"Made up."'),
        ("<https://w3id.org/heliotrope/vocab/shownBy>", '"toy.sssom.tsv.gz"'),
        ("<https://w3id.org/heliotrope/vocab/shownByVersion>", '"2026"'),
        ("<https://w3id.org/heliotrope/vocab/objectHome>", '"toy.cxg.json.gz"'),
    }


def test_a_set_is_described_and_lists_its_mappings() -> None:
    found = sssom.read(FILE, TOY)
    triples = sssom.triples(found)
    whole = NamedNode(found.iri)
    listed = {
        t.object for t in triples if t.predicate == NamedNode("https://w3id.org/sssom/mappings")
    }
    assert listed == {found.node(row) for row in found.rows}
    told = {(t.predicate.value, str(t.object)) for t in triples if t.subject == whole}
    assert (OWL + "versionInfo", '"2026"') in told
    licence = "<https://creativecommons.org/licenses/by/4.0/>"
    assert ("http://purl.org/dc/terms/license", licence) in told
