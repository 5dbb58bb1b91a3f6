"""True, false, unknown: a default or another scope makes nothing false."""

from __future__ import annotations

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import TYPE, Fact
from kg_service.logic.reasoner import Saturation
from kg_service.logic.verdicts import contradictions, denials, ruled_out
from tests.logic.test_reasoner import T

V = ax.VOCABULARY
P, Q = f"{V}p", f"{V}q"
ANNA, RASH = f"{T}anna", f"{T}rash"
ADULT_ONE = f"{T}adult-one"
ADULT, CHILD = frozenset({f"{T}adult"}), frozenset({f"{T}child"})


def test_a_denial_of_a_wider_relation_contradicts_the_narrower() -> None:
    facts = [Fact(P, ax.SUBPROPERTY, Q), Fact(ANNA, ("not", Q), RASH)]
    asked = Fact(ANNA, P, RASH)
    assert denials(Saturation(facts).finish(), asked) == ((Fact(ANNA, ("not", P), RASH),), ())
    assert {clash.rule for clash in contradictions(Saturation(facts), asked)} == {"prp-npa1"}
    assert contradictions(Saturation(facts[:1]), asked) == ()


def test_a_denial_is_one_in_its_scope_and_larger_ones_only() -> None:
    denied = Fact(ANNA, ("not", P), RASH, ADULT)
    closure = Saturation([denied]).finish()
    assert denials(closure, Fact(ANNA, P, RASH)) == ((), (denied,))
    assert denials(closure, Fact(ANNA, P, RASH, CHILD)) == ((), (denied,))
    assert denials(closure, Fact(ANNA, P, RASH, ADULT)) == ((denied,), ())
    assert contradictions(Saturation([denied]), Fact(ANNA, P, RASH)) == ()
    assert contradictions(Saturation([denied]), Fact(ANNA, P, RASH, ADULT)) != ()


def test_a_clash_that_was_there_before_says_nothing_of_what_is_asked() -> None:
    facts = [Fact(ANNA, P, RASH), Fact(ANNA, ("not", P), RASH)]
    assert contradictions(Saturation(facts), Fact(ANNA, Q, RASH)) == ()


def test_what_is_supposed_to_see_whether_it_clashes_is_taken_back() -> None:
    saturation = Saturation([Fact(P, ax.SUBPROPERTY, Q), Fact(ANNA, ("not", Q), RASH)])
    assert ruled_out(saturation, Fact(ANNA, P, RASH)) is True
    assert ruled_out(saturation, Fact(ANNA, P, ADULT_ONE)) is False
    closure = saturation.finish()
    assert not closure.clashes and not closure.find(ANNA, Q, ADULT_ONE)


def test_who_only_asks_whether_it_clashes_leaves_nothing_of_what_was_on_the_way() -> None:
    facts = [Fact(ANNA, ("not", P), RASH)]
    facts += [Fact(f"{P}{n}", ax.SUBPROPERTY, f"{P}{n + 1}") for n in range(9)]
    facts += [Fact(P, ax.SUBPROPERTY, f"{P}0"), Fact(f"{P}9", ax.DOMAIN, ADULT_ONE)]
    saturation = Saturation(facts)
    assert ruled_out(saturation, Fact(ANNA, P, RASH)) is True
    assert saturation.finish().facts == Saturation(facts).finish().facts


def test_what_clashes_with_a_default_is_not_false() -> None:
    above, below = f"{T}above", f"{T}below"
    facts = [
        Fact(P, ax.INHERITED, ax.HAS_SUBTYPE),
        Fact(P, ax.DISJOINT_PROPERTY, Q),
        Fact(below, ax.SUBTYPE, above),
        Fact(above, P, RASH),
    ]
    assert contradictions(Saturation(facts), Fact(below, Q, RASH)) == ()
    assert Saturation([*facts, Fact(below, Q, RASH)]).finish().clashes != ()
    assert contradictions(Saturation(facts), Fact(above, Q, RASH)) != ()


def test_a_second_value_of_a_functional_relation_contradicts_where_the_two_differ() -> None:
    facts = [Fact(P, TYPE, ax.FUNCTIONAL), Fact(ANNA, P, RASH)]
    other = Fact(ANNA, P, f"{T}other")
    assert contradictions(Saturation(facts), other) == ()
    apart = Fact(RASH, ax.DIFFERENT, f"{T}other")
    assert contradictions(Saturation([*facts, apart]), other) != ()
