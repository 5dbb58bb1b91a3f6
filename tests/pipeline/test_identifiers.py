"""External terms are held against their home files: wrong, obsolete, unknown ones are refused."""

import gzip
import json
from pathlib import Path

import pytest

from kg_service.errors import IdentifierError, TableError
from kg_service.pipeline import identifiers
from kg_service.pipeline.identifiers import HomeTerm
from kg_service.pipeline.tables import Row, Table

OBO = "http://purl.obolibrary.org/obo/"


def row(number: int = 3, **cells: str) -> Row:
    usual = {"ID": "X:1", "Label": "one", "Status": "active", "Version": "v1", "Home": "x.obo.gz"}
    return Row("external.tsv", number, usual | cells)


def packed(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_obo_terms_are_read_with_obsolescence_and_successor(tmp_path: Path) -> None:
    text = (
        "format-version: 1.4\n\n[Term]\nid: X:1\nname: one\n\n"
        "[Term]\nid: X:2\nname: obsolete two\nis_obsolete: true\nreplaced_by: X:1\n\n"
        "[Typedef]\nid: part_of\nname: part of\n"
    )
    assert identifiers.read_home(packed(tmp_path / "x.obo.gz", text)) == {
        "X:1": HomeTerm("one", False),
        "X:2": HomeTerm("obsolete two", True, "X:1"),
    }


def test_obo_graphs_terms_are_read_by_curie(tmp_path: Path) -> None:
    nodes = [
        {"id": OBO + "X_1", "lbl": "one"},
        {
            "id": OBO + "X_2",
            "lbl": "old",
            "meta": {
                "deprecated": True,
                "basicPropertyValues": [{"pred": OBO + "IAO_0100001", "val": OBO + "X_1"}],
            },
        },
    ]
    path = packed(tmp_path / "x.obographs.json.gz", json.dumps({"graphs": [{"nodes": nodes}]}))
    assert identifiers.read_home(path) == {
        "X:1": HomeTerm("one", False),
        "X:2": HomeTerm("old", True, "X:1"),
    }


def test_cellxgene_terms_and_tables_are_read(tmp_path: Path) -> None:
    terms = {"X:1": {"label": "one", "deprecated": False, "replaced_by": None}}
    path = packed(tmp_path / "x.cxg.json.gz", json.dumps(terms))
    assert identifiers.read_home(path) == {"X:1": HomeTerm("one", False)}
    assert identifiers.read_home(packed(tmp_path / "x.tsv.gz", "X:1\tone\tmore\n")) == {
        "X:1": HomeTerm("one", False)
    }


def test_a_file_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IdentifierError, match=r"x\.docx: no reader"):
        identifiers.read_home(tmp_path / "x.docx")


@pytest.mark.parametrize(
    ("cells", "home", "message"),
    [
        ({}, {}, "column 'ID': found 'X:1', expected an identifier that x.obo.gz has"),
        (
            {"Label": "One"},
            {"X:1": HomeTerm("one", False)},
            "column 'Label': found 'One', expected 'one', as x.obo.gz has it",
        ),
        (
            {},
            {"X:1": HomeTerm("one", True, "X:9")},
            "expected a term that is not obsolete in x.obo.gz; X:9 replaces it",
        ),
    ],
)
def test_a_term_that_differs_from_its_home_is_refused(
    cells: dict[str, str], home: dict[str, HomeTerm], message: str
) -> None:
    with pytest.raises(TableError) as caught:
        identifiers.verify([row(**cells)], home, "x.obo.gz")
    assert message in str(caught.value)


def test_a_term_as_its_home_has_it_passes() -> None:
    identifiers.verify([row()], {"X:1": HomeTerm("one", False)}, "x.obo.gz")


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"ID": "X:2"}, "column 'Label': found 'one', expected a label of its own; X:1 has"),
        ({"ID": "X:2", "Label": "two", "Status": "obsolete"}, "found 'obsolete', expected active"),
        ({"ID": "X:2", "Label": "two", "Version": ""}, "column 'Version': found '', expected a"),
        ({"ID": "X:2", "Label": "two", "Home": ""}, "column 'Home': found '', expected a value"),
    ],
)
def test_the_table_is_held_against_itself(second: dict[str, str], message: str) -> None:
    table = Table("external.tsv", {}, (row(), row(4, **second)))
    with pytest.raises(TableError) as caught:
        identifiers.homes(table)
    assert message in str(caught.value)
