"""A release is whole or it is not there."""

import json
from pathlib import Path

import pytest

from kg_service import release
from kg_service.errors import ReleaseError


def published(build: Path, text: str = "a") -> release.Release:
    with release.writing(build) as folder:
        (folder / "graph.nq").write_text(text, "utf-8")
        return release.publish(folder, build, version="1", counts={"asserted": 1})


def test_a_published_release_is_current_and_complete(tmp_path: Path) -> None:
    made = published(tmp_path)
    assert release.current(tmp_path) == made
    assert made.counts == {"asserted": 1}
    assert made.file("graph.nq").read_text("utf-8") == "a"
    assert made.path == tmp_path / "releases" / made.digest


def test_the_name_depends_on_the_files_alone(tmp_path: Path) -> None:
    one, other = published(tmp_path / "x"), published(tmp_path / "y")
    assert one.digest == other.digest
    assert published(tmp_path / "x", "b").digest != one.digest


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), release.writing(tmp_path) as folder:
        (folder / "graph.nq").write_text("half", "utf-8")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_no_release_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"There is no release here\. Run: make build"):
        release.current(tmp_path)


def test_a_release_without_one_of_its_files_is_refused(tmp_path: Path) -> None:
    made = published(tmp_path)
    made.file("graph.nq").unlink()
    with pytest.raises(ReleaseError, match=r"lacks its file graph\.nq"):
        release.current(tmp_path)


def test_a_damaged_manifest_is_refused(tmp_path: Path) -> None:
    made = published(tmp_path)
    (made.path / "manifest.json").write_text(json.dumps({"version": "1"}), "utf-8")
    with pytest.raises(ReleaseError, match="The manifest of the release is damaged"):
        release.current(tmp_path)


def test_a_file_that_a_release_does_not_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"has no file graph\.ttl"):
        published(tmp_path).file("graph.ttl")
