"""Clauses of the rules that have as many premises as an axiom or expression has parts.

They are made from the axioms and expressions that occur; with a goal, from those alone by which it
may be concluded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, product
from typing import Any

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Node
from kg_service.logic.clauses.clause import Clause, Goal, Premise, below, firm, holds, things
from kg_service.logic.known import Known
from kg_service.logic.patterns import Atom, Variable, triple

# So many members of a union are ruled out, and so many things counted, at most; unions and counts
# that pass it have no clauses here.
MEMBERS = 4
COUNTED = 3

_x, _y, _z = things("x y z")
_d = Variable("D")


def _expressions(known: Known, kind: str, goal: Goal, place: int) -> list[Any]:
    """The expressions of a kind that occur; with a goal the one that stands there in it, if any."""
    if goal is None:
        return known.kind(kind)
    node = goal[place]
    return [node] if isinstance(node, tuple) and node[0] == kind else []


def _only(known: Known, goal: Goal) -> Iterator[Clause]:
    nodes: list[Any] = known.kind("only") if goal is None else known.having("only", goal[2])
    for node in nodes:
        _, property_, filler = node
        yield Clause(
            "cls-avf", (_y, TYPE, filler), (holds(_x, TYPE, node), holds(_x, property_, _y))
        )


def _both(known: Known, goal: Goal) -> Iterator[Clause]:
    for node in _expressions(known, "and", goal, 2):
        body = tuple(holds(_x, TYPE, member) for member in node[1:])
        yield Clause("cls-int1", (_x, TYPE, node), body)
        body = tuple(below(_x, member) for member in node[1:])
        yield Clause("cr2", (_x, SUBCLASS, node), body)


def _most(known: Known, goal: Goal) -> Iterator[Clause]:
    nodes: list[Any] = known.kind("max")
    for node in nodes:
        _, number, property_, filler = node
        if number == 1:
            ends = [
                premise
                for end in (_y, _z)
                for premise in _counted(Variable("x", "thing"), property_, end, filler)
            ]
            yield Clause("cls-maxqc", (_y, ax.SAME, _z), (holds(_x, TYPE, node), *ends))


def _counted(start: Variable, property_: Node, end: Variable, filler: Node) -> list[Premise]:
    member = [] if filler == ax.THING else [holds(end, TYPE, filler)]
    return [holds(start, property_, end), *member]


def _least(known: Known, goal: Goal) -> Iterator[Clause]:
    for node in _expressions(known, "min", goal, 2):
        _, number, property_, filler = node
        if number > COUNTED:
            continue
        ends = [Variable(f"y{place}", "thing") for place in range(int(number))]
        counted = [premise for end in ends for premise in _counted(_x, property_, end, filler)]
        apart = [holds(one, ax.DIFFERENT, other) for one, other in combinations(ends, 2)]
        yield Clause("cls-minqc", (_x, TYPE, node), (*counted, *apart))


def _either(known: Known, goal: Goal) -> Iterator[Clause]:
    for node in known.kind("or") if goal is None else known.unions(goal[2]):
        members = node[1:]
        if len(members) > MEMBERS:
            continue
        for rule, relation in (("cls-uni2", TYPE), ("cr2-uni", SUBCLASS)):
            for left in members if goal is None else (goal[2],):
                others = [_ruled_out(relation, each) for each in members if each != left]
                for chosen in product(*others):
                    ruled = (premise for part in chosen for premise in part)
                    body = (holds(_x, relation, node), *ruled)
                    yield Clause(rule, (_x, relation, left), body)


def _listed(known: Known, goal: Goal) -> Iterator[Clause]:
    for node in known.kind("one") if goal is None else known.enumerations(goal[2]):
        members = node[1:]
        if 1 < len(members) <= MEMBERS:
            for left in members if goal is None else (goal[2],):
                apart = (holds(_x, ax.DIFFERENT, each) for each in members if each != left)
                yield Clause("cls-oo2", (_x, ax.SAME, left), (holds(_x, TYPE, node), *apart))


def _ruled_out(relation: str, member: Node) -> Iterator[tuple[Premise, ...]]:
    """The ways in which something is kept out of a class."""
    yield (holds(_x, relation, ax.complement(member)),)
    other = Variable(f"other than {ax.text(member)}")
    for pair in ((member, other), (other, member)):
        yield holds(_x, relation, other), firm(pair[0], ax.DISJOINT, pair[1])
    if relation == SUBCLASS:
        yield (firm(member, ax.DISJOINT, _x),)
        yield (firm(_x, ax.DISJOINT, member),)


def _walks(known: Known, goal: Goal) -> Iterator[Clause]:
    """Chains and transitive properties; a walk may go through classes."""
    for chain in known.of(ax.CHAIN):
        yield from _walked(chain.subject, tuple(chain.object), firm(*triple(chain)), goal)
    for mark in known.into(TYPE, ax.TRANSITIVE):
        links = (mark.subject, mark.subject)
        for clause in _walked(mark.subject, links, firm(*triple(mark)), goal):
            if clause.rule == "cr11":  # prp-trp is the other
                yield clause


def _walked(
    relation: Node, links: tuple[Node, ...], axiom: Premise, goal: Goal
) -> Iterator[Clause]:
    if goal is not None:
        _, said, target = goal
        if (target[1] if said in (TYPE, SUBCLASS) else said) != relation:
            return
    ends = [Variable(f"x{place}", "thing") for place in range(len(links) + 1)]
    for at_class in product((False, True), repeat=len(ends)):
        starts = list(zip(ends, at_class, strict=True))
        steps = list(zip(starts, links, starts[1:], strict=False))
        body = [_link(*start, link, *end) for start, link, end in steps]
        head = _link(*starts[0], relation, *starts[-1])
        premises = (Premise(atom) for atom in body)
        yield Clause("cr11" if any(at_class) else "prp-spo2", head, (*premises, axiom))


def _link(
    start: Variable, starts_at_class: bool, property_: Node, end: Variable, ends_at_class: bool
) -> Atom:
    """The triple that is a link between classes or individuals."""
    if not starts_at_class and not ends_at_class:
        return start, property_, end
    expression = ("some" if ends_at_class else "value", property_, end)
    return start, SUBCLASS if starts_at_class else TYPE, expression


def _of_members(known: Known, goal: Goal) -> Iterator[Clause]:
    """What a class says of its members, where it is one that occurs or follows."""
    for rule, kind in (("cls-hv1", "value"), ("dt-hv1", "data-value")):
        if goal is None:
            types = (f.object for f in known.of(TYPE) if f.object[0] == kind)
            asked = list(dict.fromkeys((*known.kind(kind), *types)))
        else:
            whole = (kind, goal[1], goal[2])
            asked = [whole] if known.occurs(whole) or known.into(TYPE, whole) else []
        for node in asked:
            yield Clause(rule, (_x, node[1], node[2]), (holds(_x, TYPE, node),))


def _values(known: Known, goal: Goal) -> Iterator[Clause]:
    for node in _expressions(known, "data", goal, 2):
        value = Variable("v", "value", node[2])
        yield Clause("dt-svf", (_x, TYPE, node), (holds(_x, node[1], value),))
    for node in _expressions(known, "data-value", goal, 2):
        value = Variable("v", "value", ("literals", node[2]))
        yield Clause("dt-hv2", (_x, TYPE, node), (holds(_x, node[1], value),))
    for node in _expressions(known, "not", goal, 2):
        if node[1][0] == "data":
            value = Variable("v", "value", node[1][2], outside=True)
            mark = firm(node[1][1], TYPE, ax.FUNCTIONAL)
            yield Clause("dt-com", (_x, TYPE, node), (mark, holds(_x, node[1][1], value)))


def _keys(known: Known, goal: Goal) -> Iterator[Clause]:
    for key in known.of(ax.KEY):
        values = [Variable(f"v{place}") for place in range(len(key.object))]
        shared = [
            holds(each, property_, value)
            for property_, value in zip(key.object, values, strict=True)
            for each in (_x, _y)
        ]
        members = (holds(_x, TYPE, key.subject), holds(_y, TYPE, key.subject))
        yield Clause("prp-key", (_x, ax.SAME, _y), (firm(*triple(key)), *members, *shared))


def _whole(known: Known, goal: Goal) -> Iterator[Clause]:
    for node in _expressions(known, "or", goal, 0):
        body = tuple(below(member, _d) for member in node[1:])
        yield Clause("scm-uni2", (node, SUBCLASS, _d), body)
    for node in _expressions(known, "one", goal, 0):
        body = tuple(holds(member, TYPE, _d) for member in node[1:])
        yield Clause("scm-oo", (node, SUBCLASS, _d), body)


def _numbers(known: Known, goal: Goal) -> Iterator[Clause]:
    """min(n, P, C) ⊑ min(m, Q, D), max(m, Q, D) ⊑ max(n, P, C), not(some(Q, D)) ⊑ max(n, P, C)."""
    for low, high in _pairs(known, "min", goal):
        if low != high and low[1] >= high[1]:
            yield Clause("scm-qc", (low, SUBCLASS, high), _ranked(low[2:], high[2:]))
    for high, low in _pairs(known, "max", goal):
        if low != high and high[1] <= low[1]:
            yield Clause("scm-qc", (high, SUBCLASS, low), _ranked(low[2:], high[2:]))
    for none in _expressions(known, "not", goal, 0):
        for low in _expressions(known, "max", goal, 2) if none[1][0] == "some" else ():
            yield Clause("scm-qc", (none, SUBCLASS, low), _ranked(low[2:], none[1][1:]))


def _pairs(known: Known, kind: str, goal: Goal) -> Iterator[tuple[Any, ...]]:
    return product(*(_expressions(known, kind, goal, place) for place in (0, 2)))


def _ranked(low: Any, high: Any) -> tuple[Premise, ...]:
    property_ = Premise((low[0], ax.SUBPROPERTY, high[0]), firm=True, itself=True)
    return property_, below(low[1], high[1])


MADE: Mapping[str, Callable[[Known, Goal], Iterator[Clause]]] = {
    "cls-avf": _only,
    "cls-hv1, dt-hv1": _of_members,
    "cls-int1, cr2": _both,
    "cls-maxqc": _most,
    "cls-minqc": _least,
    "cls-oo2": _listed,
    "cls-uni2, cr2-uni": _either,
    "cr11, prp-spo2": _walks,
    "dt-com, dt-hv2, dt-svf": _values,
    "prp-key": _keys,
    "scm-oo, scm-uni2": _whole,
    "scm-qc": _numbers,
}
