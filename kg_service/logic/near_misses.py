"""Near misses: the rules that nearly conclude something, and the premises they lack.

The clauses that conclude a triple are matched backwards from it; what would make somebody a member
of a defined class is looked into, criterion by criterion. Premises of the vocabulary must hold: a
near miss lacks what somebody could tell. What is lacking is unknown, not false.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from kg_service.logic import axioms as ax
from kg_service.logic import facets
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.clauses import Premise, clauses
from kg_service.logic.closure import Closure
from kg_service.logic.known import Known
from kg_service.logic.patterns import (
    Atom,
    Binding,
    Term,
    Variable,
    bound,
    triple,
    unified,
    variables,
)
from kg_service.logic.rules.kinds import overriding

LIMIT = 10  # near misses of one triple
ALIKE = 3  # of these, how many of one rule
LACKING = 2  # premises of one clause that may be lacking


@dataclass(frozen=True)
class NearMiss:
    """A rule that nearly concluded something.

    `have` are the premises that hold, `lacking` those that do not, with variables for what would
    do. `blocked` are the told facts that keep a default from giving another premise, or the
    conclusion; `instead` what holds in the place of a lacking premise: its denial, or a value
    outside the range it asks for; `apart` the contexts that differ, so that premises which all hold
    are never joined.
    """

    rule: str
    have: tuple[Fact, ...]
    lacking: tuple[Atom, ...]
    blocked: tuple[Fact, ...] = ()
    apart: frozenset[str] = frozenset()
    instead: tuple[Fact, ...] = ()


INHERITANCE = "kind-inheritance"


class NearMisses:
    """Finds near misses in a closure."""

    def __init__(self, closure: Closure, contexts: frozenset[str]) -> None:
        """Search in a closure whose contexts these are."""
        self._closure, self._contexts = closure, contexts
        self._known = Known()
        self._known.tell(closure.asserted)
        self._known.mention(closure.expressions)
        for fact in closure.facts:
            self._known.add(fact)

    def valued(self, subject: Node, relation: Node, target: Node) -> list[Fact]:
        """Give the facts of a triple, of a literal those with its value however it is written."""
        return self._known.valued(subject, relation, target)

    def of(
        self,
        subject: Node,
        relation: Node,
        target: Node,
        contradicts: Callable[[Fact], bool] = lambda fact: False,
    ) -> tuple[NearMiss, ...]:
        """Give up to LIMIT near misses of a triple that does not hold, nearest first, at most ALIKE
        of one rule.

        What lacks something about the subject comes before what lacks something about other things;
        then nearest is what lacks the least, then that for which nothing is told instead, then what
        leaves the least open, then what has the most that is about named things. Left out is what
        lacks something that would put a thing below itself, that is denied of another thing than
        the subject, or that `contradicts` what is told. A class expression must be one that occurs
        in the closure.
        """
        goal = subject, relation, target
        alike: Counter[str] = Counter()
        nearest: list[NearMiss] = []
        impossible = cache(contradicts)
        for miss in sorted(set(self._found(goal)), key=lambda miss: _nearness(miss, subject)):
            if alike[miss.rule] >= ALIKE or len(nearest) >= LIMIT:
                continue
            if any(impossible(Fact(*atom)) for atom in miss.lacking if not _is_open(atom)):  # type: ignore[arg-type]
                continue
            alike[miss.rule] += 1
            nearest.append(miss)
        return tuple(nearest)

    def _found(self, goal: tuple[Node, Node, Node]) -> Iterator[NearMiss]:
        for clause in clauses(self._known, goal):
            start = unified(clause.head, goal, {})
            assert start is not None
            for matched, binding in self._join(clause.body, start, LACKING):
                have = tuple(matched[p] for p in clause.body if p in matched)
                lacking = tuple(bound(p.atom, binding) for p in clause.body if p not in matched)
                lacking = tuple(a for a in lacking if not (a[1] == SUBCLASS and a[0] == a[2]))
                yield from self._opened(clause.rule, goal, have, lacking)

    def _join(
        self, body: tuple[Premise, ...], binding: Binding, lacking: int, loosely: bool = True
    ) -> Iterator[tuple[dict[Premise, Fact], Binding]]:
        """Match premises with facts, leaving out at most so many; what is bound comes first.

        A premise that holds is not left out, nor a firm one, and of those in which something is
        still open only one is: two would say little, and be many.
        """
        if not body:
            yield {}, binding
            return
        first = min(body, key=lambda premise: (_open(premise, binding), not premise.firm))
        rest = tuple(premise for premise in body if premise is not first)
        atom: Atom = bound(first.atom, binding)
        if first.itself and atom[0] == atom[2]:
            yield from self._join(rest, binding, lacking, loosely)
            return
        matches = [fact for fact in self._facts(atom) if not first.told or self._told(fact)]
        for fact in matches:
            made = unified(atom, triple(fact), binding)
            if made is not None:
                for more, last in self._join(rest, made, lacking, loosely):
                    yield {first: fact, **more}, last
        loose = _open(first, binding) > 0
        if not first.firm and lacking and (loosely if loose else not matches):
            yield from self._join(rest, binding, lacking - 1, loosely and not loose)

    def _told(self, fact: Fact) -> bool:
        return fact in self._closure.asserted

    def _facts(self, atom: Atom) -> list[Fact]:
        """The facts that an atom may be, and some more."""
        subject, relation, target = atom
        if _is_open(relation):
            return []
        assert not isinstance(relation, Variable)
        if not _is_open(subject):
            if _is_open(target):
                return self._known.out(subject, relation)  # type: ignore[arg-type]
            return self._known.find(subject, relation, target)  # type: ignore[arg-type]
        if _is_open(target):
            return self._known.of(relation)
        return self._known.into(relation, target)  # type: ignore[arg-type]

    def _opened(
        self,
        rule: str,
        goal: tuple[Node, Node, Node],
        have: tuple[Fact, ...],
        lacking: tuple[Atom, ...],
    ) -> Iterator[NearMiss]:
        """The near misses that one match amounts to, when what is lacking is looked into."""
        if len(lacking) > 1 and not any(map(_about_things, have)):
            return
        if any(self._held(atom) for atom in lacking):
            return  # left out while open, and now one that holds: another match has it
        for ways in self._ways(goal, lacking):
            held, left, blocked = list(have), [], []
            for atom in ways:
                if found := self._held(atom):
                    held.append(found[0])
                elif default := next(self._overridden(atom), None):
                    held += default[0]
                    blocked += default[1]
                else:
                    left.append(atom)
            scope = frozenset[str]().union(*(fact.scope for fact in held)) & self._contexts
            apart = scope if len(scope) > 1 else frozenset[str]()
            if any(_said(atom) == goal or not self._may_hold(atom, goal[0]) for atom in left):
                continue
            if not lacking and rule == INHERITANCE:
                blocked += self._overriding(have)
            if left or blocked or apart:
                yield NearMiss(
                    rule,
                    tuple(dict.fromkeys(held)),
                    tuple(dict.fromkeys(left)),
                    tuple(dict.fromkeys(blocked)),
                    apart,
                    tuple(fact for atom in left for fact in self._instead(atom)),
                )

    def _held(self, atom: Atom) -> list[Fact]:
        """The facts that an atom is; none for one with variables."""
        return [] if _is_open(atom) else self._known.find(*atom)  # type: ignore[arg-type]

    def _may_hold(self, atom: Atom, asked: Node) -> bool:
        """Whether it goes in no circle, is denied of nothing but what is `asked` about, and what it
        is about occurs: no rule makes an expression that nobody wrote."""
        subject, relation, target = atom
        if not _is_open(atom):
            if subject == target and self._climbs(relation):
                return False
            if self._climbs(relation) and self._below(target, subject, relation):
                return False
            if subject != asked and self._held((subject, ("not", relation), target)):
                return False
        ends = (subject, target)
        written = (n for n in ends if isinstance(n, tuple) and not ax.is_literal(n))
        return all(_is_open(node) or self._known.occurs(node) for node in written)

    def _climbs(self, relation: Term) -> bool:
        """Whether a relation leads from something to what it is below."""
        if relation in (SUBCLASS, ax.SUBTYPE):
            return True
        return bool(self._known.find(relation, ax.SUBPROPERTY, ax.SUBTYPE))  # type: ignore[arg-type]

    def _below(self, subject: Term, target: Term, relation: Term) -> bool:
        order = SUBCLASS if relation == SUBCLASS else ax.SUBTYPE
        return bool(self._held((subject, order, target)))

    def _ways(
        self, goal: tuple[Node, Node, Node], lacking: tuple[Atom, ...]
    ) -> Iterator[tuple[Atom, ...]]:
        """What is lacking, criterion by criterion; then with one criterion met halfway."""
        criteria = tuple(each for atom in lacking for each in self._criteria(atom, goal))
        yield criteria
        for place, atom in enumerate(criteria):
            for other in self._halfway(atom):
                met = (each for part in other for each in self._criteria(part, goal))
                yield (*criteria[:place], *met, *criteria[place + 1 :])

    def _criteria(self, atom: Atom, goal: Atom) -> Iterator[Atom]:
        """A membership in an expression as the premises it stands for."""
        subject, relation, target = atom
        if relation != TYPE or not isinstance(target, tuple) or _is_open(target):
            yield atom
        elif target[0] == "and":
            for member in target[1:]:
                yield from self._criteria((subject, TYPE, member), goal)
        elif target[0] == "data":
            yield subject, target[1], Variable("v", "value", target[2])
        else:
            # What is asked for is not put in the place of a class of what has it.
            yield atom if _said(atom) == goal else _said(atom)

    def _halfway(self, atom: Atom) -> Iterator[tuple[Atom, ...]]:
        """Other ways to a membership: a relation that holds, to what may be in the class; a class
        below."""
        subject, relation, target = atom
        if relation != TYPE or not isinstance(target, tuple) or _is_open(atom):
            return
        if target[0] == "some":
            for fact in self._known.out(subject, target[1]):  # type: ignore[arg-type]
                yield triple(fact), (fact.object, TYPE, target[2])
        elif target[0] in ("value", "data-value"):
            for below in self._known.into(SUBCLASS, target):
                yield (subject, TYPE, below.subject), triple(below)

    def _overridden(self, atom: Atom) -> Iterator[tuple[list[Fact], list[Fact]]]:
        """The defaults that would give an atom, and the own claims that override each."""
        if _is_open(atom):
            return
        subject, relation, target = atom
        for mark in self._known.find(relation, ax.INHERITED, ax.HAS_SUBTYPE):  # type: ignore[arg-type]
            for step in self._known.out(subject, ax.SUBTYPE):  # type: ignore[arg-type]
                for fact in self._known.find(step.object, relation, target):  # type: ignore[arg-type]
                    premises = [step, fact, mark]
                    if own := list(self._overriding(premises)):
                        yield premises, own

    def _overriding(self, default: Iterable[Fact]) -> Iterator[Fact]:
        """The claims of the kind, or of kinds between, that keep it from inheriting."""
        step, fact, mark = default
        known = self._known
        relations = sorted(overriding(known, mark.subject), key=ax.text)
        between = (
            up.object
            for up in known.out(step.subject, ax.SUBTYPE)
            if up.object != fact.subject and known.find(up.object, ax.SUBTYPE, fact.subject)
        )
        for kind in dict.fromkeys((step.subject, *between)):
            for relation in relations:
                for each in (relation, ("not", relation)):
                    yield from filter(self._told, known.find(kind, each, fact.object))

    def _instead(self, atom: Atom) -> Iterator[Fact]:
        """What holds in the place of an atom: its denial, a value outside the range it asks for."""
        subject, relation, target = atom
        yield from self._held((subject, ("not", relation), target))
        if isinstance(target, Variable) and target.range is not None and not _is_open(subject):
            for fact in self._known.out(subject, relation):  # type: ignore[arg-type]
                if ax.is_literal(fact.object):
                    held = facets.holds(target.range, fact.object)
                    if held is target.outside:
                        yield fact


def _said(atom: Atom) -> Atom:
    """An atom, or where it says that something is of a class value(P, a), what that says."""
    subject, relation, target = atom
    if relation == TYPE and isinstance(target, tuple) and target[0] in ("value", "data-value"):
        return subject, target[1], target[2]
    return atom


def _is_open(term: object) -> bool:
    return any(True for _ in variables(term))


def _open(premise: Premise, binding: Binding) -> int:
    return len(set(variables(bound(premise.atom, binding))))


def _about_things(fact: Fact) -> bool:
    """Whether a fact is about things of the domain, and not about words."""
    return isinstance(fact.relation, tuple) or fact.relation.startswith(ax.VOCABULARY)


def _nearness(miss: NearMiss, asked: Node) -> tuple[object, ...]:
    return (
        any(atom[0] != asked for atom in miss.lacking),
        len(miss.lacking) + bool(miss.apart and miss.lacking),
        bool(miss.instead),
        sum(1 for _ in variables(miss.lacking)),
        -sum(map(_about_things, miss.have)),
        miss.rule,
        [ax.order(fact) for fact in miss.have],
        str(miss.lacking),
        [ax.order(fact) for fact in miss.blocked],
    )
