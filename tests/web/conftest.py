"""A made-up world of diseases as a release, and the real server over it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, serialize

from kg_service import release
from kg_service.names import Names
from kg_service.pipeline import search
from tests.conftest import Running, serving

KINDS = Path(__file__).parent.parent / "toy" / "kinds.trig"
BASE = "https://w3id.org/heliotrope/"
PREFIXES = {
    "claim": f"{BASE}claim/",
    "doc": f"{BASE}document/",
    "graph": f"{BASE}graph/",
    "h": f"{BASE}vocab/",
    "kg": f"{BASE}KG_",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}


@pytest.fixture(scope="session")
def kinds() -> Store:
    store = Store()
    store.load(path=KINDS, format=RdfFormat.TRIG)
    return store


@pytest.fixture(scope="session")
def kinds_release(kinds: Store, tmp_path_factory: pytest.TempPathFactory) -> release.Release:
    build = tmp_path_factory.mktemp("kinds")
    with release.writing(build) as folder:
        serialize(kinds, folder / "graph.nq", RdfFormat.N_QUADS)
        (folder / "prefixes.json").write_text(json.dumps(PREFIXES))
        search.build(kinds, Names(PREFIXES), folder / "search.sqlite")
        return release.publish(
            folder, build, version="toy", inputs="toy", counts={"claims": 61, "asserted": 94}
        )


@pytest.fixture(scope="session")
def rest_server(kinds_release: release.Release) -> Iterator[Running]:
    with serving(kinds_release.path) as running:
        yield running
