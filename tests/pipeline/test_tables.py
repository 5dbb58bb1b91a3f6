"""Tables are read strictly, and an error says where."""

from pathlib import Path

import pytest

from kg_service.errors import TableError
from kg_service.pipeline import tables

GOOD = "ID\tLabel\nID\tA rdfs:label\nkg:1\tone\nkg:2\ttwo\n"


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "tables" / "t.tsv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_rows_know_their_file_and_their_number_as_editors_count(tmp_path: Path) -> None:
    table = tables.read(write(tmp_path, GOOD), tmp_path)
    assert table.file == "tables/t.tsv"
    assert table.templates == {"ID": "ID", "Label": "A rdfs:label"}
    assert [(row.number, row.cells["Label"]) for row in table.rows] == [(3, "one"), (4, "two")]
    assert table.column("A rdfs:label") == "Label"


def test_a_table_with_one_header_row_has_empty_templates(tmp_path: Path) -> None:
    path = write(tmp_path, "prefix\tnamespace\nkg\thttps://example.org/\n")
    table = tables.read(path, tmp_path, header_rows=1)
    assert table.templates == {"prefix": "", "namespace": ""}
    assert table.rows[0].number == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "kg:3\n", "tables/t.tsv:5: column 'ID': found '1 cells', expected 2 cells"),
        (GOOD + "kg:3\t three\n", "tables/t.tsv:5: column 'Label': found ' three', expected no bl"),
        (GOOD + "kg:2\tagain\n", "t.tsv:5: column 'ID': found 'kg:2', expected an identifier used"),
        (GOOD + "kg:1\tlow\n", "found 'kg:1', expected rows sorted by identifier; 'kg:2' stands"),
        (GOOD + "\tnone\n", "tables/t.tsv:5: column 'ID': found '', expected an identifier."),
        (GOOD[:-1], "tables/t.tsv:4: column '': found 'no line end'"),
        (GOOD.replace("\n", "\r\n"), "tables/t.tsv:1: column '': found 'a carriage return'"),
        ("ID\tID\nID\tID\n", "tables/t.tsv:1: column 'ID': found 'ID', expected a column name,"),
        ("ID\tLabel\nID\n", "tables/t.tsv:2: column '': found '1 cells', expected 2 template"),
        ("ID\tLabel\n", "tables/t.tsv:1: column '': found '1 rows', expected 2 header rows"),
        (GOOD.encode() + b"kg:3\t\xff\n", "tables/t.tsv:5: column '': found 'bytes that are not"),
    ],
)
def test_a_malformed_table_is_refused_with_its_place(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(TableError) as caught:
        tables.read(write(tmp_path, text), tmp_path)
    assert message in str(caught.value)


def test_numbers_in_identifiers_are_ordered_by_their_value_where_asked(tmp_path: Path) -> None:
    text = "ID\tLabel\nID\tLABEL\nkg:9\tnine\nkg:10\tten\n"
    path = write(tmp_path, text)
    read = tables.read(path, tmp_path, order=tables.natural)
    assert [row.cells["ID"] for row in read.rows] == ["kg:9", "kg:10"]
    with pytest.raises(TableError, match="expected rows sorted by identifier; 'kg:9' stands"):
        tables.read(path, tmp_path)
    path = write(tmp_path, text.replace("kg:9\t", "kg:11\t"))
    with pytest.raises(TableError, match="expected rows sorted by identifier; 'kg:11' stands"):
        tables.read(path, tmp_path, order=tables.natural)
