"""RDF files loaded into an Oxigraph store in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

from kg_service import entities
from kg_service.errors import StartError

# What people write where RdfFormat.from_extension does not know the file's ending.
ENDINGS = {"owl": RdfFormat.RDF_XML, "rdfs": RdfFormat.RDF_XML}

WITH_GRAPHS = frozenset({RdfFormat.N_QUADS, RdfFormat.TRIG, RdfFormat.JSON_LD})


def format_of(path: Path) -> RdfFormat:
    """The RDF format a file's ending names; StartError when it names none."""
    ending = path.suffix.removeprefix(".").lower()
    form = ENDINGS.get(ending) or RdfFormat.from_extension(ending)
    if form is None:
        raise StartError(
            f"{path.name} is of no RDF format known here.",
            "Name it .ttl, .nt, .nq, .trig, .rdf, .owl, .jsonld or .n3 after its content.",
        )
    return form


def load(files: Sequence[Path]) -> Store:
    """A store that holds the files: named graphs as they name them, all else in the unnamed graph.

    Blank nodes of different files stay different. Raises StartError naming file, line and what is
    wrong when one cannot be read.
    """
    store = Store()
    for path in files:
        form = format_of(path)
        try:
            if form == RdfFormat.RDF_XML:
                entities.check(path)
            store.bulk_load(path=path, format=form, base_iri=f"file:///{path.name}", lenient=False)
        except SyntaxError as error:
            line = f":{error.lineno}" if error.lineno else ""
            raise StartError(f"{path.name}{line}: {error.msg}.", "Correct the file.") from None
        except OSError as error:
            raise StartError(
                f"{path.name} cannot be read: {error.strerror or error}.", "Give a readable file."
            ) from None
    return store


def merged(store: Store, default: Iterable[NamedNode], named: Iterable[NamedNode]) -> Store:
    """A new store: the RDF merge of the `default` graphs as unnamed graph, and the `named` graphs.

    The engine's own union of several graphs returns a triple once per graph, so COUNT is wrong;
    in a merge each triple is there once (SPARQL 1.1 Query, section 13.2). A graph that the store
    does not have is empty.
    """
    dataset = Store()
    for graph in default:
        dataset.extend(
            Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())
            for quad in store.quads_for_pattern(None, None, None, graph)
        )
    for graph in named:
        dataset.extend(store.quads_for_pattern(None, None, None, graph))
    return dataset
