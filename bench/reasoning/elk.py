"""ELK on an ontology in functional syntax, in a process of its own: time, memory, hierarchy.

    python bench/reasoning/elk.py ONTOLOGY [HIERARCHY]

prints one line of JSON. HIERARCHY is written as a class, its equivalent classes and its direct
superclasses, as Java prints them, tab-separated. Needs the jars of `tests/oracles`.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import jpype

sys.path.append(str(Path(__file__).parents[2]))

from tests.oracles import jars

MEGABYTES = 8_000


def main(ontology_file: str, hierarchy_file: str = "") -> None:
    jpype.startJVM(
        str(jars.java()),
        f"-Xmx{MEGABYTES}m",
        "--enable-native-access=ALL-UNNAMED",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
        classpath=[str(path) for path in jars.class_path()],
    )
    java = jpype.JClass
    start = time.perf_counter()
    manager = java("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
    ontology = manager.loadOntologyFromOntologyDocument(java("java.io.File")(ontology_file))
    loaded = time.perf_counter()
    reasoner = java("org.semanticweb.elk.owlapi.ElkReasonerFactory")().createReasoner(ontology)
    reasoner.precomputeInferences(
        java("org.semanticweb.owlapi.reasoner.InferenceType").CLASS_HIERARCHY
    )
    classified = time.perf_counter()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if hierarchy_file:
        with Path(hierarchy_file).open("w", encoding="utf-8") as out:
            for one in ontology.getClassesInSignature():
                equal = str(reasoner.getEquivalentClasses(one))
                above = str(reasoner.getSuperClasses(one, True))
                out.write(f"{one}\t{equal}\t{above}\n")
    seconds = {"load": loaded - start, "classify": classified - loaded}
    print(json.dumps({**seconds, "megabytes": megabytes, "axioms": int(ontology.getAxiomCount())}))


if __name__ == "__main__":
    main(*sys.argv[1:])
