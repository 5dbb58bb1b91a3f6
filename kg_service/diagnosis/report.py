"""What is told of a query without rows, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pyoxigraph import Store

from kg_service.diagnosis.bounds import contradictory_bounds, values_without_order
from kg_service.diagnosis.case import COUNTED, Broken, Case
from kg_service.diagnosis.datasets import missing_graphs
from kg_service.diagnosis.directions import turned_relations
from kg_service.diagnosis.filters import failing_filters
from kg_service.diagnosis.instances import classes_for_instances
from kg_service.diagnosis.naming import other_naming
from kg_service.diagnosis.places import unknown_alternatives, unknown_terms
from kg_service.diagnosis.slices import empty_slices
from kg_service.diagnosis.texts import other_texts
from kg_service.errors import QueryUnknownError, place_in
from kg_service.names import Names
from kg_service.syntax.patterns import Pattern
from kg_service.syntax.reading import read

NONE, BROKEN = "none", "broken"
NO_MISTAKE = "No mistake is found in it; the data have none."

# Each rule yields what is broken; the first that yields anything decides.
Rule = Callable[[Case], Iterator[Broken]]
RULES: tuple[Rule, ...] = (
    empty_slices,
    missing_graphs,
    unknown_terms,
    unknown_alternatives,
    other_texts,
    turned_relations,
    classes_for_instances,
    other_naming,
    contradictory_bounds,
    failing_filters,
    values_without_order,
)


def diagnose(
    store: Store,
    text: str,
    prefixes: Mapping[str, str],
    questions: Mapping[str, str],
    dataset: Mapping[str, Any] | None = None,
    base: str | None = None,
    parameters: Mapping[str, Sequence[str]] | None = None,
    whole: Store | None = None,
) -> dict[str, Any]:
    """Why the query `text` has no rows, as JSON.

    `verdict` is "none" (the data have none) or "broken"; `patterns` are all triple patterns with
    their text, place, whether each is `required` and its `matches` alone, counted up to 1,000, and
    whether there are `more`; `smallest` are indexes of a smallest set of required patterns that do
    not meet; `broken` says what is broken (its text from `start` to `end`, in code points, or the
    `parameter` that gave it), why, `suggestions` of what may have been meant, and what can stand
    `instead`.

    `questions` are those of `questions.load`, `dataset` is what the engine is told of graphs,
    relative IRIs are against `base`, `parameters` are the graphs of the request by the names of its
    parameters, `whole` has all graphs where `store` is a merge. Raises QueryUnknownError for a
    query that has rows, else as reading and evaluating a query do.
    """
    reading, names = read(text, prefixes), Names(dict(prefixes))
    case = Case(
        store,
        whole or store,
        reading,
        names,
        questions,
        dataset or {},
        parameters or {},
        base or "",
    )
    if case.rows(text):
        raise QueryUnknownError("The query has rows, so there is no diagnosis why it has none.")
    broken = next((found for rule in RULES if (found := list(rule(case)))), [])
    told = [_told(case, one) for one in broken]
    return {
        "verdict": BROKEN if broken else NONE,
        "message": broken[0].reason if broken else NO_MISTAKE,
        "patterns": [
            {
                **_where(text, pattern.start, pattern.end),
                "required": pattern.required,
                **_matches(case, pattern),
            }
            for pattern in case.found.patterns
        ],
        "smallest": _smallest(case),
        "broken": told,
        "suggestions": [term for one in told for term in one["suggestions"]],
    }


def _where(text: str, start: int, end: int) -> dict[str, Any]:
    line, column, _ = place_in(text, start)
    return {"text": text[start:end], "line": line, "column": column}


def _matches(case: Case, pattern: Pattern) -> dict[str, Any]:
    found = case.matches(pattern)
    return {"matches": min(found, COUNTED), "more": found > COUNTED}


def _told(case: Case, broken: Broken) -> dict[str, Any]:
    terms = [
        {"iri": term.value, "id": case.names.curie(term.value), "label": case.label(term)}
        for term in broken.terms
    ]
    instead = [*broken.texts, *map(case.named, broken.terms)] if broken.replaceable else []
    place: dict[str, Any] = {"text": broken.given, **dict.fromkeys(("line", "column"))}
    start: int | None = None
    end: int | None = None
    if not broken.parameter:
        start, end = broken.start, broken.end
        place = _where(case.reading.tokens.text, start, end)
    return {
        **place,
        "start": start,
        "end": end,
        "parameter": broken.parameter or None,
        "reason": broken.reason,
        "suggestions": terms,
        "instead": instead,
    }


def _smallest(case: Case) -> list[int]:
    """Indexes of required patterns that do not meet and would without any one of them."""
    patterns = dict(enumerate(case.found.patterns))
    kept = [at for at, pattern in patterns.items() if pattern.required]
    if not kept or case.meet(patterns[at] for at in kept):
        return []
    for at in list(kept):
        fewer = [other for other in kept if other != at]
        if not case.meet(patterns[other] for other in fewer):
            kept = fewer
    return kept
