"""Rule: a property that names things, where the data name theirs by another."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode

from kg_service.diagnosis.case import LABEL, Broken, Case

# What vocabularies call the property that gives the name of a thing.
NAMING = (
    LABEL.value,
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://purl.org/dc/terms/title",
    "http://purl.org/dc/elements/1.1/title",
    "https://schema.org/name",
    "http://schema.org/name",
    "http://xmlns.com/foaf/0.1/name",
)


def other_naming(case: Case) -> Iterator[Broken]:
    """Steps that ask for the name of a thing by one property, where it is given by another."""
    if case.meet(case.required):
        return
    for step in case.steps:
        token = step.triple.path[0]
        iri = case.iri(token)
        if iri is None or iri.value not in NAMING:
            continue
        others = [
            NamedNode(other)
            for other in NAMING
            if other != iri.value and case.meet_with(step.whole, step.called(other))
        ]
        if others:
            reason = f"What is asked has no name by {token}; it has one by another property."
            yield Broken(token.offset, token.end, reason, tuple(others))
