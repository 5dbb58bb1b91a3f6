"""The search index of a release: every label and synonym, in a SQLite file.

SPARQL is bad at text, so names live in an index beside the store. Names are stored best first:
labels before synonyms, short before long. Reading matches in stored order is then the ranking,
and a search can stop at the first page instead of scoring every match.

Misspelt words are found by their trigrams (Zobel & Dart 1995, "Finding approximate matches in
large lexicons"): an edit spoils at most three of them, so the others lead to the word meant.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg_service.errors import ReleaseError
from kg_service.names import Names
from kg_service.words import grams, words

RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OBO_IN_OWL = "http://www.geneontology.org/formats/oboInOwl#"

# What a name is, best first: the position is its rank.
KINDS = {
    RDFS_LABEL: "label",
    "http://purl.org/dc/terms/title": "label",
    f"{OBO_IN_OWL}hasExactSynonym": "exact",
    f"{OBO_IN_OWL}hasNarrowSynonym": "narrow",
    f"{OBO_IN_OWL}hasBroadSynonym": "broad",
    f"{OBO_IN_OWL}hasRelatedSynonym": "related",
}
IDENTIFIER = "identifier"
RANK = {kind: rank for rank, kind in enumerate((*dict.fromkeys(KINDS.values()), IDENTIFIER))}
# A type from here says what OWL takes a thing for, not what it is.
LANGUAGE_OF_TYPES = "http://www.w3.org/"

SCHEMA = """
CREATE TABLE name (id INTEGER PRIMARY KEY, iri TEXT, text TEXT, folded TEXT, kind TEXT);
CREATE TABLE term (iri TEXT PRIMARY KEY, label TEXT) WITHOUT ROWID;
CREATE TABLE type (iri TEXT, type TEXT, PRIMARY KEY (iri, type)) WITHOUT ROWID;
CREATE TABLE word (id INTEGER PRIMARY KEY, word TEXT UNIQUE);
CREATE TABLE gram (gram TEXT, word INTEGER, PRIMARY KEY (gram, word)) WITHOUT ROWID;
CREATE TABLE frequency (gram TEXT PRIMARY KEY, words INTEGER) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (text, content='', prefix='2 3 4');
"""


@dataclass(frozen=True, order=True)
class Name:
    """One name of a thing, ordered as the index stores it."""

    rank: int
    length: int
    folded: str
    text: str
    iri: str
    kind: str


def build(triples: Iterable[Triple | Quad], names: Names, file: Path) -> int:
    """Write the index of the names and types that the triples tell to a new file; how many names.

    What has a name is found by its CURIE as well. The same triples in any order give the same
    bytes. Raises ReleaseError if the file exists.
    """
    if file.exists():
        raise ReleaseError(f"{file.name} exists already.", "Write the index to a new place.")
    found, types = _read(triples, names)
    labels: dict[str, str] = {}
    for name in found:
        labels.setdefault(name.iri, name.text)
    vocabulary = sorted({word for name in found for word in name.folded.split()})
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        connection.executescript("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF;" + SCHEMA)
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO name VALUES (?, ?, ?, ?, ?)",
            ((at, n.iri, n.text, n.folded, n.kind) for at, n in enumerate(found, 1)),
        )
        connection.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)",
            ((at, name.folded) for at, name in enumerate(found, 1)),
        )
        connection.executemany("INSERT INTO term VALUES (?, ?)", sorted(labels.items()))
        connection.executemany("INSERT INTO type VALUES (?, ?)", types)
        connection.executemany("INSERT INTO word VALUES (?, ?)", enumerate(vocabulary, 1))
        connection.executemany(
            "INSERT INTO gram VALUES (?, ?)",
            sorted((gram, at) for at, word in enumerate(vocabulary, 1) for gram in grams(word)),
        )
        connection.execute("INSERT INTO frequency SELECT gram, count(*) FROM gram GROUP BY gram")
        connection.execute("CREATE INDEX name_folded ON name (folded)")
        connection.execute("CREATE INDEX name_iri ON name (iri)")
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        connection.execute("COMMIT")
        connection.execute("VACUUM")
    finally:
        connection.close()
    return len(found)


def _read(
    triples: Iterable[Triple | Quad], names: Names
) -> tuple[list[Name], list[tuple[str, str]]]:
    """The names, best first, and the types, each once however often it is told."""
    found: set[Name] = set()
    types: set[tuple[str, str]] = set()
    for triple in triples:
        if not isinstance(triple.subject, NamedNode):
            continue
        iri, predicate = triple.subject.value, triple.predicate.value
        if predicate == RDF_TYPE and isinstance(triple.object, NamedNode):
            if not triple.object.value.startswith(LANGUAGE_OF_TYPES):
                types.add((iri, triple.object.value))
        elif predicate in KINDS and isinstance(triple.object, Literal):
            found.add(_name(iri, triple.object.value, KINDS[predicate]))
    found |= {_name(name.iri, names.curie(name.iri), IDENTIFIER) for name in found}
    return sorted(name for name in found if name.folded), sorted(types)


def _name(iri: str, text: str, kind: str) -> Name:
    folded = " ".join(words(text))
    return Name(RANK[kind], len(folded), folded, text, iri, kind)
