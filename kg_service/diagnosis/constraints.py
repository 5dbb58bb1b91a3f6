"""What a query asks of the values of its variables: its filters, and the values it binds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg_service.diagnosis.bounds import conjuncts
from kg_service.diagnosis.case import Case
from kg_service.syntax.patterns import Binding, Term
from kg_service.syntax.tokens import Token


@dataclass(frozen=True)
class Constraint:
    """Something that the values of variables must pass: its tokens, as they can stand behind the
    required patterns, and its `parts` that all must be passed."""

    tokens: Term
    parts: tuple[Term, ...]


def constraints(case: Case) -> Iterator[Constraint]:
    """The filters and bindings that must be passed for there to be a row.

    What gives a value to a variable of a pattern is one of its own. What gives one to another
    variable stands in front of the filters that name it.
    """
    patterned = {
        token.raw[1:]
        for pattern in case.required
        for token in (*pattern.graph, *pattern.subject, *pattern.path, *pattern.object)
        if token.kind == "variable"
    }
    free: list[Binding] = []
    for one in case.found.bindings:
        if not one.required:
            continue
        if patterned.isdisjoint(one.variables):
            free.append(one)
        else:
            tokens = one.tokens if one.tokens[0].raw.upper() == "VALUES" else _compared(one)
            before = _giving(free, tokens, patterned)
            yield Constraint((*before, *tokens), ((*before, *tokens),))
    for found in case.found.filters:
        if not found.required:
            continue
        if before := _giving(free, found.tokens, patterned):
            yield Constraint((*before, *found.tokens), ((*before, *found.tokens),))
        else:
            parts = (_filter(part) for part in conjuncts(found.tokens[1:]))
            yield Constraint(found.tokens, tuple(parts) or (found.tokens,))


def _giving(free: Iterable[Binding], tokens: Term, patterned: set[str]) -> Term:
    """The bindings that give values to variables of some tokens, and to those in them again."""
    needed = _variables(tokens) - patterned
    found: list[Binding] = []
    for one in reversed(list(free)):
        if not needed.isdisjoint(one.variables):
            found.append(one)
            needed |= _variables(one.tokens) - patterned
    return tuple(token for one in reversed(found) for token in one.tokens)


def _variables(tokens: Term) -> set[str]:
    return {token.raw[1:] for token in tokens if token.kind == "variable"}


def _compared(binding: Binding) -> Term:
    """A BIND as the filter it is where its variable has values of a pattern: no BIND may stand
    behind one that has its variable (SPARQL 1.1 Query, section 10.1)."""
    expression, variable = binding.tokens[2:-3], binding.tokens[-2]
    at = variable.offset
    sign = {raw: Token("sign", raw, at) for raw in "(),"}
    same = (Token("word", "FILTER", at), sign["("], Token("word", "sameTerm", at), sign["("])
    return (*same, variable, sign[","], *expression, sign[")"], sign[")"])


def _filter(part: Term) -> Term:
    """A part of a filter as a filter."""
    at = part[0].offset
    word, opening, closing = Token("word", "FILTER", at), Token("sign", "(", at), ")"
    return (word, opening, *part, Token("sign", closing, part[-1].end))
