"""What a release starts from, for those who reason over it: asserted facts and their sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pyhornedowl.model as owl

from kg_service.logic import adapter
from kg_service.logic.axioms import VOCABULARY, Fact
from kg_service.logic.decision import Decision
from kg_service.logic.knowledge import Knowledge, Reading
from kg_service.logic.terms import ADMITS, QUANTITY, SYNONYM, UNIT
from kg_service.pipeline.claims import Claim
from kg_service.pipeline.ontology import Asserted, horned

CLAIM = VOCABULARY + "claim"
# Annotations that reasoning over requests needs.
NOTED = (ADMITS, QUANTITY, SYNONYM, UNIT)
# What a declaration declares a name to be.
DECLARED = {
    owl.DeclareClass: "class",
    owl.DeclareObjectProperty: "object property",
    owl.DeclareDataProperty: "data property",
    owl.DeclareNamedIndividual: "individual",
    owl.DeclareDatatype: "datatype",
}
# What a name is used as, where nothing declares it: rows of tables declare nothing.
USED = {
    owl.Class: "class",
    owl.ObjectProperty: "object property",
    owl.DataProperty: "data property",
    owl.NamedIndividual: "individual",
}


def knowledge(asserted: Asserted, decided: Decision) -> Knowledge:
    """All that is asserted, with what HermiT adds, as the file of a release."""
    claims: dict[Fact, set[str]] = defaultdict(set)
    axioms: dict[Fact, str] = {}
    entities: dict[str, set[str]] = defaultdict(set)
    notes: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in NOTED}
    for component in horned(asserted.axioms).get_components():
        facts = adapter.facts_of_axiom(component)
        makers = {str(note.av) for note in component.ann if str(note.ap.first) == CLAIM}
        written = str(component.component)
        for fact in facts:
            claims[fact] |= makers
            if not makers:
                axioms[fact] = min(axioms.get(fact, written), written)
        if isinstance(component.component, owl.AnnotationAssertion):
            _note(component.component, notes)
        for part in adapter.model_parts(component.component):
            kind = DECLARED.get(type(part)) or USED.get(type(part))
            if kind:
                entities[_name(part)].add(kind)
    made = {fact: tuple(sorted(found)) for fact, found in claims.items() if found}
    return Knowledge(
        tuple(adapter.facts_of(horned(asserted.axioms).get_components())),
        decided.contexts,
        decided.steps,
        decided.cut,
        made,
        axioms,
        readings(asserted.claims),
        asserted.labels,
        _sorted(entities),
        {name: _sorted(found) for name, found in notes.items()},
    )


def _note(axiom: Any, notes: Mapping[str, dict[str, set[str]]]) -> None:
    name, value = str(axiom.ann.ap.first), axiom.ann.av
    if name in notes:
        text = str(value) if isinstance(value, owl.IRI) else str(value.literal)
        notes[name][str(axiom.subject)].add(text)


def _sorted(sets: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(found)) for name, found in sets.items()}


def readings(claims: Iterable[Claim]) -> dict[str, Reading]:
    """Where each claim was read, by its IRI."""
    return {
        claim.iri: Reading(
            claim.document, claim.line, claim.start, claim.end, claim.modality, claim.disputed
        )
        for claim in claims
    }


def _name(part: object) -> str:
    inner = part.first  # type: ignore[attr-defined]
    return str(getattr(inner, "first", inner))
