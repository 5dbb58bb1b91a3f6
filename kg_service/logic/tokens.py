"""Tokens of Manchester syntax: a class expression's text cut into pieces that know their place.

W3C Note "OWL 2 Web Ontology Language Manchester Syntax", section 2.1, with one addition that
editors share: 'a label in single quotes' is a name. A quote or backslash inside a label or a string
is written with a backslash before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kg_service.errors import ExpressionError
from kg_service.names import IRI

LENGTH = 10_000  # characters of an expression

Kind: TypeAlias = Literal["word", "label", "iri", "string", "language", "sign", "end"]


@dataclass(frozen=True)
class Token:
    """A piece of the text: `value` is what it means (quotes taken off), `raw` what is written."""

    kind: Kind
    value: str
    raw: str
    offset: int

    @property
    def keyword(self) -> str:
        """The word in lower case; of other kinds of token empty, so that no label is a keyword."""
        return self.value.lower() if self.kind == "word" else ""

    def __str__(self) -> str:
        """How a message names it."""
        if self.kind == "end":
            return "the end of the expression"
        return self.raw if len(self.raw) <= 60 else f"{self.raw[:60]}…"


_SIGN = re.compile(r"\^\^|<=|>=|[<>()\[\]{},]")
_WORD = re.compile(r"[^\s()\[\]{},<>\"'^@]+")
_LANGUAGE = re.compile(r"@([A-Za-z]+(?:-[A-Za-z0-9]+)*)")
_SCHEME = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_LABEL = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SPACE = re.compile(r"\s*")


def tokens_of(text: str) -> list[Token]:
    """Give the tokens of an expression; the last is of kind "end".

    Raises ExpressionError for a text longer than LENGTH, a quote or an IRI without its end, and a
    character that no token begins with.
    """
    if len(text) > LENGTH:
        raise ExpressionError(
            text,
            LENGTH,
            f"The expression has {len(text)} characters.",
            f"{len(text)} characters",
            (f"at most {LENGTH} characters",),
        )
    found: list[Token] = []
    place = _skip(text, 0)
    while place < len(text):
        token = _token(text, place)
        found.append(token)
        place = _skip(text, place + len(token.raw))
    # What is missing at the end is missing after the last piece, not after the spaces behind it.
    end = found[-1].offset + len(found[-1].raw) if found else 0
    return [*found, Token("end", "", "", end)]


def _skip(text: str, place: int) -> int:
    space = _SPACE.match(text, place)
    return space.end() if space else place


def _token(text: str, place: int) -> Token:
    quote = text[place]
    if quote in "'\"":
        match = (_LABEL if quote == "'" else _STRING).match(text, place)
        if match is None:
            raise _open(text, place, quote, "label" if quote == "'" else "string")
        value = re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)
        return Token("label" if quote == "'" else "string", value, match[0], place)
    if _SCHEME.match(text, place):
        match = IRI.match(text, place + 1)
        end = match.end() if match else place
        if text[end : end + 1] != ">":
            raise _open(text, place, ">", "IRI")
        return Token("iri", text[place + 1 : end], text[place : end + 1], place)
    for kind, pattern in _PATTERNS.items():
        match = pattern.match(text, place)
        if match:
            return Token(kind, match[match.lastindex or 0], match[0], place)
    raise ExpressionError(
        text, place, f"{quote!r} begins nothing here.", quote, ("a name", "a keyword", "a bracket")
    )


_PATTERNS: dict[Kind, re.Pattern[str]] = {"sign": _SIGN, "language": _LANGUAGE, "word": _WORD}


def _open(text: str, place: int, end: str, what: str) -> ExpressionError:
    found = str(Token("word", "", text[place:].partition("\n")[0], place))
    return ExpressionError(
        text, place, f"The {what} {found} has no end.", found, (f"{end} at the end of the {what}",)
    )
