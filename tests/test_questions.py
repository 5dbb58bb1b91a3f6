"""The competency questions: of the real release, of one with premises less, of one renamed."""

import importlib
import importlib.util
import json
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from kg_service import names, queries, release
from kg_service.logic import hermit
from kg_service.pipeline import build
from kg_service.pipeline.build import Places
from kg_service.release import Release
from tests.questions import FOLDER, Premise, Rows, ask, expected

ROOT = Path(__file__).parents[1]
QUESTIONS = queries.load(FOLDER)
Builder = Callable[[int], Release]


def premises(name: str) -> list[Premise]:
    """`PREMISES` of a module beside this one; none while it is not there."""
    if importlib.util.find_spec(f"tests.{name}") is None:
        return []
    return [Premise(*given) for given in importlib.import_module(f"tests.{name}").PREMISES]


# A build costs most of the time here: the second module shares its first with the other's second.
PREMISES = premises("premises_a") + [p._replace(build=p.build + 1) for p in premises("premises_b")]
CHANGES = sorted({(p.build, p.question) for p in PREMISES})


@pytest.fixture(scope="module")
def real() -> Release:
    return release.current(ROOT / "build")


def asked(made: Release, name: str, folder: Path = FOLDER) -> Rows:
    prefixes = json.loads(made.file("prefixes.json").read_text("utf-8"))
    return ask(made, names.Names(prefixes), queries.load(folder)[name])


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_its_expected_answer(real: Release, name: str) -> None:
    assert asked(real, name) == expected(name)


@pytest.mark.parametrize(
    ("name", "old", "new", "labels"),
    [
        # The pancreas belongs to the digestive system and not to the gastrointestinal tract.
        (
            "q19-associated-cancers-of-an-organ-system",
            "MONDO:0002516",
            "KG_0000222",
            ["gastric cancer", "gastrointestinal tract cancer"],
        ),
        ("q13-muscle-biopsy-findings", "MAXO:0000387", "KG_0000085", ["Muscular edema"]),
        (
            "q26-consequences-of-a-finding",
            "kg:0000206",
            "KG_0000207",
            ["Dyspnea", "breathing disturbance"],
        ),
        ("q09-first-line-steroid-sparing-agents", "kg:0000064", "KG_0000223", []),
    ],
)
def test_a_question_answers_for_another_term(
    real: Release, tmp_path: Path, name: str, old: str, new: str, labels: list[str]
) -> None:
    text = (FOLDER / f"{name}.rq").read_text("utf-8")
    assert old in text
    iri = f"<https://w3id.org/heliotrope/{new}>"
    (tmp_path / f"{name}.rq").write_text(text.replace(old, iri), "utf-8")
    rows = asked(real, name, tmp_path)
    assert [row[rows[0].index("label")] for row in rows[1:]] == labels


def copied(folder: Path) -> Path:
    """A copy of what a release is built from; gives the folder of the ontology."""
    for name in ("ontology", "sparql"):
        shutil.copytree(ROOT / name, folder / name)
    return folder / "ontology"


def built(folder: Path) -> Release:
    """A release of a changed copy. HermiT judges the real one; here it would take most of the time."""
    absent = folder / "absent"
    silent = hermit.Verdict(frozenset(), frozenset(), frozenset())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hermit, "decide", lambda *_, **__: silent)
        return build.build(Places(folder, absent, absent, folder / "build"))


def take(path: Path, taken: str) -> None:
    """Take a row out of a table, or a parent out of a row, or an axiom out of the schema."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    if path.suffix == ".ofn":
        kept = [line for line in lines if line.strip() != taken]
        assert len(lines) - len(kept) == 1, taken
    elif " < " in taken:
        child, parent = taken.split(" < ")
        place = lines[0].split("\t").index("Parents")
        kept = list(lines)
        (number,) = (n for n, line in enumerate(lines) if line.split("\t")[0] == child)
        cells = lines[number].split("\t")
        parents = cells[place].split("|")
        parents.remove(parent)
        cells[place] = "|".join(parents)
        kept[number] = "\t".join(cells)
    else:
        kept = [line for line in lines if line.split("\t")[0] != taken]
        assert len(lines) - len(kept) == 1, taken
    path.write_text("".join(kept), "utf-8")


def forget(path: Path, taken: set[str]) -> None:
    """Conflicts about a claim that is gone are gone as well."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    named = re.compile(r"claim:\d+")
    kept = [line for line in lines if taken.isdisjoint(named.findall(line))]
    path.write_text("".join(kept), "utf-8")


@pytest.fixture(scope="module")
def poorer(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Releases without the premises of one build, each built once."""

    @cache
    def made(number: int) -> Release:
        folder = tmp_path_factory.mktemp("poorer")
        ontology = copied(folder)
        group = [p for p in PREMISES if p.build == number]
        for file, taken in dict.fromkeys((p.file, t) for p in group for t in p.taken):
            inside = ontology if file == "schema.ofn" else ontology / "tables"
            take(inside / file, taken)
        forget(ontology / "conflicts.tsv", {t for p in group for t in p.taken})
        return built(folder)

    return made


def columns(rows: Rows, header: tuple[str, ...]) -> set[tuple[str, ...]]:
    places = [rows[0].index(name) for name in header]
    return {tuple(row[place] for place in places) for row in rows[1:]}


@pytest.mark.long
@pytest.mark.parametrize(("number", "question"), CHANGES)
def test_premises_less_change_the_answer(
    real: Release, poorer: Builder, number: int, question: str
) -> None:
    group = [p for p in PREMISES if (p.build, p.question) == (number, question)]
    (header,) = {p.gone[0] for p in group}
    before = columns(asked(real, question), header)
    after = columns(asked(poorer(number), question), header)
    assert before - after == {row for p in group for row in p.gone[1:]}
    assert after - before == {row for p in group for row in p.come}


WORDS = ("dermatomyositis", "heliotrope", "rash", "prednisone", "corticosteroid", "cancer")
TERM = re.compile(r"\b(MONDO|HP|CHEBI|NCIT|UBERON|MAXO|OBI|PATO)([:_])(\d+)")
OWN = re.compile(r"\b(kg:|KG_)(\d{7})\b")
LABEL = re.compile(rf"(?<![/.\w])({'|'.join(WORDS)})(?![/.\w])")


def identifiers_renamed(text: str) -> str:
    return OWN.sub(r"\g<1>9\2", TERM.sub(r"\1\g<2>9\3", text))


TERMS = [ROOT / "ontology" / "tables" / f"{name}.tsv" for name in ("external", "own")]
LABELS = frozenset(
    line.split("\t")[1] for path in TERMS for line in path.read_text("utf-8").splitlines()[2:]
)


def relabelled(text: str) -> str:
    """Every cell that is the label of a term gets another word in front."""
    lines = (line.split("\t") for line in text.split("\n"))
    return "\n".join("\t".join(f"new {c}" if c in LABELS else c for c in line) for line in lines)


def renamed(text: str) -> str:
    return LABEL.sub(lambda found: found[1][::-1], identifiers_renamed(text))


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release in which every term has another identifier and another label; some words run backwards.

    Queries get the new identifiers and no new words: they know terms by identifier only.
    """
    folder = tmp_path_factory.mktemp("foreign")
    ontology = copied(folder)
    # A class of ICD-10-CM is exact only under the same name, which a new label is not.
    mappings = ontology / "mappings" / "terms.sssom.tsv"
    rows = mappings.read_text("utf-8").splitlines(keepends=True)
    exact = "skos:exactMatch\tICD10CM:"
    mappings.write_text("".join(row for row in rows if exact not in row), "utf-8")
    for path in [*ontology.rglob("*.tsv"), *ontology.rglob("*.ofn")]:
        path.write_text(renamed(relabelled(path.read_text("utf-8"))), "utf-8")
    for path in (folder / "sparql").rglob("*.rq"):
        path.write_text(identifiers_renamed(path.read_text("utf-8")), "utf-8")
    return built(folder)


@pytest.mark.long
@pytest.mark.parametrize("name", QUESTIONS)
def test_renaming_every_term_renames_the_answer_and_nothing_else(
    real: Release, foreign: Release, name: str
) -> None:
    """No code and no query may know a term but by the identifier in the query."""
    folder = foreign.path.parents[2] / "sparql" / "questions"
    header, *rows = asked(foreign, name, folder)
    before = asked(real, name)
    assert header == before[0]
    assert sorted(rows) == sorted(
        tuple(renamed(relabelled(cell)) for cell in row) for row in before[1:]
    )
    assert rows != before[1:]
