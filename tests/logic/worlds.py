"""Random small worlds of facts, and the case folders read as facts: what properties are tested on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyhornedowl
from hypothesis import strategies as st

from kg_service.logic import adapter
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
T = "https://w3id.org/heliotrope/test/"
KINDS = [f"{T}k{number}" for number in range(5)]
PROPERTIES = [f"{T}p{number}" for number in range(3)]
CONTEXTS = frozenset({f"{T}context0", f"{T}context1"})
SAMPLE = CASES[::3]


@cache
def read(case: Path, name: str) -> tuple[tuple[Fact, ...], frozenset[str]]:
    """The facts and contexts of one file of a case; none where there is no such file."""
    path = case / f"{name}.ofn"
    if not path.exists():
        return (), frozenset()
    components = pyhornedowl.open_ontology_from_file(str(path)).get_components()
    return tuple(adapter.facts_of(components)), adapter.contexts_of(components)


kinds = st.sampled_from(KINDS)
properties = st.sampled_from(PROPERTIES)
classes = st.one_of(
    kinds,
    st.builds(lambda p, c: ("some", p, c), properties, kinds),
    st.builds(lambda p, c: ("value", p, c), properties, kinds),
    st.builds(lambda c: ("not", c), kinds),
    st.lists(kinds, min_size=2, max_size=3, unique=True).map(lambda c: ("and", *sorted(c))),
    st.lists(kinds, min_size=2, max_size=3, unique=True).map(lambda c: ("or", *sorted(c))),
)
scopes = st.frozensets(st.sampled_from([*sorted(CONTEXTS), f"{T}adults"]), max_size=1)
facts = st.one_of(
    st.builds(Fact, classes, st.just(ax.SUBCLASS), classes),
    st.builds(Fact, kinds, st.just(ax.EQUIVALENT), classes),
    st.builds(Fact, kinds, st.just(ax.DISJOINT), kinds),
    st.builds(Fact, kinds, st.just(ax.SAME), kinds),
    st.builds(Fact, kinds, st.just(ax.TYPE), st.one_of(classes, st.just(ax.KIND))),
    st.builds(Fact, kinds, properties, kinds, scopes),
    st.builds(Fact, kinds, properties.map(lambda p: ("not", p)), kinds, scopes),
    st.builds(Fact, properties, st.just(ax.SUBPROPERTY), properties),
    st.builds(Fact, properties, st.just(ax.INVERSE), properties),
    st.builds(Fact, properties, st.just(ax.DOMAIN), kinds),
    st.builds(Fact, properties, st.just(ax.TYPE), st.sampled_from([ax.TRANSITIVE, ax.SYMMETRIC])),
    st.builds(Fact, properties, st.just(ax.CHAIN), st.tuples(properties, properties)),
    st.builds(Fact, properties, st.just(ax.INHERITED), st.just(ax.HAS_SUBTYPE)),
    st.builds(Fact, kinds, st.just(ax.SUBTYPE), kinds),
)
worlds = st.lists(facts, min_size=1, max_size=9)
