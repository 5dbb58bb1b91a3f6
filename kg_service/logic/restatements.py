"""Restatements: what says the same as a statement that no rule concludes.

Of what OWL says both ways a saturation keeps one way, and of what follows about classes and
properties only what its rules go on from. So these steps are looked for when somebody asks. scm-
are of OWL 2 RL (OWL 2 Profiles, section 4.3, table 9) or named after their kin there; each follows
from the semantics of OWL 2 (Direct Semantics, sections 2.3.1 to 2.3.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.closure import Closure, Derivation

# The rules of `steps`, beside those of the saturation.
RULES = frozenset({"scm-dom1", "scm-dw2", "scm-eqp2", "scm-inv-sym", "scm-pdw-sym", "scm-rng1"})


def mentioned(asked: Fact) -> tuple[Node, ...]:
    """Give the class expressions that must occur for the steps to a statement to be found."""
    return (_both(asked),) if asked.relation == ax.DISJOINT else ()


def steps(closure: Closure, asked: Fact) -> tuple[tuple[Fact, Derivation], ...]:
    """Give the steps that conclude a statement of a word in WAYS from what a closure holds; none:
    empty."""
    return tuple((asked, step) for step in WAYS[str(asked.relation)](closure, asked))


def edges(closure: Closure, asked: Fact) -> tuple[Fact, ...]:
    """Give the class edges that `A P B` may stand for, where the closure has them: that every A,
    or the individual A, has the relation P to some B."""
    edge = ("some", asked.relation, asked.object)
    return tuple(f for r in (SUBCLASS, TYPE) for f in closure.find(asked.subject, r, edge))


def _both(asked: Fact) -> Node:
    return ax.gather("and", (asked.subject, asked.object))


def _joined(
    rule: str, closure: Closure, *premises: tuple[Node, Node, Node]
) -> Iterator[Derivation]:
    """The steps by a rule whose premises are these triples."""
    for found in product(*(closure.find(*premise) for premise in premises)):
        yield Derivation(rule, found)


def _disjoint(closure: Closure, asked: Fact) -> Iterator[Derivation]:
    """and(A, B) ⊑ ⊥ ⇒ A disjoint with B."""
    yield from _joined("scm-dw2", closure, (_both(asked), SUBCLASS, ax.NOTHING))


def _equivalent(closure: Closure, asked: Fact) -> Iterator[Derivation]:
    """A ⊑ B, B ⊑ A ⇒ A ≡ B, in whatever order of names."""
    one, other = asked.subject, asked.object
    yield from _joined("scm-eqc2", closure, (one, SUBCLASS, other), (other, SUBCLASS, one))


def _equivalent_properties(closure: Closure, asked: Fact) -> Iterator[Derivation]:
    """P ⊑ Q, Q ⊑ P ⇒ P ≡ Q."""
    one, other, below = asked.subject, asked.object, ax.SUBPROPERTY
    yield from _joined("scm-eqp2", closure, (one, below, other), (other, below, one))


def _inverse(closure: Closure, asked: Fact) -> Iterator[Derivation]:
    """P inverse of Q ⇒ Q inverse of P; P symmetric ⇒ P inverse of P."""
    one, other = asked.subject, asked.object
    yield from _joined("scm-inv-sym", closure, (other, ax.INVERSE, one))
    if one == other:
        yield from _joined("scm-inv-sym", closure, (one, TYPE, ax.SYMMETRIC))


def _excluding(closure: Closure, asked: Fact) -> Iterator[Derivation]:
    """P disjoint with Q ⇒ Q disjoint with P."""
    mirrored = asked.object, ax.DISJOINT_PROPERTY, asked.subject
    yield from _joined("scm-pdw-sym", closure, mirrored)


def _ends(closure: Closure, asked: Fact) -> Iterator[Derivation]:
    """P ⊑ Q, domain(Q) = D, D ⊑ C ⇒ domain(P) = C; likewise for ranges. Q may be P, and D be C."""
    rule = "scm-dom1" if asked.relation == ax.DOMAIN else "scm-rng1"
    for said in closure.facts:
        if said.relation != asked.relation:
            continue
        up = _reached(closure, asked.subject, ax.SUBPROPERTY, said.subject)
        wide = _reached(closure, said.object, SUBCLASS, asked.object)
        if not wide and facets.is_range(said.object) and facets.within(said.object, asked.object):
            wide = [()]
        for below, above in product(up, wide):
            yield Derivation(rule, (*below, said, *above))


def _reached(closure: Closure, one: Node, relation: str, other: Node) -> list[tuple[Fact, ...]]:
    """The ways in which something is another, or below it."""
    return [()] if one == other else [(fact,) for fact in closure.find(one, relation, other)]


WAYS: Mapping[str, Callable[[Closure, Fact], Iterator[Derivation]]] = {
    ax.DISJOINT: _disjoint,
    ax.DISJOINT_PROPERTY: _excluding,
    ax.DOMAIN: _ends,
    ax.EQUIVALENT: _equivalent,
    ax.EQUIVALENT_PROPERTY: _equivalent_properties,
    ax.INVERSE: _inverse,
    ax.RANGE: _ends,
}
