"""What the fast suite runs of what is many; `make long` runs the rest, and draws more."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pytest

# Set by `make long`, which runs every property again on more that is drawn.
THOROUGH = os.environ.get("HELIOTROPE_THOROUGH") == "1"


def every(step: int, cases: Sequence[Any], first: int = 0) -> list[Any]:
    """All cases as parameters: each `step`-th from the `first` is fast, the others are long.

    A case is one value, or a tuple of them.
    """
    return [
        case if number % step == first else parameter(case) for number, case in enumerate(cases)
    ]


def parameter(case: Any) -> Any:
    """A case that only the long suite runs."""
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.long)


def examples(thorough: int) -> int:
    """How many examples of a property are drawn: so many in the long suite, a fifth in the fast
    one, but not under ten."""
    return thorough if THOROUGH else max(thorough // 5, 10)
