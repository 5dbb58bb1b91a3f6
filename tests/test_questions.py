"""The competency questions: of the real release, of one with a premise less, of one renamed."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kg_service import names, queries, release
from kg_service.pipeline import build
from kg_service.pipeline.build import Places
from kg_service.release import Release
from tests.questions import FOLDER, Rows, ask, expected

ROOT = Path(__file__).parents[1]
QUESTIONS = queries.load(FOLDER)
TITLE = "title-question"
Edit = Callable[[Path], None]


@pytest.fixture(scope="module")
def real() -> Release:
    return release.current(ROOT / "build")


def asked(made: Release, name: str, folder: Path = FOLDER) -> Rows:
    prefixes = json.loads(made.file("prefixes.json").read_text("utf-8"))
    return ask(made, names.Names(prefixes), queries.load(folder)[name])


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_its_expected_answer(real: Release, name: str) -> None:
    assert asked(real, name) == expected(name)


def conditions(rows: Rows) -> list[str]:
    place = rows[0].index("condition")
    return [row[place] for row in rows[1:]]


def changed(folder: Path, edit: Edit) -> Release:
    """A release built from a copy of the ontology that `edit` has changed."""
    for name in ("ontology", "sparql"):
        shutil.copytree(ROOT / name, folder / name)
    edit(folder / "ontology")
    absent = folder / "absent"
    return build.build(Places(folder, absent, absent, folder / "build"))


def without(file: str, *identifiers: str) -> Edit:
    """Take rows out of a table."""

    def edit(folder: Path) -> None:
        path = folder / "tables" / file
        lines = path.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if line.split("\t")[0] not in identifiers]
        assert len(lines) - len(kept) == len(identifiers)
        path.write_text("".join(kept), "utf-8")

    return edit


CIM, JDM, ADM, MDM = "kg:0000010", "MONDO:0008054", "MONDO:0043317", "kg:0000012"


@pytest.mark.parametrize(
    ("file", "rows", "gone"),
    [
        # That the look-alike rash resembles a heliotrope rash is what lets it meet the criterion.
        ("claims/resembles.tsv", ["claim:0000025"], {CIM}),
        # Low titres of autoantibodies at large are what covers the antinuclear antibody.
        ("claims/mayPresentWithAny.tsv", ["claim:0000026"], {CIM}),
        # The subtypes answer only by what they inherit as characteristic.
        (
            "claims/characteristicallyPresentsWithAny.tsv",
            ["claim:0000023"],
            {JDM, "MONDO:0043317", "kg:0000012"},
        ),
    ],
)
def test_a_premise_less_changes_the_answer(
    tmp_path: Path, real: Release, file: str, rows: list[str], gone: set[str]
) -> None:
    poorer = changed(tmp_path, without(file, *rows))
    before, after = conditions(asked(real, TITLE)), conditions(asked(poorer, TITLE))
    assert set(before) - set(after) == gone
    assert set(after) <= set(before)


def test_renaming_every_term_renames_the_answer_and_nothing_else(
    tmp_path: Path, real: Release
) -> None:
    """Identifiers of terms and labels are changed throughout: no code may know any of them."""

    def renamed(text: str) -> str:
        text = re.sub(r"\b(MONDO|HP|CHEBI|NCIT|UBERON|MAXO|OBI)([:_])(\d+)", r"\1\g<2>9\3", text)
        return re.sub(r"\b(kg:|KG_)(\d{7})\b", r"\g<1>9\2", text)

    def edit(folder: Path) -> None:
        words = {"dermatomyositis": "sitisoymotamred", "heliotrope": "eportoileh", "rash": "hsar"}
        for path in [*folder.rglob("*.tsv"), *folder.rglob("*.ofn")]:
            text = renamed(path.read_text("utf-8"))
            for old, new in words.items():
                text = re.sub(rf"(?<![/.\w]){old}(?![/.\w])", new, text)
            path.write_text(text, "utf-8")
        for path in (folder.parent / "sparql").rglob("*.rq"):
            path.write_text(renamed(path.read_text("utf-8")), "utf-8")

    made = changed(tmp_path, edit)
    rows = asked(made, TITLE, tmp_path / "sparql" / "questions")
    assert conditions(rows)[0] == "MONDO:90016367"
    assert rows[1][rows[0].index("label")] == "sitisoymotamred"
    assert sorted(conditions(rows)) == sorted(renamed(c) for c in conditions(asked(real, TITLE)))
