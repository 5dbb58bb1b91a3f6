"""The triple patterns, filters and bindings of a query that the engine has parsed, read from its
tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

from kg_service.syntax.brackets import PAIRS
from kg_service.syntax.tokens import Token, Tokens
from kg_service.syntax.vocabulary import FORMS

Term = tuple[Token, ...]  # a literal may have several tokens; a nameless node has none

MATCHING = PAIRS
SKIPPED = frozenset({"(", "<<", "<<(", "{|"})  # what is passed over as a whole


@dataclass(frozen=True)
class Pattern:
    """A triple pattern: its three parts in tokens, the path as written, the text from `start` to
    `end`, and the GRAPH around it, if any. One that is `required` must match for there to be a row:
    it is in no OPTIONAL, MINUS, UNION or NOT EXISTS."""

    subject: Term
    path: Term
    object: Term
    start: int
    end: int
    graph: Term
    required: bool


@dataclass(frozen=True)
class Filter:
    """A FILTER with its tokens, the word included."""

    tokens: Term
    required: bool


@dataclass(frozen=True)
class Binding:
    """A BIND or VALUES with its tokens, the word included, and the variables it gives values, by
    their names without sign."""

    tokens: Term
    variables: tuple[str, ...]
    required: bool


@dataclass(frozen=True)
class Union:
    """Groups of which one must match: for each the indexes of the patterns that it requires."""

    branches: tuple[tuple[int, ...], ...]
    required: bool


@dataclass(frozen=True)
class Patterns:
    """What a query asks to match."""

    patterns: tuple[Pattern, ...] = ()
    filters: tuple[Filter, ...] = ()
    bindings: tuple[Binding, ...] = ()
    unions: tuple[Union, ...] = ()


class _Walk:
    """A walk over the tokens of the groups."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = list(tokens)
        self.at = 0
        self.patterns: list[Pattern] = []
        self.filters: list[Filter] = []
        self.bindings: list[Binding] = []
        self.unions: list[Union] = []
        # In how many groups that need not match the walk is, and was at each pattern.
        self.loose = 0
        self.looseness: list[int] = []

    @property
    def raw(self) -> str:
        return self.tokens[self.at].raw if self.at < len(self.tokens) else ""

    @property
    def word(self) -> str:
        named = self.at < len(self.tokens) and self.tokens[self.at].kind == "word"
        return self.raw.upper() if named else ""

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def skip(self) -> int:
        """Pass over a bracket with all it holds; the index behind."""
        depth = 0
        while self.at < len(self.tokens):
            token = self.take()
            if token.kind == "sign":
                depth += (token.raw in MATCHING) - (token.raw in MATCHING.values())
            if depth == 0:
                break
        return self.at

    def closing(self) -> int:
        """The index behind the bracket that begins here; nothing is passed over."""
        at = self.at
        end = self.skip()
        self.at = at
        return end

    def group(self, required: bool, graph: Term) -> None:
        """Walk a group, from its opening bracket to behind its closing one."""
        self.take()
        union = False
        branches: list[tuple[int, ...]] = []
        while self.at < len(self.tokens) and self.raw != "}":
            union = self.part(required, graph, union, branches)
        self.at += 1

    def loosely(self, graph: Term) -> tuple[int, ...]:
        """Walk a group that need not match; the indexes of the patterns it requires itself."""
        self.loose += 1
        first = len(self.patterns)
        self.group(False, graph)
        found = range(first, len(self.patterns))
        own = tuple(at for at in found if self.looseness[at] == self.loose)
        self.loose -= 1
        return own

    def part(
        self, required: bool, graph: Term, union: bool, branches: list[tuple[int, ...]]
    ) -> bool:
        """Walk one part of a group that has `branches` of a UNION so far; whether UNION was it."""
        word = self.word
        if word == "UNION":
            self.take()
            return True
        if self.raw == "{":
            end = self.closing()
            other = end < len(self.tokens) and self.tokens[end].raw.upper() == "UNION"
            if not union and not other:
                self.group(required, graph)
                return False
            branches.append(self.loosely(graph))
            if not other:
                self.unions.append(Union(tuple(branches), required))
                branches.clear()
        elif word in ("OPTIONAL", "MINUS"):
            self.take()
            self.loosely(graph)
        elif word == "LATERAL":
            self.take()
        elif word == "GRAPH":
            self.take()
            graph = self.term(required, graph)
            self.group(required, graph)
        elif word == "FILTER":
            self.filter(required, graph)
        elif word == "BIND":
            self.bind(required)
        elif word == "VALUES":
            self.values(required)
        elif word == "SERVICE":
            while self.raw != "{":
                self.take()
            self.skip()
        elif word in FORMS:
            while self.raw != "{":
                self.take()
            self.group(required, graph)
            self.behind(required)
        elif self.raw == ".":
            self.take()
        else:
            self.triples(required, graph)
        return False

    def behind(self, required: bool) -> None:
        """Walk what is behind the group of a query; VALUES may be there."""
        while self.at < len(self.tokens) and self.raw != "}":
            if self.word == "VALUES":
                self.values(required)
            else:
                self.skip()

    def bind(self, required: bool) -> None:
        """Walk a BIND."""
        start = self.at
        self.take()
        tokens = tuple(self.tokens[start : self.skip()])
        self.bindings.append(Binding(tokens, (tokens[-2].raw[1:],), required))

    def values(self, required: bool) -> None:
        """Walk VALUES with their rows."""
        start = self.at
        while self.raw != "{":
            self.take()
        named = tuple(one.raw[1:] for one in self.tokens[start : self.at] if one.kind == "variable")
        self.bindings.append(Binding(tuple(self.tokens[start : self.skip()]), named, required))

    def filter(self, required: bool, graph: Term) -> None:
        """Walk a FILTER. The patterns of its EXISTS are as required as itself, those of NOT EXISTS
        are not."""
        start = self.at
        self.take()
        words = []
        while self.raw not in ("(", "{"):
            words.append(self.take().raw.upper())
        if self.raw == "{":
            if "NOT" in words:
                self.loosely(graph)
            else:
                self.group(required, graph)
        else:
            self.skip()
            self.filters.append(Filter(tuple(self.tokens[start : self.at]), required))

    def triples(self, required: bool, graph: Term) -> None:
        """Walk the triples of one subject."""
        start = self.at
        subject = self.term(required, graph)
        if self.raw not in (".", "}", ""):
            self.properties(subject, self.tokens[start].offset, required, graph)

    def properties(self, subject: Term, start: int, required: bool, graph: Term) -> None:
        """Walk properties and their objects."""
        while self.raw not in (".", "}", "]", ""):
            if self.raw == ";":
                self.take()
                continue
            path = self.path()
            while True:
                found = self.term(required, graph)
                end = self.tokens[self.at - 1].end
                self.patterns.append(Pattern(subject, path, found, start, end, graph, required))
                self.looseness.append(self.loose)
                while self.raw in ("~", "{|"):
                    if self.raw == "~":
                        self.take()
                        self.at += self.tokens[self.at].kind != "sign"
                    else:
                        self.skip()
                if self.raw != ",":
                    break
                self.take()
            if self.raw != ";":
                return
            start = self.tokens[min(self.at + 1, len(self.tokens) - 1)].offset

    def path(self) -> Term:
        """Walk a property or a path."""
        start = self.at
        while True:
            while self.raw in ("^", "!"):
                self.take()
            if self.raw == "(":
                self.skip()
            else:
                self.take()
            if self.raw in ("?", "*", "+"):
                self.take()
            if self.raw not in ("/", "|"):
                return tuple(self.tokens[start : self.at])
            self.take()

    def term(self, required: bool, graph: Term) -> Term:
        """Walk a term; a list, a triple term and a nameless node have no tokens."""
        if self.raw in SKIPPED:
            self.skip()
            return ()
        if self.raw == "[":
            start = self.take().offset
            self.properties((), start, required, graph)
            self.take()
            return ()
        start = self.at
        token = self.take()
        if token.kind == "string" and self.at < len(self.tokens):
            if self.tokens[self.at].kind == "language":
                self.take()
            elif self.raw == "^^":
                self.at += 2
        return tuple(self.tokens[start : self.at])


def patterns_of(tokens: Tokens) -> Patterns:
    """The patterns, filters and bindings of the groups of a query, in their order.

    The template of a CONSTRUCT is left out. The query must be one that the engine parses.
    """
    walk = _Walk(tokens)
    while walk.at < len(walk.tokens):
        if walk.word == "CONSTRUCT" and walk.tokens[walk.at + 1].raw == "{":
            walk.take()
            walk.skip()
        elif walk.raw == "{" and walk.tokens[walk.at].kind == "sign":
            walk.group(True, ())
            walk.behind(True)
            return Patterns(
                tuple(walk.patterns),
                tuple(walk.filters),
                tuple(walk.bindings),
                tuple(walk.unions),
            )
        else:
            walk.take()
    return Patterns()
