"""Classification of giants: every superclass and every class edge of an EL++ ontology.

Saturation as in the calculus of EL++ (Baader, Brandt, Lutz: Pushing the EL Envelope, IJCAI 2005,
table 2) without concrete domains, on whole sets instead of single facts. For each expression two
things are kept: all that is above it, and for each property all that it has an edge to. Both are
unions of what its parents and fillers have, so one pass from the top of the hierarchy down gives
nearly everything; what changes later is done again until nothing does. Where a union adds nothing,
child and parent share one set: five million edges are held in a fraction of their size.

A **class edge** `A R B` says that A ⊑ ∃R.B, for named A and B; all of them are given, the
redundant shape of Ubergraph (Balhoff and others: Ubergraph, 2022).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from typing import TypeAlias

from kg_service.logic.axioms import Fact
from kg_service.logic.indexing import BOTTOM, TOP, Index
from kg_service.logic.limits import WITHOUT, Limits, Watch

STRIDE = 512  # expressions between two looks at clock, memory and progress
Targets: TypeAlias = set[int] | frozenset[int]
Edges: TypeAlias = dict[int, Targets]
NOTHING: frozenset[int] = frozenset()


class Classification:
    """What follows from an EL++ ontology. `unsupported` counts by kind what was left out."""

    def __init__(self, index: Index, above: list[frozenset[int]], edges: list[Edges]) -> None:
        """Made by `classify`."""
        self.index, self._above, self._edges = index, above, edges
        self._unnamed = index.unnamed
        self.unsupported: Counter[str] = index.unsupported
        self.unsatisfiable = tuple(
            sorted(str(index.nodes[n]) for n in index.named if BOTTOM in above[n])
        )
        self.consistent = BOTTOM not in above[TOP] and not any(
            BOTTOM in above[n] for n in index.individuals
        )

    @property
    def satisfiable(self) -> list[int]:
        """The numbers of named classes that can have a member."""
        return [n for n in self.index.named if BOTTOM not in self._above[n]]

    def above(self, number: int) -> frozenset[int]:
        """Give the numbers of all that is above an expression, itself included."""
        return self._above[number]

    def targets(self, number: int, property_: int) -> set[int] | frozenset[int]:
        """Give the numbers of all that an expression has an edge to along a property."""
        return self._edges[number].get(property_, NOTHING)

    def edges(self, number: int) -> Edges:
        """Give by property the numbers of all that an expression has an edge to."""
        return self._edges[number]

    def named_in(self, numbers: set[int] | frozenset[int]) -> set[int] | frozenset[int]:
        """Give the named classes among some numbers."""
        return numbers if self._unnamed.isdisjoint(numbers) else numbers - self._unnamed

    def superclasses(self) -> Iterator[tuple[str, list[str]]]:
        """Give each satisfiable class with its named superclasses, itself and owl:Thing left
        out."""
        nodes = self.index.nodes
        for number in self.satisfiable:
            found = self.named_in(self._above[number])
            yield str(nodes[number]), [str(nodes[n]) for n in found if n != number]

    def class_edges(self) -> Iterator[tuple[str, str, list[str]]]:
        """Give each satisfiable class and property with the named classes it has an edge to."""
        nodes = self.index.nodes
        named = dict(enumerate(self.index.property_nodes))
        for number in self.satisfiable:
            for property_, targets in self._edges[number].items():
                name = named.get(property_)
                if isinstance(name, str) and (found := self.named_in(targets)):
                    yield str(nodes[number]), name, [str(nodes[n]) for n in found]


def classify(
    facts: Iterable[Fact],
    limits: Limits = WITHOUT,
    say: Callable[[int, int], None] | None = None,
) -> Classification:
    """Give all superclasses and class edges that follow from an ontology's axioms.

    Supported are ⊑ and ≡ between named classes, intersections, existential restrictions and single
    values, disjointness and complements on the right, unions on the left, domains, ranges (in
    fillers), sub-properties, transitivity and chains. The rest is in `unsupported`, by kind; what
    is given is sound all the same. Raises LimitError.
    """
    watch = Watch(limits, say)
    index = Index(facts)
    run = _Run(index)
    run.exhaust(watch)
    return Classification(index, run.above, run.edges)


class _Run:
    """One classification under way."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._properties = index.properties
        count = len(index.nodes)
        self._parents = [
            [parent for parent in dict.fromkeys(found) if parent != number]
            for number, found in enumerate(index.parents)
        ]
        if self._parents[TOP]:
            for number in range(BOTTOM + 1, count):
                self._parents[number].append(TOP)
        self.above: list[frozenset[int]] = [frozenset((n,)) for n in range(count)]
        self.edges: list[Edges] = [{} for _ in range(count)]
        spread = self._properties.spread
        # Who has targets of its own, not a parent's, along properties that are looked at singly.
        self._owners: dict[int, set[int]] = {
            q: set() for pairs in spread.values() for q, _ in pairs
        }
        self._spreading: dict[int, None] = {}
        self._children: list[list[int]] = [[] for _ in range(count)]
        self._holders: list[list[int]] = [[] for _ in range(count)]
        for number, found in enumerate(self._parents):
            for parent in found:
                self._children[parent].append(number)
        for number, links in index.links.items():
            for filler in {filler for _, filler in links}:
                self._holders[filler].append(number)
        self._intersected = frozenset(index.intersections)
        self._restricted = {
            property_: frozenset(found) for property_, found in index.restrictions.items()
        }
        # When an expression was last looked at, and when its edges last grew, as counts of looks;
        # what it had when its triggers were last looked at.
        self._looks = 0
        self._looked, self._grown = [0] * count, [0] * count
        self._settled: list[tuple[frozenset[int], Edges]] = [(NOTHING, {})] * count
        self._order = self._depths()

    def _depths(self) -> list[int]:
        """Give a place for each expression, after its parents and fillers; circles are cut."""
        place = [-1] * len(self._parents)
        links = self._index.links
        done = 0
        roots = sorted(range(len(place)), key=lambda n: isinstance(self._index.nodes[n], str))
        for root in roots:
            stack = [root]
            while stack:
                number = stack.pop()
                if number < 0:
                    place[~number] = done
                    done += 1
                elif place[number] == -1:
                    place[number] = -2
                    stack.append(~number)
                    stack += [p for p in self._parents[number] if place[p] == -1]
                    stack += [f for _, f in links.get(number, ()) if place[f] == -1]
        return place

    def exhaust(self, watch: Watch) -> None:
        """Go over the expressions, parents and fillers first, until nothing changes."""
        order = self._order
        at = [0] * len(order)
        for number, place in enumerate(order):
            at[place] = number
        queue = list(range(len(order)))
        steps = 0
        while queue:
            waiting = [False] * len(order)
            for place in queue:
                waiting[at[place]] = True
            while queue:
                place = heappop(queue)
                number = at[place]
                waiting[number] = False
                steps += 1
                if steps % STRIDE == 0:
                    watch.look(len(order) - len(queue), len(order))
                if self._evaluate(number):
                    for other in (*self._children[number], *self._holders[number]):
                        if not waiting[other]:
                            waiting[other] = True
                            heappush(queue, order[other])
            # Targets looked at singly may have grown without their holder being told.
            grown = {
                other
                for number in self._spreading
                if self._evaluate(number)
                for other in (number, *self._children[number], *self._holders[number])
            }
            queue = sorted(order[number] for number in grown)
        watch.look(len(order), len(order))

    def _evaluate(self, number: int) -> bool:
        """Bring an expression up to what its parents and fillers have now; say if it grew."""
        grew = False
        while True:
            self._looks += 1
            grew |= self._inherit(number)
            self._looked[number] = self._looks
            new = self._triggered(number)
            if not new:
                return grew
            for parent in new:
                self._parents[number].append(parent)
                self._children[parent].append(number)

    def _inherit(self, number: int) -> bool:
        """Take in what parents and fillers have; say if that was more."""
        parents = self._parents[number]
        links = self._index.links.get(number, ())
        old = self.above[number]
        above = set(old).union(*[self.above[parent] for parent in parents])
        if links and any(BOTTOM in self.above[filler] for _, filler in links):
            above.add(BOTTOM)
        grew = len(above) != len(old)
        if grew:
            # A copy takes half the room: a union leaves space for what its parts have in common.
            self.above[number] = frozenset(above)
        edges = inherited = _merge([self.edges[parent] for parent in parents])
        if links:
            edges = self._reach(number, inherited, links)
        if edges is not self.edges[number] and _larger(edges, self.edges[number]):
            self.edges[number] = edges
            self._grown[number] = self._looks
            if edges is not inherited:
                self._own(number, edges, inherited)
            grew = True
        return grew

    def _reach(self, number: int, inherited: Edges, links: Iterable[tuple[int, int]]) -> Edges:
        """Give the targets that links add to inherited ones."""
        found: dict[int, list[Targets]] = {}
        compositions = self._properties.compositions
        for property_, filler in links:
            found.setdefault(property_, []).append(self.above[filler])
            beyond = self.edges[filler]
            if beyond:
                for second, head in compositions[property_]:
                    if second in beyond:
                        found.setdefault(head, []).append(beyond[second])
        edges = dict(inherited)
        old = self.edges[number]
        seen: dict[int, Targets] = {}
        while found:
            self._rise(edges, found, old)
            self._range(number, edges, found, old)
            # Not only what is more than inherited: equivalent classes inherit from each other.
            due = [p for p in found if p in self._properties.spread and seen.get(p) is not edges[p]]
            found = {}
            if due:
                self._spreading[number] = None
                seen.update((p, edges[p]) for p in due)
                found = self._spread(number, edges, due)
        return edges

    def _own(self, number: int, edges: Edges, inherited: Edges) -> None:
        """Note along which properties, of those looked at singly, targets are not inherited."""
        for property_, owners in self._owners.items():
            if edges.get(property_) is not inherited.get(property_):
                owners.add(number)

    def _range(
        self, number: int, edges: Edges, found: dict[int, list[Targets]], old: Edges
    ) -> None:
        """Let edges along chains that do not keep a range end in it at least."""
        ends: dict[int, list[Targets]] = {}
        for property_ in self._index.loose.keys() & found.keys():
            for range_ in self._index.loose[property_]:
                if range_ not in edges[property_]:
                    self._holders[range_].append(number)
                    ends.setdefault(property_, []).append(self.above[range_])
        if ends:
            self._rise(edges, ends, old)
            for property_ in ends:
                found.setdefault(property_, [])

    def _rise(self, edges: Edges, found: dict[int, list[Targets]], old: Edges) -> None:
        """Put targets along some properties, and along all above these, into `edges`.

        `found` gets the properties above. `old` are the targets of the last time: mostly nothing is
        new, and the old set does.
        """
        supers, rank = self._properties.supers, self._properties.rank
        for property_ in self._properties.equals.keys() & found.keys():
            for other in self._properties.equals[property_]:
                found.setdefault(other, []).extend(found[property_])
        for property_ in sorted({up for p in found for up in supers[p]}, key=rank.__getitem__):
            sets = found[property_]
            had = edges.get(property_, NOTHING)
            have = _unite(had, sets, old.get(property_, NOTHING))
            edges[property_] = have
            for upper in supers[property_]:
                if upper != property_:
                    found.setdefault(upper, []).append(have)

    def _spread(self, number: int, edges: Edges, properties: list[int]) -> dict[int, list[Targets]]:
        """Give by property what the targets along some properties reach, looked at singly."""
        found: dict[int, list[Targets]] = {}
        old, grown, looked = self.edges[number], self._grown, self._looked[number]
        for property_ in properties:
            had = old.get(property_, NOTHING)
            for second, head in self._properties.spread[property_]:
                # Who inherits its targets along `second` adds nothing: its parent is a target too.
                owners = self._owners[second] & edges[property_]
                # What the others reach was found the last time.
                new = [o for o in owners if grown[o] >= looked or o not in had]
                sets = {id(s): s for s in (self.edges[o].get(second, NOTHING) for o in new)}
                reached = [*sets.values(), old[head]] if head in old else list(sets.values())
                if reached:
                    found.setdefault(head, []).extend(reached)
        return found

    def _triggered(self, number: int) -> list[int]:
        """Give the expressions on the left of some axiom that an expression is newly below."""
        above, edges = self.above[number], self.edges[number]
        old_above, old_edges = self._settled[number]
        self._settled[number] = above, edges
        new: set[int] = set()
        if above is not old_above and not self._intersected.isdisjoint(above):
            members = self._index.members
            for member in self._intersected & above:
                for found in self._index.intersections[member]:
                    if found not in above and members[found] <= above:
                        new.add(found)
        inherited = [self.edges[parent] for parent in self._parents[number]]
        for property_, targets in edges.items():
            restricted = self._restricted.get(property_)
            if restricted is None or old_edges.get(property_) is targets:
                continue
            # What a parent's targets trigger is above the parent.
            if any(one.get(property_) is targets for one in inherited):
                continue
            nodes = self._index.restrictions[property_]
            if TOP in nodes:
                new.add(nodes[TOP])
            new.update(map(nodes.__getitem__, restricted & targets))
        return sorted(new - above)


def _larger(new: Edges, old: Edges) -> bool:
    if len(new) != len(old):
        return True
    return any(
        targets is not old[property_] and len(targets) != len(old[property_])
        for property_, targets in new.items()
    )


def _unite(first: Targets, others: list[Targets], last: Targets) -> Targets:
    """Give the union of sets: `first` or `last`, which is in the union, where that is all of it."""
    for whole in (first, last):
        if all(map(whole.issuperset, others)) and (whole is first or whole.issuperset(first)):
            return whole
    largest = max(others, key=len)
    if len(first) >= len(largest):
        return frozenset(first.union(*others))
    if len(others) == 1 and largest.issuperset(first):
        return largest
    return frozenset(largest.union(first, *others))


def _merge(dicts: list[Edges]) -> Edges:
    """Give the union by property: one of the dictionaries where it holds all."""
    if not dicts:
        return {}
    merged = base = max(dicts, key=len)
    for one in dicts:
        if one is base:
            continue
        for property_, targets in one.items():
            have = merged.get(property_, NOTHING)
            if have is targets or have.issuperset(targets):
                continue
            if merged is base:
                merged = dict(base)
            merged[property_] = (
                targets if targets.issuperset(have) else frozenset(have.union(targets))
            )
    return merged
