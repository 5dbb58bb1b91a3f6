"""Reading a GA4GH Phenopacket of version 2 in JSON (https://phenopacket-schema.readthedocs.io).

Read are the age at the last encounter, phenotypic features, diseases, measurements with a quantity,
and treatments. What else the schema has is not looked into; its paths are told as unread. A member
that the schema does not have is refused, as its JSON Schema (`additionalProperties: false`) and
Protobuf's JSON mapping do; as there, a name may be in camelCase or as_in_protobuf, and null is
absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from kg_service.logic.body import Part
from kg_service.logic.cases import case as told
from kg_service.logic.cases.case import Case, Mismatch, Statement, Value
from kg_service.logic.terms import Terms

MARKS = frozenset({"metaData", "phenotypicFeatures", "subject", "medicalActions"})
# Of each message: the members it must have, and all others; in `_READ` those that are read.
_MESSAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Phenopacket": (
        ("id", "metaData"),
        (
            *("subject", "phenotypicFeatures", "measurements", "biosamples", "interpretations"),
            *("diseases", "medicalActions", "files"),
        ),
    ),
    "Individual": (
        ("id",),
        (
            *("alternateIds", "dateOfBirth", "timeAtLastEncounter", "vitalStatus", "sex"),
            *("karyotypicSex", "gender", "taxonomy"),
        ),
    ),
    "TimeElement": (
        (),
        ("gestationalAge", "age", "ageRange", "ontologyClass", "timestamp", "interval"),
    ),
    "Age": (("iso8601duration",), ()),
    "OntologyClass": (("id", "label"), ()),
    "PhenotypicFeature": (
        ("type",),
        (
            *("description", "excluded", "severity", "modifiers", "onset", "resolution"),
            "evidence",
        ),
    ),
    "Disease": (
        ("term",),
        (
            *("excluded", "onset", "resolution", "diseaseStage", "clinicalTnmFinding"),
            *("primarySite", "laterality"),
        ),
    ),
    "Measurement": (
        ("assay",),
        ("description", "value", "complexValue", "timeObserved", "procedure"),
    ),
    "Value": ((), ("quantity", "ontologyClass")),
    "Quantity": (("unit", "value"), ("referenceRange",)),
    "MedicalAction": (
        (),
        (
            *("procedure", "treatment", "radiationTherapy", "therapeuticRegimen"),
            *("treatmentTarget", "treatmentIntent", "responseToTreatment", "adverseEvents"),
            "treatmentTerminationReason",
        ),
    ),
    "Treatment": (
        ("agent",),
        ("routeOfAdministration", "doseIntervals", "drugType", "cumulativeDose"),
    ),
    "MetaData": (
        ("created", "createdBy", "phenopacketSchemaVersion"),
        ("submittedBy", "resources", "updates", "externalReferences"),
    ),
}
# Members of which a message has exactly one (`oneof` in Protobuf).
_ONE_OF: dict[str, tuple[str, ...]] = {
    "TimeElement": _MESSAGES["TimeElement"][1],
    "Measurement": ("value", "complexValue"),
    "Value": _MESSAGES["Value"][1],
    "MedicalAction": ("procedure", "treatment", "radiationTherapy", "therapeuticRegimen"),
}
_READ: dict[str, frozenset[str]] = {
    "Phenopacket": frozenset(
        {
            *("id", "metaData", "subject", "phenotypicFeatures", "measurements", "diseases"),
            "medicalActions",
        }
    ),
    "Individual": frozenset({"id", "timeAtLastEncounter"}),
    "TimeElement": frozenset({"age", "ageRange"}),
    "Age": frozenset({"iso8601duration"}),
    "OntologyClass": frozenset({"id", "label"}),
    "PhenotypicFeature": frozenset({"type", "excluded"}),
    "Disease": frozenset({"term", "excluded"}),
    "Measurement": frozenset({"assay", "value"}),
    "Value": frozenset({"quantity"}),
    "Quantity": frozenset({"unit", "value"}),
    "MedicalAction": frozenset({"treatment"}),
    "Treatment": frozenset({"agent"}),
    # What a packet says of itself is about no patient.
    "MetaData": frozenset(_MESSAGES["MetaData"][0] + _MESSAGES["MetaData"][1]),
}
# ISO 8601-1, section 5.5.2: years, months, weeks and days; hours, minutes and seconds may follow.
DURATION = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:[.,]\d{1,9})?S)?)?",
    re.ASCII,
)
MONTH, YEAR = 31, 365
HOURS, MINUTES, SECONDS = 24, 24 * 60, 24 * 60 * 60  # of a day


def is_one(members: dict[str, Part]) -> bool:
    """Whether the members of a body are those of a Phenopacket and not of our own JSON."""
    return bool(MARKS & {_camel(name) for name in members})


def read(part: Part, terms: Terms) -> Case:
    """Give the case that a Phenopacket tells. Raises CaseError as `reading.read` does."""
    reading = _Reading(terms)
    top = reading.message(part, "Phenopacket")
    version = reading.message(top["metaData"], "MetaData")["phenopacketSchemaVersion"]
    if not re.fullmatch(r"2(\.\d+)*", version.text()):
        raise version.wrong("a schema version of 2")
    statements = [
        *reading.statements(top, "phenotypicFeatures", "PhenotypicFeature", "type", "findings"),
        *reading.statements(top, "diseases", "Disease", "term", "diagnoses"),
        *reading.treatments(top),
    ]
    values = [*reading.age(top), *reading.measurements(top)]
    return told.case(statements, values, sorted(reading.unread), reading.mismatches())


@dataclass
class _Reading:
    """One Phenopacket under way, the paths in it that are not used, and the identifiers of terms
    that were read, each with the label beside it."""

    terms: Terms
    unread: list[str] = field(default_factory=list)
    labelled: list[tuple[Part, Part]] = field(default_factory=list)

    def message(self, part: Part, name: str) -> dict[str, Part]:
        """Give the members of a message that are there and are read; the others become unread."""
        required, optional = _MESSAGES[name]
        found: dict[str, Part] = {}
        for written, member in part.anything().items():
            known = _camel(written)
            if known not in required + optional:
                offers = ", ".join(required + optional)
                raise member.wrong(
                    f"a member of {name} ({offers})", found=f"the member {written[:80]!r}"
                )
            if known in found:
                raise member.wrong(f"{known!r} once", found="the same member, written otherwise")
            if member.value is not None:
                found[known] = member
        for needed in required:
            if needed not in found:
                raise part.wrong(
                    f"the member {needed!r} of {name}", found=f"an object with no {needed!r}"
                )
        choice = _ONE_OF.get(name, ())
        chosen = [member for member in choice if member in found]
        if choice and len(chosen) != 1:
            raise part.wrong(
                f"exactly one of {', '.join(choice)}", found=" and ".join(chosen) or "none"
            )
        self.unread += [p.path for member, p in found.items() if member not in _READ[name]]
        return {member: p for member, p in found.items() if member in _READ[name]}

    def identified(self, part: Part) -> tuple[Part, Part]:
        """Give the identifier and the label of an OntologyClass."""
        members = self.message(part, "OntologyClass")
        members["label"].text()
        return members["id"], members["label"]

    def term(self, part: Part) -> Part:
        """Give the identifier of an OntologyClass that is a term, and keep its label in mind."""
        self.labelled.append(self.identified(part))
        return self.labelled[-1][0]

    def mismatches(self) -> list[Mismatch]:
        """Give the labels that are no name of the term they stand beside."""
        naming = self.terms.naming
        named = [(label, self.terms.named(id_)) for id_, label in self.labelled]
        return [
            Mismatch(label.path, label.text(), iri)
            for label, iri in named
            if not naming.names(label.text(), iri)
        ]

    def items(self, members: dict[str, Part], name: str) -> list[Part]:
        return members[name].items() if name in members else []

    def statements(
        self, top: dict[str, Part], name: str, message: str, term: str, kept: str
    ) -> Iterator[tuple[Part, Statement]]:
        for item in self.items(top, name):
            members = self.message(item, message)
            excluded = "excluded" in members and members["excluded"].flag()
            part = self.term(members[term])
            yield part, told.statement(part, kept, not excluded, self.terms)

    def treatments(self, top: dict[str, Part]) -> Iterator[tuple[Part, Statement]]:
        for item in self.items(top, "medicalActions"):
            action = self.message(item, "MedicalAction")
            if "treatment" in action:
                part = self.term(self.message(action["treatment"], "Treatment")["agent"])
                yield part, told.statement(part, "drugs", True, self.terms)

    def measurements(self, top: dict[str, Part]) -> Iterator[tuple[Part, Value]]:
        for item in self.items(top, "measurements"):
            measurement = self.message(item, "Measurement")
            assay = self.term(measurement["assay"])
            meant = told.measured(assay, self.terms)
            value = {}
            if "value" in measurement:
                value = self.message(measurement["value"], "Value")
            if "quantity" not in value:
                continue
            quantity = self.message(value["quantity"], "Quantity")
            (unit, _), number = self.identified(quantity["unit"]), quantity["value"]
            number.number()
            if meant is None:
                self.unread.append(item.path)
                continue
            if unquote(unit.text().removeprefix("UCUM:")) != meant.unit:
                raise unit.wrong(f"the unit 'UCUM:{meant.unit}'")
            yield number, told.value(number, meant, self.terms)

    def age(self, top: dict[str, Part]) -> Iterator[tuple[Part, Value]]:
        if "subject" not in top:
            return
        subject = self.message(top["subject"], "Individual")
        if "timeAtLastEncounter" not in subject:
            return
        time = self.message(subject["timeAtLastEncounter"], "TimeElement")
        if "ageRange" in time:
            # A range may stand on both sides of a bound, so it is no age.
            self.unread.append(time["ageRange"].path)
        elif "age" in time:
            duration = self.message(time["age"], "Age")["iso8601duration"]
            years = Part(_years(duration), duration.path, duration.refusal)
            yield duration, told.age(years, self.terms)


def _years(part: Part) -> int:
    """The whole years of a duration. Days and weeks must not make a year by themselves."""
    found = DURATION.fullmatch(part.text())
    if found is None:
        raise part.wrong("an ISO 8601 duration such as 'P37Y6M'")
    years, months, weeks, days, *times = (int(number or 0) for number in found.groups())
    # A part of a day is a day: it may be the one that makes a year.
    times = [-(-n // of) for n, of in zip(times, (HOURS, MINUTES, SECONDS), strict=True)]
    beyond = weeks * 7 + days + sum(times)
    if months % 12 * MONTH + beyond >= YEAR and beyond > 0:
        raise part.wrong("an ISO 8601 duration whose whole years are clear, such as 'P37Y6M'")
    return years + months // 12


def _camel(name: str) -> str:
    """The camelCase name of a member, as Protobuf's JSON mapping makes it."""
    first, *others = name.split("_")
    return first + "".join(other[:1].upper() + other[1:] for other in others)
