import pytest

from tests.sampling import every, examples


def test_what_is_sampled_is_all_there_and_only_the_sample_is_fast() -> None:
    given = every(3, [("a", 1), ("b", 2), ("c", 3), ("d", 4)])
    made = [
        case if isinstance(case, tuple) and not hasattr(case, "marks") else case.values
        for case in given
    ]
    assert made == [("a", 1), ("b", 2), ("c", 3), ("d", 4)]
    long = [case.values[0] for case in given if getattr(case, "marks", ())]
    assert long == ["b", "c"]


@pytest.mark.parametrize(("thorough", "drawn"), [("1", [300, 20]), ("", [60, 10])])
def test_a_property_is_drawn_more_often_in_the_long_suite(
    monkeypatch: pytest.MonkeyPatch, thorough: str, drawn: list[int]
) -> None:
    monkeypatch.setattr("tests.sampling.THOROUGH", thorough == "1")
    assert [examples(300), examples(20)] == drawn
