from urllib.parse import quote_plus, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_service import forms
from kg_service.errors import ParameterError, SizeLimitError

VALUES = st.lists(st.sampled_from(["%", "%4", "%41", "%e9", "%C3%bc", "+", "a", "ü"])).map("".join)


@given(st.text())
def test_what_was_written_into_a_form_is_read_from_it(text: str) -> None:
    value = quote_plus(text)
    assert forms.decoded(value, 10_000) == text
    assert forms.least_size(value.encode()) == len(text.encode())


@given(VALUES)
def test_any_value_is_decoded_as_python_does(value: str) -> None:
    try:
        expected = unquote_plus(value, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(ParameterError, match="not UTF-8"):
            forms.decoded(value, 10_000)
    else:
        assert forms.decoded(value, 10_000) == expected
        assert forms.least_size(value.encode()) <= len(expected.encode())


def test_a_value_past_the_limit_is_refused() -> None:
    assert forms.decoded("%C3%BC", 2) == "ü"
    with pytest.raises(SizeLimitError):
        forms.decoded("%C3%BC", 1)
