"""Names: CURIE ⇄ IRI, by the prefixes of a release or of `ontology/prefixes.tsv`.

A CURIE is `prefix:local` (W3C CURIE Syntax 1.0, https://www.w3.org/TR/curie/). The longest
namespace that fits an IRI names it.
"""

from __future__ import annotations

import csv
import difflib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from curies import Converter
from pyoxigraph import NamedNode

from kg_service.errors import NameUnknownError

# An IRI starts with a scheme and holds none of these (RFC 3987, SPARQL 1.1 IRIREF).
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
CURIE = re.compile(r"([A-Za-z_][\w.-]*):([^\x00-\x20<>\"{}|^`\\]*)")
SCHEMES = frozenset({"http", "https", "urn"})


class Names:
    """The prefixes in use. A prefix is recognised in any case and written as it was declared.

    >>> names = Names({"kg": "https://w3id.org/heliotrope/KG_"})
    >>> names.iri("KG:0000042")
    'https://w3id.org/heliotrope/KG_0000042'
    >>> names.curie("https://w3id.org/heliotrope/KG_0000042")
    'kg:0000042'
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """Take prefix ▸ namespace. Raises ValueError if two prefixes share a namespace."""
        self.prefixes = dict(prefixes)
        self._declared = {prefix.lower(): prefix for prefix in prefixes}
        self._converter = Converter.from_prefix_map(self.prefixes)

    def is_curie(self, text: str) -> bool:
        """Whether the text has a declared prefix in front."""
        found = CURIE.fullmatch(text)
        return found is not None and found[1].lower() in self._declared

    def is_iri(self, text: str) -> bool:
        """Whether the text is an absolute IRI with a scheme that names things here."""
        return text.partition(":")[0].lower() in SCHEMES and IRI.fullmatch(text) is not None

    def iri(self, curie: str) -> str:
        """The IRI of a CURIE. Raises NameUnknownError for no CURIE or an unknown prefix."""
        found = CURIE.fullmatch(curie)
        if found is None:
            raise NameUnknownError(f"{curie!r} is not a CURIE.", "Write it as prefix:identifier.")
        declared = self._declared.get(found[1].lower())
        if declared is None:
            near = difflib.get_close_matches(found[1].lower(), self._declared, 1, 0.5)
            hint = f"Did you mean {self._declared[near[0]]!r}? " if near else ""
            raise NameUnknownError(
                f"The prefix {found[1]!r} of {curie!r} is not known.",
                f"{hint}Known are: {', '.join(sorted(self.prefixes))}.",
            )
        return self.prefixes[declared] + found[2]

    def curie(self, iri: str) -> str:
        """The CURIE of an IRI, or the IRI itself when no namespace fits."""
        return self._converter.compress(iri) or iri


def fold(name: str) -> str:
    """A label or synonym as it is compared: without case, and with single spaces.

    >>> fold(" Heliotrope  Rash")
    'heliotrope rash'
    """
    return " ".join(name.casefold().split())


def from_json(file: Path) -> Names:
    """Names from the `prefixes.json` of a release. Raises OSError and ValueError."""
    return Names(json.loads(file.read_text(encoding="utf-8")))


def from_table(file: Path) -> Names:
    """Names from a table with the columns `prefix` and `namespace`; other columns are ignored.

    A second header row (template strings) is passed over: its namespace is no IRI.
    Raises NameUnknownError when the columns are missing, OSError when the file is.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or not {"prefix", "namespace"} <= rows[0].keys():
        raise NameUnknownError(
            f"{file.name} has no columns 'prefix' and 'namespace'.", "Give it both, and a row."
        )
    return Names({row["prefix"]: row["namespace"] for row in rows if "://" in row["namespace"]})


def is_valid(iri: str) -> bool:
    """Whether the engine takes it for an IRI (RFC 3987)."""
    try:
        NamedNode(iri)
    except ValueError:
        return False
    return True
