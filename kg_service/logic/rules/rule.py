"""What a rule is: a function from what is known to steps, and the facts that can set it off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.known import Known, Link

Step: TypeAlias = tuple[Node, Node, Node, tuple[Fact, ...]]
FALSE = ("", "", "")  # the conclusion of a clash: `false` in the RL tables

# Facts that set off rules, beside those of the relations named in `axioms`.
PROPERTY = "property"
DENIED = "denied"

_RELATIONS = frozenset(
    {
        *(SUBCLASS, TYPE, ax.SUBPROPERTY, ax.DOMAIN, ax.RANGE, ax.EQUIVALENT, ax.CHAIN, ax.KEY),
        *(ax.EQUIVALENT_PROPERTY, ax.DISJOINT, ax.DISJOINT_PROPERTY, ax.INVERSE, ax.SAME),
        *(ax.DIFFERENT, ax.INHERITED, ax.OVERRIDES),
    }
)


def trigger(fact: Fact) -> str:
    """Give what a fact sets off: its relation, or for a domain property PROPERTY or DENIED."""
    relation = fact.relation
    if relation in _RELATIONS:
        return str(relation)
    return DENIED if relation[0] == "not" else PROPERTY


@dataclass(frozen=True)
class Rule:
    """A rule, when it fires, and for each new fact of which triggers.

    `each`: for each new fact; `start`: once, before any; `default`: at the end. A default looks at
    what all other rules gave, and what it concludes never makes it fire again. `occurring` says
    that the rule asks which class expressions occur, `told` that the types among its premises must
    be asserted: that they follow from something is not enough. `reads` gives the relations that a
    default looks at: facts of no others make it conclude anything else.
    """

    fire: Callable[[Known, Fact], Iterator[Step]] | Callable[[Known], Iterator[Step]]
    when: Literal["each", "start", "default"] = "each"
    triggers: frozenset[str] = frozenset()
    occurring: bool = False
    told: bool = False
    reads: Callable[[Known], set[Node]] | None = None


def on(
    fire: Callable[[Known, Fact], Iterator[Step]],
    *triggers: str,
    occurring: bool = False,
    told: bool = False,
) -> Rule:
    """Give a rule that fires for each new fact of these triggers."""
    return Rule(fire, "each", frozenset(triggers), occurring, told)


def conclude(
    link: Link, property_: Node, end: Node, ends_at_class: bool
) -> tuple[Node, Node, Node]:
    """Give the triple that says: where `link` starts, a link of this property to this end."""
    if not link.starts_at_class and not ends_at_class:
        return link.start, property_, end
    relation = SUBCLASS if link.starts_at_class else TYPE
    return link.start, relation, ("some" if ends_at_class else "value", property_, end)
