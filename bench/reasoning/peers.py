"""The reasoners. One child process runs one of them on some worlds and writes what it found.

    python -m bench.reasoning.peers NAME < worlds.json > found.json

Each function gets a world and gives its `Found`. An answer is True, False, or None where the
reasoner cannot be asked: it has no way to put the question, refuses it, or is not of that kind.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from bench.reasoning.worlds import Question, World

Answer: TypeAlias = bool | None
RESULTS = ("subclasses", "types", "relations")


@dataclass(frozen=True)
class Found:
    """Whether a world is consistent, the answers to its questions, how many named results.

    `seconds` are those of reading and reasoning, not of starting the process.
    """

    consistent: Answer
    answers: tuple[Answer, ...]
    counts: dict[str, int]
    seconds: float = 0.0


def ours(world: World) -> Found:
    """Our saturation, kinds and scopes included."""
    import pyhornedowl

    from kg_service.logic import adapter
    from kg_service.logic import axioms as ax
    from kg_service.logic.reasoner import saturate
    from tests.oracles import named

    whole = pyhornedowl.open_ontology_from_string(world.whole, "ofn")
    components = whole.get_axioms()
    asked = [_facts(question) for question in world.questions]
    nodes = {node for facts in asked for f in facts for node in (f.subject, f.object)}
    closure = saturate(
        adapter.facts_of(components),
        contexts=adapter.contexts_of(components),
        expressions=sorted((node for node in nodes if isinstance(node, tuple)), key=ax.text),
    )
    holds = set(closure.facts)
    results = named.ours_of(closure, components)
    return Found(
        not closure.clashes,
        tuple(holds.issuperset(facts) for facts in asked),
        {name: len(getattr(results, name)) for name in RESULTS},
    )


def _facts(question: Question) -> list[Any]:
    import pyhornedowl

    from kg_service.logic import adapter

    read = pyhornedowl.open_ontology_from_string(f"Ontology({question.axiom})", "ofn")
    return adapter.facts_of(read.get_axioms())


def owlready2(world: World) -> Found:
    """HermiT through owlready2, as the build asks it: `logic.hermit`. Only names can be looked up
    in its answer. A release's named results are counted, so of it the whole verdict is made."""
    import pyhornedowl

    from kg_service.logic import hermit
    from kg_service.logic.judge import judge_of

    whole = pyhornedowl.open_ontology_from_string(world.functional, "ofn")
    if world.consistent and not world.questions:
        verdict = hermit.decide(whole, seconds=600, megabytes=1500)
        return Found(True, (), {name: len(getattr(verdict, name)) for name in RESULTS})
    judge = judge_of(whole.get_components(), seconds=600, megabytes=1500)
    answer = judge.run(judge.axioms)
    if not answer["consistent"]:
        return Found(False, tuple(None for _ in world.questions), {})
    return Found(True, _looked_up(world.questions, listed(answer).__contains__), {})


def listed(answer: dict[str, Any]) -> set[tuple[Any, ...]]:
    """What HermiT's lists say by way of subclasses: triples between named things."""
    from kg_service.logic import axioms as ax
    from kg_service.logic.hermit import superclasses
    from kg_service.logic.judge import first_name

    above = superclasses(answer["subclasses"])
    classes = {name for pair in answer["subclasses"] for name in pair}
    for lower, uppers in above.items():
        # What can have no member is below everything.
        uppers |= classes | {lower} if ax.NOTHING in uppers else set()
    found = {(lower, ax.SUBCLASS, upper) for lower, uppers in above.items() for upper in uppers}
    for name, direct in answer["types"]:
        found |= {(first_name(name), ax.TYPE, up) for up in {direct} | above.get(direct, set())}
    return found | {(first_name(s), p, first_name(o)) for s, p, o in answer["relations"]}


def _looked_up(
    questions: Iterable[Question], holds: Callable[[tuple[Any, ...]], bool]
) -> tuple[Answer, ...]:
    """Answer by triples between names; expressions and axioms about properties cannot be."""
    from kg_service.logic import axioms as ax

    answers: list[Answer] = []
    for question in questions:
        rows = [(f.subject, f.relation, f.object) for f in _facts(question)]
        equal = [row for row in rows if row[1] == ax.EQUIVALENT]
        rows = [row for row in rows if row[1] != ax.EQUIVALENT]
        rows += [
            (a, ax.SUBCLASS, b) for one, _, other in equal for a, b in ((one, other), (other, one))
        ]
        nodes = [node for row in rows for node in row]
        unanswerable = {ax.SUBPROPERTY, ax.SAME, ax.INVERSE} & set(nodes)
        if question.beyond or unanswerable or any(isinstance(node, tuple) for node in nodes):
            answers.append(None)
        else:
            answers.append(all(map(holds, rows)))
    return tuple(answers)


def _oracle(engine: str) -> Callable[[World], Found]:
    def ask(world: World) -> Found:
        import jpype

        from tests.oracles import jvm

        asked = [question.axiom for question in world.questions if not question.beyond]
        results = [] if world.questions or not world.consistent else list(RESULTS)
        if engine == "elk" and results:
            results.remove("relations")
        request = {"engine": engine, "text": world.functional, "without": []}
        try:
            reply = jvm.reason(request | {"questions": asked, "results": results})
        except jpype.JException:
            return Found(None, tuple(None for _ in world.questions), {})
        said = iter(reply.get("answers", [None] * len(asked)))
        answers = (None if q.beyond else next(said) for q in world.questions)
        return Found(
            reply["consistent"],
            tuple(answer if isinstance(answer, bool) else None for answer in answers),
            {name: len(reply[name]) for name in results if name in reply},
        )

    return ask


def owlrl(world: World) -> Found:
    """OWL 2 RL by forward chaining over an rdflib graph."""
    import owlrl as peer
    import rdflib

    graph = rdflib.Graph().parse(data=world.triples, format="nt")
    peer.DeductiveClosure(peer.OWLRL_Semantics).expand(graph)
    triples = {tuple(map(str, triple)) for triple in graph}
    # It writes contradictions into the graph as error messages.
    error = "http://www.daml.org/2002/03/agents/agent-ont#error"
    consistent = not any(
        error in row[0] or error in row[2] or "ErrorMessage" in row[2] for row in triples
    )
    return Found(consistent, _rdf_answers(world, triples), _rdf_counts(world, triples))


def reasonable(world: World) -> Found:
    """OWL 2 RL in Rust."""
    import rdflib
    import reasonable as peer

    graph = rdflib.Graph().parse(data=world.triples, format="nt")
    reasoner = peer.PyReasoner()
    reasoner.from_graph(graph)
    try:
        triples = {tuple(map(str, triple)) for triple in reasoner.reason()}
    except ValueError:
        return Found(False, tuple(None for _ in world.questions), {})
    return Found(
        None if not world.consistent else True,
        _rdf_answers(world, triples),
        _rdf_counts(world, triples),
    )


def _rdf_answers(world: World, triples: set[tuple[Any, ...]]) -> tuple[Answer, ...]:
    return _looked_up(world.questions, triples.__contains__)


def _rdf_counts(world: World, triples: set[tuple[Any, ...]]) -> dict[str, int]:
    """How many named results there are in a graph, counted as the others'."""
    import pyhornedowl

    from kg_service.logic import axioms as ax
    from tests.oracles import named

    components = pyhornedowl.open_ontology_from_string(world.functional, "ofn").get_axioms()
    classes, properties = named.classes(components), named.object_properties(components)
    individuals = named.individuals(components)
    return {
        "subclasses": sum(p == ax.SUBCLASS and {s, o} <= classes and s != o for s, p, o in triples),
        "types": sum(p == ax.TYPE and s in individuals and o in classes for s, p, o in triples),
        "relations": sum(p in properties and {s, o} <= individuals for s, p, o in triples),
    }


PEERS: dict[str, Callable[[World], Found]] = {
    "ours": ours,
    "owlready2 HermiT": owlready2,
    "OWLAPI HermiT": _oracle("hermit"),
    "ELK": _oracle("elk"),
    "owlrl": owlrl,
    "reasonable": reasonable,
}
JAVA = frozenset({"OWLAPI HermiT", "ELK"})


def peak() -> float:
    """The most memory this process and its largest descendant have held, in megabytes."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(one).ru_maxrss for one in who) / 1024


def main(name: str) -> None:
    """Run one reasoner on the worlds of the standard input."""
    given = json.load(sys.stdin)
    worlds = [
        World(**w | {"questions": tuple(Question(**q) for q in w["questions"])}) for w in given
    ]
    if name in JAVA:
        from tests.oracles import jvm

        jvm.start(3000)
    found = []
    for world in worlds:
        begun = time.perf_counter()
        result = PEERS[name](world)
        found.append(asdict(result) | {"seconds": time.perf_counter() - begun})
    json.dump({"found": found, "peak": peak()}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
