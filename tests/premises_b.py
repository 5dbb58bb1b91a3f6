"""What the answers to questions 31 to 56 rest on."""

from tests.questions import Premise

RISK = "ObjectPropertyChain(h:subtypeOf h:signalsRiskOf)"
EFFECT = "ObjectPropertyChain(h:subtypeOf h:mayHaveAdverseEffect)"
ANTIBODIES = (
    "anti-Jo-1 antibody",
    "anti-Mi2 antibody",
    "anti-SRP antibody",
    "anti-Smith antibody",
    "anti-p155/140 antibody",
    "antinuclear antibody",
)

PREMISES = [
    # A symptom results from what is told to lead to it, by the inverse.
    Premise(
        "claims/mayDirectlyLeadTo.tsv",
        ("claim:0001078",),
        "q31-causes-of-breathlessness",
        [("cause_label",), ("interstitial lung disease",)],
    ),
    # Adverse effects are told of corticosteroids; what is to be watched for is told of the disease.
    Premise(
        "schema.ofn",
        (f"SubObjectPropertyOf({EFFECT} h:mayHaveAdverseEffect)",),
        "q33-risks-of-prednisone",
        [
            ("role", "item_label"),
            ("adverse effect", "Avascular necrosis"),
            ("adverse effect", "secondary infection"),
            ("adverse effect", "steroid-induced avascular necrosis"),
            ("adverse effect", "worsened osteopenia"),
            ("consequence", "opportunistic lung infection"),
            ("mechanism", "immune suppression"),
        ],
    ),
    # The risk is told of antisynthetase antibodies.
    Premise(
        "schema.ofn",
        (f"SubObjectPropertyOf({RISK} h:signalsRiskOf)",),
        "q35-tests-for-an-antibody",
        [("test_label",), ("chest imaging",), ("pulmonary function testing",)],
    ),
    # A document that no longer proposes the drug keeps its row.
    Premise(
        "claims/hasIndication.tsv",
        ("claim:0000152",),
        "q38-place-of-rituximab",
        [("document", "proposed"), ("doc:001", "yes")],
        [("doc:001", "no")],
    ),
    Premise(
        "claims/isNameUsedFor.tsv",
        ("claim:0001001", "claim:0001009"),
        "q41-sign-or-disease",
        [("document", "sort_label"), ("doc:000", "disease kind")],
    ),
    # Without the hierarchy a cancer is only itself.
    Premise(
        "external.tsv",
        ("MONDO:0001056 < kg:0000222",),
        "q43-cancers-by-document",
        [("comparison", "cancer_label"), ("falls under", "gastric cancer")],
        [("only second", "gastric cancer")],
    ),
    # What only resembles the sign meets the criterion by that claim.
    Premise(
        "claims/resembles.tsv",
        ("claim:0000025",),
        "q50-three-criteria",
        [("disease_label",), ("checkpoint inhibitor-induced myositis",)],
    ),
    Premise(
        "schema.ofn",
        ("InverseObjectProperties(h:hasAssociatedAntibody h:antibodyAssociatedWith)",),
        "q52-associated-antibodies",
        [
            ("associate_label", "antibody_label"),
            ("Heliotrope rash", "anti-Mi2 antibody"),
            ("malignancy-associated dermatomyositis", "anti-p155/140 antibody"),
        ],
    ),
    # One antibody is named in one place only.
    Premise(
        "claims/isTestedForAntibody.tsv",
        ("claim:0000099",),
        "q54-named-autoantibodies",
        [
            ("total", "antibody_label"),
            ("7", "anti-dsDNA antibody"),
            *(("7", name) for name in ANTIBODIES),
        ],
        [("6", name) for name in ANTIBODIES],
    ),
    # Without bounds a population of some ages neither has nor lacks the patient.
    Premise(
        "ages.tsv",
        ("kg:0000237",),
        "q56-age-and-populations",
        [
            ("membership", "population_label"),
            ("outside", "adult of the late forties and early sixties"),
        ],
        [("undecided", "adult of the late forties and early sixties")],
    ),
]
