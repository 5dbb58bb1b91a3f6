"""Asking a release the questions of `sparql/questions/`, and reading what is expected."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from kg_service import queries
from kg_service.names import Names
from kg_service.release import Release

FOLDER = Path(__file__).parents[1] / "sparql" / "questions"
Rows = list[tuple[str, ...]]


class Premise(NamedTuple):
    """What an answer rests on: taken out, the rows of `gone` go and those of `come` come.

    `file` is below `ontology/tables/`, or `schema.ofn`. `taken` are identifiers of rows, a parent as
    `child < parent`, or axioms of the schema. The first row of `gone` names the columns looked at.
    Premises with the same `build` are taken out of one release; those of one question add up.
    """

    file: str
    taken: tuple[str, ...]
    question: str
    gone: Rows
    come: Sequence[tuple[str, ...]] = ()
    build: int = 0


@lru_cache(maxsize=2)
def _store(graph: Path) -> Store:
    store = Store()
    store.bulk_load(path=graph, format=RdfFormat.N_QUADS)
    return store


def ask(release: Release, names: Names, query: queries.QueryFile) -> Rows:
    """The header and the rows of an answer; IRIs as CURIEs, literals by their text."""
    found = _store(release.file("graph.nq").resolve()).query(query.text)
    assert isinstance(found, QuerySolutions)
    variables = [variable.value for variable in found.variables]
    rows: Rows = [tuple(variables)]
    for solution in found:
        values = [solution[name] for name in variables]
        rows.append(
            tuple(
                names.curie(v.value) if isinstance(v, NamedNode) else v.value if v else ""
                for v in values
            )
        )
    return rows


def expected(name: str) -> Rows:
    """What `<name>.tsv` says is the answer."""
    text = (FOLDER / f"{name}.tsv").read_text("utf-8")
    return [tuple(line.split("\t")) for line in text.splitlines()]
