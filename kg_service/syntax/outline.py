"""The outline of a query, read in one pass over its tokens: form, prologue, dataset, services, and
how large and deep it is. It says nothing about whether the text is SPARQL; the parser does.

An IRI and two comparisons can look alike (`?a<(?b)&&?c>?d`), and the engine reads what its grammar
allows at that place. So brackets and exclamation marks inside an IRI count as those of an
expression would, and a name of a volatile function in it makes the query volatile.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urljoin

from kg_service.names import IRI
from kg_service.syntax.brackets import (
    CLOSING,
    COLUMNS,
    EXPRESSION,
    GROUP,
    PAIRS,
    ROWS,
    TEMPLATE,
    TERM_WORDS,
    TERMS,
    Frame,
    content,
)
from kg_service.syntax.tokens import Tokens, codepoints, unescaped
from kg_service.syntax.vocabulary import FORMS, UPDATES, VOLATILE, WORDS


@dataclass(frozen=True)
class Place:
    """An IRI or a variable that a clause names: `start` and `end` are offsets of the whole clause.

    `clause` is FROM, FROM NAMED, USING, USING NAMED, WITH, SERVICE or LOAD. `iri` is absolute where
    a base or a prefix makes it so, and empty for a variable and for a prefix nobody declares.
    """

    clause: str
    iri: str
    start: int
    end: int
    silent: bool = False


@dataclass(frozen=True)
class Size:
    """The largest of one thing in a query, and the offset where it is."""

    number: int = 0
    offset: int = 0


@dataclass(frozen=True)
class Outline:
    """What a query is.

    `form` is SELECT, ASK, CONSTRUCT, DESCRIBE, UPDATE, or empty when no word says. `undeclared` are
    prefixes in use without a PREFIX line, in their order, each with the offset of its first use.
    `sizes` has a Size for each name in `SIZES`; `unknown` are the indexes of words that SPARQL does
    not have.
    """

    form: str
    base: str
    prefixes: Mapping[str, str]
    undeclared: Mapping[str, int]
    graphs: tuple[Place, ...]
    services: tuple[Place, ...]
    loads: tuple[Place, ...]
    volatile: frozenset[str]
    sizes: Mapping[str, Size]
    unknown: tuple[int, ...] = ()


SIZES = {
    "depth": "brackets and NOTs inside each other",
    "patterns": "patterns in one group",
    "path": "steps and alternatives in one path",
    "unions": "UNIONs in one group",
    "operators": "operators in one expression",
    "expressions": "computed columns, bindings, filters and conditions",
    "described": "things to describe",
    "iri": "characters in an IRI",
    "list": "values in one list of an expression",
    "rows": "rows of values",
}

GRAPHS = frozenset({"FROM", "USING", "WITH"})
NAMING = GRAPHS | {"SERVICE", "LOAD"}
CHAINED = frozenset({"||", "&&", "+", "-", "*", "/"})
STEPS = frozenset({"/", "|", "^", "!"})
SEPARATORS = frozenset({".", ";", ","})
# Patterns that the engine makes of what a word or a bracket begins.
PATTERNS = {"FILTER": 1, "BIND": 1, "VALUES": 2, "UNION": -1, "[": 1, "<<": 2, "{|": 3}
MEMBER = 2  # patterns of one member of a list


class Reader:
    """The pass: what was found so far."""

    def __init__(self, tokens: Tokens, defaults: Mapping[str, str]) -> None:
        """Read nothing yet; `defaults` are prefixes that need no PREFIX line."""
        self.tokens = tokens
        self.form = self.base = ""
        self.prefixes: dict[str, str] = {}
        self.known = ChainMap(self.prefixes, dict(defaults))
        self.undeclared: dict[str, int] = {}
        self.places: list[Place] = []
        self.volatile: set[str] = set()
        self.unknown: list[int] = []
        self.sizes = dict.fromkeys(SIZES, Size())
        self.frame = Frame("", TEMPLATE, 0, None)
        self.frames = [self.frame]
        self.depth = self.expressions = self.described = self.rows = self.nots = 0

    def read(self) -> Outline:
        """Go over all tokens once."""
        raws, offsets = self.tokens.raws, self.tokens.offsets
        for at, kind in enumerate(self.tokens.kinds):
            raw = raws[at]
            if kind == "sign":
                self.sign(at, raw, offsets[at])
                continue
            if kind == "word":
                self.word(at, raw.upper(), offsets[at])
            else:
                frame = self.frame
                if frame.holds == TERMS:
                    frame.items += 1
                elif kind == "number" and frame.holds == EXPRESSION and raw[0] in "+-":
                    self.chain(frame, offsets[at])
                if kind == "name":
                    self.name(at, raw, offsets[at])
                elif kind == "iri":
                    self.iri(raw, offsets[at])
                if frame.clause == "DESCRIBE":
                    self.described += 1
                    self.size("described", self.described, offsets[at])
            self.nots = 0
        return self.outline()

    def outline(self) -> Outline:
        """What was found."""
        places = self.places
        return Outline(
            form=self.form,
            base=self.base,
            prefixes=self.prefixes,
            undeclared=self.undeclared,
            graphs=tuple(p for p in places if p.clause not in ("SERVICE", "LOAD")),
            services=tuple(p for p in places if p.clause == "SERVICE"),
            loads=tuple(p for p in places if p.clause == "LOAD"),
            volatile=frozenset(self.volatile),
            sizes=self.sizes,
            unknown=tuple(self.unknown),
        )

    def size(self, name: str, number: int, offset: int) -> None:
        """Keep the largest."""
        if number > self.sizes[name].number:
            self.sizes[name] = Size(number, offset)

    def join(self, number: int, offset: int) -> None:
        """Count patterns of the group around."""
        group = self.frame.group
        group.patterns += number
        if group.holds == GROUP:
            self.size("patterns", group.patterns + 1, offset)

    def chain(self, frame: Frame, offset: int) -> None:
        """Count an operator of an expression."""
        frame.operators += 1
        self.size("operators", frame.operators, offset)

    def sign(self, at: int, sign: str, offset: int) -> None:
        """Take a bracket, a separator or an operator."""
        frame = self.frame
        if sign in PAIRS:
            self.open(at, sign, offset)
        elif sign in CLOSING:
            self.close(sign, offset)
        elif sign == "!":
            self.nots += 1
            self.size("depth", self.depth + self.nots, offset)
            return
        elif frame.holds == EXPRESSION:
            if sign == ",":
                frame.items += 1
                self.size("list", frame.items + 1, offset)
            elif sign in CHAINED:
                self.chain(frame, offset)
        elif sign in SEPARATORS:
            frame.steps = 0
            # A dot behind a bracket ends what was counted when the bracket began.
            if sign != "." or self.tokens.raws[at - 1] not in ("}", ")"):
                self.join(1, offset)
        elif sign in STEPS:
            frame.steps += 1
            self.size("path", frame.steps + 1, offset)
            if sign == "/":
                self.join(1, offset)
        self.nots = 0

    def open(self, at: int, sign: str, offset: int) -> None:
        """Open a bracket."""
        frame = self.frame
        holds = content(frame, len(self.frames) == 1, self.tokens, at)
        if sign == "{":
            if holds == GROUP and frame.group.holds == GROUP:
                self.join(1, offset)
            frame.clause = ""
        elif sign in PATTERNS:
            self.join(PATTERNS[sign], offset)
        if frame.holds == TERMS:
            frame.items += 1
        elif holds == ROWS and frame.holds == ROWS:
            self.rows += 1
            self.size("rows", self.rows, offset)
        elif holds == EXPRESSION and frame.clause in COLUMNS and frame.holds != EXPRESSION:
            self.expressions += 1
            self.size("expressions", self.expressions, offset)
        self.frame = Frame(sign, holds, 1 + self.nots, frame)
        self.frames.append(self.frame)
        self.depth += self.frame.weight
        self.size("depth", self.depth, offset)

    def close(self, sign: str, offset: int) -> None:
        """Close the bracket this sign closes; one that does not fit is the parser's to tell."""
        frame = self.frame
        if PAIRS.get(frame.sign) != sign:
            return
        self.frames.pop()
        self.frame = self.frames[-1]
        self.depth -= frame.weight
        if frame.sign == "(" and frame.holds == TERMS and not frame.steps:
            self.join(MEMBER * frame.items, offset)

    def word(self, at: int, word: str, offset: int) -> None:
        """Take a keyword or the name of a function."""
        frame = self.frame
        if word not in WORDS:
            self.unknown.append(at)
        if word in TERM_WORDS:
            frame.items += frame.holds == TERMS
        elif word in FORMS or word in UPDATES:
            self.form = self.form or (word if word in FORMS else "UPDATE")
            frame.clause = word
        elif word in COLUMNS or word == "VALUES":
            frame.clause = word
        elif word == "WHERE" or word in GRAPHS:
            frame.clause = ""
        elif word in VOLATILE:
            self.volatile.add(word)
        elif word == "UNION":
            frame.unions += 1
            self.size("unions", frame.unions, offset)
        elif word == "FILTER" or word == "BIND":
            self.expressions += 1
            self.size("expressions", self.expressions, offset)
        if word in PATTERNS:
            self.join(PATTERNS[word], offset)
        if word in NAMING:
            self.naming(at, word, offset)
        elif word == "BASE" and self.kind(at + 1) == "iri":
            self.base = self.absolute("iri", self.tokens.raws[at + 1])

    def kind(self, at: int) -> str:
        """The kind of a token, empty behind the last."""
        return self.tokens.kinds[at] if at < len(self.tokens) else ""

    def naming(self, at: int, word: str, offset: int) -> None:
        """Keep what a clause names, if it does."""
        said = [word]
        while self.kind(at + 1) == "word":
            at += 1
            said.append(self.tokens.raws[at].upper())
        silent = "SILENT" in said
        if self.kind(at + 1) in ("iri", "name", "variable") and {*said[1:]} <= {"SILENT", "NAMED"}:
            token = self.tokens[at + 1]
            iri = self.absolute(token.kind, token.raw)
            clause = " ".join(part for part in said if part != "SILENT")
            self.places.append(Place(clause, iri, offset, token.end, silent))

    def absolute(self, kind: str, raw: str) -> str:
        """The IRI that a token stands for; empty where it is not known."""
        return absolute(kind, raw, self.base, self.known)

    def name(self, at: int, raw: str, offset: int) -> None:
        """Take a prefixed name, or the prefix that a PREFIX line declares."""
        prefix = raw.partition(":")[0]
        if at and self.tokens.raws[at - 1].upper() == "PREFIX":
            if self.kind(at + 1) == "iri":
                self.prefixes[prefix] = self.absolute("iri", self.tokens.raws[at + 1])
        elif prefix not in self.prefixes:
            self.undeclared.setdefault(prefix, offset)

    def iri(self, raw: str, offset: int) -> None:
        """Take an IRI, or what looks like one."""
        self.size("iri", len(raw) - 2, offset)
        if "(" in raw or "!" in raw:
            self.size("depth", self.depth + raw.count("(") + raw.count("!"), offset)
            self.volatile |= {word for word in VOLATILE if word in raw.upper()}


def absolute(kind: str, raw: str, base: str, prefixes: Mapping[str, str]) -> str:
    """The IRI that an IRI or a prefixed name stands for; empty where it is not known."""
    if kind == "iri":
        return resolved(codepoints(raw[1:-1]), base)
    prefix, colon, local = raw.partition(":")
    namespace = prefixes.get(prefix, "")
    return namespace + unescaped(local) if colon and namespace else ""


def resolved(iri: str, base: str) -> str:
    """An IRI against a base; as it is where it is absolute, or the base is empty."""
    return iri if IRI.fullmatch(iri) or not base else urljoin(base, iri)


def outline_of(tokens: Tokens, defaults: Mapping[str, str] = MappingProxyType({})) -> Outline:
    """The outline of a query or update; `defaults` are prefixes that need no PREFIX
    line."""
    return Reader(tokens, defaults).read()
