"""The rules as Horn clauses: a conclusion, and the premises it needs, with variables.

`rules` runs forwards, from what is new; these are the same rules to be read backwards, from what
somebody asks. That both agree is tested: every step taken anywhere is an instance of a clause, and
whatever a clause concludes from what holds, holds.

Rules about chains, intersections, counts and the like have as many premises as their axiom or
expression has parts; their clauses are made from those that occur.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kg_service.logic.clauses.clause import Clause, Goal, Premise
from kg_service.logic.clauses.fixed import FIXED
from kg_service.logic.clauses.made import MADE
from kg_service.logic.known import Known
from kg_service.logic.patterns import unified

__all__ = ["COVERED", "UNCOVERED", "Clause", "Premise", "clauses"]

# Rules that have no clause, and why.
UNCOVERED: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("cax-dw", "cls-com", "cls-nothing2", "dt-diff", "dt-fp", "dt-not-type", "eq-diff1"),
            *("prp-asyp", "prp-irp", "prp-npa1", "prp-pdw"),
        ),
        "it concludes that facts clash, which is no triple to ask for",
    ),
    **dict.fromkeys(
        ("cls-oo", "scm-card", "scm-card-com", "scm-cls", "scm-dt", "scm-int", "scm-uni"),
        "it needs no premise, so none can be lacking",
    ),
    **dict.fromkeys(
        (
            *("dt-dw", "dt-rng", "scm-dom2", "scm-dp", "scm-inv-chain", "scm-inv-dom"),
            *("scm-inv-rng", "scm-inv-trp", "scm-inv1", "scm-inv2"),
        ),
        "all it needs belongs to the vocabulary, so nothing somebody could tell is lacking",
    ),
}


COVERED: frozenset[str] = frozenset(
    {clause.rule for clause in FIXED} | {rule for names in MADE for rule in names.split(", ")}
)


def clauses(known: Known, goal: Goal = None) -> Iterator[Clause]:
    """Give the clauses of all rules; with a goal those alone that conclude it.

    `known` has the axioms and expressions that clauses are made from.
    """
    made: Iterable[Clause] = (clause for make in MADE.values() for clause in make(known, goal))
    for clause in (*FIXED, *made):
        if goal is None or unified(clause.head, goal, {}) is not None:
            yield clause
