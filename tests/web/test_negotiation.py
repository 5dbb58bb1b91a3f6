import pytest

from kg_service import results
from kg_service.web.negotiation import choose, formats

TABLES = results.OFFERS[results.BINDINGS]
JSON, XML, CSV, TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv;charset=utf-8", CSV),
        ("text/csv; header=present", CSV),
        ("application/json", "application/json"),
        ("text/*", CSV),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.6", TSV),
        ("text/tab-separated-values, text/csv", TSV),
        ("*/*, text/csv", CSV),
        ("*/*;q=0.1, text/csv;q=0.1", CSV),
        ("application/*;q=0.3, text/*;q=0.8, text/csv;q=0.1", TSV),
        ("text/html", None),
        ("text/csv;q=0", None),
        ("nonsense", None),
        ("text/csv;q=2", None),
        ("text/csv;q=many, text/tab-separated-values", TSV),
        (BROWSER, "application/xml"),
    ],
)
def test_the_format_the_client_likes_best_is_chosen(accept: str | None, chosen: str) -> None:
    assert choose(accept, TABLES) == chosen


def test_accept_wildcard_exclusion() -> None:
    excluded = "*/*, application/sparql-results+json;q=0, application/*;q=0.1"
    assert choose(excluded, TABLES) == CSV
    assert choose("*/*;q=0, text/csv;q=0.1", TABLES) == CSV
    assert choose("text/*;q=0, */*;q=0.1", (CSV, TSV, XML)) == XML


def test_a_variant_with_parameters_may_be_excluded_alone() -> None:
    assert choose("text/csv, text/csv;header=absent;q=0", TABLES) == CSV


def test_each_kind_of_answer_has_its_own_choice() -> None:
    chosen = formats("text/csv, text/turtle;q=0.9, application/sparql-results+xml;q=0.1")
    assert (chosen.boolean, chosen.bindings, chosen.graph) == (XML, CSV, "text/turtle")
