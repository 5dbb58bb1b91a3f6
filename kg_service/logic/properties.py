"""Properties of an EL ontology ▸ what a link along each of them gives: hierarchy, chains, ranges.

A chain P ∘ Q ⊑ R says of a link X –P→ C that whatever C reaches along Q, X reaches along R. So the
targets of X along R take in the targets of C along Q whole, set by set, and links need not be
composed one by one, provided every chain that ends in P can be read from the right as well: with
P1 ∘ P2 ⊑ P there must be a Q' such that P2 ∘ Q ⊑ Q' and P1 ∘ Q' ⊑ R. That is how a regular role
hierarchy is unfolded (Horrocks, Kutz, Sattler: The Even More Irresistible SROIQ, KR 2006, section
3). For a transitive P there always is one, if need be a new property that stands for P ∘ Q. Where
there is none P, Q and R are *spread*: all targets along P are looked at, as in the calculus of EL++
(Baader, Brandt, Lutz: Pushing the EL Envelope, IJCAI 2005, cr11).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Chain = tuple[int, int, int]  # P, Q, R of P ∘ Q ⊑ R
Pairs = tuple[tuple[int, int], ...]  # Q, R
Rules = list[dict[int, set[int]]]  # of P: for each R the Q such that P ∘ Q ⊑ R


@dataclass
class Properties:
    """What is told of properties, by number; `close` makes the rest of it.

    `supers` has for each property all above it, itself included; `compositions` for each P the
    pairs Q, R such that a link along P gives the targets along Q to R; `spread` those among them
    for which the targets along P must be looked at one by one; supers of an R are not repeated.
    `rank` puts a property before those above it, `equals` has the others of a circle of
    sub-properties. New properties come last.
    """

    above: dict[int, set[int]] = field(default_factory=dict)
    chains: list[Chain] = field(default_factory=list)
    ranges: dict[int, list[int]] = field(default_factory=dict)
    supers: list[frozenset[int]] = field(default_factory=list)
    compositions: list[Pairs] = field(default_factory=list)
    spread: dict[int, Pairs] = field(default_factory=dict)
    rank: dict[int, int] = field(default_factory=dict)
    equals: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def close(self, count: int, used: Iterable[int]) -> None:
        """Work out the rest for `count` properties.

        `used` are those of which there are links; chains that never apply are left out.
        """
        self.supers = [_reach(p, self.above) for p in range(count)]
        live: set[int] = set()
        waiting = set(used)
        while waiting:
            live |= set().union(*(self.supers[p] for p in waiting))
            waiting = {r for p, q, r in self.chains if p in live and q in live} - live
        applied = {c for c in self.chains if c[0] in live and c[1] in live}
        made: dict[tuple[int, int], int] = {}
        for (first, second, head), q, r in list(self._missing(applied, self._rules(applied))):
            if first == second == head:
                new = made.setdefault((first, q), len(self.supers))
                if new == len(self.supers):
                    self.supers.append(frozenset({new}))
                    applied |= {(first, q, new), (first, new, new)}
                self.supers[new] |= self.supers[r]
        rules = self._rules(applied)
        spread: dict[int, set[tuple[int, int]]] = defaultdict(set)
        for (_, _, head), q, r in self._missing(applied, rules):
            spread[head].add((q, r))
        self.spread = {p: self._least(pairs) for p, pairs in spread.items()}
        # Of the properties whose targets are taken in, those below another add nothing.
        self.compositions = [
            self._least({(q, r) for r, found in by_r.items() for q in self._greatest(found)})
            for by_r in rules
        ]
        upward = sorted(range(len(self.supers)), key=lambda p: (-len(self.supers[p]), p))
        self.rank = {p: place for place, p in enumerate(upward)}
        for p, uppers in enumerate(self.supers):
            others = tuple(up for up in uppers if up != p and p in self.supers[up])
            if others:
                self.equals[p] = others

    def _rules(self, chains: Iterable[Chain]) -> Rules:
        below: list[set[int]] = [set() for _ in self.supers]
        for lower, uppers in enumerate(self.supers):
            for upper in uppers:
                below[upper].add(lower)
        rules: Rules = [defaultdict(set) for _ in self.supers]
        for first, second, head in chains:
            for lower in below[first]:
                for upper in self.supers[head]:
                    rules[lower][upper] |= below[second]
        return rules

    def _missing(self, chains: Iterable[Chain], rules: Rules) -> Iterator[tuple[Chain, int, int]]:
        """Give P1 ∘ P2 ⊑ P with Q, R wherever P ∘ Q ⊑ R cannot be read from the right."""
        for chain in sorted(chains):
            first, second, head = chain
            for r, found in rules[head].items():
                for q in self._greatest(found):
                    if not any(q in rules[second].get(via, ()) for via in rules[first].get(r, ())):
                        yield chain, q, r

    def _least(self, pairs: set[tuple[int, int]]) -> Pairs:
        """Leave out of Q, R those with an R that is above the R of another with the same Q."""
        supers = self.supers
        return tuple(
            sorted(
                (q, r)
                for q, r in pairs
                if not any(
                    q == q2 and r != r2 and r in supers[r2] and (r2 not in supers[r] or r2 < r)
                    for q2, r2 in pairs
                )
            )
        )

    def _greatest(self, found: set[int]) -> list[int]:
        """Give those that have no other one above them; of equals the lowest stands for all."""
        supers = self.supers
        return [
            q
            for q in sorted(found)
            if not any(
                other != q and (q not in supers[other] or other < q) for other in supers[q] & found
            )
        ]


def _reach(start: int, edges: dict[int, set[int]]) -> frozenset[int]:
    found = {start}
    waiting = [start]
    while waiting:
        new = edges.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return frozenset(found)
