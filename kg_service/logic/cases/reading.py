"""Reading a case: our own JSON, or a Phenopacket.

    {"age": 37,
     "findings": ["HP:0000988", {"id": "HP:0040324", "present": false}],
     "drugs": ["prednisone"],
     "diagnoses": [{"id": "dermatomyositis", "present": true}],
     "results": [{"test": "antinuclear antibody", "value": 320, "unit": "{titer}"}]}

Every member may be missing. An item is a name, which says that it is present, or an object whose
`present` is true, false (looked for and not there) or null (unknown).
"""

from __future__ import annotations

from kg_service.errors import CaseError
from kg_service.logic import body
from kg_service.logic.body import Part
from kg_service.logic.cases import case as told
from kg_service.logic.cases import phenopackets
from kg_service.logic.cases.case import LISTS, Case, Statement, Value
from kg_service.logic.terms import Terms

MEMBERS = ("age", *LISTS, "results")


def read(payload: object, terms: Terms) -> Case:
    """Give the case that a JSON value tells.

    Raises CaseError naming the path, what was found and what was expected there: a member or term
    that is unknown, a term of the wrong kind, one told in two ways, a number out of range, a unit
    that is not the quantity's, a second result for one quantity, too large or deep a body.
    """
    part = body.whole(payload, CaseError)
    members = part.anything()
    if phenopackets.is_one(members):
        return phenopackets.read(part, terms)
    members = part.members(optional=MEMBERS)
    statements = [
        _statement(item, name, terms)
        for name in LISTS
        if name in members
        for item in members[name].items()
    ]
    values = []
    if "age" in members and members["age"].value is not None:
        values.append((members["age"], told.age(members["age"], terms)))
    if "results" in members:
        for item in members["results"].items():
            values.append((item, _result(item, terms)))
    return told.case(statements, values)


def _statement(item: Part, name: str, terms: Terms) -> tuple[Part, Statement]:
    if isinstance(item.value, str):
        return item, told.statement(item, name, True, terms)
    if not isinstance(item.value, dict):
        raise item.wrong("a name, or an object with 'id' and 'present'")
    members = item.members(("id", "present"))
    present = members["present"].flag_or_null()
    return members["id"], told.statement(members["id"], name, present, terms)


def _result(item: Part, terms: Terms) -> Value:
    members = item.members(("test", "value", "unit"))
    quantity = told.measured(members["test"], terms)
    if quantity is None:
        raise members["test"].wrong(
            f"a test whose number means something here: {told.offers(terms)}",
            "Tell a result in words as a finding.",
        )
    if members["unit"].text() != quantity.unit:
        raise members["unit"].wrong(f"the unit {quantity.unit!r} (UCUM)")
    return told.value(members["value"], quantity, terms)
