"""Axioms to facts: what each kind becomes, what is passed by, what is refused."""

from __future__ import annotations

import pyhornedowl
import pytest

from kg_service.errors import UnsupportedAxiomError
from kg_service.logic import adapter
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact

T = "https://w3id.org/heliotrope/test/"
A, B, C, P, Q, X, Y, Z = (f"{T}{name}" for name in "ABCpqxyz")


def literal(text: str, datatype: str) -> tuple[str, str, str, str]:
    return ("literal", text, f"{ax.XSD}{datatype}", "")


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
        ('DataPropertyAssertion(:q :x "3"^^xsd:integer)', [(X, Q, literal("3", "integer"))]),
        ('DataPropertyAssertion(:q :x "a")', [(X, Q, literal("a", "string"))]),
        (
            'DataPropertyAssertion(:q :x "a"@en)',
            [(X, Q, ("literal", "a", f"{ax.RDF}langString", "en"))],
        ),
        (
            'NegativeDataPropertyAssertion(:q :x "3"^^xsd:integer)',
            [(X, ("not", Q), literal("3", "integer"))],
        ),
        (
            "DataPropertyRange(:q DatatypeRestriction(xsd:integer"
            ' xsd:maxExclusive "18"^^xsd:integer xsd:minInclusive "0"^^xsd:integer))',
            [
                (
                    Q,
                    ax.RANGE,
                    (
                        "facets",
                        f"{ax.XSD}integer",
                        (f"{ax.XSD}maxExclusive", literal("18", "integer")),
                        (f"{ax.XSD}minInclusive", literal("0", "integer")),
                    ),
                )
            ],
        ),
        (
            'SubClassOf(:A DataSomeValuesFrom(:q DataOneOf("b" "a")))',
            [
                (
                    A,
                    ax.SUBCLASS,
                    ("data", Q, ("literals", literal("a", "string"), literal("b", "string"))),
                )
            ],
        ),
        ("DataPropertyRange(:q DataComplementOf(xsd:integer))", []),
        ("SameIndividual(:y :x)", [(X, ax.SAME, Y)]),
        (
            "DifferentIndividuals(:y :x :z)",
            [(X, ax.DIFFERENT, Y), (X, ax.DIFFERENT, Z), (Y, ax.DIFFERENT, Z)],
        ),
        ("HasKey(:A (:q) (:p))", [(A, ax.KEY, (P, Q))]),
        ("FunctionalObjectProperty(:p)", [(P, ax.TYPE, ax.FUNCTIONAL)]),
        ("FunctionalDataProperty(:p)", [(P, ax.TYPE, ax.FUNCTIONAL)]),
        ("InverseFunctionalObjectProperty(:p)", [(P, ax.TYPE, ax.INVERSE_FUNCTIONAL)]),
        (
            "ReflexiveObjectProperty(:p)",
            [(("opaque", f"ReflexiveObjectProperty(<{P}>)"), ax.TYPE, ax.AXIOM)],
        ),
        (
            "SubClassOf(:A ObjectSomeValuesFrom(:p ObjectOneOf(:x)))",
            [(A, ax.SUBCLASS, ("value", P, X))],
        ),
        (
            "SubClassOf(:A ObjectSomeValuesFrom(:p ObjectOneOf(:y :x)))",
            [(A, ax.SUBCLASS, ("some", P, ("one", X, Y)))],
        ),
        ("SubClassOf(:A ObjectAllValuesFrom(:p :B))", [(A, ax.SUBCLASS, ("only", P, B))]),
        ("SubClassOf(:A ObjectMinCardinality(0 :p :B))", [(A, ax.SUBCLASS, ax.THING)]),
        ("SubClassOf(:A ObjectMinCardinality(1 :p :B))", [(A, ax.SUBCLASS, ("some", P, B))]),
        ("SubClassOf(:A ObjectMinCardinality(2 :p))", [(A, ax.SUBCLASS, ("min", 2, P, ax.THING))]),
        (
            "SubClassOf(:A ObjectMaxCardinality(0 :p :B))",
            [(A, ax.SUBCLASS, ("not", ("some", P, B)))],
        ),
        (
            "SubClassOf(:A ObjectExactCardinality(2 :p :B))",
            [(A, ax.SUBCLASS, ("and", ("max", 2, P, B), ("min", 2, P, B)))],
        ),
        (
            "SubClassOf(:A ObjectExactCardinality(0 :p :B))",
            [(A, ax.SUBCLASS, ("not", ("some", P, B)))],
        ),
        ("SubClassOf(:A ObjectIntersectionOf(owl:Thing :B))", [(A, ax.SUBCLASS, B)]),
        ("SubClassOf(:A ObjectUnionOf(owl:Thing :B))", [(A, ax.SUBCLASS, ax.THING)]),
        ("SubClassOf(:A ObjectComplementOf(owl:Thing))", [(A, ax.SUBCLASS, ax.NOTHING)]),
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
        ("ClassAssertion(:A _:nobody)", "AnonymousIndividual"),
        ("SubClassOf(owl:Thing :A)", "SubClassOf(owl:Thing …)"),
        ("SubClassOf(ObjectMinCardinality(0 :p) :A)", "SubClassOf(owl:Thing …)"),
        ("HasKey(owl:Thing (:p) ())", "HasKey(owl:Thing …)"),
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
        "SubClassOf(:B ObjectHasSelf(:p))",
        "ReflexiveObjectProperty(:q)",
        "ReflexiveObjectProperty(:p)",
        'DataPropertyAssertion(:age :x "3"^^xsd:integer)',
        "ObjectPropertyAssertion(:p :x :y)",
    )
    assert adapter.passed_by(told) == {
        "ObjectAllValuesFrom": 1,
        "ObjectHasSelf": 1,
        "ObjectMinCardinality": 1,
        "ReflexiveObjectProperty": 2,
    }


def test_what_our_engine_does_not_look_into_is_one_class_to_it() -> None:
    told = components("SubClassOf(:A ObjectHasSelf(:p))", "SubClassOf(ObjectHasSelf(:p) :B)")
    one, other = adapter.facts_of(told)
    assert {one.subject, other.subject} - {A} == {one.object, other.object} - {B}
    assert A in (one.subject, other.subject)


def test_a_node_is_written_in_functional_syntax() -> None:
    some = ax.text(("some", ("inverse", P), ("or", A, ("not", B))))
    assert some == (
        f"ObjectSomeValuesFrom(ObjectInverseOf(<{P}>) "
        f"ObjectUnionOf(<{A}> ObjectComplementOf(<{B}>)))"
    )
    within = ("data", P, ("facets", f"{ax.XSD}integer", (f"{ax.XSD}length", literal('"', "int"))))
    assert ax.text(within) == (
        f"DataSomeValuesFrom(<{P}> DatatypeRestriction(<{ax.XSD}integer> "
        f'<{ax.XSD}length> "\\""^^<{ax.XSD}int>))'
    )
    assert ax.text(("min", 2, P, ("one", X))) == (
        f"ObjectMinCardinality(2 <{P}> ObjectOneOf(<{X}>))"
    )
    assert ax.text((P, Q)) == f"ObjectPropertyChain(<{P}> <{Q}>)"


def test_a_fact_is_told_on_one_line() -> None:
    assert str(Fact(A, ("not", P), ("some", Q, B), frozenset({X}))) == (
        f"<{A}> ObjectComplementOf(<{P}>) ObjectSomeValuesFrom(<{Q}> <{B}>)"
    )
    assert f"{Fact(Q, ax.CHAIN, (P, Q))}." == (
        f"<{Q}> <{ax.OWL}propertyChainAxiom> ObjectPropertyChain(<{P}> <{Q}>)."
    )
