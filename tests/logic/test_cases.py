"""What follows about patients by the real ontology: each pattern, and the near miss beside it."""

from __future__ import annotations

from typing import Any

import pytest

from kg_service.grades import Grade
from kg_service.logic import axioms as ax
from kg_service.logic import cases, evidence
from kg_service.logic.axioms import VOCABULARY, Fact
from kg_service.logic.cases import Conclusion, Conclusions, Question
from tests.logic.conftest import PATIENT, World
from tests.sampling import every

CRITERIA = "patient who meets what criteria of juvenile dermatomyositis require"
TITRE = "patient with an antinuclear antibody titre of 1:320 or more"
SEVERE = "patient with dermatomyositis and a finding that marks severe disease"
FOUR = "patient with rash, muscle weakness, calcinosis and bone loss"
UNDER, OVER = "patient with an age under 18 years", "patient with an age of 18 years or more"
PRESENTATION = "patient with heliotrope rash, low-titre ANA and steroid response"
DM, SLE, JDM = "dermatomyositis", "systemic lupus erythematosus", "juvenile dermatomyositis"
ILD = "interstitial lung disease"


def h(name: str) -> str:
    return VOCABULARY + name


def labels(world: World, room: tuple[Conclusion, ...], pending: bool = False) -> set[str]:
    """What a room holds for the patient outright, or only if its scope should apply."""
    return {world.label(c.fact.object) for c in room if bool(c.pending) == pending}


def asked(world: World, found: Conclusions) -> list[tuple[set[str], set[str]]]:
    """Each question: what is open, and what that decides."""

    def name(node: Any) -> str:
        return world.label(node[2] if node[0] == "value" else node[1])

    return [
        ({name(node) for node in q.open}, {world.label(f.object) for f in q.decides})
        for q in found.questions
    ]


def score(value: float) -> list[dict[str, object]]:
    return [{"test": "kg:0000021", "value": value, "unit": "{score}"}]


def titre(value: int) -> list[dict[str, object]]:
    return [{"test": "kg:0000040", "value": value, "unit": "{titer}"}]


@pytest.mark.parametrize(
    ("case", "meets"),
    every(
        3,
        [
            ({"age": 17, "results": score(7.5)}, True),
            ({"age": 18, "results": score(7.5)}, False),
            ({"results": score(7.5)}, False),
            ({"age": 17, "results": score(7.4)}, False),
            ({"age": 17, "results": score(7)}, False),
            ({"age": 17, "results": score(8)}, True),
            ({"age": 17}, False),
        ],
    ),
)
@pytest.mark.parametrize("sign", every(3, ["HP:0040324", "HP:0025508", "HP:0430033"]))
def test_criteria_of_juvenile_dermatomyositis_need_age_sign_and_score(
    world: World, case: dict[str, object], meets: bool, sign: str
) -> None:
    found = world.conclude(case | {"findings": [sign]})
    assert (CRITERIA in labels(world, found.types)) == meets
    assert (JDM in labels(world, found.fits)) == meets


@pytest.mark.parametrize("sign", every(3, ["HP:0000988", "HP:0025535", "kg:0000002"]))
def test_another_sign_does_not_meet_the_criteria(world: World, sign: str) -> None:
    found = world.conclude({"age": 9, "findings": [sign], "results": score(9)})
    assert CRITERIA not in labels(world, found.types)


@pytest.mark.parametrize(
    ("age", "group"), every(2, [(0, UNDER), (17, UNDER), (18, OVER), (90, OVER), (None, None)])
)
def test_an_age_puts_into_one_group_and_an_unknown_age_into_none(
    world: World, age: int | None, group: str | None
) -> None:
    found = world.conclude({"age": age})
    assert labels(world, found.types) == ({group} if group else set())


def test_the_classes_of_ages_agree_with_the_table_of_ages(world: World) -> None:
    rows = {
        row.cells["ID"]: (row.cells["Least age"], row.cells["Greatest age"])
        for row in next(t for t in world.tables if t.file == "tables/ages.tsv").rows
    }
    assert rows["kg:0000100"] == ("18", "")
    assert rows["kg:0000102"] == rows["kg:0000236"] == ("", "17")


def test_a_titre_of_320_is_a_reason_to_consider_lupus_and_no_criterion(world: World) -> None:
    found = world.conclude({"results": titre(320)})
    assert labels(world, found.types) >= {TITRE}
    assert SLE in labels(world, found.considered)
    assert labels(world, found.fits) == set()


@pytest.mark.parametrize(
    "case", every(3, [{"results": titre(160)}, {}, {"findings": ["HP:0003493"]}])
)
def test_a_lower_or_unknown_titre_is_no_reason(world: World, case: dict[str, object]) -> None:
    found = world.conclude(case)
    assert TITRE not in labels(world, found.types)
    assert SLE not in labels(world, found.considered)


def test_a_low_titre_does_not_follow_from_a_number(world: World) -> None:
    # The documents give no number below which a titre is low.
    closure = world.told({"results": titre(40)})
    assert not closure.find(PATIENT, h("hasFinding"), world.iri("kg:0000009"))
    assert not closure.find(PATIENT, h("hasFinding"), world.iri("HP:0003493"))


@pytest.mark.parametrize("sign", every(3, ["HP:0007430", "kg:0000027", "HP:0012050"]))
@pytest.mark.parametrize("disease", every(2, ["MONDO:0016367", "MONDO:0008054"]))
def test_edema_marks_severe_dermatomyositis_which_requires_more(
    world: World, sign: str, disease: str
) -> None:
    found = world.conclude({"findings": [sign], "diagnoses": [disease]})
    assert SEVERE in labels(world, found.types)
    assert labels(world, found.circumstances) == {"severe disease"}
    assert "aggressive immunotherapy beyond steroids alone" in labels(world, found.required)


@pytest.mark.parametrize(
    "case",
    every(
        3,
        [
            {"findings": ["HP:0007430"]},
            {"findings": ["HP:0007430"], "diagnoses": ["MONDO:0007915"]},
            {"findings": ["HP:0007430"], "diagnoses": [{"id": "MONDO:0016367", "present": None}]},
            {"findings": ["HP:0007430"], "diagnoses": [{"id": "MONDO:0016367", "present": False}]},
            {"findings": ["HP:0100539"], "diagnoses": ["MONDO:0016367"]},
            {"findings": [{"id": "HP:0007430", "present": False}], "diagnoses": ["MONDO:0016367"]},
            {"findings": [{"id": "HP:0007430", "present": None}], "diagnoses": ["MONDO:0016367"]},
        ],
    ),
    ids=["alone", "lupus", "unknown", "denied", "periorbital", "no edema", "edema unknown"],
)
def test_severe_disease_needs_the_diagnosis_and_the_marker(
    world: World, case: dict[str, object]
) -> None:
    found = world.conclude(case)
    assert SEVERE not in labels(world, found.types)
    assert labels(world, found.circumstances) == set()
    assert "aggressive immunotherapy beyond steroids alone" not in labels(world, found.required)


def test_findings_that_fit_dermatomyositis_are_no_diagnosis_for_the_edema(world: World) -> None:
    signs = ["HP:0000988", "HP:0001324", "HP:0003761", "kg:0000305", "HP:0007430"]
    found = world.conclude({"findings": signs})
    assert labels(world, found.fits) == {DM}
    assert SEVERE not in labels(world, found.types)


def test_severe_disease_implies_no_marker(world: World) -> None:
    closure = world.told({"findings": ["kg:0000110"], "diagnoses": ["MONDO:0016367"]})
    assert not [f for f in closure.facts if f.subject == PATIENT and f.relation == h("hasFinding")]
    found = cases.conclusions(closure, PATIENT)
    assert labels(world, found.required) == {"aggressive immunotherapy beyond steroids alone"}


STEROID_RISKS = {
    "Avascular necrosis",
    "immune suppression",
    "opportunistic lung infection",
    "secondary infection",
    "steroid-induced avascular necrosis",
}


def test_prednisone_puts_at_risk_of_what_steroids_may_cause(world: World) -> None:
    found = world.conclude({"drugs": ["prednisone"]})
    assert labels(world, found.risks) == STEROID_RISKS
    # Told within dermatomyositis, which this patient may or may not have.
    assert labels(world, found.risks, pending=True) == {"worsened osteopenia"}
    necrosis = next(
        c for c in found.risks if c.fact.object == world.iri("HP:0010885") and not c.pending
    )
    assert necrosis.because == (Fact(PATIENT, h("takes"), world.iri("kg:0000060")),)


@pytest.mark.parametrize(
    "case",
    every(
        3,
        [
            {"drugs": ["methotrexate"]},
            {"drugs": [{"id": "prednisone", "present": False}]},
            {"drugs": [{"id": "prednisone", "present": None}]},
            {"diagnoses": ["MONDO:0016367"]},
        ],
    ),
    ids=["another drug", "denied", "unknown", "the disease alone"],
)
def test_without_a_steroid_there_is_no_steroid_risk(world: World, case: dict[str, object]) -> None:
    found = world.conclude(case)
    assert found.risks == ()


def test_an_antibody_calls_for_the_test_of_the_organ_within_dermatomyositis(world: World) -> None:
    found = world.conclude({"findings": ["HP:0034152"], "diagnoses": ["MONDO:0016367"]})
    assert labels(world, found.risks) == {ILD}
    assert {"chest imaging", "pulmonary function testing"} <= labels(world, found.tests)
    (risk,) = found.risks
    assert risk.fact.scope == {world.iri("MONDO:0016367")}
    assert risk.applies == (Fact(PATIENT, h("isInContextOf"), world.iri("MONDO:0016367")),)
    assert risk.because == (Fact(PATIENT, h("hasFinding"), world.iri("HP:0034152")),)


def test_the_same_antibody_outside_dermatomyositis_leaves_the_question(world: World) -> None:
    found = world.conclude({"findings": ["HP:0034152"]})
    assert labels(world, found.risks) == set()
    assert labels(world, found.risks, pending=True) == {ILD}
    decided = {ILD, "chest imaging", "pulmonary function testing"}
    assert ({DM}, decided) in asked(world, found)


def test_the_same_antibody_where_dermatomyositis_is_denied_says_nothing(world: World) -> None:
    denied = [{"id": "MONDO:0016367", "present": False}]
    found = world.conclude({"findings": ["HP:0034152"], "diagnoses": denied})
    assert found.risks == ()
    assert ({DM}, {ILD}) not in asked(world, found)


@pytest.mark.parametrize(
    "finding",
    every(
        3,
        [
            {"id": "HP:0034152", "present": False},
            {"id": "HP:0034152", "present": None},
            {"id": "HP:0033554", "present": True},
            {"id": "HP:6000678", "present": True},
        ],
    ),
    ids=["denied", "unknown", "anti-Mi2", "some myositis-specific antibody"],
)
def test_without_the_antibody_there_is_no_risk_of_its_organ(
    world: World, finding: dict[str, object]
) -> None:
    found = world.conclude({"findings": [finding], "diagnoses": ["MONDO:0016367"]})
    assert found.risks == ()


def test_the_three_criteria_of_the_title_lead_to_dermatomyositis(world: World) -> None:
    case = {"findings": ["kg:0000009", "HP:0034825", "HP:0040324"], "age": 40}
    found = world.conclude(case)
    assert PRESENTATION in labels(world, found.types)
    assert DM in labels(world, found.considered)
    # Juvenile disease is considered under 18 only, checkpoint inhibitors' with such a history only.
    assert labels(world, found.considered) == {DM}
    assert JDM in labels(world, world.conclude(case | {"age": 17}).considered)
    given = world.conclude(case | {"drugs": ["kg:0000068"]})
    assert "checkpoint inhibitor-induced myositis" in labels(world, given.considered)
    assert labels(world, given.circumstances) == {"history of cancer immunotherapy"}


@pytest.mark.parametrize("left", every(3, ["HP:0034825", "kg:0000009", "HP:0040324"]))
def test_two_of_the_three_criteria_are_not_the_presentation(world: World, left: str) -> None:
    signs = {"HP:0034825", "kg:0000009", "HP:0040324"} - {left}
    found = world.conclude({"findings": sorted(signs)})
    assert PRESENTATION not in labels(world, found.types)
    assert ({world.label(world.iri(left))}, {PRESENTATION}) in asked(world, found)


def test_a_cause_upstream_and_its_test_are_found(world: World) -> None:
    found = world.conclude({"findings": ["HP:0001824"], "diagnoses": ["MONDO:0016367"]})
    assert "videofluoroscopy" in labels(world, found.upstream)
    assert world.conclude({"findings": [{"id": "HP:0001824", "present": False}]}).upstream == ()


def test_what_is_told_for_adults_waits_for_the_age_and_not_for_children(world: World) -> None:
    case = {"diagnoses": ["MONDO:0016367"]}
    test = "age-appropriate cancer screening"
    assert test in labels(world, world.conclude(case).tests, pending=True)
    assert test in labels(world, world.conclude(case | {"age": 18}).tests)
    child = world.conclude(case | {"age": 17})
    assert test not in labels(world, child.tests) | labels(world, child.tests, pending=True)


def test_tests_of_a_disease_follow_a_reason_to_consider_it(world: World) -> None:
    found = world.conclude({"results": titre(640)})
    assert {"anti-dsDNA antibody", "anti-Smith antibody"} <= labels(world, found.tests)


def test_an_empty_case_has_no_conclusions_and_asks_for_numbers_only(world: World) -> None:
    found = world.conclude({})
    rooms = [getattr(found, name) for name in ("types", *cases.ROOMS)]
    assert rooms == [()] * len(rooms)
    assert asked(world, found) == [
        ({"has age"}, {UNDER}),
        ({"has age"}, {OVER}),
        ({"has antinuclear antibody titre"}, {TITRE}),
    ]


def test_questions_come_nearest_first_and_leave_out_what_is_ruled_out(world: World) -> None:
    signs = ["HP:0000988", "HP:0001324", "HP:0003761"]
    found = world.conclude({"age": 37, "findings": signs})
    assert asked(world, found)[0] == ({"bone loss"}, {FOUR})
    assert found.questions[0].met == tuple(
        Fact(PATIENT, ax.TYPE, ("value", h("hasFinding"), world.iri(sign)))
        for sign in ("HP:0000988", "HP:0001324", "HP:0003761")
    )
    denied = {"id": "kg:0000305", "present": False}
    ruled = world.conclude({"age": 37, "findings": [*signs, denied]})
    assert FOUR not in {name for _, decides in asked(world, ruled) for name in decides}
    unknown = {"id": "kg:0000305", "present": None}
    still = world.conclude({"age": 37, "findings": [*signs, unknown]})
    assert asked(world, still) == asked(world, found)


def test_a_denied_supertype_rules_out_its_subtypes(world: World) -> None:
    open_ = world.conclude({"findings": ["kg:0000009", "HP:0034825"]})
    assert ({"Heliotrope rash"}, {PRESENTATION}) in asked(world, open_)
    no_rash = {"id": "HP:0000988", "present": False}
    closed = world.conclude({"findings": ["kg:0000009", "HP:0034825", no_rash]})
    assert PRESENTATION not in {name for _, decides in asked(world, closed) for name in decides}


def test_the_number_of_open_criteria_is_bounded(world: World) -> None:
    closure = world.told({"findings": ["HP:0000988"]})
    three = {"Muscle weakness", "Calcinosis", "bone loss"}
    assert (three, {FOUR}) in asked(world, cases.conclusions(closure, PATIENT, most=3))
    assert (three, {FOUR}) not in asked(world, cases.conclusions(closure, PATIENT, most=2))


@pytest.mark.parametrize(
    ("findings", "rule"),
    every(
        3,
        [
            (["HP:0040324", {"id": "HP:0000988", "present": False}], "prp-npa1"),
            (["kg:0000006", "HP:0003493"], "cax-dw"),
            (["kg:0000006", "kg:0000009"], "cax-dw"),
        ],
    ),
    ids=["subtype and supertype", "negative and positive", "negative and low"],
)
def test_a_patient_that_cannot_be_clashes_with_what_was_told(
    world: World, findings: list[object], rule: str
) -> None:
    closure = world.told({"findings": findings})
    clash = next(c for c in closure.clashes if c.rule == rule)
    told = {f for f in closure.leaves(clash.premises) if f.subject == PATIENT}
    assert {f.object for f in told} - {h("Patient")} == {
        world.iri(str(f["id"]) if isinstance(f, dict) else str(f)) for f in findings
    }


def test_what_may_be_together_does_not_clash(world: World) -> None:
    rash = ["HP:0000988", {"id": "HP:0040324", "present": False}]
    assert world.told({"findings": rash}).clashes == ()
    assert world.told({"findings": ["HP:0003493", "kg:0000009"]}).clashes == ()


def test_the_case_of_document_004_comes_out_as_told_and_no_further(world: World) -> None:
    found = cases.conclusions(world.closure, world.iri("kg:0004001"))
    assert labels(world, found.types) == {FOUR, OVER}
    assert labels(world, found.fits) == {DM}
    assert labels(world, found.considered) == {DM}
    assert labels(world, found.risks) == STEROID_RISKS | {"worsened osteopenia"}
    assert found.circumstances == ()
    assert found.required == ()
    findings = {
        f.object
        for f in world.closure.facts
        if f.subject == world.iri("kg:0004001") and f.relation == h("hasFinding")
    }
    assert world.iri("HP:0040324") not in findings
    # The diagnosis of the document is in no room: it was told, not derived.
    rooms = [getattr(found, name) for name in cases.ROOMS]
    assert h("hasDiagnosis") not in {c.fact.relation for room in rooms for c in room}


DENIED_DM = {"id": "MONDO:0016367", "present": False}
DENIED_SLE = {"id": "MONDO:0007915", "present": False}


def test_a_denied_diagnosis_is_not_considered_nor_tested_for(world: World) -> None:
    found = world.conclude({"findings": ["HP:0040324"]})
    assert labels(world, found.considered) == {DM}
    assert len(found.tests) > 20
    assert found.aside == ()
    told = world.told({"findings": ["HP:0040324"], "diagnoses": [DENIED_DM]})
    denied = cases.conclusions(told, PATIENT)
    assert (denied.considered, denied.fits, denied.tests) == ((), (), ())
    # Neither the document nor the denial is passed over: what would follow is told with it.
    (aside,) = denied.aside
    assert aside.fact == Fact(PATIENT, h("hasReasonToConsider"), world.iri("MONDO:0016367"))
    denial = Fact(PATIENT, ("not", h("hasDiagnosis")), world.iri("MONDO:0016367"))
    assert aside.against == (denial,)
    assert aside.fact in told.facts
    assert aside.fact not in denied.heeding.facts


def test_a_test_that_rests_on_more_than_a_denied_diagnosis_stays(world: World) -> None:
    case = {"findings": ["HP:0040324"], "results": titre(640)}
    found = world.conclude({**case, "diagnoses": [DENIED_DM]})
    assert labels(world, found.considered) == {SLE}
    assert labels(world, found.tests) == {"anti-dsDNA antibody", "anti-Smith antibody"}
    aside = {one.fact for one in found.aside}
    assert len(aside) == 1
    for one in found.tests:
        steps = found.heeding.derivations(one.fact)
        assert steps
        assert not any(aside.intersection(step.premises) for step in steps)


def test_a_denied_lupus_is_set_aside_though_the_titre_suggests_it(world: World) -> None:
    found = world.conclude({"results": titre(640), "diagnoses": [DENIED_SLE]})
    assert SLE not in labels(world, found.considered)
    assert [world.label(one.fact.object) for one in found.aside] == [SLE]
    assert "anti-dsDNA antibody" not in labels(world, found.tests)
    assert TITRE in labels(world, found.types)


def test_the_subtype_of_a_denied_disease_is_set_aside_and_its_supertype_is_not(
    world: World,
) -> None:
    case = {"age": 9, "findings": ["HP:0040324"], "results": score(8)}
    whole = world.conclude({**case, "diagnoses": [DENIED_DM]})
    assert whole.fits == whole.considered == ()
    assert {world.label(one.fact.object) for one in whole.aside} == {DM, JDM}
    part = world.conclude({**case, "diagnoses": [{"id": "MONDO:0008054", "present": False}]})
    assert {world.label(one.fact.object) for one in part.aside} == {JDM}
    assert labels(world, part.considered) == {DM}


@pytest.mark.parametrize("present", [True, None])
def test_what_is_not_denied_is_not_set_aside(world: World, present: bool | None) -> None:
    given = {"id": "MONDO:0016367", "present": present}
    found = world.conclude({"findings": ["HP:0040324"], "diagnoses": [given]})
    assert found.aside == ()
    assert labels(world, found.considered) == {DM}


def test_a_question_names_the_facts_by_which_it_decides(world: World) -> None:
    closure = world.told({"findings": ["HP:0034152", "HP:0000988", "HP:0001324", "HP:0003761"]})
    found = cases.conclusions(closure, PATIENT)
    for question in found.questions:
        assert question.by
        assert set(question.by) <= set(closure.facts)
    four = next(q for q in found.questions if world.label(q.decides[0].object) == FOUR)
    assert [fact.relation for fact in four.by] == [ax.EQUIVALENT]
    assert four.by[0].subject == four.decides[0].object
    waiting = next(q for q in found.questions if ILD in map(world.label, objects(q)))
    assert waiting.by == waiting.decides


@pytest.mark.parametrize(
    "case",
    [
        {"age": 9, "findings": ["HP:0040324"], "results": score(8)},
        {"findings": ["HP:0034152", "HP:0007430"], "diagnoses": ["MONDO:0016367"]},
        {"drugs": ["prednisone"], "results": titre(640), "diagnoses": [DENIED_SLE]},
    ],
)
def test_grades_of_a_case_are_those_of_the_whole_closure(
    world: World, case: dict[str, object]
) -> None:
    own = evidence.grades(world.knowledge)
    told = world.told(case)
    found = cases.conclusions(told, PATIENT)
    grading = evidence.Grading(world.closure, own)
    assumed = dict.fromkeys(told.asserted, Grade.DEFINITION)
    for closure in (told, found.heeding):
        new = grading.beyond(closure)
        whole = evidence.carried(closure, assumed | own)
        assert new
        assert new == {fact: whole[fact] for fact in new}
    grades = {new[one.fact] for name in cases.ROOMS for one in getattr(found, name)}
    assert grades - {Grade.DEFINITION}


def objects(question: Question) -> list[Any]:
    return [fact.object for fact in question.decides]


def test_a_patient_nobody_knows_has_no_conclusions(world: World) -> None:
    found = cases.conclusions(world.closure, PATIENT)
    assert isinstance(found, Conclusions)
    assert found.questions == ()
    assert found.types == ()


def test_every_conclusion_is_derived_by_a_step(world: World) -> None:
    closure = world.told({"age": 12, "findings": ["HP:0040324"], "drugs": ["prednisone"]})
    found = cases.conclusions(closure, PATIENT)
    for name in ("types", *cases.ROOMS):
        for one in getattr(found, name):
            assert one.fact in closure.inferred
            assert closure.derivations(one.fact)
            assert set(one.because) <= closure.asserted
    assert all(isinstance(question, Question) for question in found.questions)
