"""ELK and we give the same answers on the part of each case that ELK supports.

ELK sets aside a whole axiom of which a part is outside EL, and says so only in its log. So the
constructs it names there, and two it keeps silent about, are taken from the ontology until it names
none; what is left both must answer alike. On the whole case whatever ELK concludes we must have.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pyhornedowl.model as m
import pytest

from kg_service.logic import adapter
from tests.oracles import named
from tests.oracles.cases import read
from tests.oracles.oracle import Oracle
from tests.sampling import every

CASES = read()
RESULTS = ("unsatisfiable", "subclasses", "types", "relations", "edges")
# What ELK says of the cases that it does not wholly support: its words, and py-horned-owl's classes.
SAME = """
AsymmetricObjectProperty DataPropertyAssertion DataPropertyDomain DataPropertyRange
DataSomeValuesFrom DisjointDataProperties DisjointObjectProperties DisjointUnion
FunctionalDataProperty FunctionalObjectProperty HasKey InverseFunctionalObjectProperty
InverseObjectProperties IrreflexiveObjectProperty NegativeObjectPropertyAssertion
ObjectAllValuesFrom ObjectExactCardinality ObjectMaxCardinality ObjectMinCardinality
ObjectPropertyRange SubDataPropertyOf SymmetricObjectProperty
"""
CONSTRUCTS = {name: {name} for name in SAME.split()} | {
    "DataHasValue": {"DataHasValue", "NegativeDataPropertyAssertion"},
    "ObjectInverseOf": {"InverseObjectProperty"},
    "ObjectOneOf": {"ObjectOneOf", "ObjectHasValue"},
}
# ELK is incomplete for these as well, on one side of a subsumption, and says nothing.
SILENT = frozenset({"ObjectComplementOf", "ObjectUnionOf"})


@dataclass(frozen=True)
class Part:
    """What ELK supports of a case, the constructs it named in the rest, and its reply."""

    components: named.Components
    left: frozenset[str]
    reply: dict[str, Any]


@cache
def supported(oracle: Oracle, name: str) -> Part:
    whole = named.unscoped(CASES[name].asserted)
    left = frozenset(kind for c in whole for kind in SILENT & kinds(c))
    while True:
        gone = {kind for construct in left for kind in CONSTRUCTS.get(construct, {construct})}
        components = [c for c in whole if not gone & kinds(c)]
        reply = oracle.reason("elk", named.text(components), results=RESULTS)
        new = frozenset(reply["incomplete"]) - left
        if not new:
            return Part(components, left, reply)
        assert new <= CONSTRUCTS.keys()
        left |= new


def kinds(component: m.AnnotatedComponent) -> set[str]:
    """The constructs in an axiom, itself included."""
    return {type(part).__name__ for part in adapter.model_parts(component.component)}


def answerable(ours: named.Named) -> named.Named:
    """What of our results ELK was asked for."""
    edges = frozenset(edge for edge in ours.edges if edge[3] == "class")
    return replace(ours, subproperties=frozenset(), same=frozenset(), edges=edges)


@pytest.mark.parametrize("name", every(6, sorted(CASES)))
def test_elk_and_we_have_the_same_named_results_of_what_elk_supports(
    name: str, oracle: Oracle
) -> None:
    part = supported(oracle, name)
    assert part.reply["consistent"] != bool(named.close(part.components).clashes)
    if part.reply["consistent"]:
        theirs = named.theirs(part.reply)
        ours = answerable(named.combined(part.components, theirs))
        assert theirs.without(ours) == {}
        assert ours.without(theirs) == {}


@pytest.mark.parametrize("name", every(6, sorted(CASES)))
def test_what_elk_concludes_of_the_whole_case_we_conclude(name: str, oracle: Oracle) -> None:
    reply = oracle.reason("elk", CASES[name].text, results=RESULTS)
    if CASES[name].clashes:
        assert not reply["consistent"] or supported(oracle, name).left
    else:
        assert reply["consistent"]
        theirs = named.theirs(reply)
        assert theirs.without(named.combined(CASES[name].asserted, theirs)) == {}


@pytest.mark.long
def test_the_constructs_that_elk_leaves_are_those_listed(oracle: Oracle) -> None:
    found = {construct for name in CASES for construct in supported(oracle, name).left}
    assert found == CONSTRUCTS.keys() | SILENT
