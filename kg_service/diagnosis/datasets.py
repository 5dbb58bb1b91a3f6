"""Rule: graphs of the dataset that hold nothing, and patterns outside the graphs that are given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg_service.diagnosis import nearest
from kg_service.diagnosis.case import Broken, Case
from kg_service.syntax.outline import resolved

DEFAULT, NAMED = "default", "named"
CLAUSES = {"FROM": DEFAULT, "FROM NAMED": NAMED}
OUTSIDE = {
    DEFAULT: "Only named graphs are given, and this is outside GRAPH: the default graph is empty.",
    NAMED: "Only default graphs are given, and this is inside GRAPH: there is no named graph.",
}


@dataclass(frozen=True)
class Given:
    """A graph that a clause or a parameter of the request gives, as default or named graph; its
    place in the query, or the name of the parameter."""

    iri: NamedNode
    kind: str
    start: int = 0
    end: int = 0
    parameter: str = ""


def missing_graphs(case: Case) -> Iterator[Broken]:
    """Graphs that are given and hold nothing, and required patterns that ask graphs of a kind of
    which none is given (SPARQL 1.1 Query, section 13.2)."""
    given = list(_given(case))
    if not given:
        return
    for kind in (DEFAULT, NAMED):
        asking = [one for one in case.found.patterns if bool(one.graph) == (kind == NAMED)]
        own = [one for one in given if one.kind == kind]
        if asking:
            yield from (_nothing(case, one) for one in own if not _holds(case, one))
        required = [one for one in asking if one.required]
        if required and not own:
            yield Broken(required[0].start, required[0].end, OUTSIDE[kind])


def _given(case: Case) -> Iterator[Given]:
    """The graphs of the parameters; those of the clauses where there are none, since parameters
    override them (SPARQL 1.1 Protocol, section 2.1.4)."""
    if any(case.parameters.values()):
        for name, iris in case.parameters.items():
            kind = DEFAULT if name.startswith(DEFAULT) else NAMED
            yield from (Given(NamedNode(iri), kind, parameter=name) for iri in iris)
        return
    for place in case.reading.outline.graphs:
        if place.iri and place.clause in CLAUSES:
            iri = resolved(place.iri, case.base)
            start = max(one.offset for one in case.reading.tokens if one.offset < place.end)
            yield Given(NamedNode(iri), CLAUSES[place.clause], start, place.end)


def _holds(case: Case, given: Given) -> bool:
    return any(True for _ in case.whole.quads_for_pattern(None, None, None, given.iri))


def _nothing(case: Case, given: Given) -> Broken:
    shown = case.named(given.iri)
    near = nearest.among(case, given.iri, case.whole.named_graphs())
    reason = f"There is no graph {shown}: nothing is in it."
    return Broken(
        given.start,
        given.end,
        reason,
        near,
        replaceable=not given.parameter,
        parameter=given.parameter,
        given=given.iri.value if given.parameter else "",
    )
