"""The rules of our reasoner, one short function each, named as in the literature.

eq-, prp-, cls-, cax- and scm- are the rules of OWL 2 RL (OWL 2 Profiles, section 4.3, tables 4 to
9); cr- are the completion rules of EL++ (Baader, Brandt, Lutz: Pushing the EL Envelope, IJCAI
2005, table 2), which reason about classes as RL does about individuals; kind- are ours. A rule
gets what is known and one new fact, which is among the known, and gives every step in which that
fact is a premise. Premises come in a fixed order, so that a step found twice is one step.

A **class edge** `A P B` is the fact that A is a subclass of ("some", P, B). RL's
expression-to-expression rules (scm-svf1, scm-svf2, scm-hv) act on the edges of a class or
individual, with their scm-sco or cax-sco step folded in, so no subclass axioms between expressions
nobody wrote are made.

Left out because the rules here already give the same: cax-eqc (scm-eqc1, cax-sco), cls-int2
(scm-int, cax-sco), cls-uni (scm-uni, cax-sco). Left out because no equality between individuals is
derived: eq-*, prp-fp, prp-ifp, prp-key; `axioms` refuses what would need them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal, TypeAlias

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.known import Known, Link, link_of

Step: TypeAlias = tuple[Node, Node, Node, tuple[Fact, ...]]
FALSE = ("", "", "")  # the conclusion of a clash: `false` in the RL tables


@dataclass(frozen=True)
class Rule:
    """A rule and when it fires: for `each` new fact, once at the `start`, or as a `default` at the
    end.

    A default looks at what all other rules gave, and what it concludes never makes it fire again.
    """

    fire: Callable[[Known, Fact], Iterator[Step]] | Callable[[Known], Iterator[Step]]
    when: Literal["each", "start", "default"] = "each"


def _conclude(
    link: Link, property_: Node, end: Node, ends_at_class: bool
) -> tuple[Node, Node, Node]:
    """Give the triple that says: where `link` starts, a link of this property to this end."""
    if not link.starts_at_class and not ends_at_class:
        return link.start, property_, end
    relation = SUBCLASS if link.starts_at_class else TYPE
    return link.start, relation, ("some" if ends_at_class else "value", property_, end)


# Classes and properties


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
    named = isinstance(up.object, str) and link.ends_at_class and up.object != ax.NOTHING
    if (named or wider in known.expressions) and not link.plain:
        yield *_conclude(link, link.relation, up.object, True), (link.fact, up)


def scm_svf2(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ some(P, C), P ⊑ Q ⇒ X ⊑ some(Q, C). RL table 9, cr10 of EL++. X may be an individual."""
    for link, up in _edges_up(known, new):
        if link.ends_at_class:
            yield *_conclude(link, up.object, link.end, True), (link.fact, up)


def scm_hv(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ value(P, a), P ⊑ Q ⇒ X ⊑ value(Q, a). RL table 9."""
    for link, up in _edges_up(known, new):
        if not link.ends_at_class:
            yield *_conclude(link, up.object, link.end, False), (link.fact, up)


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


def cr2_dw(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ C, X ⊑ D, C disjoint with D ⇒ X ⊑ ⊥. EL++ cr2 for C ⊓ D ⊑ ⊥; X may be C or D."""
    for subject, premises in _disjoint(known, new, SUBCLASS):
        yield subject, SUBCLASS, ax.NOTHING, premises
    if new.relation == ax.DISJOINT:
        for one, other in ((new.subject, new.object), (new.object, new.subject)):
            for below in known.find(one, SUBCLASS, other):
                yield one, SUBCLASS, ax.NOTHING, (below, new)
    elif new.relation == SUBCLASS:
        for pair in (
            *known.find(new.subject, ax.DISJOINT, new.object),
            *known.find(new.object, ax.DISJOINT, new.subject),
        ):
            yield new.subject, SUBCLASS, ax.NOTHING, (new, pair)


def _disjoint(known: Known, new: Fact, relation: str) -> Iterator[tuple[Node, tuple[Fact, ...]]]:
    """Give who is below, or in, two disjoint classes; one of the three facts is new."""
    if new.relation == ax.DISJOINT:
        for one in known.into(relation, new.subject):
            for other in known.find(one.subject, relation, new.object):
                yield one.subject, (one, other, new)
    elif new.relation == relation:
        for pair in known.out(new.object, ax.DISJOINT):
            for other in known.find(new.subject, relation, pair.object):
                yield new.subject, (new, other, pair)
        for pair in known.into(ax.DISJOINT, new.object):
            for one in known.find(new.subject, relation, pair.subject):
                yield new.subject, (one, new, pair)


def cr2_com(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ C, X ⊑ not(C) ⇒ X ⊑ ⊥. EL++ cr2 for C ⊓ not(C) ⊑ ⊥; X may be C itself."""
    for subject, premises in _complement(known, new, SUBCLASS):
        yield subject, SUBCLASS, ax.NOTHING, premises
    if new.relation == SUBCLASS and new.object == ("not", new.subject):
        yield new.subject, SUBCLASS, ax.NOTHING, (new,)


def _complement(known: Known, new: Fact, relation: str) -> Iterator[tuple[Node, tuple[Fact, ...]]]:
    """Give who is below, or in, a class and its complement; one of the two facts is new."""
    if new.relation == relation:
        for denied in known.find(new.subject, relation, ("not", new.object)):
            yield new.subject, (new, denied)
        if new.object[0] == "not":
            for one in known.find(new.subject, relation, new.object[1]):
                yield new.subject, (one, new)


def cr11(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ some(P1, C), C ⊑ some(P2, D), P1 ∘ P2 ⊑ R ⇒ X ⊑ some(R, D). EL++ cr11, any length.

    X may be an individual, the last link may be value(P, a), and P ∘ P ⊑ P where P is transitive.
    """
    for chain, links in _walks(known, new):
        if not all(link.plain for link in links):
            last = links[-1]
            premises = (*(link.fact for link in links), chain)
            yield *_conclude(links[0], chain.subject, last.end, last.ends_at_class), premises


def prp_spo2(known: Known, new: Fact) -> Iterator[Step]:
    """x P1 y, y P2 z …, P1 ∘ P2 … ⊑ R ⇒ x R z. RL table 5."""
    for chain, links in _walks(known, new):
        if chain.relation == ax.CHAIN and all(link.plain for link in links):
            premises = (*(link.fact for link in links), chain)
            yield links[0].start, chain.subject, links[-1].end, premises


def _walks(known: Known, new: Fact) -> Iterator[tuple[Fact, list[Link]]]:
    """Give every path along a chain in which the chain or one of its links is the new fact."""
    if new.relation == ax.CHAIN or (new.relation == TYPE and new.object == ax.TRANSITIVE):
        first, *others = _properties(new)
        starts = [link for f in known.of(first) for link in link_of(f)] + known.edges(first)
        for link in starts:
            for links in _onward(known, [link], tuple(others)):
                yield new, links
    for link in link_of(new):
        chains = known.chains(link.relation) + known.find(link.relation, TYPE, ax.TRANSITIVE)
        for chain in chains:
            properties = _properties(chain)
            for place, property_ in enumerate(properties):
                if property_ == link.relation:
                    for before in _backward(known, [link], properties[:place]):
                        for links in _onward(known, before, properties[place + 1 :]):
                            yield chain, links


def _properties(chain: Fact) -> tuple[Node, ...]:
    return tuple(chain.object) if chain.relation == ax.CHAIN else (chain.subject, chain.subject)


def _onward(known: Known, links: list[Link], properties: tuple[Node, ...]) -> Iterator[list[Link]]:
    if not properties:
        yield links
        return
    for link in known.links_from(properties[0], links[-1].end, links[-1].ends_at_class):
        yield from _onward(known, [*links, link], properties[1:])


def _backward(
    known: Known, links: list[Link], properties: tuple[Node, ...]
) -> Iterator[list[Link]]:
    if not properties:
        yield links
        return
    for link in known.links_to(properties[-1], links[0].start, links[0].starts_at_class):
        yield from _backward(known, [link, *links], properties[:-1])


# Individuals


def cax_sco(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ A, A ⊑ B ⇒ x ∈ B. RL table 7."""
    if new.relation == TYPE:
        for up in known.out(new.object, SUBCLASS):
            yield new.subject, TYPE, up.object, (new, up)
    elif new.relation == SUBCLASS:
        for member in known.into(TYPE, new.subject):
            yield member.subject, TYPE, new.object, (member, new)


def cls_svf1(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, y ∈ C ⇒ x ∈ some(P, C), where it occurs. RL table 6."""
    for node in known.somes(new.relation):
        for member in known.find(new.object, TYPE, node[2]):
            yield new.subject, TYPE, node, (new, member)
    if new.relation == TYPE:
        for node in known.somes_of(new.object):
            for relation in known.into(node[1], new.subject):
                yield relation.subject, TYPE, node, (relation, new)


def cls_svf2(known: Known, new: Fact) -> Iterator[Step]:
    """x P y ⇒ x ∈ some(P, ⊤), where it occurs; for class edges as well. RL table 6."""
    for link in link_of(new):
        node = ("some", link.relation, ax.THING)
        if node in known.expressions and new.object != node:
            relation = SUBCLASS if link.starts_at_class else TYPE
            yield link.start, relation, node, (new,)


def cls_hv1(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ value(P, a) ⇒ x P a. RL table 6."""
    if new.relation == TYPE and new.object[0] == "value":
        yield new.subject, new.object[1], new.object[2], (new,)


def cls_hv2(known: Known, new: Fact) -> Iterator[Step]:
    """x P a ⇒ x ∈ value(P, a), where it occurs. RL table 6."""
    node = ("value", new.relation, new.object)
    if node in known.expressions:
        yield new.subject, TYPE, node, (new,)


def prp_dom(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, domain(P) = C ⇒ x ∈ C. RL table 5."""
    for domain in known.out(new.relation, ax.DOMAIN):
        yield new.subject, TYPE, domain.object, (new, domain)
    if new.relation == ax.DOMAIN:
        for fact in known.of(new.subject):
            yield fact.subject, TYPE, new.object, (fact, new)


def prp_rng(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, range(P) = C ⇒ y ∈ C. RL table 5."""
    for range_ in known.out(new.relation, ax.RANGE):
        yield new.object, TYPE, range_.object, (new, range_)
    if new.relation == ax.RANGE:
        for fact in known.of(new.subject):
            yield fact.object, TYPE, new.object, (fact, new)


def prp_spo1(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, P ⊑ Q ⇒ x Q y. RL table 5."""
    for up in known.out(new.relation, ax.SUBPROPERTY):
        yield new.subject, up.object, new.object, (new, up)
    if new.relation == ax.SUBPROPERTY:
        for fact in known.of(new.subject):
            yield fact.subject, new.object, fact.object, (fact, new)


def prp_inv1(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, P inverse of Q ⇒ y Q x. RL table 5."""
    for inverse in known.out(new.relation, ax.INVERSE):
        yield new.object, inverse.object, new.subject, (new, inverse)
    if new.relation == ax.INVERSE:
        for fact in known.of(new.subject):
            yield fact.object, new.object, fact.subject, (fact, new)


def prp_inv2(known: Known, new: Fact) -> Iterator[Step]:
    """x Q y, P inverse of Q ⇒ y P x. RL table 5."""
    for inverse in known.into(ax.INVERSE, new.relation):
        yield new.object, inverse.subject, new.subject, (new, inverse)
    if new.relation == ax.INVERSE:
        for fact in known.of(new.object):
            yield fact.object, new.subject, fact.subject, (fact, new)


def prp_symp(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, P symmetric ⇒ y P x. RL table 5."""
    for mark in known.find(new.relation, TYPE, ax.SYMMETRIC):
        yield new.object, new.relation, new.subject, (new, mark)
    if new.relation == TYPE and new.object == ax.SYMMETRIC:
        for fact in known.of(new.subject):
            yield fact.object, new.subject, fact.subject, (fact, new)


def prp_trp(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, y P z, P transitive ⇒ x P z. RL table 5."""
    for mark in known.find(new.relation, TYPE, ax.TRANSITIVE):
        for onward in known.out(new.object, new.relation):
            yield new.subject, new.relation, onward.object, (new, onward, mark)
        for before in known.into(new.relation, new.subject):
            yield before.subject, new.relation, new.object, (before, new, mark)
    if new.relation == TYPE and new.object == ax.TRANSITIVE:
        for fact in known.of(new.subject):
            for onward in known.out(fact.object, new.subject):
                yield fact.subject, new.subject, onward.object, (fact, onward, new)


# Contradictions


def cls_nothing2(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ ⊥ ⇒ false. RL table 6."""
    if new.relation == TYPE and new.object == ax.NOTHING:
        yield *FALSE, (new,)


def cls_com(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ C, x ∈ not(C) ⇒ false. RL table 6."""
    for _, premises in _complement(known, new, TYPE):
        yield *FALSE, premises


def cax_dw(known: Known, new: Fact) -> Iterator[Step]:
    """x ∈ C, x ∈ D, C disjoint with D ⇒ false. RL table 7."""
    for _, premises in _disjoint(known, new, TYPE):
        yield *FALSE, premises


def prp_npa1(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, and x P y denied ⇒ false. RL table 5.

    Only where one scope holds the other: what is said of adults does not contradict what is
    denied of children.
    """
    if new.relation[0] == "not":
        pairs = [(yes, new) for yes in known.find(new.subject, new.relation[1], new.object)]
    else:
        denied = known.find(new.subject, ("not", new.relation), new.object)
        pairs = [(new, no) for no in denied]
    for yes, no in pairs:
        if yes.scope <= no.scope or no.scope <= yes.scope:
            yield *FALSE, (yes, no)


def prp_irp(known: Known, new: Fact) -> Iterator[Step]:
    """x P x, P irreflexive ⇒ false. RL table 5."""
    if new.subject == new.object:
        for mark in known.find(new.relation, TYPE, ax.IRREFLEXIVE):
            yield *FALSE, (new, mark)
    if new.relation == TYPE and new.object == ax.IRREFLEXIVE:
        for fact in known.of(new.subject):
            if fact.subject == fact.object:
                yield *FALSE, (fact, new)


def prp_asyp(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, y P x, P asymmetric ⇒ false. RL table 5."""
    if new.relation == TYPE and new.object == ax.ASYMMETRIC:
        found = [(f, g, new) for f in known.of(new.subject) for g in _back(known, f)]
    else:
        marks = known.find(new.relation, TYPE, ax.ASYMMETRIC)
        found = [(new, back, mark) for mark in marks for back in _back(known, new)]
    for one, other, mark in found:
        first, second = sorted((one, other), key=ax.order)
        yield *FALSE, (first, second, mark)


def _back(known: Known, fact: Fact) -> list[Fact]:
    return known.find(fact.object, fact.relation, fact.subject)


def prp_pdw(known: Known, new: Fact) -> Iterator[Step]:
    """x P y, x Q y, P disjoint with Q ⇒ false. RL table 5."""
    if new.relation == ax.DISJOINT_PROPERTY:
        for one in known.of(new.subject):
            for other in known.find(one.subject, new.object, one.object):
                yield *FALSE, (one, other, new)
    for pair in known.out(new.relation, ax.DISJOINT_PROPERTY):
        for other in known.find(new.subject, pair.object, new.object):
            yield *FALSE, (new, other, pair)
    for pair in known.into(ax.DISJOINT_PROPERTY, new.relation):
        for one in known.find(new.subject, pair.subject, new.object):
            yield *FALSE, (one, new, pair)


# Kinds: ours


def kind_subtype(known: Known, new: Fact) -> Iterator[Step]:
    """A ⊑ B, both kinds ⇒ A subtypeOf B: from classes to the individuals of the same names.

    docs/design.md, "Terms, kinds and claims". A kind has type h:Kind, told or derived. Never the
    reverse.
    """
    if new.relation == SUBCLASS:
        below = [new]
    elif new.relation == TYPE and new.object == ax.KIND:
        below = known.out(new.subject, SUBCLASS) + known.into(SUBCLASS, new.subject)
    else:
        return
    for fact in below:
        kinds = (known.find(end, TYPE, ax.KIND) for end in (fact.subject, fact.object))
        for lower, upper in product(*kinds):
            yield fact.subject, ax.SUBTYPE, fact.object, (fact, lower, upper)


def kind_inheritance(known: Known) -> Iterator[Step]:
    """Y P F, X subtypeOf Y, P inheritedBy hasSubtype ⇒ X P F, unless X's own claim overrides it.

    docs/design.md, "Terms, kinds and claims". Blocked where X, or a kind between X and Y, was told
    (said or denied) a relation to the same F that is P, above or below P, or overrides P or what is
    above P. Told is asserted, whatever its scope, so no order of steps can matter. A kind that is
    told P itself hands it on from there.
    """
    told: dict[tuple[Node, Node], set[Node]] = defaultdict(set)
    for fact in known.told:
        relation = fact.relation[1] if fact.relation[0] == "not" else fact.relation
        told[fact.subject, fact.object].add(relation)
    for mark in known.into(ax.INHERITED, ax.HAS_SUBTYPE):
        overriding = _overriding(known, mark.subject)
        for fact in known.of(mark.subject):
            for step in known.into(ax.SUBTYPE, fact.subject):
                between = (up.object for up in known.out(step.subject, ax.SUBTYPE))
                nearer = {step.subject} | {
                    kind for kind in between if known.find(kind, ax.SUBTYPE, fact.subject)
                }
                nearer.discard(fact.subject)
                if nearer and not any(
                    told.get((kind, fact.object), _NONE) & overriding for kind in nearer
                ):
                    yield step.subject, mark.subject, fact.object, (step, fact, mark)


_NONE: frozenset[Node] = frozenset()


def _overriding(known: Known, relation: Node) -> set[Node]:
    """Give the relations whose own claim blocks the inheritance of this one."""
    above = {relation} | {up.object for up in known.out(relation, ax.SUBPROPERTY)}
    below = {down.subject for down in known.into(ax.SUBPROPERTY, relation)}
    declared = {fact.subject for up in above for fact in known.into(ax.OVERRIDES, up)}
    return above | below | declared


RULES: dict[str, Rule] = {
    "cax-dw": Rule(cax_dw),
    "cax-sco": Rule(cax_sco),
    "cls-com": Rule(cls_com),
    "cls-hv1": Rule(cls_hv1),
    "cls-hv2": Rule(cls_hv2),
    "cls-int1": Rule(cls_int1),
    "cls-nothing2": Rule(cls_nothing2),
    "cls-svf1": Rule(cls_svf1),
    "cls-svf2": Rule(cls_svf2),
    "cr11": Rule(cr11),
    "cr2": Rule(cr2),
    "cr2-com": Rule(cr2_com),
    "cr2-dw": Rule(cr2_dw),
    "cr4": Rule(cr4),
    "cr5": Rule(cr5),
    "kind-inheritance": Rule(kind_inheritance, "default"),
    "kind-subtype": Rule(kind_subtype),
    "prp-asyp": Rule(prp_asyp),
    "prp-dom": Rule(prp_dom),
    "prp-inv1": Rule(prp_inv1),
    "prp-inv2": Rule(prp_inv2),
    "prp-irp": Rule(prp_irp),
    "prp-npa1": Rule(prp_npa1),
    "prp-pdw": Rule(prp_pdw),
    "prp-rng": Rule(prp_rng),
    "prp-spo1": Rule(prp_spo1),
    "prp-spo2": Rule(prp_spo2),
    "prp-symp": Rule(prp_symp),
    "prp-trp": Rule(prp_trp),
    "scm-eqc1": Rule(scm_eqc1),
    "scm-eqc2": Rule(scm_eqc2),
    "scm-eqp1": Rule(scm_eqp1),
    "scm-hv": Rule(scm_hv),
    "scm-int": Rule(scm_int, "start"),
    "scm-sco": Rule(scm_sco),
    "scm-spo": Rule(scm_spo),
    "scm-svf1": Rule(scm_svf1),
    "scm-svf2": Rule(scm_svf2),
    "scm-uni": Rule(scm_uni, "start"),
}
