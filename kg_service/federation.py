"""SERVICE: which groups of a query other services answer, and how solutions stand in for them.

A service is asked before the query is evaluated, each group on its own: its solutions do not depend
on the rest of the query (SPARQL 1.1 Federated Query, section 4, and the bottom-up semantics of
SPARQL 1.1 Query, section 18). What comes back stands in the query as VALUES.

A worker reads the query, says which calls it needs and is free; the web side has them made by the
forwarding process; then a worker gets the query again, with a block for each clause.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import QuerySolutions, Store

from kg_service.errors import FederationError, ServiceError, ServiceVariableError
from kg_service.names import IRI
from kg_service.solutions import nothing
from kg_service.syntax import reading
from kg_service.syntax.outline import Place, outline_of, resolved
from kg_service.syntax.reading import Reading
from kg_service.syntax.tokens import Tokens, tokens_of
from kg_service.syntax.vocabulary import FORMS

Ask = Callable[[str, str], str]

NO_BREAK = re.compile(r"[^\r\n]")

# The kind of a worker's answer that says which services are to be asked first.
CALLS = "calls"


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
class Call:
    """What is to be asked: a service, which query, and whether it may fail; then its `variables`
    are bound to nothing."""

    iri: str
    query: str
    silent: bool
    variables: Sequence[str] = ()


@dataclass(frozen=True)
class Outline:
    """The SERVICE clauses of a query, its text without them (`plain`), the text of its prologue,
    and the prefixes used that have no line in it."""

    clauses: Sequence[Clause]
    plain: str
    prologue: str
    used: Sequence[str]


def outline(text: str, prefixes: Mapping[str, str]) -> Outline:
    """Read a query; `prefixes` need no line in it. Raises as `reading.read`."""
    return outlined(text, reading.read(text, prefixes))


def outlined(text: str, read: Reading) -> Outline:
    """The outline of a query that was read.

    A text that is not SPARQL may have one, too: the parser says what is wrong with it.
    """
    tokens = read.tokens
    words = zip(tokens.kinds, tokens.raws, tokens.offsets, strict=True)
    begins = (at for kind, raw, at in words if kind == "word" and raw.upper() in FORMS)
    services = read.outline.services
    found = tuple(clauses(tokens, services))
    return Outline(found, plain(text, services), text[: next(begins, 0)], read.used)


def plain(text: str, services: Sequence[Place]) -> str:
    """A query in which the group of each service is one of its own, and all else in its place: it
    is SPARQL as the query is, with the same variables in scope, and the engine asks nobody."""
    parts, place = [], 0
    for service in services:
        parts += [text[place : service.start], NO_BREAK.sub(" ", text[service.start : service.end])]
        place = service.end
    return "".join([*parts, text[place:]])


def clauses(tokens: Tokens, services: Sequence[Place]) -> Iterator[Clause]:
    """The SERVICE clauses among tokens, those inside of others left out."""
    at, behind = 0, 0
    for service in services:
        if service.start < behind:
            continue
        while at < len(tokens) and tokens.offsets[at] < service.end:
            at += 1
        if at == len(tokens) or tokens.raws[at] != "{":
            continue
        named, start, depth = tokens[at - 1], tokens.offsets[at], 0
        while at < len(tokens):
            depth += {"{": 1, "}": -1}.get(tokens.raws[at], 0)
            at += 1
            if not depth:
                break
        else:
            return
        behind = tokens[at - 1].end
        variable = named.raw[1:] if named.raw[0] in "?$" else ""
        iri = service.iri or ("" if variable else named.raw)
        yield Clause(service.start, behind, iri, variable, service.silent, start, behind)


def query(text: str, read: Outline, clause: Clause, prefixes: Mapping[str, str], base: str) -> str:
    """The query for the service of a clause: its group, with the prologue that the whole has.

    Prefixes that need no line here get one, since they do there, and so does the `base`, which
    would be another there.
    """
    group = text[clause.pattern_start : clause.pattern_end]
    here = outline_of(tokens_of(group), prefixes).undeclared
    lines = "".join(
        f"PREFIX {prefix}: <{prefixes[prefix]}>\n" for prefix in sorted(read.used) if prefix in here
    )
    based = f"BASE <{base}>\n" if base else ""
    return f"{based}{lines}{read.prologue}\nSELECT * {group}"


def calls(
    text: str, read: Outline, prefixes: Mapping[str, str], limit: int, base: str = ""
) -> list[Call]:
    """What is to be asked for a query, one call for each of its clauses. Relative IRIs are meant
    against the `base`, where the query has none of its own.

    Raises FederationError for more than `limit` services, ServiceVariableError.
    """
    if len(read.clauses) > limit:
        raise FederationError(f"The query asks over {limit} services.", "Ask fewer at once.")
    for clause in read.clauses:
        if clause.variable:
            raise ServiceVariableError(clause.variable)
    made = []
    for clause in read.clauses:
        asked = query(text, read, clause, prefixes, base)
        iri = resolved(clause.iri.strip("<>"), base)
        columns = query(read.plain, read, clause, prefixes, base) if clause.silent else ""
        made.append(Call(iri, asked, clause.silent, variables(columns)))
    return made


def variables(asked: str) -> Sequence[str]:
    """The columns that the answer to a query has, whatever the data (SPARQL 1.1 Query, 18.2.1);
    none for what is no SELECT."""
    try:
        found = Store().query(asked)
    except (SyntaxError, OSError, RuntimeError, ValueError):
        return ()
    return [each.value for each in found.variables] if isinstance(found, QuerySolutions) else ()


def answered(call: Call, ask: Ask) -> str:
    """The VALUES block that stands for a clause; `ask` gives that of a query at an IRI.

    Raises FederationError for no absolute IRI, and what `ask` raises, unless the clause is SILENT:
    then a service that fails, or is not allowed, has one solution that binds nothing.
    """
    try:
        if not IRI.fullmatch(call.iri):
            raise FederationError(
                f"SERVICE {call.iri[:200]!r} is no absolute IRI.", "Name a service by one."
            )
        return ask(call.iri, call.query)
    except (FederationError, ServiceError):
        if not call.silent:
            raise
        return nothing(call.variables).values()


def replaced(text: str, read: Outline, blocks: Sequence[str]) -> str:
    """The query with VALUES blocks in place of its clauses, one for each."""
    parts, place = [], 0
    for clause, block in zip(read.clauses, blocks, strict=True):
        parts += [text[place : clause.start], block]
        place = clause.end
    return "".join([*parts, text[place:]])
