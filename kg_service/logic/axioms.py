"""Axioms as facts: what our own reasoner works on.

A fact is (subject, relation, object, scope). Subject and object are IRIs, literals or class
expressions as nested tuples, so that two equal expressions are one value:

    ("and", C, …)  ("or", C, …)  ("not", C)  ("one", a, …)  ("inverse", P)
    ("some", P, C)  ("only", P, C)  ("value", P, a)  ("min", n, P, C)  ("max", n, P, C)
    ("data", P, R)  ("data-value", P, L)   of data properties: a value in a range, this value
    ("literal", text, datatype, language)  language is "" where there is none
    ("facets", datatype, (facet, L), …)    a range R; so is a datatype's IRI and ("literals", L, …)
    ("opaque", text)   an expression that only HermiT decides: to us a class without inner structure

`P` denied between two individuals is a fact whose relation is ("not", P). A property chain is a
plain tuple of properties, the object of owl:propertyChainAxiom; so is a key, the object of
owl:hasKey. The kinds follow OWL 2 Structural Specification, sections 4, 7, 8 and 9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

Node: TypeAlias = str | tuple[Any, ...]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
VOCABULARY = "https://w3id.org/heliotrope/vocab/"

TYPE = f"{RDF}type"
SUBCLASS = f"{RDFS}subClassOf"
SUBPROPERTY = f"{RDFS}subPropertyOf"
DOMAIN = f"{RDFS}domain"
LABEL = f"{RDFS}label"
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
FUNCTIONAL = f"{OWL}FunctionalProperty"
INVERSE_FUNCTIONAL = f"{OWL}InverseFunctionalProperty"
SAME = f"{OWL}sameAs"
DIFFERENT = f"{OWL}differentFrom"
KEY = f"{OWL}hasKey"
AXIOM = f"{OWL}Axiom"
THING = f"{OWL}Thing"
NOTHING = f"{OWL}Nothing"
KIND = f"{VOCABULARY}Kind"
SUBTYPE = f"{VOCABULARY}subtypeOf"
HAS_SUBTYPE = f"{VOCABULARY}hasSubtype"
INHERITED = f"{VOCABULARY}inheritedBy"
OVERRIDES = f"{VOCABULARY}overrides"
CONTEXT = f"{VOCABULARY}context"
POPULATION = f"{VOCABULARY}population"

# OWL 2 Structural Specification, section 4, without owl:real, owl:rational and rdf:XMLLiteral.
_XSD_NAMES = """
string normalizedString token language Name NCName NMTOKEN boolean hexBinary base64Binary anyURI
dateTime dateTimeStamp decimal integer nonNegativeInteger nonPositiveInteger positiveInteger
negativeInteger long int short byte unsignedLong unsignedInt unsignedShort unsignedByte double float
"""
DATATYPES = frozenset(
    {f"{RDF}PlainLiteral", f"{RDFS}Literal", f"{RDF}langString"}
    | {f"{XSD}{name}" for name in _XSD_NAMES.split()}
)

UNSCOPED: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fact:
    """One statement. `scope` holds the contexts and populations in which it was told; empty is
    everywhere."""

    subject: Node
    relation: Node
    object: Node
    scope: frozenset[str] = UNSCOPED

    def __post_init__(self) -> None:
        """Hash once: a fact is looked up far more often than it is made."""
        key = self.subject, self.relation, self.object, self.scope
        object.__setattr__(self, "_hash", hash(key))

    def __hash__(self) -> int:
        """Give the hash of what it says."""
        return self._hash  # type: ignore[attr-defined, no-any-return]

    def __str__(self) -> str:
        """Give it on one line for messages, as `text` has its parts, without its scope."""
        return " ".join(self.key[:3])

    @cached_property
    def key(self) -> tuple[str, str, str, list[str]]:
        """What `order` sorts by."""
        return text(self.subject), text(self.relation), text(self.object), sorted(self.scope)


NO_FACTS: frozenset[Fact] = frozenset()


def text(node: Node) -> str:
    """Give a node in functional syntax: `ObjectSomeValuesFrom(<…> <…>)`. A chain of properties
    too."""
    if not isinstance(node, tuple):
        return f"<{node}>"
    if node[0] == "opaque":
        return str(node[1])
    if node[0] == "literal":
        quoted = node[1].replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"' + (f"@{node[3]}" if node[3] else f"^^<{node[2]}>")
    if node[0] == "facets":
        pairs = " ".join(f"<{facet}> {text(value)}" for facet, value in node[2:])
        return f"DatatypeRestriction(<{node[1]}> {pairs})"
    name = _FUNCTIONAL.get(node[0])
    if name is None:
        return f"ObjectPropertyChain({' '.join(map(text, node))})"
    inner = (str(part) if isinstance(part, int) else text(part) for part in node[1:])
    return f"{name}({' '.join(inner)})"


def order(fact: Fact) -> tuple[str, str, str, list[str]]:
    """Give a sort key that is the same in every process: by subject, relation, object, scope as
    text."""
    return fact.key


_FUNCTIONAL = {
    "and": "ObjectIntersectionOf",
    "data": "DataSomeValuesFrom",
    "data-value": "DataHasValue",
    "inverse": "ObjectInverseOf",
    "literals": "DataOneOf",
    "max": "ObjectMaxCardinality",
    "min": "ObjectMinCardinality",
    "not": "ObjectComplementOf",
    "one": "ObjectOneOf",
    "only": "ObjectAllValuesFrom",
    "or": "ObjectUnionOf",
    "some": "ObjectSomeValuesFrom",
    "value": "ObjectHasValue",
}
_DATA = frozenset({"literal", "literals", "facets"})


def complement(node: Node) -> Node:
    """Give the complement of a class; of a complement the class itself."""
    if node in (THING, NOTHING):
        return NOTHING if node == THING else THING
    return node[1] if node[0] == "not" else ("not", node)


def gather(name: str, members: Iterable[Node]) -> Node:
    """Give the "and" or "or" of classes in its one normal form: sorted by text, each once, without
    those that change nothing; of one class the class itself."""
    idle, ruling = (THING, NOTHING) if name == "and" else (NOTHING, THING)
    nodes = set(members)
    if ruling in nodes:
        return ruling
    kept = sorted(nodes - {idle}, key=text)
    return (name, *kept) if len(kept) > 1 else kept[0] if kept else idle


def some(property_: Node, filler: Node) -> Node:
    """Give "some": a relation to the one member of an enumeration is one to that individual."""
    if filler[0] == "one" and len(filler) == 2:
        return ("value", property_, filler[1])
    return ("some", property_, filler)


def least(number: int, property_: Node, filler: Node) -> Node:
    """Give "at least `number`": at least none is everything, at least one is some (OWL 2
    Structural Specification, section 8.3)."""
    if number == 0:
        return THING
    return some(property_, filler) if number == 1 else ("min", number, property_, filler)


def most(number: int, property_: Node, filler: Node) -> Node:
    """Give "at most `number`": at most none is not some (section 8.3)."""
    if number == 0:
        return complement(some(property_, filler))
    return ("max", number, property_, filler)


def exactly(number: int, property_: Node, filler: Node) -> Node:
    """Give "exactly `number`": at least and at most so many."""
    return gather("and", (least(number, property_, filler), most(number, property_, filler)))


def is_literal(node: Node) -> bool:
    """Whether a node is a literal: the object of a data property."""
    return isinstance(node, tuple) and node[0] == "literal"


def parts(node: Node) -> Iterator[tuple[Any, ...]]:
    """Give every expression inside a node, itself included; IRIs, literals, ranges of data and
    opaque text are not expressions."""
    if isinstance(node, tuple) and node[0] not in _DATA:
        if node[0] in _FUNCTIONAL:
            yield node
        if node[0] not in ("opaque", "data", "data-value"):
            for inner in node:
                yield from parts(inner)
