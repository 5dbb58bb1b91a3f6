"""Build: from the files of `ontology/` and `sparql/` to a release, step by step.

A build whose inputs have not changed does nothing. A build that fails changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from pyoxigraph import Triple

from kg_service import queries, release
from kg_service.errors import (
    DocumentError,
    ReleaseError,
)
from kg_service.logic import adapter, decision, evidence, knowledge
from kg_service.logic.decision import Decision
from kg_service.logic.knowledge import Knowledge
from kg_service.pipeline import (
    documents,
    graphs,
    identifiers,
    mappings,
    ontology,
    passages,
    search,
    sssom,
    told,
)
from kg_service.pipeline.documents import Text
from kg_service.pipeline.ontology import Asserted, Folder
from kg_service.pipeline.sssom import MappingSet
from kg_service.pipeline.vocabularies import Vocabularies
from kg_service.queries import QueryFile
from kg_service.release import Release

HERMIT_SECONDS = 300.0
HERMIT_MEGABYTES = 2048
# Beside the releases, not in one: what a release was made from differs where files are absent.
REMEMBERED = "last-build"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CODE = (
    "pipeline",
    "logic",
    "grades.py",
    "names.py",
    "queries.py",
    "release.py",
    "words.py",
    "../requirements.lock",
)


@dataclass(frozen=True)
class Places:
    """Where a build reads and writes. `sources` and `external` may be absent folders.

    With `strict` an absent folder of documents or home files is an error, not a remark.
    """

    root: Path
    sources: Path
    external: Path
    build: Path
    strict: bool = False


def _inputs(places: Places) -> str:
    """A digest of every file that the release depends on, this code included."""
    folders = [places.root / name for name in ("ontology", "sparql")]
    folders += [Path(__file__).parent.parent / name for name in CODE]
    files = [p for f in folders for p in ([f] if f.is_file() else f.rglob("*")) if p.is_file()]
    files += [p for f in (places.sources, places.external) for p in f.rglob("*") if p.is_file()]
    whole = hashlib.sha256()
    for path in sorted(p for p in files if p.suffix != ".pyc"):
        whole.update(f"{path.name} {release.digest_of(path)}\n".encode())
    return whole.hexdigest()


def _remembered(places: Places) -> list[str]:
    """The digest of the inputs of the last build, and of the release it made."""
    path = places.build / REMEMBERED
    return path.read_text("utf-8").split() if path.is_file() else []


def read_texts(places: Places, folder: Folder, say: Callable[[str], None]) -> dict[str, Text]:
    """The documents, where they are at hand. Raises DocumentError when they must be and are not."""
    if places.sources.is_dir():
        return documents.load(places.sources, folder.documents)
    if places.strict:
        raise DocumentError(
            "The documents are not at hand.", "Name their folder in HELIOTROPE_SOURCES."
        )
    say("documents are not at hand: spans are not verified (HELIOTROPE_SOURCES names a folder)")
    return {}


def verify_identifiers(places: Places, folder: Folder, say: Callable[[str], None]) -> None:
    """Hold external terms against their home files. Raises TableError for one that differs."""
    for name, rows in identifiers.homes(folder.external).items():
        path = places.external / name
        if path.is_file():
            identifiers.verify(rows, identifiers.read_home(path), name)
        elif places.strict or places.external.is_dir():
            raise rows[0].error("Home", f"a file of {places.external.name}/")
        else:
            say(f"{name} is not at hand: {len(rows)} identifiers are not verified against it")


def read_mappings(
    places: Places, folder: Folder, asserted: Asserted, say: Callable[[str], None]
) -> tuple[MappingSet, ...]:
    """The mapping sets, verified. Raises TableError for a mapping that is not as files show it."""
    sets = mappings.read(places.root / "ontology")
    spellings = mappings.spellings(places.root / "ontology")
    wanted = mappings.starts(sets)
    vocabularies = Vocabularies(places.external, folder.names, spellings, wanted)
    ours = mappings.terms(folder, asserted.labels)
    for found in sets:
        mappings.verify(found, ours, folder.names)
        absent = mappings.verify_against(found, ours, vocabularies, places.strict)
        for name, count in absent.items():
            say(f"{name} is not at hand: {count} mappings of {found.name} are not verified in it")
    return sets


@contextmanager
def reasoning(
    asserted: Asserted, say: Callable[[str], None]
) -> Iterator[tuple[Decision, Future[Decision]]]:
    """Our saturation's draft, and the decision of both reasoners, which is still to come.

    HermiT runs in a process of its own while the block goes on with the draft; an error in the
    block ends it. What our rules are not complete for is told by kind and count. Raises
    InconsistencyError with the axioms involved, UnsupportedAxiomError for an axiom outside the
    profile; the decision raises what `decision.decide` does.
    """
    whole = ontology.horned(asserted.axioms)
    for kind, count in sorted(adapter.passed_by(whole.get_components()).items()):
        say(f"{count} {kind} decided by HermiT")
    draft = decision.draft(whole)
    ended = Event()
    with ThreadPoolExecutor(1) as aside:
        try:
            yield (
                draft,
                aside.submit(
                    decision.decide,
                    whole,
                    seconds=HERMIT_SECONDS,
                    megabytes=HERMIT_MEGABYTES,
                    ours=draft,
                    ended=ended,
                ),
            )
        finally:
            ended.set()


def build(places: Places, say: Callable[[str], None] = lambda line: None) -> Release:
    """Build a release, or find that the current one is up to date.

    `say` is called with one line for each remark. Raises BuildError; the current release stays.
    """
    inputs = _inputs(places)
    try:
        newest = release.current(places.build)
        if _remembered(places) == [inputs, newest.digest] and release.whole(newest):
            say(f"release {newest.digest} is up to date")
            return newest
    except ReleaseError:
        pass
    folder = ontology.read(places.root / "ontology")
    texts = read_texts(places, folder, say)
    verify_identifiers(places, folder, say)
    asserted = ontology.assemble(folder, texts)
    with reasoning(asserted, say) as (draft, decision_to_come):
        sets = read_mappings(places, folder, asserted, say)
        known, content = _content(places, folder, asserted, draft, sets)
        decided = decision_to_come.result()
    if decided.steps:
        for fact, _ in decided.steps:
            say(f"HermiT alone concludes {fact}")
        known, content = _content(places, folder, asserted, decided, sets)
    counts = {name: len(triples) for name, triples in content.items()}
    with release.writing(places.build) as target:
        graphs.write(content, target / "graph.nq")
        report = passages.report(asserted.passages, folder.names)
        (target / "coverage.tsv").write_text(report, encoding="utf-8")
        graphs.write_ontology(content["asserted"], folder.prefixes, target)
        for found in sets:
            (target / found.path.name).write_bytes(found.path.read_bytes())
        knowledge.write(known, target / knowledge.FILE)
        prefixes = json.dumps(folder.prefixes, indent=2, sort_keys=True)
        (target / "prefixes.json").write_text(prefixes + "\n", encoding="utf-8")
        search.build(
            content["asserted"] | content["sources"], folder.names, target / "search.sqlite"
        )
        made = release.publish(
            target, places.build, version=ontology.version(folder), counts=counts
        )
    (places.build / REMEMBERED).write_text(f"{inputs}\n{made.digest}\n", encoding="utf-8")
    read = f"{len(asserted.claims)} claims, {len(asserted.passages)} passages"
    say(f"release {made.digest}: {sum(counts.values())} triples, {read}")
    return made


def _queries(folder: Path) -> dict[str, QueryFile]:
    """Every query file below `sparql/`, by folder and name."""
    kinds = sorted(p for p in folder.iterdir() if p.is_dir())
    return {f"{k.name}/{name}": q for k in kinds for name, q in queries.load(k).items()}


def _content(
    places: Places,
    folder: Folder,
    asserted: Asserted,
    decided: Decision,
    sets: tuple[MappingSet, ...],
) -> tuple[Knowledge, dict[str, set[Triple]]]:
    """What is known by a decision, and the graphs that say it, by name."""
    known, closure = told.knowledge(asserted, decided), decided.closure
    pruned, full = graphs.relations(closure)
    held = evidence.carried(closure, evidence.grades(known))
    content = {
        "asserted": graphs.of_axioms(asserted.axioms),
        "inferred": graphs.inferred(closure, held),
        "nonredundant": pruned,
        "redundant": full,
        **{name: graphs.of_axioms(records) for name, records in asserted.records.items()},
        "mappings": {triple for found in sets for triple in sssom.triples(found)},
        "proofs": graphs.proofs(closure, known),
        "examples": graphs.examples(_queries(places.root / "sparql")),
    }
    content["claims"] |= graphs.disputed(asserted.claims)
    content["claims"] |= graphs.evidence(asserted.claims, known, held)
    counts = {name: len(triples) for name, triples in content.items()}
    content["void"] = graphs.void(counts, ontology.version(folder), LICENCE)
    return known, content
