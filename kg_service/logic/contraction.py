"""Contraction: minimal sets of axioms from which HermiT concludes something.

HermiT gives no reasons, so it is asked again about fewer axioms: by halves while there is much to
lose, then one by one (Baader, Suntisrivaraporn: Debugging SNOMED CT Using Axiom Pinpointing, KR-MED
2008). Further sets are found by a hitting set tree: each lacks an axiom of every set found before
(Kalyanpur, Parsia, Horridge, Sirin: Finding All Justifications of OWL DL Entailments, ISWC 2007).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyhornedowl.model as m

from kg_service.errors import LimitError
from kg_service.logic import axioms as ax
from kg_service.logic.adapter import model_parts
from kg_service.logic.hermit_process import Answer
from kg_service.logic.judge import Judge

RUNS = 150  # how often HermiT may run for one conclusion
SETS = 8  # sets of one conclusion

Axioms: TypeAlias = tuple[m.AnnotatedComponent, ...]


@dataclass(frozen=True)
class Contracted:
    """Sets of axioms that each give a conclusion, smallest first.

    `minimal` says whether every axiom of each is needed, `complete` whether these are all the sets;
    neither is known where the search met its bound on runs or time.
    """

    sets: tuple[Axioms, ...]
    minimal: bool
    complete: bool


class _Enough(Exception):
    """The bound on runs is met."""


class Contraction:
    """The search for the sets of one conclusion."""

    def __init__(self, judge: Judge, concludes: Callable[[Answer], bool]) -> None:
        """Ask `judge`; `concludes` says whether an answer has the conclusion. It must be monotone:
        more axioms never lose it."""
        self._judge, self._concludes = judge, concludes
        self._end = judge.runs + RUNS

    def search(self, names: Iterable[str], guess: Axioms = (), sets: int = SETS) -> Contracted:
        """Find up to `sets` sets.

        `names` are the things the conclusion is about: axioms near them are tried first. `guess` is
        tried before, where something else knows axioms that should do.
        """
        whole = self._judge.axioms
        found: list[Axioms] = []
        try:
            first = self._shrink(self._start(tuple(whole), frozenset(names), guess))
        except (_Enough, LimitError):
            return Contracted((tuple(whole),), False, False)
        found.append(first)
        try:
            complete = self._more(found, sets)
        except (_Enough, LimitError):
            complete = False
        return Contracted(
            tuple(sorted(found, key=lambda s: (len(s), list(map(_text, s))))), True, complete
        )

    def _holds(self, axioms: Axioms) -> bool:
        if self._judge.runs >= self._end:
            raise _Enough
        return self._concludes(self._judge.run(axioms))

    def _start(self, whole: Axioms, names: frozenset[str], guess: Axioms) -> Axioms:
        """Axioms that give the conclusion: the guess, or those near the names, or all."""
        if guess and self._holds(guess):
            return guess
        near, reached = (), names
        while len(near) < len(whole):
            wider = tuple(axiom for axiom in whole if reached & _names(axiom))
            if len(wider) == len(near):
                break
            near = wider
            if self._holds(near):
                return near
            reached = reached.union(*map(_names, near))
        return whole

    def _shrink(self, axioms: Axioms) -> Axioms:
        """Leave out what is not needed; what is left is minimal."""
        smallest = axioms
        size = len(smallest) // 2 if len(smallest) > 8 else 1
        while size:
            place = 0
            while place < len(smallest):
                rest = smallest[:place] + smallest[place + size :]
                if rest and self._holds(rest):
                    smallest = rest
                else:
                    place += size
            size //= 2
        return smallest

    def _more(self, found: list[Axioms], sets: int) -> bool:
        """Add further sets to those found; whether these are all."""
        whole = tuple(self._judge.axioms)
        waiting: list[frozenset[str]] = [frozenset()]
        closed: set[frozenset[str]] = set()
        while waiting:
            hit = waiting.pop(0)
            if hit in closed:
                continue
            closed.add(hit)
            known = next((s for s in found if hit.isdisjoint(map(_text, s))), None)
            if known is None:
                left = tuple(axiom for axiom in whole if _text(axiom) not in hit)
                if not left or not self._holds(left):
                    continue
                if len(found) >= sets:
                    return False
                known = self._shrink(left)
                found.append(known)
            waiting += [hit | {_text(axiom)} for axiom in known]
        return True


def _text(axiom: m.AnnotatedComponent) -> str:
    return str(axiom.component)


def _names(axiom: m.AnnotatedComponent) -> frozenset[str]:
    """The names an axiom mentions, without those of OWL itself."""
    found = (str(part) for part in model_parts(axiom.component) if isinstance(part, m.IRI))
    return frozenset(name for name in found if not name.startswith((ax.OWL, ax.RDFS, ax.XSD)))


def texts(axioms: Sequence[m.AnnotatedComponent]) -> tuple[str, ...]:
    """The axioms in functional syntax."""
    return tuple(map(_text, axioms))
