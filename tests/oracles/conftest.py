"""The oracles, one Java process for the whole session."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.oracles import jars
from tests.oracles.oracle import Oracle


@pytest.fixture(scope="session")
def oracle() -> Iterator[Oracle]:
    """OWLAPI HermiT and ELK. Skips, with the reason, where they are missing; fails under CI."""
    if reason := jars.missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    asked = Oracle()
    yield asked
    asked.close()
