"""Conclusions that rest only on each other are found, however they are mixed with told things."""

import pytest
from pyoxigraph import RdfFormat, Store

from kg_service.pipeline import grounds

PREFIXES = """
@prefix h: <https://w3id.org/heliotrope/vocab/> .
@prefix graph: <https://w3id.org/heliotrope/graph/> .
@prefix x: <http://example.org/> .
"""
UNION = '"ObjectUnionOf(<http://example.org/a> <http://example.org/b>)"'


@pytest.mark.parametrize(
    ("proofs", "expected"),
    [
        ("x:p h:conclusion x:c ; h:premise x:told .", []),
        ("x:p h:conclusion x:c ; h:premise x:d . x:q h:conclusion x:d ; h:premise x:told .", []),
        # A circle, though one of its steps also uses something told.
        (
            "x:p h:conclusion x:c ; h:premise x:d , x:told . x:q h:conclusion x:d ; h:premise x:c .",
            ["c", "d"],
        ),
        # The same circle with a second step that comes in from outside.
        (
            "x:p h:conclusion x:c ; h:premise x:d , x:told . x:q h:conclusion x:d ; h:premise x:c ."
            " x:r h:conclusion x:d ; h:premise x:told .",
            [],
        ),
        ("x:p h:conclusion x:c ; h:rule 'from nothing' .", ["c"]),
        (f"x:p h:conclusion x:c ; h:rule 'scm-uni' . x:c h:subject x:a ; h:object {UNION} .", []),
    ],
)
def test_what_is_concluded_only_from_itself_is_found(proofs: str, expected: list[str]) -> None:
    store = Store()
    store.load(f"{PREFIXES}graph:proofs {{ {proofs} }}".encode(), RdfFormat.TRIG)
    assert grounds.ungrounded(store) == [f"<http://example.org/{name}>" for name in expected]
