"""Entity tags: which representation of which answer a client has (RFC 9110, section 8.8.3).

An answer depends on the release, on this software and on the address clients know it by; of one
address there are several representations. A tag is of all these, and of the address asked, so a
tag that comes back was given for this very address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from flask import Response, request

from kg_service import __version__
from kg_service.config import Settings

LENGTH = 16


class Tags:
    """The tags of answers from one release."""

    def __init__(self, settings: Settings, release: str) -> None:
        """Take the digest of the release, and what else all answers depend on."""
        self._release, self._common = release, (release, __version__, settings.base_url)

    def tag(self, media_type: str) -> str:
        """The tag of the answer to the current request in a media type, without quotes."""
        asked = request.path, request.query_string.decode("latin-1")
        text = "\n".join((*self._common, media_type, *asked))
        return f"{self._release}-{hashlib.sha256(text.encode()).hexdigest()[:LENGTH]}"

    def give(self, answer: Response, weak: bool = False) -> None:
        """Tag an answer to a GET; weakly one whose bytes may differ while it says the same, as
        rows in another order (RFC 9110, section 8.8.1)."""
        if request.method in ("GET", "HEAD"):
            answer.set_etag(self.tag(answer.mimetype or ""), weak)

    def conditional(self, answer: Response) -> Response:
        """A whole answer with its tag, or 304 where the client has it."""
        self.give(answer)
        answer.make_conditional(request)
        return answer

    def known(self, media_types: Iterable[str | None]) -> str | None:
        """The media type, of those it may come to be, in which the client has the answer to the
        current request; None when it has none of them. `*` is not looked at."""
        asked = request.if_none_match
        if request.method not in ("GET", "HEAD") or asked.star_tag:
            return None
        return next((m for m in media_types if m and asked.contains_weak(self.tag(m))), None)
