"""OWL axioms ▸ facts: the one adapter between py-horned-owl and our own reasoner.

A fact is (subject, relation, object, scope). Subject and object are IRIs or class expressions as
nested tuples, so that two equal expressions are one value:

    ("and", C, …)  ("or", C, …)  ("not", C)  ("some", P, C)  ("value", P, a)  ("inverse", P)
    ("opaque", text)   an expression that only HermiT decides: to us a class without inner structure

`P` denied between two individuals is a fact whose relation is ("not", P). A property chain is a
plain tuple of properties, the object of owl:propertyChainAxiom. The kinds follow OWL 2 Structural
Specification, sections 8 and 9.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import pyhornedowl.model as m

from kg_service.errors import UnsupportedAxiomError

Node: TypeAlias = str | tuple[Any, ...]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
VOCABULARY = "https://w3id.org/heliotrope/vocab/"

TYPE = f"{RDF}type"
SUBCLASS = f"{RDFS}subClassOf"
SUBPROPERTY = f"{RDFS}subPropertyOf"
DOMAIN = f"{RDFS}domain"
RANGE = f"{RDFS}range"
EQUIVALENT = f"{OWL}equivalentClass"
EQUIVALENT_PROPERTY = f"{OWL}equivalentProperty"
DISJOINT = f"{OWL}disjointWith"
DISJOINT_PROPERTY = f"{OWL}propertyDisjointWith"
INVERSE = f"{OWL}inverseOf"
CHAIN = f"{OWL}propertyChainAxiom"
TRANSITIVE = f"{OWL}TransitiveProperty"
SYMMETRIC = f"{OWL}SymmetricProperty"
ASYMMETRIC = f"{OWL}AsymmetricProperty"
IRREFLEXIVE = f"{OWL}IrreflexiveProperty"
THING = f"{OWL}Thing"
NOTHING = f"{OWL}Nothing"
KIND = f"{VOCABULARY}Kind"
SUBTYPE = f"{VOCABULARY}subtypeOf"
HAS_SUBTYPE = f"{VOCABULARY}hasSubtype"
INHERITED = f"{VOCABULARY}inheritedBy"
OVERRIDES = f"{VOCABULARY}overrides"
CONTEXT = f"{VOCABULARY}context"
POPULATION = f"{VOCABULARY}population"

UNSCOPED: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fact:
    """One statement. `scope` holds the contexts and populations in which it was told; empty is
    everywhere."""

    subject: Node
    relation: Node
    object: Node
    scope: frozenset[str] = UNSCOPED


def text(node: Node) -> str:
    """Give a node in functional syntax: `ObjectSomeValuesFrom(<…> <…>)`. A chain of properties
    too."""
    if isinstance(node, str):
        return f"<{node}>"
    name = _FUNCTIONAL.get(node[0])
    if name is None:
        return f"ObjectPropertyChain({' '.join(map(text, node))})"
    return str(node[1]) if name == "" else f"{name}({' '.join(map(text, node[1:]))})"


def order(fact: Fact) -> tuple[str, str, str, list[str]]:
    """Give a sort key that is the same in every process: by subject, relation, object, scope as
    text."""
    return text(fact.subject), text(fact.relation), text(fact.object), sorted(fact.scope)


_FUNCTIONAL = {
    "and": "ObjectIntersectionOf",
    "or": "ObjectUnionOf",
    "not": "ObjectComplementOf",
    "some": "ObjectSomeValuesFrom",
    "value": "ObjectHasValue",
    "inverse": "ObjectInverseOf",
    "opaque": "",
}

# What HermiT alone decides. Our engine passes these by: it never derives anything from them, and
# says so.
HERMIT_AXIOMS = frozenset(
    {
        "DataPropertyAssertion",
        "DataPropertyDomain",
        "DataPropertyRange",
        "DatatypeDefinition",
        "DifferentIndividuals",
        "DisjointDataProperties",
        "EquivalentDataProperties",
        "FunctionalDataProperty",
        "NegativeDataPropertyAssertion",
        "SubDataPropertyOf",
    }
)
HERMIT_EXPRESSIONS = frozenset(
    {
        "DataAllValuesFrom",
        "DataExactCardinality",
        "DataHasValue",
        "DataMaxCardinality",
        "DataMinCardinality",
        "DataSomeValuesFrom",
        "ObjectAllValuesFrom",
        "ObjectExactCardinality",
        "ObjectMaxCardinality",
        "ObjectMinCardinality",
    }
)
# No logic in them: names, annotations, and the ontology itself.
_SILENT = frozenset(
    {
        "AnnotationPropertyDomain",
        "AnnotationPropertyRange",
        "DeclareAnnotationProperty",
        "DeclareClass",
        "DeclareDataProperty",
        "DeclareDatatype",
        "DeclareNamedIndividual",
        "DeclareObjectProperty",
        "DocIRI",
        "OntologyAnnotation",
        "OntologyID",
        "SubAnnotationPropertyOf",
    }
)


def facts_of(components: Iterable[m.AnnotatedComponent]) -> list[Fact]:
    """Give the facts of an ontology's components, each once, sorted.

    Raises UnsupportedAxiomError naming kind and axiom for whatever no engine of ours reasons with.
    """
    found = {fact for component in components for fact in facts_of_axiom(component)}
    return sorted(found, key=order)


def facts_of_axiom(component: m.AnnotatedComponent) -> list[Fact]:
    """Give the facts of one axiom, none for annotations and for what HermiT alone decides.

    Raises UnsupportedAxiomError as `facts_of` does.
    """
    axiom = component.component
    kind = type(axiom).__name__
    if kind in _SILENT or kind in HERMIT_AXIOMS:
        return []
    if kind not in _TRIPLES:
        raise _unsupported(kind, axiom)
    try:
        triples = list(_TRIPLES[kind](axiom))
    except _Refused as refused:
        raise _unsupported(refused.kind, axiom) from None
    scope = frozenset(scope_of(component))
    facts = [Fact(s, r, o, scope) for s, r, o in triples]
    # An inverse that occurs is a property of its own, tied to its base by the axiom that uses it.
    used = {
        node
        for triple in triples
        for part in triple
        for node in parts(part)
        if node[0] == "inverse"
    }
    return facts + [Fact(node, INVERSE, node[1]) for node in sorted(used)]


def scope_of(component: m.AnnotatedComponent) -> list[str]:
    """Give the contexts and populations an axiom is annotated with, sorted."""
    return sorted(
        {str(a.av) for a in component.ann or () if str(a.ap.first) in (CONTEXT, POPULATION)}
    )


def contexts_of(components: Iterable[m.AnnotatedComponent]) -> frozenset[str]:
    """Give every context some axiom is told in: the third argument of `reasoner.saturate`."""
    return frozenset(
        str(a.av) for c in components for a in c.ann or () if str(a.ap.first) == CONTEXT
    )


def passed_by(components: Iterable[m.AnnotatedComponent]) -> Counter[str]:
    """Count by kind the axioms and class expressions our engine leaves to HermiT, for the log."""
    kinds: Counter[str] = Counter()
    for component in components:
        for part in model_parts(component.component):
            kind = type(part).__name__
            if kind in HERMIT_AXIOMS or kind in HERMIT_EXPRESSIONS:
                kinds[kind] += 1
    return kinds


def model_parts(part: object) -> Iterator[object]:
    """Give an object of py-horned-owl's model and everything inside it."""
    if isinstance(part, list | tuple):
        for item in part:
            yield from model_parts(item)
        return
    yield part
    for field in model_fields(part):
        yield from model_parts(field)


def model_fields(part: object) -> list[Any]:
    """Give what an object of py-horned-owl's model is made of, in the order its class is called
    with."""
    names = getattr(type(part), "__match_args__", ())
    return [getattr(part, _MISNAMED.get(name, name)) for name in names]


# py-horned-owl 2.0 says `from` and `to` in __match_args__ of assertions and means these.
_MISNAMED = {"from": "source", "to": "target"}


def parts(node: Node) -> Iterator[tuple[Any, ...]]:
    """Give every expression inside a node, itself included; IRIs and opaque text are not
    expressions."""
    if isinstance(node, tuple):
        if node[0] in _FUNCTIONAL:
            yield node
        if node[0] != "opaque":
            for inner in node:
                yield from parts(inner)


class _Refused(Exception):
    """A part of an axiom is outside the profile; the caller adds the axiom it stands in."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


def _unsupported(kind: str, axiom: object) -> UnsupportedAxiomError:
    return UnsupportedAxiomError(
        f"{kind} is not supported: {axiom}.",
        f"Write it with {', '.join(sorted(_TRIPLES))}, or leave it out.",
    )


def expression(node: object) -> Node:
    """Give the node of a class expression of py-horned-owl's model; raises an internal refusal."""
    match node:
        case m.Class():
            return str(node.first)
        case m.ObjectIntersectionOf():
            return _set("and", node.first)
        case m.ObjectUnionOf():
            return _set("or", node.first)
        case m.ObjectComplementOf():
            return ("not", expression(node.first))
        case m.ObjectSomeValuesFrom():
            return ("some", _property(node.ope), expression(node.bce))
        case m.ObjectHasValue():
            return ("value", _property(node.ope), _individual(node.i))
    if type(node).__name__ in HERMIT_EXPRESSIONS:
        return ("opaque", str(node))
    raise _Refused(type(node).__name__)


def _set(name: str, members: Iterable[object]) -> Node:
    nodes = sorted({expression(member) for member in members}, key=text)
    return (name, *nodes) if len(nodes) > 1 else nodes[0]


def _property(node: object) -> Node:
    if isinstance(node, m.InverseObjectProperty):
        return ("inverse", str(node.first.first))
    return str(node.first)  # type: ignore[attr-defined]


def _individual(node: object) -> str:
    if isinstance(node, m.AnonymousIndividual):
        raise _Refused("AnonymousIndividual")
    return str(node.first)  # type: ignore[attr-defined]


_Triple: TypeAlias = tuple[Node, Node, Node]


def _subclass(a: Any) -> Iterator[_Triple]:
    if str(a.sub) == THING:
        raise _Refused("SubClassOf(owl:Thing …)")
    yield expression(a.sub), SUBCLASS, expression(a.sup)


def _equivalent(relation: str, nodes: list[Node]) -> Iterator[_Triple]:
    first, *others = sorted(nodes, key=_named_first)
    for other in others:
        yield first, relation, other


def _named_first(node: Node) -> tuple[bool, str]:
    return isinstance(node, tuple), text(node)


def _pairs(relation: str, nodes: list[Node]) -> Iterator[_Triple]:
    for first, second in combinations(sorted(nodes, key=_named_first), 2):
        yield first, relation, second


def _disjoint_union(a: Any) -> Iterator[_Triple]:
    members = [expression(member) for member in a.second]
    yield str(a.first.first), EQUIVALENT, _set("or", a.second)
    yield from _pairs(DISJOINT, members)


def _subproperty(a: Any) -> Iterator[_Triple]:
    if isinstance(a.sub, list):
        yield _property(a.sup), CHAIN, tuple(_property(link) for link in a.sub)
    else:
        yield _property(a.sub), SUBPROPERTY, _property(a.sup)


def _assertion(a: Any) -> Iterator[_Triple]:
    source, target = _individual(a.source), _individual(a.target)
    relation = _property(a.ope)
    if isinstance(relation, tuple):
        source, relation, target = target, relation[1], source
    denied = isinstance(a, m.NegativeObjectPropertyAssertion)
    yield source, ("not", relation) if denied else relation, target


def _annotation(a: Any) -> Iterator[_Triple]:
    relation = str(a.ann.ap.first)
    if relation in (INHERITED, OVERRIDES):
        if not isinstance(a.ann.av, m.IRI):
            raise _Refused(f"{relation} with a literal")
        yield str(a.subject), relation, str(a.ann.av)


def _characteristic(name: str) -> Callable[[Any], Iterator[_Triple]]:
    return lambda a: iter([(_property(a.first), TYPE, name)])


_TRIPLES: dict[str, Callable[[Any], Iterator[_Triple]]] = {
    "AnnotationAssertion": _annotation,
    "AsymmetricObjectProperty": _characteristic(ASYMMETRIC),
    "ClassAssertion": lambda a: iter([(_individual(a.i), TYPE, expression(a.ce))]),
    "DisjointClasses": lambda a: _pairs(DISJOINT, [expression(c) for c in a.first]),
    "DisjointObjectProperties": lambda a: _pairs(
        DISJOINT_PROPERTY, [_property(p) for p in a.first]
    ),
    "DisjointUnion": _disjoint_union,
    "EquivalentClasses": lambda a: _equivalent(EQUIVALENT, [expression(c) for c in a.first]),
    "EquivalentObjectProperties": lambda a: _equivalent(
        EQUIVALENT_PROPERTY, [_property(p) for p in a.first]
    ),
    "InverseObjectProperties": lambda a: iter([(_property(a.first), INVERSE, _property(a.second))]),
    "IrreflexiveObjectProperty": _characteristic(IRREFLEXIVE),
    "NegativeObjectPropertyAssertion": _assertion,
    "ObjectPropertyAssertion": _assertion,
    "ObjectPropertyDomain": lambda a: iter([(_property(a.ope), DOMAIN, expression(a.ce))]),
    "ObjectPropertyRange": lambda a: iter([(_property(a.ope), RANGE, expression(a.ce))]),
    "SubClassOf": _subclass,
    "SubObjectPropertyOf": _subproperty,
    "SymmetricObjectProperty": _characteristic(SYMMETRIC),
    "TransitiveObjectProperty": _characteristic(TRANSITIVE),
}
