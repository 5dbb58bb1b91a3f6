"""OWL in functional syntax or RDF/XML ▸ axioms, by py-horned-owl and `adapter`.

An axiom that has a part no engine reads is split first: the members of an intersection on its
right and the two directions of an equivalence are told one by one, and only the piece that cannot
be read is refused and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pyhornedowl
import pyhornedowl.model as m

from kg_service.errors import SchemaError, UnsupportedAxiomError
from kg_service.logic import adapter
from kg_service.logic.readers.reading import Reading

# What py-horned-owl 2.0 says of functional syntax: a Rust value in its debugging form.
_PLACE = re.compile(r"positives: \[([^]]*)\].*?line_col: Pos\(\((\d+), (\d+)\)\)")


def _said(error: str) -> str:
    """Where a parser stopped and what it expected there; in its own words where it does not say."""
    found = _PLACE.search(error)
    if found is None:
        return error.removeprefix("Failed to open ontology: ")
    *first, last = found[1].split(", ")
    expected = f"{', '.join(first)} or {last}" if first else last
    return f"at line {found[2]}, column {found[3]} was expected {expected}"


def read(text: str, name: str, reading: Reading, serialization: str) -> None:
    """Read an ontology into `reading`; `serialization` is `ofn` or `owl`.

    Raises SchemaError when the text cannot be parsed: unlike lines and JSON entries, there is then
    no next axiom to go on with.
    """
    try:
        ontology = pyhornedowl.open_ontology_from_string(text, serialization=serialization)
    except ValueError as error:
        raise SchemaError(f"{name} cannot be read: {_said(str(error))}.", "Correct it.") from error
    # The parser gives components in no order, and the order of axioms is that of the numbers.
    for component in sorted(ontology.get_components(), key=lambda c: str(c.component)):
        axiom = component.component
        if isinstance(axiom, m.DeclareClass):
            reading.classes[str(axiom.first.first)] = None
        for piece in _pieces(component):
            _tell(piece, name, reading)


def _tell(piece: Any, name: str, reading: Reading) -> None:
    try:
        facts = adapter.facts_of_axiom(piece)
    except UnsupportedAxiomError as error:
        kind = error.message.partition(" is not supported")[0]
        reading.refuse(kind, f"{name}: {piece.component}", adapter.kinds_of([piece]))
        return
    for fact in facts:
        reading.tell(fact, f"{name}: {piece.component}")


def _pieces(component: m.AnnotatedComponent) -> Iterator[m.AnnotatedComponent]:
    """Give an axiom whole if it can be read so, else the smallest axioms it is made of."""
    try:
        adapter.facts_of_axiom(component)
    except UnsupportedAxiomError:
        for axiom in _split(component.component):
            yield m.AnnotatedComponent(axiom, component.ann)
    else:
        yield component


def _split(axiom: Any) -> Iterator[Any]:
    if isinstance(axiom, m.EquivalentClasses):
        for sub, sup in permutations(axiom.first, 2):
            yield from _split(m.SubClassOf(sub, sup))
    elif isinstance(axiom, m.SubClassOf) and isinstance(axiom.sup, m.ObjectIntersectionOf):
        for member in axiom.sup.first:
            yield from _split(m.SubClassOf(axiom.sub, member))
    else:
        yield axiom
