"""ELK and we give the same answers on the part of each case that ELK supports.

ELK sets aside a whole axiom of which a part is outside EL, and says so only in its log. So the
constructs it names there are taken from the ontology until it names none; what is left both must
answer alike. On the whole case whatever ELK concludes we must have.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

from kg_service.logic import adapter
from tests.oracles import named
from tests.oracles.cases import read
from tests.oracles.oracle import Oracle

CASES = read()
RESULTS = ("unsatisfiable", "subclasses", "types", "relations", "edges")
# What ELK says it does not wholly support in the axioms of the cases, as py-horned-owl calls it.
CONSTRUCTS = {
    "AsymmetricObjectProperty": "AsymmetricObjectProperty",
    "DataPropertyAssertion": "DataPropertyAssertion",
    "DataSomeValuesFrom": "DataSomeValuesFrom",
    "DisjointObjectProperties": "DisjointObjectProperties",
    "FunctionalDataProperty": "FunctionalDataProperty",
    "InverseObjectProperties": "InverseObjectProperties",
    "IrreflexiveObjectProperty": "IrreflexiveObjectProperty",
    "NegativeObjectPropertyAssertion": "NegativeObjectPropertyAssertion",
    "ObjectAllValuesFrom": "ObjectAllValuesFrom",
    "ObjectInverseOf": "InverseObjectProperty",
    "ObjectOneOf": "ObjectHasValue",
    "ObjectPropertyRange": "ObjectPropertyRange",
    "SymmetricObjectProperty": "SymmetricObjectProperty",
}


@dataclass(frozen=True)
class Part:
    """What ELK supports of a case, the constructs it named in the rest, and its reply."""

    components: named.Components
    left: frozenset[str]
    reply: dict[str, Any]


@cache
def supported(oracle: Oracle, name: str) -> Part:
    components = named.unscoped(CASES[name].asserted)
    left: frozenset[str] = frozenset()
    while True:
        reply = oracle.reason("elk", named.text(components), results=RESULTS)
        new = set(reply["incomplete"]) - left
        if not new:
            return Part(components, left, reply)
        left |= new
        gone = {CONSTRUCTS[construct] for construct in left}
        components = [
            c
            for c in components
            if not gone & {type(part).__name__ for part in adapter.model_parts(c.component)}
        ]


def answerable(ours: named.Named) -> named.Named:
    """What of our results ELK was asked for."""
    edges = frozenset(edge for edge in ours.edges if edge[3] == "class")
    return replace(ours, subproperties=frozenset(), same=frozenset(), edges=edges)


@pytest.mark.parametrize("name", sorted(CASES))
def test_elk_and_we_have_the_same_named_results_of_what_elk_supports(
    name: str, oracle: Oracle
) -> None:
    part = supported(oracle, name)
    assert part.reply["consistent"] != bool(named.close(part.components).clashes)
    if part.reply["consistent"]:
        ours, theirs = answerable(named.combined(part.components)), named.theirs(part.reply)
        assert theirs.without(ours) == {}
        assert ours.without(theirs) == {}


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_elk_concludes_of_the_whole_case_we_conclude(name: str, oracle: Oracle) -> None:
    reply = oracle.reason("elk", CASES[name].text, results=RESULTS)
    if CASES[name].clashes:
        assert not reply["consistent"] or supported(oracle, name).left
    else:
        assert reply["consistent"]
        assert named.theirs(reply).without(named.combined(CASES[name].asserted)) == {}


def test_the_constructs_that_elk_leaves_are_those_listed(oracle: Oracle) -> None:
    found = {construct for name in CASES for construct in supported(oracle, name).left}
    assert found == CONSTRUCTS.keys()
