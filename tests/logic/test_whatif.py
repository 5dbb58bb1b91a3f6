"""What if: claims added and withdrawn, by the real ontology."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_service.errors import WhatIfError
from kg_service.logic import axioms as ax
from kg_service.logic import reasoner, whatif
from kg_service.logic.axioms import VOCABULARY, Fact
from kg_service.logic.mind import Mind
from kg_service.logic.whatif import Change
from kg_service.pipeline import ontology
from tests.logic.conftest import ROOT, World
from tests.sampling import examples


def h(name: str) -> str:
    return VOCABULARY + name


def read(world: World, payload: object) -> Change:
    return whatif.read(payload, world.terms, world.makers)


def changed(world: World, payload: object) -> whatif.Difference:
    """What a change gains and loses; the fixture's closure is what holds before."""
    asserted = read(world, payload).applied(world.knowledge.facts)
    after = reasoner.saturate(asserted, contexts=world.knowledge.contexts)
    return whatif.difference(world.closure, after)


def test_an_added_claim_gains_itself_and_what_follows(world: World) -> None:
    added = {
        "subject": "corticosteroid",
        "relation": "may have adverse effect",
        "object": "HP:0000939",
    }
    found = changed(world, {"add": [added]})
    drug, effect = world.iri("CHEBI:50858"), world.iri("HP:0000939")
    assert found.lost == ()
    assert Fact(drug, h("mayHaveAdverseEffect"), effect) in found.gained
    assert Fact(world.iri("kg:0000060"), h("carriesRiskOf"), effect) in found.gained
    assert Fact(world.iri("kg:0004001"), h("isAtRiskOf"), effect) in found.gained


def test_a_scope_is_kept_in_what_is_gained(world: World) -> None:
    added = {
        "subject": "kg:0000044",
        "relation": "h:signalsRiskOf",
        "object": "MONDO:0015925",
        "context": ["MONDO:0016367"],
        "population": ["adult"],
    }
    change = read(world, {"add": [added]})
    scope = frozenset({world.iri("MONDO:0016367"), world.iri("kg:0000100")})
    expected = Fact(world.iri("kg:0000044"), h("signalsRiskOf"), world.iri("MONDO:0015925"), scope)
    assert change == Change((expected,), (), {}, (), frozenset({world.iri("MONDO:0016367")}))


def test_a_withdrawn_claim_loses_what_rests_on_it_alone(world: World) -> None:
    # Heliotrope-like rash resembles heliotrope rash: what the title question rests on for one.
    found = changed(world, {"withdraw": ["claim:0000025"]})
    assert found.gained == ()
    myositis, sign = world.iri("kg:0000010"), world.iri("HP:0040324")
    assert Fact(world.iri("kg:0000002"), h("resembles"), sign) in found.lost
    assert Fact(myositis, h("mayPresentAs"), sign) in found.lost
    assert world.iri("kg:0000001") in {f.object for f in found.lost if f.subject == myositis}


def test_a_fact_stays_while_another_claim_makes_it(world: World) -> None:
    rash = Fact(world.iri("kg:0004001"), h("hasFinding"), world.iri("HP:0000988"))
    some = ["claim:0002001", "claim:0002003", "claim:0002062"]
    change = read(world, {"withdraw": some})
    assert change.withdraw == ()
    assert change.kept == {rash: (world.iri("claim:0002068"),)}
    change = read(world, {"withdraw": [*some, "claim:0002068"]})
    assert change.withdraw == (rash,)
    assert change.kept == {}


def test_a_claim_that_makes_no_fact_is_idle(world: World) -> None:
    # A denial that a conflict names makes no axiom (pipeline/claims.py).
    claim = world.iri("claim:0000091")
    silent = dataclasses.replace(
        world.makers,
        by_claim={c: facts for c, facts in world.makers.by_claim.items() if c != claim},
    )
    change = whatif.read({"withdraw": [claim]}, world.terms, silent)
    assert (change.withdraw, change.idle) == ((), (claim,))


def test_nothing_changed_is_no_difference(world: World) -> None:
    assert read(world, {}) == Change((), (), {}, ())
    assert whatif.difference(world.closure, world.closure) == whatif.Difference((), ())


def test_adding_what_is_told_already_gains_nothing(world: World) -> None:
    told = {"subject": "kg:0000002", "relation": "resembles", "object": "HP:0040324"}
    assert changed(world, {"add": [told]}) == whatif.Difference((), ())


def test_a_denial_added_to_what_holds_clashes_in_the_closure(world: World) -> None:
    denial = {
        "subject": "kg:0000002",
        "relation": "resembles",
        "object": "HP:0040324",
        "denied": True,
    }
    asserted = read(world, {"add": [denial]}).applied(world.knowledge.facts)
    after = reasoner.saturate(asserted, contexts=world.knowledge.contexts)
    assert [clash.rule for clash in after.clashes] == ["prp-npa1"]


SAID = {"subject": "MONDO:0016367", "relation": "h:mayPresentWith", "object": "HP:0000988"}


@pytest.mark.parametrize(
    ("payload", "path", "expected"),
    [
        (3, "", "an object"),
        ({"remove": []}, "/remove", "one of add, withdraw"),
        ({"withdraw": "claim:0000025"}, "/withdraw", "a list"),
        ({"withdraw": ["claim:9999999"]}, "/withdraw/0", "a claim of this graph"),
        ({"withdraw": ["no such claim"]}, "/withdraw/0", "a CURIE, an IRI or an exact label"),
        ({"add": [SAID | {"object": "HP:0009999"}]}, "/add/0/object", "a term of this graph"),
        ({"add": [SAID | {"subject": "Heliotrop"}]}, "/add/0/subject", "an exact label"),
        ({"add": [SAID | {"relation": "h:mayNotBe"}]}, "/add/0/relation", "a claim may have"),
        ({"add": [SAID | {"relation": "h:fitsDiagnosis"}]}, "/add/0/relation", "a claim may have"),
        ({"add": [SAID | {"relation": "rdfs:label"}]}, "/add/0/relation", "a claim may have"),
        (
            {"add": [SAID | {"relation": "h:mayPresentWithout", "denied": True}]},
            "/add/0/denied",
            "'may present without' cannot be denied",
        ),
        ({"add": [SAID | {"denied": "yes"}]}, "/add/0/denied", "true or false"),
        ({"add": [{"subject": "HP:0000988"}]}, "/add/0", "the member 'relation'"),
        (
            {"add": [SAID | {"population": ["HP:0000988"]}]},
            "/add/0/population/0",
            "a population kind",
        ),
        ({"add": [SAID | {"context": ["kg:0004001"]}]}, "/add/0/context/0", "a kind"),
        ({"add": [SAID, SAID | {"denied": True}]}, "/add/1", "nothing that /add/0 contradicts"),
        (
            {"add": [SAID, SAID | {"denied": True, "population": ["adult"]}]},
            "/add/1",
            "nothing that /add/0 contradicts",
        ),
        (
            {
                "add": [{"subject": "kg:0000002", "relation": "resembles", "object": "HP:0040324"}],
                "withdraw": ["claim:0000025"],
            },
            "/add/0",
            "nothing that a withdrawn claim says",
        ),
    ],
)
def test_a_wrong_change_names_path_and_expected(
    world: World, payload: object, path: str, expected: str
) -> None:
    with pytest.raises(WhatIfError) as raised:
        read(world, payload)
    assert raised.value.path == path
    assert expected in raised.value.expected


def test_what_is_said_of_some_does_not_contradict_what_is_denied_of_others(world: World) -> None:
    one = SAID | {"population": ["kg:0000100"]}
    other = SAID | {"population": ["kg:0000236"], "denied": True}
    assert len(read(world, {"add": [one, other]}).add) == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8)
    | st.sampled_from(["HP:0000988", "MONDO:0016367", "h:mayPresentWith", "claim:0000025"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["add", "withdraw", "subject", "relation", "object", "denied", "context", "population"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=examples(200), deadline=None)
@given(payload=JSON)
def test_any_json_is_a_change_or_an_error_with_a_path(world: World, payload: object) -> None:
    try:
        assert isinstance(read(world, payload), Change)
    except WhatIfError as error:
        assert error.path == "" or error.path.startswith("/")


def test_the_age_of_the_patient_goes_with_the_claim_that_tells_it(world: World) -> None:
    patient, adult = world.iri("kg:0004001"), world.iri("kg:0000393")
    found = changed(world, {"withdraw": ["claim:0002067"]})
    assert Fact(patient, h("hasAge"), ("literal", "37", ax.XSD + "integer", "")) in found.lost
    assert Fact(patient, ax.TYPE, adult) in found.lost


@pytest.fixture(scope="module")
def mind(world: World) -> Mind:
    return Mind(world.knowledge, ontology.read(ROOT / "ontology").names, "test")


def asked(mind: Mind, change: object) -> Any:
    """The answer to a what-if of a mind that is left as it was."""
    other = copy.copy(mind)
    other.__dict__["_saturation"] = mind._saturation.copy()
    return other.whatif({"change": change})


def subtype(lower: str, upper: str) -> dict[str, str]:
    return {"subject": lower, "relation": "is a subtype of", "object": upper}


@pytest.mark.parametrize(
    "added",
    [
        [subtype("MONDO:0016367", "MONDO:0008054")],
        [subtype("MONDO:0016367", "MONDO:0016367")],
        [subtype("MONDO:0016367", "MONDO:0007915"), subtype("MONDO:0007915", "MONDO:0008054")],
    ],
    ids=["its subtype", "itself", "by way of another"],
)
def test_what_puts_a_thing_below_itself_is_inconsistent_by_its_minimal_sets(
    mind: Mind, added: list[dict[str, str]]
) -> None:
    found = asked(mind, {"add": added})
    assert (found["consistent"], found["gained"], found["lost"]) == (False, [], [])
    assert found["clashes"]
    for leaves in found["clashes"]:
        assert [leaf["told"] for leaf in leaves if "told" in leaf] == [{"added": True}] * len(added)


def test_a_new_subtype_that_closes_no_circle_is_consistent(mind: Mind) -> None:
    found = asked(mind, {"add": [subtype("MONDO:0007915", "MONDO:0016367")]})
    assert found["consistent"] is True
    assert "clashes" not in found
