"""Graphs: what is asserted and derived, as the named graphs of a release.

Every function gives triples; `build` decides which graph they go to. Shapes are those of the
table in docs/design.md.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyhornedowl.model as owl
import rdflib
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)
from rdflib.util import from_n3

from kg_service.grades import Grade
from kg_service.logic import axioms as ax
from kg_service.logic import proof_graph
from kg_service.logic.axioms import OWL, RDF, RDFS, VOCABULARY, Fact, Node
from kg_service.logic.closure import Closure, Derivation
from kg_service.logic.explanations import Explainer
from kg_service.logic.knowledge import Knowledge
from kg_service.logic.proof_graph import BASE, TYPE, h, statement
from kg_service.pipeline.claims import Claim
from kg_service.pipeline.ontology import Axiom, horned
from kg_service.queries import QueryFile

GRAPH = BASE + "graph/"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCTERMS = "http://purl.org/dc/terms/"
VOID = "http://rdfs.org/ns/void#"
SH = "http://www.w3.org/ns/shacl#"

OUTSIDE_DEFAULT = frozenset({"proofs", "redundant", "examples"})


def _canonical(triples: Iterable[Triple]) -> set[Triple]:
    """The triples with blank nodes named canonically (RDF Dataset Canonicalization 1.0)."""
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {q.triple for q in dataset}


def of_axioms(axioms: Iterable[Axiom]) -> set[Triple]:
    """The triples of axioms, after OWL 2 Mapping to RDF Graphs.

    Annotated negative assertions are mapped here (section 2.2: the annotation sits on the node of
    the assertion); py-horned-owl 2.0 writes them as reified triples of a blank node.
    """
    whole = list(axioms)
    negative = [
        (a, notes) for a, notes in whole if isinstance(a, owl.NegativeObjectPropertyAssertion)
    ]
    rest = [x for x in whole if not isinstance(x[0], owl.NegativeObjectPropertyAssertion)]
    text = horned(rest).save_to_string("owl")
    triples = {q.triple for q in parse(text, RdfFormat.RDF_XML)}
    for number, (axiom, notes) in enumerate(negative):
        node = BlankNode(f"negative{number}")
        ends = {"sourceIndividual": axiom.source, "assertionProperty": axiom.ope}
        triples.add(Triple(node, TYPE, NamedNode(OWL + "NegativePropertyAssertion")))
        for key, value in (ends | {"targetIndividual": axiom.target}).items():
            triples.add(Triple(node, NamedNode(OWL + key), NamedNode(str(value.first))))
        for note in notes:
            triples.add(Triple(node, NamedNode(str(note.ap.first)), NamedNode(str(note.av))))
    return _canonical(triples)


def disputed(claims: Iterable[Claim]) -> set[Triple]:
    """Of every claim whether a conflict names it."""
    return {Triple(NamedNode(c.iri), h("disputed"), Literal(c.disputed)) for c in claims}


def evidence(
    claims: Iterable[Claim], knowledge: Knowledge, held: Mapping[Fact, Grade]
) -> set[Triple]:
    """Of every claim the grade that its assertion carries in the closure, `held`.

    A disputed denial makes no assertion, and nothing else speaks for it.
    """
    triples: set[Triple] = set()
    for claim in claims:
        facts = knowledge.made_by.get(claim.iri, ())
        graded = min((held[fact] for fact in facts), default=Grade.DISPUTED)
        triples.add(Triple(NamedNode(claim.iri), h("evidence"), NamedNode(graded.iri)))
    return triples


def plain(fact: Fact) -> Triple | None:
    """The triple of a fact between named things; None for expressions and negations."""
    if isinstance(fact.subject, str) and isinstance(fact.object, str):
        if not isinstance(fact.relation, str):
            return None
        return Triple(NamedNode(fact.subject), NamedNode(fact.relation), NamedNode(fact.object))
    return None


def edge(fact: Fact) -> Triple | None:
    """The relation between things that a fact is, in Ubergraph's shape, or None.

    A class axiom `A SubClassOf R some B` is the triple `A R B`, and so is that an individual A has
    the type `R some B`.
    """
    if fact.relation in (RDFS + "subClassOf", TYPE.value):
        match fact.subject, fact.object:
            case str(subject), ("some", str(relation), str(filler)):
                return Triple(NamedNode(subject), NamedNode(relation), NamedNode(filler))
    if not isinstance(fact.relation, str) or fact.relation.startswith((OWL, RDF)):
        return None
    if fact.relation in SCHEMA_RELATIONS:
        return None
    return plain(fact)


SCHEMA_RELATIONS = frozenset(
    {
        *(RDFS + x for x in ("subPropertyOf", "domain", "range")),
        *(VOCABULARY + x for x in ("inheritedBy", "overrides")),
    }
)


def relations(closure: Closure) -> tuple[set[Triple], set[Triple]]:
    """Relations between kinds: pruned, and the full closure (nonredundant, redundant).

    Pruned is a smallest-first choice of relations from which the rules give all the others: those
    that no rule derives from relations, and of circles the asserted ones.
    """
    facts = [*closure.asserted, *closure.inferred]
    edges = {fact: made for fact in facts if (made := edge(fact)) is not None}
    schema = {fact for fact in facts if fact not in edges}

    def ways(fact: Fact) -> list[Derivation]:
        return [
            d
            for d in closure.derivations(fact)
            if all(p in edges or (p in schema and isinstance(p.object, str)) for p in d.premises)
        ]

    waiting = {fact: ways(fact) for fact in edges}
    kept = {fact for fact, found in waiting.items() if not found}
    told = set(closure.asserted)
    rest = sorted(set(edges) - kept, key=lambda f: (f not in told, ax.order(f)))
    reached = _reach(kept | schema, waiting)
    for fact in rest:
        if fact not in reached:
            kept.add(fact)
            reached = _reach(kept | schema, waiting)
    return {edges[fact] for fact in kept}, set(edges.values())


def _reach(start: set[Fact], ways: Mapping[Fact, list[Derivation]]) -> set[Fact]:
    """Every fact that derivations give from `start`."""
    reached, grew = set(start), True
    while grew:
        new = {
            fact
            for fact, found in ways.items()
            if fact not in reached and any(reached.issuperset(d.premises) for d in found)
        }
        reached |= new
        grew = bool(new)
    return reached


def inferred(closure: Closure, held: Mapping[Fact, Grade]) -> set[Triple]:
    """The derived triples; of each a statement node says its scope and grade of evidence, whether
    it is disputed, and whether a narrower statement subsumes it.

    `held` are the grades that facts carry: disputed is what rests on disputed claims only.
    """
    less = subsumed(closure, held)
    triples: set[Triple] = set()
    for fact in closure.inferred:
        made = plain(fact)
        if made is not None:
            triples.add(made)
            node, described = statement(fact)
            triples.update(described)
            triples.add(Triple(node, h("disputed"), Literal(held[fact] is Grade.DISPUTED)))
            triples.add(Triple(node, h("evidence"), NamedNode(held[fact].iri)))
            triples.add(Triple(node, h("subsumed"), Literal(fact in less)))
    told = {made for fact in closure.asserted if (made := plain(fact)) is not None}
    return triples - told


def subsumed(closure: Closure, held: Mapping[Fact, Grade]) -> frozenset[Fact]:
    """The derived facts that a narrower relation of the same two says on evidence as good.

    One that is better supported than every narrower one is not: with a floor it may stand alone.
    """
    under: dict[Node, set[Node]] = defaultdict(set)
    for fact in closure.facts:
        if fact.relation == ax.SUBPROPERTY:
            under[fact.object].add(fact.subject)
    between: dict[tuple[Node, Node], list[Fact]] = defaultdict(list)
    for fact in closure.facts:
        between[fact.subject, fact.object].append(fact)
    return frozenset(
        fact
        for fact in closure.inferred
        if any(
            other.relation in under[fact.relation]
            and fact.relation not in under[other.relation]
            and held[other] >= held[fact]
            for other in between[fact.subject, fact.object]
        )
    )


def proofs(closure: Closure, knowledge: Knowledge) -> set[Triple]:
    """One `h:Proof` for every derivation step of every derived fact, and its justifications.

    `h:complete` of a conclusion says whether its justifications are all there are.
    """
    triples: set[Triple] = set()
    explainer = Explainer(knowledge, closure)
    for fact in closure.asserted:
        triples.update(proof_graph.leaf(fact, knowledge))
    for fact in closure.inferred:
        for derivation in closure.derivations(fact):
            triples.update(proof_graph.step(fact, derivation))
        found = explainer.justifier.of(fact)
        triples.add(Triple(proof_graph.name_of(fact), h("complete"), Literal(found.complete)))
        for leaves in found.sets:
            disputed = any(knowledge.is_disputed(leaf) for leaf in leaves)
            triples.update(proof_graph.justification(fact, leaves, disputed))
    return triples


def examples(queries: Mapping[str, QueryFile]) -> set[Triple]:
    """Every query file as a `sh:SPARQLExecutable`, as SIB's SPARQL examples are described."""
    triples: set[Triple] = set()
    for name, query in sorted(queries.items()):
        node = NamedNode(f"{BASE}query/{name}")
        for kind in ("SPARQLExecutable", "SPARQLSelectExecutable"):
            triples.add(Triple(node, TYPE, NamedNode(SH + kind)))
        triples.add(Triple(node, NamedNode(SH + "select"), Literal(query.text)))
        triples.add(Triple(node, NamedNode(RDFS + "comment"), Literal(query.summary)))
    return triples


def void(counts: Mapping[str, int], version: str, licence: str) -> set[Triple]:
    """The VoID description of the release: its version, licence and the size of each graph."""
    dataset = NamedNode(BASE + "dataset")
    triples = {
        Triple(dataset, TYPE, NamedNode(VOID + "Dataset")),
        Triple(dataset, NamedNode(DCTERMS + "title"), Literal("Heliotrope")),
        Triple(dataset, NamedNode(DCTERMS + "license"), NamedNode(licence)),
        Triple(dataset, NamedNode(OWL + "versionInfo"), Literal(version)),
    }
    for name, count in counts.items():
        graph = NamedNode(GRAPH + name)
        size = Literal(str(count), datatype=NamedNode(XSD + "integer"))
        triples.add(Triple(dataset, NamedNode(VOID + "subset"), graph))
        triples.add(Triple(graph, TYPE, NamedNode(VOID + "Dataset")))
        triples.add(Triple(graph, NamedNode(VOID + "triples"), size))
    return triples


def quads(graphs: Mapping[str, set[Triple]]) -> Iterator[Quad]:
    """The quads of a release: each named graph, and their union as the unnamed graph."""
    union: set[Triple] = set()
    for name, triples in graphs.items():
        graph = NamedNode(GRAPH + name)
        yield from (Quad(t.subject, t.predicate, t.object, graph) for t in triples)
        if name not in OUTSIDE_DEFAULT:
            union |= triples
    yield from (Quad(t.subject, t.predicate, t.object) for t in union)


def write(graphs: Mapping[str, set[Triple]], path: Path) -> None:
    """Write N-Quads, lines sorted, so that the same graphs are the same bytes."""
    lines = io.BytesIO()
    serialize(quads(graphs), lines, RdfFormat.N_QUADS)
    path.write_bytes(b"".join(sorted(lines.getvalue().splitlines(keepends=True))))


def write_ontology(triples: set[Triple], prefixes: Mapping[str, str], folder: Path) -> None:
    """Write the asserted ontology as `ontology.owl` (RDF/XML) and `ontology.ttl` (Turtle)."""
    ordered = sorted(triples, key=str)
    serialize(ordered, folder / "ontology.owl", RdfFormat.RDF_XML, prefixes=dict(prefixes))
    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, namespace)
    # Term by term: rdflib's parsers would give blank nodes new names, and with them another order.
    for triple in ordered:
        graph.add(tuple(from_n3(str(term)) for term in triple))  # type: ignore[arg-type]
    for name in sorted(str(predicate) for predicate in graph.predicates(unique=True)):
        graph.compute_qname(name)
    graph.serialize(folder / "ontology.ttl", format="turtle", encoding="utf-8")
