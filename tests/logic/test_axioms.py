"""Axioms to facts: what each kind becomes, what is passed by, what is refused."""

from __future__ import annotations

import pyhornedowl
import pytest

from kg_service.errors import UnsupportedAxiomError
from kg_service.logic import adapter
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact

T = "https://w3id.org/heliotrope/test/"
A, B, C, P, Q, X, Y = (f"{T}{name}" for name in "ABCpqxy")


def components(*axioms: str) -> list[object]:
    """The components of an ontology of these axioms, in the prefixes of the tests."""
    text = "\n".join(
        (
            f"Prefix(:=<{T}>)",
            f"Prefix(h:=<{ax.VOCABULARY}>)",
            "Prefix(owl:=<http://www.w3.org/2002/07/owl#>)",
            "Prefix(xsd:=<http://www.w3.org/2001/XMLSchema#>)",
            "Prefix(rdfs:=<http://www.w3.org/2000/01/rdf-schema#>)",
            "Ontology(",
            *axioms,
            ")",
        )
    )
    return pyhornedowl.open_ontology_from_string(text, "ofn").get_components()


@pytest.mark.parametrize(
    ("axiom", "facts"),
    [
        ("SubClassOf(:A :B)", [(A, ax.SUBCLASS, B)]),
        (
            "SubClassOf(:A ObjectSomeValuesFrom(:p ObjectIntersectionOf(:C :B :C)))",
            [(A, ax.SUBCLASS, ("some", P, ("and", B, C)))],
        ),
        (
            "EquivalentClasses(ObjectHasValue(:p :x) :B)",
            [(B, ax.EQUIVALENT, ("value", P, X))],
        ),
        (
            "DisjointUnion(:A :C :B)",
            [(A, ax.EQUIVALENT, ("or", B, C)), (B, ax.DISJOINT, C)],
        ),
        ("SubObjectPropertyOf(ObjectPropertyChain(:p :q :p) :q)", [(Q, ax.CHAIN, (P, Q, P))]),
        (
            "SubObjectPropertyOf(ObjectInverseOf(:p) :q)",
            [
                (("inverse", P), ax.SUBPROPERTY, Q),
                (("inverse", P), ax.INVERSE, P),
            ],
        ),
        ("ObjectPropertyAssertion(ObjectInverseOf(:p) :x :y)", [(Y, P, X)]),
        ("NegativeObjectPropertyAssertion(:p :x :y)", [(X, ("not", P), Y)]),
        ("TransitiveObjectProperty(:p)", [(P, ax.TYPE, ax.TRANSITIVE)]),
        (
            "AnnotationAssertion(h:inheritedBy :p h:hasSubtype)",
            [(P, ax.INHERITED, ax.HAS_SUBTYPE)],
        ),
        ('AnnotationAssertion(rdfs:label :p "presents with"@en)', []),
        ('DataPropertyAssertion(:age :x "3"^^xsd:integer)', []),
    ],
)
def test_an_axiom_becomes_its_facts(axiom: str, facts: list[tuple[ax.Node, ...]]) -> None:
    expected = {Fact(*fact) for fact in facts}
    assert set(adapter.facts_of(components(axiom))) == expected


def test_contexts_and_populations_are_the_scope_of_a_fact() -> None:
    told = components(
        "ObjectPropertyAssertion(Annotation(h:context :C) Annotation(h:population :B)"
        ' Annotation(rdfs:comment "as told") :p :x :y)'
    )
    assert adapter.facts_of(told) == [Fact(X, P, Y, frozenset({B, C}))]
    assert adapter.contexts_of(told) == frozenset({C})


@pytest.mark.parametrize(
    ("axiom", "kind"),
    [
        ("SameIndividual(:x :y)", "SameIndividual"),
        ("HasKey(:A (:p) ())", "HasKey"),
        ("FunctionalObjectProperty(:p)", "FunctionalObjectProperty"),
        ("InverseFunctionalObjectProperty(:p)", "InverseFunctionalObjectProperty"),
        ("ReflexiveObjectProperty(:p)", "ReflexiveObjectProperty"),
        ("SubClassOf(:A ObjectHasSelf(:p))", "ObjectHasSelf"),
        ("SubClassOf(:A ObjectSomeValuesFrom(:p ObjectOneOf(:x)))", "ObjectOneOf"),
        ("ClassAssertion(:A _:nobody)", "AnonymousIndividual"),
        ("SubClassOf(owl:Thing :A)", "SubClassOf(owl:Thing …)"),
        ('AnnotationAssertion(h:overrides :p "q")', f"{ax.OVERRIDES} with a literal"),
    ],
)
def test_an_unsupported_axiom_is_refused_by_kind(axiom: str, kind: str) -> None:
    with pytest.raises(UnsupportedAxiomError) as refused:
        adapter.facts_of(components(axiom))
    assert refused.value.message.startswith(f"{kind} is not supported: ")
    assert T in refused.value.message


def test_what_only_hermit_decides_is_counted() -> None:
    told = components(
        "SubClassOf(:A ObjectAllValuesFrom(:p ObjectMinCardinality(2 :q)))",
        'DataPropertyAssertion(:age :x "3"^^xsd:integer)',
        'DataPropertyAssertion(:age :y "4"^^xsd:integer)',
        "ObjectPropertyAssertion(:p :x :y)",
    )
    assert adapter.passed_by(told) == {
        "DataPropertyAssertion": 2,
        "ObjectAllValuesFrom": 1,
        "ObjectMinCardinality": 1,
    }


def test_a_node_is_written_in_functional_syntax() -> None:
    some = ax.text(("some", ("inverse", P), ("or", A, ("not", B))))
    assert some == (
        f"ObjectSomeValuesFrom(ObjectInverseOf(<{P}>) "
        f"ObjectUnionOf(<{A}> ObjectComplementOf(<{B}>)))"
    )
    assert ax.text((P, Q)) == f"ObjectPropertyChain(<{P}> <{Q}>)"
