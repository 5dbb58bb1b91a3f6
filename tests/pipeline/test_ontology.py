"""What is written of an ontology says as much as what was put together."""

import pyhornedowl
import pytest

from kg_service.pipeline.ontology import horned

X = "http://example.org/"
HEAD = f"""Prefix(:=<{X}>)
Ontology(<{X}o>
Declaration(Class(:A)) Declaration(Class(:B)) Declaration(Class(:C))
Declaration(ObjectProperty(:p)) Declaration(ObjectProperty(:q)) Declaration(ObjectProperty(:r))
"""


@pytest.mark.parametrize(
    ("axiom", "element", "pairs"),
    [
        ("DisjointClasses(:A :B :C)", "owl:disjointWith", ["A B", "A C", "B C"]),
        (
            "DisjointObjectProperties(:p :q :r)",
            "owl:propertyDisjointWith",
            ["p q", "p r", "q r"],
        ),
    ],
)
def test_of_three_disjoint_things_every_pair_is_written(
    axiom: str, element: str, pairs: list[str]
) -> None:
    components = pyhornedowl.open_ontology_from_string(f"{HEAD}{axiom})", "ofn").get_components()
    whole = horned([(c.component, c.ann) for c in components])
    written = pyhornedowl.open_ontology_from_string(whole.save_to_string("owl"), "owl")
    found = sorted(
        " ".join(sorted(str(x).rsplit("/", 1)[-1] for x in c.component.first))
        for c in written.get_components()
        if "Disjoint" in type(c.component).__name__
    )
    assert found == pairs
    assert whole.save_to_string("owl").count(f"<{element}") == len(pairs)
