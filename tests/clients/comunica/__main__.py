"""Comunica against the real server, by its command `comunica-sparql`; see docs/clients.md.

python -m tests.clients.comunica
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.clients.test_clients import DATA, GRAPH, NAMES, address
from tests.conftest import serving

COMMAND = Path(__file__).parent / "node_modules" / ".bin" / "comunica-sparql"
NOTE = "SELECT ?note { GRAPH ?g { ?s ?p ?note } }"
JSON, TURTLE = "application/sparql-results+json", "text/turtle"


def ask(source: str, text: str, media_type: str) -> str:
    """What Comunica answers to a query over a source."""
    ended = subprocess.run(
        [str(COMMAND), source, text, "-t", media_type],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return ended.stdout


def values(answer: str, name: str) -> list[str]:
    """The values of a variable, in order."""
    return [row[name]["value"] for row in json.loads(answer)["results"]["bindings"]]


def main() -> None:
    """Ask; an AssertionError shows what came instead of what was expected."""
    if not COMMAND.exists():
        sys.exit("Comunica is not installed: make comunica.")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.trig"
        data.write_text(DATA)
        with serving(data) as running:
            endpoint = address(running)
            # The type of a source is told, or found out from the service description.
            for source in (f"sparql@{endpoint}", endpoint):
                names = values(ask(source, NAMES, JSON), "name")
                assert names == ["glassbone", "amber, light"], names
                assert json.loads(ask(source, "ASK { ?s ?p 12 }", JSON))["boolean"] is True
                graph = ask(source, GRAPH, TURTLE)
                assert "12" in graph and "7" in graph, graph
                notes = values(ask(source, NOTE, JSON), "note")
                assert notes == ["seen once"], notes
    print("Comunica: rows, a boolean, a graph and a named graph, by told and by found-out type")


if __name__ == "__main__":
    main()
