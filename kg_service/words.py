"""Words of names: how the search index keeps them, and how near two of them are."""

from __future__ import annotations

import re
import unicodedata


def words(text: str) -> list[str]:
    """The words of a text: case folded, without accents and punctuation.

    >>> words("Sjögren's syndrome")
    ['sjogren', 's', 'syndrome']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.findall(r"[^\W_]+", plain)


def grams(word: str) -> list[str]:
    """The trigrams of a word with its borders marked, each once and in order.

    >>> grams("rash")
    ['^ra', 'ras', 'ash', 'sh$']
    """
    padded = f"^{word}$"
    return list(dict.fromkeys(padded[at : at + 3] for at in range(len(padded) - 2)))


def edits_allowed(word: str) -> int:
    """How many typing errors a word of this length may hold and still be meant."""
    return 0 if len(word) < 4 else 1 if len(word) < 7 else 2


def distance(one: str, other: str, limit: int) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours that lead from one word to
    the other (optimal string alignment, Damerau 1964), or `limit` + 1 when it takes more.

    >>> distance("myositis", "moysitis", 2)
    1
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for at, sign in enumerate(one, 1):
        row = [at]
        for to, mark in enumerate(other, 1):
            cost = min(above[to] + 1, row[to - 1] + 1, above[to - 1] + (sign != mark))
            if at > 1 and to > 1 and sign == other[to - 2] and one[at - 2] == mark:
                cost = min(cost, before[to - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, above = above, row
    return above[-1]
