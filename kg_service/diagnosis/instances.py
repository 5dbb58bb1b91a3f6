"""Rule: a class where its instances are meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pyoxigraph import NamedNode

from kg_service.diagnosis.case import IN_QUESTION, TYPE, Broken, Case, variable_of
from kg_service.syntax.patterns import Term


def classes_for_instances(case: Case) -> Iterator[Broken]:
    """Classes at the end of a relation that they do not have, and their instances have."""
    for step in case.steps:
        triple = step.triple
        if case.iri(triple.path[0]) == TYPE or case.meet([triple]):
            continue
        subject, object_ = _fixed(triple.subject), _fixed(triple.object)
        for where, term, of_instance in (
            ("subject", subject, replace(triple, subject=IN_QUESTION, object=object_)),
            ("object", object_, replace(triple, subject=subject, object=IN_QUESTION)),
        ):
            node = case.node(term)
            if isinstance(node, NamedNode) and case.ask("instances", [of_instance], kind=node):
                reason = (
                    f"{term[0]} is a class, and as {where} of {triple.path[0]} the data have its "
                    "instances: ask of a variable that is of this class."
                )
                yield Broken(term[0].offset, term[0].end, reason)


def _fixed(term: Term) -> Term:
    """An end of a triple; one that is a variable is left open."""
    return () if variable_of(term) else term
