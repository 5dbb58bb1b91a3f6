"""The W3C's SPARQL suites, where they lie beside the repository."""

from pathlib import Path

FOLDER = Path(__file__).parents[3] / "shared" / "w3c" / "sparql"


def queries() -> list[Path]:
    """Every query and update of the suites; none while they are not there."""
    return sorted([*FOLDER.rglob("*.rq"), *FOLDER.rglob("*.ru")])
