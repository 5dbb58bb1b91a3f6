"""The profile: inside of it our answers are HermiT's, outside each construct misses one."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import cache
from unittest.mock import patch

import pyhornedowl
import pytest

from kg_service.logic import adapter, hermit
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Node
from kg_service.logic.closure import Closure
from kg_service.logic.completeness import beyond
from kg_service.logic.manchester import parse
from kg_service.logic.profile import outside
from kg_service.logic.questions import answer, brought
from kg_service.logic.reasoner import saturate
from kg_service.logic.rules import RULES
from kg_service.logic.vocabulary import Vocabulary
from kg_service.names import Names

T = "https://w3id.org/heliotrope/test/"
PREFIXES = f"Prefix(:=<{T}>)\nPrefix(xsd:=<{ax.XSD}>)\nPrefix(owl:=<{ax.OWL}>)\n"
OWL = {name: rule for name, rule in RULES.items() if not name.startswith("kind-")}
NAMES = Names({"": T, "xsd": ax.XSD, "owl": ax.OWL})

# Axioms of the profile: what each of them takes part in is asked below.
INSIDE = """
SubClassOf(:Rash :Sign)
SubClassOf(:HeliotropeRash :Rash)
SubClassOf(:HeliotropeRash ObjectSomeValuesFrom(:at :Eyelid))
SubClassOf(:Eyelid ObjectIntersectionOf(:Skin ObjectSomeValuesFrom(:partOf :Face)))
SubClassOf(:Face ObjectSomeValuesFrom(:partOf :Head))
TransitiveObjectProperty(:partOf)
SubObjectPropertyOf(ObjectPropertyChain(:at :partOf) :at)
SubObjectPropertyOf(:chiefly :presents)
ObjectPropertyDomain(:presents :Disease)
SubClassOf(:Dermatomyositis ObjectSomeValuesFrom(:chiefly :HeliotropeRash))
SubClassOf(:Dermatomyositis ObjectHasValue(:treatedWith :prednisone))
EquivalentClasses(:DiseaseOfTheFace ObjectIntersectionOf(:Disease
  ObjectSomeValuesFrom(:presents ObjectSomeValuesFrom(:at :Face))))
EquivalentClasses(:Weak ObjectIntersectionOf(:Patient ObjectSomeValuesFrom(:has :Sign)))
EquivalentClasses(:OnSteroid ObjectHasValue(:treatedWith :prednisone))
DisjointClasses(:Skin :Disease)
DataPropertyDomain(:age :Patient)
EquivalentClasses(:Minor DataSomeValuesFrom(:age
  DatatypeRestriction(xsd:integer xsd:maxExclusive "18"^^xsd:integer)))
EquivalentClasses(:AgedFive DataHasValue(:age "5"^^xsd:integer))
ClassAssertion(:Patient :ann)
ObjectPropertyAssertion(:has :ann :rash1)
ClassAssertion(:HeliotropeRash :rash1)
ObjectPropertyAssertion(:treatedWith :ann :prednisone)
ClassAssertion(:Steroid :prednisone)
DataPropertyAssertion(:age :ann "5"^^xsd:integer)
DataPropertyAssertion(:age :bob "37"^^xsd:integer)
DataPropertyAssertion(:name :bob "Bob")
"""
ASKED = (
    "presents some Sign",
    "presents some (at some Face)",
    "presents some (Rash and at some Skin)",
    "chiefly some HeliotropeRash",
    "chiefly some (at some (partOf some Head))",
    "at some Head",
    "presents some Skin and Skin",
    "has some Disease and treatedWith value prednisone",
    "treatedWith value prednisone",
    "treatedWith some Steroid",
    "treatedWith some owl:Thing",
    "has some (Sign and at some Face)",
    "Dermatomyositis or DiseaseOfTheFace",
    "Minor or AgedFive or presents some Rash",
    "age some xsd:integer[< 10]",
    "age some xsd:decimal[< 10]",
    "age some xsd:integer[>= 5, <= 5]",
    "age some [> 5, < 5]",
    "age some {5, 6.0}",
    "age value 5.0",
    "age value 37",
    "age some xsd:integer[>= 18] and Patient",
    'name value "Bob"',
    'name some {"Bob", "Eve"}',
    "Weak and age some [< 10]",
)

# Ranges and unions by which nothing more follows: what they ask for holds already, is never looked
# at, or holds of each member of the union.
AT_REST = """
SubClassOf(:Itch :Sign)
SubClassOf(:Sign :Notable)
ClassAssertion(:Itch :itch1)
ObjectPropertyDomain(:feels :Patient)
ObjectPropertyRange(:feels :Sign)
SubClassOf(:Ill ObjectSomeValuesFrom(:feels :Itch))
EquivalentClasses(:Itchy ObjectIntersectionOf(:Patient ObjectHasValue(:feels :itch1)))
EquivalentClasses(:Feeling ObjectSomeValuesFrom(:feels :Sign))
SubClassOf(ObjectSomeValuesFrom(:feels :Notable) :Alive)
EquivalentClasses(:Treated ObjectIntersectionOf(:Patient
  ObjectUnionOf(ObjectHasValue(:takes :drug) ObjectHasValue(:takes :therapy))))
ObjectPropertyDomain(:takes :Patient)
ObjectPropertyRange(:takes ObjectUnionOf(:Drug :Therapy))
ClassAssertion(:Drug :drug)
ClassAssertion(:Therapy :therapy)
SubClassOf(ObjectHasValue(:takes :drug) :Watched)
SubClassOf(ObjectHasValue(:takes :therapy) :Watched)
SubClassOf(ObjectHasValue(:takes :drug) ObjectHasValue(:feels :itch1))
DataPropertyDomain(:age :Patient)
DataPropertyRange(:age DatatypeRestriction(xsd:integer xsd:minInclusive "0"^^xsd:integer))
EquivalentClasses(:Minor ObjectIntersectionOf(:Patient DataSomeValuesFrom(:age
  DatatypeRestriction(xsd:integer xsd:maxExclusive "18"^^xsd:integer))))
EquivalentClasses(:Adult ObjectIntersectionOf(:Patient DataSomeValuesFrom(:age
  DatatypeRestriction(xsd:integer xsd:minInclusive "18"^^xsd:integer))))
ClassAssertion(:Patient :ann)
ObjectPropertyAssertion(:takes :ann :therapy)
DataPropertyAssertion(:age :ann "5"^^xsd:integer)
"""
ASKED_AT_REST = (
    "age some [< 0]",
    "feels some owl:Thing",
    "feels some Notable",
    "feels some Sign",
    "feels some Itch",
    "Patient and feels some owl:Thing",
    "Patient and feels value itch1",
    "takes value drug",
    "takes some Drug",
    "Minor and takes value therapy",
    "Patient and age some integer[< 18]",
    "Patient and age some integer[>= 3, < 18]",
    "age some integer[> 20]",
    "age value 37",
    "Watched and Minor",
    "Minor or Adult",
)


def read(text: str) -> pyhornedowl.PyIndexedOntology:
    return pyhornedowl.open_ontology_from_string(f"{PREFIXES}Ontology(\n{text}\n)", "ofn")


def vocabulary(told: str) -> Vocabulary:
    kinds = adapter.kinds_of(read(told).get_components())
    labels = {iri.removeprefix(T): [iri] for iri in kinds if iri.startswith(T)}
    return Vocabulary(labels, kinds, NAMES)


SIDES = (0, 1, 2)
Answers = tuple[set[str], set[str], set[str], bool]  # above, below, individuals, unsatisfiable


def hermits(told: str, questions: Sequence[Node]) -> list[Answers]:
    """What HermiT answers: one run in which every question is a defined class."""
    defined = (
        f"EquivalentClasses(<{T}Question{place}> {ax.text(question)})"
        for place, question in enumerate(questions)
    )
    # Which axioms make a question unsatisfiable is not asked here, and takes many runs.
    with patch.object(hermit, "RUNS", 0):
        verdict = hermit.decide(read("\n".join((told, *defined))), seconds=120, megabytes=500)
    empty = {found.cls for found in verdict.unsatisfiable}
    answers = []
    for place in range(len(questions)):
        name = f"{T}Question{place}"
        pairs = [p for p in verdict.subclasses if not any("Question" in c for c in p if c != name)]
        above = {upper for lower, upper in pairs if lower == name}
        below = {lower for lower, upper in pairs if upper == name}
        people = {who for who, cls in verdict.types if cls == name}
        answers.append((above, below, people, name in empty))
    return answers


def close(told: str, question: Node) -> Closure:
    facts = adapter.facts_of(read(told).get_components())
    return saturate([*facts, *brought(question)], OWL, expressions=[question])


def ours(told: str, question: Node) -> Answers:
    found = answer(close(told, question), question)
    named = [f for f in found.equivalents if f.relation == ax.SUBCLASS]
    above = {f.object for f in (*found.superclasses, *named)} - {question}
    below = {f.subject for f in (*found.subclasses, *named)} - {question}
    people = {f.subject for f in found.individuals}
    # What is unsatisfiable is below everything, which HermiT does not list.
    return above if not found.unsatisfiable else set(), below, people, bool(found.unsatisfiable)


@pytest.mark.long
def test_ranges_and_unions_that_change_nothing_leave_the_profile_complete() -> None:
    questions = [parse(text, vocabulary(AT_REST)) for text in ASKED_AT_REST]
    decided = hermits(AT_REST, questions)
    for question, theirs in zip(questions, decided, strict=True):
        assert beyond(close(AT_REST, question), question) == (), ax.text(question)
        assert ours(AT_REST, question) == theirs, ax.text(question)


@cache
def asked() -> tuple[Node, ...]:
    """Questions by hand, and as many again by chance, all of the profile."""
    names = vocabulary(INSIDE)
    dice = random.Random(4)
    classes = ["Rash", "HeliotropeRash", "Eyelid", "Skin", "Face", "Disease", "Patient", "Steroid"]
    links = ["at", "partOf", "presents", "chiefly", "has", "treatedWith"]

    def some(depth: int) -> str:
        if depth == 0 or dice.random() < 0.25:
            return dice.choice(classes)
        if dice.random() < 0.5:
            return f"({dice.choice(links)} some {some(depth - 1)})"
        return f"({some(depth - 1)} and {some(depth - 1)})"

    by_chance = (some(3) for _ in range(40))
    nodes = (parse(text, names) for text in (*ASKED, *by_chance))
    return tuple(dict.fromkeys(node for node in nodes if isinstance(node, tuple)))


@pytest.mark.long
def test_inside_the_profile_our_answers_are_those_of_hermit() -> None:
    questions = asked()
    assert len(questions) > 50
    decided = hermits(INSIDE, questions)
    for question, (above, below, people, empty) in zip(questions, decided, strict=True):
        assert outside(question) == ()
        assert beyond(close(INSIDE, question), question) == (), ax.text(question)
        mine = ours(INSIDE, question)
        assert mine[3] == empty, ax.text(question)
        if not empty:
            assert mine == (above, below, people, empty), ax.text(question)


# What is told, a question, the construct outside, and what HermiT finds that we do not:
# a class above or below the question, or an individual in it.
OUTSIDE = {
    "or": (
        "SubClassOf(ObjectIntersectionOf(:A :C) :D) SubClassOf(ObjectIntersectionOf(:B :C) :D)",
        "(A or B) and C",
        "D",
    ),
    "not": ("SubClassOf(:A :X) SubClassOf(:B :Y) DisjointClasses(:X :Y)", "not A", "B"),
    "inverse": (
        "SubClassOf(:A ObjectSomeValuesFrom(:p :B))",
        "p some (inverse p some A)",
        "A",
    ),
    "Self": ("ObjectPropertyAssertion(:p :a :a) ClassAssertion(:A :a)", "p Self", "a"),
    f"{ax.NOTHING}": ("SubClassOf(:A ObjectSomeValuesFrom(:p :B))", "p some owl:Nothing", ""),
    f"{ax.XSD}float": (
        "EquivalentClasses(:D DataSomeValuesFrom(:q DatatypeRestriction(xsd:float"
        ' xsd:maxExclusive "3.0"^^xsd:float)))',
        "q some xsd:float[< 2.0f]",
        "D",
    ),
    "exactly": (
        "EquivalentClasses(:D DataMinCardinality(2 :q xsd:integer))",
        "q exactly 2 xsd:integer",
        "D",
    ),
}


# The same for what an ontology says: the word of `beyond`, axioms, a question, what is missed.
BEYOND = {
    "Inverse": (
        "SubClassOf(:A ObjectSomeValuesFrom(:p :B)) InverseObjectProperties(:p :r)"
        " SubClassOf(ObjectSomeValuesFrom(:r :A) :D)",
        "p some D",
        "A",
    ),
    "Functional": (
        "SubClassOf(:A ObjectSomeValuesFrom(:p :B)) SubClassOf(:A ObjectSomeValuesFrom(:p :C))"
        " FunctionalObjectProperty(:p)",
        "p some (B and C)",
        "A",
    ),
    "Symmetric": (
        "SubClassOf(:A ObjectSomeValuesFrom(:p :B)) SymmetricObjectProperty(:p)"
        " SubClassOf(ObjectSomeValuesFrom(:p :A) :D)",
        "p some D",
        "A",
    ),
    "Range": (
        "SubClassOf(:A ObjectSomeValuesFrom(:p :B)) ObjectPropertyRange(:p :D)",
        "p some (B and D)",
        "A",
    ),
    "or": (
        "SubClassOf(:A ObjectUnionOf(:B :C)) SubClassOf(ObjectIntersectionOf(:B :E) :D)"
        " SubClassOf(ObjectIntersectionOf(:C :E) :D) SubClassOf(:A :E)",
        "D and E",
        "A",
    ),
    "Cases": (
        'SubClassOf(DataSomeValuesFrom(:q DatatypeRestriction(xsd:integer xsd:maxExclusive "9"^^xsd:integer)) :D)'
        ' SubClassOf(DataSomeValuesFrom(:q DatatypeRestriction(xsd:integer xsd:minInclusive "9"^^xsd:integer)) :D)',
        "q some integer",
        "D",
    ),
}  # fmt: skip
EXAMPLES = {**OUTSIDE, **{f"{word} told": example for word, example in BEYOND.items()}}
DECLARED = (
    "Declaration(ObjectProperty(:p)) Declaration(DataProperty(:q))"
    " Declaration(Class(:A)) Declaration(Class(:B))\n"
)


@cache
def apart() -> tuple[str, dict[str, tuple[Node, Answers]]]:
    """All examples in one ontology, each with names of its own, and HermiT's answers."""
    whole, questions = [], {}
    for place, (key, (told, text, _)) in enumerate(EXAMPLES.items()):
        whole.append(_renamed(DECLARED + told, place))
        questions[key] = _moved(parse(text, vocabulary(DECLARED + told)), place)
    together = "\n".join(whole)
    decided = hermits(together, list(questions.values()))
    return together, {k: (q, a) for (k, q), a in zip(questions.items(), decided, strict=True)}


def _renamed(told: str, place: int) -> str:
    return re.sub(r"(?<![\w\"]):(\w)", rf":e{place}-\1", told)


def _moved(node: Node, place: int) -> Node:
    if isinstance(node, tuple):
        return tuple(_moved(part, place) for part in node)
    if isinstance(node, str):
        return node.replace(T, f"{T}e{place}-")
    return node


def missing(key: str) -> bool:
    """Whether HermiT says of the name in an example what we do not, of any of the three kinds."""
    whole, decided = apart()
    question, theirs = decided[key]
    name = f"{T}e{list(EXAMPLES).index(key)}-{EXAMPLES[key][2]}"
    mine = ours(whole, question)
    return any(name in theirs[side] and name not in mine[side] for side in SIDES)


@pytest.mark.long
@pytest.mark.parametrize("word", OUTSIDE)
def test_outside_the_profile_hermit_finds_more_than_we_do(word: str) -> None:
    whole, decided = apart()
    question, (*_, empty) = decided[word]
    assert word in outside(question)
    if OUTSIDE[word][2]:
        assert missing(word)
    else:
        assert empty and not ours(whole, question)[3]


@pytest.mark.long
@pytest.mark.parametrize("word", BEYOND)
def test_beyond_the_profile_hermit_finds_more_than_we_do(word: str) -> None:
    told, text, _ = BEYOND[word]
    question = parse(text, vocabulary(DECLARED + told))
    assert outside(question) == ()
    assert beyond(close(DECLARED + told, question), question) == (word,)
    assert missing(f"{word} told")
