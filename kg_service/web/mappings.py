"""Mapping sets for download: `/sssom/{set}.sssom.tsv`, the files of the release as they are."""

from __future__ import annotations

from flask import Blueprint, Response

from kg_service.errors import NameUnknownError
from kg_service.web import rest
from kg_service.web.services import Services
from kg_service.web.tags import Tags

ENDING = ".sssom.tsv"
MEDIA_TYPE = "text/tab-separated-values"
PATH = "/sssom/{set}" + ENDING


def sets(services: Services) -> list[str]:
    """The names of the mapping sets of the release served, in order; none without a release."""
    files = services.manifest.get("files", {}) if services.release is not None else {}
    return sorted(name.removesuffix(ENDING) for name in files if name.endswith(ENDING))


def blueprint(services: Services) -> Blueprint:
    """One address for each set; a name that is none of them is 404 with those that are."""
    made = Blueprint("mappings", __name__)
    release = services.release
    if release is None:
        return made
    contents = {name: (release / f"{name}{ENDING}").read_bytes() for name in sets(services)}

    tags = Tags(services.settings, str(services.manifest["digest"]))

    @made.get(f"/sssom/<name>{ENDING}")
    def mapping_set(name: str) -> Response:
        if name not in contents:
            raise NameUnknownError(
                f"There is no mapping set {name!r}.", f"There are: {', '.join(contents)}."
            )
        answer = Response(contents[name], mimetype=MEDIA_TYPE)
        answer.headers["Cache-Control"] = rest.CACHE_CONTROL
        return tags.conditional(answer)

    return made
