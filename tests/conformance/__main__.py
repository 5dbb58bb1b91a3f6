"""How many tests pass in each folder: the engine itself and the service, side by side.

python -m tests.conformance
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from tests.conformance import engine, service, suites
from tests.conformance.answers import Grade
from tests.conformance.suites import EVALUATION, NEGATIVE, POSITIVE


def main() -> None:
    """Print a table: tests, exact and by value of the engine, the same of the service."""
    tests: Counter[tuple[str, str]] = Counter()
    grades: Counter[tuple[tuple[str, str], str, Grade]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        asked = service.Together(Path(folder))
        try:
            for case in suites.of(EVALUATION | POSITIVE | NEGATIVE):
                group = case.suite.partition("/")[0], case.kind
                tests[group] += 1
                grades[group, "engine", engine.grade(case)] += 1
                grades[group, "service", service.grade(asked, case)] += 1
        finally:
            asked.close()
    print("suite\tkind\ttests\tengine exact\tby value\tservice exact\tby value")
    for group, count in tests.items():
        told = [
            str(grades[group, who, grade])
            for who in ("engine", "service")
            for grade in (Grade.EXACT, Grade.VALUE)
        ]
        print("\t".join((*group, str(count), *told)))


if __name__ == "__main__":
    main()
