"""Tokens of SPARQL: the text of a query or update cut into pieces that know their place.

Terminals of SPARQL 1.1 Query, section 19.8, with those that SPARQL 1.2 adds: triple terms,
reifiers, annotations and the direction of a language. As SPARQL 1.2 has it (section 19.2), an
escape `\\uXXXX` stands in strings and IRIs and nowhere else, so it can hide no keyword.

Every terminal takes time in proportion to its length: quantifiers are possessive, and a run of
letters, dots and hyphens that is no prefixed name is cut without looking for a colon again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, overload

from kg_service.errors import QueryLimitError, SyntaxProblem

COUNT = 600_000  # tokens of a query
MARK = "\ufeff"  # some editors put it before a text; in SPARQL it is a letter of a name


class Token(NamedTuple):
    """A piece of the text, as written.

    `kind` is a name of `TERMINALS`: iri, variable, name, word, string, number, language, blank,
    sign.
    """

    kind: str
    raw: str
    offset: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.offset + len(self.raw)

    def __str__(self) -> str:
        """How a message names it."""
        line = self.raw.partition("\n")[0]
        return line if len(line) == len(self.raw) <= 60 else f"{line[:60]}…"


@dataclass
class Tokens(Sequence[Token]):
    """The tokens of a `text`, as three columns: a query may have some hundred thousand."""

    text: str
    kinds: list[str] = field(default_factory=list)
    raws: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.kinds)

    @overload
    def __getitem__(self, at: int) -> Token: ...

    @overload
    def __getitem__(self, at: slice) -> list[Token]: ...

    def __getitem__(self, at: int | slice) -> Token | list[Token]:
        """One of them, or several."""
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(len(self)))]
        return Token(self.kinds[at], self.raws[at], self.offsets[at])

    def __iter__(self) -> Iterator[Token]:
        """All of them, in their order."""
        return map(Token, self.kinds, self.raws, self.offsets)


_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_START = _BASE + "_0-9"
_COMBINED = "\u00b7\u0300-\u036f\u203f-\u2040"
_REST = _START + _COMBINED + "-"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_CODEPOINT = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_ESCAPE = rf"\\[tbnrf\"'\\]|{_CODEPOINT}"
_PREFIX = rf"[{_BASE}](?:[{_REST}]++|\.++(?=[{_REST}]))*+"
_LOCAL = rf"(?:[{_START}:]|{_PLX})(?:[{_REST}:]++|{_PLX}|\.++(?=[{_REST}:]|{_PLX}))*+"
_EXPONENT = "[eE][+-]?+[0-9]++"

# Longest first where one begins another, as section 19.8 asks (note 6).
SIGNS = (
    *("<<(", ")>>", "<<", ">>", "{|", "|}", "^^", "&&", "||", "!=", "<=", ">="),
    *"{}()[].;,*/+-^|!?=<>~",
)

TERMINALS = {
    "variable": rf"[?$][{_START}][{_START}{_COMBINED}]*+",
    "name": rf"(?:{_PREFIX})?+:(?:{_LOCAL})?+",
    "word": _PREFIX,
    "iri": rf"<(?:[^\x00-\x20<>\"{{}}|^`\\]++|{_CODEPOINT})*+>",
    "string": (
        rf"\"\"\"(?:[^\"\\]++|\"\"?+(?!\")|{_ESCAPE})*+\"\"\"|'''(?:[^'\\]++|''?+(?!')|{_ESCAPE})*+'''"
        rf"|\"(?!\"\")(?:[^\"\\\n\r]++|{_ESCAPE})*+\"|'(?!'')(?:[^'\\\n\r]++|{_ESCAPE})*+'"
    ),
    "number": (
        rf"[+-]?+(?:[0-9]++(?:\.[0-9]*+{_EXPONENT}|\.[0-9]++|{_EXPONENT})?+"
        rf"|\.[0-9]++(?:{_EXPONENT})?+)"
    ),
    "blank": rf"_:[{_START}](?:[{_REST}]++|\.++(?=[{_REST}]))*+",
    "language": r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+",
    "sign": "|".join(map(re.escape, SIGNS)),
}
_GAP = r"(?:[ \t\r\n]++|#[^\r\n]*+)*+"


def _compiled(terminals: Mapping[str, str]) -> re.Pattern[str]:
    """A pattern that matches anywhere: a gap, then one of the terminals or nothing ("end")."""
    named = [f"(?P<{kind}>{pattern})" for kind, pattern in {**terminals, "end": ""}.items()]
    return re.compile(f"{_GAP}(?:{'|'.join(named)})")


_TOKEN = _compiled(TERMINALS)
# Within a run that is no prefixed name words end at dots and hyphens.
_WORDS = {kind: pattern for kind, pattern in TERMINALS.items() if kind != "name"}
_PIECE = _compiled(_WORDS | {"word": f"[{_BASE}][{_BASE}_0-9]*+"})


def tokens_of(text: str) -> Tokens:
    """Give the tokens of a query; comments and white space between them are left out.

    Raises SyntaxProblem for a byte order mark before it, and at the first character that no token
    begins with, among them a quote without its end, and QueryLimitError when there are more than
    COUNT.
    """
    if text.startswith(MARK):
        message = "U+FEFF, a byte order mark, is before the query."
        raise SyntaxProblem(text, 0, message, "U+FEFF", ("the query without it",))
    found = Tokens(text)
    place = 0
    while place < len(text) and len(found) <= COUNT:
        place, end = _gather(found, place)
        while place < end and len(found) <= COUNT:
            place = _cut(found, place)
    if len(found) > COUNT:
        raise QueryLimitError(text, found.offsets[COUNT], "tokens", "tokens", COUNT, len(found))
    return found


def _gather(found: Tokens, place: int) -> tuple[int, int]:
    """Add the tokens from `place` on, up to a run that must be cut; where that begins and ends, or
    twice the end of the text."""
    kinds, raws, offsets = found.kinds.append, found.raws.append, found.offsets.append
    for match in islice(_TOKEN.finditer(found.text, place), COUNT + 1):
        kind = match.lastgroup or "end"
        start, end = match.span(kind)
        if start == end:
            if end < len(found.text):
                raise unreadable(found.text, end)
            break
        raw = match[kind]
        # Letters, digits and "_" make an identifier; a dot or a hyphen do not.
        if kind == "word" and not raw.isidentifier():
            return start, end
        kinds(kind)
        raws(raw)
        offsets(start)
    return len(found.text), len(found.text)


def _cut(found: Tokens, place: int) -> int:
    """Add the token at `place`, where no prefixed name begins; its end."""
    match = _PIECE.match(found.text, place)
    assert match is not None
    kind = match.lastgroup or "end"
    start, end = match.span(kind)
    if start == end:
        raise unreadable(found.text, end)
    found.kinds.append(kind)
    found.raws.append(match[kind])
    found.offsets.append(start)
    return end


_WRITTEN = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_MEANT = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


def codepoints(text: str) -> str:
    """The text with its escapes of code points read; those that are none become U+FFFD."""

    def read(match: re.Match[str]) -> str:
        number = int(match[1] or match[2], 16)
        return chr(number) if number < 0xD800 or 0xE000 <= number <= 0x10FFFF else "\ufffd"

    return _WRITTEN.sub(read, text)


def unescaped(text: str) -> str:
    """The local part of a prefixed name without its backslashes."""
    return text.replace("\\", "")


def content(string: str) -> str:
    """What is in a string, its quotes taken off and its escapes read."""
    width = 3 if string[:3] in ('"""', "'''") else 1
    inside = string[width:-width]
    return re.sub(
        rf"{_CODEPOINT}|\\(.)",
        lambda found: _MEANT.get(found[1], found[1]) if found[1] else codepoints(found[0]),
        inside,
    )


# What to write instead of characters that are typed, or pasted from a word processor, by mistake.
_INSTEAD = {
    "&": ("&&",),
    "@": ("a language, as in @en",),
    "\\": ("an escape inside a string or an IRI only",),
    **dict.fromkeys("“”„«»", ('a straight quote "',)),
    **dict.fromkeys("‘’‚", ("a straight quote '",)),
    **dict.fromkeys("–—−", ("-",)),
}


def unreadable(text: str, place: int) -> SyntaxProblem:
    """What to say of a character that begins no token."""
    sign = text[place]
    if sign in "\"'":
        return _unclosed(text, place)
    if sign.isspace():
        shown = f"U+{ord(sign):04X}"
        return SyntaxProblem(
            text, place, f"{shown} is no white space in SPARQL.", shown, ("a space",)
        )
    shown = sign if sign.isprintable() else f"U+{ord(sign):04X}"
    expected = _INSTEAD.get(sign, ())
    return SyntaxProblem(text, place, f"{shown} begins nothing here.", shown, expected)


_BODIES = {
    quote: re.compile(rf"(?:[^{quote[0]}\\\\{end}]++|(?!{quote}){quote[0]}|{_ESCAPE})*+")
    for quote, end in {'"': "\\n\\r", "'": "\\n\\r", '"""': "", "'''": ""}.items()
}


def _unclosed(text: str, place: int) -> SyntaxProblem:
    """What is wrong with the string at `place`: an escape in it, or it has no end."""
    quote = text[place : place + 3] if text[place : place + 3] in _BODIES else text[place]
    match = _BODIES[quote].match(text, place + len(quote))
    end = match.end() if match else place
    if text[end : end + 1] == "\\":
        shown = text[end : end + 2]
        known = ("\\\\ for a backslash", "one of \\t \\n \\r \\b \\f \\\" \\'", "\\uXXXX")
        return SyntaxProblem(text, end, f"{shown} is no escape in a string.", shown, known)
    found = str(Token("string", text[place:end], place))
    return SyntaxProblem(
        text,
        place,
        f"The string {found} has no end.",
        found,
        (f"{quote} at the end of the string",),
    )


_IRI = re.compile(r"<([^\x00-\x20<>\"{}|^`\\]+)([^<\r\n]*)")


def endless_iri(text: str, place: int) -> SyntaxProblem | None:
    """What is wrong with the IRI that begins at `place`, where it has no end on its line."""
    match = _IRI.match(text, place)
    if match is None or ">" in match[2]:
        return None
    found = f"<{match[1]}"
    message = f"The IRI {found} has no end."
    return SyntaxProblem(text, place, message, found, ("> at the end of the IRI",), (f"{found}>",))
