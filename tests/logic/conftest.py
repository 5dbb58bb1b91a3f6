"""The real ontology, read and saturated once; tests of cases and of what-if build on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from kg_service.logic import adapter, cases, reasoner, vocabulary, whatif
from kg_service.logic.axioms import Fact
from kg_service.logic.cases import Conclusions
from kg_service.logic.reasoner import Closure
from kg_service.logic.vocabulary import Vocabulary
from kg_service.logic.whatif import Told
from kg_service.pipeline import ontology
from kg_service.pipeline.tables import Table

ROOT = Path(__file__).parents[2]
PATIENT = "https://w3id.org/heliotrope/test/patient"


@dataclass
class World:
    """The ontology of this project: its facts, what they give, and what may be spoken of."""

    facts: list[Fact]
    contexts: frozenset[str]
    closure: Closure
    vocabulary: Vocabulary
    iri: Callable[[str], str]
    components: Any
    claims: frozenset[str]
    tables: tuple[Table, ...]

    def close(self, facts: list[Fact]) -> Closure:
        """What follows when more is told."""
        return reasoner.saturate([*self.facts, *facts], contexts=self.contexts)

    def told(self, case: object) -> Closure:
        """What follows when a case, as JSON, is told of a patient."""
        return self.close(cases.facts(cases.read(case, self.vocabulary), PATIENT))

    def conclude(self, case: object) -> Conclusions:
        return cases.conclusions(self.told(case), PATIENT)

    @cached_property
    def makers(self) -> Told:
        return whatif.told(self.components, self.claims)

    def label(self, name: Any) -> str:
        return self.vocabulary.label(name)


@pytest.fixture(scope="session")
def world() -> World:
    folder = ontology.read(ROOT / "ontology")
    asserted = ontology.assemble(folder, {})
    components = ontology.horned(asserted.axioms).get_components()
    facts, contexts = adapter.facts_of(components), adapter.contexts_of(components)
    closure = reasoner.saturate(facts, contexts=contexts)
    resolve = vocabulary.resolver(folder.names, asserted.labels)
    return World(
        facts,
        contexts,
        closure,
        vocabulary.vocabulary(components, closure.facts, resolve),
        folder.names.iri,
        components,
        frozenset(claim.iri for claim in asserted.claims),
        folder.tables,
    )
