"""What the answers to questions 1 to 28 rest on."""

from tests.questions import Premise

CONDITION = ("condition",)
RANKED = ("rank", "condition")
CIM, JDM, ADM, MDM = "kg:0000010", "MONDO:0008054", "MONDO:0043317", "kg:0000012"
DM, SLE = "MONDO:0016367", "MONDO:0007915"
Q01 = "q01-conditions-for-three-criteria"
PATIENT = "q02-diagnoses-of-a-patient"
DERIVED = ("diagnosis", "derived")
FROM = "ObjectPropertyChain(h:mayHaveAdverseEffect h:mayLeadTo)"

PREMISES = [
    # That the look-alike rash resembles a heliotrope rash is what lets it meet the criterion.
    Premise("claims/resembles.tsv", ("claim:0000025",), "title-question", [CONDITION, (CIM,)]),
    # The subtypes answer only by what they inherit as characteristic.
    Premise(
        "claims/characteristicallyPresentsWithAny.tsv",
        ("claim:0000023",),
        "title-question",
        [CONDITION, (JDM,), (ADM,), (MDM,)],
    ),
    # Low titres of autoantibodies at large are what covers the antinuclear antibody.
    Premise(
        "claims/mayPresentWithAny.tsv",
        ("claim:0000026",),
        "title-question",
        [CONDITION, (CIM,)],
        build=1,
    ),
    # A condition that lacks a criterion is still considered where a document names it.
    Premise(
        "claims/mayPresentWithAny.tsv",
        ("claim:0000026",),
        Q01,
        [RANKED, ("2", CIM)],
        [("4", CIM)],
        build=1,
    ),
    # All responses were told of corticosteroids; prednisone is one by claim and by parent.
    Premise(
        "claims/subtypeOf.tsv",
        ("claim:0000138",),
        Q01,
        [RANKED, ("1", DM), ("2", JDM), ("2", CIM), ("3", ADM), ("3", MDM)],
        [("4", JDM), ("4", CIM)],
    ),
    Premise(
        "own.tsv",
        ("kg:0000060 < CHEBI:50858",),
        "q17-drugs-for-a-disease",
        [
            ("drug", "proposed"),
            ("kg:0000060", "CHEBI:50858"),
            ("kg:0000060", "CHEBI:35705"),
        ],
    ),
    # The defined class of patients needs a rash; the diagnosis stays, as the document's claim.
    Premise(
        "claims/hasFinding.tsv",
        ("claim:0002001", "claim:0002003", "claim:0002062", "claim:0002068"),
        PATIENT,
        [DERIVED, (DM, "h:fitsDiagnosis")],
        [(DM, "")],
    ),
    # Who takes no steroid is not at risk of what steroids bring about.
    Premise(
        "claims/takes.tsv",
        ("claim:0002009",),
        PATIENT,
        [DERIVED, ("kg:0000304", "h:isAtRiskOf")],
        [("kg:0000304", "")],
    ),
    Premise(
        "claims/hasRegimen.tsv",
        ("claim:0000140",),
        "q07-adult-corticosteroid-dose",
        [("drug", "document", "line"), ("kg:0000060", "doc:001", "90")],
    ),
    # The flag is a conflict with its reference, beside the dose and not in it.
    Premise(
        "../conflicts.tsv",
        ("kg:0006056",),
        "q07-adult-corticosteroid-dose",
        [
            ("drug", "disputed", "referenceLabel"),
            ("kg:0000060", "true", "BSR guideline on myositis 2022"),
            ("kg:0000060", "true", "review of treatment of dermatomyositis 2008"),
        ],
        [("kg:0000060", "false", "")],
        build=1,
    ),
    Premise(
        "external.tsv",
        ("MONDO:0009831 < MONDO:0002516",),
        "q19-associated-cancers-of-an-organ-system",
        [("label",), ("malignant pancreatic neoplasm",)],
    ),
    Premise(
        "external.tsv",
        ("HP:0012819 < HP:0001626",),
        "q21-cardiac-abnormalities",
        [("label",), ("Myocarditis",)],
    ),
    # Diseases of the digestive system are gastrointestinal complications by the group of both.
    Premise(
        "external.tsv",
        ("MONDO:0004335 < kg:0000200",),
        "q23-gastrointestinal-complications",
        [
            ("label",),
            ("gastrointestinal vasculopathy",),
            ("digestive system infectious disorder",),
        ],
    ),
    Premise(
        "external.tsv",
        ("MONDO:0043317 < MONDO:0016367",),
        "q25-subtypes-of-a-disease",
        [("label",), ("amyopathic dermatomyositis",)],
    ),
    # Without transitivity only the next step follows.
    Premise(
        "schema.ofn",
        ("TransitiveObjectProperty(h:mayLeadTo)",),
        "q26-consequences-of-a-finding",
        [
            ("label",),
            ("Weight loss",),
            ("Malnutrition",),
            ("Aspiration",),
            ("Aspiration pneumonia",),
        ],
    ),
    # One step less, and what comes after it is gone.
    Premise(
        "claims/mayDirectlyLeadTo.tsv",
        ("claim:0001048",),
        "q26-consequences-of-a-finding",
        [("label",), ("Malnutrition",)],
        build=1,
    ),
    Premise(
        "schema.ofn",
        (f"SubObjectPropertyOf({FROM} h:carriesRiskOf)",),
        "q28-risks-of-a-therapy",
        [("label",), ("opportunistic lung infection",)],
    ),
]
