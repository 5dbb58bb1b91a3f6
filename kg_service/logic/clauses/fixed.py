"""Clauses of the rules that have as many premises in every world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE
from kg_service.logic.clauses.clause import Clause, Premise, below, firm, holds, things, told
from kg_service.logic.patterns import Term, Variable

_x, _y, _z, _a = things("x y z a")
_c, _d, _m, _k, _l, _v = map(Variable, ("C", "D", "M", "K", "L", "v"))
_p, _q, _r = (Variable(name, "property") for name in "PQR")


def _kind_of(member: Variable, kind: Variable) -> tuple[tuple[Premise, ...], ...]:
    """The two ways in which something is told to be a kind."""
    return (
        (told(member, TYPE, ax.KIND),),
        (told(member, TYPE, kind), firm(kind, SUBCLASS, ax.KIND)),
    )


def _edges(rule: str, filler: Term, wide: Term, *more: Premise) -> Iterator[Clause]:
    """A rule about what is below, or in, some(P, filler): it concludes the same of `wide`."""
    for relation in (SUBCLASS, TYPE):
        first = holds(_x, relation, ("some", _p, filler))
        yield Clause(rule, (_x, relation, wide), (first, *more))


_COMPLEMENTS: tuple[Callable[[Variable], tuple[Term, Term]], ...] = (
    lambda node: (node, ("not", node)),
    lambda node: (("not", node), node),
    lambda node: (ax.THING, ax.NOTHING),
    lambda node: (ax.NOTHING, ax.THING),
)


def _links() -> Iterator[Premise]:
    """How a class, or an individual, has a relation that is none between two individuals."""
    yield holds(_x, SUBCLASS, ("some", _p, _c))
    yield holds(_x, SUBCLASS, ("value", _p, _a))
    yield holds(_x, TYPE, ("some", _p, _c))


def _narrowed() -> Iterator[Clause]:
    """What a relation ends in, by a range or by a restriction to one class."""
    ranges = (
        (firm(_p, ax.RANGE, _d),),
        (firm(_p, ax.SUBPROPERTY, _q), firm(_q, ax.RANGE, _d)),
    )
    for link in _links():
        relation = link.atom[1]
        head = (_x, relation, ("some", _p, _d))
        for range_ in ranges:
            yield Clause("scm-rng", head, (link, *range_))
        yield Clause("cr-avf", head, (holds(_x, relation, ("only", _p, _d)), link))


def _denials() -> Iterator[Clause]:
    """What does not hold, since something else would."""
    backwards = (_y, ("not", _p), _x)
    asymmetric = firm(_p, TYPE, ax.ASYMMETRIC)
    symmetric = firm(_p, TYPE, ax.SYMMETRIC)
    yield Clause("npa-asyp", backwards, (holds(_x, _p, _y), asymmetric))
    yield Clause("npa-symp", backwards, (holds(_x, ("not", _p), _y), symmetric))
    for rule, inverse in (("npa-inv1", (_q, _p)), ("npa-inv2", (_p, _q))):
        denied = holds(_x, ("not", _q), _y)
        yield Clause(rule, backwards, (denied, firm(inverse[0], ax.INVERSE, inverse[1])))
    for pair in ((_p, _q), (_q, _p)):
        excluding = firm(pair[0], ax.DISJOINT_PROPERTY, pair[1])
        yield Clause("npa-pdw", (_x, ("not", _p), _v), (holds(_x, _q, _v), excluding))
    wider = (holds(_x, ("not", _q), _v), firm(_p, ax.SUBPROPERTY, _q))
    yield Clause("npa-spo1", (_x, ("not", _p), _v), wider)


FIXED: tuple[Clause, ...] = (
    *_narrowed(),
    Clause("scm-oo1", (("one", _x), SUBCLASS, ("value", _p, _a)), (holds(_x, _p, _a),)),
    Clause("cax-sco", (_x, TYPE, _c), (holds(_x, TYPE, _d), firm(_d, SUBCLASS, _c))),
    Clause("cls-hv2", (_x, TYPE, ("value", _p, _a)), (holds(_x, _p, _a),)),
    Clause("cls-npa", (_x, TYPE, ("not", ("value", _p, _a))), (holds(_x, ("not", _p), _a),)),
    Clause("cls-oo1", (_x, ax.SAME, _a), (holds(_x, TYPE, ("one", _a)),)),
    Clause("cls-svf1", (_x, TYPE, ("some", _p, _c)), (holds(_x, _p, _y), holds(_y, TYPE, _c))),
    Clause("cls-svf2", (_x, TYPE, ("some", _p, ax.THING)), (holds(_x, _p, _y),)),
    Clause(
        "cls-svf2",
        (_x, SUBCLASS, ("some", _p, ax.THING)),
        (holds(_x, SUBCLASS, ("value", _p, _a)),),
    ),
    *_edges("cls-svf2", _c, ("some", _p, ax.THING)),
    Clause(
        "cr2-com",
        (_x, SUBCLASS, ax.NOTHING),
        (holds(_x, SUBCLASS, _c), holds(_x, SUBCLASS, ("not", _c))),
    ),
    Clause("cr2-com", (_x, SUBCLASS, ax.NOTHING), (holds(_x, SUBCLASS, ("not", _x)),)),
    Clause(
        "cr2-dw",
        (_x, SUBCLASS, ax.NOTHING),
        (holds(_x, SUBCLASS, _c), holds(_x, SUBCLASS, _d), firm(_c, ax.DISJOINT, _d)),
    ),
    Clause(
        "cr2-dw",
        (_x, SUBCLASS, ax.NOTHING),
        (holds(_x, SUBCLASS, _d), firm(_x, ax.DISJOINT, _d)),
    ),
    Clause(
        "cr2-dw",
        (_x, SUBCLASS, ax.NOTHING),
        (holds(_x, SUBCLASS, _d), firm(_d, ax.DISJOINT, _x)),
    ),
    *_edges("cr4", _c, _d, firm(_p, ax.DOMAIN, _d)),
    Clause(
        "cr4",
        (_x, SUBCLASS, _d),
        (holds(_x, SUBCLASS, ("value", _p, _a)), firm(_p, ax.DOMAIN, _d)),
    ),
    *_edges("cr5", _c, ax.NOTHING, holds(_c, SUBCLASS, ax.NOTHING)),
    Clause("eq-diff-sym", (_y, ax.DIFFERENT, _x), (holds(_x, ax.DIFFERENT, _y),)),
    *(
        Clause("eq-rep-o", (_z, relation, _y), (firm(_x, ax.SAME, _y), holds(_z, relation, _x)))
        for relation in (_p, ("not", _p), ax.DIFFERENT)
    ),
    *(
        Clause(
            "eq-rep-o",
            (_z, relation, ("value", _p, _y)),
            (firm(_x, ax.SAME, _y), holds(_z, relation, ("value", _p, _x))),
        )
        for relation in (TYPE, SUBCLASS)
    ),
    *(
        Clause("eq-rep-s", (_y, relation, _v), (firm(_x, ax.SAME, _y), holds(_x, relation, _v)))
        for relation in (_p, ("not", _p), ax.DIFFERENT, TYPE)
    ),
    Clause("eq-sym", (_y, ax.SAME, _x), (holds(_x, ax.SAME, _y),)),
    Clause("eq-trans", (_x, ax.SAME, _z), (holds(_x, ax.SAME, _y), holds(_y, ax.SAME, _z))),
    Clause(
        "kind-inheritance",
        (_x, _p, _v),
        (
            holds(_x, ax.SUBTYPE, _y),
            holds(_y, _p, _v),
            firm(_p, ax.INHERITED, ax.HAS_SUBTYPE),
        ),
    ),
    *(
        Clause("kind-subtype", (_x, ax.SUBTYPE, _y), (holds(_x, SUBCLASS, _y), *lower, *upper))
        for lower, upper in product(_kind_of(_x, _k), _kind_of(_y, _l))
    ),
    *_denials(),
    Clause("prp-dom", (_x, TYPE, _c), (holds(_x, _p, _v), firm(_p, ax.DOMAIN, _c))),
    Clause(
        "prp-fp",
        (_y, ax.SAME, _z),
        (firm(_p, TYPE, ax.FUNCTIONAL), holds(_x, _p, _y), holds(_x, _p, _z)),
    ),
    Clause(
        "prp-ifp",
        (_x, ax.SAME, _y),
        (firm(_p, TYPE, ax.INVERSE_FUNCTIONAL), holds(_x, _p, _v), holds(_y, _p, _v)),
    ),
    Clause("prp-inv1", (_y, _q, _x), (holds(_x, _p, _y), firm(_p, ax.INVERSE, _q))),
    Clause("prp-inv2", (_y, _p, _x), (holds(_x, _q, _y), firm(_p, ax.INVERSE, _q))),
    Clause("prp-rng", (_y, TYPE, _c), (holds(_x, _p, _y), firm(_p, ax.RANGE, _c))),
    Clause("prp-spo1", (_x, _q, _v), (holds(_x, _p, _v), firm(_p, ax.SUBPROPERTY, _q))),
    Clause("prp-symp", (_y, _p, _x), (holds(_x, _p, _y), firm(_p, TYPE, ax.SYMMETRIC))),
    Clause(
        "prp-trp",
        (_x, _p, _z),
        (holds(_x, _p, _y), holds(_y, _p, _z), firm(_p, TYPE, ax.TRANSITIVE)),
    ),
    Clause(
        "scm-avf",
        (("only", _q, _c), SUBCLASS, ("only", _p, _d)),
        (Premise((_p, ax.SUBPROPERTY, _q), firm=True, itself=True), below(_c, _d)),
    ),
    *(
        Clause("scm-com", (above, SUBCLASS, below), (holds(node, SUBCLASS, other),))
        for (node, below), (other, above) in product(
            (form(_c) for form in _COMPLEMENTS), (form(_d) for form in _COMPLEMENTS)
        )
    ),
    Clause("scm-dw", (_c, SUBCLASS, ("not", _d)), (holds(_c, ax.DISJOINT, _d),)),
    Clause("scm-dw", (_d, SUBCLASS, ("not", _c)), (holds(_c, ax.DISJOINT, _d),)),
    Clause("scm-eqc1", (_c, SUBCLASS, _d), (holds(_c, ax.EQUIVALENT, _d),)),
    Clause("scm-eqc1", (_d, SUBCLASS, _c), (holds(_c, ax.EQUIVALENT, _d),)),
    Clause("scm-eqc2", (_c, ax.EQUIVALENT, _d), (holds(_c, SUBCLASS, _d), holds(_d, SUBCLASS, _c))),
    Clause("scm-eqp1", (_p, ax.SUBPROPERTY, _q), (holds(_p, ax.EQUIVALENT_PROPERTY, _q),)),
    Clause("scm-eqp1", (_q, ax.SUBPROPERTY, _p), (holds(_p, ax.EQUIVALENT_PROPERTY, _q),)),
    Clause(
        "scm-hv",
        (_x, SUBCLASS, ("value", _q, _a)),
        (holds(_x, SUBCLASS, ("value", _p, _a)), firm(_p, ax.SUBPROPERTY, _q)),
    ),
    Clause("scm-sco", (_c, SUBCLASS, _d), (holds(_c, SUBCLASS, _m), holds(_m, SUBCLASS, _d))),
    Clause(
        "scm-spo",
        (_p, ax.SUBPROPERTY, _q),
        (holds(_p, ax.SUBPROPERTY, _r), holds(_r, ax.SUBPROPERTY, _q)),
    ),
    *_edges("scm-svf1", _c, ("some", _p, _d), holds(_c, SUBCLASS, _d)),
    Clause(
        "scm-svf1",
        (_x, SUBCLASS, ("some", _p, _d)),
        (holds(_x, SUBCLASS, ("value", _p, _a)), holds(_a, TYPE, _d)),
    ),
    *_edges("scm-svf2", _c, ("some", _q, _c), firm(_p, ax.SUBPROPERTY, _q)),
)
