"""Reasoning over HTTP: why something holds, questions in logic, cases of patients, what-if.

The reasoning is done by workers of their own; what is told in a request is stored nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response, request

from kg_service import names, results
from kg_service.queries import Parameter
from kg_service.web import life, negotiation, rest
from kg_service.web.bodies import json_text
from kg_service.web.search import Index
from kg_service.web.services import Services
from kg_service.web.sparql import decoded, streamed
from kg_service.web.terms import Terms
from kg_service.workers import ReasoningRequest

EXPLAIN, DL = f"{rest.BASE}/explain", f"{rest.BASE}/dl"
CASES, WHATIF = f"{rest.BASE}/cases", f"{rest.BASE}/whatif"

# What OWL itself says things with; no term of the release, and yet a statement may hold it.
STANDARD = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
)
OFFERS = ("application/json", "text/plain")
Texts = Mapping[str, str]
NOTHING: Texts = MappingProxyType({})
TRIPLE = tuple(
    Parameter(name, "iri", "query", True, said, (example,))
    for name, said, example in (
        ("subject", "What the statement is about.", "MONDO:0016367"),
        ("predicate", "The relation.", "h:mayPresentAs"),
        ("object", "What it is related to.", "HP:0040324"),
    )
)
QUESTION = (
    Parameter(
        "expression",
        "string",
        "query",
        True,
        "A class expression in OWL 2 Manchester syntax, with labels in single quotes or CURIEs.",
        ("'disease kind' and 'may present with' value 'Heliotrope rash'",),
    ),
    Parameter(
        "direct",
        "boolean",
        "query",
        False,
        "Only the nearest classes and individuals.",
        default=False,
    ),
)


@dataclass(frozen=True)
class Task:
    """One address: what it takes, an example of its body where it has one, and the keys of its
    answer; `graphs` says that it also answers in text and RDF."""

    name: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    keys: tuple[str, ...]
    body: Mapping[str, Any] | None = None
    graphs: bool = False


TASKS = (
    Task(
        "explain",
        EXPLAIN,
        "Why a statement holds, or why it does not.",
        "All minimal justifications, smallest first, each with a proof down to claims and axioms."
        " Where the statement does not hold, the rules that nearly conclude it and what they lack;"
        ' `holds` is true, false (it is denied, or would contradict) or "unknown".',
        TRIPLE,
        ("statement", "holds", "justifications", "complete", "near", "release"),
        graphs=True,
    ),
    Task(
        "dl",
        DL,
        "What stands to a class expression: subclasses, superclasses, equivalents, individuals.",
        "Each answer has a proof. `complete` is false where the ontology says things by which a"
        " reasoner for all of OWL might find more; `beyond` names them.",
        QUESTION,
        ("expression", "subclasses", "superclasses", "equivalents", "individuals", "release"),
    ),
    Task(
        "cases",
        CASES,
        "What follows about a patient, by what the documents say.",
        "Takes findings (present, denied with false, unknown with null), age, drugs, diagnoses and"
        " results, or a GA4GH Phenopacket v2. Nothing is stored. Research use, not for care.",
        (),
        ("consistent", "release"),
        {"findings": ["Heliotrope rash", {"id": "HP:0001324", "present": False}], "age": 37},
    ),
    Task(
        "whatif",
        WHATIF,
        "What would be gained and lost if claims were added or withdrawn.",
        "Nothing is stored.",
        (),
        ("consistent", "gained", "lost", "kept", "idle", "release"),
        {"withdraw": ["claim:0000009"]},
    ),
)


def blueprint(services: Services) -> Blueprint:
    """The addresses, or none where no release is served. Raises ReleaseError."""
    made = Blueprint("reasoning", __name__)
    if services.release is None or services.reasoners is None:
        return made
    reasoners, settings = services.reasoners, services.settings
    terms = Terms(names.Names(services.prefixes), Index(services.release / "search.sqlite"))
    digest = str(services.manifest["digest"])

    def done(task: str, arguments: Mapping[str, Any], texts: Texts = NOTHING) -> Response:
        seconds, depth = settings.query_timeout, settings.json_depth
        asked = ReasoningRequest(task, arguments, seconds, texts, depth)
        return streamed(life.evaluated(reasoners, asked, services.register, "reasoning", digest))

    def kept(answer: Response) -> Response:
        answer.set_etag(digest)
        answer.headers["Cache-Control"] = rest.CACHE_CONTROL
        answer.make_conditional(request)
        return answer

    def stored_nowhere(answer: Response) -> Response:
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def read(declared: Sequence[Parameter]) -> dict[str, Any]:
        given = rest.read(declared, decoded(request.query_string), {})
        return {each.name: meant(given[each.name][0], each) for each in declared}

    def meant(value: Any, parameter: Parameter) -> Any:
        if parameter.type != "iri":
            return value
        iri = terms.names.iri(value) if terms.names.is_curie(value) else value
        return iri if iri.startswith(STANDARD) else terms.resolve(value, parameter)

    @made.get(EXPLAIN)
    def explain() -> Response:
        offers = (*OFFERS, *results.GRAPH_FORMATS)
        media_type = negotiation.required(request.headers.get("Accept"), offers)
        return kept(done("explain", {**read(TRIPLE), "media_type": media_type}))

    @made.get(DL)
    def dl() -> Response:
        rest.acceptable()
        return kept(done("dl", read(QUESTION)))

    @made.post(CASES)
    def case() -> Response:
        rest.acceptable()
        no_parameters()
        return stored_nowhere(done("case", {}, {"case": json_text(settings.json_size)}))

    @made.post(WHATIF)
    def whatif() -> Response:
        rest.acceptable()
        no_parameters()
        return stored_nowhere(done("whatif", {}, {"change": json_text(settings.json_size)}))

    return made


def no_parameters() -> None:
    """Raise ParameterError for a parameter in the address of what takes none."""
    rest.read((), decoded(request.query_string), {})
