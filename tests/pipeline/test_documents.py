"""Spans are held against the documents, by code points."""

import hashlib
from pathlib import Path

import pytest

from kg_service.errors import DocumentError
from kg_service.pipeline import documents
from kg_service.pipeline.documents import Text

TEXT = Text("doc", "First line – here.\n\nThird has a rash,\nand a Rash.\n")


def test_lines_are_counted_from_one_and_offsets_are_code_points() -> None:
    assert TEXT.lines == 4
    assert TEXT.line_of(0) == 1
    assert TEXT.line_of(18) == 1
    assert TEXT.line_of(20) == 3
    assert TEXT.text[13:17] == "here"


def test_words_are_found_in_any_case_with_line_start_and_end() -> None:
    assert TEXT.find("RASH") == [(3, 32, 36), (4, 44, 48)]
    assert TEXT.find("absent") == []


def test_a_span_that_fits_has_no_fault() -> None:
    assert TEXT.fault(3, 32, 36) is None
    assert TEXT.fault(1, 0, 18) is None


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ((5, 32, 36), "a line from 1 to 4 of doc"),
        ((0, 32, 36), "a line from 1 to 4 of doc"),
        ((3, 36, 32), "start before end, within the 50 characters of doc"),
        ((3, 32, 99), "start before end, within the 50 characters of doc"),
        ((4, 32, 36), "a span within line 4; this one is on line 3"),
        ((3, 32, 48), "a span within line 3; this one is on line 3"),
        ((3, 31, 36), "a span without blanks at its ends"),
        ((3, 33, 36), "a span of whole words"),
        ((3, 32, 35), "a span of whole words"),
    ],
)
def test_a_span_that_does_not_fit_says_what_was_expected(
    place: tuple[int, int, int], fault: str
) -> None:
    assert TEXT.fault(*place) == fault


def test_a_document_is_loaded_only_when_its_digest_is_the_described_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("ä\n".encode())
    digest = hashlib.sha256("ä\n".encode()).hexdigest()
    assert documents.load(tmp_path, {"doc": ("a.txt", digest)})["doc"].text == "ä\n"
    with pytest.raises(DocumentError, match=r"is not the file that sources\.tsv describes"):
        documents.load(tmp_path, {"doc": ("a.txt", digest[::-1])})
    with pytest.raises(DocumentError, match=r"b\.txt is not in"):
        documents.load(tmp_path, {"doc": ("b.txt", digest)})
