"""Terms as JSON: from rows of an answer, and from what a caller writes for one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kg_service.errors import NameUnknownError, ParameterError
from kg_service.names import CURIE, Names, is_valid
from kg_service.queries import Parameter
from kg_service.web.search import Index

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_LANGSTRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
SUGGESTIONS = 5
DOCUMENT = "h:Document"

# Datatypes that are numbers or booleans in JSON, too (XML Schema 1.1 Part 2, section 3).
WHOLE = ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger")
NUMBERS = {XSD + name: int for name in WHOLE} | {
    XSD + name: float for name in ("decimal", "double", "float")
}
PLAIN = frozenset({"", XSD + "string"})


class TermUnknownError(NameUnknownError):
    """The value of `parameter` names nothing here; `suggestions` are the nearest CURIEs."""

    parameter: str
    suggestions: tuple[str, ...]

    def __init__(
        self, parameter: str, message: str, advice: str, suggestions: tuple[str, ...]
    ) -> None:
        """Keep parameter and suggestions."""
        self.parameter, self.suggestions = parameter, suggestions
        super().__init__(message, advice)


class Terms:
    """The terms of a release: how they are named, and what their labels are."""

    def __init__(self, names: Names, index: Index) -> None:
        """Take the prefixes and the search index of the release."""
        self.names, self.index = names, index

    def term(self, iri: str) -> dict[str, str | None]:
        """A term as JSON; `label` is None for what has none."""
        return {"id": self.names.curie(iri), "iri": iri, "label": self.index.labels.get(iri)}

    def value(self, found: Mapping[str, str] | None) -> Any:
        """A value in SPARQL results JSON as plain JSON.

        An IRI is a term; a number or a boolean is one; a literal with a language or another
        datatype keeps it; nothing is None.
        """
        if found is None:
            return None
        if found["type"] == "uri":
            return self.term(found["value"])
        if language := found.get("xml:lang"):
            return {"value": found["value"], "language": language}
        text, datatype = found["value"], found.get("datatype", "")
        if datatype in PLAIN:
            return text
        if datatype == XSD + "boolean":
            return text in ("true", "1")
        if datatype in NUMBERS:
            try:
                number = NUMBERS[datatype](text)
                json.dumps(number, allow_nan=False)
                return number
            except ValueError:
                pass
        return {"value": text, "datatype": datatype}

    def resolve(self, text: str, parameter: Parameter) -> str:
        """The IRI a caller means: by IRI, CURIE, or exact label or synonym in any case.

        Where the parameter has a `kind`, only things of that kind count. Raises ParameterError
        for a name that several have, TermUnknownError for one that nothing has.
        """
        if self.names.is_iri(text):
            return self._checked(text, text, parameter)
        if self.names.is_curie(text):
            return self._checked(self.names.iri(text), text, parameter)
        if parameter.prefix and " " not in text:
            iri = self.names.prefixes[parameter.prefix] + text
            if iri in self.index.labels or not self.index.named(text):
                return self._checked(iri, text, parameter)
        named = [
            (iri, kind) for iri, kind in self.index.named(text) if self._is(iri, parameter.kind)
        ]
        # A label is a better name than a synonym, and an exact synonym than a related one.
        best = list(dict.fromkeys(iri for iri, kind in named if kind == named[0][1]))
        if len(best) > 1:
            # A term is a better owner of a name than a document that has it as its title.
            best = [iri for iri in best if not self._is(iri, DOCUMENT)] or best
        if len(best) > 1:
            raise ParameterError(
                parameter.name,
                f"{text!r} is the name of several things.",
                f"Say which: {', '.join(self._told(iri) for iri in best)}.",
            )
        if not best and CURIE.fullmatch(text):
            self.names.iri(text)  # says what is wrong with its prefix
        if not best:
            raise self.unknown(text, parameter)
        return best[0]

    def unknown(self, text: str, parameter: Parameter) -> TermUnknownError:
        """The error for a text that names nothing, with the nearest names."""
        hits = [hit.iri for hit in self.index.search(text) if self._is(hit.iri, parameter.kind)]
        near = hits[:SUGGESTIONS]
        what = f" of kind {parameter.kind}" if parameter.kind else ""
        advice = f"Nearest: {', '.join(map(self._told, near))}." if near else "Try /api/v1/search."
        return TermUnknownError(
            parameter.name,
            f"{parameter.name}: nothing{what} is called {text!r}.",
            advice,
            tuple(self.names.curie(iri) for iri in near),
        )

    def _checked(self, iri: str, text: str, parameter: Parameter) -> str:
        """The IRI, if it is there and of the parameter's kind.

        What needs no label, and so may not be in the index, has a parameter with a prefix and no
        kind; there the query decides.
        """
        asked = parameter.prefix and not parameter.kind and is_valid(iri)
        known = iri in self.index.labels or asked
        if not known or not self._is(iri, parameter.kind):
            raise self.unknown(self.index.labels.get(iri, text), parameter)
        return iri

    def _is(self, iri: str, kind: str) -> bool:
        return not kind or self.names.iri(kind) in self.index.types.get(iri, ())

    def _told(self, iri: str) -> str:
        label = self.index.labels.get(iri)
        return f"{self.names.curie(iri)} ({label})" if label else self.names.curie(iri)
