"""What facts, proofs and near misses read like."""

from __future__ import annotations

import pytest

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE, Fact, Node
from kg_service.logic.cases.case import RULED_OUT
from kg_service.logic.closure import Closure, Derivation
from kg_service.logic.justifications import Justifier, Proof
from kg_service.logic.near_misses import NearMiss, NearMisses
from kg_service.logic.patterns import Variable
from kg_service.logic.reasoner import saturate
from kg_service.logic.restatements import RULES as RESTATING
from kg_service.logic.rules import RULES
from kg_service.logic.sentences import Sentences
from kg_service.logic.statements import RULES as BY_ITSELF
from kg_service.logic.wording import RULES as WORDS
from tests.logic.conftest import World

LABELS = {
    "anna": "Anna",
    "bert": "Bert",
    "rash": "rash",
    "finding": "finding kind",
    "patient": "patient",
    "has": "has finding",
    "leads": "may lead to",
    "age": "has age",
    "lung": "lung disease",
    "adult": "adult",
    ax.THING: "thing",
}
TOLD = Sentences(LABELS, lambda iri: f"‹{iri}›", frozenset({"lung"}))


def number(value: int) -> Node:
    return ("literal", str(value), f"{ax.XSD}integer", "")


UNDER = ("facets", f"{ax.XSD}integer", (f"{ax.XSD}maxExclusive", number(18)))
BETWEEN = (*UNDER, (f"{ax.XSD}minInclusive", number(7)))


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        (Fact("rash", "leads", "bert"), "rash may lead to Bert"),
        (Fact("rash", ("not", "leads"), "bert"), "it is denied that rash may lead to Bert"),
        (
            Fact("rash", "leads", "bert", frozenset({"lung", "adult"})),
            "rash may lead to Bert, in the context of lung disease, told of the population “adult”",
        ),
        (Fact("anna", "age", number(37)), "Anna has age 37"),
        (Fact("anna", "leads", "nobody"), "Anna may lead to ‹nobody›"),
        (Fact("anna", ("inverse", "has"), "rash"), "rash has finding Anna"),
        (Fact("anna", TYPE, "patient"), "Anna is in the class “patient”"),
        (
            Fact("anna", TYPE, ("and", "patient", ("value", "has", "rash"))),
            "Anna is in the class “patient” and has finding rash",
        ),
        (
            Fact("anna", TYPE, ("or", "patient", ("value", "has", "rash"))),
            "Anna either is in the class “patient” or has finding rash",
        ),
        (
            Fact("anna", TYPE, ("some", "has", "finding")),
            "Anna has finding something that is in the class “finding kind”",
        ),
        (Fact("anna", TYPE, ("some", "has", ax.THING)), "Anna has finding something"),
        (
            Fact("anna", TYPE, ("value", ("inverse", "has"), "bert")),
            "Anna is what Bert has finding",
        ),
        (
            Fact("anna", TYPE, ("only", "has", "finding")),
            "Anna has finding only what is in the class “finding kind”",
        ),
        (
            Fact("anna", TYPE, ("min", 2, "has", "finding")),
            "Anna has finding at least 2 things, counting what is in the class “finding kind”",
        ),
        (Fact("anna", TYPE, ("max", 1, "has", ax.THING)), "Anna has finding at most 1 thing"),
        (
            Fact("anna", TYPE, ("not", ("value", "has", "rash"))),
            "Anna is nothing that has finding rash",
        ),
        (Fact("anna", TYPE, ("one", "anna", "bert")), "Anna is Anna or Bert"),
        (Fact("anna", TYPE, ("data", "age", UNDER)), "Anna has age less than 18"),
        (
            Fact("anna", TYPE, ("data", "age", BETWEEN)),
            "Anna has age less than 18 and at least 7",
        ),
        (Fact("anna", TYPE, ("data-value", "age", number(37))), "Anna has age 37"),
        (
            Fact("patient", SUBCLASS, ("value", "has", "rash")),
            "whatever is in the class “patient” has finding rash",
        ),
        (
            Fact("patient", ax.EQUIVALENT, ("data", "age", UNDER)),
            "the class “patient” is defined as what has age less than 18",
        ),
        (
            Fact("patient", ax.DISJOINT, "finding"),
            "nothing that is in the class “patient” also is in the class “finding kind”",
        ),
        (
            Fact("leads", ax.SUBPROPERTY, "has"),
            "what is said with “may lead to” is said with “has finding” too",
        ),
        (Fact("has", ax.CHAIN, ("leads", "has")), "“may lead to” and then “has finding” give “has finding”"),
        (Fact("leads", TYPE, ax.TRANSITIVE), "“may lead to” goes on along itself"),
        (
            Fact("has", ax.RANGE, "finding"),
            "what is said with “has finding” is said about something that is in the class "
            "“finding kind”",
        ),
        (Fact("anna", ax.SAME, "bert"), "Anna is the same as Bert"),
    ],
)  # fmt: skip
def test_a_fact_reads_as(fact: Fact, sentence: str) -> None:
    assert TOLD.fact(fact) == sentence


def test_every_rule_has_words_and_so_has_hermit() -> None:
    assert WORDS.keys() == RULES.keys() | BY_ITSELF | RESTATING | {"HermiT", RULED_OUT}


def test_a_proof_says_each_thing_once_and_premises_before_conclusions() -> None:
    facts = [
        Fact("leads", TYPE, ax.TRANSITIVE),
        Fact("leads", ax.SUBPROPERTY, "has"),
        Fact("anna", "leads", "bert"),
        Fact("bert", "leads", "rash"),
    ]
    closure = saturate(facts)
    asked = Fact("anna", "has", "rash")
    justifier = Justifier(closure)
    (leaves,) = justifier.of(asked).sets
    lines = TOLD.proof(justifier.proof(asked, leaves), lambda leaf: f"line {facts.index(leaf)}")
    assert lines == [
        "1. Anna may lead to Bert (line 2).",
        "2. Bert may lead to rash (line 3).",
        "3. “may lead to” goes on along itself (line 0).",
        "4. Anna may lead to rash, because of 1, 2 and 3, by going on along the relation.",
        "5. What is said with “may lead to” is said with “has finding” too (line 1).",
        "6. Anna has finding rash, because of 4 and 5, by the wider relation.",
    ]


def test_a_step_that_says_the_same_in_other_words_is_not_told() -> None:
    leaf = Fact("anna", TYPE, ("value", "has", "rash"))
    same, wider = Fact("anna", "has", "rash"), Fact("anna", "leads", "rash")
    rule = Fact("has", ax.SUBPROPERTY, "leads")
    first = Proof(same, Derivation("cls-hv1", (leaf,)), (Proof(leaf, None),))
    proof = Proof(wider, Derivation("prp-spo1", (same, rule)), (first, Proof(rule, None)))
    assert TOLD.proof(proof, lambda fact: "told") == [
        "1. Anna has finding rash (told).",
        "2. What is said with “has finding” is said with “may lead to” too (told).",
        "3. Anna may lead to rash, because of 1 and 2, by the wider relation.",
    ]


def test_a_proof_in_which_each_part_is_used_twice_is_no_longer_than_its_parts() -> None:
    leaf = Proof(Fact("0", "leads", "0"), None)
    for level in range(1, 12):
        fact = Fact(str(level), "leads", "0")
        step = Derivation("prp-trp", (leaf.fact, leaf.fact))
        leaf = Proof(fact, step, (leaf, leaf))
    assert len(TOLD.proof(leaf, lambda fact: "told")) == 12


@pytest.mark.parametrize(
    ("miss", "sentence"),
    [
        (
            NearMiss("prp-spo2", (Fact("anna", "leads", "bert"),), (("bert", "has", "rash"),)),
            "It would follow by a chain of relations if it were known that Bert has finding rash. "
            "It is known that Anna may lead to Bert.",
        ),
        (
            NearMiss(
                "kind-inheritance",
                (Fact("bert", "has", "rash"),),
                (),
                blocked=(Fact("anna", ("not", "has"), "rash"),),
            ),
            "It would follow by inheritance by default, but a claim of its own stands against it: "
            "it is denied that Anna has finding rash. It is known that Bert has finding rash.",
        ),
        (
            NearMiss("prp-trp", (), (), apart=frozenset({"lung", "rash"})),
            "It would follow by going on along the relation, but the steps hold in different "
            "contexts: lung disease and rash.",
        ),
        (
            NearMiss("prp-dom", (), (("anna", "has", Variable("y")),)),
            "It would follow by what the relation starts from if it were known that Anna has "
            "finding something.",
        ),
        (
            NearMiss(
                "cls-svf1",
                (),
                (("anna", "has", Variable("y")), (Variable("y"), TYPE, "finding")),
            ),
            "It would follow by a relation to a member of the class if it were known that Anna has "
            "finding something, say X, and X is in the class “finding kind”.",
        ),
        (
            NearMiss(
                "dt-svf",
                (),
                (("anna", "age", Variable("v", "value", UNDER)),),
                instead=(Fact("anna", "age", number(37)),),
            ),
            "It would follow by a value within the range if it were known that Anna has age less "
            "than 18. But Anna has age 37.",
        ),
    ],
)
def test_a_near_miss_reads_as(miss: NearMiss, sentence: str) -> None:
    assert TOLD.near_miss(miss) == sentence


@pytest.fixture(scope="module")
def real(world: World) -> Sentences:
    return Sentences(world.knowledge.labels, lambda iri: f"‹{iri}›", world.knowledge.contexts)


def test_every_fact_of_the_release_reads_without_identifiers(world: World, real: Sentences) -> None:
    closure: Closure = world.closure
    for fact in closure.facts:
        sentence = real.fact(fact)
        named = sentence.replace(f"‹{ax.THING}›", "").replace(f"‹{ax.NOTHING}›", "")
        assert "‹" not in named, sentence
        assert not {"(", "Object", "None"} & set(sentence.split()), sentence
        if "may" in str(fact.relation):
            assert " may " in sentence


def test_why_amyopathic_dermatomyositis_does_not_present_with_muscle_weakness(
    world: World, real: Sentences
) -> None:
    asked = map(world.iri, ("MONDO:0043317", "h:mayPresentWith", "HP:0001324"))
    first = NearMisses(world.closure, world.knowledge.contexts).of(*asked)[0]
    assert real.near_miss(first) == (
        "It would follow by the wider relation, but a claim of its own stands against it: "
        "amyopathic dermatomyositis may present without Muscle weakness. It is known that "
        "amyopathic dermatomyositis is a subtype of dermatomyositis and dermatomyositis "
        "characteristically presents with Muscle weakness."
    )
