"""Random EL++ ontologies, small enough that whole closures can be compared."""

from __future__ import annotations

from hypothesis import strategies as st

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node

CLASSES = tuple("ABCDEF")
PROPERTIES = tuple("pqrs")


def expressions(nested: bool = True) -> st.SearchStrategy[Node]:
    """`nested` allows a restriction within a restriction."""
    named = st.sampled_from(CLASSES)
    if not nested:
        flat = st.one_of(named, st.tuples(st.just("some"), st.sampled_from(PROPERTIES), named))
        return st.one_of(
            flat,
            st.lists(flat, min_size=2, max_size=3, unique=True).map(
                lambda members: ("and", *sorted(members, key=ax.text))
            ),
        )
    return st.recursive(
        named,
        lambda inner: st.one_of(
            st.tuples(st.just("some"), st.sampled_from(PROPERTIES), inner),
            st.lists(inner, min_size=2, max_size=3, unique=True).map(
                lambda members: ("and", *sorted(members, key=ax.text))
            ),
        ),
        max_leaves=4,
    )


def facts(nested: bool = True) -> st.SearchStrategy[Fact]:
    properties = st.sampled_from(PROPERTIES)
    classes = expressions(nested)
    return st.one_of(
        st.builds(Fact, classes, st.just(ax.SUBCLASS), classes),
        st.builds(Fact, st.sampled_from(CLASSES), st.just(ax.EQUIVALENT), classes),
        st.builds(Fact, classes, st.just(ax.DISJOINT), classes).filter(
            lambda fact: fact.subject != fact.object
        ),
        st.builds(Fact, properties, st.just(ax.SUBPROPERTY), properties),
        st.builds(Fact, properties, st.just(ax.DOMAIN), classes),
        st.builds(Fact, properties, st.just(ax.TYPE), st.just(ax.TRANSITIVE)),
        st.builds(
            Fact,
            properties,
            st.just(ax.CHAIN),
            st.lists(properties, min_size=2, max_size=3).map(tuple),
        ),
    )


def ontologies(nested: bool = True) -> st.SearchStrategy[list[Fact]]:
    return st.lists(facts(nested), min_size=1, max_size=12, unique=True)
