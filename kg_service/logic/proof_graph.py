"""Statements, proofs and justifications as RDF, for the graph `proofs` and for explanations.

Shapes are those of the table in docs/design.md. A statement is named by a digest of what it says,
so the same one has the same name in every graph.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import RDF, VOCABULARY, Fact, Node
from kg_service.logic.closure import Derivation
from kg_service.logic.explanations import Justification, Why
from kg_service.logic.justifications import Proof
from kg_service.logic.knowledge import Knowledge

BASE = "https://w3id.org/heliotrope/"
TYPE = NamedNode(RDF + "type")


def h(name: str) -> NamedNode:
    """A name of our vocabulary."""
    return NamedNode(VOCABULARY + name)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def name_of(fact: Fact) -> NamedNode:
    """The name of the statement node of a fact."""
    ends = [ax.text(node) for node in (fact.subject, fact.relation, fact.object)]
    return NamedNode(f"{BASE}statement/{_digest(*ends, *sorted(fact.scope))}")


def _term(end: Node) -> NamedNode | Literal:
    if isinstance(end, str):
        return NamedNode(end)
    if not ax.is_literal(end):
        return Literal(ax.text(end))
    _, text, datatype, language = end
    if language:
        return Literal(text, language=language)
    return Literal(text, datatype=NamedNode(datatype))


def statement(fact: Fact) -> tuple[NamedNode, list[Triple]]:
    """The node that stands for a fact in proofs, and its triples.

    A literal is itself, a class expression or a property chain a literal in functional syntax; a
    denied relation is marked `h:negated`.
    """
    node = name_of(fact)
    relation, negated = fact.relation, False
    if isinstance(relation, tuple) and relation[0] == "not":
        relation, negated = relation[1], True
    parts = {"subject": fact.subject, "relation": relation, "object": fact.object}
    triples = [Triple(node, h(key), _term(end)) for key, end in parts.items()]
    if negated:
        triples.append(Triple(node, h("negated"), Literal(True)))
    triples += [Triple(node, h("scope"), NamedNode(x)) for x in sorted(fact.scope)]
    return node, triples


def leaf(fact: Fact, knowledge: Knowledge) -> list[Triple]:
    """The triples that say what an asserted fact rests on: claims, or the axiom."""
    node, triples = statement(fact)
    claims = knowledge.claims.get(fact, ())
    triples += [Triple(node, h("claim"), NamedNode(claim)) for claim in claims]
    if not claims:
        triples.append(Triple(node, h("axiom"), Literal(knowledge.axioms[fact])))
    return triples


def step(conclusion: Fact, derivation: Derivation) -> Iterator[Triple]:
    """One `h:Proof`: a step, its rule, its premises and its conclusion."""
    target, described = statement(conclusion)
    yield from described
    premises = [statement(premise) for premise in derivation.premises]
    names = sorted(node.value for node, _ in premises)
    node = NamedNode(f"{BASE}proof/{_digest(target.value, derivation.rule, *names)}")
    yield Triple(node, TYPE, h("Proof"))
    yield Triple(node, h("conclusion"), target)
    yield Triple(node, h("rule"), Literal(derivation.rule))
    for premise, about in premises:
        yield Triple(node, h("premise"), premise)
        yield from about


def justification(fact: Fact, leaves: Iterable[Fact], disputed: bool) -> Iterator[Triple]:
    """One `h:Justification`: a minimal set of asserted statements that gives a conclusion."""
    target = name_of(fact)
    names = sorted(name_of(each).value for each in leaves)
    node = NamedNode(f"{BASE}justification/{_digest(target.value, *names)}")
    yield Triple(node, TYPE, h("Justification"))
    yield Triple(node, h("conclusion"), target)
    yield Triple(node, h("size"), Literal(len(names)))
    yield Triple(node, h("disputed"), Literal(disputed))
    for name in names:
        yield Triple(node, h("leaf"), NamedNode(name))


def why(found: Why, knowledge: Knowledge) -> set[Triple]:
    """Whether a statement holds, its justifications or those of its denial, the steps of their
    proofs, and what the leaves rest on."""
    node, described = statement(found.asked)
    triples = set(described)
    if found.holds is None:
        triples.add(Triple(node, h("holds"), Literal("unknown")))
    else:
        triples.add(Triple(node, h("holds"), Literal(found.holds)))
    for fact in found.found.facts:
        held, described = statement(fact)
        triples.update(described)
        triples.add(Triple(held, h("complete"), Literal(found.found.complete)))
    for each in found.found.justifications:
        triples.update(_of(each, knowledge))
    return triples


def _of(found: Justification, knowledge: Knowledge) -> Iterator[Triple]:
    yield from justification(found.fact, found.leaves, found.disputed)
    for fact in found.leaves:
        yield from leaf(fact, knowledge)
    yield from _steps(found.proof)


def _steps(proof: Proof) -> Iterator[Triple]:
    if proof.step is not None:
        yield from step(proof.fact, proof.step)
    for premise in proof.premises:
        yield from _steps(premise)
