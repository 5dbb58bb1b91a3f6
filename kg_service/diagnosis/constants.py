"""The constants of a filter, and what they are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg_service.diagnosis.case import Case, Node
from kg_service.syntax.patterns import Term
from kg_service.syntax.rendering import NAMED


@dataclass(frozen=True)
class Constant:
    """A constant of a filter: its tokens from `start` to `end`, and the term it is."""

    start: int
    end: int
    term: Node


def constants(case: Case, tokens: Term) -> Iterator[Constant]:
    """The constants among the tokens of a filter, in their order."""
    at = 0
    while at < len(tokens):
        token, start = tokens[at], at
        at += 1
        if token.kind == "string":
            if at < len(tokens) and tokens[at].kind == "language":
                at += 1
            elif at < len(tokens) and tokens[at].raw == "^^":
                at += 2
        called = at < len(tokens) and tokens[at].raw == "("
        if token.kind in ("string", "number") or (token.kind in NAMED and not called):
            term = case.node(tokens[start:at])
            if term is not None:
                yield Constant(start, at, term)


def asked(tokens: Term, at: int) -> tuple[str, str]:
    """The function of a variable that a constant is compared with, and the name of the variable:
    `LANG(?x) = "en"`, `langMatches(LANG(?x), "en")`; empty where it is another comparison."""
    before = tokens[max(at - 5, 0) : at]
    if len(before) == 5 and before[4].raw in ("=", ",") and before[2].kind == "variable":
        return before[0].raw.upper(), before[2].raw[1:]
    after = tokens[at + 1 : at + 5]
    if len(after) == 4 and after[0].raw == "=" and after[3].kind == "variable":
        return after[1].raw.upper(), after[3].raw[1:]
    return "", ""


def languages(values: Iterable[Node]) -> list[str]:
    """The languages of literals; empty for one without."""
    return sorted({one.language or "" for one in values if isinstance(one, Literal)})


def datatypes(values: Iterable[Node]) -> list[str]:
    """The datatypes of literals."""
    return sorted({one.datatype.value for one in values if isinstance(one, Literal)})


# What a function of a literal gives for values (SPARQL 1.1 Query, sections 17.4.2.6 and 17.4.2.7).
FUNCTIONS = {"LANG": languages, "DATATYPE": datatypes}


def same(function: str, wanted: str, found: str) -> bool:
    """Whether a function gives what is asked for; a language has its dialects (RFC 4647, 3.3.1)."""
    if function == "LANG":
        low = wanted.lower()
        return found == low or (bool(found) and low == "*") or found.startswith(f"{low}-")
    return found == wanted


def quoted(function: str, found: str) -> str:
    """A language or datatype as a filter has it: a string or an IRI."""
    return str(Literal(found) if function == "LANG" else NamedNode(found))
