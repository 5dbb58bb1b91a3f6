"""A toy world: an ontology folder, its one document, its home file, and a release built of them."""

import shutil
from pathlib import Path

import pytest

from kg_service.pipeline import build
from kg_service.pipeline.build import Places

TOY = Path(__file__).parent.parent / "toy"


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


@pytest.fixture
def places(built: Path, tmp_path: Path) -> Places:
    """A toy world of one's own, with a current release."""
    root = tmp_path / "toy"
    shutil.copytree(built, root, symlinks=True)
    return at(root)
