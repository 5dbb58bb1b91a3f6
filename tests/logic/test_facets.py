"""Ranges of data: boundary values, and that what is said of ranges agrees with their values."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import XSD, Node


def literal(text: str, datatype: str = "integer", language: str = "") -> Node:
    return ("literal", text, f"{XSD}{datatype}", language)


def bounded(datatype: str, *bounds: tuple[str, Node]) -> Node:
    return ("facets", f"{XSD}{datatype}", *((f"{XSD}{name}", value) for name, value in bounds))


YOUNG = bounded("integer", ("maxExclusive", literal("18")))
DEFINITE = bounded("decimal", ("minInclusive", literal("7.5", "decimal")))
PROBABLE = bounded(
    "decimal",
    ("minInclusive", literal("5.5", "decimal")),
    ("maxExclusive", literal("7.5", "decimal")),
)
MANY = "9" * 40


@pytest.mark.parametrize(
    ("range_", "value", "answer"),
    [
        (YOUNG, literal("17"), True),
        (YOUNG, literal("18"), False),
        (YOUNG, literal("17.0", "decimal"), True),
        (YOUNG, literal("17.5", "decimal"), False),
        (YOUNG, literal("017", "int"), True),
        (YOUNG, literal("-1"), True),
        (YOUNG, literal("seventeen"), None),
        (YOUNG, literal("17", "string"), False),
        (YOUNG, literal("17", "double"), False),
        (YOUNG, ("literal", "17", "https://w3id.org/heliotrope/test/years", ""), None),
        (DEFINITE, literal("7.5", "decimal"), True),
        (DEFINITE, literal("7.50", "decimal"), True),
        (DEFINITE, literal("7.49", "decimal"), False),
        (DEFINITE, literal("8"), True),
        (DEFINITE, literal("7.4" + MANY, "decimal"), False),
        (PROBABLE, literal("5.5", "decimal"), True),
        (PROBABLE, literal("7.5", "decimal"), False),
        (f"{XSD}nonNegativeInteger", literal("0"), True),
        (f"{XSD}nonNegativeInteger", literal("-1"), False),
        (f"{XSD}byte", literal("127"), True),
        (f"{XSD}byte", literal("128"), False),
        (f"{XSD}integer", literal("5.0", "decimal"), True),
        (f"{XSD}integer", literal("5.1", "decimal"), False),
        (f"{XSD}string", literal("a", "string"), True),
        (f"{XSD}string", literal("a", "token"), True),
        (f"{XSD}token", literal("a", "string"), None),
        (f"{XSD}string", literal("5"), False),
        (f"{ax.RDFS}Literal", literal("5"), True),
        (("literals", literal("a", "string"), literal("5")), literal("5.0", "decimal"), True),
        (("literals", literal("a", "string"), literal("5")), literal("b", "string"), False),
        (("literals", literal("1", "double")), literal("1.0", "double"), None),
        (bounded("string", ("length", literal("1"))), literal("a", "string"), None),
        (bounded("string", ("length", literal("1"))), literal("5"), False),
        (bounded("integer", ("minExclusive", literal(MANY))), literal(MANY), False),
    ],
)
def test_a_range_has_a_value_or_not_or_nobody_can_tell(
    range_: Node, value: Node, answer: bool | None
) -> None:
    assert facets.holds(range_, value) is answer


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        (literal("5"), literal("5.00", "decimal"), True),
        (literal("5"), literal("+05", "byte"), True),
        (literal("5"), literal("5.01", "decimal"), False),
        (literal("5"), literal("5", "string"), False),
        (literal("0." + MANY, "decimal"), literal("1"), False),
        (literal("five"), literal("5"), None),
        (literal("a", "string"), literal("A", "string"), False),
        (literal("1", "boolean"), literal("true", "boolean"), True),
        (literal("0", "boolean"), literal("true", "boolean"), False),
        (literal("1", "double"), literal("1.0", "double"), None),
        (("literal", "a", f"{ax.RDF}langString", "en"), literal("a", "string"), False),
    ],
)
def test_literals_are_compared_by_value(one: Node, other: Node, answer: bool | None) -> None:
    assert facets.same(one, other) is answer
    assert facets.same(other, one) is answer


@pytest.mark.parametrize("text", ["1e3", "1_000", "\u0661", "INF", "NaN", "", ".", "5.5.5", "0x5"])
def test_text_that_is_no_number_has_no_value(text: str) -> None:
    assert facets.number(literal(text, "decimal")) is None
    assert facets.holds(f"{XSD}decimal", literal(text, "integer")) is None


@pytest.mark.parametrize("text", [" 5\n", "5.", "+5", "5.0", "05"])
def test_a_number_may_be_written_in_several_ways(text: str) -> None:
    assert facets.number(literal(text, "decimal")) == 5


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        (YOUNG, bounded("integer", ("minInclusive", literal("18"))), True),
        (YOUNG, bounded("integer", ("minExclusive", literal("16"))), False),
        (YOUNG, bounded("integer", ("minExclusive", literal("17"))), True),
        (YOUNG, bounded("decimal", ("minExclusive", literal("17"))), True),
        (DEFINITE, bounded("decimal", ("maxExclusive", literal("7.5", "decimal"))), True),
        (DEFINITE, bounded("decimal", ("maxInclusive", literal("7.5", "decimal"))), False),
        (YOUNG, ("literals", literal("18"), literal("19")), True),
        (YOUNG, ("literals", literal("18"), literal("17")), False),
        (f"{XSD}string", f"{XSD}integer", True),
        (f"{XSD}double", f"{XSD}float", True),
        (f"{XSD}string", f"{XSD}token", None),
    ],
)
def test_two_ranges_have_no_value_in_common(one: Node, other: Node, answer: bool | None) -> None:
    assert facets.apart(one, other) is answer
    assert facets.apart(other, one) is answer


def test_a_restricted_datatype_is_within_the_datatype_whatever_the_facet() -> None:
    assert facets.within(bounded("string", ("length", literal("1"))), f"{XSD}string") is True


values = st.one_of(
    st.integers(-3, 3).map(lambda n: literal(str(n))),
    st.integers(-6, 6).map(lambda n: literal(str(Decimal(n) / 2), "decimal")),
    st.integers(10**30, 10**30 + 2).map(lambda n: literal(str(n))),
)
ranges = st.one_of(
    st.lists(values, min_size=1, max_size=3).map(lambda found: ("literals", *found)),
    st.sampled_from([f"{XSD}{name}" for name in ("integer", "decimal", "positiveInteger")]),
    st.builds(
        lambda datatype, bounds: bounded(datatype, *bounds),
        st.sampled_from(["integer", "decimal", "nonNegativeInteger"]),
        st.lists(
            st.tuples(st.sampled_from([name.removeprefix(XSD) for name in facets.BOUNDS]), values),
            min_size=1,
            max_size=3,
        ),
    ),
)
# Every bound above is a half of -3 to 3 or near a number of 31 digits; a value lies between any two.
SAMPLES = [literal(str(Decimal(n) / 4), "decimal") for n in range(-16, 17)] + [
    literal(f"{10**30 + n}.{part}", "decimal") for n in range(-2, 5) for part in ("0", "25")
]
TWO = bounded("decimal", ("minInclusive", literal("2")), ("maxInclusive", literal("2")))


@given(ranges, ranges)
@example(TWO, f"{XSD}integer")
@example(YOUNG, bounded("integer", ("maxInclusive", literal("17"))))
@example(DEFINITE, f"{XSD}integer")
def test_a_range_within_another_has_no_value_that_the_other_lacks(narrow: Node, wide: Node) -> None:
    answer = facets.within(narrow, wide)
    lacking = [
        value for value in SAMPLES if facets.holds(narrow, value) and not facets.holds(wide, value)
    ]
    if answer is not None:
        assert answer == (not lacking)


@given(ranges, ranges)
def test_ranges_apart_share_no_value_and_others_share_one(one: Node, other: Node) -> None:
    shared = [v for v in SAMPLES if facets.holds(one, v) and facets.holds(other, v)]
    answer = facets.apart(one, other)
    if answer is not None:
        assert answer == (not shared)


@settings(deadline=None)
@given(ranges, ranges)
@example(YOUNG, f"{XSD}decimal")
def test_what_two_ranges_have_in_common_is_in_both(one: Node, other: Node) -> None:
    both = facets.common(one, other)
    if both is not None:
        for value in SAMPLES:
            held = facets.holds(one, value), facets.holds(other, value)
            if None not in held:
                assert facets.holds(both, value) is all(held), value


def test_a_list_without_members_is_empty() -> None:
    assert facets.empty(("literals",)) is True
    assert facets.empty(("literals", literal("1"))) is False


@given(ranges)
def test_an_empty_range_has_no_value(range_: Node) -> None:
    answer = facets.empty(range_)
    if answer is not None:
        assert answer == (not any(facets.holds(range_, value) for value in SAMPLES))


@given(ranges, ranges, ranges)
def test_within_is_transitive(one: Node, other: Node, third: Node) -> None:
    if facets.within(one, other) and facets.within(other, third):
        assert facets.within(one, third) is not False


@given(values, values, ranges)
def test_equal_values_are_in_the_same_ranges(one: Node, other: Node, range_: Node) -> None:
    if facets.same(one, other):
        assert facets.holds(range_, one) == facets.holds(range_, other)
