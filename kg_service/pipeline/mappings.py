"""Mappings: every row of the sets in `ontology/mappings/` is held against what files show.

A set is made by people; here it is only verified. Always: our term under our label, known
prefixes, predicates and justifications, no pair twice, no two of our terms that are exactly one
thing. Where the files are at hand: that the one a row names shows the mapping, not weaker than
the row says; that the object lives in its home under that label; that no set calls it wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg_service.errors import NameUnknownError, TableError
from kg_service.names import Names
from kg_service.pipeline import sssom, tables
from kg_service.pipeline.ontology import Folder
from kg_service.pipeline.sssom import MappingSet
from kg_service.pipeline.tables import Row
from kg_service.pipeline.vocabularies import (
    CROSS_REFERENCE,
    DESCRIPTION,
    MAPPING_SETS,
    REGISTRY,
    RELATED,
    Vocabularies,
)

SPELLINGS = "spellings.tsv"
EXACT, CLOSE = "skos:exactMatch", "skos:closeMatch"
BROAD, NARROW = "skos:broadMatch", "skos:narrowMatch"
CHAINING, LEXICAL = "semapv:MappingChaining", "semapv:LexicalMatching"
MANUAL, UNSPECIFIED = "semapv:ManualMappingCuration", "semapv:UnspecifiedMatching"
JUSTIFICATIONS = (CHAINING, LEXICAL, MANUAL, UNSPECIFIED)
# What a row may say where a file shows the predicate: never more than it.
ALLOWED: Mapping[str, frozenset[str]] = {
    EXACT: frozenset({EXACT, CLOSE, BROAD, NARROW, RELATED}),
    CLOSE: frozenset({CLOSE, RELATED}),
    BROAD: frozenset({BROAD, RELATED}),
    NARROW: frozenset({NARROW, RELATED}),
    RELATED: frozenset({RELATED}),
    CROSS_REFERENCE: frozenset({CROSS_REFERENCE}),
}
# Classes of statistics, which hold what is "other" and "unspecified": exact only under one name.
STATISTICAL = ("ICD10CM:",)
REGISTERED = "bioregistry:"
VERSIONS = (("shown_by", "shown_by_version"), ("object_home", "object_source_version"))
EXACT_SYNONYMS = "A oboInOwl:hasExactSynonym SPLIT=|"


@dataclass(frozen=True)
class OurTerms:
    """Our terms by IRI: labels, and all names (label and exact synonyms) in lower case."""

    labels: Mapping[str, str]
    names: Mapping[str, frozenset[str]]


def terms(folder: Folder, labels: Mapping[str, str]) -> OurTerms:
    """Our terms, from their labels and the exact synonyms in the tables."""
    names = {iri: {label.lower()} for iri, label in labels.items()}
    for table in folder.tables:
        if column := table.column(EXACT_SYNONYMS):
            for row in table.rows:
                found = names[folder.names.iri(row.cells[table.columns[0]])]
                found.update(x.lower() for x in row.cells[column].split("|") if x)
    return OurTerms(labels, {iri: frozenset(found) for iri, found in names.items()})


def read(folder: Path) -> tuple[MappingSet, ...]:
    """The sets below the ontology folder, by name; none where it has no `mappings/`.

    Raises TableError for a file that is not SSSOM.
    """
    return tuple(sssom.read(p, folder) for p in sorted((folder / "mappings").glob("*.sssom.tsv")))


def starts(sets: Iterable[MappingSet]) -> frozenset[str]:
    """The terms, as CURIEs, at which the mappings of sets start in the files that show them."""
    return frozenset(
        row.cells.get("via") or row.cells["subject_id"] for found in sets for row in found.rows
    )


def spellings(folder: Path) -> dict[str, str]:
    """Which of our prefixes each other spelling, in lower case, means. Raises TableError."""
    path = folder / "mappings" / SPELLINGS
    if not path.is_file():
        return {}
    table = tables.read(path, folder, header_rows=1)
    return {row.cells["spelling"]: row.cells["prefix"] for row in table.rows}


def verify(mapping_set: MappingSet, ours: OurTerms, names: Names) -> None:
    """Hold a set against itself, our terms and our prefixes. Raises TableError naming the cell."""
    file = mapping_set.rows[0].file if mapping_set.rows else mapping_set.path.name
    for prefix, namespace in mapping_set.names.prefixes.items():
        if names.prefixes.get(prefix, namespace) != namespace:
            expected = f"{names.prefixes[prefix]}, as prefixes.tsv has it"
            raise TableError(file, 1, f"curie_map {prefix}", namespace, expected)
    objects: dict[str, str] = {}
    chosen: dict[tuple[str, str], str] = {}
    for row in mapping_set.rows:
        _verify_names(row, mapping_set, ours, names)
        _verify_reasons(row)
        cells = row.cells
        subject, target = cells["subject_id"], cells["object_id"]
        if cells["predicate_id"] == EXACT:
            if objects.setdefault(target, subject) != subject:
                raise row.error("object_id", f"an object of its own; {objects[target]} is it, too")
            vocabulary = target.partition(":")[0]
            if chosen.setdefault((subject, vocabulary), target) != target:
                other = chosen[subject, vocabulary]
                raise row.error("predicate_id", f"one exact match in {vocabulary}; it is {other}")
            names_of = ours.names[mapping_set.names.iri(subject)]
            if target.startswith(STATISTICAL) and cells["object_label"].lower() not in names_of:
                raise row.error(
                    "predicate_id", f"no {EXACT} of a class of statistics under another name"
                )


def _verify_names(row: Row, mapping_set: MappingSet, ours: OurTerms, names: Names) -> None:
    for slot, text in row.cells.items():
        _, reference = mapping_set.extensions.get(slot, ("", slot in sssom.REFERENCES))
        try:
            iri = mapping_set.names.iri(text) if reference and text else ""
            if iri and slot in ("subject_id", "object_id") and names.iri(text) != iri:
                raise row.error(slot, f"a CURIE that prefixes.tsv spells so: {names.curie(iri)}")
        except NameUnknownError as error:
            raise row.error(slot, f"a CURIE of a declared prefix ({error.message})") from None
    label = ours.labels.get(mapping_set.names.iri(row.cells["subject_id"]))
    if label is None:
        raise row.error("subject_id", "one of our terms")
    if row.cells["subject_label"] != label:
        raise row.error("subject_label", f"{label!r}, our label")
    if row.cells["predicate_id"] not in ALLOWED:
        raise row.error("predicate_id", f"one of {', '.join(ALLOWED)}")
    if row.cells["mapping_justification"] not in JUSTIFICATIONS:
        raise row.error("mapping_justification", f"one of {', '.join(JUSTIFICATIONS)}")


def _verify_reasons(row: Row) -> None:
    """That a row says on what it rests."""
    cells = row.cells
    justification, predicate = cells["mapping_justification"], cells["predicate_id"]
    if bool(cells.get("via")) != (justification == CHAINING):
        raise row.error("via", f"a term between if, and only if, the justification is {CHAINING}")
    if not cells.get("shown_by"):
        if not cells.get("object_home"):
            raise row.error("object_home", "the file that has the object, if none shows the pair")
        if justification != MANUAL or predicate in (EXACT, CROSS_REFERENCE):
            raise row.error("shown_by", f"a file that shows {predicate} by {justification}")
    for column, version in VERSIONS:
        if cells.get(column) and not cells.get(version):
            raise row.error(version, f"the version of {cells[column]}")


def verify_against(
    mapping_set: MappingSet, ours: OurTerms, vocabularies: Vocabularies, strict: bool
) -> dict[str, int]:
    """Hold a set against the files that its rows name; how many rows each absent file left open.

    Raises TableError for the first row that differs; with `strict` for an absent file, too.
    """
    absent: dict[str, int] = {}
    exact = {
        (row.cells["subject_id"], row.cells["object_id"])
        for row in mapping_set.rows
        if row.cells["predicate_id"] == EXACT
    }
    for row in mapping_set.rows:
        for column, name in _named(row):
            if not vocabularies.has(name):
                if strict:
                    raise row.error(column, f"a file of {vocabularies.folder}/ ({name})")
                absent[name] = absent.get(name, 0) + 1
        _refuse_look_alike(row, vocabularies)
        _verify_shape(row, vocabularies)
        _verify_versions(row, vocabularies)
        labels = [_label_at_home(row, vocabularies)]
        if (file := row.cells.get("shown_by")) and vocabularies.has(file):
            names = ours.names[mapping_set.names.iri(row.cells["subject_id"])]
            labels.append(_label_shown(row, names, exact, vocabularies))
        label = next((x for x in labels if x is not None), None)
        if label is not None and row.cells["object_label"] != label:
            raise row.error("object_label", f"{label!r}, as the files have it")
    return absent


def _named(row: Row) -> Iterator[tuple[str, str]]:
    """Every file that is needed to verify a row, with the column that asks for it."""
    for column in ("shown_by", "object_home"):
        if name := row.cells.get(column):
            yield column, name
    yield "object_source", REGISTRY
    yield "object_id", MAPPING_SETS


def _refuse_look_alike(row: Row, vocabularies: Vocabularies) -> None:
    subject, target, via = (row.cells.get(x, "") for x in ("subject_id", "object_id", "via"))
    for pair in ((subject, target), (subject, via), (via, target)):
        if frozenset(pair) in vocabularies.negative():
            raise row.error("object_id", f"no look-alike: {' and '.join(pair)} are told apart")


def _verify_shape(row: Row, vocabularies: Vocabularies) -> None:
    """That the object looks like an identifier of its vocabulary, as Bioregistry describes it."""
    source, target = row.cells["object_source"], row.cells["object_id"]
    if not vocabularies.has(REGISTRY):
        return
    entry = source.removeprefix(REGISTERED)
    if entry == source or entry not in vocabularies.patterns():
        raise row.error("object_source", f"{REGISTERED}… that {REGISTRY} has")
    if not re.fullmatch(vocabularies.patterns()[entry], target.partition(":")[2]):
        raise row.error("object_id", f"what {source} matches: {vocabularies.patterns()[entry]}")


def _verify_versions(row: Row, vocabularies: Vocabularies) -> None:
    for column, version in VERSIONS:
        name = row.cells.get(column)
        if name and vocabularies.has(name):
            told = vocabularies.description(name)
            if told and row.cells[version] not in told:
                raise row.error(version, f"the version of {name} in {DESCRIPTION}")


def _label_at_home(row: Row, vocabularies: Vocabularies) -> str | None:
    """The object's label in its home file, or None without one. Raises TableError if not alive."""
    name, target = row.cells.get("object_home", ""), row.cells["object_id"]
    if not name or not vocabularies.has(name):
        return None
    term = vocabularies.home(name, target.partition(":")[0]).get(target)
    if term is None:
        raise row.error("object_id", f"an identifier that {name} has")
    if term.deprecated:
        hint = f"; {term.replaced_by} replaces it" if term.replaced_by else ""
        raise row.error("object_id", f"a term that is not obsolete in {name}{hint}")
    return term.label


def _label_shown(
    row: Row, names: frozenset[str], exact: set[tuple[str, str]], vocabularies: Vocabularies
) -> str | None:
    """The object's label in the file that shows the mapping; empty where that has none.

    Raises TableError when the file does not show it, or shows less than the row says.
    """
    cells = row.cells
    subject, target, predicate = cells["subject_id"], cells["object_id"], cells["predicate_id"]
    file, via = cells["shown_by"], cells.get("via", "")
    if cells["mapping_justification"] == LEXICAL:
        entries = vocabularies.names_in(file, target.partition(":")[0]).get(target, frozenset())
        if not entries & names:
            raise row.error("shown_by", f"a file in which {target} has a name of {subject}")
        return None
    if via and (subject, via) not in exact:
        raise row.error("via", f"a term of which this set says that {subject} is exactly it")
    shown = vocabularies.shown(file)
    found = shown.predicates.get((via or subject, target), set())
    if not found:
        raise row.error("shown_by", f"a file that maps {via or subject} to {target}")
    if predicate not in frozenset().union(*(ALLOWED.get(x, frozenset()) for x in found)):
        raise row.error("predicate_id", f"no more than {', '.join(sorted(found))}, as {file} says")
    if predicate not in found and not cells["comment"]:
        raise row.error("comment", f"the reason why it is not {', '.join(sorted(found))}")
    return shown.labels.get(target, "")
