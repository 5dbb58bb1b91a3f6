"""Statements: what holds by itself, and what cannot be asked for."""

from __future__ import annotations

import pytest

from kg_service.errors import ParameterError
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.statements import by_itself, read
from kg_service.logic.vocabulary import (
    CLASS,
    DATA_PROPERTY,
    INDIVIDUAL,
    OBJECT_PROPERTY,
    Vocabulary,
)
from kg_service.names import Names

T = "https://w3id.org/heliotrope/test/"
RASH, ANN, HAS, AGE, NOTE = (f"{T}{name}" for name in ("rash", "ann", "has", "age", "note"))
VOCABULARY = Vocabulary(
    {"rash": [RASH], "has age": [AGE]},
    {RASH: [CLASS], ANN: [INDIVIDUAL], HAS: [OBJECT_PROPERTY], AGE: [DATA_PROPERTY]},
    Names({"t": T}),
)


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ((ANN, ax.TYPE, ax.THING), "cls-thing"),
        ((ANN, ax.SAME, ANN), "eq-ref"),
        ((RASH, ax.SUBCLASS, RASH), "scm-cls"),
        ((RASH, ax.EQUIVALENT, RASH), "scm-cls"),
        ((RASH, ax.SUBCLASS, ax.THING), "scm-cls"),
        ((ax.NOTHING, ax.SUBCLASS, RASH), "scm-cls"),
        ((HAS, ax.SUBPROPERTY, HAS), "scm-op"),
        ((AGE, ax.EQUIVALENT_PROPERTY, AGE), "scm-dp"),
        ((RASH, ax.DISJOINT, ax.NOTHING), "scm-cls"),
        ((HAS, ax.RANGE, ax.THING), "cls-thing"),
        ((AGE, ax.DOMAIN, ax.THING), "cls-thing"),
        ((AGE, ax.RANGE, ax.THING), None),
        ((ANN, ax.DIFFERENT, ANN), None),
        ((RASH, ax.DISJOINT, RASH), None),
        ((ANN, ax.SUBCLASS, ANN), None),
        ((RASH, ax.SUBCLASS, ax.NOTHING), None),
        ((ANN, HAS, ANN), None),
    ],
)
def test_what_holds_by_itself_has_its_rule(asked: tuple[Node, Node, Node], rule: str) -> None:
    assert by_itself(Fact(*asked), VOCABULARY) == rule


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("37", ("literal", "37", f"{ax.XSD}integer", "")),
        ("7.50", ("literal", "7.50", f"{ax.XSD}decimal", "")),
        ("true", ("literal", "true", f"{ax.XSD}boolean", "")),
        ('"wide"', ("literal", "wide", f"{ax.XSD}string", "")),
        ('"wide"@en-GB', ("literal", "wide", f"{ax.RDF}langString", "en-GB")),
        ('"7"^^xsd:byte', ("literal", "7", f"{ax.XSD}byte", "")),
    ],
)
def test_the_object_of_a_data_property_is_a_value(text: str, literal: Node) -> None:
    assert read(ANN, AGE, text, VOCABULARY, ()).object == literal


@pytest.mark.parametrize(
    ("predicate", "object_", "parameter", "message"),
    [
        (AGE, "37 years", "object", "'has age' has values, and 37 years is none."),
        (AGE, RASH, "object", "'has age' has values, and 'rash' is none."),
        (HAS, "37", "object", "37 is a value, and t:has leads to things."),
        (RASH, RASH, "predicate", "'rash' is a class, and no relation."),
        (ANN, RASH, "predicate", "t:ann is an individual, and no relation."),
        (
            ax.LABEL,
            RASH,
            "predicate",
            "rdfs:label is an annotation, or no property here: annotations are not reasoned about.",
        ),
        (
            ax.CHAIN,
            HAS,
            "predicate",
            "owl:propertyChainAxiom leads to a list, which has no name.",
        ),
        (
            ax.TYPE,
            f"{ax.OWL}NamedIndividual",
            "object",
            "What is owl:NamedIndividual is declared, and not reasoned about.",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_named(
    predicate: str, object_: str, parameter: str, message: str
) -> None:
    with pytest.raises(ParameterError) as wrong:
        read(ANN, predicate, object_, VOCABULARY, ())
    assert (wrong.value.parameter, wrong.value.message) == (parameter, message)


def test_a_relation_that_occurs_may_be_asked_for() -> None:
    assert read(ANN, NOTE, RASH, VOCABULARY, {NOTE}) == Fact(ANN, NOTE, RASH)
