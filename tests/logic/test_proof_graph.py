"""Statements of proofs as RDF."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.proof_graph import h, statement

RDF_LANG = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


@pytest.mark.parametrize(
    ("node", "term"),
    [
        ("http://toy/a", NamedNode("http://toy/a")),
        (("literal", "37", f"{ax.XSD}integer", ""), Literal(37)),
        (("literal", "rash", f"{ax.XSD}string", ""), Literal("rash")),
        (("literal", "rash", RDF_LANG, "en"), Literal("rash", language="en")),
        (("not", "http://toy/a"), Literal("ObjectComplementOf(<http://toy/a>)")),
    ],
)
def test_the_object_of_a_statement_is_a_term_or_the_text_of_an_expression(
    node: Node, term: object
) -> None:
    _, triples = statement(Fact("http://toy/s", "http://toy/p", node))
    assert [t.object for t in triples if t.predicate == h("object")] == [term]
