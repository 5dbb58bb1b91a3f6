"""Random EL++ ontologies, small enough that whole closures can be compared."""

from __future__ import annotations

from hypothesis import strategies as st

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node

CLASSES = tuple("ABCDEF")
PROPERTIES = tuple("pqrs")


def expressions() -> st.SearchStrategy[Node]:
    named = st.sampled_from(CLASSES)
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


def facts() -> st.SearchStrategy[Fact]:
    properties = st.sampled_from(PROPERTIES)
    return st.one_of(
        st.builds(Fact, expressions(), st.just(ax.SUBCLASS), expressions()),
        st.builds(Fact, st.sampled_from(CLASSES), st.just(ax.EQUIVALENT), expressions()),
        st.builds(Fact, expressions(), st.just(ax.DISJOINT), expressions()).filter(
            lambda fact: fact.subject != fact.object
        ),
        st.builds(Fact, properties, st.just(ax.SUBPROPERTY), properties),
        st.builds(Fact, properties, st.just(ax.DOMAIN), expressions()),
        st.builds(Fact, properties, st.just(ax.TYPE), st.just(ax.TRANSITIVE)),
        st.builds(
            Fact,
            properties,
            st.just(ax.CHAIN),
            st.lists(properties, min_size=2, max_size=3).map(tuple),
        ),
    )


def ontologies() -> st.SearchStrategy[list[Fact]]:
    return st.lists(facts(), min_size=1, max_size=12, unique=True)
