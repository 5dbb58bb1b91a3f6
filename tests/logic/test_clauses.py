"""The clauses say what the rules do: every step is an instance, every instance a step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact
from kg_service.logic.clauses import COVERED, UNCOVERED, Clause, Premise, clauses
from kg_service.logic.closure import Closure, Derivation
from kg_service.logic.known import Known
from kg_service.logic.patterns import Binding, bound, triple, unified, variables
from kg_service.logic.rules import RULES
from kg_service.logic.rules.kinds import overriding
from tests.logic.test_reasoner import CASES, close, read
from tests.sampling import every


def indexed(closure: Closure) -> Known:
    known = Known()
    known.tell(closure.asserted)
    known.mention(closure.expressions)
    for fact in closure.facts:
        known.add(fact)
    return known


def test_every_rule_has_clauses_or_a_reason_for_none() -> None:
    assert COVERED | UNCOVERED.keys() == RULES.keys()
    assert not COVERED & UNCOVERED.keys()


def is_instance(clause: Clause, fact: Fact, step: Derivation, closure: Closure) -> bool:
    start = unified(clause.head, triple(fact), {})
    if clause.rule != step.rule or start is None:
        return False
    return fits(clause.body, step.premises, start, closure)


def fits(
    body: tuple[Premise, ...], premises: tuple[Fact, ...], binding: Binding, closure: Closure
) -> bool:
    """Whether each premise of a step, in some order, is one of a clause, and none is left."""
    if not body:
        return not premises
    first, rest = body[0], body[1:]
    subject, _, target = bound(first.atom, binding)
    if first.itself and subject == target and fits(rest, premises, binding, closure):
        return True
    for place, fact in enumerate(premises):
        made = unified(first.atom, triple(fact), binding)
        allowed = not first.told or fact in closure.asserted
        others = premises[:place] + premises[place + 1 :]
        if made is not None and allowed and fits(rest, others, made, closure):
            return True
    return False


@pytest.mark.parametrize("case", every(5, CASES), ids=lambda path: path.name)
def test_every_step_is_an_instance_of_a_clause(case: Path) -> None:
    closure = close(case)
    known = indexed(closure)
    for fact in closure.facts:
        found = list(clauses(known, triple(fact)))
        for step in closure.derivations(fact):
            if step.rule not in UNCOVERED:
                assert any(is_instance(clause, fact, step, closure) for clause in found), step


def test_the_cases_take_a_step_of_every_rule_that_has_clauses() -> None:
    closures = map(close, CASES)
    taken = {s.rule for c in closures for fact in c.facts for s in c.derivations(fact)}
    assert taken >= COVERED


def instances(
    known: Known, body: tuple[Premise, ...], binding: Binding
) -> Iterator[tuple[tuple[Fact, ...], Binding]]:
    if not body:
        yield (), binding
        return
    # What is bound comes first, or the joins take minutes.
    first = min(body, key=lambda p: len(set(variables(bound(p.atom, binding)))))
    rest = tuple(premise for premise in body if premise is not first)
    atom = bound(first.atom, binding)
    if first.itself and atom[0] == atom[2]:
        yield from instances(known, rest, binding)
        return
    whole = not any(variables(atom))
    for fact in known.find(*atom) if whole else known.facts:
        if not first.told or known.is_told(fact):
            made = unified(atom, triple(fact), binding)
            if made is not None:
                for facts, last in instances(known, rest, made):
                    yield (fact, *facts), last


def is_overridden(known: Known, facts: tuple[Fact, ...]) -> bool:
    by_relation = {fact.relation: fact for fact in facts}
    step, mark = by_relation[ax.SUBTYPE], by_relation[ax.INHERITED]
    (fact,) = (f for f in facts if f not in (step, mark))
    kinds = {step.subject} | {
        up.object
        for up in known.out(step.subject, ax.SUBTYPE)
        if known.find(up.object, ax.SUBTYPE, fact.subject)
    }
    own = overriding(known, mark.subject)
    return any(
        told.subject in kinds - {fact.subject}
        and told.object == fact.object
        and (told.relation[1] if told.relation[0] == "not" else told.relation) in own
        for told in known.told
    )


@pytest.mark.parametrize("case", every(5, CASES), ids=lambda path: path.name)
def test_what_a_clause_concludes_from_what_holds_holds(case: Path) -> None:
    _, contexts = read(case, "asserted")
    known = indexed(close(case))
    for clause in clauses(known):
        for facts, binding in instances(known, clause.body, {}):
            subject, relation, target = head = bound(clause.head, binding)
            scope = frozenset[str]().union(*(fact.scope for fact in facts))
            ends = (n for n in (subject, target) if isinstance(n, tuple) and not ax.is_literal(n))
            if (
                any(variables(head))  # of a complement that is everything or nothing
                or len(scope & contexts) > 1
                or subject == target
                or not all(map(known.occurs, ends))
                or (clause.rule == "kind-inheritance" and is_overridden(known, facts))
                or (clause.rule == "eq-rep-s" and target in _MARKS)
                # An equivalence follows once, from the first by name.
                or (relation == ax.EQUIVALENT and (_is_second(subject, target)))
            ):
                continue
            held = known.find(*head)
            assert any(fact.scope <= scope for fact in held), (clause.rule, head, facts)


def _is_second(subject: object, target: object) -> bool:
    return isinstance(subject, tuple) or (isinstance(target, str) and target < str(subject))


_MARKS = (ax.TRANSITIVE, ax.SYMMETRIC, ax.ASYMMETRIC, ax.FUNCTIONAL, ax.INVERSE_FUNCTIONAL)
