"""One justification for each inferred fact: ours, and OWLAPI's explanations by HermiT and by ELK.

    python -m bench.reasoning.proofs NAME SECONDS < worlds.json > found.json

All get the same axioms and the same facts, in the same order, and stop after so many seconds: what
counts is proofs per second.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyhornedowl

from bench.reasoning.peers import peak
from bench.reasoning.worlds import World
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.closure import Closure
from kg_service.logic.justifications import Justifier
from tests.oracles import named


def inferred(world: World) -> tuple[Closure, list[Fact]]:
    """Give our closure by OWL's rules, and its inferred facts between names, sorted."""
    components = pyhornedowl.open_ontology_from_string(world.functional, "ofn").get_axioms()
    closure = named.close(components)
    properties = named.object_properties(components)
    # ax.THING and ax.NOTHING are left out: nothing has to be proved of the one, ELK says the other.
    kinds = {ax.TYPE, ax.SUBCLASS} | properties
    nodes = named.individuals(components) | named.classes(components)
    facts = (f for f in closure.inferred if f.relation in kinds and {f.subject, f.object} <= nodes)
    return closure, sorted(facts, key=ax.order)


def ours(world: World) -> Iterator[int]:
    """How many leaves the smallest justification of each fact has."""
    closure, facts = inferred(world)
    justifier = Justifier(closure, 1)
    for fact in facts:
        yield len(justifier.of(fact).sets[0])


def _explained(engine: str) -> Callable[[World], Iterator[int]]:
    def explain(world: World) -> Iterator[int]:
        import jpype

        from tests.oracles import jvm

        _, facts = inferred(world)
        ontology = jvm.load(world.functional, [])
        manager = jvm.cls("org.semanticweb.owl.explanation.api.ExplanationManager")
        factory = manager.createExplanationGeneratorFactory(jvm.cls(jvm.FACTORIES[engine])())
        generator = factory.createExplanationGenerator(ontology)
        for axiom in jvm.numbered([named.axiom(fact, frozenset()) for fact in facts]):
            try:
                sizes = [found.getSize() for found in generator.getExplanations(axiom, 1)]
            except jpype.JException:
                sizes = []
            yield int(sizes[0]) if sizes else 0

    return explain


PROVERS: dict[str, Callable[[World], Iterator[int]]] = {
    "ours": ours,
    "OWLAPI explanation, HermiT": _explained("hermit"),
    "OWLAPI explanation, ELK": _explained("elk"),
}


def main(name: str, seconds: float) -> None:
    """Prove facts of the worlds of the standard input until the time is over."""
    worlds = [World(**w | {"questions": ()}) for w in json.load(sys.stdin)]
    if name != "ours":
        from tests.oracles import jvm

        jvm.start(3000)
    total = sum(len(inferred(world)[1]) for world in worlds)
    begun = time.perf_counter()
    sizes: list[int] = []
    for world in worlds:
        for size in PROVERS[name](world):
            sizes.append(size)
            if time.perf_counter() - begun > seconds:
                break
        if time.perf_counter() - begun > seconds:
            break
    found: dict[str, Any] = {
        "facts": total,
        "tried": len(sizes),
        "proved": sum(size > 0 for size in sizes),
        "seconds": time.perf_counter() - begun,
        "peak": peak(),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
