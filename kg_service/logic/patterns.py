"""Patterns: triples with variables, matched against the triples of facts.

Unification one way only, since facts have no variables: a pattern is made a fact's triple, or is
not (Baader, Snyder: Unification Theory, section 2, calls it matching).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.known import link_relation


@dataclass(frozen=True)
class Variable:
    """What a pattern leaves open.

    A `property` stands for no word of OWL's own, a `thing` for no literal; a `value` is a literal
    that `range` has, or with `outside` one that it has not.
    """

    name: str
    sort: Literal["any", "property", "thing", "value"] = "any"
    range: Node | None = None
    outside: bool = False

    def admits(self, node: Node) -> bool:
        """Whether it may stand for a node."""
        if self.sort == "property":
            return link_relation(node) and node[0] != "not"
        if self.sort == "thing":
            return not ax.is_literal(node)
        if self.sort == "value":
            range_ = self.range or facets.ANYTHING
            held = facets.holds(range_, node) if ax.is_literal(node) else None
            return held is not None and held is not self.outside
        return True


Term: TypeAlias = "Node | Variable"
Atom: TypeAlias = tuple[Term, Term, Term]
Binding: TypeAlias = Mapping[Variable, Node]


def triple(fact: Fact) -> tuple[Node, Node, Node]:
    """Give a fact without its scope."""
    return fact.subject, fact.relation, fact.object


def unified(pattern: Any, node: Any, binding: Binding) -> Binding | None:
    """Give the binding, more of this one, under which a pattern is a node; None where there is
    none. Patterns and nodes may be triples."""
    made = dict(binding)
    return made if _unify(pattern, node, made) else None


def _unify(pattern: Any, node: Any, made: dict[Variable, Node]) -> bool:
    if isinstance(pattern, Variable):
        if pattern in made:
            return _one(made[pattern], node)
        made[pattern] = node
        return pattern.admits(node)
    if not isinstance(pattern, tuple):
        return bool(pattern == node)
    if not isinstance(node, tuple) or len(pattern) != len(node):
        return False
    return all(_unify(part, other, made) for part, other in zip(pattern, node, strict=True))


def _one(one: Node, other: Node) -> bool:
    """Whether two nodes are one; literals are where their values are."""
    literals = ax.is_literal(one) and ax.is_literal(other)
    return one == other or (literals and facets.same(one, other) is True)


def bound(pattern: Any, binding: Binding) -> Any:
    """Give a pattern with what is bound put in."""
    if isinstance(pattern, Variable):
        return binding.get(pattern, pattern)
    if isinstance(pattern, tuple):
        return tuple(bound(part, binding) for part in pattern)
    return pattern


def variables(pattern: Any) -> Iterator[Variable]:
    """Give the variables of a pattern, each as often as it stands there."""
    if isinstance(pattern, Variable):
        yield pattern
    elif isinstance(pattern, tuple):
        for part in pattern:
            yield from variables(part)
