"""Grounds: whether every conclusion of a release rests, in the end, on something told.

A statement is grounded when nothing concludes it (`premise-not-told` sees to it that schema or
tables say it), or when a step concludes it all of whose premises are grounded: the least fixed
point of the steps. A step may have no premises only where a class expression says it by itself, as
that a class is below its union with another (OWL 2 RL, scm-uni and scm-int).
SPARQL 1.1 has no fixed point; `conclusion-without-ground` asks for one chain only.
"""

from __future__ import annotations

from collections import defaultdict, deque
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from kg_service.logic.proof_graph import h
from kg_service.pipeline.graphs import GRAPH

PROOFS = NamedNode(GRAPH + "proofs")


def read(path: Path) -> Store:
    """The store of an N-Quads file."""
    store = Store()
    store.bulk_load(path=path, format=RdfFormat.N_QUADS)
    return store


def ungrounded(store: Store) -> list[str]:
    """The IRIs of the statements that are concluded only from each other, in order."""
    waiting: dict[str, set[str]] = defaultdict(set)
    uses: dict[str, list[str]] = defaultdict(list)
    for quad in store.quads_for_pattern(None, h("premise"), None, PROOFS):
        waiting[str(quad.subject)].add(str(quad.object))
        uses[str(quad.object)].append(str(quad.subject))
    steps = store.quads_for_pattern(None, h("conclusion"), None, PROOFS)
    concludes = {str(quad.subject): str(quad.object) for quad in steps}
    concluded = set(concludes.values())
    says = _of_expressions(store)
    grounded = set(uses) - concluded
    grounded |= {concludes[step] for step in concludes.keys() - waiting.keys()} & says
    ready = deque(grounded)
    while ready:
        premise = ready.popleft()
        for step in uses.get(premise, ()):
            waiting[step].discard(premise)
            conclusion = concludes[step]
            if not waiting[step] and conclusion not in grounded:
                grounded.add(conclusion)
                ready.append(conclusion)
    return sorted(concluded - grounded)


def _of_expressions(store: Store) -> set[str]:
    """The statements of which one end is a class expression."""
    return {
        str(quad.subject)
        for end in ("subject", "object")
        for quad in store.quads_for_pattern(None, h(end), None, PROOFS)
        if isinstance(quad.object, Literal)
    }
