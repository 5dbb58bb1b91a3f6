"""Naming: what a name in a request names.

A name is a CURIE, an IRI, a label or an exact synonym; labels and synonyms in any case. Where
several things have a name, what suits the place is meant, and a label is a better name than a
synonym.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from kg_service.errors import NameUnknownError
from kg_service.names import CURIE, Names, fold

# Whether a thing, by its IRI, may stand at the place of a name.
Suits: TypeAlias = Callable[[str], bool]
SUGGESTIONS = 3
SHOWN = 80


class Naming:
    """The names of one release."""

    def __init__(
        self,
        names: Names,
        labels: Mapping[str, str],
        synonyms: Mapping[str, Iterable[str]],
    ) -> None:
        """Take the prefixes; `labels` and exact `synonyms` are by IRI."""
        self._names, self._labels, self._synonyms = names, labels, synonyms
        exact: dict[str, list[str]] = defaultdict(list)
        folded: dict[str, list[str]] = defaultdict(list)
        others: dict[str, list[str]] = defaultdict(list)
        for iri, label in sorted(labels.items()):
            exact[label].append(iri)
            folded[fold(label)].append(iri)
        for iri, found in sorted(synonyms.items()):
            for synonym in dict.fromkeys(map(fold, found)):
                others[synonym].append(iri)
        self._exact, self._folded, self._others = dict(exact), dict(folded), dict(others)

    def resolve(self, text: str, suits: Suits | None = None) -> str:
        """Give the IRI that a text names; a name of several things only for the one that suits.

        Whether anything is called by an IRI is not its question. Raises NameUnknownError for a name
        of nothing, with the nearest labels of what suits as advice, for one of several things, and
        for a CURIE whose prefix is unknown.
        """
        key = fold(text)
        found = (self._exact.get(text), self._folded.get(key), self._others.get(key))
        ranks = [iris for iris in found if iris]
        if suits is not None:
            ranks = [fit for iris in ranks if (fit := list(filter(suits, iris)))] or ranks
        if ranks and len(ranks[0]) == 1:
            return ranks[0][0]
        if ranks:
            raise NameUnknownError(
                f"{text[:SHOWN]!r} is the name of several things.",
                f"Say which: {', '.join(map(self._told, ranks[0]))}.",
            )
        if self._names.is_iri(text):
            return text
        if CURIE.fullmatch(text):
            return self._names.iri(text)
        raise NameUnknownError(f"{text[:SHOWN]!r} names nothing here.", self._near(key, suits))

    def names(self, text: str, iri: str) -> bool:
        """Whether a text is a label or an exact synonym of something, in any case."""
        own = (self._labels.get(iri, ""), *self._synonyms.get(iri, ()))
        return fold(text) in map(fold, own)

    def _near(self, key: str, suits: Suits | None) -> str:
        """Which labels of what suits are nearest to a text that names nothing."""
        labels = {
            label: iris[0]
            for label, iris in self._folded.items()
            if suits is None or any(map(suits, iris))
        }
        near = difflib.get_close_matches(key[:SHOWN], labels, SUGGESTIONS)
        told = " or ".join(repr(self._labels[labels[each]]) for each in near)
        return f"Did you mean {told}?" if near else "Search for it: /api/v1/search?q="

    def _told(self, iri: str) -> str:
        return f"{self._names.curie(iri)} ({self._labels.get(iri)})"
