"""Verdicts: whether a triple is true, false or unknown.

It is false only where its denial follows, or where it cannot be true together with what is told;
OWL's open world leaves everything else unknown. What clashes with a default is not false, since a
default gives way to what is told; and what is denied in one context is not false in all.
"""

from __future__ import annotations

from kg_service.logic.axioms import Fact
from kg_service.logic.closure import Clash, Closure
from kg_service.logic.reasoner import Saturation


def denials(closure: Closure, asked: Fact) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Give the denials of a fact that hold in its scope, and those that hold in other scopes."""
    found = closure.find(asked.subject, ("not", asked.relation), asked.object)
    here = tuple(fact for fact in found if fact.scope <= asked.scope)
    return here, tuple(fact for fact in found if fact not in here)


def contradictions(saturation: Saturation, asked: Fact) -> tuple[Clash, ...]:
    """Suppose a fact, and give what then clashes in its scope and did not before, without defaults.

    The saturation, which must not be finished, goes on from the fact.
    """
    before = saturation.clashes
    saturation.extend([asked])
    return tuple(
        sorted(
            _since(before, saturation, asked),
            key=lambda clash: (clash.rule, [premise.key for premise in clash.premises]),
        )
    )


def ruled_out(saturation: Saturation, fact: Fact) -> bool:
    """Whether a fact that is not told contradicts what is; the saturation, which must not be
    finished, is as before."""
    before = saturation.clashes
    saturation.extend([fact], until=lambda: bool(_since(before, saturation, fact)))
    found = _since(before, saturation, fact)
    saturation.withdraw([fact])
    return bool(found)


def _since(before: frozenset[Clash], saturation: Saturation, fact: Fact) -> list[Clash]:
    """What clashes now in the scope of a fact, and did not before."""
    return [clash for clash in saturation.clashes - before if _scope(clash) <= fact.scope]


def _scope(clash: Clash) -> frozenset[str]:
    return frozenset[str]().union(*(premise.scope for premise in clash.premises))
