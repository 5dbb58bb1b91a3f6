"""Restatements: what OWL says both ways, and of classes and properties what follows of them."""

from __future__ import annotations

import pytest

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.justifications import Justifier
from kg_service.logic.reasoner import Saturation
from kg_service.logic.restatements import edges, mentioned, steps
from tests.logic.test_reasoner import T

A, B, C, D, E = (f"{T}{name}" for name in "ABCDE")
P, Q, R = (f"{T}{name}" for name in "pqr")
THIRTEEN = ("literal", "13", f"{ax.XSD}integer", "")
TEENS = ("facets", f"{ax.XSD}integer", (f"{ax.XSD}minInclusive", THIRTEEN))


def told(*facts: tuple[Node, Node, Node]) -> Saturation:
    return Saturation([Fact(*each) for each in facts])


def rules(saturation: Saturation, asked: Fact) -> list[str]:
    saturation.extend([], mentioned(asked))
    return [step.rule for _, step in steps(saturation.finish(), asked)]


@pytest.mark.parametrize(
    ("facts", "asked", "rule"),
    [
        ([(A, ax.DISJOINT, B)], (B, ax.DISJOINT, A), "scm-dw2"),
        ([(A, ax.DISJOINT, B), (C, SUBCLASS, A), (D, SUBCLASS, B)], (D, ax.DISJOINT, C), "scm-dw2"),
        ([(A, SUBCLASS, ax.NOTHING)], (A, ax.DISJOINT, B), "scm-dw2"),
        ([(A, ax.EQUIVALENT, B)], (B, ax.EQUIVALENT, A), "scm-eqc2"),
        ([(P, ax.INVERSE, Q)], (Q, ax.INVERSE, P), "scm-inv-sym"),
        ([(P, TYPE, ax.SYMMETRIC)], (P, ax.INVERSE, P), "scm-inv-sym"),
        ([(P, ax.DISJOINT_PROPERTY, Q)], (Q, ax.DISJOINT_PROPERTY, P), "scm-pdw-sym"),
        (
            [(P, ax.SUBPROPERTY, Q), (Q, ax.SUBPROPERTY, P)],
            (P, ax.EQUIVALENT_PROPERTY, Q),
            "scm-eqp2",
        ),
        ([(P, ax.DOMAIN, A), (A, SUBCLASS, B)], (P, ax.DOMAIN, B), "scm-dom1"),
        ([(P, ax.DOMAIN, A), (Q, ax.SUBPROPERTY, P)], (Q, ax.DOMAIN, A), "scm-dom1"),
        (
            [(P, ax.RANGE, A), (Q, ax.SUBPROPERTY, P), (A, SUBCLASS, B)],
            (Q, ax.RANGE, B),
            "scm-rng1",
        ),
        ([(P, ax.RANGE, TEENS)], (P, ax.RANGE, f"{ax.XSD}integer"), "scm-rng1"),
    ],
)
def test_what_is_said_in_other_words_is_concluded(
    facts: list[tuple[Node, Node, Node]], asked: tuple[Node, Node, Node], rule: str
) -> None:
    assert rules(told(*facts), Fact(*asked)) == [rule]


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ([(A, ax.DISJOINT, B), (A, SUBCLASS, C)], (C, ax.DISJOINT, B)),
        ([(A, SUBCLASS, B)], (B, ax.EQUIVALENT, A)),
        ([(P, ax.INVERSE, Q)], (P, ax.INVERSE, P)),
        ([(P, ax.SUBPROPERTY, Q)], (P, ax.EQUIVALENT_PROPERTY, Q)),
        ([(P, ax.DOMAIN, A), (B, SUBCLASS, A)], (P, ax.DOMAIN, B)),
        ([(P, ax.DOMAIN, A), (P, ax.SUBPROPERTY, Q)], (Q, ax.DOMAIN, A)),
        ([(P, ax.DOMAIN, A)], (P, ax.RANGE, A)),
        ([(P, ax.RANGE, A)], (P, ax.RANGE, ax.RDFS + "Literal")),
        ([(P, ax.RANGE, f"{ax.XSD}integer")], (P, ax.RANGE, f"{ax.XSD}string")),
    ],
)
def test_what_is_nearly_said_is_not(
    facts: list[tuple[Node, Node, Node]], asked: tuple[Node, Node, Node]
) -> None:
    assert rules(told(*facts), Fact(*asked)) == []


def test_a_step_in_other_words_is_justified_like_any_other() -> None:
    saturation = told((A, ax.DISJOINT, B), (C, SUBCLASS, A), (D, SUBCLASS, B), (E, SUBCLASS, A))
    asked = Fact(D, ax.DISJOINT, C)
    saturation.extend([], mentioned(asked))
    saturation.take(steps(saturation.copy().finish(), asked))
    closure = saturation.finish()
    (found,) = closure.find(D, ax.DISJOINT, C)
    (leaves,) = Justifier(closure).of(found).sets
    assert leaves == {
        Fact(A, ax.DISJOINT, B),
        Fact(C, SUBCLASS, A),
        Fact(D, SUBCLASS, B),
    }


def test_a_triple_of_classes_is_the_edge_of_every_member() -> None:
    closure = told((A, SUBCLASS, ("some", P, B)), (B, SUBCLASS, C), (f"{T}a", TYPE, A)).finish()
    assert edges(closure, Fact(A, P, C)) == (Fact(A, SUBCLASS, ("some", P, C)),)
    assert edges(closure, Fact(f"{T}a", P, C)) == (Fact(f"{T}a", TYPE, ("some", P, C)),)
    assert edges(closure, Fact(C, P, A)) == ()
