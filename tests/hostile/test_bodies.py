"""JSON that is no JSON, or too deep, too large, or not text."""

from __future__ import annotations

import time

import pytest

from tests.hostile.conftest import Target, kind

pytestmark = pytest.mark.long

PATHS = ("/api/v1/cases", "/api/v1/whatif")
JSON = "application/json"

BODIES = {
    "deep list": "[" * 100_000,
    "deep list closed": "[" * 100_000 + "]" * 100_000,
    "deep object": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "deep finding": '{"findings": ' + "[" * 1000 + "]" * 1000 + "}",
    "huge float": '{"age": 1e999999}',
    "huge negative float": '{"findings": [{"id": "HP:0001324", "present": -1e400}]}',
    "long integer": '{"age": ' + "9" * 100_000 + "}",
    "integer beyond a double": '{"age": ' + "9" * 400 + "}",
    "not a number": '{"age": NaN}',
    "infinity": '{"age": -Infinity}',
    "same member twice": '{"age": 3, "age": 4}',
    "many members, one twice": "{" + ",".join(f'"m{n}":1' for n in range(100_000)) + ',"m1":1}',
    "lone surrogate": '{"findings": ["\\ud800"]}',
    "lone surrogate as name": '{"\\udfff": 1}',
    "surrogates the wrong way": '{"findings": ["\\udc00\\ud800"]}',
    "null in text": '{"findings": ["\\u0000"]}',
    "script": '{"findings": ["<script>alert(1)</script>"]}',
    "unclosed string of quotes": '"' + '\\"' * 900_000,
    "unclosed string": '{"a": "' + "x" * 1_900_000,
    "byte order mark": '\ufeff{"age": 3}',
    "trailing comma": '{"age": 3,}',
    "comment": '{"age": 3} // three',
    "single quotes": "{'age': 3}",
    "nothing": "",
    "space": " " * 1_900_000,
    "scalar": "3",
    "text": '"x"',
    "null": "null",
    "true age": '{"age": true}',
    "negative age": '{"age": -1}',
    "findings of everything": '{"findings": [1, null, true, {}, [], "", {"id": 3}]}',
    "python": '{"__class__": {"__init__": {"__globals__": 1}}}',
    "prototype": '{"__proto__": {"x": 1}, "constructor": 1}',
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_wrong_is_400_and_says_where(target: Target, path: str, name: str) -> None:
    start = time.monotonic()
    answer = target.post(path, BODIES[name], JSON)
    assert kind(answer) in ("400 body", "404 name", "400 parameter")
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("path", PATHS)
def test_a_large_body_ends_at_a_limit_or_as_an_answer(target: Target, path: str) -> None:
    many = ",".join(['"muscle weakness"'] * 90_000)
    for body in (
        f'{{"findings": [{many}]}}',
        f'{{"withdraw": [{many}]}}',
        '["' + '","' * 600_000 + '"]',
        '{"age": 0.' + "9" * 100_000 + "}",
        '{"findings": ["' + "x" * 1_900_000 + '"]}',
        '{"withdraw": ["' + "x" * 1_900_000 + '"]}',
    ):
        answer = target.post(path, body, JSON)
        assert answer.status in (200, 400, 404, 413, 503), kind(answer)
    assert kind(target.post(path, " " * 2_100_000, JSON)) == "413 size-limit"


@pytest.mark.parametrize(
    "form", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "text/html"]
)
def test_a_body_of_another_type_is_415(target: Target, form: str) -> None:
    for path in PATHS:
        assert kind(target.post(path, "{}", form)) == "415 content-type"


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 499 + ")" * 499,
        "not " * 240 + "'disease kind'",
        "'may present with' some " * 40 + "'disease kind'",
        "'disease kind' and " * 50 + "'disease kind'",
        "'" * 999,
        "\\" * 999,
        "'disease kind' or (" * 50,
        "{" * 900,
        "inverse " * 120,
        "\x00",
        "'a\nb'",
        "xsd:integer[>= 1" * 60,
    ],
)
def test_an_expression_that_cannot_be_read_is_told_so(target: Target, expression: str) -> None:
    from urllib.parse import urlencode

    answer = target.get("/api/v1/dl?" + urlencode({"expression": expression}))
    assert answer.status in (200, 400, 404, 503), kind(answer)


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "'",
        "* OR 1",
        "NEAR(a b)",
        "a AND NOT b",
        "^a",
        "{a}",
        "a:b",
        "-" * 900,
        "é" * 900,
        "'; DROP TABLE x; --",
        "%",
        "\\",
        "()",
    ],
)
def test_no_words_are_a_language_to_the_search(target: Target, text: str) -> None:
    from urllib.parse import urlencode

    for path, name in (("search", "q"), ("conditions", "finding")):
        answer = target.get(f"/api/v1/{path}?" + urlencode({name: text}))
        assert answer.status in (200, 400, 404), kind(answer)
