"""A toy world: an ontology folder, its one document, its home file, and a release built of them."""

import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from kg_service.pipeline import build
from kg_service.pipeline.build import Places

TOY = Path(__file__).parent.parent / "toy"
CONFLICT = (
    "kg:0006001\th:Conflict\tHum\th:aboutStrength\t"
    "claim:0000002\tclaim:0000003\t\t\t\tboth kept\twhy"
)


def at(root: Path) -> Places:
    """The places of a toy world that stands in `root`."""
    return Places(root, root / "sources", root / "external", root / "build", strict=True)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toy world with its release, built once; tests get copies."""
    root = tmp_path_factory.mktemp("toy")
    for name in ("ontology", "sources", "external"):
        shutil.copytree(TOY / name, root / name)
    (root / "sparql").mkdir()
    build.build(at(root))
    return root


def with_conflict(places: Places, row: str = CONFLICT) -> None:
    """Tell a toy world a conflict."""
    path = places.root / "ontology" / "conflicts.tsv"
    path.write_text(path.read_text("utf-8") + row + "\n", "utf-8")


@pytest.fixture(scope="session")
def disputed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The graphs of a toy world with a conflict; tests only read them."""
    root = tmp_path_factory.mktemp("disputed") / "toy"
    shutil.copytree(built, root, symlinks=True)
    with_conflict(at(root))
    store = Store()
    store.load(path=build.build(at(root)).file("graph.nq"), format=RdfFormat.N_QUADS)
    return store


@pytest.fixture
def places(built: Path, tmp_path: Path) -> Places:
    """A toy world of one's own, with a current release."""
    root = tmp_path / "toy"
    shutil.copytree(built, root, symlinks=True)
    return at(root)
