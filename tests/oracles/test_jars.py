"""What the oracles run on: no jar under the AGPL, no Java but the wheel's, limits that hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_service.errors import LimitError
from tests.oracles import jars
from tests.oracles.oracle import Oracle

SHUT_OUT = ("openllet", "pellet")


def test_java_has_the_allowed_jars_on_its_class_path_and_its_bridge_alone(oracle: Oracle) -> None:
    found = oracle.ask(do="path")["jars"]
    assert found == sorted([*jars.ALLOWED, "org.jpype.jar"])
    assert not [jar for jar in found if any(name in jar.lower() for name in SHUT_OUT)]


def test_no_class_of_openllet_can_be_loaded(oracle: Oracle) -> None:
    assert oracle.ask(do="loadable", cls="org.semanticweb.HermiT.ReasonerFactory")["loadable"]
    assert not oracle.ask(do="loadable", cls="openllet.owlapi.OpenlletReasonerFactory")["loadable"]


def test_java_is_that_of_the_wheel(oracle: Oracle) -> None:
    assert Path(oracle.ask(do="path")["home"]).resolve() in jars.java().resolve().parents


def test_what_an_engine_refuses_is_said_and_the_next_question_answered(oracle: Oracle) -> None:
    not_simple = (
        "Ontology(TransitiveObjectProperty(<urn:p>) AsymmetricObjectProperty(<urn:p>)"
        " ObjectPropertyAssertion(<urn:p> <urn:a> <urn:b>))"
    )
    assert "Non-simple property" in oracle.reason("hermit", not_simple, results=[])["refused"]
    assert "Parser" in oracle.reason("hermit", "Ontology(", results=[])["refused"]
    reply = oracle.reason("hermit", "Ontology(ClassAssertion(<urn:C> <urn:a>))", results=["types"])
    assert reply["types"] == [["urn:a", "urn:C"]]


@pytest.mark.usefixtures("oracle")
def test_a_late_oracle_is_ended_and_the_next_question_starts_another() -> None:
    late = Oracle(seconds=0.01)
    with pytest.raises(LimitError, match=r"limit of 0\.01 seconds"):
        late.ask(do="path")
    late.seconds = 60
    assert late.ask(do="path")["jars"]
    late.close()
