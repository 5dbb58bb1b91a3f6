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
from kg_service.logic.explanations import Clashing, Explanation, Justification, Why
from kg_service.logic.justifications import Proof
from kg_service.logic.knowledge import Knowledge
from kg_service.logic.near_misses import NearMiss
from kg_service.logic.patterns import Atom, Term, Variable, bound, variables
from kg_service.logic.rendering import render
from kg_service.logic.sentences import Sentences
from kg_service.names import Names

Json = dict[str, Any]


class Accountant:
    """Tells what was found in the names of one release."""

    def __init__(
        self, knowledge: Knowledge, names: Names, told: Mapping[Fact, Json] | None = None
    ) -> None:
        """Name things by `knowledge` and `names`; `told` says what other facts rest on, such as
        those of a case, or that one is supposed."""
        self._knowledge, self._names = knowledge, names
        self._told = told or {}
        self._curie = lru_cache(maxsize=None)(names.curie)
        self._sentences = Sentences(knowledge.labels, self._curie, knowledge.contexts)

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
        if iri.startswith("?"):  # a variable within an expression
            return iri
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
        """A justification with its leaves, and a proof from them as a tree and in sentences.

        `evidence` is the grade of its weakest leaf.
        """
        return {
            "scope": [self.term(iri) for iri in sorted(found.fact.scope)],
            "size": len(found.leaves),
            "disputed": found.disputed,
            "evidence": self.term(self._weakest(found).iri),
            "leaves": [self.leaf(fact) for fact in found.leaves],
            "proof": self.proof(found.proof),
            "sentences": self.sentences(found),
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

    def proved(self, fact: Fact, found: Explanation) -> Json:
        """A statement with one proof of the smallest size."""
        best = found.justifications[0]
        proof = {"proof": self.proof(best.proof), "disputed": best.disputed}
        return {"statement": self.statement(fact), **proof}

    def asserted(self, fact: Fact) -> Json:
        """A statement that is its own proof, in the shape of `proved`."""
        disputed = self._knowledge.is_disputed(fact)
        return {"statement": self.statement(fact), "proof": self.leaf(fact), "disputed": disputed}

    def sentences(self, found: Justification) -> list[str]:
        """The proof of a justification in plain English."""
        lines = self._sentences.proof(found.proof, self.source)
        if found.disputed:
            lines.append("This rests on a claim that a conflict disputes.")
        return lines

    def source(self, fact: Fact) -> str:
        """What a leaf rests on, in words."""
        if fact in self._told:
            return "supposed" if "supposed" in self._told[fact] else "as told"
        claims = self._knowledge.claims.get(fact, ())
        if not claims:
            return "by the ontology"
        return "; ".join(map(self._read, claims))

    def _read(self, claim: str) -> str:
        reading = self._knowledge.readings[claim]
        document = self._curie(reading.document).rpartition(":")[2]
        place = f"document {document}, line {reading.line}, {self._curie(claim)}"
        return f"{place}, disputed" if reading.disputed else place

    def near_miss(self, miss: NearMiss) -> Json:
        """A rule that nearly fired: what it has, what it lacks, and what keeps it from firing."""
        return {
            "rule": miss.rule,
            "have": [self.leaf_or_statement(fact) for fact in miss.have],
            "lacking": [self._atom(atom) for atom in miss.lacking],
            "blocked": [self.leaf_or_statement(fact) for fact in miss.blocked],
            "instead": [self.leaf_or_statement(fact) for fact in miss.instead],
            "apart": [self.term(iri) for iri in sorted(miss.apart)],
            "sentence": self._sentences.near_miss(miss),
        }

    def leaf_or_statement(self, fact: Fact) -> Json:
        """A statement, and what it rests on where it is asserted."""
        asserted = fact in self._knowledge.claims or fact in self._knowledge.axioms
        return (
            self.leaf(fact)
            if asserted or fact in self._told
            else {"statement": self.statement(fact)}
        )

    def _atom(self, atom: Atom) -> Json:
        keys = ("subject", "predicate", "object")
        return {key: self._term(term) for key, term in zip(keys, atom, strict=True)}

    def _term(self, term: Term) -> Json:
        """A node, or what stands for any: a variable, with the range its value is in."""
        if not isinstance(term, Variable):
            return self.node(bound(term, {v: f"?{v.name}" for v in variables(term)}))
        made: Json = {"variable": term.name}
        if term.range is not None:
            made["outside" if term.outside else "range"] = render(term.range, self._written)
        return made

    def clashes(self, found: Clashing) -> Json:
        """Sets of leaves that cannot all hold."""
        return {
            "clashes": [
                [self.leaf(fact) for fact in sorted(leaves, key=ax.order)] for leaves in found.sets
            ],
            "complete": found.complete,
        }

    def why(self, why: Why) -> Json:
        """Whether a triple holds, and why; what follows from a contrary is told as `denial`."""
        made: Json = {"statement": self.statement(why.asked), "holds": _HOLDS[why.holds]}
        if why.holds is not False:
            near = list(map(self.near_miss, why.near))
            elsewhere = list(map(self.leaf_or_statement, why.elsewhere))
            return made | self.explanation(why.found) | {"near": near, "elsewhere": elsewhere}
        denial = self.explanation(why.found) if why.clashing is None else self.clashes(why.clashing)
        nothing: Json = {"justifications": [], "complete": True, "near": [], "elsewhere": []}
        return made | nothing | {"denial": denial}

    def lines(self, why: Why) -> list[str]:
        """Whether a triple holds, and why, in plain English."""
        asked = self._sentences.fact(why.asked)
        if why.holds is None:
            found = [self._sentences.near_miss(miss) for miss in why.near]
            more = found or ["No rule comes near to it."]
            elsewhere = [self._sentences.alone(fact) for fact in why.elsewhere]
            return [f"It is not known whether {asked}.", *elsewhere, "", *more]
        if why.clashing is not None:
            lines = [f"It does not hold that {asked}: these cannot all be true."]
            for leaves in why.clashing.sets:
                lines.append("")
                for leaf in sorted(leaves, key=ax.order):
                    lines.append(f"- {self._sentences.fact(leaf)} ({self.source(leaf)})")
            return lines
        number = len(why.found.justifications)
        ways = f"{number} way{'s' * (number != 1)}"
        if not why.found.complete:
            ways = f"{number} or more ways"
        # What holds everywhere holds in every scope as well.
        scopes = sorted({fact.scope for fact in why.found.facts}, key=sorted)
        only = _only(map(self._sentences.within, scopes)) if all(scopes) else ""
        head = "It holds that" if why.holds else "It does not hold that"
        lines = [f"{head} {asked}{only}, in {ways}."]
        for each in why.found.justifications:
            lines += ["", *self.sentences(each)]
        return lines


def _only(within: Iterable[str]) -> str:
    """The scopes in which something holds, and nowhere else."""
    told = " or ".join(within)
    return f", but only {told}" if told else ""


# JSON has no third truth value; what is unknown is said in a word.
_HOLDS = {True: True, False: False, None: "unknown"}
