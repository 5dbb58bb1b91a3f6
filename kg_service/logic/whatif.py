"""What if: claims added or withdrawn, as changes to what is asserted; and what that changes.

    {"add": [{"subject": "prednisone", "relation": "may have adverse effect",
              "object": "HP:0000938", "denied": false,
              "context": ["dermatomyositis"], "population": []}],
     "withdraw": ["claim:0000025"]}

A fact that another claim or an axiom of the schema makes as well stays when a claim is withdrawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from kg_service.errors import WhatIfError
from kg_service.logic import axioms as ax
from kg_service.logic import body
from kg_service.logic.axioms import VOCABULARY, Fact, Node
from kg_service.logic.body import Part
from kg_service.logic.closure import Closure
from kg_service.logic.knowledge import Knowledge
from kg_service.logic.terms import Terms

DENIED = "denied"
REQUIRED, OPTIONAL = ("subject", "relation", "object"), ("denied", "context", "population")
# Whom a scope may name; a context may be any kind.
SCOPES = {"context": ax.KIND, "population": f"{VOCABULARY}PopulationKind"}


@dataclass(frozen=True)
class Told:
    """Who tells what: `claims` are all claims, `by_claim` the facts that a claim makes, `makers`
    the claims that make a fact, with "" for an axiom that no claim makes."""

    claims: frozenset[str]
    by_claim: Mapping[str, frozenset[Fact]]
    makers: Mapping[Fact, frozenset[str]]


def told(knowledge: Knowledge) -> Told:
    """Give who tells what in a release."""
    makers = {
        fact: frozenset(knowledge.claims.get(fact, ()))
        | ({""} if fact in knowledge.axioms else frozenset())
        for fact in knowledge.facts
    }
    return Told(frozenset(knowledge.readings), knowledge.made_by, makers)


@dataclass(frozen=True)
class Change:
    """What to assert besides and what no longer; both sorted.

    `kept` are facts of withdrawn claims that stay, each with who else makes it ("" is the schema or
    a table of terms); `idle` the withdrawn claims that make no fact; `contexts` those among the
    scopes of what is added.
    """

    add: tuple[Fact, ...]
    withdraw: tuple[Fact, ...]
    kept: Mapping[Fact, tuple[str, ...]]
    idle: tuple[str, ...]
    contexts: frozenset[str] = frozenset()

    def applied(self, asserted: Iterable[Fact]) -> frozenset[Fact]:
        """Give what is asserted after the change."""
        return (frozenset(asserted) - frozenset(self.withdraw)) | frozenset(self.add)


def read(payload: object, terms: Terms, told: Told) -> Change:
    """Give the change that a JSON value asks for.

    Raises WhatIfError naming the path, what was found and what was expected there: an unknown
    claim, term or relation, a relation or a denial that no claim may have, a scope that is none,
    something added both as said and as denied, and something added that is withdrawn.
    """
    members = body.whole(payload, WhatIfError).members(optional=("add", "withdraw"))
    added: dict[Fact, Part] = {}
    contexts: set[str] = set()
    for part in members["add"].items() if "add" in members else ():
        fact, within = _fact(part, terms)
        contexts |= within
        for other, where in added.items():
            if _contradict(fact, other):
                raise part.wrong(
                    f"nothing that {where.path} contradicts", "Add one of the two.", "the contrary"
                )
        added.setdefault(fact, part)
    withdrawn: dict[str, Part] = {}
    for part in members["withdraw"].items() if "withdraw" in members else ():
        withdrawn.setdefault(_claim(part, terms, told), part)
    gone, kept = _gone(withdrawn, told)
    for fact, part in added.items():
        if fact in gone:
            raise part.wrong(
                "nothing that a withdrawn claim says", "Add it, or withdraw it.", "the same"
            )
    return Change(
        tuple(sorted(added, key=ax.order)),
        tuple(sorted(gone, key=ax.order)),
        kept,
        tuple(sorted(claim for claim in withdrawn if not told.by_claim.get(claim))),
        frozenset(contexts),
    )


def _gone(
    withdrawn: Collection[str], told: Told
) -> tuple[frozenset[Fact], dict[Fact, tuple[str, ...]]]:
    """The facts that nobody tells any longer, and those that others tell too."""
    gone, kept = set(), {}
    for fact in {fact for claim in withdrawn for fact in told.by_claim.get(claim, ())}:
        others = told.makers[fact] - frozenset(withdrawn)
        if others:
            kept[fact] = tuple(sorted(others))
        else:
            gone.add(fact)
    return frozenset(gone), dict(sorted(kept.items(), key=lambda pair: ax.order(pair[0])))


def _contradict(one: Fact, other: Fact) -> bool:
    """Whether one denies what the other says, one scope holding the other (rule prp-npa1)."""
    ends = (one.subject, one.object) == (other.subject, other.object)
    opposed = one.relation == ("not", other.relation) or ("not", one.relation) == other.relation
    return ends and opposed and (one.scope <= other.scope or other.scope <= one.scope)


def _fact(part: Part, terms: Terms) -> tuple[Fact, frozenset[str]]:
    """The fact of an added claim, and the contexts in its scope."""
    members = part.members(REQUIRED, OPTIONAL)
    relation = terms.named(members["relation"], terms.admits.__contains__)
    admitted = terms.admits.get(relation)
    if admitted is None:
        raise members["relation"].wrong(
            "a relation that a claim may have",
            "The vocabulary is ontology/schema.ofn: those with 'admits modality'.",
        )
    denied = "denied" in members and members["denied"].flag()
    label = terms.label(relation)
    if denied and DENIED not in admitted:
        raise members["denied"].wrong(f"false: {label!r} cannot be denied")
    if not denied and admitted == {DENIED}:
        raise part.wrong(f"'denied': true: {label!r} is only denied")
    ends = [_known(members[name], terms) for name in ("subject", "object")]
    scopes: dict[str, frozenset[str]] = {}
    for name, kind in SCOPES.items():
        items = members[name].items() if name in members else ()
        what = f"a {terms.label(kind)}"
        scopes[name] = frozenset(terms.term(item, (kind,), what)[0] for item in items)
    predicate: Node = ("not", relation) if denied else relation
    scope = frozenset[str]().union(*scopes.values())
    return Fact(ends[0], predicate, ends[1], scope), scopes["context"]


def _known(part: Part, terms: Terms) -> str:
    iri = terms.named(part, terms.types.__contains__)
    if iri not in terms.types:
        raise part.wrong(
            "a term of this graph", "Search for the term by its name; this one has no row here."
        )
    return iri


def _claim(part: Part, terms: Terms, told: Told) -> str:
    iri = terms.named(part)
    if iri not in told.claims:
        raise part.wrong("a claim of this graph", "A claim is named as in claim:0000025.")
    return iri


@dataclass(frozen=True)
class Difference:
    """Facts between named things, each with its scope, that hold only after or only before."""

    gained: tuple[Fact, ...]
    lost: tuple[Fact, ...]


def difference(before: Closure, after: Closure) -> Difference:
    """Give what one closure has over another, asserted facts included, sorted.

    Named things are IRIs and, as objects, literals; class expressions are left out. A fact that
    holds in a narrower or wider scope than before is lost in one and gained in the other.
    """
    old, new = frozenset(before.facts), frozenset(after.facts)
    gained, lost = filter(_named, new - old), filter(_named, old - new)
    return Difference(tuple(sorted(gained, key=ax.order)), tuple(sorted(lost, key=ax.order)))


def _named(fact: Fact) -> bool:
    relation = fact.relation[1] if fact.relation[0] == "not" else fact.relation
    thing = isinstance(fact.object, str) or ax.is_literal(fact.object)
    return isinstance(fact.subject, str) and isinstance(relation, str) and thing
