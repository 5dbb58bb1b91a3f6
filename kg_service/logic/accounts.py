"""Accounts: what reasoning found, as JSON: terms, statements, leaves, proofs, explanations.

Keys are those of the interface: a term is {"id", "iri", "label"}, a claim has the property names of
the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from kg_service.grades import Grade
from kg_service.logic import axioms as ax
from kg_service.logic import evidence
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.explanations import Explanation, Justification
from kg_service.logic.justifications import Proof
from kg_service.logic.knowledge import Knowledge
from kg_service.logic.rendering import render
from kg_service.names import Names

Json = dict[str, Any]


class Accountant:
    """Tells what was found in the names of one release."""

    def __init__(
        self, knowledge: Knowledge, names: Names, told: Mapping[Fact, Json] | None = None
    ) -> None:
        """Name things by `knowledge` and `names`; `told` says what other facts rest on, such as
        those of a case."""
        self._knowledge, self._names = knowledge, names
        self._told = told or {}
        self._curie = lru_cache(maxsize=None)(names.curie)

    def term(self, iri: str) -> Json:
        """A term; `label` is None for what has none."""
        label = self._knowledge.labels.get(iri)
        return {"id": self._curie(iri), "iri": iri, "label": label}

    def node(self, node: Node) -> Json:
        """A term; or a class expression, literal or chain in Manchester syntax."""
        if isinstance(node, str):
            return self.term(node)
        if node[0] == "opaque":
            return {"expression": node[1]}
        return {"expression": render(node, self._written)}

    def _written(self, iri: str) -> str:
        label = self._knowledge.labels.get(iri)
        return f"'{label}'" if label else self._curie(iri)

    def statement(self, fact: Fact) -> Json:
        """A statement; `denied` is there where the relation is denied."""
        relation, denied = fact.relation, False
        if isinstance(relation, tuple) and relation[0] == "not":
            relation, denied = relation[1], True
        made: Json = {
            "subject": self.node(fact.subject),
            "predicate": self.node(relation),
            "object": self.node(fact.object),
            "scope": [self.term(iri) for iri in sorted(fact.scope)],
        }
        return made | ({"denied": True} if denied else {})

    def claim(self, iri: str) -> Json:
        """Where a claim was read."""
        reading = self._knowledge.readings[iri]
        return {
            "id": self._curie(iri),
            "iri": iri,
            "document": self._curie(reading.document),
            "line": reading.line,
            "start": reading.start,
            "end": reading.end,
            "modality": reading.modality,
            "disputed": reading.disputed,
        }

    def leaf(self, fact: Fact) -> Json:
        """An asserted statement and what it rests on: `claims`, an `axiom`, or what was told."""
        made: Json = {"statement": self.statement(fact)}
        if fact in self._told:
            return made | {"told": self._told[fact]}
        if fact in self._knowledge.claims:
            made["claims"] = [self.claim(iri) for iri in self._knowledge.claims[fact]]
        if fact in self._knowledge.axioms:
            made["axiom"] = self._knowledge.axioms[fact]
        return made

    def proof(self, proof: Proof) -> Json:
        """A proof as a tree: a leaf, or a statement with its rule and the premises' proofs."""
        if proof.step is None:
            return self.leaf(proof.fact)
        return {
            "statement": self.statement(proof.fact),
            "rule": proof.step.rule,
            "premises": [self.proof(premise) for premise in proof.premises],
        }

    def justification(self, found: Justification) -> Json:
        """A justification with its leaves and a proof from them; `evidence` is the grade of its
        weakest leaf."""
        return {
            "scope": [self.term(iri) for iri in sorted(found.fact.scope)],
            "size": len(found.leaves),
            "disputed": found.disputed,
            "evidence": self.term(self._weakest(found).iri),
            "leaves": [self.leaf(fact) for fact in found.leaves],
            "proof": self.proof(found.proof),
        }

    def explanation(self, found: Explanation) -> Json:
        """The justifications of a statement, and whether these are all; `evidence` is the best
        of theirs, None where there is none."""
        best = max(map(self._weakest, found.justifications), default=None)
        return {
            "evidence": self.term(best.iri) if best else None,
            "justifications": [self.justification(each) for each in found.justifications],
            "complete": found.complete,
        }

    def _weakest(self, found: Justification) -> Grade:
        return evidence.weakest(self._knowledge, found.leaves)

    def clashes(self, sets: Iterable[frozenset[Fact]], complete: bool) -> Json:
        """Sets of leaves that cannot all hold."""
        return {
            "clashes": [[self.leaf(f) for f in sorted(s, key=ax.order)] for s in sets],
            "complete": complete,
        }
