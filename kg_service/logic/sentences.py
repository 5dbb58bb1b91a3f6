"""Sentences: facts, proofs and near misses in plain English.

A relation's label stands between subject and object as it is, so "may" stays "may". Classes and
relations that a sentence is about are quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.justifications import Proof
from kg_service.logic.near_misses import Atom, NearMiss, Variable
from kg_service.logic.rendering import render

# What each rule does, to be read after "by".
RULES: Mapping[str, str] = {
    "HermiT": "HermiT, from these together",
    "cax-dw": "disjoint classes",
    "cax-sco": "the hierarchy of classes",
    "cls-avf": "a restriction to one class",
    "cls-com": "a complement",
    "cls-hv1": "what the class says of its members",
    "cls-hv2": "what the class asks of its members",
    "cls-int1": "meeting all criteria",
    "cls-maxqc": "a greatest number",
    "cls-minqc": "counting what is different",
    "cls-nothing2": "a class without members",
    "cls-npa": "what is denied",
    "cls-oo": "being named in the list",
    "cls-oo1": "being the only one",
    "cls-svf1": "a relation to a member of the class",
    "cls-svf2": "a relation to anything",
    "cls-uni2": "ruling out all others",
    "cr11": "a chain of relations",
    "cr2": "being below all parts",
    "cr2-com": "a complement",
    "cr2-dw": "disjoint classes",
    "cr2-uni": "ruling out all others",
    "cr4": "what the relation starts from",
    "cr5": "a relation to nothing",
    "dt-com": "a value outside the range",
    "dt-diff": "two values where one is allowed",
    "dt-dw": "ranges that share no value",
    "dt-fp": "having one value only",
    "dt-hv1": "the value the class says",
    "dt-hv2": "the value the class asks for",
    "dt-not-type": "a value outside its range",
    "dt-svf": "a value within the range",
    "eq-diff-sym": "difference both ways",
    "eq-diff1": "being the same and different",
    "eq-rep-o": "being the same",
    "eq-rep-s": "being the same",
    "eq-sym": "being the same both ways",
    "eq-trans": "being the same",
    "kind-inheritance": "inheritance by default, which no claim of its own overrides",
    "kind-subtype": "the hierarchy of kinds",
    "prp-asyp": "a relation that holds one way only",
    "prp-dom": "what the relation starts from",
    "prp-fp": "a relation to one thing only",
    "prp-ifp": "a relation from one thing only",
    "prp-inv1": "the inverse relation",
    "prp-inv2": "the inverse relation",
    "prp-irp": "a relation nothing has to itself",
    "prp-key": "the same key",
    "prp-npa1": "saying and denying the same",
    "prp-pdw": "relations that exclude each other",
    "prp-rng": "what the relation ends in",
    "prp-spo1": "the wider relation",
    "prp-spo2": "a chain of relations",
    "prp-symp": "a relation that holds both ways",
    "prp-trp": "going on along the relation",
    "scm-avf": "restrictions to one class",
    "scm-card": "counting",
    "scm-cls": "being what it is",
    "scm-com": "complements",
    "scm-dom2": "what the relation starts from",
    "scm-dp": "the wider relation",
    "scm-dt": "the wider range",
    "scm-dw": "disjoint classes",
    "scm-eqc1": "the definition",
    "scm-eqc2": "being below each other",
    "scm-eqp1": "the definition of the relation",
    "scm-hv": "the wider relation",
    "scm-int": "being an intersection",
    "scm-oo": "being all of the list",
    "scm-qc": "counting",
    "scm-sco": "the hierarchy of classes",
    "scm-spo": "the hierarchy of relations",
    "scm-svf1": "the wider class",
    "scm-svf2": "the wider relation",
    "scm-uni": "being part of a union",
    "scm-uni2": "all parts of the union",
}

# How what is said with the words of OWL itself reads.
_FORMS: Mapping[str, str] = {
    TYPE: "{0} is in the class {1}",
    SUBCLASS: "whatever is in the class {0} is in the class {1}",
    ax.EQUIVALENT: "the class {0} is defined as {1}",
    ax.SUBPROPERTY: "what is said with {0} is said with {1} too",
    ax.EQUIVALENT_PROPERTY: "{0} and {1} say the same",
    ax.DOMAIN: "whatever is said with {0} is said of something in the class {1}",
    ax.RANGE: "whatever is said with {0} ends in something in {1}",
    ax.INVERSE: "{0} is {1} the other way round",
    ax.CHAIN: "{1}, one after the other, give {0}",
    ax.DISJOINT: "nothing is both in the class {0} and in the class {1}",
    ax.DISJOINT_PROPERTY: "nothing is said with both {0} and {1}",
    ax.SAME: "{0} is the same as {1}",
    ax.DIFFERENT: "{0} is not the same as {1}",
    ax.KEY: "those in the class {0} that agree in {1} are the same",
    ax.INHERITED: "what is said with {0} goes to subtypes by default",
    ax.OVERRIDES: "a claim with {0} takes the place of an inherited one with {1}",
}
_MARKS: Mapping[str, str] = {
    ax.TRANSITIVE: "{0} goes on along itself",
    ax.SYMMETRIC: "{0} holds both ways",
    ax.ASYMMETRIC: "{0} holds one way only",
    ax.IRREFLEXIVE: "nothing has {0} to itself",
    ax.FUNCTIONAL: "{0} leads to one thing only",
    ax.INVERSE_FUNCTIONAL: "{0} comes from one thing only",
}


@dataclass(frozen=True)
class Sentences:
    """Tells in the labels of one release; an IRI without one is told by `named`."""

    labels: Mapping[str, str]
    named: Callable[[str], str]

    def fact(self, fact: Fact) -> str:
        """A fact, with the scope in which it holds; without a full stop."""
        relation, denied = fact.relation, False
        if relation[0] == "not":
            relation, denied = relation[1], True
        told = self._statement(fact.subject, relation, fact.object)
        within = " and ".join(self.name(iri) for iri in sorted(fact.scope))
        scope = f", told for {within}," if within else ""
        return (f"it is denied that {told}" if denied else told) + scope.rstrip(",")

    def _statement(self, subject: Node, relation: Node, target: Node) -> str:
        if relation == TYPE and target in _MARKS:
            return _MARKS[str(target)].format(self._quoted(subject))
        form = _FORMS.get(relation) if isinstance(relation, str) else None
        if form is not None:
            thing = relation in (TYPE, ax.SAME, ax.DIFFERENT)
            first = self.node(subject) if thing else self._quoted(subject)
            return form.format(first, self._quoted(target))
        return f"{self.node(subject)} {self.node(relation)} {self.node(target)}"

    def name(self, iri: str) -> str:
        """What a thing is called."""
        return self.labels.get(iri) or self.named(iri)

    def node(self, node: Node) -> str:
        """A name, or an expression as it is written."""
        if isinstance(node, str):
            return self.name(node)
        if node[0] == "inverse":
            return f"the inverse of {self._quoted(node[1])} leads to"
        return str(node[1]) if node[0] == "opaque" else render(node, self._quoted)

    def _quoted(self, node: Node) -> str:
        return f"“{self.name(node)}”" if isinstance(node, str) else self.node(node)

    def proof(self, proof: Proof, source: Callable[[Fact], str]) -> list[str]:
        """A proof as numbered sentences, leaves before what rests on them, each said once.

        `source` says what a leaf rests on.
        """
        numbers: dict[Fact, int] = {}
        lines: list[str] = []
        for part in _in_order(proof):
            if part.fact in numbers:
                continue
            numbers[part.fact] = number = len(lines) + 1
            if part.step is None:
                reason = f" ({source(part.fact)})"
            elif part.premises:
                used = dict.fromkeys(numbers[premise.fact] for premise in part.premises)
                rests = _listed(map(str, used))
                reason = f", because of {rests}, by {RULES[part.step.rule]}"
            else:
                reason = f", by {RULES[part.step.rule]}"
            lines.append(f"{number}. {_capital(self.fact(part.fact))}{reason}.")
        return lines

    def near_miss(self, miss: NearMiss) -> str:
        """A near miss in one sentence or two."""
        known = _listed(self.fact(fact) for fact in miss.have if _of_the_domain(fact))
        known = f" It is known that {known}." if known else ""
        by = RULES[miss.rule].partition(",")[0]
        if miss.blocked:
            told = _listed(self.fact(fact) for fact in miss.blocked)
            return (
                f"It would follow by {by}, but a claim of its own stands against it: {told}.{known}"
            )
        if miss.apart:
            told = _listed(self.name(iri) for iri in sorted(miss.apart))
            return (
                f"It would follow by {by}, but the steps hold in different contexts: {told}.{known}"
            )
        lacking = _listed(self._open(atom) for atom in miss.lacking)
        return f"It would follow by {by} if it were known that {lacking}.{known}"

    def _open(self, atom: Atom) -> str:
        ends = [
            term.name
            if isinstance(term, Variable) and len(term.name) > 2
            else "something"
            if isinstance(term, Variable)
            else term
            for term in (atom[0], atom[2])
        ]
        relation = atom[1]
        assert not isinstance(relation, Variable)
        return self._statement(ends[0], relation, ends[1])


def _in_order(proof: Proof) -> Iterator[Proof]:
    for premise in proof.premises:
        yield from _in_order(premise)
    yield proof


def _of_the_domain(fact: Fact) -> bool:
    return fact.relation not in _FORMS or (fact.relation == TYPE and fact.object not in _MARKS)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(parts: Iterable[str]) -> str:
    *first, last = [*parts] or [""]
    return f"{', '.join(first)} and {last}" if first else last
