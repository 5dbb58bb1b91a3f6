"""What is described of a body is what is read of it."""

from kg_service.logic import body, whatif
from kg_service.logic.cases import case, reading
from kg_service.web import reasoning, schemas


def test_the_bounds_and_members_that_are_described_are_those_that_are_read() -> None:
    assert (schemas.ITEMS, schemas.TEXT, schemas.OLDEST) == (body.ITEMS, body.TEXT, case.OLDEST)
    assert sorted(schemas.PATIENT["properties"]) == sorted(reading.MEMBERS)
    assert schemas.PATIENT["required"] == []
    assert schemas.CLAIM["required"] == list(whatif.REQUIRED)
    assert sorted(schemas.CLAIM["properties"]) == sorted(whatif.REQUIRED + whatif.OPTIONAL)
    assert sorted(schemas.CHANGE["properties"]) == ["add", "withdraw"]


def test_each_address_that_takes_a_body_has_its_schema_and_an_example() -> None:
    taking = {task.name: task for task in reasoning.TASKS if task.schema is not None}
    assert sorted(taking) == ["cases", "whatif"]
    assert all(task.body for task in taking.values())
    assert taking["whatif"].schema is schemas.CHANGE
