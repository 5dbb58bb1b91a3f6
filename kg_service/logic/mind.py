"""A mind: a release thought through once, and the tasks it does for those who ask.

Explaining and answering logic questions look at what holds; a case or a what-if changes the mind's
own saturation and goes on from there. Whoever asks works in a process of its own, so nothing that
is told stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from kg_service.errors import UnsupportedExpressionError
from kg_service.logic import axioms as ax
from kg_service.logic import cases, profile, questions, whatif
from kg_service.logic.accounts import Accountant, Json
from kg_service.logic.axioms import Fact
from kg_service.logic.cases import Conclusion
from kg_service.logic.explanations import Explainer
from kg_service.logic.knowledge import Knowledge
from kg_service.logic.manchester import parse
from kg_service.logic.reasoner import Closure, Saturation
from kg_service.logic.terms import Terms, terms
from kg_service.logic.vocabulary import Vocabulary
from kg_service.names import Names

PATIENT = "urn:heliotrope:patient"  # whom a case is about; it is in no graph
JSON = "application/json"
FEW = 4  # justifications of a conclusion about a case, an answer or a change; explain gives more


class Mind:
    """What a release knows, and what follows from it."""

    def __init__(self, knowledge: Knowledge, names: Names, release: str) -> None:
        """Take what is known by the release of this digest; nothing is thought yet."""
        self.knowledge, self.names, self.release = knowledge, names, release
        self._tasks: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
            "explain": self.explain,
            "dl": self.question,
            "case": self.case,
            "whatif": self.whatif,
        }

    def prepare(self) -> None:
        """Think everything through that every task needs."""
        for each in (self.closure, self.terms, self.vocabulary, self._saturation):
            assert each is not None

    @cached_property
    def closure(self) -> Closure:
        """What holds."""
        return self.knowledge.saturation().finish()

    @cached_property
    def _saturation(self) -> Saturation:
        return self.knowledge.saturation()

    @cached_property
    def terms(self) -> Terms:
        """What a case or a what-if may speak of."""
        return terms(self.knowledge, self.closure.facts, self.names)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What a class expression may speak of."""
        labels: dict[str, list[str]] = {}
        for iri, label in self.knowledge.labels.items():
            labels.setdefault(label, []).append(iri)
        return Vocabulary(labels, self.knowledge.entities, self.names)

    def do(self, task: str, arguments: Mapping[str, Any]) -> tuple[str, bytes]:
        """Do a task; the media type and the bytes of the answer.

        Raises the RequestError that says what is wrong with the arguments.
        """
        found = {**self._tasks[task](arguments), "release": self.release}
        return JSON, json.dumps(found, ensure_ascii=False).encode()

    def explain(self, arguments: Mapping[str, Any]) -> Json:
        """Why a triple of IRIs holds, or why it does not: `subject`, `predicate`, `object`."""
        triple = tuple(arguments[key] for key in ("subject", "predicate", "object"))
        facts = self.closure.find(*triple)
        found = Explainer(self.knowledge, self.closure, goals=facts).of(facts)
        account = Accountant(self.knowledge, self.names)
        return {"holds": bool(facts) or "unknown", **account.explanation(found)}

    def question(self, arguments: Mapping[str, Any]) -> Json:
        """What stands to a class expression in Manchester syntax: `expression`, `direct`."""
        node = parse(arguments["expression"], self.vocabulary)
        if outside := profile.outside(node):
            raise UnsupportedExpressionError(outside)
        self._saturation.extend(questions.brought(node), [node])
        closure = self._saturation.finish()
        found = questions.answer(closure, node, direct=arguments["direct"])
        account = Accountant(self.knowledge, self.names)
        tell = _Teller(self.knowledge, closure, account, *vars(found).values())
        return {
            "expression": account.node(node),
            **{name: [tell(fact) for fact in facts] for name, facts in vars(found).items()},
            "complete": not (missed := profile.beyond(closure, node)),
            "beyond": list(missed),
        }

    def case(self, arguments: Mapping[str, Any]) -> Json:
        """What follows about the patient of a `case`, our JSON or a Phenopacket."""
        case = cases.read(arguments["case"], self.terms)
        told = cases.told(case, PATIENT)
        self._saturation.extend(told)
        closure = self._saturation.finish()
        account = Accountant(self.knowledge, self.names, {f: {"path": p} for f, p in told.items()})
        if closure.clashes:
            return {"consistent": False, **self._clashes(closure, account)}
        found = vars(cases.conclusions(closure, PATIENT))
        asked = found.pop("questions")
        tell = _Teller(
            self.knowledge, closure, account, [c.fact for room in found.values() for c in room]
        )
        return {
            "consistent": True,
            **{room: [_conclusion(each, tell, account) for each in found[room]] for room in found},
            "questions": [
                {
                    "open": [account.node(node) for node in each.open],
                    "met": [account.statement(fact) for fact in each.met],
                    "decides": [account.statement(fact) for fact in each.decides],
                }
                for each in asked
            ],
            "unread": list(case.unread),
        }

    def whatif(self, arguments: Mapping[str, Any]) -> Json:
        """What a `change` of claims, added and withdrawn, would gain and lose."""
        change = whatif.read(arguments["change"], self.terms, whatif.told(self.knowledge))
        before = self.closure
        saturation = self._saturation
        if change.withdraw:
            saturation = saturation.without(change.withdraw)
        saturation.extend(change.add)
        after = saturation.finish()
        told = {fact: {"added": True} for fact in change.add}
        account = Accountant(self.knowledge, self.names, told)
        kept = [
            {
                "statement": account.statement(fact),
                "claims": [self.names.curie(c) for c in who if c],
            }
            for fact, who in change.kept.items()
        ]
        made: Json = {"consistent": not after.clashes, "kept": kept}
        made["idle"] = [self.names.curie(claim) for claim in change.idle]
        if after.clashes:
            return made | {"gained": [], "lost": [], **self._clashes(after, account)}
        found = whatif.difference(before, after)
        gained = _Teller(self.knowledge, after, account, found.gained)
        lost = _Teller(self.knowledge, before, account, found.lost)
        return made | {
            "gained": [gained(fact) for fact in found.gained],
            "lost": [lost(fact) for fact in found.lost],
        }

    def _clashes(self, closure: Closure, account: Accountant) -> Json:
        """The minimal sets of what cannot all hold."""
        premises = [fact for clash in closure.clashes for fact in clash.premises]
        justifier = Explainer(self.knowledge, closure, goals=premises).justifier
        justified = [justifier.of_clash(clash) for clash in closure.clashes]
        sets = {leaves for found in justified for leaves in found.sets}
        smallest = [one for one in sets if not any(other < one for other in sets)]
        smallest.sort(key=lambda one: (len(one), sorted(map(ax.order, one))))
        return account.clashes(smallest, all(found.complete for found in justified))


class _Teller:
    """Tells facts of a closure with a few of their justifications."""

    def __init__(
        self,
        knowledge: Knowledge,
        closure: Closure,
        account: Accountant,
        *groups: Iterable[Fact],
    ) -> None:
        goals = [fact for group in groups for fact in group]
        self._explainer = Explainer(knowledge, closure, FEW, goals)
        self._account = account

    def __call__(self, fact: Fact) -> Json:
        found = self._explainer.of([fact])
        return {
            "statement": self._account.statement(fact),
            **self._account.explanation(found),
        }


def _conclusion(found: Conclusion, tell: _Teller, account: Accountant) -> Json:
    return {
        **tell(found.fact),
        "because": [account.statement(fact) for fact in found.because],
        "applies": [account.statement(fact) for fact in found.applies],
        "pending": [account.term(iri) for iri in sorted(found.pending)],
    }
