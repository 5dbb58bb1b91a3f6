"""What every reasoner is given: the case folders and the ontology of the release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyhornedowl
import rdflib

from kg_service.logic import adapter
from kg_service.pipeline import ontology
from tests.oracles import cases, named
from tests.oracles.named import Components

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Question:
    """An axiom and whether it follows.

    `beyond` says why OWL cannot decide it ("scope", "kind"); empty where it can.
    """

    axiom: str
    follows: bool
    beyond: str


@dataclass(frozen=True)
class World:
    """One ontology, in the two syntaxes that peers read, without statements that have a scope.

    `whole` is ours, scopes and all. `consistent` is what a reasoner should say.
    """

    name: str
    functional: str
    triples: str
    whole: str
    consistent: bool
    questions: tuple[Question, ...]


def of_cases() -> tuple[World, ...]:
    """Give every case folder, with what follows and the near misses as questions."""
    return tuple(_of_case(name, case) for name, case in cases.read().items())


def _of_case(name: str, case: cases.Case) -> World:
    unscoped = named.unscoped(case.asserted)
    return World(
        name,
        named.text(unscoped),
        _triples(unscoped),
        case.text,
        not case.clashes,
        tuple(_questions(case)),
    )


def _questions(case: cases.Case) -> Iterator[Question]:
    for component in case.components("entailed"):
        yield Question(_written(component), True, case.beyond_owl(component))
    for component in case.components("invalid"):
        beyond = "scope" if adapter.scope_of(component) else ""
        yield Question(_written(component), False, beyond)


def _written(component: object) -> str:
    """An axiom with the scope that it has, as it stands in a file."""
    scope = " ".join(f"Annotation(<{a.ap.first}> <{a.av}>)" for a in component.ann or ())  # type: ignore[attr-defined]
    kind, _, rest = str(component.component).partition("(")  # type: ignore[attr-defined]
    return f"{kind}({scope} {rest}" if scope else f"{kind}({rest}"


def of_release() -> World:
    """Give what the ontology's folder asserts, without questions."""
    asserted = ontology.assemble(ontology.read(ROOT / "ontology"), {})
    whole = ontology.horned(asserted.axioms)
    components = list(whole.get_axioms())
    unscoped = named.unscoped(components)
    return World(
        "release",
        named.text(unscoped),
        _triples(unscoped),
        whole.save_to_string("ofn"),
        True,
        (),
    )


def _triples(components: Components) -> str:
    """N-Triples, disjointness of many as pairs: py-horned-owl writes it wrongly otherwise."""
    made = ontology.horned((c.component, set()) for c in components)
    made.add_component(pyhornedowl.model.OntologyID(None, None))
    with TemporaryDirectory() as folder:
        path = Path(folder, "ontology.owl")
        made.save_to_file(str(path), "owl")
        return rdflib.Graph().parse(path, format="xml").serialize(format="nt")
