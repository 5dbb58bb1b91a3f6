"""SERVICE: which groups of a query other services answer, and how solutions stand in for them.

A service is asked before the query is evaluated, each group on its own: its solutions do not depend
on the rest of the query (SPARQL 1.1 Federated Query, section 4, and the bottom-up semantics of
SPARQL 1.1 Query, section 18). What comes back stands in the query as VALUES.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from kg_service.errors import FederationError, ServiceError, ServiceVariableError
from kg_service.names import IRI
from kg_service.solutions import EMPTY, Solutions

# What matters here of SPARQL's terminals (SPARQL 1.1 Query, section 19.8). What begins like a
# string and does not end is one sign; the parser will say so.
TOKEN = re.compile(
    r"""\#[^\r\n]*+
    | (?P<string>"{3}(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3} | '{3}(?:[^'\\]|\\.|'{1,2}(?!'))*+'{3}
        | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+')
    | (?P<iri><[^\x00-\x20<>"{}|^`]*+>)
    | (?P<variable>[?$]\w++)
    | (?P<name>(?:[^\W\d_](?:[\w.-]*+))?+:(?:[\w:.%-]|\\.)*+)
    | (?P<word>[^\W\d]\w*+)
    | (?P<sign>[^\s])""",
    re.VERBOSE | re.DOTALL,
)
FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})

Ask = Callable[[str, str], Solutions]


@dataclass(frozen=True)
class Clause:
    """A SERVICE clause, outside of any other: offsets of the whole and of its group.

    The group is from `pattern_start`, at its brace, to `pattern_end`, behind its last. `iri` is as
    it is meant, or "" for a variable, which `variable` then names.
    """

    start: int
    end: int
    iri: str
    variable: str
    silent: bool
    pattern_start: int
    pattern_end: int


@dataclass(frozen=True)
class Outline:
    """The SERVICE clauses of a query, and its prologue: text, and prefixes it declares."""

    clauses: Sequence[Clause]
    prologue: str
    prefixes: Mapping[str, str]


def outline(text: str, prefixes: Mapping[str, str]) -> Outline:
    """Read a query; `prefixes` need no line in it.

    A text that is not SPARQL has an outline, too: the parser says what is wrong with it.
    """
    tokens = [match for match in TOKEN.finditer(text) if match.lastgroup]
    declared: dict[str, str] = {}
    base, place, end = "", 0, 0
    while place < len(tokens):
        word = tokens[place][0].upper()
        after = [token[0] for token in tokens[place + 1 : place + 3]]
        if word == "BASE" and after:
            base, place = urljoin(base, after[0][1:-1]), place + 2
        elif word == "PREFIX" and len(after) == 2:
            declared[after[0][:-1]] = urljoin(base, after[1][1:-1])
            place += 3
        else:
            end = tokens[place].start()
            break
    meant = {**prefixes, **declared}
    return Outline(tuple(clauses(tokens, base, meant)), text[:end], declared)


def clauses(
    tokens: Sequence[re.Match[str]], base: str, prefixes: Mapping[str, str]
) -> Iterator[Clause]:
    """The SERVICE clauses among tokens, those inside of others left out."""
    place = 0
    while place < len(tokens):
        begin = tokens[place]
        place += 1
        if begin.lastgroup != "word" or begin[0].upper() != "SERVICE":
            continue
        silent = place < len(tokens) and tokens[place][0].upper() == "SILENT"
        place += silent
        if place + 1 >= len(tokens) or tokens[place + 1][0] != "{":
            continue
        named, first = tokens[place], place + 1
        place, depth = first + 1, 1
        while place < len(tokens) and depth:
            depth += {"{": 1, "}": -1}.get(tokens[place][0], 0)
            place += 1
        if depth:
            return
        variable = named[0][1:] if named.lastgroup == "variable" else ""
        yield Clause(
            begin.start(),
            tokens[place - 1].end(),
            meant(named, base, prefixes),
            variable,
            silent,
            tokens[first].start(),
            tokens[place - 1].end(),
        )


def meant(token: re.Match[str], base: str, prefixes: Mapping[str, str]) -> str:
    """The IRI that an IRI or a prefixed name means; as it is written where nobody can say."""
    if token.lastgroup == "iri":
        iri = token[0][1:-1]
        return urljoin(base, iri) if base else iri
    prefix, colon, local = token[0].partition(":")
    if colon and prefix in prefixes:
        return prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
    return "" if token.lastgroup == "variable" else token[0]


def query(text: str, read: Outline, clause: Clause, prefixes: Mapping[str, str]) -> str:
    """The query for the service of a clause: its group, with the prologue that the whole has.

    Prefixes that need no line here get one, since they do there.
    """
    group = text[clause.pattern_start : clause.pattern_end]
    used = {match[0].partition(":")[0] for match in TOKEN.finditer(group) if match["name"]}
    lines = "".join(
        f"PREFIX {prefix}: <{prefixes[prefix]}>\n"
        for prefix in sorted(used - read.prefixes.keys())
        if prefix in prefixes
    )
    return f"{lines}{read.prologue}\nSELECT * {group}"


def replaced(text: str, read: Outline, prefixes: Mapping[str, str], ask: Ask, limit: int) -> str:
    """The query with the solutions of its services in place of them.

    `ask` gives the solutions of a query at an IRI. Raises ServiceVariableError, FederationError
    for more than `limit` services, and what `ask` raises, unless the clause is SILENT: then a
    service that fails, or is not allowed, has one solution that binds nothing.
    """
    if len(read.clauses) > limit:
        raise FederationError(f"The query asks over {limit} services.", "Ask fewer at once.")
    for clause in read.clauses:
        if clause.variable:
            raise ServiceVariableError(clause.variable)
    parts, place = [], 0
    for clause in read.clauses:
        try:
            if not IRI.fullmatch(clause.iri):
                raise FederationError(
                    f"SERVICE {clause.iri[:200]!r} is no absolute IRI.", "Name a service by one."
                )
            found = ask(clause.iri, query(text, read, clause, prefixes))
        except (FederationError, ServiceError):
            if not clause.silent:
                raise
            found = EMPTY
        parts += [text[place : clause.start], found.values()]
        place = clause.end
    return "".join([*parts, text[place:]])
