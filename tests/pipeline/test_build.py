"""From tables to a release: what is in it, that it repeats, and what is refused."""

import dataclasses
from pathlib import Path

import pyoxigraph
import pytest

from kg_service import release
from kg_service.errors import BuildError
from kg_service.logic import knowledge
from kg_service.logic.axioms import SUBCLASS
from kg_service.logic.justifications import Justifier
from kg_service.pipeline import build
from kg_service.pipeline.build import Places
from kg_service.release import Release
from tests.sampling import parameter

H = "https://w3id.org/heliotrope/vocab/"
TOY = "http://purl.obolibrary.org/obo/TOY_000000"
GRAPH = "https://w3id.org/heliotrope/graph/"
EXTERNAL = "tables/external.tsv"
TYPICAL = "tables/claims/characteristicallyPresentsWith.tsv"
MAY = "tables/claims/mayPresentWith.tsv"


def store_of(made: Release) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.load(path=made.file("graph.nq"), format=pyoxigraph.RdfFormat.N_QUADS)
    return store


def holds(store: pyoxigraph.Store, graph: str | None, s: str, p: str, o: str) -> bool:
    name = pyoxigraph.NamedNode(GRAPH + graph) if graph else pyoxigraph.DefaultGraph()
    return pyoxigraph.Quad(*map(pyoxigraph.NamedNode, (s, p, o)), name) in store


def edit(places: Places, file: str, old: str, new: str) -> None:
    path = places.root / "ontology" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_told_and_derived_facts_are_in_graphs_of_their_own(places: Places) -> None:
    store = store_of(build.build(places))
    glow = (TOY + "1", H + "characteristicallyPresentsWith", TOY + "3")
    assert holds(store, "asserted", *glow)
    assert not holds(store, "inferred", *glow)
    weaker = (TOY + "1", H + "mayPresentWith", TOY + "3")
    assert holds(store, "inferred", *weaker)
    assert not holds(store, "asserted", *weaker)
    assert holds(store, None, *glow)
    assert holds(store, None, *weaker)
    assert holds(store, "inferred", TOY + "2", H + "subtypeOf", TOY + "1")


def test_a_subtype_inherits_what_is_characteristic_unless_its_own_claim_denies_it(
    places: Places,
) -> None:
    store = store_of(build.build(places))
    assert holds(store, None, TOY + "2", H + "characteristicallyPresentsWith", TOY + "3")
    assert not holds(store, None, TOY + "2", H + "characteristicallyPresentsWith", TOY + "4")
    assert not holds(store, None, TOY + "2", H + "mayPresentWith", TOY + "4")


def test_a_defined_class_has_the_kinds_that_meet_it(places: Places) -> None:
    store = store_of(build.build(places))
    rdf_type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    assert holds(store, "inferred", TOY + "1", rdf_type, H + "Glowing")
    assert holds(store, "inferred", TOY + "2", rdf_type, H + "Glowing")
    assert not holds(store, None, TOY + "2", rdf_type, TOY + "1")


def test_every_quad_of_the_default_graph_is_in_a_graph_that_belongs_to_it(places: Places) -> None:
    store = store_of(build.build(places))
    default = {
        q.triple for q in store.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph())
    }
    outside = {GRAPH + name for name in ("proofs", "redundant", "examples")}
    union = {
        q.triple
        for q in store
        if isinstance(q.graph_name, pyoxigraph.NamedNode) and q.graph_name.value not in outside
    }
    assert default == union


def test_the_same_inputs_give_the_same_bytes(places: Places) -> None:
    first = build.build(places)
    again = build.build(dataclasses.replace(places, build=places.root / "again"))
    assert first.digest == again.digest
    for name in first.files:
        assert first.file(name).read_bytes() == again.file(name).read_bytes()


def test_an_unchanged_build_does_nothing_and_says_so(places: Places) -> None:
    made = build.build(places)
    written = made.file("graph.nq").stat().st_mtime_ns
    said: list[str] = []
    assert build.build(places, said.append).digest == made.digest
    assert said == [f"release {made.digest} is up to date"]
    assert made.file("graph.nq").stat().st_mtime_ns == written


def test_a_changed_label_gives_another_release_and_the_old_one_stays(places: Places) -> None:
    made = build.build(places)
    edit(places, EXTERNAL, "glow disease", "glowing disease")
    changed = build.build(places)
    assert changed.digest != made.digest
    assert release.load(made.path).digest == made.digest
    assert release.current(places.build).digest == changed.digest


DISJOINT = "DisjointClasses(h:DiseaseKind h:FindingKind)"
ODD = """
Declaration(Class(h:Odd))
SubClassOf(h:Odd h:DiseaseKind)
SubClassOf(h:Odd h:FindingKind)
"""
CIRCLE = """
Declaration(Class(h:One))
Declaration(Class(h:Other))
SubClassOf(h:One h:Other)
SubClassOf(h:Other h:One)
"""
# What a Seen shows is a Lesion and a Papule: two restrictions that meet, which only HermiT sees.
ONLY_HERMIT = """
Declaration(Class(h:Seen))
Declaration(Class(h:Papule))
Declaration(Class(h:Lesion))
Declaration(Class(h:LesionPatient))
Declaration(ObjectProperty(h:shows))
SubClassOf(h:Seen ObjectAllValuesFrom(h:shows h:Lesion))
SubClassOf(h:Seen ObjectSomeValuesFrom(h:shows h:Papule))
SubClassOf(ObjectSomeValuesFrom(h:shows ObjectIntersectionOf(h:Lesion h:Papule)) h:LesionPatient)
"""
BAD = [
    (EXTERNAL, "\tglow\t", "\tGlow\t", "external.tsv:5: column 'Label': found 'Glow', expected"),
    (EXTERNAL, "TOY:0000004\thum", "TOY:0000005\thum", "expected a term that is not obsolete in"),
    (EXTERNAL, "TOY:0000004\thum", "TOY:0000009\thum", "an identifier that toy.obo.gz has"),
    (EXTERNAL, "TOY:0000004", "NIX:0000004", "column 'ID': found 'NIX:0000004', expected"),
    (EXTERNAL, "TI %", "TP %", "external.tsv:2: column 'Kind': found 'TP %', expected a template"),
    (EXTERNAL, "h:DiseaseKind\t\tglow", "h:DiseaseKind\tTOY:0000002\tglow", "without a circle:"),
    (TYPICAL, "\t41\t64", "\t41\t64\t", "characteristicallyPresentsWith.tsv:4: column 'ID': found"),
    (TYPICAL, "doc:900\t1\t", "\t1\t", "tsv:3: column 'Document': found '', expected a value"),
    (TYPICAL, "doc:900\t1\t", "doc:901\t1\t", "found 'doc:901', expected a document of sources"),
    (TYPICAL, "doc:900\t1\t", "doc:900\t9\t", "column 'Line': found '9', expected a line from 1"),
    (TYPICAL, "\t14\t36", "\t15\t36", "expected a span of whole words"),
    (TYPICAL, "\t14\t36", "\tx\t36", "column 'Start': found 'x', expected a whole number"),
    (TYPICAL, "typical", "rare", "column 'Modality': found 'rare', expected typical: what this"),
    (TYPICAL, "\tglow\t", "\tblaze\t", "column 'Object label': found 'blaze', expected 'glow'"),
    (TYPICAL, "TOY:0000003\tglow", "TOY:0000008\t", "found 'TOY:0000008', expected a term with"),
    (TYPICAL, "h:characteristicallyPresentsWith", "h:mayPresentWith", "expected h:characterist"),
    (MAY, "claim:0000003", "claim:0000002", "column 'ID': found 'claim:0000002', expected an ide"),
    ("schema.ofn", "SubClassOf(h:DiseaseKind h:Kind)", "SubClassOf(h:Di", "schema.ofn is not func"),
    (
        "schema.ofn",
        "SubClassOf(h:DiseaseKind h:Kind)",
        "SubClassOf(owl:Thing h:Kind)",
        "SubClassOf(owl:Thing …) is not supported",
    ),
    (
        "schema.ofn",
        "SubClassOf(h:DiseaseKind h:Kind)",
        "SubClassOf(h:DiseaseKind h:FindingKind)",
        "in",
    ),
    (EXTERNAL, "h:DiseaseKind\tTOY:0000001", "h:DiseaseKind\tTOY:0000099", "rows for all it ment"),
    (EXTERNAL, "glow disease", "glow\x0bdisease", "found 'the control character U+000B', expected"),
    (EXTERNAL, "\tVersion\t", "\tEdition\t", "expected a column 'Version'"),
    (EXTERNAL, "toy.obo.gz", "toys.obo.gz", "column 'Home': found 'toys.obo.gz', expected a file"),
    (
        TYPICAL,
        "AT h:line^^xsd:integer",
        "AT h:line^^xsd:integre",
        "expected a datatype of XML Sche",
    ),
    (
        EXTERNAL,
        "A oboInOwl:hasExactSynonym",
        "A h:synonim",
        "expected a property that schema.ofn decl",
    ),
    (
        TYPICAL,
        "doc:900\t1\t",
        "dok:900\t1\t",
        "column 'Document': found 'dok:900', expected a known",
    ),
    ("prefixes.tsv", "prefix\tnamespace", "prefix\taddress", "expected a column 'namespace'"),
    ("prefixes.tsv", "TOY\thttp", "Claim\thttp://x/\nTOY\thttp", "expected a prefix of its own"),
    ("prefixes.tsv", "https://w3id.org/heliotrope/KG_", "nowhere", "expected an absolute IRI"),
    # HermiT looks for the axioms that empty it.
    parameter(
        (
            "schema.ofn",
            DISJOINT,
            DISJOINT + ODD,
            "<https://w3id.org/heliotrope/vocab/Odd> can have no member",
        )
    ),
    ("schema.ofn", DISJOINT, DISJOINT + CIRCLE, "is below itself"),
    ("sources.tsv", "900_toy.txt", "901_toy.txt", "901_toy.txt is not in sources/. Put it there."),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), BAD)
def test_bad_input_is_refused_by_name_and_the_last_release_stays(
    places: Places, file: str, old: str, new: str, message: str
) -> None:
    made = build.build(places)
    before = sorted(places.build.iterdir())
    edit(places, file, old, new)
    with pytest.raises(BuildError) as caught:
        build.build(places)
    assert message in str(caught.value)
    assert release.current(places.build).digest == made.digest
    assert sorted(places.build.iterdir()) == before


@pytest.mark.long
def test_what_hermit_alone_concludes_has_a_proof_by_hermit(places: Places) -> None:
    edit(places, "schema.ofn", DISJOINT, DISJOINT + ONLY_HERMIT)
    said: list[str] = []
    made = build.build(places, said.append)
    seen, patient = (
        f"https://w3id.org/heliotrope/vocab/{name}" for name in ("Seen", "LesionPatient")
    )
    assert [line for line in said if line.startswith("HermiT alone concludes")] == [
        f"HermiT alone concludes <{seen}> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <{patient}>"
    ]
    known = knowledge.read(made.file(knowledge.FILE))
    closure = known.saturation().finish()
    (fact,) = closure.find(seen, SUBCLASS, patient)
    found = Justifier(closure, cut=known.cut).of(fact)
    assert found.complete
    (leaves,) = found.sets
    assert len(leaves) == 3
    step = Justifier(closure).proof(fact, leaves).step
    assert step is not None
    assert step.rule == "HermiT"
    assert (
        ' <https://w3id.org/heliotrope/vocab/rule> "HermiT" ' in made.file("graph.nq").read_text()
    )


@pytest.mark.long
def test_without_documents_and_home_files_the_build_says_what_it_did_not_verify(
    places: Places, tmp_path: Path
) -> None:
    absent = tmp_path / "absent"
    loose = dataclasses.replace(
        places, sources=absent, external=absent, strict=False, build=tmp_path / "loose"
    )
    said: list[str] = []
    assert build.build(loose, said.append).counts["claims"] > 0
    assert said[:2] == [
        "documents are not at hand: spans are not verified (HELIOTROPE_SOURCES names a folder)",
        "toy.obo.gz is not at hand: 4 identifiers are not verified against it",
    ]
    with pytest.raises(BuildError, match=r"The documents are not at hand\."):
        build.build(dataclasses.replace(loose, strict=True, build=tmp_path / "other"))


@pytest.mark.long
def test_a_damaged_release_is_built_again(places: Places) -> None:
    made = build.build(places)
    for name in ("search.sqlite", "graph.nq"):
        made.file(name).write_bytes(b"")
        assert build.build(places).digest == made.digest
        assert release.whole(release.current(places.build))
    (made.path / "graph.nq").unlink()
    assert build.build(places).digest == made.digest
    assert release.whole(release.current(places.build))
