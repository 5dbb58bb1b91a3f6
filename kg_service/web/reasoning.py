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
from kg_service.web import life, negotiation, rest, schemas
from kg_service.web.bodies import json_text
from kg_service.web.search import Index
from kg_service.web.services import Services
from kg_service.web.sparql import decoded
from kg_service.web.statements import TRIPLE, Statements
from kg_service.web.tags import Tags
from kg_service.web.terms import Terms
from kg_service.workers import ReasoningRequest

EXPLAIN, DL = f"{rest.BASE}/explain", f"{rest.BASE}/dl"
CASES, WHATIF = f"{rest.BASE}/cases", f"{rest.BASE}/whatif"

OFFERS = ("application/json", "text/plain")
Texts = Mapping[str, str]
NOTHING: Texts = MappingProxyType({})
QUESTION = (
    Parameter(
        "expression",
        "string",
        "query",
        True,
        "A class expression in OWL 2 Manchester syntax, with labels in single quotes or CURIEs.",
        ("'disease kind' and 'may present with' value 'Heliotrope rash'",),
        bounded=False,
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
    """One address: what it takes, the schema and an example of its body where it has one, and the
    keys of its answer; `graphs` says that it also answers in text and RDF."""

    name: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    keys: tuple[str, ...]
    body: Mapping[str, Any] | None = None
    schema: Mapping[str, Any] | None = None
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
        " results, or a GA4GH Phenopacket v2. Each conclusion has its proof and grade of evidence."
        " A denied diagnosis is not considered: what would be is in `aside`, each with what it"
        " stands `against`. Where what was told cannot be, `consistent` is false and `clashes` are"
        " the minimal sets. Nothing is stored. Research use, not for care.",
        (),
        ("consistent", "unread", "mismatches", "release"),
        {"findings": ["Heliotrope rash", {"id": "HP:0001324", "present": False}], "age": 37},
        schemas.CASE,
    ),
    Task(
        "whatif",
        WHATIF,
        "What would be gained and lost if claims were added or withdrawn.",
        "`consistent` is false where the change contradicts, or puts something below itself;"
        " `clashes` are the minimal sets. Nothing is stored.",
        (),
        ("consistent", "gained", "lost", "kept", "idle", "release"),
        {"withdraw": ["claim:0000009"]},
        schemas.CHANGE,
    ),
)


def blueprint(services: Services) -> Blueprint:
    """The addresses, or none where no release is served. Raises ReleaseError."""
    made = Blueprint("reasoning", __name__)
    if services.release is None or services.reasoners is None:
        return made
    reasoners, settings = services.reasoners, services.settings
    statements = Statements(
        Terms(names.Names(services.prefixes), Index(services.release / "search.sqlite"))
    )
    digest = str(services.manifest["digest"])
    tags = Tags(settings, digest)

    def done(task: str, arguments: Mapping[str, Any], texts: Texts = NOTHING) -> Response:
        seconds, depth = settings.query_timeout, settings.json_depth
        asked = ReasoningRequest(task, arguments, seconds, texts, depth)
        found = life.evaluated(reasoners, asked, services.register, "reasoning", digest)
        # Whole before it is sent: there are few of these workers, and clients may read slowly.
        return Response(b"".join(found), mimetype=found.media_type, headers={"Vary": "Accept"})

    def kept(answer: Response) -> Response:
        answer.headers["Cache-Control"] = rest.CACHE_CONTROL
        return tags.conditional(answer)

    def stored_nowhere(answer: Response) -> Response:
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def read(declared: Sequence[Parameter]) -> dict[str, Any]:
        given = rest.read(declared, decoded(request.query_string), {})
        return {each.name: given[each.name][0] for each in declared}

    @made.get(EXPLAIN)
    def explain() -> Response:
        offers = (*OFFERS, *results.GRAPH_FORMATS)
        media_type = negotiation.required(request.headers.get("Accept"), offers)
        return kept(done("explain", {**statements.read(read(TRIPLE)), "media_type": media_type}))

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
