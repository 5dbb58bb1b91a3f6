"""The real ontology, read and saturated once; tests of cases and of what-if build on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from kg_service.logic import adapter, cases, reasoner, terms, whatif
from kg_service.logic.axioms import Fact
from kg_service.logic.cases import Conclusions
from kg_service.logic.closure import Closure
from kg_service.logic.decision import Decision
from kg_service.logic.knowledge import Knowledge
from kg_service.logic.reasoner import Saturation
from kg_service.logic.terms import Terms
from kg_service.logic.whatif import Told
from kg_service.pipeline import ontology
from kg_service.pipeline import told as pipeline
from kg_service.pipeline.tables import Table

ROOT = Path(__file__).parents[2]
PATIENT = "https://w3id.org/heliotrope/test/patient"


@dataclass
class World:
    """The ontology of this project: its facts, what they give, and what may be spoken of."""

    knowledge: Knowledge
    closure: Closure
    terms: Terms
    iri: Callable[[str], str]
    tables: tuple[Table, ...]

    @cached_property
    def saturation(self) -> Saturation:
        return self.knowledge.saturation()

    def close(self, facts: list[Fact]) -> Closure:
        """What follows when more is told."""
        more = self.saturation.copy()
        more.extend(facts)
        return more.finish()

    def told(self, case: object) -> Closure:
        """What follows when a case, as JSON, is told of a patient."""
        return self.close(cases.facts(cases.read(case, self.terms), PATIENT))

    def conclude(self, case: object) -> Conclusions:
        return cases.conclusions(self.told(case), PATIENT)

    @cached_property
    def makers(self) -> Told:
        return whatif.told(self.knowledge)

    def label(self, name: Any) -> str:
        return self.terms.label(name)


@pytest.fixture(scope="session")
def world() -> World:
    folder = ontology.read(ROOT / "ontology")
    asserted = ontology.assemble(folder, {})
    components = ontology.horned(asserted.axioms).get_components()
    contexts = adapter.contexts_of(components)
    closure = reasoner.saturate(adapter.facts_of(components), contexts=contexts)
    knowledge = pipeline.knowledge(asserted, Decision(closure, contexts))
    return World(
        knowledge,
        closure,
        terms.terms(knowledge, closure.facts, folder.names),
        folder.names.iri,
        folder.tables,
    )
