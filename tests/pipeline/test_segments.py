"""A text is cut where its passages could be; together the pieces hold every word."""

from kg_service.pipeline import passages, segments
from kg_service.pipeline.documents import Text


def cut(text: str) -> list[tuple[int, str, str]]:
    """Line, words and kind of every segment."""
    found = list(segments.of(Text("doc", text)))
    assert not list(passages.gaps([(s.start, s.end) for s in found], Text("doc", text)))
    return [(s.line, text[s.start : s.end], s.kind) for s in found]


def test_sentences_end_before_a_capital_and_not_after_an_abbreviation() -> None:
    assert cut("One is small, i.e. tiny, etc. and so on. Two is “big”. “Three” is odd! Four") == [
        (1, "One is small, i.e. tiny, etc. and so on.", "sentence"),
        (1, "Two is “big”.", "sentence"),
        (1, "“Three” is odd!", "sentence"),
        (1, "Four", "sentence"),
    ]


def test_citation_numbers_belong_to_the_sentence_before() -> None:
    assert cut("It glows. 1, 2 It hums. 3") == [
        (1, "It glows. 1, 2", "sentence"),
        (1, "It hums. 3", "sentence"),
    ]


def test_title_headings_and_running_text() -> None:
    assert cut("On glass\n\nWhat to see: 1\nIt glows. 4\nIs it?\n") == [
        (1, "On glass", "document title"),
        (3, "What to see: 1", "section heading"),
        (4, "It glows. 4", "sentence"),
        (5, "Is it?", "sentence"),
    ]
    assert cut("It glows.\nSigns")[1] == (2, "Signs", "section heading")
    assert cut(f"T\n{'word ' * 15}")[1][2] == "sentence"


def test_bullets_lose_their_mark_and_are_cut_at_semicolons() -> None:
    assert cut("  • Skin: it glows; hums 1\n    •  Rash, glow\n") == [
        (1, "Skin: it glows;", "part"),
        (1, "hums 1", "part"),
        (2, "Rash, glow", "bullet"),
    ]


def test_a_numbered_step_is_cut_after_its_name() -> None:
    assert cut("1. Look (twice): see the glow. Then hum.\n 2. Wait\n") == [
        (1, "Look (twice):", "part"),
        (1, "see the glow.", "part"),
        (1, "Then hum.", "part"),
        (2, "Wait", "bullet"),
    ]
