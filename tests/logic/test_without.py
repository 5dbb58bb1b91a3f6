"""A closure without some facts: what rests on them alone goes with them."""

from __future__ import annotations

from hypothesis import given, settings

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.reasoner import saturate
from tests.logic.worlds import CONTEXTS, KINDS, PROPERTIES, T, facts, worlds

A, B, C, D = KINDS[:4]
P, Q = PROPERTIES[:2]


def test_what_rests_on_a_fact_alone_goes_and_what_has_another_step_stays() -> None:
    closure = saturate(
        [
            Fact(P, ax.SUBPROPERTY, Q),
            Fact(Q, ax.TYPE, ax.TRANSITIVE),
            Fact(A, P, B),
            Fact(B, Q, C),
            Fact(C, Q, D),
            Fact(A, Q, C),
        ]
    )
    assert closure.find(A, Q, B)
    rest = closure.without(lambda fact: fact == Fact(A, Q, B))
    assert rest.find(A, P, B)
    assert rest.find(A, Q, B) == ()
    # By C as well, which is told.
    assert rest.find(A, Q, D) == (Fact(A, Q, D),)


def test_what_supports_only_itself_goes() -> None:
    same = [
        Fact(P, ax.SUBPROPERTY, Q),
        Fact(Q, ax.SUBPROPERTY, P),
        Fact(f"{T}r", ax.SUBPROPERTY, P),
    ]
    closure = saturate([*same, Fact(A, f"{T}r", B)])
    rest = closure.without(lambda fact: fact.relation == f"{T}r")
    assert not rest.find(A, P, B)
    assert not rest.find(A, Q, B)
    assert rest.asserted == frozenset(same)


def test_a_larger_scope_holds_again_where_the_smaller_is_gone() -> None:
    adults = frozenset({f"{T}adults"})
    told = [Fact(P, ax.SUBPROPERTY, Q), Fact(f"{T}r", ax.SUBPROPERTY, Q)]
    closure = saturate([*told, Fact(A, f"{T}r", B), Fact(A, P, B, adults)])
    assert closure.find(A, Q, B) == (Fact(A, Q, B),)
    rest = closure.without(lambda fact: fact.relation == f"{T}r")
    assert rest.find(A, Q, B) == (Fact(A, Q, B, adults),)


def test_nothing_set_aside_changes_nothing() -> None:
    closure = saturate([Fact(P, ax.SUBPROPERTY, Q), Fact(A, P, B)])
    assert closure.without(lambda _: False).facts == closure.facts


@settings(max_examples=100, deadline=None)
@given(told=worlds, aside=facts)
def test_a_told_fact_set_aside_leaves_what_the_rest_gives(told: list[Fact], aside: Fact) -> None:
    closure = saturate([*told, aside], contexts=CONTEXTS)
    rest = closure.without(lambda fact: fact == aside)
    for fact in rest.facts:
        assert fact in rest.asserted or rest.derivations(fact)
        assert fact in closure.facts or fact.scope
    # Whatever the others give and the whole holds is still there, unless by way of what is aside.
    direct = saturate([f for f in told if f != aside], contexts=CONTEXTS)
    if aside not in direct.facts:
        for fact in direct.facts:
            if fact in closure.facts:
                assert fact in rest.facts
