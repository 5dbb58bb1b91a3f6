"""Rule: relations turned round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pyoxigraph import NamedNode

from kg_service.diagnosis.case import IN_QUESTION, TYPE, VALUE, Broken, Case, shown, variable_of
from kg_service.syntax.patterns import Pattern, Term
from kg_service.syntax.rendering import Step, joined
from kg_service.syntax.tokens import Token


def turned_relations(case: Case) -> Iterator[Broken]:
    """Steps with an end of a kind that no such relation has there, where the relation turned round
    meets the rest, or has that kind at its other end while all at this end are of another."""
    for step in case.steps:
        if case.iri(step.triple.path[0]) == TYPE:
            continue
        known = [*_types(case, step.triple.subject), *_types(case, step.triple.object)]
        if case.meet([step.triple, *known]):
            continue
        ends = (_kinds_of_end(case, step.triple.subject), _kinds_of_end(case, step.triple.object))
        if not any(ends):
            continue
        places = _places(case, step)
        both = set(places[0]) & set(places[1])
        for end, where in enumerate(("subject", "object")):
            # What both ends are says nothing of the direction.
            kinds, here, there = ends[end] - both, places[end], set(places[1 - end])
            if not kinds or not here or kinds & set(here):
                continue
            other = kinds & there if not ends[end] & _common(case, here) else set()
            if other or case.meet_with(step.whole, step.turned):
                named = case.names.curie(min(other or kinds, key=str).value)
                reason = f"No {where} of {step.triple.path[0]} is of the kind {named}."
                yield _turned(case, step, reason)
                break


def _common(case: Case, kinds: Mapping[NamedNode, int]) -> set[NamedNode]:
    """The narrowest of the classes that have all the values counted."""
    return case.narrowest(kind for kind, count in kinds.items() if count == max(kinds.values()))


def _turned(case: Case, step: Step, reason: str) -> Broken:
    """What is broken, with the pattern turned round as its text has it: with its subject, or, where
    it goes on with one, without. In a list of objects nothing can stand in its place."""
    whole, turned = step.whole, step.turned
    text = joined(token for token in case.reading.tokens if whole.start <= token.offset < whole.end)
    if text == joined((*whole.subject, *whole.path, *whole.object)):
        return Broken(whole.start, whole.end, reason, texts=(shown(turned),))
    if len(whole.path) == 1:
        turned = replace(whole, path=(Token("sign", "^", 0), *whole.path))
    instead = joined((*turned.path, *turned.object))
    if text == joined((*whole.path, *whole.object)):
        return Broken(whole.start, whole.end, reason, texts=(instead,))
    return Broken(whole.start, whole.end, f"{reason} Perhaps meant: {instead}.")


def _places(case: Case, step: Step) -> tuple[Mapping[NamedNode, int], Mapping[NamedNode, int]]:
    """The classes of the subjects and of the objects that the property of a step has, and
    of how many."""
    bare = replace(step.triple, subject=(), object=())
    subjects = case.kinds(VALUE, [replace(bare, subject=IN_QUESTION)])
    return subjects, case.kinds(VALUE, [replace(bare, object=IN_QUESTION)])


def _kinds_of_end(case: Case, end: Term) -> set[NamedNode]:
    """The classes of an IRI, or those that the query asks of a variable."""
    node = case.node(end)
    if isinstance(node, NamedNode):
        return case.kinds_of(node)
    nodes = (case.node(one.object) for one in _types(case, end))
    return {kind for kind in nodes if isinstance(kind, NamedNode)}


def _types(case: Case, end: Term) -> list[Pattern]:
    """The patterns of the query that ask the class of a variable; none for another term."""
    name = variable_of(end)
    triples = (step.triple for step in case.steps if case.iri(step.triple.path[0]) == TYPE)
    return [triple for triple in triples if name and variable_of(triple.subject) == name]
