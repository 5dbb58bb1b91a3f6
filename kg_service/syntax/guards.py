"""Limits on the text of a query, so that what passes neither crashes nor hangs the engine.

Measured with pyoxigraph 0.5.13 on an empty store and a stack of 8 MiB, the smallest of each kind:

| limit | crashes or hangs at | at the limit |
| --- | --- | --- |
| depth | 1,600 calls or EXISTS crash, 3,200 of other groups, 6,400 of other brackets | 0.1 s |
| patterns | 200 triples of one subject take over 10 s | 3 s |
| path, unions, operators | 12,800 crash, 6,400 take 4 s | 0.2 s |
| expressions | 3,200 columns crash, 3,200 conditions take over 10 s | 3 s |
| described | 1,600 things take over 10 s | 0.1 s |

The order of joins is chosen within one group, which takes time with the third or fourth power of
what the group joins: triples, steps of a path, members of a list, groups inside. Lists of IN and
rows of VALUES are bounded by the tokens of a query alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kg_service.errors import QueryLimitError
from kg_service.syntax.outline import SIZES, Outline

LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "depth": 200,
        "patterns": 100,
        "path": 1_000,
        "unions": 1_000,
        "operators": 1_000,
        "expressions": 1_000,
        "described": 500,
        "iri": 8_192,
    }
)


def guard(text: str, outline: Outline, limits: Mapping[str, int] = LIMITS) -> None:
    """Refuse a query that passes a limit: QueryLimitError names the limit, the place and both
    numbers."""
    for name, limit in limits.items():
        size = outline.sizes[name]
        if size.number > limit:
            raise QueryLimitError(text, size.offset, name, SIZES[name], limit, size.number)
