"""Near misses: the rules that nearly conclude something, and the premises they lack.

A rule that can conclude a triple is a template here: its conclusion, what must hold of classes and
properties for it, and the premises that may be lacking. Templates are matched backwards from the
triple; premises that a defined class stands for are looked into. What is lacking is unknown, not
false.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.known import Known
from kg_service.logic.reasoner import Closure
from kg_service.logic.rules.kinds import overriding

LIMIT = 10  # near misses of one triple
ALIKE = 3  # of these, how many of one rule
LACKING = 3  # premises that one may lack


@dataclass(frozen=True)
class Variable:
    """What a premise leaves open."""

    name: str


Term: TypeAlias = "Node | Variable"
Atom: TypeAlias = tuple[Term, Term, Term]
Binding: TypeAlias = Mapping[Variable, Node]


@dataclass(frozen=True)
class NearMiss:
    """A rule that nearly concluded something.

    `have` are the premises that hold, `lacking` those that do not, with variables for what would
    do. Where nothing is lacking, `blocked` are the told facts that keep a default from concluding,
    or `apart` the contexts that differ and are never joined.
    """

    rule: str
    have: tuple[Fact, ...]
    lacking: tuple[Atom, ...]
    blocked: tuple[Fact, ...] = ()
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Template:
    """A rule as its conclusion, what must hold for it (`given`), and the other premises."""

    rule: str
    head: Atom
    given: tuple[Atom, ...]
    body: tuple[Atom, ...]


def _variables(names: str) -> Iterator[Variable]:
    return map(Variable, names.split())


_x, _y, _z, _p, _q, _c, _d, _a, _m = _variables("x y z P Q C D A M")

# One entry for each rule that concludes a triple between named things from premises of any world;
# chains and intersections have as many premises as their facts and expressions say.
TEMPLATES: tuple[Template, ...] = (
    Template("cax-sco", (_x, TYPE, _c), ((_d, SUBCLASS, _c),), ((_x, TYPE, _d),)),
    Template("kind-subtype", (_a, ax.SUBTYPE, _c), (), ((_a, SUBCLASS, _c),)),
    Template("prp-dom", (_x, TYPE, _c), ((_p, ax.DOMAIN, _c),), ((_x, _p, _y),)),
    Template("prp-inv1", (_y, _q, _x), ((_p, ax.INVERSE, _q),), ((_x, _p, _y),)),
    Template("prp-inv2", (_y, _p, _x), ((_p, ax.INVERSE, _q),), ((_x, _q, _y),)),
    Template("prp-rng", (_y, TYPE, _c), ((_p, ax.RANGE, _c),), ((_x, _p, _y),)),
    Template("prp-spo1", (_x, _q, _y), ((_p, ax.SUBPROPERTY, _q),), ((_x, _p, _y),)),
    Template("prp-symp", (_y, _p, _x), ((_p, TYPE, ax.SYMMETRIC),), ((_x, _p, _y),)),
    Template("prp-trp", (_x, _p, _z), ((_p, TYPE, ax.TRANSITIVE),), ((_x, _p, _y), (_y, _p, _z))),
    Template("scm-sco", (_a, SUBCLASS, _c), (), ((_a, SUBCLASS, _m), (_m, SUBCLASS, _c))),
)
INHERITANCE = "kind-inheritance"


class NearMisses:
    """Finds near misses in a closure."""

    def __init__(self, closure: Closure, contexts: frozenset[str]) -> None:
        """Search in a closure whose contexts these are."""
        self._closure, self._contexts = closure, contexts
        self._known = Known()
        for fact in closure.facts:
            self._known.add(fact)

    def of(self, subject: Node, relation: Node, target: Node) -> tuple[NearMiss, ...]:
        """Give up to LIMIT near misses of a triple that does not hold, nearest first, at most ALIKE
        of one rule.

        Nearest is what lacks the least, then what has the most that is about named things.
        """
        found = {
            miss
            for template in self._templates(subject, relation, target)
            for miss in self._matched(template, (subject, relation, target))
        }
        found |= set(self._blocked(subject, relation, target))
        alike: Counter[str] = Counter()
        nearest: list[NearMiss] = []
        for miss in sorted(found, key=_nearness):
            alike[miss.rule] += 1
            if alike[miss.rule] <= ALIKE:
                nearest.append(miss)
        return tuple(nearest[:LIMIT])

    def _templates(self, subject: Node, relation: Node, target: Node) -> Iterator[Template]:
        for template in TEMPLATES:
            fixed = template.head[1]
            if fixed == relation or (isinstance(fixed, Variable) and relation not in _OWN):
                yield template
        for chain in self._facts((relation, ax.CHAIN, _c)):
            ends = [Variable(f"x{number}") for number in range(len(chain.object) + 1)]
            links = zip(ends, chain.object, ends[1:], strict=False)
            yield Template("prp-spo2", (ends[0], relation, ends[-1]), (_atom(chain),), tuple(links))
        # A class edge to a named individual makes a relation of its members (cls-hv1).
        node = ("value", relation, target)
        if node in self._closure.expressions:
            yield Template("cls-hv1", (_x, relation, target), (), ((_x, TYPE, node),))

    def _matched(self, template: Template, goal: Atom) -> Iterator[NearMiss]:
        start = _unified(template.head, goal, {})
        if start is None:
            return
        for given, binding in self._join(template.given, start, 0):
            bodies = [self._opened(_bound(atom, binding)) for atom in template.body]
            atoms = tuple(atom for body in bodies for atom in body)
            for have, bound in self._join(atoms, binding, LACKING):
                lacking = tuple(
                    _bound(atom, bound) for atom, fact in zip(atoms, have, strict=True) if not fact
                )
                held = tuple(fact for fact in (*have, *given) if fact)
                scope = frozenset[str]().union(*(fact.scope for fact in held)) & self._contexts
                near = any(have) or len(atoms) == 1
                if lacking and near and goal not in lacking:
                    yield NearMiss(template.rule, held, lacking)
                elif not lacking and len(scope) > 1:
                    yield NearMiss(template.rule, held, (), apart=scope)

    def _opened(self, atom: Atom) -> Iterator[Atom]:
        """A membership in an expression as the premises it stands for."""
        subject, relation, target = atom
        if relation == TYPE and isinstance(target, tuple):
            if target[0] == "and":
                for member in target[1:]:
                    yield from self._opened((subject, TYPE, member))
                return
            if target[0] == "value":
                yield subject, target[1], target[2]
                return
            if target[0] == "some":
                filler = Variable(f"a member of {ax.text(target[2])}")
                yield subject, target[1], filler
                yield filler, TYPE, target[2]
                return
        yield atom

    def _join(
        self, atoms: tuple[Atom, ...], binding: Binding, lacking: int
    ) -> Iterator[tuple[tuple[Fact | None, ...], Binding]]:
        """Match atoms one after the other, leaving out at most so many that have no match.

        An atom that nothing binds yet is only left out when it has no match at all.
        """
        if not atoms:
            yield (), binding
            return
        first, rest = _bound(atoms[0], binding), atoms[1:]
        matches = list(self._facts(first))
        for fact in matches:
            made = _unified(first, _atom(fact), binding)
            if made is not None:
                for more, last in self._join(rest, made, lacking):
                    yield (fact, *more), last
        open_ = any(isinstance(term, Variable) for term in first)
        if lacking and (not matches or open_):
            for more, last in self._join(rest, binding, lacking - 1):
                yield (None, *more), last

    def _facts(self, atom: Atom) -> list[Fact]:
        """The facts that an atom, whose relation is never open, may be."""
        subject, relation, target = atom
        assert not isinstance(relation, Variable)
        if isinstance(subject, Variable):
            if isinstance(target, Variable):
                return self._known.of(relation)
            return self._known.into(relation, target)
        if isinstance(target, Variable):
            return self._known.out(subject, relation)
        return self._known.find(subject, relation, target)

    def _blocked(self, subject: Node, relation: Node, target: Node) -> Iterator[NearMiss]:
        """Inheritance by default: what a kind above has, and the own claims that override it."""
        known = self._known
        for mark in known.find(relation, ax.INHERITED, ax.HAS_SUBTYPE):
            rules = overriding(known, relation)
            above = known.out(subject, ax.SUBTYPE)
            for step in above:
                for fact in known.find(step.object, relation, target):
                    between = (
                        up.object for up in above if known.find(up.object, ax.SUBTYPE, step.object)
                    )
                    kinds = dict.fromkeys((subject, *between))
                    blocked = tuple(
                        own for kind in kinds for own in self._told(kind, rules, target)
                    )
                    scope = (step.scope | fact.scope) & self._contexts
                    apart = scope if len(scope) > 1 else frozenset[str]()
                    if blocked or apart:
                        yield NearMiss(INHERITANCE, (fact, step, mark), (), blocked, apart)

    def _told(self, kind: Node, relations: Iterable[Node], target: Node) -> Iterator[Fact]:
        """What a kind was told, said or denied, by one of some relations."""
        for relation in sorted(relations, key=ax.text):
            for each in (relation, ("not", relation)):
                for fact in self._known.find(kind, each, target):
                    if fact in self._closure.asserted:
                        yield fact


# Relations that are no property of a domain: a template for any property is not about them.
_OWN = frozenset({TYPE, SUBCLASS, ax.SAME, ax.DIFFERENT})


def _atom(fact: Fact) -> Atom:
    return fact.subject, fact.relation, fact.object


def _bound(atom: Atom, binding: Binding) -> Atom:
    subject, relation, target = (
        binding.get(term, term) if isinstance(term, Variable) else term for term in atom
    )
    return subject, relation, target


def _unified(atom: Atom, other: Atom, binding: Binding) -> Binding | None:
    """The binding under which an atom is another that has no variables, or None."""
    made = dict(binding)
    for term, node in zip(atom, other, strict=True):
        if isinstance(term, Variable):
            if made.setdefault(term, node) != node:  # type: ignore[arg-type]
                return None
        elif term != node:
            return None
    return made


def _nearness(miss: NearMiss) -> tuple[object, ...]:
    domain = sum(
        isinstance(f.relation, str) and f.relation.startswith(ax.VOCABULARY) for f in miss.have
    )
    loose = sum(isinstance(term, Variable) for atom in miss.lacking for term in atom)
    return (
        len(miss.lacking),
        loose,
        -domain,
        miss.rule,
        [ax.order(fact) for fact in miss.have],
        str(miss.lacking),
        [ax.order(fact) for fact in miss.blocked],
    )
