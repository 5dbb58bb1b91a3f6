"""A mind: a release thought through once, and the tasks it does for those who ask.

Explaining and answering logic questions look at what holds; a case or a what-if changes the mind's
own saturation and goes on from there. Whoever asks works in a process of its own, so nothing that
is told stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from pyoxigraph import RdfFormat, serialize

from kg_service.errors import UnsupportedExpressionError
from kg_service.logic import axioms as ax
from kg_service.logic import (
    cases,
    completeness,
    evidence,
    profile,
    proof_graph,
    questions,
    restatements,
    verdicts,
    whatif,
)
from kg_service.logic.accounts import Accountant, Json
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.cases import Conclusion
from kg_service.logic.closure import Clash, Closure, Derivation, around
from kg_service.logic.closure import circles as circles_of
from kg_service.logic.evidence import Grading
from kg_service.logic.explanations import Clashing, Explainer, Explanation, Justification, Why
from kg_service.logic.justifications import LIMIT, Proof
from kg_service.logic.knowledge import Knowledge
from kg_service.logic.manchester import mentioned, parse
from kg_service.logic.near_misses import NearMisses
from kg_service.logic.reasoner import Saturation
from kg_service.logic.statements import by_itself, read
from kg_service.logic.terms import Terms, terms
from kg_service.logic.vocabulary import Vocabulary
from kg_service.names import Names

PATIENT = "urn:heliotrope:patient"  # whom a case is about; it is in no graph
CLASHING = 4  # sets of each premise of a clash; what is supposed may clash in eighty ways
JSON, TEXT = "application/json", "text/plain"


class Mind:
    """What a release knows, and what follows from it."""

    def __init__(self, knowledge: Knowledge, names: Names, release: str) -> None:
        """Take what is known by the release of this digest; nothing is thought yet."""
        self.knowledge, self.names, self.release = knowledge, names, release
        self._tasks: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
            "dl": self.question,
            "case": self.case,
            "whatif": self.whatif,
        }

    def prepare(self) -> None:
        """Think everything through that every task needs."""
        self._saturation.arrange()
        known = self.terms, self.vocabulary, self._near, self._told, self._grading, self._settled
        for each in (*known, self._relations, self.closure.rank, self.closure.bits):
            assert each is not None
        for scope in self._grading.steps.facts:
            self._grading.within(scope)

    @cached_property
    def _account(self) -> Accountant:
        return Accountant(self.knowledge, self.names)

    @cached_property
    def closure(self) -> Closure:
        """What holds. Its facts are those of the saturation, so what is known of them is shared."""
        return self._settled.copy().close()

    @cached_property
    def _near(self) -> NearMisses:
        return NearMisses(self.closure, self.knowledge.contexts)

    @cached_property
    def _saturation(self) -> Saturation:
        return self.knowledge.saturation()

    @cached_property
    def _settled(self) -> Saturation:
        """The saturation with what its defaults conclude."""
        settled = self._saturation.copy()
        settled.conclude()
        settled.arrange()
        return settled

    def _more(
        self,
        facts: Iterable[Fact],
        expressions: Iterable[Node] = (),
        given: Sequence[tuple[Fact, Derivation]] = (),
    ) -> Closure:
        """What holds when more is told or asked about, and some steps are taken."""
        facts, expressions = tuple(facts), tuple(expressions)
        self._settled.extend(facts, expressions)
        self._settled.take(given)
        if not self._settled.stirred:
            return self._settled.close()
        # The defaults may conclude otherwise: they must not see what they concluded before.
        self._saturation.extend(facts, expressions)
        self._saturation.take(given)
        return self._saturation.finish()

    @cached_property
    def _told(self) -> whatif.Told:
        return whatif.told(self.knowledge)

    @cached_property
    def _grading(self) -> Grading:
        """The grades of evidence that what holds carries."""
        return Grading(self.closure, evidence.grades(self.knowledge))

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
        if task == "explain":
            return self.explain(**arguments)
        return JSON, self._json(self._tasks[task](arguments))

    def _json(self, found: Json) -> bytes:
        return json.dumps({**found, "release": self.release}, ensure_ascii=False).encode()

    def explain(
        self, subject: str, predicate: str, object: str, media_type: str = JSON
    ) -> tuple[str, bytes]:
        """Why a triple of IRIs holds, or why it does not; the object of a data property is a value.

        As JSON, as plain text, or as RDF of any media type the engine serialises. Raises
        ParameterError for a predicate that relates nothing, and for an object that does not fit it.
        """
        found = self._why(read(subject, predicate, object, self.vocabulary, self._relations))
        supposed = {found.asked: {"supposed": True}} if found.clashing else {}
        account = Accountant(self.knowledge, self.names, supposed)
        if media_type == JSON:
            return JSON, self._json(account.why(found))
        if media_type == TEXT:
            return TEXT, "".join(f"{line}\n" for line in account.lines(found)).encode()
        triples = proof_graph.why(found, self.knowledge)
        ordered = sorted(triples, key=str)
        form = RdfFormat.from_media_type(media_type)
        assert form is not None
        prefixes = dict(self.names.prefixes)
        written = serialize(ordered, format=form, prefixes=prefixes)
        assert written is not None
        return media_type, written

    @cached_property
    def _relations(self) -> frozenset[Node]:
        return frozenset(fact.relation for fact in self.closure.facts)

    def _why(self, asked: Fact) -> Why:
        """Whether a triple holds, and why: its justifications, those of what rules it out, or what
        the rules that nearly conclude it lack."""
        if rule := by_itself(asked, self.vocabulary):
            itself = Justification(asked, (), Proof(asked, Derivation(rule, ())), False)
            return Why(asked, True, Explanation((asked,), (itself,), True))
        subject, relation, target = asked.subject, asked.relation, asked.object
        holding = self._near.valued(subject, relation, target)
        if holding:
            return Why(asked, True, self._explained(self.closure, holding))
        if edges := restatements.edges(self.closure, asked):
            return Why(edges[0], True, self._explained(self.closure, edges))
        if relation in restatements.WAYS:
            closure = self._more((), restatements.mentioned(asked))
            if steps := restatements.steps(closure, asked):
                self._settled.take(steps)
                closure = self._settled.close()
                found = closure.find(subject, relation, target)
                return Why(asked, True, self._explained(closure, found))
        denied, elsewhere = verdicts.denials(self.closure, asked)
        if denied:
            return Why(asked, False, self._explained(self.closure, denied))
        nothing = Explanation((), (), True)
        if clashes := verdicts.contradictions(self._saturation, asked):
            clashing = self._clashing(self._saturation.finish(), clashes)
            return Why(asked, False, nothing, clashing)
        ruled_out = partial(verdicts.ruled_out, self._saturation)
        near = self._near.of(subject, relation, target, ruled_out)
        return Why(asked, None, nothing, near=near, elsewhere=elsewhere)

    def _explained(self, closure: Closure, facts: Iterable[Fact]) -> Explanation:
        goals = tuple(facts)
        return Explainer(self.knowledge, closure, goals=goals).of(goals)

    def question(self, arguments: Mapping[str, Any]) -> Json:
        """What stands to a class expression in Manchester syntax: `expression`, `direct`."""
        text = arguments["expression"]
        written = parse(text, self.vocabulary)
        node = questions.lifted(written)
        if outside := profile.outside(node, mentioned(text, self.vocabulary)):
            raise UnsupportedExpressionError(self._constructs(outside))
        closure = self._more(questions.brought(node), [node])
        found = questions.answer(closure, node, direct=arguments["direct"])
        account = self._account
        tell = self._teller(closure, account, *vars(found).values())
        return {
            "expression": account.node(written),
            **{name: [tell(fact) for fact in facts] for name, facts in vars(found).items()},
            "complete": not (missed := completeness.beyond(closure, node)),
            "beyond": list(self._constructs(missed)),
        }

    def _constructs(self, found: Iterable[str]) -> tuple[str, ...]:
        """Constructs by their keywords, classes and datatypes among them by their CURIEs."""
        return tuple(self.vocabulary.names.curie(each) for each in found)

    def case(self, arguments: Mapping[str, Any]) -> Json:
        """What follows about the patient of a `case`, our JSON or a Phenopacket."""
        case = cases.read(arguments["case"], self.terms)
        told = cases.told(case, PATIENT)
        closure = self._more(told, given=cases.steps(told))
        account = Accountant(self.knowledge, self.names, {f: {"path": p} for f, p in told.items()})
        read = {
            "unread": list(case.unread),
            "mismatches": [
                {"path": each.path, "label": each.label, "term": account.term(each.term)}
                for each in case.mismatches
            ],
        }
        if closure.clashes:
            return {"consistent": False, **self._clashes(closure, account), **read}
        found = vars(cases.conclusions(closure, PATIENT))
        asked, aside, heeding = (found.pop(name) for name in ("questions", "aside", "heeding"))
        rooms = [each for room in found.values() for each in room]
        goals = (fact for each in rooms for fact in (each.fact, *each.applies))
        tell = self._grader(heeding, account, goals, *((*q.met, *q.by) for q in asked))
        tell_aside = (
            self._grader(closure, account, (each.fact for each in aside)) if aside else tell
        )
        return {
            "consistent": True,
            **{room: [_conclusion(each, tell, account) for each in found[room]] for room in found},
            "aside": [
                {**tell_aside(each.fact), "against": list(map(account.leaf, each.against))}
                for each in aside
            ],
            "questions": [
                {
                    "open": [account.node(node) for node in each.open],
                    "met": list(map(tell, each.met)),
                    "decides": [account.statement(fact) for fact in each.decides],
                    "by": list(map(tell, each.by)),
                }
                for each in asked
            ],
            **read,
        }

    def whatif(self, arguments: Mapping[str, Any]) -> Json:
        """What a `change` of claims, added and withdrawn, would gain and lose."""
        change = whatif.read(arguments["change"], self.terms, self._told)
        before = self.closure
        saturation = self._saturation
        saturation.withdraw(change.withdraw)
        saturation.extend(change.add, contexts=change.contexts)
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
        circles = tuple(circles_of(after))
        made: Json = {"consistent": not (after.clashes or circles), "kept": kept}
        made["idle"] = [self.names.curie(claim) for claim in change.idle]
        if after.clashes or circles:
            return made | {"gained": [], "lost": [], **self._clashes(after, account, circles)}
        found = whatif.difference(before, after)
        gained = self._teller(after, account, found.gained)
        lost = self._teller(before, account, found.lost)
        return made | {
            "gained": [gained(fact) for fact in found.gained],
            "lost": [lost(fact) for fact in found.lost],
        }

    def _clashes(self, closure: Closure, account: Accountant, circles: Iterable[Fact] = ()) -> Json:
        return account.clashes(self._clashing(closure, closure.clashes, circles))

    def _clashing(
        self, closure: Closure, clashes: Iterable[Clash], circles: Iterable[Fact] = ()
    ) -> Clashing:
        """The minimal sets of what cannot all hold, by some clashes of a closure and by what puts
        something below itself."""
        clashes, circles = tuple(clashes), tuple(circles)
        goals = [fact for clash in clashes for fact in clash.premises]
        goals += [fact for circle in circles for fact in around(closure, circle)]
        justifier = Explainer(self.knowledge, closure, CLASHING, goals).justifier
        justified = [
            *map(justifier.of_clash, clashes),
            *(justifier.of_all(around(closure, circle)) for circle in circles),
        ]
        sets = {leaves for found in justified for leaves in found.sets}
        smallest = [one for one in sets if not any(other < one for other in sets)]
        smallest.sort(key=lambda one: (len(one), sorted(map(ax.order, one))))
        complete = len(smallest) <= LIMIT and all(found.complete for found in justified)
        return Clashing(tuple(smallest[:LIMIT]), complete)

    def _teller(self, closure: Closure, account: Accountant, *groups: Iterable[Fact]) -> _Teller:
        goals = tuple(dict.fromkeys(fact for group in groups for fact in group))
        return _Teller(self.knowledge, closure, account, goals)

    def _grader(self, closure: Closure, account: Accountant, *groups: Iterable[Fact]) -> _Grader:
        tell = self._teller(closure, account, *groups)
        return _Grader(tell, closure, self._grading, account)


class _Teller:
    """Tells some facts of a closure, each with a smallest proof; `explain` gives all."""

    def __init__(
        self,
        knowledge: Knowledge,
        closure: Closure,
        account: Accountant,
        goals: Iterable[Fact],
    ) -> None:
        self._knowledge, self._closure, self._account = knowledge, closure, account
        self._goals = [fact for fact in goals if fact not in closure.asserted]

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self._knowledge, self._closure, 1, self._goals)

    def __call__(self, fact: Fact) -> Json:
        if fact in self._closure.asserted:
            return self._account.asserted(fact)
        return self._account.proved(fact, self._explainer.of([fact]))


class _Grader:
    """Tells facts as another does, each with the grade of evidence it carries."""

    def __init__(self, tell: _Teller, closure: Closure, grading: Grading, account: Accountant):
        self._tell, self._grading, self._account = tell, grading, account
        self._new = grading.beyond(closure)
        self._told: dict[Fact, Json] = {}

    def __call__(self, fact: Fact) -> Json:
        if fact not in self._told:
            grade = self._new.get(fact) or self._grading.within(fact.scope)[fact]
            self._told[fact] = {**self._tell(fact), "evidence": self._account.term(grade.iri)}
        return self._told[fact]


def _conclusion(found: Conclusion, tell: _Grader, account: Accountant) -> Json:
    return {
        **tell(found.fact),
        "because": [account.statement(fact) for fact in found.because],
        "applies": list(map(tell, found.applies)),
        "pending": [account.term(iri) for iri in sorted(found.pending)],
    }
