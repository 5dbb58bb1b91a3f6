"""OWL axioms ▸ facts: the one adapter between py-horned-owl and our own reasoner.

The kinds of axiom and expression follow OWL 2 Structural Specification, sections 8 and 9.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Any, TypeAlias

import pyhornedowl.model as m

from kg_service.errors import UnsupportedAxiomError
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node

# What HermiT alone decides: our engine derives nothing from an axiom of these kinds, and says so.
HERMIT_AXIOMS = frozenset({"DatatypeDefinition", "ReflexiveObjectProperty"})
# Our rules are sound for these and do not find everything: what they miss HermiT adds.
HERMIT_EXPRESSIONS = frozenset(
    {
        "DataAllValuesFrom",
        "DataComplementOf",
        "DataExactCardinality",
        "DataIntersectionOf",
        "DataMaxCardinality",
        "DataMinCardinality",
        "DataUnionOf",
        "ObjectAllValuesFrom",
        "ObjectExactCardinality",
        "ObjectHasSelf",
        "ObjectMaxCardinality",
        "ObjectMinCardinality",
    }
)
# To us classes without inner structure.
_OPAQUE = frozenset(
    {
        "DataAllValuesFrom",
        "DataExactCardinality",
        "DataMaxCardinality",
        "DataMinCardinality",
        "ObjectHasSelf",
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
    return sorted(found, key=ax.order)


def facts_of_axiom(component: m.AnnotatedComponent) -> list[Fact]:
    """Give the facts of one axiom, none for annotations.

    Of an axiom that HermiT alone reads it is the fact that there is one, for HermiT's steps.

    Raises UnsupportedAxiomError as `facts_of` does.
    """
    axiom = component.component
    kind = type(axiom).__name__
    if kind in _SILENT:
        return []
    if kind in HERMIT_AXIOMS:
        return [Fact(("opaque", str(axiom)), ax.TYPE, ax.AXIOM)]
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
        for node in ax.parts(part)
        if node[0] == "inverse"
    }
    return facts + [Fact(node, ax.INVERSE, node[1]) for node in sorted(used)]


def scope_of(component: m.AnnotatedComponent) -> list[str]:
    """Give the contexts and populations an axiom is annotated with, sorted."""
    return sorted(
        {str(a.av) for a in component.ann or () if str(a.ap.first) in (ax.CONTEXT, ax.POPULATION)}
    )


def contexts_of(components: Iterable[m.AnnotatedComponent]) -> frozenset[str]:
    """Give every context some axiom is told in: the third argument of `reasoner.saturate`."""
    return frozenset(
        str(a.av) for c in components for a in c.ann or () if str(a.ap.first) == ax.CONTEXT
    )


_KINDS = {
    m.Class: "class",
    m.DataProperty: "data property",
    m.Datatype: "datatype",
    m.NamedIndividual: "individual",
    m.ObjectProperty: "object property",
}


def kinds_of(components: Iterable[m.AnnotatedComponent]) -> dict[str, frozenset[str]]:
    """Give for each IRI what it names in the axioms, as `vocabulary.KINDS` calls it."""
    found: dict[str, set[str]] = defaultdict(set)
    for component in components:
        for part in model_parts(component.component):
            if (kind := _KINDS.get(type(part))) is not None:
                found[str(part.first)].add(kind)  # type: ignore[attr-defined]
    return {iri: frozenset(kinds) for iri, kinds in found.items()}


def labels_of(components: Iterable[m.AnnotatedComponent]) -> dict[str, list[str]]:
    """Give the IRIs that have each label (rdfs:label), sorted."""
    found: dict[str, set[str]] = defaultdict(set)
    for component in components:
        axiom = component.component
        if isinstance(axiom, m.AnnotationAssertion) and str(axiom.ann.ap.first) == ax.LABEL:
            found[_literal(axiom.ann.av)[1]].add(str(axiom.subject))
    return {label: sorted(iris) for label, iris in found.items()}


def passed_by(components: Iterable[m.AnnotatedComponent]) -> Counter[str]:
    """Count by kind the axioms and class expressions for which our engine is not complete."""
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


class _Refused(Exception):
    """A part of an axiom is outside the profile; the caller adds the axiom it stands in."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


def _unsupported(kind: str, axiom: object) -> UnsupportedAxiomError:
    name = type(axiom).__name__
    if name in _TRIPLES:
        advice = f"Other axioms of {name} are supported: write it without {kind}, or leave it out."
    else:
        advice = f"Write it with {', '.join(sorted(_TRIPLES))}, or leave it out."
    return UnsupportedAxiomError(f"{kind} is not supported: {axiom}.", advice)


def expression(node: object) -> Node:
    """Give the node of a class expression of py-horned-owl's model.

    Raises UnsupportedAxiomError naming the construct.
    """
    try:
        return _expression(node)
    except _Refused as refused:
        raise _unsupported(refused.kind, node) from None


def _expression(node: object) -> Node:
    match node:
        case m.Class():
            return str(node.first)
        case m.ObjectIntersectionOf():
            return _set("and", node.first)
        case m.ObjectUnionOf():
            return _set("or", node.first)
        case m.ObjectComplementOf():
            return ax.complement(_expression(node.first))
        case m.ObjectSomeValuesFrom():
            return ax.some(_property(node.ope), _expression(node.bce))
        case m.ObjectAllValuesFrom():
            return ("only", _property(node.ope), _expression(node.bce))
        case m.ObjectHasValue():
            return ("value", _property(node.ope), _individual(node.i))
        case m.ObjectOneOf():
            return ("one", *sorted({_individual(one) for one in node.first}))
        case m.ObjectMinCardinality():
            return ax.least(node.n, _property(node.ope), _expression(node.bce))
        case m.ObjectMaxCardinality():
            return ax.most(node.n, _property(node.ope), _expression(node.bce))
        case m.ObjectExactCardinality():
            return ax.exactly(node.n, _property(node.ope), _expression(node.bce))
        case m.DataSomeValuesFrom() if (range_ := _range(node.dr)) is not None:
            return ("data", _property(node.dp), range_)
        case m.DataHasValue():
            return ("data-value", _property(node.dp), _literal(node.l))
    if type(node).__name__ in _OPAQUE or isinstance(node, m.DataSomeValuesFrom):
        return ("opaque", str(node))
    raise _Refused(type(node).__name__)


def _set(name: str, members: Iterable[object]) -> Node:
    return ax.gather(name, (_expression(member) for member in members))


def _range(node: object) -> Node | None:
    """A range of data as a node; None for one that only HermiT decides."""
    match node:
        case m.Datatype():
            return str(node.first)
        case m.DatatypeRestriction():
            facets = sorted((_facet(f.f), _literal(f.l)) for f in node.second)
            return ("facets", str(node.first.first), *facets)
        case m.DataOneOf():
            return ("literals", *sorted({_literal(one) for one in node.first}))
    return None


def _facet(facet: object) -> str:
    name = str(facet).rpartition(".")[2]
    return ax.XSD + name[0].lower() + name[1:]


def _literal(node: object) -> tuple[str, str, str, str]:
    if isinstance(node, m.DatatypeLiteral):
        return ("literal", node.literal, str(node.datatype_iri), "")
    if isinstance(node, m.LanguageLiteral):
        return ("literal", node.literal, f"{ax.RDF}langString", node.lang)
    return ("literal", node.literal, f"{ax.XSD}string", "")  # type: ignore[attr-defined]


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
    lower = _expression(a.sub)
    if lower == ax.THING:
        raise _Refused("SubClassOf(owl:Thing …)")
    yield lower, ax.SUBCLASS, _expression(a.sup)


def _equivalent(relation: str, nodes: list[Node]) -> Iterator[_Triple]:
    first, *others = sorted(nodes, key=_named_first)
    for other in others:
        yield first, relation, other


def _named_first(node: Node) -> tuple[bool, str]:
    return isinstance(node, tuple), ax.text(node)


def _pairs(relation: str, nodes: list[Node]) -> Iterator[_Triple]:
    for first, second in combinations(sorted(nodes, key=_named_first), 2):
        yield first, relation, second


def _disjoint_union(a: Any) -> Iterator[_Triple]:
    members = [_expression(member) for member in a.second]
    yield str(a.first.first), ax.EQUIVALENT, _set("or", a.second)
    yield from _pairs(ax.DISJOINT, members)


def _subproperty(a: Any) -> Iterator[_Triple]:
    if isinstance(a.sub, list):
        yield _property(a.sup), ax.CHAIN, tuple(_property(link) for link in a.sub)
    else:
        yield _property(a.sub), ax.SUBPROPERTY, _property(a.sup)


def _assertion(a: Any) -> Iterator[_Triple]:
    source, target = _individual(a.source), _individual(a.target)
    relation = _property(a.ope)
    if isinstance(relation, tuple):
        source, relation, target = target, relation[1], source
    denied = isinstance(a, m.NegativeObjectPropertyAssertion)
    yield source, ("not", relation) if denied else relation, target


def _data_assertion(a: Any) -> Iterator[_Triple]:
    relation = _property(a.dp)
    denied = isinstance(a, m.NegativeDataPropertyAssertion)
    yield _individual(a.source), ("not", relation) if denied else relation, _literal(a.target)


def _data_range(a: Any) -> Iterator[_Triple]:
    if (range_ := _range(a.dr)) is not None:
        yield _property(a.dp), ax.RANGE, range_


def _key(a: Any) -> Iterator[_Triple]:
    if _expression(a.ce) == ax.THING:
        raise _Refused("HasKey(owl:Thing …)")
    properties = tuple(sorted((_property(p) for p in a.vpe), key=ax.text))
    yield _expression(a.ce), ax.KEY, properties


def _annotation(a: Any) -> Iterator[_Triple]:
    relation = str(a.ann.ap.first)
    if relation in (ax.INHERITED, ax.OVERRIDES):
        if not isinstance(a.ann.av, m.IRI):
            raise _Refused(f"{relation} with a literal")
        yield str(a.subject), relation, str(a.ann.av)


def _individuals(relation: str) -> Callable[[Any], Iterator[_Triple]]:
    return lambda a: _pairs(relation, [_individual(i) for i in a.first])


def _characteristic(name: str) -> Callable[[Any], Iterator[_Triple]]:
    return lambda a: iter([(_property(a.first), ax.TYPE, name)])


_TRIPLES: dict[str, Callable[[Any], Iterator[_Triple]]] = {
    "AnnotationAssertion": _annotation,
    "AsymmetricObjectProperty": _characteristic(ax.ASYMMETRIC),
    "ClassAssertion": lambda a: iter([(_individual(a.i), ax.TYPE, _expression(a.ce))]),
    "DataPropertyAssertion": _data_assertion,
    "DataPropertyDomain": lambda a: iter([(_property(a.dp), ax.DOMAIN, _expression(a.ce))]),
    "DataPropertyRange": _data_range,
    "DifferentIndividuals": _individuals(ax.DIFFERENT),
    "DisjointClasses": lambda a: _pairs(ax.DISJOINT, [_expression(c) for c in a.first]),
    "DisjointDataProperties": lambda a: _pairs(
        ax.DISJOINT_PROPERTY, [_property(p) for p in a.first]
    ),
    "DisjointObjectProperties": lambda a: _pairs(
        ax.DISJOINT_PROPERTY, [_property(p) for p in a.first]
    ),
    "DisjointUnion": _disjoint_union,
    "EquivalentClasses": lambda a: _equivalent(ax.EQUIVALENT, [_expression(c) for c in a.first]),
    "EquivalentDataProperties": lambda a: _equivalent(
        ax.EQUIVALENT_PROPERTY, [_property(p) for p in a.first]
    ),
    "EquivalentObjectProperties": lambda a: _equivalent(
        ax.EQUIVALENT_PROPERTY, [_property(p) for p in a.first]
    ),
    "FunctionalDataProperty": _characteristic(ax.FUNCTIONAL),
    "FunctionalObjectProperty": _characteristic(ax.FUNCTIONAL),
    "HasKey": _key,
    "InverseFunctionalObjectProperty": _characteristic(ax.INVERSE_FUNCTIONAL),
    "InverseObjectProperties": lambda a: iter(
        [(_property(a.first), ax.INVERSE, _property(a.second))]
    ),
    "IrreflexiveObjectProperty": _characteristic(ax.IRREFLEXIVE),
    "NegativeDataPropertyAssertion": _data_assertion,
    "NegativeObjectPropertyAssertion": _assertion,
    "ObjectPropertyAssertion": _assertion,
    "ObjectPropertyDomain": lambda a: iter([(_property(a.ope), ax.DOMAIN, _expression(a.ce))]),
    "ObjectPropertyRange": lambda a: iter([(_property(a.ope), ax.RANGE, _expression(a.ce))]),
    "SameIndividual": _individuals(ax.SAME),
    "SubClassOf": _subclass,
    "SubDataPropertyOf": lambda a: iter([(_property(a.sub), ax.SUBPROPERTY, _property(a.sup))]),
    "SubObjectPropertyOf": _subproperty,
    "SymmetricObjectProperty": _characteristic(ax.SYMMETRIC),
    "TransitiveObjectProperty": _characteristic(ax.TRANSITIVE),
}
