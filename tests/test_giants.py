from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg_service import giants
from kg_service.errors import LimitError, NameUnknownError
from kg_service.logic import listing, readers
from kg_service.logic.classification import Classification, Edges, classify
from kg_service.logic.demonstration import Demonstrator, lines
from kg_service.logic.limits import Limits

OFN = """Prefix(:=<urn:x:>) Ontology(
SubClassOf(:Heart :Organ)
SubClassOf(:Heart ObjectSomeValuesFrom(:partOf :Chest))
SubClassOf(:Chest ObjectSomeValuesFrom(:partOf :Body))
TransitiveObjectProperty(:partOf)
SubClassOf(:Ghost ObjectIntersectionOf(:Organ :Nothing))
DisjointClasses(:Organ :Nothing)
InverseObjectProperties(:partOf :hasPart)
)"""
IRI = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
TSV = f"""subject\tpredicate\tobject
urn:x:Ghost\t{IRI}\thttp://www.w3.org/2002/07/owl#Nothing
urn:x:Heart\t{IRI}\turn:x:Organ
urn:x:Chest\turn:x:partOf\turn:x:Body
urn:x:Heart\turn:x:partOf\turn:x:Body
urn:x:Heart\turn:x:partOf\turn:x:Chest
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    path = tmp_path / "toy.ofn"
    path.write_text(OFN)
    return path


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kg_service", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_classify_writes_superclasses_and_every_edge_as_a_table(toy: Path) -> None:
    done = _run("classify", toy)
    header, *rows = done.stdout.splitlines()
    assert [header, *sorted(rows)] == [header, *sorted(TSV.splitlines()[1:])]
    assert header == TSV.splitlines()[0]


def test_explain_shows_the_axioms_of_a_file_with_their_places(toy: Path) -> None:
    done = _run("explain", "--in", toy, "urn:x:Heart", "urn:x:partOf", "urn:x:Body")
    first, second, *tree = done.stdout.splitlines()
    assert first == "<urn:x:Heart> <http://www.w3.org/2000/01/rdf-schema#subClassOf>" + (
        " ObjectSomeValuesFrom(<urn:x:partOf> <urn:x:Body>) holds"
    )
    assert second == "justification 1 of 1, 3 axioms"
    assert sum("toy.ofn" in line for line in tree) == 3
    unknown = _run("explain", "--in", toy, "urn:x:Chest", IRI, "urn:x:Organ")
    assert "does not follow from what was read" in unknown.stdout


def test_classify_tells_what_was_read_and_what_is_not_supported(toy: Path) -> None:
    assert _run("classify", toy).stderr.splitlines() == [
        "0 classes declared, 7 axioms read",
        "not supported: 1 InverseObjectProperties",
        "1 classes can have no member, first urn:x:Ghost",
        "2 superclasses, 3 class edges",
    ]


@pytest.mark.long
def test_classify_writes_n_triples_to_a_file(toy: Path, tmp_path: Path) -> None:
    done = _run("classify", toy, "--format", "nt", "--output", tmp_path / "out.nt")
    assert done.returncode == 0 and done.stdout == ""
    assert "<urn:x:Heart> <urn:x:partOf> <urn:x:Body> .\n" in (tmp_path / "out.nt").read_text()


def test_classify_passing_a_limit_names_it_and_writes_nothing(toy: Path, tmp_path: Path) -> None:
    done = _run("classify", toy, "--seconds", "0.0000001", "--output", tmp_path / "out.tsv")
    assert done.returncode == 1
    assert "limit of 1e-07 seconds" in done.stderr and "--seconds" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["toy.ofn"]


def test_the_memory_limit_has_a_name() -> None:
    with pytest.raises(LimitError, match=r"limit of 1 megabytes.*--megabytes"):
        classify([], Limits(megabytes=1))


class Interrupted(Classification):
    """A classification in the middle of whose edges somebody presses Ctrl-C."""

    def edges(self, number: int) -> Edges:
        if str(self.index.nodes[number]) == "urn:x:Heart":
            raise KeyboardInterrupt
        return super().edges(number)


def test_ctrl_c_leaves_the_file_as_it_was(toy: Path, tmp_path: Path) -> None:
    found = classify(readers.read([toy]).axioms)
    found.__class__ = Interrupted
    out = tmp_path / "out.tsv"
    out.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        listing.write(found, out, "tsv")
    assert out.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.tsv", "toy.ofn"]


def _long(tmp_path: Path) -> Path:
    """An ontology that takes seconds: four thousand classes, each part of the one before."""
    path = tmp_path / "long.tsv"
    rows = [f"A:{n}\tp:1\tA:{n - 1}" for n in range(1, 4000)]
    chain = "Prefix(:=<http://purl.obolibrary.org/obo/>) Ontology(TransitiveObjectProperty(:p_1))"
    path.write_text("\n".join(["x\tp\ty", *rows]) + "\n")
    (tmp_path / "chain.ofn").write_text(chain)
    return path


def test_ctrl_c_on_the_command_ends_it_with_nothing_half_written(tmp_path: Path) -> None:
    long = _long(tmp_path)
    out = tmp_path / "out.tsv"
    command = [sys.executable, "-m", "kg_service", "classify", long, tmp_path / "chain.ofn"]
    running = subprocess.Popen(
        [*command, "--output", out],
        stderr=subprocess.PIPE,
        # A shell lets what it runs in the background ignore interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    begun = False
    while not begun and time.monotonic() < deadline and running.poll() is None:
        begun = bool(list(tmp_path.glob(".out.tsv.*.part")))
        time.sleep(0.002)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert begun and running.returncode == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chain.ofn", "long.tsv"]


@pytest.mark.long
def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    long = _long(tmp_path)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "kg_service", "classify", long, "--output", tmp_path / "out"]
    subprocess.run([*map(str, command)], stderr=theirs, check=True)
    os.close(theirs)
    assert b"classified 100 %" in os.read(ours, 65536)
    assert "classified" not in _run(*command[3:]).stderr


def test_explain_gives_each_leaf_its_place(tmp_path: Path) -> None:
    path = tmp_path / "toy.obo"
    path.write_text(
        "ontology: toy\n\n[Term]\nid: T:1\nis_a: T:2\n\n[Term]\nid: T:2\nis_a: T:3\n\n[Term]\nid: T:3\n"
    )
    triple = ("T:1", "rdfs:subClassOf", "T:3")
    found = giants.explain((path,), triple, Limits())
    assert found.holds is True and found.complete
    assert [place for _, place in found.shown[0].leaves] == ["toy.obo:5", "toy.obo:9"]
    assert lines(found)[-1].endswith("[toy.obo:9]")


def test_what_does_not_follow_is_false_and_unknown_where_something_was_left_out(toy: Path) -> None:
    axioms = readers.read([toy]).axioms
    supported = {
        fact: place for fact, place in axioms.items() if "inverseOf" not in str(fact.relation)
    }
    for told, holds in ((axioms, None), (supported, False)):
        shown = Demonstrator(told, classify(told)).show(
            "urn:x:Chest", "urn:x:partOf", "urn:x:Heart"
        )
        assert shown.holds is holds and shown.shown == ()


def test_what_holds_of_a_class_without_members_is_explained_by_that(toy: Path) -> None:
    axioms = readers.read([toy]).axioms
    shown = Demonstrator(axioms, classify(axioms)).show("urn:x:Ghost", "urn:x:partOf", "urn:x:Body")
    assert shown.holds is True
    assert shown.goal.object == "http://www.w3.org/2002/07/owl#Nothing"


LEFT_OUT = """Prefix(:=<urn:x:>) Ontology(
Declaration(Class(:Declared))
SubClassOf(:Heart :Organ)
SubClassOf(:Heart ObjectAllValuesFrom(:hasPart :Tissue))
SubClassOf(:Heart ObjectAllValuesFrom(:hasPart ObjectUnionOf(:Tissue :Fluid)))
SubClassOf(:Heart ObjectHasSelf(:feeds))
AsymmetricObjectProperty(:feeds)
)"""


def test_a_name_that_stands_only_in_what_was_left_out_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "left-out.ofn"
    path.write_text(LEFT_OUT)
    done = _run("explain", "--in", path, "urn:x:Heart", IRI, "urn:x:Tissue")
    assert done.stdout.splitlines() == [
        f"<urn:x:Heart> <{IRI}> <urn:x:Tissue> is unknown",
        "the axioms with <urn:x:Tissue> are outside what is supported:"
        " 2 ObjectAllValuesFrom on the right",
    ]
    declared = _run("explain", "--in", path, "urn:x:Heart", IRI, "urn:x:Declared")
    assert "does not follow from what was read, but axioms" in declared.stdout
    edge = _run("explain", "--in", path, "urn:x:Heart", "urn:x:hasPart", "urn:x:Fluid")
    assert "the axioms with <urn:x:hasPart> are outside" in edge.stdout


def test_an_axiom_that_no_reader_takes_is_remembered_by_its_names(tmp_path: Path) -> None:
    path = tmp_path / "rule.ofn"
    rule = "DLSafeRule(Body(ClassAtom(:Heart Variable(:v))) Head(ClassAtom(:Organ Variable(:v))))"
    path.write_text(f"Prefix(:=<urn:x:>) Ontology(\nSubClassOf(:Lung :Organ)\n{rule}\n)")
    reading = readers.read([path])
    shown = Demonstrator(
        reading.axioms, classify(reading.axioms), reading.classes, reading.refused_of
    ).show("urn:x:Heart", IRI, "urn:x:Organ")
    assert shown.holds is None
    assert shown.left_out == (("urn:x:Heart", {"Rule": 1}),)


def test_a_class_is_below_itself_by_rule(toy: Path) -> None:
    done = _run("explain", "--in", toy, "urn:x:Heart", IRI, "urn:x:Heart")
    assert done.stdout.splitlines()[-1].endswith("by scm-cls")


def test_a_name_in_no_axiom_is_refused(toy: Path) -> None:
    axioms = readers.read([toy]).axioms
    with pytest.raises(NameUnknownError, match="urn:x:Liver is in no axiom"):
        Demonstrator(axioms, classify(axioms)).show("urn:x:Liver", IRI, "urn:x:Organ")
