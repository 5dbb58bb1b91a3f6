"""Rules that go along property chains."""

from __future__ import annotations

from collections.abc import Iterator

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import TYPE, Fact, Node
from kg_service.logic.known import Known, Link, link_of
from kg_service.logic.rules.rule import Step, conclude


def cr11(known: Known, new: Fact) -> Iterator[Step]:
    """X ⊑ some(P1, C), C ⊑ some(P2, D), P1 ∘ P2 ⊑ R ⇒ X ⊑ some(R, D). EL++ cr11, any length.

    X may be an individual, the last link may be value(P, a), and P ∘ P ⊑ P where P is transitive.
    """
    for chain, links in _walks(known, new):
        if not all(link.plain for link in links):
            last = links[-1]
            premises = (*(link.fact for link in links), chain)
            yield *conclude(links[0], chain.subject, last.end, last.ends_at_class), premises


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
