"""What two engines are compared in: the named results, ours and theirs in one form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

import pyhornedowl
import pyhornedowl.model as m

from kg_service.logic import adapter, hermit
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.closure import Closure
from kg_service.logic.reasoner import saturate
from kg_service.logic.rules import RULES

Components: TypeAlias = Sequence[m.AnnotatedComponent]
SECONDS, MEGABYTES = 120, 1000
# Default inheritance and the hierarchy of kinds are ours; no other engine knows them.
OWL_RULES = {name: rule for name, rule in RULES.items() if not name.startswith("kind-")}


@dataclass(frozen=True)
class Named:
    """Everything that holds between names. Each is a set of tuples of IRIs, owl:Thing and
    owl:Nothing left out.

    `subclasses` (lower, upper) hold no unsatisfiable class and no reflexive pair, equivalence is
    both directions; `subproperties` likewise, of object properties; `types` (individual, class);
    `same` both directions; `relations` (subject, property, object); `edges` (sort of start, start,
    property, sort of end, end), a sort being "class" or "individual": from satisfiable classes to
    classes and individuals, and from individuals to classes of which no named one is meant.
    """

    unsatisfiable: frozenset[str]
    subclasses: frozenset[tuple[str, ...]]
    subproperties: frozenset[tuple[str, ...]]
    types: frozenset[tuple[str, ...]]
    same: frozenset[tuple[str, ...]]
    relations: frozenset[tuple[str, ...]]
    edges: frozenset[tuple[str, ...]]

    def shown(self) -> set[tuple[str, str, str]]:
        """Give subject, property and class of all that individuals are related to."""
        above: dict[str, set[str]] = {}
        for individual, cls in self.types:
            above.setdefault(individual, set()).add(cls)
        return {(s, p, cls) for s, p, o in self.relations for cls in above.get(o, ())}

    def without(self, other: Named) -> dict[str, list[Any]]:
        """Give what is here and not there, by name of the result; empty where nothing is.

        An edge from an individual is there too when a named individual of that class shows it.
        """
        pairs = {f.name: getattr(self, f.name) - getattr(other, f.name) for f in fields(self)}
        shown = other.shown()
        pairs["edges"] = {e for e in pairs["edges"] if (e[1], e[2], e[4]) not in shown}
        return {name: sorted(lacking) for name, lacking in pairs.items() if lacking}


def theirs(reply: Mapping[str, Any], components: Components = ()) -> Named:
    """Give the results of an oracle's reply about these axioms.

    HermiT 1.4.3 misses relations of an inverse where the property itself follows from a chain
    through a sub-property; `test_hermit` holds the smallest example. So what it says of a property
    is also read the other way round where the axioms name an inverse, and equality both ways.
    """
    found = {f.name: frozenset(map(_frozen, reply.get(f.name, ()))) for f in fields(Named)}
    inverses = [
        (str(c.component.first.first), str(c.component.second.first))
        for c in unscoped(components)
        if isinstance(c.component, m.InverseObjectProperties)
    ]
    both = {*inverses, *((second, first) for first, second in inverses)}
    found["relations"] |= {
        (o, other, s) for s, p, o in found["relations"] for one, other in both if one == p
    }
    found["same"] = _both(found["same"])
    return _unwitnessed(Named(**found))


def _frozen(row: str | list[str]) -> str | tuple[str, ...]:
    return row if isinstance(row, str) else tuple(row)


def _unwitnessed(found: Named) -> Named:
    """Leave out the edges of individuals that a named individual of that class shows."""
    shown = found.shown()
    edges = {e for e in found.edges if e[0] == "class" or (e[1], e[2], e[4]) not in shown}
    return replace(found, edges=frozenset(edges))


def questions(rows: Mapping[str, Iterable[Any]]) -> list[str]:
    """Give named results, as `Named.without` gives them, as axioms to ask for."""
    return [QUESTIONS[name](row) for name in sorted(rows) for row in rows[name]]


def _edge_axiom(row: tuple[str, ...]) -> str:
    sort, start, property_, sort_of_end, end = row
    filler = "ObjectSomeValuesFrom" if sort_of_end == "class" else "ObjectHasValue"
    held = f"{filler}(<{property_}> <{end}>)"
    return (
        f"SubClassOf(<{start}> {held})" if sort == "class" else f"ClassAssertion({held} <{start}>)"
    )


QUESTIONS: dict[str, Callable[[Any], str]] = {
    "edges": _edge_axiom,
    "relations": lambda row: f"ObjectPropertyAssertion(<{row[1]}> <{row[0]}> <{row[2]}>)",
    "same": lambda row: f"SubClassOf(ObjectOneOf(<{row[0]}>) ObjectOneOf(<{row[1]}>))",
    "subclasses": lambda row: f"SubClassOf(<{row[0]}> <{row[1]}>)",
    "subproperties": lambda row: f"SubObjectPropertyOf(<{row[0]}> <{row[1]}>)",
    "types": lambda row: f"ClassAssertion(<{row[1]}> <{row[0]}>)",
    "unsatisfiable": lambda row: f"SubClassOf(<{row}> <{ax.NOTHING}>)",
}


def unscoped(components: Iterable[m.AnnotatedComponent]) -> Components:
    """Give the axioms without a scope: what OWL says to everybody."""
    return [c for c in components if not adapter.scope_of(c)]


def text(components: Iterable[m.AnnotatedComponent], more: Iterable[str] = ()) -> str:
    """Give axioms, and more in functional syntax, as an ontology; no annotations."""
    logic = (str(c.component) for c in components if "Annotation" not in type(c.component).__name__)
    return "\n".join(["Ontology(", *logic, *more, ")"])


def close(components: Iterable[m.AnnotatedComponent]) -> Closure:
    """Our closure by the rules of OWL alone."""
    return saturate(adapter.facts_of(unscoped(components)), OWL_RULES)


def combined(components: Components, wanted: Named | None = None) -> Named:
    """Give what our product concludes by OWL: our own saturation, what HermiT through owlready2
    adds, and what our rules make of that.

    As `logic.decision.decide`, less the rules on kinds. HermiT, which takes a second or two, is
    asked only when our own saturation lacks something `wanted`.
    """
    closure = close(components)
    ours = ours_of(closure, components)
    if wanted is None or not wanted.without(ours):
        return ours
    whole = pyhornedowl.PyIndexedOntology()
    for component in components:
        whole.add_component(component.component, component.ann)
    verdict = hermit.decide(whole, seconds=SECONDS, megabytes=MEGABYTES)
    added = {Fact(lower, ax.SUBCLASS, upper) for lower, upper in verdict.subclasses}
    added |= {Fact(individual, ax.TYPE, cls) for individual, cls in verdict.types}
    added |= {Fact(*row) for row in verdict.relations}
    added |= {Fact(empty.cls, ax.SUBCLASS, ax.NOTHING) for empty in verdict.unsatisfiable}
    return ours_of(saturate(closure.asserted | added, OWL_RULES), components)


def ours_of(closure: Closure, components: Components) -> Named:
    """Give the named results of a closure of these components."""
    kept = unscoped(components)
    members, properties = individuals(kept), object_properties(kept)
    known = classes(kept)
    empty = frozenset(closure.unsatisfiable)
    full = known - empty

    def pairs(relation: str, lower: frozenset[str], upper: frozenset[str]) -> frozenset[Any]:
        return frozenset(
            (f.subject, f.object)
            for f in closure.facts
            if f.relation == relation
            and f.subject in lower
            and f.object in upper
            and f.subject != f.object
        )

    same = pairs(ax.SAME, members, members)
    equal = pairs(ax.EQUIVALENT_PROPERTY, properties, properties)
    return _unwitnessed(
        Named(
            empty & known,
            pairs(ax.SUBCLASS, full, full),
            pairs(ax.SUBPROPERTY, properties, properties) | _both(equal),
            frozenset(
                (f.subject, f.object)
                for f in closure.facts
                if f.relation == ax.TYPE and f.subject in members and f.object in known
            ),
            _both(same),
            frozenset(
                (f.subject, f.relation, f.object)
                for f in closure.facts
                if f.relation in properties and {f.subject, f.object} <= members
            ),
            frozenset(
                edge for f in closure.facts for edge in _edges(f, full, members, properties, known)
            ),
        )
    )


def _both(pairs: frozenset[Any]) -> frozenset[Any]:
    return pairs | {(b, a) for a, b in pairs}


def _edges(
    fact: Fact,
    starts: frozenset[str],
    individuals: frozenset[str],
    properties: frozenset[str],
    classes: frozenset[str],
) -> Iterator[tuple[str, ...]]:
    """Read a fact as an edge between names, where it is one."""
    end = fact.object
    if not isinstance(end, tuple) or len(end) != 3 or end[1] not in properties:
        return
    if fact.relation == ax.SUBCLASS and fact.subject in starts:
        sort = "class"
    elif fact.relation == ax.TYPE and fact.subject in individuals:
        sort = "individual"
    else:
        return
    if end[0] == "some" and end[2] in classes:
        yield sort, str(fact.subject), end[1], "class", end[2]
    elif end[0] == "value" and sort == "class" and end[2] in individuals:
        yield sort, str(fact.subject), end[1], "individual", end[2]


def axiom(fact: Fact, data: frozenset[str]) -> str:
    """Give a fact as an axiom in functional syntax, with full IRIs.

    `data` are the data properties. Raises KeyError for a relation that is no axiom of OWL.
    """
    subject, relation, target = ax.text(fact.subject), fact.relation, ax.text(fact.object)
    sort = "Data" if {fact.subject, fact.object, relation, *_denied(relation)} & data else "Object"
    if relation == ax.TYPE and fact.object in _CHARACTERISTICS:
        return f"{_CHARACTERISTICS[fact.object].replace('*', sort)}({subject})"
    if relation == ax.TYPE:
        return f"ClassAssertion({target} {subject})"
    if isinstance(relation, str) and relation in _BETWEEN:
        return f"{_BETWEEN[relation].replace('*', sort)}({subject} {target})"
    if relation == ax.CHAIN:
        return f"SubObjectPropertyOf({target} {subject})"
    if isinstance(relation, str) and relation.startswith((ax.OWL, ax.RDF, ax.RDFS)):
        raise KeyError(relation)
    if isinstance(relation, tuple) and relation[0] == "not":
        return f"Negative{sort}PropertyAssertion({ax.text(relation[1])} {subject} {target})"
    return f"{sort}PropertyAssertion({ax.text(relation)} {subject} {target})"


def _denied(relation: Node) -> tuple[Node, ...]:
    return (relation[1],) if isinstance(relation, tuple) else ()


_CHARACTERISTICS: dict[Node, str] = {
    ax.ASYMMETRIC: "AsymmetricObjectProperty",
    ax.FUNCTIONAL: "Functional*Property",
    ax.INVERSE_FUNCTIONAL: "InverseFunctionalObjectProperty",
    ax.IRREFLEXIVE: "IrreflexiveObjectProperty",
    ax.SYMMETRIC: "SymmetricObjectProperty",
    ax.TRANSITIVE: "TransitiveObjectProperty",
}
_BETWEEN = {
    ax.SUBCLASS: "SubClassOf",
    ax.EQUIVALENT: "EquivalentClasses",
    ax.DISJOINT: "DisjointClasses",
    ax.SUBPROPERTY: "Sub*PropertyOf",
    ax.EQUIVALENT_PROPERTY: "Equivalent*Properties",
    ax.DISJOINT_PROPERTY: "Disjoint*Properties",
    ax.INVERSE: "InverseObjectProperties",
    ax.DOMAIN: "*PropertyDomain",
    ax.RANGE: "*PropertyRange",
    ax.SAME: "SameIndividual",
    ax.DIFFERENT: "DifferentIndividuals",
}


def classes(components: Iterable[m.AnnotatedComponent]) -> frozenset[str]:
    """Give the classes that axioms use, owl:Thing and owl:Nothing left out."""
    return _names(components, m.Class) - {ax.THING, ax.NOTHING}


def individuals(components: Iterable[m.AnnotatedComponent]) -> frozenset[str]:
    """Give the individuals that axioms use."""
    return _names(components, m.NamedIndividual)


def object_properties(components: Iterable[m.AnnotatedComponent]) -> frozenset[str]:
    """Give the object properties that axioms use."""
    return _names(components, m.ObjectProperty)


def data_properties(components: Iterable[m.AnnotatedComponent]) -> frozenset[str]:
    """Give the data properties that axioms use."""
    return _names(components, m.DataProperty)


def _names(components: Iterable[m.AnnotatedComponent], kind: Any) -> frozenset[str]:
    parts = (p for c in components for p in adapter.model_parts(c.component))
    return frozenset(str(part.first) for part in parts if isinstance(part, kind))


def told_subclasses(components: Iterable[m.AnnotatedComponent]) -> frozenset[tuple[str, str]]:
    """Give the subclass axioms between names as asserted."""
    axioms = (c.component for c in components)
    told = (a for a in axioms if isinstance(a, m.SubClassOf))
    pairs = ((a.sub, a.sup) for a in told)
    return frozenset(
        (str(a.first), str(b.first))
        for a, b in pairs
        if isinstance(a, m.Class) and isinstance(b, m.Class)
    )
