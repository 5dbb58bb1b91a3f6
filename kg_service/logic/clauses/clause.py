"""What a clause is: a rule read backwards, its conclusion and its premises with variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from kg_service.logic.axioms import SUBCLASS, Node
from kg_service.logic.patterns import Atom, Term, Variable

Goal: TypeAlias = "tuple[Node, Node, Node] | None"
"""A triple somebody asks for; None for whatever clauses there are."""


@dataclass(frozen=True)
class Premise:
    """What a clause needs.

    A `firm` premise belongs to the vocabulary: where it does not hold, the rule is not near. One
    that is `told` must be asserted. One of a thing and `itself` needs no fact where both are one.
    """

    atom: Atom
    firm: bool = False
    told: bool = False
    itself: bool = False


@dataclass(frozen=True)
class Clause:
    """A rule: its name, its conclusion and its premises in the order of a step's."""

    rule: str
    head: Atom
    body: tuple[Premise, ...]


def holds(subject: Term, relation: Term, target: Term) -> Premise:
    """Give a premise that holds or is lacking."""
    return Premise((subject, relation, target))


def firm(subject: Term, relation: Term, target: Term) -> Premise:
    """Give a premise of the vocabulary."""
    return Premise((subject, relation, target), firm=True)


def told(subject: Term, relation: Term, target: Term) -> Premise:
    """Give a premise that must be asserted."""
    return Premise((subject, relation, target), told=True)


def below(subject: Term, target: Term) -> Premise:
    """Give the premise that one class is below another, or is that class."""
    return Premise((subject, SUBCLASS, target), itself=True)


def things(names: str) -> Iterator[Variable]:
    """Give variables of these names, for all but literals."""
    return (Variable(name, "thing") for name in names.split())
