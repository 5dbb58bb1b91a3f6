"""A case: what is told of one patient, and the facts it makes.

Present, denied and unknown are three things: an unknown finding makes no fact, so nothing can be
concluded from its absence (docs/patients.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import VOCABULARY, Fact, Node
from kg_service.logic.body import Part
from kg_service.logic.closure import Derivation
from kg_service.logic.terms import Quantity, Terms

PATIENT = f"{VOCABULARY}Patient"
AGE = f"{VOCABULARY}hasAge"
DIAGNOSIS = f"{VOCABULARY}hasDiagnosis"
CONTEXT = f"{VOCABULARY}isInContextOf"
RULED_OUT = "case-context"
OLDEST = 150
# What may be told of a patient: in which list, of which kind of term, by which relation.
LISTS: dict[str, dict[str, str]] = {
    "findings": {
        f"{VOCABULARY}FindingKind": f"{VOCABULARY}hasFinding",
        f"{VOCABULARY}CircumstanceKind": f"{VOCABULARY}hasCircumstance",
    },
    "drugs": {
        f"{VOCABULARY}SubstanceKind": f"{VOCABULARY}takes",
        f"{VOCABULARY}TherapyKind": f"{VOCABULARY}takes",
    },
    "diagnoses": {
        f"{VOCABULARY}DiseaseKind": DIAGNOSIS,
        f"{VOCABULARY}FindingKind": DIAGNOSIS,
    },
}


@dataclass(frozen=True)
class Statement:
    """That a relation to a term holds, is denied (`present` false) or is unknown (None)."""

    path: str
    relation: str
    term: str
    present: bool | None


@dataclass(frozen=True)
class Value:
    """A number told of the patient, as a literal of a data property."""

    path: str
    relation: str
    literal: Node


@dataclass(frozen=True)
class Mismatch:
    """A label told beside an identifier, at a path, that is no name of the term we read there."""

    path: str
    label: str
    term: str


@dataclass(frozen=True)
class Case:
    """What is told of one patient; `unread` are the paths that are well formed and not used."""

    statements: tuple[Statement, ...] = ()
    values: tuple[Value, ...] = ()
    unread: tuple[str, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()


def statement(part: Part, name: str, present: bool | None, terms: Terms) -> Statement:
    """Give what a name in one of LISTS says. Raises CaseError for an unknown term, or one that
    belongs into another list."""
    kinds = LISTS[name]
    what = " or ".join(terms.label(kind) for kind in kinds)
    iri, kind = terms.term(part, kinds, f"a {what} in {name}")
    return Statement(part.path, kinds[kind], iri, present)


def value(part: Part, quantity: Quantity, terms: Terms) -> Value:
    """Give a number as a value of a quantity. Raises CaseError for one outside its range."""
    number = part.number()
    integral = number == number.to_integral_value()
    text = str(int(number)) if integral else format(number, "f")
    literal = ("literal", text, quantity.datatype, "")
    if facets.holds(quantity.range, literal) is not True:
        wanted = f"a value of {terms.label(quantity.relation)!r}: {facets.said(quantity.range)}"
        raise part.wrong(wanted)
    return Value(part.path, quantity.relation, literal)


def age(part: Part, terms: Terms) -> Value:
    """Give the age of the patient in whole years, 0 to OLDEST. Raises CaseError for another."""
    quantity = next(q for q in terms.quantities if q.relation == AGE)
    number = part.number()
    if not 0 <= number <= OLDEST or number != number.to_integral_value():
        raise part.wrong(f"an age in whole years, from 0 to {OLDEST}")
    return value(part, quantity, terms)


def measured(part: Part, terms: Terms) -> Quantity | None:
    """Give the quantity that a name is of: of its term or its property; None for another term.

    Raises CaseError for a name that is unknown.
    """
    known = {iri for q in terms.quantities for iri in (q.term, q.relation)}
    iri = terms.named(part, known.__contains__)
    for quantity in terms.quantities:
        if iri in (quantity.term, quantity.relation):
            return quantity
    if iri not in terms.types:
        raise part.wrong(f"a term of this graph, such as {offers(terms)}")
    return None


def offers(terms: Terms) -> str:
    """Give the labels of the terms that numbers may be told of."""
    return " or ".join(repr(terms.label(q.term)) for q in terms.quantities)


def case(
    statements: Iterable[tuple[Part, Statement]],
    values: Iterable[tuple[Part, Value]],
    unread: Iterable[str] = (),
    mismatches: Iterable[Mismatch] = (),
) -> Case:
    """Put a case together. Raises CaseError for a term told twice in different ways, and for two
    results of one quantity."""
    said: dict[tuple[str, str], Statement] = {}
    for part, one in statements:
        other = said.setdefault((one.relation, one.term), one)
        if other.present != one.present:
            words = {True: "present", False: "denied", None: "unknown"}
            raise part.wrong(
                f"what {other.path} says of the same term: {words[other.present]}",
                "A term is present, denied or unknown; name it once.",
                found=words[one.present],
            )
    numbers: dict[str, Value] = {}
    for part, number in values:
        earlier = numbers.setdefault(number.relation, number)
        if earlier is not number:
            raise part.wrong(
                "one result for each quantity", f"{earlier.path} has the first.", found="another"
            )
    return Case(tuple(said.values()), tuple(numbers.values()), tuple(unread), tuple(mismatches))


def told(case: Case, patient: str) -> dict[Fact, str]:
    """Give the facts a case makes about a patient (an IRI), each with the path it was read at.

    That somebody is a patient has the path "". Unknown makes no fact.
    """
    made = {Fact(patient, ax.TYPE, PATIENT): ""}
    for one in case.statements:
        if one.present is not None:
            relation: Node = one.relation if one.present else ("not", one.relation)
            made[Fact(patient, relation, one.term)] = one.path
    return made | {Fact(patient, v.relation, v.literal): v.path for v in case.values}


def steps(told: Iterable[Fact]) -> tuple[tuple[Fact, Derivation], ...]:
    """Give the steps from what is told that no rule for all takes: who is told not to have a
    diagnosis is not in its context, and so has no subtype of it."""
    return tuple(
        (Fact(fact.subject, ("not", CONTEXT), fact.object), Derivation(RULED_OUT, (fact,)))
        for fact in told
        if fact.relation == ("not", DIAGNOSIS)
    )


def facts(case: Case, patient: str) -> list[Fact]:
    """Give the facts a case makes about a patient, sorted."""
    return sorted(told(case, patient), key=ax.order)
