"""Properties of an EL ontology ▸ what a link along each of them gives: hierarchy, chains, ranges.

A chain P ∘ Q ⊑ R says of a link X –P→ C that whatever C reaches along Q, X reaches along R. So the
targets of X along R take in the targets of C along Q whole, set by set, and links need not be
composed one by one, provided every chain that ends in P can be read from the right as well: with
P1 ∘ P2 ⊑ P there must be a Q' such that P2 ∘ Q ⊑ Q' and P1 ∘ Q' ⊑ R. Transitive properties can.
(It is when a regular role hierarchy is unfolded: Horrocks, Kutz, Sattler: The Even More
Irresistible SROIQ, KR 2006, section 3.) Where a chain cannot, P, Q and R are *spread*: all targets
along P are looked at, as in the calculus of EL++ (Baader, Brandt, Lutz: Pushing the EL Envelope,
IJCAI 2005, cr11).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

Chain = tuple[int, int, int]  # P, Q, R of P ∘ Q ⊑ R
Pairs = tuple[tuple[int, int], ...]  # Q, R


@dataclass
class Properties:
    """What is told of properties, by number; `close` makes the rest of it.

    `supers` has for each property all above it, itself included; `compositions` for each P the
    pairs Q, R such that a link along P gives the targets along Q to R; `spread` those among them
    for which the targets along P must be looked at one by one.
    """

    above: dict[int, set[int]] = field(default_factory=dict)
    chains: list[Chain] = field(default_factory=list)
    ranges: dict[int, list[int]] = field(default_factory=dict)
    supers: list[frozenset[int]] = field(default_factory=list)
    compositions: list[Pairs] = field(default_factory=list)
    spread: dict[int, Pairs] = field(default_factory=dict)

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
        below: list[set[int]] = [set() for _ in range(count)]
        for lower, uppers in enumerate(self.supers):
            for upper in uppers:
                below[upper].add(lower)
        # Of P: for each R the Q such that P ∘ Q ⊑ R.
        rules: list[dict[int, set[int]]] = [defaultdict(set) for _ in range(count)]
        for first, second, head in applied:
            for lower in below[first]:
                for upper in self.supers[head]:
                    rules[lower][upper] |= below[second]
        spread: dict[int, set[tuple[int, int]]] = defaultdict(set)
        for first, second, head in applied:
            for r, found in rules[head].items():
                for q in self._greatest(found & live):
                    if not any(q in rules[second].get(via, ()) for via in rules[first].get(r, ())):
                        spread[head].add((q, r))
        self.spread = {p: tuple(sorted(pairs)) for p, pairs in spread.items()}
        self.compositions = [
            tuple(
                (q, r) for r, found in sorted(by_r.items()) for q in self._greatest(found & live)
            )
            for by_r in rules
        ]

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
