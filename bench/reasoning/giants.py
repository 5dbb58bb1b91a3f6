"""Ontologies of tens of thousands of classes: ours and ELK, time, memory, edges, proofs.

    .venv/bin/python -m bench.reasoning.giants [--external FOLDER] [--compare] [NAME…]

Each side runs in a process of its own, on the same axioms: ELK gets what our readers read, taken
apart so that it need drop no more than the parts it does not support. ELK classifies named classes
only, so with --compare a class H ≡ ∃R.B is added for each property and class of our edges, for
owl:Thing with every property, and for as many pairs again that we say nobody has an edge to; its
hierarchy then holds every edge, and both are compared pair by pair.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg_service.logic import axioms as ax
from kg_service.logic import listing, readers
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.classification import Classification, classify
from kg_service.logic.demonstration import Demonstrator
from kg_service.logic.limits import resident

ROOT = Path(__file__).parents[2]
# Of the Relation Ontology, what composes edges: hierarchy, chains, transitivity.
COMPOSING = frozenset({ax.SUBPROPERTY, ax.EQUIVALENT_PROPERTY, ax.CHAIN})
RO = "ro/ro-2025-12-17.owl.gz"
MONDO = "mondo/mondo-edges-2021-11-07.tsv.gz"
INPUTS = {
    "Mondo edges 2021-11, RO properties": (MONDO, RO + "#properties"),
    "Mondo edges 2021-11, all of RO": (MONDO, RO),
    "HP 2024-08-13": ("hp/hp-2024-08-13.obographs.json.gz",),
    "Uberon module 2021-08": ("uberon/mondo-uberon_import-2021-08-03.obo.gz",),
    "MAXO 2024-07-29": ("maxo/maxo-2024-07-29.obo.gz",),
    "NCIT 2018-06-08": ("ncit/ncit-disease-2018-06-08.obograph.json.gz",),
}
ROOT = Path(__file__).parents[2]
PROOFS = 14
SEED = 20211107
HELPER = "urn:helper:"
IRI = re.compile(r"<([^>]*)>")


def read(external: Path, files: Iterable[str]) -> dict[Fact, str]:
    axioms: dict[Fact, str] = {}
    for file in files:
        name, _, part = file.partition("#")
        for fact, place in readers.read([external / name]).axioms.items():
            if not part or fact.relation in COMPOSING or fact.object == ax.TRANSITIVE:
                axioms.setdefault(fact, place)
    return axioms


def ours(external: Path, files: list[str]) -> dict[str, float]:
    """Read, classify, write every superclass and edge as TSV, then prove some of them."""
    start = time.perf_counter()
    axioms = read(external, files)
    loaded = time.perf_counter()
    found = classify(axioms)
    classified = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        supers, edges = listing.write(found, Path(folder, "edges.tsv"), "tsv")
        written = time.perf_counter()
        size = Path(folder, "edges.tsv").stat().st_size
    megabytes = resident()
    goals = sample(found, PROOFS)
    begun = time.perf_counter()
    demonstrator = Demonstrator(axioms, found)
    indexed = time.perf_counter()
    shown = [demonstrator.show(*goal) for goal in goals]
    return {
        "classes": len(found.index.named),
        "axioms": len(axioms),
        "load": loaded - start,
        "classify": classified - loaded,
        "write": written - classified,
        "bytes": size,
        "megabytes": megabytes,
        "superclasses": supers,
        "edges": edges,
        "index": indexed - begun,
        "proofs": len(goals),
        "prove": time.perf_counter() - indexed,
        "justifications": sum(len(each.shown) for each in shown),
        "complete": sum(each.complete for each in shown),
        "unsupported": sum(found.unsupported.values()),
    }


def sample(found: Classification, size: int) -> list[tuple[str, str, str]]:
    """Give conclusions to prove: class edges, or superclasses where there are none."""
    picked = random.Random(SEED)
    said = list(found.class_edges())
    goals = []
    if said:
        for subject, property_, targets in picked.sample(said, min(size, len(said))):
            goals.append((subject, property_, picked.choice(sorted(targets))))
        return goals
    above = [each for each in found.superclasses() if each[1]]
    for subject, uppers in picked.sample(above, min(size, len(above))):
        goals.append((subject, ax.SUBCLASS, picked.choice(sorted(uppers))))
    return goals


def functional(axioms: Iterable[Fact]) -> Iterator[str]:
    """Give the axioms for ELK, conjunctions on the right and equivalences taken apart."""
    for fact in axioms:
        s, r, o = fact.subject, fact.relation, fact.object
        if r in (ax.SUBCLASS, ax.EQUIVALENT):
            for lower, upper in ((s, o), (o, s))[: 1 if r == ax.SUBCLASS else 2]:
                for part in _conjuncts(upper):
                    yield f"SubClassOf({text(lower)} {text(part)})"
        elif r == ax.CHAIN:
            chain = " ".join(map(text, o))
            yield f"SubObjectPropertyOf(ObjectPropertyChain({chain}) {text(s)})"
        elif r == ax.RANGE and (o in ax.DATATYPES or o[0] in ("facets", "literals")):
            continue
        elif r in _NAMES:
            yield f"{_NAMES[r]}({text(s)} {text(o)})"
        elif o == ax.TRANSITIVE:
            yield f"TransitiveObjectProperty({text(s)})"


_NAMES = {
    ax.DISJOINT: "DisjointClasses",
    ax.DOMAIN: "ObjectPropertyDomain",
    ax.RANGE: "ObjectPropertyRange",
    ax.SUBPROPERTY: "SubObjectPropertyOf",
    ax.EQUIVALENT_PROPERTY: "EquivalentObjectProperties",
}


def _conjuncts(node: Node) -> Iterator[Node]:
    if isinstance(node, tuple) and node[0] == "and":
        for member in node[1:]:
            yield from _conjuncts(member)
    else:
        yield node


def text(node: Node) -> str:
    """Give a node in functional syntax; what only HermiT reads is a class of its own."""
    if isinstance(node, tuple):
        if node[0] == "opaque" or node[0] in ("only", "min", "max", "data", "data-value", "one"):
            return f"<urn:opaque:{hashlib.sha256(ax.text(node).encode()).hexdigest()[:20]}>"
        if node[0] in ("and", "or", "not", "some"):
            name = ax.text((node[0], "x", "y")).partition("(")[0]
            return f"{name}({' '.join(map(text, node[1:]))})"
    return ax.text(node)


def elk(python: str, ontology: Path, hierarchy: Path | None = None) -> dict[str, float]:
    script = str(Path(__file__).with_name("elk.py"))
    command = [python, script, str(ontology), *([str(hierarchy)] if hierarchy else [])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def compare(python: str, axioms: dict[Fact, str], folder: Path, limit: int) -> dict[str, int]:
    """Give how many superclasses and edges one side has and the other has not."""
    found = classify(axioms)
    mine = {(a, b) for a, uppers in found.superclasses() for b in uppers}
    pairs: dict[tuple[str, str], int] = {}
    for _, property_, targets in found.class_edges():
        for target in targets:
            pairs.setdefault((property_, target), len(pairs))
    picked = random.Random(SEED)
    if limit and len(pairs) > limit:
        kept = picked.sample(sorted(pairs), limit)
        pairs = {pair: number for number, pair in enumerate(kept)}
    used = len(pairs)
    properties = sorted({property_ for property_, _ in pairs})
    named = sorted(str(found.index.nodes[n]) for n in found.satisfiable)
    for property_ in properties:
        pairs.setdefault((property_, ax.THING), len(pairs))
    for _ in range(used if properties else 0):
        pairs.setdefault((picked.choice(properties), picked.choice(named)), len(pairs))
    ontology = folder / "helpers.ofn"
    with ontology.open("w", encoding="utf-8") as out:
        out.write("Ontology(\n")
        out.writelines(f"{axiom}\n" for axiom in functional(axioms))
        for (property_, target), number in pairs.items():
            some = f"ObjectSomeValuesFrom(<{property_}> <{target}>)"
            out.write(f"EquivalentClasses(<{HELPER}{number}> {some})\n")
        out.write(")\n")
    elk(python, ontology, folder / "hierarchy.tsv")
    edges = {
        (a, pairs[property_, b])
        for a, property_, targets in found.class_edges()
        for b in targets
        if (property_, b) in pairs
    }
    # Also of those that have edges to nothing but expressions.
    nodes, named_properties = found.index.nodes, found.index.property_nodes
    any_edge = {
        (str(nodes[n]), pairs[str(name), ax.THING])
        for n in found.satisfiable
        for p in found.edges(n)
        if p < len(named_properties) and (str(name := named_properties[p]), ax.THING) in pairs
    }
    known = set(named)
    supers: set[tuple[str, str]] = set()
    theirs: set[tuple[str, int]] = set()
    for subject, above in _closure(folder / "hierarchy.tsv"):
        if subject in known:
            for upper in above - {subject}:
                if upper.startswith(HELPER):
                    theirs.add((subject, int(upper.removeprefix(HELPER))))
                elif upper in known:
                    supers.add((subject, upper))
    return {
        "helpers": len(pairs),
        "edges compared": len(edges),
        "superclasses only ours": len(mine - supers),
        "superclasses only ELK": len(supers - mine),
        "edges only ours": len(edges - theirs),
        "edges only ELK": len(theirs - edges - any_edge),
        "edges to anything only ours": len(any_edge - theirs),
    }


def _closure(hierarchy: Path) -> Iterator[tuple[str, set[str]]]:
    """Give each class with all above it and equal to it."""
    direct: dict[str, set[str]] = {}
    for line in hierarchy.read_text("utf-8").splitlines():
        one, equal, above = line.split("\t")
        direct[one.strip("<>")] = {*IRI.findall(equal), *IRI.findall(above)}
    for start in direct:
        if start.startswith(HELPER):
            continue
        reached = {start}
        waiting = [start]
        while waiting:
            new = direct.get(waiting.pop(), set()) - reached
            reached |= new
            waiting += new
        yield start, reached


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    beside = ROOT.parent / "shared" / "external"
    parser.add_argument(
        "--external", type=Path, default=os.environ.get("HELIOTROPE_EXTERNAL", beside)
    )
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has jpype")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument(
        "--pairs", type=int, default=0, help="compare this many pairs R, B, picked; 0 is all"
    )
    parser.add_argument("--ours", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    external = Path(arguments.external)
    if arguments.ours:
        print(json.dumps(ours(external, arguments.names)))
        return
    for name, files in INPUTS.items():
        if arguments.names and not any(name.startswith(each) for each in arguments.names):
            continue
        command = [sys.executable, __file__, "--ours", "--external", str(external), *files]
        me = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        axioms = read(external, files)
        with tempfile.TemporaryDirectory() as folder:
            ontology = Path(folder, "axioms.ofn")
            ontology.write_text("Ontology(\n" + "\n".join(functional(axioms)) + "\n)\n", "utf-8")
            peer = elk(arguments.python, ontology)
            print(name, json.dumps({"ours": me, "ELK": peer}), flush=True)
            ratio = me["classify"] / peer["classify"]
            print(f"  classification ours/ELK {ratio:.2f}", flush=True)
            if arguments.compare:
                print(
                    " ",
                    json.dumps(compare(arguments.python, axioms, Path(folder), arguments.pairs)),
                    flush=True,
                )


if __name__ == "__main__":
    main()
