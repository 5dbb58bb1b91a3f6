"""The W3C test suites as they say themselves: manifests read into tests.

https://github.com/w3c/rdf-tests/tree/main/sparql; the vocabulary of manifests is explained in
https://www.w3.org/2001/sw/DataAccess/tests/README.html.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kg_service.store import WITH_GRAPHS, format_of

SUITES = Path(__file__).parents[3] / "shared" / "w3c" / "sparql"
VERSIONS = ("sparql10", "sparql11", "sparql12")

# Where the suites are published: the base IRI of every file in them.
BASE = "https://w3c.github.io/rdf-tests/sparql/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"

# A line of a query of the suites that names its dataset.
FROM = re.compile(r"^ *FROM ", re.IGNORECASE | re.MULTILINE)

# Kinds of test by the last part of their type; the other kinds are listed in exceptions.tsv.
EVALUATION = frozenset({"QueryEvaluationTest", "CSVResultFormatTest"})
POSITIVE = frozenset({"PositiveSyntaxTest", "PositiveSyntaxTest11"})
NEGATIVE = frozenset({"NegativeSyntaxTest", "NegativeSyntaxTest11"})


@dataclass(frozen=True)
class Case:
    """One test: `name` is its folder and identifier, `kind` its type; files are in the suites.

    `default` are the files of the default graph, `named` those that are a named graph each; with
    `from_query` the query says which of those it means. `lax` is a result whose rows may come
    less often, `services` a test with remote endpoints, `regimes` one of entailment.
    """

    name: str
    kind: str
    query: Path | None
    default: tuple[Path, ...] = ()
    named: tuple[Path, ...] = ()
    result: Path | None = None
    lax: bool = False
    services: bool = False
    regimes: bool = False
    from_query: bool = False

    @property
    def suite(self) -> str:
        """The version and the folder."""
        return self.name.partition("#")[0]

    @property
    def text(self) -> str:
        """The query, as it is written."""
        assert self.query is not None
        return self.query.read_text("utf-8")

    @property
    def based(self) -> str:
        """The query with the base IRI that its file has, which HTTP cannot tell beside it."""
        assert self.query is not None
        return f"BASE <{iri(self.query)}>\n{self.text}"


def missing() -> str:
    """Why the suites cannot be run; empty when they can."""
    return "" if SUITES.is_dir() else f"the W3C suites are not in {SUITES.parent.name}/"


def require() -> None:
    """Skip, with the reason, where the suites are missing; fail under CI."""
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason, allow_module_level=True)


def iri(file: Path) -> str:
    """The IRI a file of the suites is published at."""
    return BASE + file.relative_to(SUITES).as_posix()


@lru_cache
def cases() -> tuple[Case, ...]:
    """Every test that a manifest lists among its entries, in the order of folders and entries."""
    if missing():
        return ()
    manifests = (
        m for version in VERSIONS for m in sorted((SUITES / version).rglob("manifest.ttl"))
    )
    return tuple(case for manifest in manifests for case in Manifest(manifest).cases())


def of(kinds: frozenset[str]) -> list[Case]:
    """The tests of these kinds."""
    return [case for case in cases() if case.kind in kinds]


def has_graphs(file: Path) -> bool:
    """Whether a file of data names graphs itself."""
    return format_of(file) in WITH_GRAPHS


class Manifest:
    """One manifest, as a graph to walk through."""

    def __init__(self, file: Path) -> None:
        """Read it."""
        self._folder = file.parent
        self._objects: dict[tuple[object, str], list[object]] = {}
        for quad in parse(path=file, format=RdfFormat.TURTLE, base_iri=iri(file)):
            self._objects.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)
        self._itself = NamedNode(iri(file))

    def all(self, subject: object, predicate: str) -> list[object]:
        """The objects of a subject and a predicate."""
        return self._objects.get((subject, predicate), [])

    def one(self, subject: object, predicate: str) -> object | None:
        """The object of a subject and a predicate, if there is one."""
        return next(iter(self.all(subject, predicate)), None)

    def entries(self) -> Iterator[object]:
        """The entries of the manifest."""
        rest = self.one(self._itself, f"{MF}entries")
        while (entry := self.one(rest, f"{RDF}first")) is not None:
            yield entry
            rest = self.one(rest, f"{RDF}rest")

    def file(self, node: object | None) -> Path | None:
        """The file an IRI of the manifest stands for."""
        if not isinstance(node, NamedNode):
            return None
        return SUITES / node.value.removeprefix(BASE)

    def files(self, subject: object, predicate: str) -> tuple[Path, ...]:
        """The files of a subject and a predicate."""
        found = (self.file(node) for node in self.all(subject, predicate))
        return tuple(file for file in found if file is not None)

    def cases(self) -> Iterator[Case]:
        """The tests."""
        folder = self._folder.relative_to(SUITES).as_posix()
        for entry in self.entries():
            assert isinstance(entry, NamedNode)
            kind = self.one(entry, f"{RDF}type")
            assert isinstance(kind, NamedNode)
            action = self.one(entry, f"{MF}action")
            query = self.file(self.one(action, f"{QT}query")) or self.file(action)
            default = self.files(action, f"{QT}data")
            named = self.files(action, f"{QT}graphData")
            from_query = query is not None and bool(FROM.search(query.read_text("utf-8")))
            # The folder `dataset` names its data in FROM alone: all files of it are at hand.
            if folder.endswith("/dataset") and not default + named:
                named = tuple(sorted(self._folder.glob("data-*.ttl")))
            yield Case(
                name=f"{folder}#{entry.value.rpartition('#')[2].rpartition('/')[2]}",
                kind=kind.value.rpartition("#")[2],
                query=query,
                default=default,
                named=named,
                from_query=from_query,
                result=self.file(self.one(entry, f"{MF}result")),
                lax=self.one(entry, f"{MF}resultCardinality") is not None,
                services=bool(self.all(action, f"{QT}serviceData")),
                regimes=any(
                    predicate.rpartition("#")[2] in ("entailmentRegime", "EntailmentProfile")
                    for subject, predicate in self._objects
                    if subject == action
                ),
            )
