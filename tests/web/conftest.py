"""A made-up world of diseases as a release, and the real server over it."""

import json
from collections.abc import Iterator

import pytest
from pyoxigraph import RdfFormat, Store, serialize

from kg_service import release
from kg_service.names import Names
from kg_service.pipeline import search
from tests.conftest import MAPPINGS, TOY, Running, kinds_store, serving

KINDS = TOY.parent / "kinds.trig"
BASE = "https://w3id.org/heliotrope/"
PREFIXES = {
    "claim": f"{BASE}claim/",
    "doc": f"{BASE}document/",
    "DOID": "http://purl.obolibrary.org/obo/DOID_",
    "MONDO": "http://purl.obolibrary.org/obo/MONDO_",
    "graph": f"{BASE}graph/",
    "h": f"{BASE}vocab/",
    "kg": f"{BASE}KG_",
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}


@pytest.fixture(scope="session")
def kinds() -> Store:
    return kinds_store()


@pytest.fixture(scope="session")
def kinds_release(kinds: Store, tmp_path_factory: pytest.TempPathFactory) -> release.Release:
    build = tmp_path_factory.mktemp("kinds")
    with release.writing(build) as folder:
        serialize(kinds, folder / "graph.nq", RdfFormat.N_QUADS)
        (folder / MAPPINGS.name).write_bytes(MAPPINGS.read_bytes())
        (folder / "prefixes.json").write_text(json.dumps(PREFIXES))
        search.build(kinds, Names(PREFIXES), folder / "search.sqlite")
        return release.publish(folder, build, version="toy", counts={"claims": 61, "asserted": 94})


@pytest.fixture(scope="session")
def rest_server(kinds_release: release.Release) -> Iterator[Running]:
    with serving(kinds_release.path) as running:
        yield running
