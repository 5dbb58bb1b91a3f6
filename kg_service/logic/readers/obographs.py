"""OBO Graphs JSON ▸ axioms (https://github.com/geneontology/obographs, schema version 0.3).

The format has no transitivity, disjointness or characteristic of properties: what an ontology says
of these is not in the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kg_service.errors import SchemaError
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.readers.identifiers import iri_of
from kg_service.logic.readers.reading import Reading

# Members of a graph without logic of their own.
_SILENT = frozenset({"id", "lbl", "meta", "nodes"})


def read(text: str, name: str, reading: Reading) -> None:
    """Read a document into `reading`. Raises SchemaError when it is not JSON with graphs."""
    try:
        graphs = json.loads(text)["graphs"]
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaError(f"{name} is not an OBO Graphs document: {error}.") from error
    for number, graph in enumerate(graphs):
        _graph(graph, f"{name} graphs[{number}]", reading)


def _graph(graph: dict[str, Any], name: str, reading: Reading) -> None:
    types: dict[str, str] = {}
    for place, node in enumerate(graph.get("nodes") or ()):
        if not isinstance(node, dict) or "id" not in node:
            reading.spoil("node without an id", f"{name}.nodes[{place}]")
            continue
        types[node["id"]] = node.get("type") or ""
        if node.get("type") == "CLASS":
            reading.classes[iri_of(node["id"])] = None
    for member, entries in graph.items():
        if member in _SILENT or not entries:
            continue
        reader = _MEMBERS.get(member)
        if reader is None:
            for _ in entries:
                reading.refuse(member, f"{name}.{member}")
            continue
        for place, entry in enumerate(entries):
            where = f"{name}.{member}[{place}]"
            try:
                for fact in reader(entry, types, reading, where):
                    reading.tell(fact, where)
            except (KeyError, TypeError, AttributeError) as error:
                reading.spoil(f"{member} entry without {error}", where)


def _edge(entry: Any, types: dict[str, str], reading: Reading, where: str) -> Iterator[Fact]:
    ends = entry["sub"], entry["obj"]
    subject, target = map(iri_of, ends)
    predicate = entry["pred"]
    if (relation := _RELATIONS.get(predicate)) is not None:
        yield Fact(subject, relation, target)
    elif predicate == "type":
        yield Fact(subject, ax.TYPE, target)
    elif {types.get(end) for end in ends} == {"INDIVIDUAL"}:
        yield Fact(subject, iri_of(predicate), target)
    elif "PROPERTY" in {types.get(end) for end in ends}:
        reading.refuse("edge between properties", where)
    elif "INDIVIDUAL" in {types.get(end) for end in ends}:
        reading.refuse("edge between class and individual", where)
    else:
        yield Fact(subject, ax.SUBCLASS, ("some", iri_of(predicate), target))


_RELATIONS = {
    "is_a": ax.SUBCLASS,
    "subPropertyOf": ax.SUBPROPERTY,
    "inverseOf": ax.INVERSE,
}


def _equivalent(entry: Any, types: dict[str, str], reading: Reading, where: str) -> Iterator[Fact]:
    first, *others = sorted(map(iri_of, entry["nodeIds"]))
    for other in others:
        yield Fact(first, ax.EQUIVALENT, other)


def _definition(entry: Any, types: dict[str, str], reading: Reading, where: str) -> Iterator[Fact]:
    members: list[Node] = [iri_of(genus) for genus in entry.get("genusIds") or ()]
    for restriction in entry.get("restrictions") or ():
        if restriction is None:
            # A part the writer could not put down; without it the definition would say more.
            reading.refuse("logical definition with a part left out", where)
            members.append(("opaque", f"part left out({where})"))
            continue
        members.append(("some", iri_of(restriction["propertyId"]), iri_of(restriction["fillerId"])))
    nodes = sorted(set(members), key=ax.text)
    if not nodes:
        reading.spoil("logical definition without members", where)
        return
    node = ("and", *nodes) if len(nodes) > 1 else nodes[0]
    yield Fact(iri_of(entry["definedClassId"]), ax.EQUIVALENT, node)


def _property(entry: Any, types: dict[str, str], reading: Reading, where: str) -> Iterator[Fact]:
    property_ = iri_of(entry["predicateId"])
    for relation, key in ((ax.DOMAIN, "domainClassIds"), (ax.RANGE, "rangeClassIds")):
        for name in entry.get(key) or ():
            yield Fact(property_, relation, iri_of(name))
    for _ in entry.get("allValuesFromEdges") or ():
        reading.refuse("ObjectAllValuesFrom", where)


def _chain(entry: Any, types: dict[str, str], reading: Reading, where: str) -> Iterator[Fact]:
    links = tuple(map(iri_of, entry["chainPredicateIds"]))
    if len(links) < 2:
        reading.spoil("chain of fewer than two properties", where)
        return
    yield Fact(iri_of(entry["predicateId"]), ax.CHAIN, links)


_MEMBERS: dict[str, Callable[[Any, dict[str, str], Reading, str], Iterable[Fact]]] = {
    "domainRangeAxioms": _property,
    "edges": _edge,
    "equivalentNodesSets": _equivalent,
    "logicalDefinitionAxioms": _definition,
    "propertyChainAxioms": _chain,
}
