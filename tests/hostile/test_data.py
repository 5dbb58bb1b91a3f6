"""Data that would take all memory, or be read as markup."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from kg_service.errors import StartError
from kg_service.store import load
from tests.conftest import serving

pytestmark = pytest.mark.long

HEAD = '<?xml version="1.0"?><!DOCTYPE rdf:RDF ['
BODY = (
    ']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    '<rdf:Description rdf:about="{}"><e:p>{}</e:p></rdf:Description></rdf:RDF>'
)
LAUGHS = "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
BOMBS = {
    "laughs": ('<!ENTITY a "aaaaaaaaaa">' + LAUGHS, "&j;"),
    "laughs in a comment": ('<!-- <!ENTITY a "aaaaaaaaaa">' + LAUGHS + " -->", "&j;"),
    "laughs in single quotes": (('<!ENTITY a "aaaaaaaaaa">' + LAUGHS).replace('"', "'"), "&j;"),
    "laughs of parameters": ('<!ENTITY % a "aaaaaaaaaa">' + LAUGHS, "&j;"),
    "one long one, often": (f'<!ENTITY a "{"x" * 100_000}">', "&a;" * 20_000),
}
HARMLESS = {
    "file": ('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;"),
    "address": ('<!ENTITY % a SYSTEM "http://127.0.0.1:1/x"> %a;', "x"),
    "circle": ('<!ENTITY a "&b;"><!ENTITY b "&a;">', "&a;"),
}


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text)
    return file


@pytest.mark.parametrize("name", BOMBS)
def test_an_entity_bomb_is_refused_before_it_grows(tmp_path: Path, name: str) -> None:
    declared, value = BOMBS[name]
    file = written(tmp_path, "bomb.rdf", HEAD + declared + BODY.format("http://e/x", value))

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (512 * 1024 * 1024,) * 2)

    settings = {"files": [str(file)], "prefixes": {}, "path": str(tmp_path / "nursery")}
    ended = subprocess.run(
        [sys.executable, "-m", "kg_service.nursery", json.dumps(settings)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=little,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("bomb.rdf: its entities stand for far more")


@pytest.mark.parametrize("name", HARMLESS)
def test_an_entity_reaches_no_file_and_no_address(tmp_path: Path, name: str) -> None:
    declared, value = HARMLESS[name]
    file = written(tmp_path, "out.rdf", HEAD + declared + BODY.format("http://e/x", value))
    try:
        quads = [str(quad) for quad in load([file])]
    except StartError as error:
        assert error.message.startswith("out.rdf")
    else:
        assert not any("root:" in quad for quad in quads)


def test_entities_for_namespaces_are_read_as_ever(tmp_path: Path) -> None:
    declared = '<!ENTITY base "http://e/"><!ENTITY deeper "&base;x/">'
    file = written(tmp_path, "good.owl", HEAD + declared + BODY.format("&deeper;y", "z" * 9000))
    (quad,) = load([file])
    assert quad.subject.value == "http://e/x/y"


SCRIPT = "<script>alert(1)</script>"


def test_script_in_labels_stays_data(tmp_path: Path) -> None:
    data = f'<http://e/x> <http://www.w3.org/2000/01/rdf-schema#label> "{SCRIPT}" .'
    with serving(written(tmp_path, "script.nt", data)) as running:
        formats = ("text/html", "application/sparql-results+json", "text/csv", "application/xml")
        for accept in (*formats, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"):
            for text in ("SELECT ?l { ?s ?p ?l }", "CONSTRUCT WHERE { ?s ?p ?l }"):
                answer = running.query(text, accept)
                assert answer.headers["x-content-type-options"] == "nosniff"
                if SCRIPT in answer.text:
                    assert "html" not in answer.headers["content-type"]
                    assert "xml" not in answer.headers["content-type"]
