"""Shapes: claims, regimens, indications, workup steps and documents held against SHACL shapes.

`ontology/shapes.ttl` says what they must look like. pyshacl (extra `check`) validates; it reads
what is told, so the graphs of a release that hold it are put together here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import rdflib
from pyoxigraph import NamedNode, RdfFormat, Store, Triple, serialize
from rdflib import SH

from kg_service.errors import CheckError
from kg_service.pipeline.graphs import GRAPH
from kg_service.release import Release

GRAPHS = ("asserted", "claims", "sources")


@dataclass(frozen=True)
class Violation:
    """One thing that breaks a shape: `focus` is it, `path` the property (empty for the whole).

    `value` is what was found, empty where something is missing. All but `message` are written as
    in Turtle, `path` as in SPARQL.
    """

    focus: str
    path: str
    value: str
    message: str

    def __str__(self) -> str:
        """One line for people: focus, path, value, message."""
        return " ".join(filter(None, (self.focus, self.path, self.value, self.message)))


def told(release: Release) -> set[Triple]:
    """What a release tells: the triples of the graphs that shapes are about."""
    store = Store()
    store.bulk_load(path=release.file("graph.nq"), format=RdfFormat.N_QUADS)
    return {
        quad.triple
        for name in GRAPHS
        for quad in store.quads_for_pattern(None, None, None, NamedNode(GRAPH + name))
    }


def violations(shapes: Path, triples: Iterable[Triple]) -> list[Violation]:
    """What breaks the shapes of a Turtle file, in the order of focus, path and message.

    Raises CheckError when pyshacl is not installed or the shapes are no SHACL.
    """
    try:
        import pyshacl
        from pyshacl.errors import ReportableRuntimeError, ShapeLoadError
    except ModuleNotFoundError:
        raise CheckError(
            "pyshacl is not installed, so no shapes are checked.", "Install heliotrope[check]."
        ) from None
    data = rdflib.Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    wanted = rdflib.Graph().parse(shapes, format="turtle")
    try:
        _, report, text = pyshacl.validate(data, shacl_graph=wanted)
    except (ReportableRuntimeError, ShapeLoadError) as error:
        raise CheckError(f"{shapes.name} is not SHACL: {error}") from None
    if not isinstance(report, rdflib.Graph):
        raise CheckError(f"{shapes.name} cannot be checked: {text}")
    # Results within results say in detail what the outer one says in our words.
    found = {_violation(report, node) for node in report.objects(None, SH.result)}
    return sorted(found, key=lambda v: (v.focus, v.path, v.message, v.value))


def _violation(report: rdflib.Graph, node: rdflib.term.Node) -> Violation:
    def text(key: rdflib.URIRef) -> str:
        value = report.value(node, key)
        if isinstance(value, rdflib.BNode):
            # A path or value without a name; only inverse paths are of use to a reader.
            inverse = report.value(value, SH.inversePath)
            return f"^{inverse.n3()}" if isinstance(inverse, rdflib.URIRef) else ""
        return value.n3() if isinstance(value, rdflib.URIRef | rdflib.Literal) else ""

    messages = sorted(str(m) for m in report.objects(node, SH.resultMessage))
    focus, value = text(SH.focusNode), text(SH.value)
    return Violation(
        focus, text(SH.resultPath), "" if value == focus else value, " ".join(messages)
    )
