"""Knowledge: all that reasoning starts from, as one file of a release.

The build half writes it, the service half reads it, and both saturate it alike. It holds every
asserted fact with the claims that make it or the axiom it comes from, the steps that HermiT alone
vouches for, and what a name is called and may stand for.

A fact is a JSON array [subject, relation, object, [scope …]]; an expression an array, as `axioms`
has it as a tuple; elsewhere a fact is named by its place in the list.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kg_service.errors import ReleaseError
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.closure import Derivation
from kg_service.logic.reasoner import Saturation

FILE = "knowledge.json"
FORMAT = 1


@dataclass(frozen=True)
class Reading:
    """A claim: the document it was read from, an IRI, and where (code points, `end` exclusive)."""

    document: str
    line: int
    start: int
    end: int
    modality: str
    disputed: bool


@dataclass(frozen=True)
class Knowledge:
    """What a release knows, before anything follows from it.

    `facts` are asserted; `claims` are the claims that make a fact, `axioms` the axiom that does, in
    functional syntax, one or both; `steps` and `cut` are HermiT's (see `decision`). `labels` are by
    IRI, `entities` what an IRI is declared as: "class", "object property", "data property",
    "individual" or "datatype"; `notes` are annotations that readers of requests need, of properties
    and exact synonyms, by annotation property and subject.
    """

    facts: tuple[Fact, ...]
    contexts: frozenset[str]
    steps: tuple[tuple[Fact, Derivation], ...]
    cut: frozenset[Fact]
    claims: Mapping[Fact, tuple[str, ...]]
    axioms: Mapping[Fact, str]
    readings: Mapping[str, Reading]
    labels: Mapping[str, str]
    entities: Mapping[str, tuple[str, ...]]
    notes: Mapping[str, Mapping[str, tuple[str, ...]]]

    def saturation(self) -> Saturation:
        """Saturate; the defaults come when the saturation is finished."""
        return Saturation(self.facts, contexts=self.contexts, given=self.steps)

    @cached_property
    def made_by(self) -> Mapping[str, frozenset[Fact]]:
        """The facts that a claim makes, by the claim's IRI: of a measurement its number too."""
        made: dict[str, set[Fact]] = defaultdict(set)
        for fact, claims in self.claims.items():
            for claim in claims:
                made[claim].add(fact)
        return {claim: frozenset(facts) for claim, facts in made.items()}

    def is_disputed(self, fact: Fact) -> bool:
        """Whether every claim that makes a fact is disputed; False for one that none makes."""
        claims = self.claims.get(fact, ())
        return bool(claims) and all(self.readings[claim].disputed for claim in claims)


def write(knowledge: Knowledge, path: Path) -> None:
    """Write a file that is always the same for the same knowledge."""
    place = {fact: number for number, fact in enumerate(knowledge.facts)}
    content = {
        "format": FORMAT,
        "facts": [_array(fact) for fact in knowledge.facts],
        "contexts": sorted(knowledge.contexts),
        "steps": [
            [_array(fact), step.rule, [place[premise] for premise in step.premises]]
            for fact, step in knowledge.steps
        ],
        "cut": sorted(map(_array, knowledge.cut)),
        "claims": [[place[fact], *claims] for fact, claims in sorted_by(place, knowledge.claims)],
        "axioms": [[place[fact], axiom] for fact, axiom in sorted_by(place, knowledge.axioms)],
        "readings": {iri: vars(reading) for iri, reading in sorted(knowledge.readings.items())},
        "labels": dict(sorted(knowledge.labels.items())),
        "entities": dict(sorted(knowledge.entities.items())),
        "notes": {name: dict(sorted(n.items())) for name, n in sorted(knowledge.notes.items())},
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def read(path: Path) -> Knowledge:
    """Read such a file. Raises ReleaseError when it is missing, damaged or of another format."""
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["format"] != FORMAT:
            raise ReleaseError(f"{path.name} has format {content['format']}.", "Run: make build")
        facts = tuple(map(_fact, content["facts"]))
        return Knowledge(
            facts,
            frozenset(content["contexts"]),
            tuple(
                (_fact(fact), Derivation(rule, tuple(facts[number] for number in premises)))
                for fact, rule, premises in content["steps"]
            ),
            frozenset(map(_fact, content["cut"])),
            {facts[number]: tuple(claims) for number, *claims in content["claims"]},
            {facts[number]: axiom for number, axiom in content["axioms"]},
            {iri: Reading(**reading) for iri, reading in content["readings"].items()},
            content["labels"],
            _tuples(content["entities"]),
            {name: _tuples(notes) for name, notes in content["notes"].items()},
        )
    except OSError as error:
        raise ReleaseError(
            f"{path.name} cannot be read: {error.strerror}.", "Run: make build"
        ) from None
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ReleaseError(f"{path.name} is damaged ({error}).", "Run: make build") from None


def _tuples(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(items) for name, items in lists.items()}


def sorted_by(place: Mapping[Fact, int], about: Mapping[Fact, Any]) -> Iterable[tuple[Fact, Any]]:
    """The items of a mapping in the order of its facts."""
    return sorted(about.items(), key=lambda item: place[item[0]])


def _array(fact: Fact) -> list[Any]:
    return [fact.subject, fact.relation, fact.object, sorted(fact.scope)]


def _fact(array: list[Any]) -> Fact:
    subject, relation, target, scope = array
    return Fact(_node(subject), _node(relation), _node(target), frozenset(scope))


def _node(value: Any) -> Node:
    return tuple(map(_node, value)) if isinstance(value, list) else value
