import json
from http import HTTPStatus

import pytest
from flask import Flask, abort, g

from kg_service import errors, workers
from kg_service.logs import Line
from kg_service.web import problems

QUERY_ID = "6f0c5b9e-0000-4000-8000-000000000001"


def test_what_ends_a_worker_is_counted_by_the_name_of_its_problem() -> None:
    assert {error: problems.KINDS[error].name for error in workers.FATALS} == workers.FATALS


def application(error: Exception) -> Flask:
    """Flask with the handlers, where `/` raises `error`."""
    app = Flask("toy")
    problems.register(app)

    @app.before_request
    def identify() -> None:
        g.query_id = QUERY_ID

    @app.get("/")
    def root() -> str:
        raise error

    @app.get("/moved")
    def moved() -> str:
        abort(app.redirect("/elsewhere", 303))

    return app


@pytest.mark.parametrize(
    ("error", "status", "members"),
    [
        (
            errors.SyntaxProblem("ASK\n\n{ ?s ?p ?o foo }", 18, "No."),
            400,
            {
                "line": 3,
                "column": 14,
                "caret": "{ ?s ?p ?o foo }\n             ^",
                "found": "",
                "expected": [],
                "suggestions": [],
            },
        ),
        (
            errors.QueryLimitError("ASK {}", 4, "depth", "brackets in each other", 100, 101),
            400,
            {
                "line": 1,
                "column": 5,
                "caret": "ASK {}\n    ^",
                "name": "depth",
                "limit": 100,
                "found": 101,
            },
        ),
        (errors.ParameterError("timeout", "No."), 400, {"parameter": "timeout"}),
        (
            errors.ExpressionError("a nd b", 2, "No.", "nd", ("and",), ("and",)),
            400,
            {
                "line": 1,
                "column": 3,
                "caret": "a nd b\n  ^",
                "found": "nd",
                "expected": ["and"],
                "suggestions": ["and"],
            },
        ),
        (errors.UnsupportedExpressionError(("max",)), 400, {"constructs": ["max"]}),
        (
            errors.CaseError("/age", "2.5", "an age"),
            400,
            {"path": "/age", "found": "2.5", "expected": "an age"},
        ),
        (errors.ServiceVariableError("s"), 400, {"variable": "s"}),
        (errors.FederationError("No."), 403, {}),
        (errors.NameUnknownError("No."), 404, {}),
        (errors.NotAcceptableError("No.", ("text/csv",)), 406, {"offers": ["text/csv"]}),
        (errors.BodyTimeoutError(1.5), 408, {"limit": 1.5}),
        (errors.QueryIdError("mine"), 409, {}),
        (errors.SizeLimitError(7), 413, {"limit": 7}),
        (errors.UrlLimitError(7), 414, {"limit": 7}),
        (errors.ContentEncodingError("br"), 415, {"received": "br"}),
        (errors.ContentTypeError("a/b", ("c/d",)), 415, {"received": "a/b", "offers": ["c/d"]}),
        (errors.HeaderLimitError(7, "fields"), 431, {"limit": 7, "unit": "fields"}),
        (errors.ServiceError("http://a.b/", "no"), 502, {"service": "http://a.b/"}),
        (errors.DeadlineError("No."), 503, {}),
        (errors.MemoryLimitError("No."), 503, {}),
        (errors.RowLimitError("No.", 9), 503, {"limit": 9}),
        (errors.WorkerCrashError("No."), 503, {}),
        (errors.BusyError("No."), 503, {}),
        (errors.NotReadyError("No."), 503, {}),
    ],
)
def test_an_error_is_told_with_what_it_carries(
    error: errors.HeliotropeError, status: int, members: dict[str, object]
) -> None:
    answer = application(error).test_client().get("/")
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    content = json.loads(answer.data)
    assert content.pop("type").startswith("/problems/")
    assert content.pop("title")
    assert content == {
        "status": status,
        "detail": str(error),
        "instance": f"urn:uuid:{QUERY_ID}",
        **members,
    }


def test_every_error_that_answers_a_client_is_in_the_table() -> None:
    told = [errors.QueryError, errors.RequestError]
    for parent in told:
        for cls in parent.__subclasses__():
            assert cls in problems.KINDS, cls


def test_each_kind_of_problem_has_a_name_of_its_own() -> None:
    names = [kind.name for kind in problems.KINDS.values()]
    assert len(names) == len(set(names))


def test_the_advice_of_a_class_is_that_of_its_errors_unless_they_have_their_own() -> None:
    assert str(errors.SizeLimitError(7)) == "The body is larger than 7 bytes. Send less."
    assert str(errors.BusyError("Full.")) == "Full. Ask again."
    assert str(errors.BusyError("Full.", "Ask for less.")) == "Full. Ask for less."
    assert str(errors.StoppingError("It stops.")) == "It stops. Ask again soon."


def test_who_is_too_busy_says_when_to_come_back() -> None:
    answer = application(errors.BusyError("Full.")).test_client().get("/")
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    "error", [KeyError("secret"), errors.ReleaseError("/srv/secret is damaged.")]
)
def test_what_is_internal_stays_inside(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    answer = application(error).test_client().get("/")
    assert answer.status_code == 500
    assert b"secret" not in answer.data
    assert json.loads(answer.data)["title"] == HTTPStatus.INTERNAL_SERVER_ERROR.phrase
    (line,) = (json.loads(Line().format(record)) for record in caplog.records)
    assert (line["query"], line["error"]) == (QUERY_ID, type(error).__name__)


def test_a_wrong_method_is_told_with_those_that_are_allowed() -> None:
    answer = application(KeyError()).test_client().post("/")
    assert answer.status_code == 405
    assert answer.content_type == "application/problem+json"
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_redirection_is_no_problem() -> None:
    answer = application(KeyError()).test_client().get("/moved")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/elsewhere")
