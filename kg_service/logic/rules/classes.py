"""Rules about classes and properties: the hierarchies, intersections and class edges."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.known import Known, Link, link_of
from kg_service.logic.rules.rule import Step, conclude


def scm_sco(known: Known, new: Fact) -> Iterator[Step]:
    """A ⊑ B, B ⊑ C ⇒ A ⊑ C. RL table 9; cr1 and cr3 of EL++."""
    if new.relation == SUBCLASS:
        for up in known.out(new.object, SUBCLASS):
            if up.object != new.subject:
                yield new.subject, SUBCLASS, up.object, (new, up)
        for down in known.into(SUBCLASS, new.subject):
            if down.subject != new.object:
                yield down.subject, SUBCLASS, new.object, (down, new)


def scm_eqc1(known: Known, new: Fact) -> Iterator[Step]:
    """A ≡ B ⇒ A ⊑ B, B ⊑ A. RL table 9."""
    if new.relation == ax.EQUIVALENT:
        yield new.subject, SUBCLASS, new.object, (new,)
        yield new.object, SUBCLASS, new.subject, (new,)


def scm_eqc2(known: Known, new: Fact) -> Iterator[Step]:
    """A ⊑ B, B ⊑ A ⇒ A ≡ B, for named A, in the order of names. RL table 9."""
    if new.relation == SUBCLASS:
        for back in known.find(new.object, SUBCLASS, new.subject):
            first, second = sorted((new, back), key=_by_subject)
            if isinstance(first.subject, str):
                yield first.subject, ax.EQUIVALENT, second.subject, (first, second)


def _by_subject(fact: Fact) -> tuple[bool, str]:
    return isinstance(fact.subject, tuple), ax.text(fact.subject)


def scm_int(known: Known) -> Iterator[Step]:
    """C = and(C1 … Cn) ⇒ C ⊑ Ci, for every intersection that occurs. RL table 9."""
    for node in known.expressions:
        if node[0] == "and":
            for member in node[1:]:
                yield node, SUBCLASS, member, ()


def scm_uni(known: Known) -> Iterator[Step]:
    """C = or(C1 … Cn) ⇒ Ci ⊑ C, for every union that occurs. RL table 9."""
    for node in known.expressions:
        if node[0] == "or":
            for member in node[1:]:
                yield member, SUBCLASS, node, ()


def scm_cls(known: Known) -> Iterator[Step]:
    """C = some(P, D) or value(P, a) ⇒ C ⊑ C, where C is itself inside an expression that occurs.
    RL table 9.

    So C is an edge of its own, from which rules about edges find what is above it. Inside an
    intersection it is one already, by scm-int.
    """
    for kind in ("some", "value"):
        for node in known.kind(kind):
            if known.having("some", node) or known.unions(node) or known.occurs(("not", node)):
                yield node, SUBCLASS, node, ()


def scm_spo(known: Known, new: Fact) -> Iterator[Step]:
    """P ⊑ Q, Q ⊑ R ⇒ P ⊑ R. RL table 9."""
    if new.relation == ax.SUBPROPERTY:
        for up in known.out(new.object, ax.SUBPROPERTY):
            if up.object != new.subject:
                yield new.subject, ax.SUBPROPERTY, up.object, (new, up)
        for down in known.into(ax.SUBPROPERTY, new.subject):
            if down.subject != new.object:
                yield down.subject, ax.SUBPROPERTY, new.object, (down, new)


def scm_eqp1(known: Known, new: Fact) -> Iterator[Step]:
    """P ≡ Q ⇒ P ⊑ Q, Q ⊑ P. RL table 9."""
    if new.relation == ax.EQUIVALENT_PROPERTY:
        yield new.subject, ax.SUBPROPERTY, new.object, (new,)
        yield new.object, ax.SUBPROPERTY, new.subject, (new,)


def scm_svf1(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ some(P, C), C ⊑ D ⇒ X ⊑ some(P, D), for named D and for some(P, D) that occurs. RL table
    9.

    X may be an individual of type some(P, C). value(P, a) is some(P, {a}), and {a} ⊑ D where a has
    type D.
    """
    for link in link_of(new):
        if link.ends_at_class:
            for up in known.out(link.end, SUBCLASS):
                yield from _wider(known, link, up)
        elif link.starts_at_class:
            for up in known.out(link.end, TYPE):
                yield from _wider(known, link, up)
    if new.relation == SUBCLASS:
        for link in known.edges_to(new.subject, True):
            yield from _wider(known, link, new)
    elif new.relation == TYPE:
        for link in known.edges_to(new.subject, False):
            yield from _wider(known, link, new)


def _wider(known: Known, link: Link, up: Fact) -> Iterator[Step]:
    wider = ("some", link.relation, up.object)
    # From expressions to individuals only a union asks for edges that do not occur: all its
    # members may have them.
    asked = link.ends_at_class or isinstance(link.start, str) or bool(known.unions(link.start))
    named = isinstance(up.object, str) and up.object not in (ax.NOTHING, ax.THING) and asked
    if (named or wider in known.expressions) and not link.plain:
        yield *conclude(link, link.relation, up.object, True), (link.fact, up)


def scm_svf2(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ some(P, C), P ⊑ Q ⇒ X ⊑ some(Q, C). RL table 9, cr10 of EL++. X may be an individual."""
    for link, up in _edges_up(known, new):
        if link.ends_at_class:
            yield *conclude(link, up.object, link.end, True), (link.fact, up)


def scm_hv(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ value(P, a), P ⊑ Q ⇒ X ⊑ value(Q, a). RL table 9."""
    for link, up in _edges_up(known, new):
        if not link.ends_at_class:
            yield *conclude(link, up.object, link.end, False), (link.fact, up)


def _edges_up(known: Known, new: Fact) -> Iterator[tuple[Link, Fact]]:
    """Give the class edges and the sub-property facts that meet, one of them new."""
    for link in link_of(new):
        if not link.plain:
            for up in known.out(link.relation, ax.SUBPROPERTY):
                yield link, up
    if new.relation == ax.SUBPROPERTY:
        for link in known.edges(new.subject):
            yield link, new


def cr2(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ C1 … X ⊑ Cn ⇒ X ⊑ and(C1 … Cn), where it occurs. EL++ cr2 for any n."""
    if new.relation == SUBCLASS:
        yield from _intersect(known, new)


def cls_int1(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ C1 … x ∈ Cn ⇒ x ∈ and(C1 … Cn), where it occurs. RL table 6."""
    if new.relation == TYPE:
        yield from _intersect(known, new)


def _intersect(known: Known, new: Fact) -> Iterator[Step]:
    subject, relation = new.subject, new.relation
    for node in known.intersections(new.object):
        # A class is below itself without a fact that says so.
        members = [c for c in node[1:] if relation == TYPE or c != subject]
        found = [[new] if c == new.object else known.find(subject, relation, c) for c in members]
        if subject != node:
            for premises in product(*found):
                yield subject, relation, node, premises


def cr4(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ some(P, C), domain(P) = D ⇒ X ⊑ D: cr4 of EL++, a domain being some(P, ⊤) ⊑ D."""
    for link in link_of(new):
        if not link.plain:
            for domain in known.out(link.relation, ax.DOMAIN):
                yield link.start, new.relation, domain.object, (new, domain)
    if new.relation == ax.DOMAIN:
        for link in known.edges(new.subject):
            yield link.start, link.fact.relation, new.object, (link.fact, new)


def cr5(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ some(P, C), C ⊑ ⊥ ⇒ X ⊑ ⊥. EL++ cr5."""
    for link in link_of(new):
        if link.ends_at_class:
            for empty in known.find(link.end, SUBCLASS, ax.NOTHING):
                yield link.start, new.relation, ax.NOTHING, (new, empty)
    if new.relation == SUBCLASS and new.object == ax.NOTHING:
        for link in known.edges_to(new.subject, True):
            yield link.start, link.fact.relation, ax.NOTHING, (link.fact, new)


def scm_rng(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ some(P, C), P ⊑ Q, range(Q) = D ⇒ X ⊑ some(P, D), for named D and where it occurs.

    Q may be P, X an individual, and value(P, a) stands for some(P, {a}). Baader, Brandt, Lutz:
    Pushing the EL Envelope Further, OWLED 2008, section 3.
    """
    if new.relation == ax.RANGE:
        ways: list[tuple[Node, tuple[Fact, ...]]] = [(new.subject, (new,))]
        ways += [(low.subject, (low, new)) for low in known.into(ax.SUBPROPERTY, new.subject)]
    elif new.relation == ax.SUBPROPERTY:
        ways = [(new.subject, (new, range_)) for range_ in known.out(new.object, ax.RANGE)]
    else:
        for link in link_of(new):
            if not link.plain:
                for range_ in known.out(link.relation, ax.RANGE):
                    yield from _into_range(known, link, (range_,))
                for up in known.out(link.relation, ax.SUBPROPERTY):
                    for range_ in known.out(up.object, ax.RANGE):
                        yield from _into_range(known, link, (up, range_))
        return
    for property_, premises in ways:
        for link in known.edges(property_):
            yield from _into_range(known, link, premises)


def _into_range(known: Known, link: Link, premises: tuple[Fact, ...]) -> Iterator[Step]:
    range_ = premises[-1].object
    node = ("some", link.relation, range_)
    named = isinstance(range_, str) and isinstance(link.start, str)
    if (named or node in known.expressions) and link.end != range_:
        yield *conclude(link, link.relation, range_, True), (link.fact, *premises)


def cr_avf(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ only(P, D), X ⊑ some(P, C) ⇒ X ⊑ some(P, D): cls-avf of a class, or of an individual
    whose relation is to somebody unnamed."""
    if new.object[0] == "only":
        found = known.links_from(new.object[1], new.subject, new.relation == SUBCLASS)
        pairs = [(new, link) for link in found if not link.plain]
    else:
        pairs = [
            (bound, link)
            for link in link_of(new)
            if not link.plain
            for node in known.on("only", link.relation)
            for bound in known.find(link.start, new.relation, node)
        ]
    for bound, link in pairs:
        filler = bound.object[2]
        node = ("some", link.relation, filler)
        named = isinstance(filler, str) and isinstance(link.start, str)
        if (named or node in known.expressions) and link.end != filler:
            yield *conclude(link, link.relation, filler, True), (bound, link.fact)


def scm_avf(known: Known, new: Fact) -> Iterator[Step]:
    """P ⊑ Q, C ⊑ D ⇒ only(Q, C) ⊑ only(P, D), where both occur. RL table 9, scm-avf1 and 2."""
    for low, high, properties in _paired(known, new, "only"):
        # More relations reach more; so the wider property is on the narrower class.
        narrow, wide = (high, low) if properties else (low, high)
        for premises in _under(known, new, (wide[1], narrow[1]), (narrow[2], wide[2])):
            yield narrow, SUBCLASS, wide, premises


def scm_qc(known: Known, new: Fact) -> Iterator[Step]:
    """P ⊑ Q, C ⊑ D, m ≤ n ⇒ min(n, P, C) ⊑ min(m, Q, D), max(m, Q, D) ⊑ max(n, P, C).

    Where both occur; not(some(Q, D)) is at most none. OWL 2 Direct Semantics, section 2.2.3.
    """
    for low, high, _ in _paired(known, new, "min"):
        if low[1] >= high[1]:
            for premises in _under(known, new, (low[2], high[2]), (low[3], high[3])):
                yield low, SUBCLASS, high, premises
    for low, high, _ in _paired(known, new, "max"):
        if high[1] <= low[1]:
            for premises in _under(known, new, (low[2], high[2]), (low[3], high[3])):
                yield high, SUBCLASS, low, premises
    for low, high, _ in _paired(known, new, "max", "some"):
        if ("not", high) in known.expressions:
            for premises in _under(known, new, (low[2], high[1]), (low[3], high[2])):
                yield ("not", high), SUBCLASS, low, premises


def _paired(
    known: Known, new: Fact, lower: str, upper: str = ""
) -> Iterator[tuple[Node, Node, bool]]:
    """Give expressions of two kinds on the lower and the higher end of a new fact, and whether the
    ends are properties. One kind named: both are of it."""
    properties = new.relation == ax.SUBPROPERTY
    nodes = known.on if properties else known.having
    for low, high in product(nodes(lower, new.subject), nodes(upper or lower, new.object)):
        yield low, high, properties


def _under(
    known: Known, new: Fact, properties: tuple[Node, Node], fillers: tuple[Node, Node]
) -> Iterator[tuple[Fact, ...]]:
    """Give the facts, the new one among them, that put a property and a filler below others."""
    ways: list[list[tuple[Fact, ...]]] = [
        [()] if low == high else [(fact,) for fact in known.find(low, relation, high)]
        for relation, (low, high) in ((ax.SUBPROPERTY, properties), (SUBCLASS, fillers))
    ]
    for above, below in product(*ways):
        if new in (*above, *below):
            yield *above, *below
