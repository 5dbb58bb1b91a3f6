"""Statements: how subject, predicate and object are named, over HTTP and on the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kg_service.queries import Parameter
from kg_service.web.terms import Terms, TermUnknownError

# What OWL itself says things with; no term of the release, and yet a statement may hold it.
STANDARD = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/2001/XMLSchema#",
)
TRIPLE = tuple(
    Parameter(name, "iri", "query", True, said, (example,))
    for name, said, example in (
        ("subject", "What the statement is about.", "MONDO:0016367"),
        ("predicate", "The relation.", "h:mayPresentAs"),
        (
            "object",
            "What it is related to; of a data property a value: 37, 7.5, true, a text in double"
            ' quotes, "text"@en, "7"^^xsd:byte.',
            "HP:0040324",
        ),
    )
)
VALUES = 'A value is written 37, 7.5, true, "text", "text"@en or "7"^^xsd:byte.'
# How a value begins: a quote, a number, a truth value (Manchester syntax, section 2.1).
VALUE = re.compile(r'".*|[+-]?\.?[0-9].*|true|false', re.DOTALL)


class Statements:
    """Reads statements in the names of a release."""

    def __init__(self, terms: Terms) -> None:
        """Take the names."""
        self._terms = terms

    def read(self, given: Mapping[str, str]) -> dict[str, str]:
        """The IRIs of a subject, predicate and object; an object that is written as a value, and
        names nothing, as it is.

        Raises ParameterError for a name that several have, TermUnknownError for one nothing has.
        """
        return {each.name: self._meant(given[each.name], each) for each in TRIPLE}

    def _meant(self, text: str, parameter: Parameter) -> str:
        terms = self._terms
        iri = terms.names.iri(text) if terms.names.is_curie(text) else text
        if iri.startswith(STANDARD):
            return iri
        if parameter.name != "object":
            return terms.resolve(text, parameter)
        try:
            return terms.resolve(text, parameter)
        except TermUnknownError as error:
            if VALUE.fullmatch(text):
                return text
            advice = f"{error.advice} {VALUES}"
            raise TermUnknownError("object", error.message, advice, error.suggestions) from None
