"""The ontology of the release: OWLAPI's HermiT and we draw the same conclusions from it.

With nominals and individuals every question costs HermiT a tableau of the whole, so what holds of
classes is asked through probes: one fresh individual for each class, and one fresh class P.B for
"has a P that is a B". A subsumption shows in the types of the probe; since probes in one ontology
could also act on each other, what only they show is asked once more without them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from kg_service.logic import axioms as ax
from kg_service.pipeline import ontology
from tests.oracles import named
from tests.oracles.named import Components, Named
from tests.oracles.oracle import Oracle

pytestmark = pytest.mark.long

FOLDER = Path(__file__).parents[2] / "ontology"
SOME = 40
PROBE, HAS = "urn:heliotrope:probe:", "urn:heliotrope:has:"


@dataclass(frozen=True)
class Whole:
    """What is asserted without scope, and our named results."""

    components: Components
    ours: Named
    classes: tuple[str, ...]
    properties: tuple[str, ...]

    def probes(self) -> list[str]:
        """One individual of each class."""
        return [f"ClassAssertion(<{c}> <{PROBE}{c}>)" for c in self.classes]


@cache
def read() -> Whole:
    asserted = ontology.assemble(ontology.read(FOLDER), {})
    components = named.unscoped(ontology.horned(asserted.axioms).get_axioms())
    return Whole(
        components,
        named.combined(components),
        tuple(sorted(named.classes(components))),
        tuple(sorted(named.object_properties(components))),
    )


def types(oracle: Oracle, whole: Whole, more: Iterable[str]) -> set[tuple[str, str]]:
    """Individuals and their named classes, by HermiT, with more axioms than the release's."""
    text = named.text(whole.components, more)
    reply = oracle.reason("hermit", text, results=["types"])
    assert reply["consistent"], "a class of the release can have no member"
    return {(individual, cls) for individual, cls in reply["types"]}


def confirmed(oracle: Oracle, whole: Whole, axioms: dict[tuple[str, ...], str]) -> set[object]:
    """Those rows whose axiom HermiT entails, of the release alone."""
    reply = oracle.reason("hermit", named.text(whole.components), axioms.values(), [])
    return {row for row, said in zip(axioms, reply["answers"], strict=True) if said is True}


def subclass(lower: str, upper: str) -> str:
    return f"SubClassOf(<{lower}> <{upper}>)"


def edge(start: str, property_: str, end: str) -> str:
    return f"SubClassOf(<{start}> ObjectSomeValuesFrom(<{property_}> <{end}>))"


def test_hermit_and_we_give_the_individuals_of_the_release_the_same_types_and_relations(
    oracle: Oracle,
) -> None:
    whole = read()
    asked = ["types", "same", "relations", "subproperties"]
    reply = oracle.reason("hermit", named.text(whole.components), results=asked)
    theirs = named.theirs(reply, whole.components)
    assert len(theirs.types) > 500
    assert len(theirs.relations) > 500
    assert theirs.without(whole.ours) == {}
    # HermiT lists less than it knows, so it is asked for the rest.
    more = {name: rows for name, rows in whole.ours.without(theirs).items() if name in asked}
    questions = named.questions(more)
    answers = oracle.reason("hermit", named.text(whole.components), questions, [])["answers"]
    denied = [axiom for axiom, said in zip(questions, answers, strict=True) if said is not True]
    assert denied == []


def test_hermit_and_we_put_the_classes_of_the_release_below_the_same_classes(
    oracle: Oracle,
) -> None:
    whole = read()
    assert whole.ours.unsatisfiable == frozenset()
    shown = {
        (individual.removeprefix(PROBE), cls)
        for individual, cls in types(oracle, whole, whole.probes())
        if individual.startswith(PROBE)
    }
    shown = {pair for pair in shown if pair[0] != pair[1]}
    assert shown >= whole.ours.subclasses
    # Exactly these: ours must each be so without probes, what is shown beyond them must not be.
    told = {tuple(pair) for pair in named.told_subclasses(whole.components)}
    asked = (shown | whole.ours.subclasses) - told
    found = confirmed(oracle, whole, {pair: subclass(*pair) for pair in sorted(asked)})
    assert found == whole.ours.subclasses - told


def test_hermit_and_we_have_the_same_class_edges_in_the_release(oracle: Oracle) -> None:
    whole = read()
    ours = {(e[1], e[2], e[4]) for e in whole.ours.edges if e[0] == e[3] == "class"}
    some = [
        f"SubClassOf(ObjectSomeValuesFrom(<{p}> <{ax.THING}>) <{HAS}{p}>)" for p in whole.properties
    ]
    starts: dict[str, set[str]] = {}
    for individual, cls in types(oracle, whole, [*whole.probes(), *some]):
        if individual.startswith(PROBE) and cls.startswith(HAS):
            starts.setdefault(cls.removeprefix(HAS), set()).add(individual.removeprefix(PROBE))
    assert starts, "a defined class of the release has a relation"
    # One class for each property and end, of the properties that start at some class at all.
    ends = {f"{HAS}{p} {c}".replace(" ", "#"): (p, c) for p in starts for c in whole.classes}
    some = [
        f"SubClassOf(ObjectSomeValuesFrom(<{p}> <{c}>) <{name}>)" for name, (p, c) in ends.items()
    ]
    shown = {
        (individual.removeprefix(PROBE), *ends[cls])
        for individual, cls in types(oracle, whole, [*whole.probes(), *some])
        if individual.startswith(PROBE) and cls in ends
    }
    assert shown >= ours
    # One question for all our edges of a class, one for each edge that only probes show.
    held: dict[str, list[str]] = {}
    for start, property_, end in sorted(ours):
        held.setdefault(start, []).append(f"ObjectSomeValuesFrom(<{property_}> <{end}>)")
    wholes = {
        (start,): f"SubClassOf(<{start}> ObjectIntersectionOf({' '.join(some)} <{ax.THING}>))"
        for start, some in held.items()
    }
    assert confirmed(oracle, whole, wholes) == wholes.keys()
    # Some at a time: the first that HermiT entails is enough to fail.
    doubtful = sorted(shown - ours)
    for place in range(0, len(doubtful), SOME):
        some_of = doubtful[place : place + SOME]
        assert confirmed(oracle, whole, {row: edge(*row) for row in some_of}) == set()


def test_elk_has_no_subclass_or_type_of_the_release_that_we_lack(oracle: Oracle) -> None:
    whole = read()
    asked = ["unsatisfiable", "subclasses", "types"]
    reply = oracle.reason("elk", named.text(whole.components), results=asked)
    theirs = named.theirs(reply)
    assert len(theirs.subclasses) > 100
    assert theirs.without(whole.ours) == {}
