"""A release: an immutable folder named by a digest, and the only place where the halves meet.

    build/releases/<digest>/  graph.nq  ontology.owl  ontology.ttl  search.sqlite  prefixes.json
                              manifest.json
    build/current             a symbolic link to the newest

A release is written aside and renamed; the link is moved last. Whoever reads sees a whole one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kg_service.errors import ReleaseError

MANIFEST = "manifest.json"
DIGEST_LENGTH = 16
ADVICE = "Run: make build"


@dataclass(frozen=True)
class Release:
    """A finished release: its folder and what its manifest says."""

    path: Path
    version: str
    digest: str
    counts: Mapping[str, int]
    files: Mapping[str, str]

    def file(self, name: str) -> Path:
        """The path of a file of the release. Raises ReleaseError when it has none of that name."""
        if name not in self.files:
            raise ReleaseError(f"Release {self.digest} has no file {name}.", ADVICE)
        return self.path / name


def load(path: Path) -> Release:
    """The release in a folder. Raises ReleaseError when it is missing or incomplete."""
    manifest = path / MANIFEST
    if not manifest.is_file():
        raise ReleaseError("There is no release here.", ADVICE)
    try:
        found = json.loads(manifest.read_text("utf-8"))
        keys = ("version", "digest", "counts", "files")
        release = Release(path.resolve(), *(found[key] for key in keys))
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"The manifest of the release is damaged ({error}).", ADVICE) from None
    for name in release.files:
        if not (path / name).is_file():
            raise ReleaseError(f"Release {release.digest} lacks its file {name}.", ADVICE)
    return release


def whole(release: Release) -> bool:
    """Whether every file of a release still is what its manifest says."""
    return all(digest_of(release.path / name) == found for name, found in release.files.items())


def current(build: Path) -> Release:
    """The newest release below a build folder. Raises ReleaseError when there is none."""
    return load(build / "current")


def digest_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def writing(build: Path) -> Iterator[Path]:
    """A folder to write a release into; it is gone afterwards unless `publish` took it."""
    build.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".writing-", dir=build))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _undamaged(path: Path) -> bool:
    try:
        return whole(load(path))
    except ReleaseError:
        return False


def publish(folder: Path, build: Path, *, version: str, counts: Mapping[str, int]) -> Release:
    """Make a written folder the current release, under a name made of its files' digests.

    The same files always get the same name; publishing them again changes nothing, but for a
    release of that name that was damaged, which is replaced.
    """
    files = {p.name: digest_of(p) for p in sorted(folder.iterdir())}
    whole = "".join(f"{name} {digest}\n" for name, digest in files.items())
    digest = hashlib.sha256(whole.encode()).hexdigest()[:DIGEST_LENGTH]
    manifest = {
        "version": version,
        "digest": digest,
        "counts": dict(counts),
        "files": files,
    }
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    folder.chmod(0o755)
    target = build / "releases" / digest
    target.parent.mkdir(exist_ok=True)
    for file in folder.iterdir():
        with file.open("rb") as written:
            os.fsync(written.fileno())
    if target.exists() and not _undamaged(target):
        target.rename(folder.with_name(folder.name + "-damaged"))
    if not target.exists():
        folder.rename(target)
    shutil.rmtree(folder.with_name(folder.name + "-damaged"), ignore_errors=True)
    link = build / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("releases") / digest)
    link.replace(build / "current")
    return load(build / "current")
