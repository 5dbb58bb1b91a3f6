"""What may have been meant: the nearest words of SPARQL and the nearest prefixes."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from kg_service.errors import SyntaxProblem
from kg_service.syntax.tokens import Tokens
from kg_service.syntax.vocabulary import PAIRED, WORDS

GLUED = sorted(PAIRED, key=len)  # a long word is not cut at each letter
BEFORE_VARIABLES = frozenset({"SELECT", "DISTINCT", "REDUCED", "AS", "BY"})
NEAR = 0.7  # difflib's ratio from which a word is offered


# What SPARQL has for words of SQL (ISO/IEC 9075).
SQL = {
    "AND": ("&&",),
    "OR": ("||",),
    "TOP": ("LIMIT at the end of the query",),
    "LIKE": ("CONTAINS( … )", "REGEX( … )"),
    "NULL": ("BOUND( … )",),
    "JOIN": (". between the patterns",),
    "LEFT": ("OPTIONAL { … }",),
    "BETWEEN": (">= and <=",),
}

# Where a word may be meant for a variable, as the grammar says what could stand there.
FOR_VARIABLES = frozenset(
    {
        *("a variable", "an expression", "an expression in brackets", "an object", "a term"),
        *("a property", "a triple pattern"),
    }
)


def nearest(
    word: str, words: Collection[str], number: int = 3, near: float = NEAR
) -> tuple[str, ...]:
    """The words most like one, best first, in any case."""
    shown = {known.upper(): known for known in sorted(words)}
    found = difflib.get_close_matches(word.upper(), shown, number, near)
    return tuple(shown[known] for known in found)


def unglued(word: str) -> tuple[str, ...]:
    """The word with the space that was left out, where a keyword and another or a number are in it.

    >>> unglued("LIMIT10")
    ('LIMIT 10',)
    """
    upper = word.upper()
    parts = ((first, upper[len(first) :]) for first in GLUED if upper.startswith(first))
    return tuple(f"{first} {rest}" for first, rest in parts if rest in WORDS or rest.isdecimal())


def unknown_word(
    tokens: Tokens, at: int, expected: tuple[str, ...], told: tuple[str, ...]
) -> SyntaxProblem:
    """What to say of a word that SPARQL does not have, where something else is `expected`; of that
    what is `told`."""
    token = tokens[at]
    upper = token.raw.upper()
    glued = unglued(upper)
    near = nearest(upper, WORDS)
    variable = () if FOR_VARIABLES.isdisjoint(expected) else (f"?{token.raw}",)
    if at and tokens.raws[at - 1].upper() in BEFORE_VARIABLES:
        near = (*variable, *near)
    message = f"{token} is no word of SPARQL."
    suggestions = SQL.get(upper) or tuple(dict.fromkeys((*glued, *(near or variable))))
    return SyntaxProblem(tokens.text, token.offset, message, token.raw, told, suggestions)
