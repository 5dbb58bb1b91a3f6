"""Vocabulary: what the names in a class expression mean, and what they may have meant.

One IRI may name a class and an individual (OWL 2 punning): the place in the expression decides
which is meant, so a name is always looked up for the kinds that its place allows.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from kg_service.logic import axioms as ax
from kg_service.names import Names, fold

CLASS = "class"
OBJECT_PROPERTY = "object property"
DATA_PROPERTY = "data property"
INDIVIDUAL = "individual"
DATATYPE = "datatype"
KINDS = (CLASS, OBJECT_PROPERTY, DATA_PROPERTY, INDIVIDUAL, DATATYPE)

# Namespaces that OWL itself uses (OWL 2 Structural Specification, table 2): always known.
_STANDARD = {"owl": ax.OWL, "rdf": ax.RDF, "rdfs": ax.RDFS, "xsd": ax.XSD}
SUGGESTIONS = 3


class Lookup(Protocol):
    """What the parser asks of a vocabulary."""

    names: Names

    def kinds(self, iri: str) -> frozenset[str]:
        """Give the kinds of thing an IRI names, members of KINDS; none: empty."""

    def labelled(self, label: str) -> tuple[str, ...]:
        """Give the IRIs that have a label, sorted."""

    def written(self, iri: str) -> str:
        """Give how a name is written in an expression: its label in quotes, or its CURIE."""

    def near(self, text: str, kinds: Collection[str]) -> tuple[str, ...]:
        """Give names of these kinds that are nearest to a text, as they are written."""


class Vocabulary:
    """A vocabulary in plain mappings.

    >>> vocabulary = Vocabulary(
    ...     {"disease kind": ["https://w3id.org/heliotrope/vocab/DiseaseKind"]},
    ...     {"https://w3id.org/heliotrope/vocab/DiseaseKind": [CLASS]},
    ...     Names({"h": "https://w3id.org/heliotrope/vocab/"}),
    ... )
    >>> vocabulary.labelled("Disease kind")
    ('https://w3id.org/heliotrope/vocab/DiseaseKind',)
    >>> vocabulary.near("disease kin", [CLASS])
    ("'disease kind'",)
    """

    def __init__(
        self,
        labels: Mapping[str, Iterable[str]],
        kinds: Mapping[str, Iterable[str]],
        names: Names,
    ) -> None:
        """Take label ▸ IRIs, IRI ▸ kinds and the prefixes. owl:Thing, owl:Nothing, the OWL 2
        datatypes and the prefixes owl, rdf, rdfs and xsd need not be among them."""
        taken = set(names.prefixes.values())
        added = {p: space for p, space in _STANDARD.items() if space not in taken}
        self.names = Names({**added, **names.prefixes})
        known = {iri: frozenset(of) for iri, of in kinds.items()}
        for iri in (ax.THING, ax.NOTHING):
            known[iri] = known.get(iri, frozenset()) | {CLASS}
        for iri in ax.DATATYPES:
            known[iri] = known.get(iri, frozenset()) | {DATATYPE}
        self._kinds = known
        self._exact = {label: tuple(sorted(set(iris))) for label, iris in labels.items()}
        folded: dict[str, set[str]] = defaultdict(set)
        self._label: dict[str, str] = {}
        for label, iris in sorted(self._exact.items()):
            folded[fold(label)].update(iris)
            for iri in iris:
                self._label.setdefault(iri, label)
        self._folded = {label: tuple(sorted(iris)) for label, iris in folded.items()}

    def kinds(self, iri: str) -> frozenset[str]:
        """Give the kinds of thing an IRI names; none: empty."""
        return self._kinds.get(iri, frozenset())

    def labelled(self, label: str) -> tuple[str, ...]:
        """Give the IRIs that have a label exactly; where none has, in any case and spacing."""
        return self._exact.get(label) or self._folded.get(fold(label), ())

    def written(self, iri: str) -> str:
        """Give an IRI's label in quotes where it names nothing else of any kind, else its CURIE,
        or <IRI>."""
        label = self._label.get(iri)
        if label is not None and self.labelled(label) == (iri,):
            return quoted(label)
        return short(iri, self.names)

    def near(self, text: str, kinds: Collection[str]) -> tuple[str, ...]:
        """Give up to three names of these kinds that are nearest to a text, as they are written.

        Nearest among labels in any case, then among CURIEs (difflib's ratio, at least 0.6 and
        0.8).
        """
        wanted = set(kinds)
        labels = [
            label
            for label, iris in self._folded.items()
            if any(wanted & self.kinds(iri) for iri in iris)
        ]
        found = difflib.get_close_matches(fold(text), labels, SUGGESTIONS)
        written = [
            self.written(iri)
            for label in found
            for iri in self._folded[label]
            if wanted & self.kinds(iri)
        ]
        if ":" in text:
            curies = [self.names.curie(iri) for iri, of in self._kinds.items() if wanted & of]
            written += difflib.get_close_matches(text, curies, SUGGESTIONS, 0.8)
        return tuple(dict.fromkeys(written))[:SUGGESTIONS]


def quoted(label: str) -> str:
    """Give a label as it is written in an expression.

    >>> quoted("Gottron's papules")
    "'Gottron\\\\'s papules'"
    """
    escaped = label.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def short(iri: str, names: Names) -> str:
    """Give an IRI as a CURIE that an expression can hold, or in angle brackets."""
    curie = names.curie(iri)
    plain = curie != iri and not set(curie) & set("()[]{},<>\"'^@ ")
    return curie if plain else f"<{iri}>"
