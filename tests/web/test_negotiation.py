from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_service import results
from kg_service.web.negotiation import choose, formats

TABLES = results.OFFERS[results.BINDINGS]
JSON, XML, CSV, TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv;charset=utf-8", CSV),
        ("text/csv; header=present", CSV),
        ("application/json", "application/json"),
        ("text/*", CSV),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.6", TSV),
        ("text/tab-separated-values, text/csv", TSV),
        ("*/*, text/csv", CSV),
        ("*/*;q=0.1, text/csv;q=0.1", CSV),
        ("application/*;q=0.3, text/*;q=0.8, text/csv;q=0.1", TSV),
        ("text/html", None),
        ("text/csv;q=0", None),
        ("nonsense", None),
        ("text/csv;q=2", None),
        ("text/csv;q=many, text/tab-separated-values", TSV),
        (BROWSER, "application/xml"),
    ],
)
def test_the_format_the_client_likes_best_is_chosen(accept: str | None, chosen: str) -> None:
    assert choose(accept, TABLES) == chosen


def test_accept_wildcard_exclusion() -> None:
    excluded = "*/*, application/sparql-results+json;q=0, application/*;q=0.1"
    assert choose(excluded, TABLES) == CSV
    assert choose("*/*;q=0, text/csv;q=0.1", TABLES) == CSV
    assert choose("text/*;q=0, */*;q=0.1", (CSV, TSV, XML)) == XML


def test_a_variant_with_parameters_may_be_excluded_alone() -> None:
    assert choose("text/csv, text/csv;header=absent;q=0", TABLES) == CSV


@pytest.mark.parametrize(
    "accept",
    [
        "text/csv;header=absent;q=0.3, text/csv;q=0.9, text/tab-separated-values;q=0.5",
        "text/csv;q=0.9, text/csv;header=absent;q=0.3, text/tab-separated-values;q=0.5",
    ],
)
def test_a_range_without_parameters_decides_over_one_with_them(accept: str) -> None:
    assert choose(accept, TABLES) == CSV


def test_each_kind_of_answer_has_its_own_choice() -> None:
    chosen = formats("text/csv, text/turtle;q=0.9, application/sparql-results+xml;q=0.1")
    assert (chosen.boolean, chosen.bindings, chosen.graph) == (XML, CSV, "text/turtle")


# RFC 9110, section 12.5.1, word for word and by counting: every offer gets the quality of the most
# specific range that it lies in, and the best quality wins.
MAINS, SUBS = ("text", "application", "image"), ("csv", "turtle", "json", "png")
OFFERED = ("text/csv", "text/turtle", "application/json", "application/turtle")
QUALITIES = ("0", "0.0", "0.001", "0.3", "0.5", "0.999", "1", "1.000")
RANGE = st.one_of(
    st.just("*/*"),
    st.sampled_from([f"{main}/*" for main in MAINS]),
    st.sampled_from([f"{main}/{sub}" for main in MAINS for sub in SUBS]),
)
CASES = st.sampled_from([str, str.upper, str.title])
SPACE = st.sampled_from(["", " ", "\t", "  "])
ELEMENTS = st.lists(
    st.tuples(RANGE, st.sampled_from(QUALITIES), CASES, SPACE),
    min_size=1,
    max_size=6,
    unique_by=lambda element: element[0],
)


def quality(offer: str, ranges: dict[str, float]) -> float:
    """The quality of an offer by the most specific range that holds it, 0 without one."""
    main = offer.partition("/")[0]
    for held in (offer, f"{main}/*", "*/*"):
        if held in ranges:
            return ranges[held]
    return 0.0


@given(ELEMENTS)
def test_the_choice_has_the_best_quality_that_rfc_9110_gives(
    elements: list[tuple[str, str, Callable[[str], str], str]],
) -> None:
    accept = f",{elements[0][3]}".join(
        f"{case(held)}{space};{space}Q={q}" if space else f"{case(held)};q={q}"
        for held, q, case, space in elements
    )
    ranges = {held: float(q) for held, q, _, _ in elements}
    qualities = {offer: quality(offer, ranges) for offer in OFFERED}
    chosen = choose(accept, OFFERED)
    if max(qualities.values()) == 0:
        assert chosen is None
    else:
        assert chosen is not None and qualities[chosen] == max(qualities.values())


@given(st.text(max_size=60))
def test_no_accept_header_breaks_the_choice(accept: str) -> None:
    assert choose(accept, OFFERED) in (*OFFERED, None)


@given(ELEMENTS, st.randoms(use_true_random=False))
def test_the_order_of_ranges_never_lowers_the_quality(
    elements: list[tuple[str, str, Callable[[str], str], str]], random: Random
) -> None:
    ranges = {held: float(q) for held, q, _, _ in elements}
    shuffled = [f"{held};q={q}" for held, q, _, _ in elements]
    one = choose(", ".join(shuffled), OFFERED)
    random.shuffle(shuffled)
    other = choose(", ".join(shuffled), OFFERED)
    assert (one is None) == (other is None)
    if one and other:
        assert quality(one, ranges) == quality(other, ranges)
