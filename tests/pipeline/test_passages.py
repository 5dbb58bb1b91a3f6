"""Every word of a document is in a passage, and every passage has claims or a reason."""

import dataclasses
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg_service import __main__ as command
from kg_service.errors import SchemaError, TableError
from kg_service.pipeline import build, checks, documents, ontology, passages
from kg_service.pipeline.build import Places
from kg_service.pipeline.ontology import Asserted

FIRST = "doc:900#char=0,37\th:Passage\tdoc:900\t1\t0\t37\tsentence\t"
SECOND = "doc:900#char=38,65\th:Passage\tdoc:900\t2\t38\t65\tpart\t"
THIRD = "doc:900#char=66,101\th:Passage\tdoc:900\t2\t66\t101\tpart\t"
TABLE = "passages.tsv"
TYPICAL = "tables/claims/characteristicallyPresentsWith.tsv"
MAY = "tables/claims/mayPresentWith.tsv"
DENIED = "claim:0000003\th:Claim\tTOY:0000002\tpale lantern fever\th:mayPresentWith\tTOY:0000004"
CHECKS = Path(__file__).parents[2] / "sparql" / "checks"


def edit(places: Places, file: str, old: str, new: str) -> None:
    path = places.root / "ontology" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def drop(places: Places, file: str, start: str) -> None:
    path = places.root / "ontology" / file
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(start)]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), "utf-8")


def assembled(places: Places, *, texts: bool = True) -> Asserted:
    folder = ontology.read(places.root / "ontology")
    found = documents.load(places.sources, folder.documents) if texts else {}
    return ontology.assemble(folder, found)


def claims(asserted: Asserted) -> list[tuple[int, list[str]]]:
    return [(p.start, [c.rsplit("/")[-1] for c in p.claims]) for p in asserted.passages]


def test_a_passage_has_the_claims_whose_spans_are_in_it(places: Places) -> None:
    assert claims(assembled(places)) == [(0, ["0000001"]), (38, ["0000002"]), (66, ["0000003"])]


def test_a_claim_that_reaches_back_over_a_passage_belongs_to_the_one_it_ends_in(
    places: Places,
) -> None:
    edit(places, MAY, "\t73\t100", "\t61\t100")
    assert claims(assembled(places)) == [(0, ["0000001"]), (38, ["0000002"]), (66, ["0000003"])]
    drop(places, TYPICAL, "claim:0000002")
    with pytest.raises(TableError, match=r"no claim is read from doc:900#char=38,65\."):
        assembled(places)


REFUSED = [
    (SECOND, SECOND.replace("part", "verse"), "4: column 'Kind': found 'verse', expected one of"),
    (THIRD, THIRD + "boredom", "5: column 'Reason': found 'boredom', expected nothing, or one of"),
    (FIRST, FIRST + "advert", "3: column 'Reason': found 'advert', expected nothing, since claim:"),
    (FIRST, FIRST.replace("=0,37", "=0,36"), "3: column 'ID': found 'doc:900#char=0,36', expected"),
    (FIRST, FIRST.replace("\t0\t", "\t00\t"), "3: column 'Start': found '00', expected a whole"),
    (FIRST, FIRST.replace("\tdoc:900", "\tdoc:901"), "expected a document of sources.tsv"),
    (FIRST, FIRST.replace("\tdoc:900", "\tnix:900"), "column 'Document': found 'nix:900', expect"),
    (FIRST, FIRST.replace("\t0\t", "\tx\t"), "3: column 'Start': found 'x', expected a whole numb"),
    (FIRST, FIRST.replace("37", "35"), "3: column 'Line': found '1', expected a span of whole wor"),
    (FIRST, FIRST.replace("37", "38"), "column 'Line': found '1', expected a span without blanks"),
    (FIRST, FIRST.replace("\t1\t", "\t2\t"), "column 'Line': found '2', expected a span within"),
    (
        THIRD,
        THIRD.replace("66", "61"),
        "5: column 'Start': found '61', expected 65 or more, the end of the passage above.",
    ),
    (
        FIRST,
        FIRST.replace("37", "36"),
        "4: column 'Start': found 'doc:900 line 1, 36 to 37 in no passage', expected every word",
    ),
    (THIRD + "\n", "", "4: column 'Start': found 'doc:900 line 2, 66 to 72 in no passage'"),
    (f"{SECOND}\n{THIRD}", f"{THIRD}\n{SECOND}", "5: column 'ID': found 'doc:900#char=38,65'"),
    ("A h:passageKind", "", "passages.tsv:2: column 'ID': found 'ID', expected a column with"),
]


@pytest.mark.parametrize(("old", "new", "message"), REFUSED)
def test_a_wrong_row_is_refused_with_its_place(
    places: Places, old: str, new: str, message: str
) -> None:
    edit(places, TABLE, old, new)
    with pytest.raises(TableError) as caught:
        assembled(places)
    assert caught.value.file == TABLE
    assert message in str(caught.value)


def test_rows_with_neither_claims_nor_reason_are_all_named(places: Places) -> None:
    drop(places, MAY, "claim:0000003")
    drop(places, TYPICAL, "claim:0000001")
    with pytest.raises(TableError) as caught:
        assembled(places)
    assert str(caught.value) == (
        "passages.tsv:3: column 'Reason': found '', expected a reason, since no claim is read"
        " from doc:900#char=0,37; so in 1 more rows: 5."
    )
    edit(places, TABLE, FIRST, FIRST + "advert")
    edit(places, TABLE, THIRD, THIRD + "advert")
    assert [p.reason for p in assembled(places).passages] == ["advert", "", "advert"]


@pytest.mark.long
def test_a_world_without_its_documents_may_lack_claims_and_a_check_tells(places: Places) -> None:
    drop(places, MAY, "claim:0000003")
    loose = dataclasses.replace(places, sources=places.root / "absent", strict=False)
    _, found = checks.run(CHECKS, build.build(loose))
    (uncovered,) = (finding for finding in found if finding.check == "passage-uncovered")
    assert uncovered.shown == (
        "passage=<https://w3id.org/heliotrope/document/900#char=66,101> line"
        '="2"^^<http://www.w3.org/2001/XMLSchema#integer>',
    )


@pytest.mark.parametrize("place", ["1\t38\t64", "2\t14\t64", "2\t41\t102", "3\t41\t64"])
def test_a_claim_outside_the_passages_of_its_line_is_refused(places: Places, place: str) -> None:
    edit(places, TYPICAL, "2\t41\t64", place)
    with pytest.raises(TableError) as caught:
        assembled(places, texts=False)
    line = place[0]
    assert (caught.value.file, caught.value.row, caught.value.column) == (TYPICAL, 4, "Start")
    assert caught.value.expected == (
        f"a span within passages of doc:900, line {line}: see passages.tsv"
    )


def test_a_kind_without_a_label_is_refused(places: Places) -> None:
    label = 'AnnotationAssertion(rdfs:label h:partPassage "part")\n'
    edit(places, "schema.ofn", label, "")
    with pytest.raises(SchemaError, match=r"vocab/partPassage> is of h:PassageKind and has no lab"):
        assembled(places)


def test_bullets_and_numbers_at_the_start_of_a_line_need_no_passage() -> None:
    text = documents.Text("doc", "  • One.\n 2. Two 3. x\n\nFour • five")
    spans = [(4, 8), (13, 16), (23, 27)]
    assert list(passages.gaps(spans, text)) == [(2, 17, 19), (2, 20, 21), (4, 30, 34)]
    assert list(passages.gaps([(0, 34)], text)) == []


def test_the_release_has_the_coverage_report_and_the_passages(places: Places) -> None:
    drop(places, MAY, "claim:0000003")
    edit(places, TABLE, THIRD, THIRD + "advert")
    edit(places, TYPICAL, "\t2\t41\t64", "\t1\t0\t36")
    edit(places, TABLE, SECOND, SECOND + "advert")
    said: list[str] = []
    made = build.build(places, said.append)
    assert said[-1].endswith(" triples, 2 claims, 3 passages")
    assert made.file("coverage.tsv").read_text("utf-8") == (
        "document\tline\tstart\tend\tclaims\treason\n"
        "doc:900\t1\t0\t37\tclaim:0000001|claim:0000002\t\n"
        "doc:900\t2\t38\t65\t\tadvert\n"
        "doc:900\t2\t66\t101\t\tadvert\n"
    )
    graph = "<https://w3id.org/heliotrope/graph/sources> ."
    node = "<https://w3id.org/heliotrope/document/900#char=66,101>"
    lines = made.file("graph.nq").read_text("utf-8").splitlines()
    told = [line for line in lines if line.startswith(node) and line.endswith(graph)]
    h = "https://w3id.org/heliotrope/vocab/"
    keys = ("document", "end", "line", "passageKind", "reason", "start")
    assert [line.split()[1] for line in told if h in line.split()[1]] == [
        f"<{h}{key}>" for key in keys
    ]
    assert f'{node} <{h}reason> "advert" {graph}' in told


def test_the_command_proposes_rows_with_first_words(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_places", lambda settings: places)
    done = CliRunner().invoke(command.main, ["passages", "900"])
    header, first, second = done.output.splitlines()
    assert header == "ID\tType\tDocument\tLine\tStart\tEnd\tKind\tReason\tFirst words"
    assert first == FIRST + "\tLantern fever makes the patient glow."
    assert second.startswith("doc:900#char=38,101\th:Passage\tdoc:900\t2\t38\t101\tsentence\t\tIt ")
    absent = CliRunner().invoke(command.main, ["passages", "901"])
    assert "Document 901 is not at hand." in str(absent.exception)
