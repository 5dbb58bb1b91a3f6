"""The service as the suites ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance import suites
from tests.conformance.service import Apart, Together


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Together]:
    """One server that holds the data of every test."""
    suites.require()
    service = Together(tmp_path_factory.mktemp("suites"))
    yield service
    service.close()


@pytest.fixture(scope="session")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """A server for each dataset."""
    suites.require()
    service = Apart(tmp_path_factory.mktemp("dataset"))
    yield service
    service.close()
