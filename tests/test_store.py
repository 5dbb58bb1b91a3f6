from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from kg_service.errors import StartError
from kg_service.store import format_of, load, merged

A, B = NamedNode("http://toy/a"), NamedNode("http://toy/b")
TURTLE = "<http://toy/s> <http://toy/p> [ <http://toy/q> 1 ] , <rel> ."


def test_every_format_of_rdf_is_read_by_its_ending(tmp_path: Path) -> None:
    contents = {
        "one.ttl": "<http://toy/1> <http://toy/p> 'x' .",
        "two.nt": '<http://toy/2> <http://toy/p> "x" .',
        "three.nq": '<http://toy/3> <http://toy/p> "x" <http://toy/a> .',
        "four.trig": "<http://toy/b> { <http://toy/4> <http://toy/p> 'x' }",
        "five.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:t="http://toy/"><rdf:Description rdf:about="http://toy/5"><t:p>x</t:p>'
        "</rdf:Description></rdf:RDF>",
        "six.jsonld": '{"@id": "http://toy/6", "http://toy/p": "x"}',
    }
    contents["seven.owl"] = contents["five.rdf"].replace("http://toy/5", "http://toy/7")
    for name, text in contents.items():
        (tmp_path / name).write_text(text)
    found = load([tmp_path / name for name in contents])
    p, x, default = NamedNode("http://toy/p"), Literal("x"), DefaultGraph()
    graphs = {1: default, 2: default, 3: A, 4: B, 5: default, 6: default, 7: default}
    assert set(found) == {
        Quad(NamedNode(f"http://toy/{n}"), p, x, graph) for n, graph in graphs.items()
    }


def test_blank_nodes_of_two_files_stay_two(tmp_path: Path) -> None:
    for name in ("a.nt", "b.nt"):
        (tmp_path / name).write_text("_:same <http://toy/p> <http://toy/o> .\n")
    found = load([tmp_path / "a.nt", tmp_path / "b.nt"])
    assert len({quad.subject for quad in found}) == 2


def test_a_relative_iri_says_nothing_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.ttl").write_text(TURTLE)
    objects = {str(quad.object) for quad in load([tmp_path / "mine.ttl"])}
    assert "<file:///rel>" in objects


def test_broken_data_are_named_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("<http://toy/s> <http://toy/p> 1 .\n<http://toy/s> 2 3 .\n")
    with pytest.raises(StartError, match=r"^bad\.ttl:2: .*Correct the file\.$"):
        load([tmp_path / "bad.ttl"])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"^none\.ttl cannot be read: "):
        load([tmp_path / "none.ttl"])


def test_an_unknown_ending_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(StartError, match=r"^table\.xlsx is of no RDF format.*\.ttl, \.nt"):
        format_of(Path("table.xlsx"))


def test_a_merge_holds_a_triple_of_two_graphs_once(tmp_path: Path) -> None:
    (tmp_path / "two.nq").write_text(
        "<http://toy/s> <http://toy/p> <http://toy/o> <http://toy/a> .\n"
        "<http://toy/s> <http://toy/p> <http://toy/o> <http://toy/b> .\n"
        "<http://toy/t> <http://toy/p> <http://toy/o> <http://toy/b> .\n"
        "<http://toy/u> <http://toy/p> <http://toy/o> .\n"
    )
    dataset = merged(load([tmp_path / "two.nq"]), [A, B], [A])
    subjects = [(str(q.subject), str(q.graph_name)) for q in dataset]
    assert sorted(subjects) == [
        ("<http://toy/s>", "<http://toy/a>"),
        ("<http://toy/s>", "DEFAULT"),
        ("<http://toy/t>", "DEFAULT"),
    ]


def test_the_merge_of_absent_graphs_is_empty(tmp_path: Path) -> None:
    (tmp_path / "one.ttl").write_text(TURTLE)
    assert len(merged(load([tmp_path / "one.ttl"]), [A, B], [A])) == 0
