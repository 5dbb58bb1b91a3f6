"""Rules: graphs, properties, classes and things that are nowhere in the data at their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from pyoxigraph import NamedNode

from kg_service.diagnosis import nearest
from kg_service.diagnosis.case import IN_QUESTION, TYPE, VALUE, Broken, Case
from kg_service.syntax.patterns import Pattern, Term
from kg_service.syntax.rendering import opened
from kg_service.syntax.tokens import Token


def unknown_terms(case: Case) -> Iterator[Broken]:
    """Terms that are nowhere in the data at their place, or in other graphs alone."""
    seen: set[int] = set()
    for pattern in case.required:
        for token, found in _findings(case, pattern):
            if token.offset not in seen:
                seen.add(token.offset)
                yield found


def unknown_alternatives(case: Case) -> Iterator[Broken]:
    """Terms that are nowhere in the data, where every branch of a UNION has one."""
    for union in case.found.unions:
        if not union.required:
            continue
        patterns = [[case.found.patterns[at] for at in branch] for branch in union.branches]
        found = [[*chain(*(_findings(case, one) for one in branch))] for branch in patterns]
        if all(found):
            yield from (broken for _, broken in chain(*found))


Finding = tuple[Token, Broken]


def _findings(case: Case, pattern: Pattern) -> Iterator[Finding]:
    """What is wrong with the terms of a pattern, the graph first: in one that is not there is
    nothing."""
    if wrong := list(_graph(case, pattern.graph)):
        yield from wrong
        return
    for token in pattern.path:
        yield from _property(case, pattern, token)
    if _is_type(case, pattern):
        yield from _class(case, pattern)
    else:
        yield from _thing(case, pattern.object)
    yield from _thing(case, pattern.subject)


def _is_type(case: Case, pattern: Pattern) -> bool:
    return len(pattern.path) == 1 and case.iri(pattern.path[0]) == TYPE


def _graph(case: Case, term: Term) -> Iterator[Finding]:
    for token in term:
        iri = case.iri(token)
        if iri is None:
            continue
        known = [row["graph"] for row in case.ask("graphs")]
        if iri not in known:
            yield token, _nowhere(token, nearest.among(case, iri, known))


def _property(case: Case, pattern: Pattern, token: Token) -> Iterator[Finding]:
    iri = case.iri(token)
    alone = opened(pattern, (token,))
    if iri is None or case.meet([alone]):
        return
    if elsewhere := _elsewhere(case, token, alone):
        yield token, elsewhere
        return
    known = case.values(VALUE, [opened(pattern, IN_QUESTION)])
    yield token, _nowhere(token, nearest.among(case, iri, known))


def _class(case: Case, pattern: Pattern) -> Iterator[Finding]:
    alone = replace(pattern, subject=())
    for token in pattern.object[:1]:
        iri = case.iri(token)
        if iri is None or case.meet([alone]):
            continue
        if elsewhere := _elsewhere(case, token, alone):
            yield token, elsewhere
        elif kinds := sorted(case.kinds_of(iri), key=str):
            reason = f"{token} has no instances; it is one itself, of the classes suggested."
            yield token, Broken(token.offset, token.end, reason, tuple(kinds[: nearest.OFFERED]))
        else:
            known = case.values(VALUE, [replace(alone, object=IN_QUESTION)])
            yield token, _nowhere(token, nearest.among(case, iri, known))


def _thing(case: Case, term: Term) -> Iterator[Finding]:
    iri = case.iri(term[0]) if term else None
    if iri is not None and not case.ask("exists", thing=iri):
        yield term[0], _nowhere(term[0], nearest.things(case, iri))


def _elsewhere(case: Case, token: Token, alone: Pattern) -> Broken | None:
    """What is wrong when a pattern has matches, but in other graphs than those it asks.

    Where it asks one by its IRI, that is what is broken.
    """
    bare = replace(alone, graph=())
    graphs = [row["graph"] for row in case.ask("holding", [bare])]
    unnamed = bool(alone.graph) and case.meet([bare])
    if not graphs and not unnamed:
        return None
    where = "other graphs" if graphs else "the default graph alone"
    reason = f"{token} is in no triple of the graph asked here; it is in {where}."
    named = tuple(graph for graph in graphs if isinstance(graph, NamedNode))
    asked = alone.graph[0] if alone.graph and case.iri(alone.graph[0]) else token
    return Broken(asked.offset, asked.end, reason, named, replaceable=asked is not token)


def _nowhere(token: Token, near: tuple[NamedNode, ...]) -> Broken:
    reason = f"{token} is nowhere in the data at this place."
    return Broken(token.offset, token.end, reason, near)
