"""What is served: a release, or RDF files of somebody's own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_service import release
from kg_service.errors import StartError
from kg_service.logic.knowledge import FILE


@dataclass(frozen=True)
class Data:
    """What is served: RDF files, default prefixes, and the release they are of, if any."""

    files: tuple[Path, ...]
    prefixes: dict[str, str]
    manifest: dict[str, Any]
    release: Path | None

    @property
    def evaluators(self) -> dict[str, Any]:
        """What the nursery of workers for SPARQL is told."""
        return {"files": [str(file) for file in self.files], "prefixes": self.prefixes}

    @property
    def reasons(self) -> bool:
        """Whether it is a release that can be reasoned over."""
        return FILE in self.manifest.get("files", {})

    @property
    def reasoners(self) -> dict[str, Any]:
        """What the nursery of workers that reason is told; only where `reasons`."""
        assert self.release is not None
        path = str(self.release / FILE)
        return {"knowledge": path, "prefixes": self.prefixes, "release": self.manifest["digest"]}


def data_of(source: Path | Sequence[Path]) -> Data:
    """A release's folder, or RDF files, as what to serve.

    Raises ReleaseError for a damaged release, StartError for a file that is not there.
    """
    if isinstance(source, Path):
        found = release.load(source)
        prefixes = json.loads(found.file("prefixes.json").read_text("utf-8"))
        manifest = json.loads((found.path / release.MANIFEST).read_text("utf-8"))
        return Data((found.file("graph.nq"),), prefixes, manifest, found.path)
    for file in source:
        if not file.is_file():
            raise StartError(f"There is no file {file}.", "Give RDF files that exist.")
    files = tuple(file.resolve() for file in source)
    # With data of somebody's own there is nothing to name but their content.
    return Data(files, {}, {"digest": digest(files), "version": "data"}, None)


def digest(files: Sequence[Path]) -> str:
    """One short digest of the content of files."""
    whole = "".join(release.digest_of(file) for file in files)
    return hashlib.sha256(whole.encode()).hexdigest()[: release.DIGEST_LENGTH]
