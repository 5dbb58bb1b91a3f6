"""A toy world: an ontology folder, its one document, its home file, and a place to build in."""

import shutil
from pathlib import Path

import pytest

from kg_service.pipeline.build import Places

TOY = Path(__file__).parent.parent / "toy"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for name in ("ontology", "sources", "external"):
        shutil.copytree(TOY / name, tmp_path / name)
    (tmp_path / "sparql").mkdir()
    return Places(
        tmp_path, tmp_path / "sources", tmp_path / "external", tmp_path / "build", strict=True
    )
