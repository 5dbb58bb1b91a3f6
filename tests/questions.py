"""Asking a release the questions of `sparql/questions/`, and reading what is expected."""

from pathlib import Path

from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from kg_service import queries
from kg_service.names import Names
from kg_service.release import Release

FOLDER = Path(__file__).parents[1] / "sparql" / "questions"
Rows = list[tuple[str, ...]]


def ask(release: Release, names: Names, query: queries.QueryFile) -> Rows:
    """The header and the rows of an answer; IRIs as CURIEs, literals by their text."""
    store = Store()
    store.bulk_load(path=release.file("graph.nq"), format=RdfFormat.N_QUADS)
    found = store.query(query.text)
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
