"""Mappings are held against the files that show them; what is wrong is refused by cell."""

import dataclasses
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from kg_service.errors import IdentifierError, TableError
from kg_service.names import Names, from_table
from kg_service.pipeline import build, mappings, ontology, sssom
from kg_service.pipeline.build import Places
from kg_service.pipeline.mappings import OurTerms
from kg_service.pipeline.sssom import MappingSet
from kg_service.pipeline.vocabularies import Vocabularies

ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests" / "toy"
SET = (TOY / "mappings" / "toy.sssom.tsv").read_text("utf-8")
OBO = "http://purl.obolibrary.org/obo/"
KG = "https://w3id.org/heliotrope/KG_"
NAMES = Names(
    {
        "DOID": OBO + "DOID_",
        "MONDO": OBO + "MONDO_",
        "ICD10CM": "http://purl.bioontology.org/ontology/ICD10CM/",
        "kg": KG,
    }
)
LABELS = {KG + "0000101": "glass fever", KG + "0000201": "blue rash"}
OURS = OurTerms(
    LABELS,
    {
        KG + "0000101": frozenset({"glass fever", "vitreous fever"}),
        KG + "0000201": frozenset({"blue rash"}),
    },
)
SHOWN = (
    "#curie_map:\nsubject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\n"
    "mondo:0999999\tGlass Fever\tskos:exactMatch\tkg:0000101\tglass fever\n"
    "mondo:0999996\tFever\tskos:narrowMatch\tkg:0000101\tglass fever\n"
)
WRONG = (
    "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\n"
    "mondo:0999995\tskos:exactMatch\tNot\tkg:0000101\n"
)
MONDO = {
    "MONDO:0999994": {"label": "obsolete glass", "deprecated": True, "replaced_by": "MONDO:1"},
    "MONDO:0999995": {"label": "Glass Feather", "deprecated": False},
    "MONDO:0999996": {"label": "Fever", "deprecated": False},
    "MONDO:0999997": {"label": "Rash", "deprecated": False},
    "MONDO:0999999": {"label": "Glass Fever", "deprecated": False},
}
REGISTRY = {"mondo": {"pattern": r"^\d{7}$"}, "doid": {"pattern": r"^\d+$"}}
FILES = {
    "toy.sssom.tsv.gz": SHOWN,
    "toy.cxg.json.gz": json.dumps(MONDO),
    "toy.obo.gz": '\n[Term]\nid: MONDO:0999999\nname: x\nxref: DO:0999998 {source="x"}\n',
    "names.tsv.gz": "0999999\tGlass Fever\tVitreous Fever|Glassy\n0999997\tRash\t\n",
    "mappings/negative.sssom.tsv.gz": WRONG,
    "registry/bioregistry-subset.json.gz": json.dumps(REGISTRY),
}
README = "| `toy.obo.gz` | toy | 2025 |\n| `toy.cxg.json.gz` | toy | 2026 |\n"


@pytest.fixture
def external(tmp_path: Path) -> Path:
    folder = tmp_path / "external"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode()))
    (folder / "README.md").write_text(README)
    return folder


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., MappingSet]:
    """The toy set with some of its text replaced, read again."""

    def edited(*changes: tuple[str, str]) -> MappingSet:
        text = SET
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "toy.sssom.tsv"
        path.write_text(text, "utf-8")
        return sssom.read(path, tmp_path)

    return edited


def against(found: MappingSet, external: Path, strict: bool = True) -> dict[str, int]:
    spellings = {"do": "DOID"}
    vocabularies = Vocabularies(external, NAMES, spellings, mappings.starts([found]))
    return mappings.verify_against(found, OURS, vocabularies, strict)


def test_a_set_as_the_files_show_it_passes(read: Callable[..., MappingSet], external: Path) -> None:
    found = read()
    mappings.verify(found, OURS, NAMES)
    assert against(found, external) == {}


# The cross-reference that goes over the exact match rests on nothing any more.
DIRECT = ("toy.obo.gz\t2025\tMONDO:0999999", "\t\t")
EXACT_ROW = "skos:exactMatch\tMONDO:0999999"
LAST = "kg:0000201\tblue rash\tskos:broadMatch\tMONDO:0999997\tRash"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            [("fever\tskos", "Fever\tskos")],
            ":27: column 'subject_label': found 'glass Fever', expe",
        ),
        (
            [("kg:0000201", "kg:0000202")],
            ":28: column 'subject_id': found 'kg:0000202', expected one",
        ),
        (
            [("DOID:0999998", "DO:0999998")],
            ":26: column 'object_id': found 'DO:0999998', expected a",
        ),
        ([("skos:exactMatch", "skos:sameMatch")], "column 'predicate_id': found 'skos:sameMatch'"),
        ([("ManualMappingCuration", "Guess")], "'mapping_justification': found 'semapv:Guess'"),
        (
            [("0000101\tglass fever\toboInOwl:hasDbXref", "0000101\tglass fever\tskos:x")],
            "'skos:x'",
        ),
        ([("semapv:MappingChaining", "semapv:UnspecifiedMatching")], ":26: column 'via': found"),
        (
            [("\t2025\tMONDO:0999999", "\t2025\t")],
            "column 'via': found '', expected a term between",
        ),
        (
            [("\t2026\t\ttoy.cxg.json.gz\nkg", "\t\t\ttoy.cxg.json.gz\nkg")],
            "'shown_by_version': found",
        ),
        ([("\ttoy.cxg.json.gz\nkg:0000201", "\t\nkg:0000201")], None),
        (
            [(LAST, LAST.replace("broad", "exact"))],
            ":28: column 'shown_by': found '', expected a file",
        ),
        (
            [
                (
                    "#  DOID: http://purl.obolibrary.org/obo/DOID_",
                    "#  DOID: https://disease.example/",
                )
            ],
            "column 'curie_map DOID': found 'https://disease.example/', expected http://purl",
        ),
        (
            [
                ("oboInOwl:hasDbXref\tDOID:0999998\t", "skos:exactMatch\tMONDO:0999996\t"),
                ("semapv:MappingChaining", "semapv:ManualMappingCuration"),
                ("\t2025\tMONDO:0999999", "\t2025\t"),
            ],
            ":27: column 'predicate_id': found 'skos:exactMatch', expected one exact match in",
        ),
        (
            [
                (LAST, LAST.replace("broad", "exact").replace("0999997", "0999999")),
                ("\t2026\t\t\t\t\ttoy", "\t2026\t\ttoy.obo.gz\t2025\t\ttoy"),
            ],
            ":28: column 'object_id': found 'MONDO:0999999', expected an object of its own; kg:",
        ),
    ],
)
def test_a_set_is_held_against_itself_and_our_terms(
    read: Callable[..., MappingSet], changes: list[tuple[str, str]], message: str | None
) -> None:
    found = read(*changes)
    if message is None:
        mappings.verify(found, OURS, NAMES)
        return
    with pytest.raises(TableError) as caught:
        mappings.verify(found, OURS, NAMES)
    assert message in str(caught.value)


def test_a_class_of_statistics_is_exact_under_one_name_only(
    read: Callable[..., MappingSet],
) -> None:
    prefix = ("#  MONDO:", "#  ICD10CM: http://purl.bioontology.org/ontology/ICD10CM/\n#  MONDO:")
    code = (f"{EXACT_ROW}\tGlass Fever", "skos:exactMatch\tICD10CM:M99\tVitreous fever")
    mappings.verify(read(prefix, code), OURS, NAMES)
    other = (f"{EXACT_ROW}\tGlass Fever", "skos:exactMatch\tICD10CM:M99\tGlassy disorders")
    with pytest.raises(TableError, match="expected no skos:exactMatch of a class of statistics"):
        mappings.verify(read(prefix, other), OURS, NAMES)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            [(LAST, LAST.replace("0999997", "0999994"))],
            ":28: column 'object_id': found 'MONDO:0999994', expected a term that is not obsolete "
            "in toy.cxg.json.gz; MONDO:1 replaces it.",
        ),
        (
            [(LAST, LAST.replace("0999997", "0999993"))],
            "found 'MONDO:0999993', expected an identifier that toy.cxg.json.gz has.",
        ),
        (
            [(LAST, LAST.replace("Rash", "rash"))],
            ":28: column 'object_label': found 'rash', expected 'Rash', as the files have it.",
        ),
        (
            [
                DIRECT,
                (f"{EXACT_ROW}\tGlass Fever", "skos:exactMatch\tMONDO:0999995\tGlass Feather"),
            ],
            "'MONDO:0999995', expected no look-alike: kg:0000101 and MONDO:0999995 are told apart.",
        ),
        (
            [(LAST, LAST.replace("0999997", "A99.9"))],
            "found 'MONDO:A99.9', expected what bioregistry:mondo matches:",
        ),
        (
            [("bioregistry:doid", "bioregistry:do")],
            ":26: column 'object_source': found 'bioregistry:do', expected bioregistry:… that",
        ),
        (
            [("\t2025\tMONDO", "\t2024\tMONDO")],
            ":26: column 'shown_by_version': found '2024', expected the version of toy.obo.gz in",
        ),
        (
            [("toy.sssom.tsv.gz", "nowhere.sssom.tsv.gz")],
            ":27: column 'shown_by': found 'nowhere.sssom.tsv.gz', expected a file of external/",
        ),
        (
            [("DOID:0999998", "DOID:0999997")],
            ":26: column 'shown_by': found 'toy.obo.gz', expected a file that maps MONDO:",
        ),
        (
            [("oboInOwl:hasDbXref", "skos:exactMatch")],
            ":26: column 'predicate_id': found 'skos:exactMatch', expected no more than oboIn",
        ),
        (
            [DIRECT, (f"{EXACT_ROW}\tGlass Fever", "skos:exactMatch\tMONDO:0999996\tFever")],
            ":27: column 'predicate_id': found 'skos:exactMatch', expected no more than skos:broad",
        ),
        (
            [(EXACT_ROW, "skos:closeMatch\tMONDO:0999999"), ("Made up.", "")],
            ":26: column 'via': found 'MONDO:0999999', expected a term of which this set says that",
        ),
        (
            [
                (EXACT_ROW, "skos:closeMatch\tMONDO:0999999"),
                ("Made up.", ""),
                DIRECT,
            ],
            ":27: column 'comment': found '', expected the reason why it is not skos:exactMatch.",
        ),
        (
            [
                (f"{LAST}\tsemapv:ManualMappingCuration", f"{LAST}\tsemapv:LexicalMatching"),
                ("\t2026\t\t\t\t\ttoy", "\t2026\t\tnames.tsv.gz\t2026\t\ttoy"),
            ],
            ":28: column 'shown_by': found 'names.tsv.gz', expected a file in which MONDO:",
        ),
    ],
)
def test_a_mapping_that_the_files_do_not_show_is_refused(
    read: Callable[..., MappingSet],
    external: Path,
    changes: list[tuple[str, str]],
    message: str,
) -> None:
    with pytest.raises(TableError) as caught:
        against(read(*changes), external)
    assert message in str(caught.value)


def test_a_name_in_common_shows_a_lexical_match(
    read: Callable[..., MappingSet], external: Path
) -> None:
    lexical = (
        "Glass Fever\tsemapv:ManualMappingCuration",
        "Glass Fever\tsemapv:LexicalMatching",
    )
    assert against(read(lexical, ("toy.sssom.tsv.gz", "names.tsv.gz")), external) == {}


def test_less_than_a_file_shows_may_be_said_with_a_reason(
    read: Callable[..., MappingSet], external: Path
) -> None:
    found = read((EXACT_ROW, "skos:relatedMatch\tMONDO:0999999"))
    found = dataclasses.replace(found, rows=found.rows[1:])
    assert against(found, external) == {}


def test_absent_files_are_counted_and_the_rest_is_verified(
    read: Callable[..., MappingSet], external: Path
) -> None:
    (external / "toy.obo.gz").unlink()
    (external / "registry" / "bioregistry-subset.json.gz").unlink()
    (external / "registry").rmdir()
    found = read((LAST, LAST.replace("Rash", "rash")))
    with pytest.raises(TableError, match="'rash', expected 'Rash'"):
        against(found, external, strict=False)
    assert against(read(), external, strict=False) == {
        "toy.obo.gz": 1,
        "registry/bioregistry-subset.json.gz": 3,
    }


def test_a_file_that_has_no_mappings_is_refused_by_kind(
    read: Callable[..., MappingSet], external: Path
) -> None:
    with pytest.raises(IdentifierError, match=r"toy\.cxg\.json\.gz: no reader for mappings\."):
        against(read(("toy.sssom.tsv.gz", "toy.cxg.json.gz")), external)


# The build, from the toy folder to a release.


def with_mappings(places: Places) -> Places:
    folder = places.root / "ontology" / "mappings"
    folder.mkdir()
    text = SET.replace("kg:0000101\tglass fever", "kg:0000101\tglow").replace("kg:", "TOY:")
    text = text.replace("TOY:0000101\tglow", "TOY:0000003\tglow")
    text = text.replace("TOY:0000201\tblue rash", "TOY:0000004\thum")
    text = text.replace("#  TOY: " + KG, f"#  TOY: {OBO}TOY_")
    text = text.replace("toy.obo.gz", "absent.obo.gz")
    (folder / "toy.sssom.tsv").write_text(text, "utf-8")
    prefixes = places.root / "ontology" / "prefixes.tsv"
    lines = prefixes.read_text("utf-8").splitlines()
    added = [f"DOID\t{OBO}DOID_", f"MONDO\t{OBO}MONDO_"]
    prefixes.write_text("\n".join([*lines[:1], *sorted(lines[1:] + added)]) + "\n", "utf-8")
    return places


def test_mappings_are_a_graph_and_files_of_the_release(places: Places) -> None:
    loose = dataclasses.replace(with_mappings(places), strict=False)
    said: list[str] = []
    made = build.build(loose, said.append)
    source = places.root / "ontology" / "mappings" / "toy.sssom.tsv"
    assert made.file("toy.sssom.tsv").read_bytes() == source.read_bytes()
    store = Store()
    store.load(path=made.file("graph.nq"), format=RdfFormat.N_QUADS)
    triple = (
        NamedNode(OBO + "TOY_0000003"),
        NamedNode("http://www.w3.org/2004/02/skos/core#exactMatch"),
        NamedNode(OBO + "MONDO_0999999"),
    )
    assert Quad(*triple, NamedNode("https://w3id.org/heliotrope/graph/mappings")) in store
    assert "mappings is not at hand: 3 mappings of toy are not verified in it" in said


def test_a_strict_build_wants_the_files_and_a_failed_one_publishes_nothing(places: Places) -> None:
    before = sorted(places.build.rglob("*"))
    with pytest.raises(TableError, match=r"toy\.sssom\.tsv:26: column 'shown_by': found 'absent"):
        build.build(with_mappings(places))
    assert sorted(places.build.rglob("*")) == before


# The sets of this repository, held against themselves; a build holds them against the files.


@pytest.fixture(scope="module")
def ours() -> tuple[MappingSet, ...]:
    folder = ontology.read(ROOT / "ontology")
    terms = mappings.terms(folder, ontology.assemble(folder, {}).labels)
    sets = mappings.read(ROOT / "ontology")
    for found in sets:
        mappings.verify(found, terms, from_table(ROOT / "ontology" / "prefixes.tsv"))
    return sets


def test_dermatomyositis_has_the_identifiers_that_files_show(ours: tuple[MappingSet, ...]) -> None:
    assert [found.name for found in ours] == ["relations", "terms"]
    rows = [r.cells for r in ours[1].rows if r.cells["subject_id"] == "MONDO:0016367"]
    assert {(row["predicate_id"], row["object_id"]) for row in rows} == {
        ("skos:exactMatch", "DOID:10223"),
        ("skos:broadMatch", "ICD10CM:M33"),
        ("skos:exactMatch", "MESH:D003882"),
        ("skos:exactMatch", "NCIT:C26744"),
        ("skos:exactMatch", "ORPHA:221"),
        ("skos:exactMatch", "SNOMEDCT:396230008"),
        ("oboInOwl:hasDbXref", "SNOMEDCT:38826005"),
        ("skos:exactMatch", "UMLS:C0011633"),
    }


def test_an_antibody_is_no_match_of_the_finding_that_it_is_there(
    ours: tuple[MappingSet, ...],
) -> None:
    rows = [r.cells for r in ours[1].rows if r.cells["object_id"] == "HP:0034152"]
    assert [(r["subject_id"], r["predicate_id"]) for r in rows] == [
        ("kg:0000043", "skos:relatedMatch")
    ]


def test_no_relation_between_kinds_is_exactly_one_between_instances(
    ours: tuple[MappingSet, ...],
) -> None:
    rows = [r.cells for r in ours[0].rows]
    assert {r["predicate_id"] for r in rows} == {
        f"skos:{x}Match" for x in ("close", "broad", "narrow", "related")
    }
    relations = {r["object_id"] for r in rows if r["subject_id"] == "h:mayPresentWith"}
    assert relations == {"RO:0002200", "SIO:001279", "biolink:has_phenotype"}
