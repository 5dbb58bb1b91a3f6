"""Statements: what may be asked for, and what holds whatever is told.

A statement is asked for by its subject, predicate and object; the predicate decides whether the
object is a thing or a value. Some hold by themselves: OWL 2 Profiles, section 4.3, tables 4, 6
and 9, has rules for them that our saturation does not apply, since they say it of everything.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from kg_service.errors import ExpressionError, ParameterError
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.manchester import value
from kg_service.logic.vocabulary import CLASS, DATA_PROPERTY, INDIVIDUAL, OBJECT_PROPERTY, Lookup

# The words of OWL that a statement may have as its predicate, and those that lead to lists.
WORDS = frozenset(
    {
        ax.DIFFERENT, ax.DISJOINT, ax.DISJOINT_PROPERTY, ax.DOMAIN, ax.EQUIVALENT,
        ax.EQUIVALENT_PROPERTY, ax.INVERSE, ax.RANGE, ax.SAME, ax.SUBCLASS, ax.SUBPROPERTY,
        ax.TYPE,
    }
)  # fmt: skip
LISTING = frozenset({ax.CHAIN, ax.KEY})
# What something is declared to be; of the ontology itself, too.
DECLARED = frozenset(
    {
        f"{ax.OWL}{name}"
        for name in (
            "AnnotationProperty", "Class", "DatatypeProperty", "NamedIndividual", "ObjectProperty",
            "Ontology",
        )
    }
)  # fmt: skip
VALUES = 'Give a value: 37, 7.5, true, "text", "text"@en or "7"^^xsd:byte.'


class Kinds(Protocol):
    """What tells the kinds of thing an IRI names."""

    def kinds(self, iri: str) -> frozenset[str]:
        """Give members of `vocabulary.KINDS`; none: empty."""


def read(
    subject: str, predicate: str, object_: str, vocabulary: Lookup, relations: Collection[Node]
) -> Fact:
    """Give the statement of three IRIs, the last a value in Manchester syntax where the predicate
    is a data property.

    `relations` are the predicates that occur. Raises ParameterError for a predicate that is none of
    these, no property and no word of OWL, and for an object that does not fit it.
    """
    if predicate in LISTING:
        said = f"{vocabulary.written(predicate)} leads to a list, which has no name."
        raise ParameterError("predicate", said, "A proof that rests on such an axiom tells it.")
    if predicate == ax.TYPE and object_ in DECLARED:
        said = f"What is {vocabulary.written(object_)} is declared, and not reasoned about."
        raise ParameterError("object", said, "Give a class that things are in.")
    kinds = vocabulary.kinds(predicate)
    told = predicate in WORDS or predicate in relations
    if not told and kinds.isdisjoint((OBJECT_PROPERTY, DATA_PROPERTY)):
        raise _no_relation(predicate, vocabulary)
    if DATA_PROPERTY in kinds and OBJECT_PROPERTY not in kinds:
        return Fact(subject, predicate, _value(object_, predicate, vocabulary))
    if not vocabulary.names.is_iri(object_):
        said = f"{object_} is a value, and {vocabulary.written(predicate)} leads to things."
        raise ParameterError("object", said, "Give a CURIE, an IRI or an exact label.")
    return Fact(subject, predicate, object_)


def _no_relation(predicate: str, vocabulary: Lookup) -> ParameterError:
    written = vocabulary.written(predicate)
    kinds = [kind for kind in (CLASS, INDIVIDUAL) if kind in vocabulary.kinds(predicate)]
    if kinds:
        a = "a class" if CLASS in kinds else "an individual"
        return ParameterError(
            "predicate", f"{written} is {a}, and no relation.", "Give a property, or rdf:type."
        )
    return ParameterError(
        "predicate",
        f"{written} is an annotation, or no property here: annotations are not reasoned about.",
        "Give a property, rdf:type, or another word of OWL between classes, properties or things.",
    )


def _value(text: str, predicate: str, vocabulary: Lookup) -> Node:
    try:
        return value(text, vocabulary)
    except ExpressionError:
        shown = vocabulary.written(text) if vocabulary.names.is_iri(text) else text
        said = f"{vocabulary.written(predicate)} has values, and {shown} is none."
        raise ParameterError("object", said, VALUES) from None


def by_itself(asked: Fact, vocabulary: Kinds) -> str | None:
    """Give the rule by which a statement holds whatever is told, None for one that does not.

    Everything is a thing and the same as itself, every class below and equivalent to itself, below
    owl:Thing, above owl:Nothing and disjoint with it, every property below and equivalent to
    itself; what it leads from, and to, is a thing.
    """
    subject, relation, target = asked.subject, asked.relation, asked.object
    if not isinstance(subject, str) or not isinstance(target, str):
        return None
    kinds, others = vocabulary.kinds(subject), vocabulary.kinds(target)
    if relation == ax.TYPE and target == ax.THING:
        return "cls-thing" if INDIVIDUAL in kinds else None
    if relation == ax.SUBCLASS and CLASS in kinds & others:
        holds = target in (subject, ax.THING) or subject == ax.NOTHING
        return "scm-cls" if holds else None
    if relation == ax.DISJOINT and CLASS in kinds & others:
        return "scm-cls" if ax.NOTHING in (subject, target) else None
    if relation in (ax.DOMAIN, ax.RANGE) and target == ax.THING:
        led = OBJECT_PROPERTY in kinds or (DATA_PROPERTY in kinds and relation == ax.DOMAIN)
        return "cls-thing" if led else None
    if subject != target:
        return None
    return next((rule for kind, rule in _REFLEXIVE.get(str(relation), ()) if kind in kinds), None)


# The rules of `by_itself`, beside those of the saturation.
RULES = frozenset({"cls-thing", "eq-ref", "scm-cls", "scm-dp", "scm-op"})
_PROPERTIES = ((OBJECT_PROPERTY, "scm-op"), (DATA_PROPERTY, "scm-dp"))
_REFLEXIVE = {
    ax.EQUIVALENT: ((CLASS, "scm-cls"),),
    ax.SAME: ((INDIVIDUAL, "eq-ref"),),
    ax.SUBPROPERTY: _PROPERTIES,
    ax.EQUIVALENT_PROPERTY: _PROPERTIES,
}
