"""Rules about individuals that are the same or different, and what makes them so.

OWL 2 Profiles, section 4.3, tables 4, 5 and 6. eq-ref is left out: that each thing is itself adds
nothing. Only individuals are made equal; a class of the same name is left alone (OWL 2 punning).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.known import Known
from kg_service.logic.rules.rule import FALSE, Step


def eq_sym(known: Known, new: Fact) -> Iterator[Step]:
    """x = y ⇒ y = x. RL table 4."""
    if new.subject != new.object:
        yield new.object, ax.SAME, new.subject, (new,)


def eq_trans(known: Known, new: Fact) -> Iterator[Step]:
    """x = y, y = z ⇒ x = z. RL table 4."""
    for onward in known.out(new.object, ax.SAME):
        if onward.object != new.subject:
            yield new.subject, ax.SAME, onward.object, (new, onward)
    for before in known.into(ax.SAME, new.subject):
        if before.subject != new.object:
            yield before.subject, ax.SAME, new.object, (before, new)


def eq_rep_s(known: Known, new: Fact) -> Iterator[Step]:
    """x = y, x P z ⇒ y P z; types, denied relations and differences too. RL table 4."""
    if new.relation == ax.SAME:
        for fact in known.about(new.subject):
            if fact.object not in _OF_PROPERTIES:
                yield new.object, fact.relation, fact.object, (new, fact)
    elif new.object not in _OF_PROPERTIES:
        for same in known.out(new.subject, ax.SAME):
            yield same.object, new.relation, new.object, (same, new)


# A property that is also an individual keeps its marks to itself, as a class does its members.
_OF_PROPERTIES = frozenset(
    {ax.TRANSITIVE, ax.SYMMETRIC, ax.ASYMMETRIC, ax.IRREFLEXIVE}
    | {ax.FUNCTIONAL, ax.INVERSE_FUNCTIONAL}
)


def eq_rep_o(known: Known, new: Fact) -> Iterator[Step]:
    """x = y, z P x ⇒ z P y; value(P, x) in a type or class is P to y as well. RL table 4."""
    if new.relation == ax.SAME:
        for fact in known.towards(new.subject):
            yield from _renamed(fact, new)
    else:
        end = new.object
        if new.relation in (TYPE, SUBCLASS):
            # A class that is also an individual is not renamed with it (OWL 2 punning).
            end = end[2] if end[0] == "value" else ""
        for same in known.out(end, ax.SAME):
            yield from _renamed(new, same)


def _renamed(fact: Fact, same: Fact) -> Iterator[Step]:
    target: Node = same.object
    if fact.relation in (TYPE, SUBCLASS):
        target = ("value", fact.object[1], same.object)
    yield fact.subject, fact.relation, target, (same, fact)


def eq_diff1(known: Known, new: Fact) -> Iterator[Step]:
    """x = y, x different from y ⇒ false. RL table 4."""
    other = ax.DIFFERENT if new.relation == ax.SAME else ax.SAME
    for found in known.find(new.subject, other, new.object):
        yield *FALSE, tuple(sorted((new, found), key=ax.order))
    if new.relation == ax.DIFFERENT and new.subject == new.object:
        yield *FALSE, (new,)


def eq_diff_sym(known: Known, new: Fact) -> Iterator[Step]:
    """x different from y ⇒ y different from x (OWL 2 Direct Semantics, section 2.3.5)."""
    if new.subject != new.object:
        yield new.object, ax.DIFFERENT, new.subject, (new,)


def prp_fp(known: Known, new: Fact) -> Iterator[Step]:
    """P functional, x P y, x P z ⇒ y = z. RL table 5. Of data properties see dt-diff."""
    for mark, one, other in _pairs(known, new, ax.FUNCTIONAL):
        if not (ax.is_literal(one.object) or ax.is_literal(other.object)):
            first, second = sorted((one, other), key=ax.order)
            yield first.object, ax.SAME, second.object, (mark, first, second)


def prp_ifp(known: Known, new: Fact) -> Iterator[Step]:
    """P inverse functional, x P z, y P z ⇒ x = y. RL table 5."""
    if new.relation == TYPE:
        if new.object != ax.INVERSE_FUNCTIONAL:
            return
        marks, facts = [new], known.of(new.subject)
    else:
        marks, facts = known.find(new.relation, TYPE, ax.INVERSE_FUNCTIONAL), [new]
    for mark, fact in product(marks, facts):
        for other in known.into(fact.relation, fact.object):
            if other.subject != fact.subject:
                first, second = sorted((fact, other), key=ax.order)
                yield first.subject, ax.SAME, second.subject, (mark, first, second)


def _pairs(known: Known, new: Fact, mark: str) -> Iterator[tuple[Fact, Fact, Fact]]:
    """Give the facts of one subject and a marked property by two, one of the three new."""
    if new.relation == TYPE:
        if new.object != mark:
            return
        marks, facts = [new], known.of(new.subject)
    else:
        marks, facts = known.find(new.relation, TYPE, mark), [new]
    for found, fact in product(marks, facts):
        for other in known.out(fact.subject, fact.relation):
            if other.object != fact.object:
                yield found, fact, other


def prp_key(known: Known, new: Fact) -> Iterator[Step]:
    """P1 … Pn key of C, x and y in C with the same value of each ⇒ x = y. RL table 5."""
    if new.relation == ax.KEY:
        keys, subjects = [new], [fact.subject for fact in known.into(TYPE, new.subject)]
    elif new.relation == TYPE:
        keys, subjects = known.out(new.object, ax.KEY), [new.subject]
    else:
        keys = [key for key in known.of(ax.KEY) if new.relation in key.object]
        subjects = [new.subject]
    for key, subject in product(keys, subjects):
        for one in known.find(subject, TYPE, key.subject):
            for other in known.into(TYPE, key.subject):
                if other.subject != subject:
                    yield from _keyed(known, key, one, other)


def _keyed(known: Known, key: Fact, one: Fact, other: Fact) -> Iterator[Step]:
    one, other = sorted((one, other), key=ax.order)
    found = [
        [
            (fact, same)
            for fact in known.out(one.subject, property_)
            for same in known.valued(other.subject, property_, fact.object)
        ]
        for property_ in key.object
    ]
    for values in product(*found):
        premises = (key, one, other, *(fact for pair in values for fact in pair))
        yield one.subject, ax.SAME, other.subject, premises


def cls_oo(known: Known) -> Iterator[Step]:
    """a ∈ one(a …), for every enumeration that occurs. RL table 8."""
    for node in known.expressions:
        if node[0] == "one":
            for individual in node[1:]:
                yield individual, TYPE, node, ()


def cls_oo1(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ one(a) ⇒ x = a (OWL 2 Direct Semantics, section 2.2.3)."""
    if new.object[0] == "one" and len(new.object) == 2 and new.subject != new.object[1]:
        yield new.subject, ax.SAME, new.object[1], (new,)


def cls_oo2(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ one(a1 … an), x different from all but ai ⇒ x = ai: cls-uni2 of an enumeration."""
    for listed in known.out(new.subject, TYPE):
        members = listed.object[1:]
        if listed.object[0] != "one" or len(members) < 2 or new.subject in members:
            continue
        apart = [known.find(new.subject, ax.DIFFERENT, member) for member in members]
        for place, member in enumerate(members):
            for found in product(*(apart[:place] + apart[place + 1 :])):
                if new is listed or new in found:
                    yield new.subject, ax.SAME, member, (listed, *found)


def cls_maxqc(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ max(1, P, C), x P y, x P z, y and z in C ⇒ y = z.

    cls-maxc2, cls-maxqc3 and 4 of RL table 6, C being ⊤ in the first. At most none is not(some).
    """
    for bound, pairs in _bounded(known, new):
        if bound.object[1] == 1:
            for (one, first), (other, second) in combinations(pairs, 2):
                if one.object != other.object:
                    parts = sorted(((one, first), (other, second)), key=lambda p: ax.order(p[0]))
                    premises = (bound, *(f for fact, member in parts for f in (fact, *member)))
                    if new in premises:
                        yield parts[0][0].object, ax.SAME, parts[1][0].object, premises


def _bounded(known: Known, new: Fact) -> Iterator[tuple[Fact, list[tuple[Fact, tuple[Fact, ...]]]]]:
    """Give every type max(n, P, C) the new fact is about, with the relations it counts."""
    bounds: list[Fact] = []
    if new.relation == TYPE:
        if new.object[0] == "max":
            bounds = [new]
        else:
            for node in known.having("max", new.object):
                for fact in known.into(node[2], new.subject):
                    bounds += known.find(fact.subject, TYPE, node)
    else:
        for node in known.on("max", new.relation):
            bounds += known.find(new.subject, TYPE, node)
    for bound in dict.fromkeys(bounds):
        yield bound, _counted(known, bound.subject, bound.object[2], bound.object[3])


def _counted(
    known: Known, subject: Node, property_: Node, filler: Node
) -> list[tuple[Fact, tuple[Fact, ...]]]:
    """Give the relations of an individual to members of a class, each with the membership."""
    pairs: list[tuple[Fact, tuple[Fact, ...]]] = []
    for fact in known.out(subject, property_):
        if filler == ax.THING:
            pairs.append((fact, ()))
        else:
            pairs += [(fact, (member,)) for member in known.find(fact.object, TYPE, filler)]
    return pairs


def cls_minqc(known: Known, new: Fact) -> Iterator[Step]:
    """x P y1 … x P yn, all in C and pairwise different ⇒ x ∈ min(n, P, C), where it occurs."""
    if new.relation == ax.DIFFERENT:
        subjects = {
            fact.subject for node in known.kind("min") for fact in known.into(node[2], new.subject)
        }
        nodes = known.kind("min")
    elif new.relation == TYPE:
        nodes = known.having("min", new.object)
        subjects = {f.subject for node in nodes for f in known.into(node[2], new.subject)}
    else:
        nodes, subjects = known.on("min", new.relation), {new.subject}
    for node, subject in product(nodes, sorted(subjects, key=ax.text)):
        pairs = _counted(known, subject, node[2], node[3])
        for chosen in combinations(pairs, int(node[1])):
            ends = sorted((fact.object for fact, _ in chosen), key=ax.text)
            apart = [known.find(*pair) for pair in _all_different(ends)]
            for different in product(*apart):
                premises = (*(f for fact, member in chosen for f in (fact, *member)), *different)
                if new in premises:
                    yield subject, TYPE, node, premises


def _all_different(ends: list[Node]) -> Iterator[tuple[Node, str, Node]]:
    for one, other in combinations(ends, 2):
        yield one, ax.DIFFERENT, other


def scm_oo(known: Known, new: Fact) -> Iterator[Step]:
    """a ∈ C … z ∈ C ⇒ one(a … z) ⊑ C, for every enumeration that occurs: scm-uni2 of members."""
    for node in known.enumerations(new.subject):
        if node != new.object:
            found = [
                [new] if one == new.subject else known.find(one, TYPE, new.object)
                for one in node[1:]
            ]
            for premises in product(*found):
                yield node, SUBCLASS, new.object, premises


def scm_oo1(known: Known, new: Fact) -> Iterator[Step]:
    """a P b ⇒ one(a) ⊑ value(P, b), where one(a) occurs: what its one member has, the class has."""
    node = ("one", new.subject)
    if node in known.expressions and not ax.is_literal(new.object):
        yield node, SUBCLASS, ("value", new.relation, new.object), (new,)


def scm_card_com(known: Known) -> Iterator[Step]:
    """not(max(n, P, C)) ⊑ some(P, C); and for m = n + 1 not(max(n, P, C)) = min(m, P, C).

    Between those that occur, a smaller m or a greater n on the right side too.
    """
    for none in known.kind("not"):
        inner: Any = none[1]
        if inner[0] not in ("max", "min"):
            continue
        kind, number, *rest = inner
        if kind == "max":
            yield none, SUBCLASS, ("some", *rest), ()
            for least in _counting(known, "min", rest):
                if least[1] <= number + 1:
                    yield none, SUBCLASS, least, ()
                if least[1] >= number + 1:
                    yield least, SUBCLASS, none, ()
        else:
            for most in _counting(known, "max", rest):
                if most[1] >= number - 1:
                    yield none, SUBCLASS, most, ()
                if most[1] <= number - 1:
                    yield most, SUBCLASS, none, ()


def _counting(known: Known, kind: str, counted: list[Node]) -> Iterator[Any]:
    """Give the expressions of a kind that count along the same property in the same class."""
    property_, filler = counted
    return (node for node in known.on(kind, property_) if node[3] == filler)


def scm_card(known: Known) -> Iterator[Step]:
    """min(n, P, C) ⊑ min(m, P, C) and some(P, C), max(m, P, C) ⊑ max(n, P, C), for m < n.

    At most none is not(some(P, C)); see the adapter.
    """
    for many in known.kind("min"):
        yield many, SUBCLASS, ("some", *many[2:]), ()
        for few in known.on("min", many[2]):
            if few[3] == many[3] and few[1] < many[1]:
                yield many, SUBCLASS, few, ()
    for few in known.kind("max"):
        none = ("not", ("some", *few[2:]))
        if none in known.expressions:
            yield none, SUBCLASS, few, ()
        for many in known.on("max", few[2]):
            if few[3] == many[3] and few[1] < many[1]:
                yield few, SUBCLASS, many, ()
