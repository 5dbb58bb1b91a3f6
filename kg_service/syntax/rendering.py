"""Patterns as text again, to be asked alone, and paths step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kg_service.syntax.patterns import Pattern, Term
from kg_service.syntax.tokens import Token

NAMED = frozenset({"iri", "name"})  # the kinds of tokens that are IRIs; the word `a` is one, too

CLOSE = frozenset({"^^", "/", ")", ","})  # what stands at the token before it
OPEN = frozenset({"^^", "/", "^", "("})  # … and at the one after


def joined(tokens: Iterable[Token], names: Mapping[str, str] | None = None) -> str:
    """Tokens as text. Variables are called otherwise where `names` has theirs, both without sign.

    A language and a datatype stay at their string; the strings themselves are as written.
    """
    found: list[str] = []
    for token in tokens:
        raw = token.raw
        if token.kind == "variable" and names:
            raw = raw[0] + names.get(raw[1:], raw[1:])
        glued = token.kind == "language" or raw in CLOSE
        if found and not glued and found[-1] not in OPEN:
            found.append(" ")
        found.append(raw)
    return "".join(found)


def written(pattern: Pattern, names: Mapping[str, str] | None = None) -> str:
    """A pattern as text, with the GRAPH around it; an end without tokens is nameless."""
    ends = (pattern.subject, pattern.path, pattern.object)
    text = " ".join(joined(part, names) or "[]" for part in ends)
    if not pattern.graph:
        return text
    return f"GRAPH {joined(pattern.graph, names)} {{ {text} }}"


def opened(pattern: Pattern, path: Term) -> Pattern:
    """A pattern with both ends left open, and another path."""
    return replace(pattern, subject=(), path=path, object=())


@dataclass(frozen=True)
class Step:
    """One property of a pattern's path: the `triple` it asks for, its ends as the data have them;
    the `whole` pattern, and where the property is `at` in its path."""

    triple: Pattern
    whole: Pattern
    at: int

    @property
    def turned(self) -> Pattern:
        """The whole pattern with this step the other way round."""
        path = self.whole.path
        if len(path) == 1:
            return replace(self.whole, subject=self.whole.object, object=self.whole.subject)
        before, after = path[: self.at], path[self.at :]
        if before and before[-1].raw == "^":
            return replace(self.whole, path=before[:-1] + after)
        return replace(self.whole, path=(*before, Token("sign", "^", after[0].offset), *after))

    def called(self, iri: str) -> Pattern:
        """The whole pattern with another property at this step."""
        path = list(self.whole.path)
        path[self.at] = Token("iri", f"<{iri}>", path[self.at].offset)
        return replace(self.whole, path=tuple(path))


def steps_of(pattern: Pattern) -> tuple[Step, ...]:
    """The steps of a pattern whose path is a property, or properties and inverse ones in sequence;
    none where it is another path or a variable."""
    path = pattern.path
    places = [at for at, token in enumerate(path) if token.kind in NAMED or token.raw == "a"]
    inverse = [at > 0 and path[at - 1].raw == "^" for at in places]
    signs = [token.raw for at, token in enumerate(path) if at not in places]
    slashes = ["/"] * (len(places) - 1)
    if not places or sorted(signs) != sorted([*slashes, *("^" for turned in inverse if turned)]):
        return ()
    # Between two steps is a variable that nobody else has.
    between = [(Token("variable", f"?_{path[at].offset}", path[at].offset),) for at in places[:-1]]
    ends: list[Term] = [pattern.subject, *between, pattern.object]
    found = []
    for number, at in enumerate(places):
        subject, object_ = ends[number], ends[number + 1]
        if inverse[number]:
            subject, object_ = object_, subject
        triple = replace(pattern, subject=subject, path=(path[at],), object=object_)
        found.append(Step(triple, pattern, at))
    return tuple(found)
