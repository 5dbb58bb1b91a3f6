"""The case folders of `tests/logic/cases`, as both sides of a comparison read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyhornedowl
import pyhornedowl.model as m

from kg_service.logic import adapter
from kg_service.logic.closure import Closure
from kg_service.logic.reasoner import saturate
from tests.oracles.named import OWL_RULES, Components, unscoped

FOLDER = Path(__file__).parents[1] / "logic" / "cases"


@dataclass
class Case:
    """One folder."""

    path: Path

    @property
    def text(self) -> str:
        """What is asserted, in functional syntax."""
        return self.file("asserted")

    def file(self, name: str) -> str:
        """One of its files; an empty ontology where there is none."""
        path = self.path / f"{name}.ofn"
        return path.read_text(encoding="utf-8") if path.exists() else "Ontology()"

    def components(self, name: str) -> Components:
        """The axioms of a file, as py-horned-owl reads them."""
        return list(pyhornedowl.open_ontology_from_string(self.file(name), "ofn").get_axioms())

    @property
    def clashes(self) -> bool:
        """Whether what is asserted cannot hold."""
        return (self.path / "clash.ofn").exists()

    @cached_property
    def asserted(self) -> Components:
        """The axioms asserted."""
        return self.components("asserted")

    @cached_property
    def whole(self) -> Closure:
        """Our closure with kinds and scopes: what the product says."""
        facts = adapter.facts_of(self.asserted)
        return saturate(facts, contexts=adapter.contexts_of(self.asserted))

    @cached_property
    def without_kinds(self) -> Closure:
        """Our closure by the rules of OWL, scopes kept."""
        facts = adapter.facts_of(self.asserted)
        return saturate(facts, OWL_RULES, adapter.contexts_of(self.asserted))

    @cached_property
    def without_scopes(self) -> Closure:
        """Our closure with kinds, of statements without scope."""
        return saturate(adapter.facts_of(unscoped(self.asserted)))

    def beyond_owl(self, component: m.AnnotatedComponent) -> str:
        """Say why a fact that the case says follows is not OWL's to conclude; empty where it is.

        "scope": it has a scope, or it is lost without the statements that have one. "kind": it is
        lost without the rules on kinds.
        """
        facts = set(adapter.facts_of_axiom(component))
        if adapter.scope_of(component):
            return "scope"
        if not facts <= set(self.whole.facts):
            return ""
        if not facts <= set(self.without_kinds.facts):
            return "kind"
        if not facts <= set(self.without_scopes.facts):
            return "scope"
        return ""


def read() -> dict[str, Case]:
    """Give every case by its name."""
    return {path.name: Case(path) for path in sorted(FOLDER.iterdir()) if path.is_dir()}
