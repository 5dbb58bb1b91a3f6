"""Quantities: numbers that claims tell of a patient, as data that a reasoner compares.

A data property of `ontology/schema.ofn` says with h:quantity and h:unit under which term and in
which unit its number is told. A measurement with that term and unit then asserts the number too,
or the range where the document gives only bounds; the claim makes both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyhornedowl.model as owl

from kg_service.logic.axioms import VOCABULARY
from kg_service.logic.terms import QUANTITY, UNIT
from kg_service.pipeline.templates import iri, literal

MEASUREMENT = VOCABULARY + "hasMeasurement"


@dataclass(frozen=True)
class Measure:
    """The numbers of a claim as its row has them; each empty where it has none."""

    minimum: str = ""
    maximum: str = ""
    unit: str = ""


Quantities = Mapping[tuple[str, str], tuple[str, str]]
"""By term and unit, the data property that keeps the number, and its datatype: IRIs, but for the
unit, which is a code of UCUM."""


def quantities(axioms: Iterable[Any]) -> Quantities:
    """Give the quantities that axioms declare; none whose property has no unit or no range."""
    terms: dict[str, str] = {}
    units: dict[str, str] = {}
    datatypes: dict[str, str] = {}
    for axiom in axioms:
        if isinstance(axiom, owl.AnnotationAssertion):
            name, relation, value = str(axiom.subject), str(axiom.ann.ap.first), axiom.ann.av
            if relation == QUANTITY:
                terms[name] = str(value)
            elif relation == UNIT and not isinstance(value, owl.IRI):
                units[name] = value.literal
        elif isinstance(axiom, owl.DataPropertyRange):
            restricted = isinstance(axiom.dr, owl.DatatypeRestriction)
            datatype = axiom.dr.first if restricted else axiom.dr
            if isinstance(datatype, owl.Datatype):
                datatypes[str(axiom.dp.first)] = str(datatype.first)
    return {
        (term, units[name]): (name, datatypes[name])
        for name, term in terms.items()
        if name in units and name in datatypes
    }


def told(subject: str, term: str, measure: Measure, known: Quantities) -> Iterator[Any]:
    """Give the axiom of a measurement's numbers; none where no data property keeps them."""
    bounds = ((owl.Facet.MinInclusive, measure.minimum), (owl.Facet.MaxInclusive, measure.maximum))
    given = [(facet, text) for facet, text in bounds if text]
    if not given or (term, measure.unit) not in known:
        return
    name, datatype = known[term, measure.unit]
    property_, individual = owl.DataProperty(iri(name)), owl.NamedIndividual(iri(subject))
    if measure.minimum == measure.maximum:
        yield owl.DataPropertyAssertion(
            property_, individual, literal(measure.minimum, datatype=datatype)
        )
    else:
        facets = [owl.FacetRestriction(f, literal(text, datatype=datatype)) for f, text in given]
        range_ = owl.DatatypeRestriction(owl.Datatype(iri(datatype)), facets)
        yield owl.ClassAssertion(owl.DataSomeValuesFrom(property_, range_), individual)
