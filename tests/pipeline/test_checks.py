"""Every check is tripped by its bad example, and by nothing in the toy world."""

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from kg_service import queries
from kg_service.pipeline import build, checks
from kg_service.pipeline.build import Places

FOLDER = Path(__file__).parents[2] / "sparql" / "checks"
CHECKS = queries.load(FOLDER)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_is_tripped_by_its_bad_example(name: str) -> None:
    store = Store()
    store.load(path=FOLDER / f"{name}.bad.trig", format=RdfFormat.TRIG)
    assert len(checks.rows(CHECKS[name], store)) == 1


def test_a_sound_release_trips_no_check_but_the_one_on_labels(places: Places) -> None:
    ran, found = checks.run(FOLDER, build.build(places))
    assert ran == len(CHECKS)
    assert [finding.check for finding in found] == ["term-without-label"]
    assert "https://w3id.org/heliotrope/vocab/Claim" in str(found[0])
