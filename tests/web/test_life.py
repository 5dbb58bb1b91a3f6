"""The life of a query: its id, its state, its end."""

import contextlib
import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kg_service import errors, release
from kg_service.web.life import Query, Register
from tests.conftest import LIMITS, Reply, Running, serving, wait_for

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FLOOD = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
BOMB = "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def own(toy_release: release.Release) -> Iterator[Running]:
    """A server of this module's own, whose workers it may kill."""
    with serving(toy_release.path, settings=LIMITS) as running:
        yield running


class Asking(threading.Thread):
    """A query asked under a name; `reply` is its answer, None when that broke off."""

    def __init__(self, server: Running, text: str, name: str, timeout: str = "15") -> None:
        super().__init__()
        self._target_ = "/sparql?" + urlencode({"query": text, "timeout": timeout})
        self._server, self._name_ = server, name
        self.reply: Reply | None = None
        self.start()

    def run(self) -> None:
        try:
            self.reply = self._server.request(
                "GET", self._target_, headers={"Query-Id": self._name_}
            )
        except (IncompleteRead, ConnectionError):
            self.reply = None


def state(server: Running, name: str) -> dict[str, object]:
    reply = server.get(f"/sparql/queries/{name}")
    content = reply.json
    assert isinstance(content, dict)
    return {"status": reply.status, **content} if reply.status != 200 else content


def test_a_named_query_tells_its_state_and_can_be_cancelled(
    own: Running, toy_release: release.Release
) -> None:
    asking = Asking(own, ENDLESS, "a-runaway")
    assert wait_for(lambda: state(own, "a-runaway").get("state") == "running")
    found = state(own, "a-runaway")
    assert found["release"] == toy_release.digest
    assert found["timeout"] == 15
    assert found["problem"] is None
    undiagnosed = own.get("/sparql/queries/a-runaway/diagnosis")
    assert (undiagnosed.status, "is under way" in undiagnosed.text) == (404, True)
    assert own.request("DELETE", "/sparql/queries/a-runaway").status == 202
    asking.join(5)
    assert asking.reply is not None
    assert asking.reply.status == 503
    assert asking.reply.headers["query-id"] == "a-runaway"
    problem = json.loads(asking.reply.body)
    assert problem["type"] == "/problems/cancelled"
    assert problem["instance"] == "/sparql/queries/a-runaway"
    assert state(own, "a-runaway")["state"] == "cancelled"
    undiagnosed = own.get("/sparql/queries/a-runaway/diagnosis")
    assert (undiagnosed.status, "was cancelled" in undiagnosed.text) == (404, True)
    assert own.request("DELETE", "/sparql/queries/a-runaway").status == 204


def test_an_answer_cancelled_midway_is_broken_off(own: Running) -> None:
    connection = HTTPConnection("127.0.0.1", own.port, timeout=20)
    target = "/sparql?" + urlencode({"query": FLOOD, "timeout": "15"})
    connection.request("GET", target, headers={"Query-Id": "midway"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert state(own, "midway")["bytes"] != 0
    assert own.request("DELETE", "/sparql/queries/midway").status == 202
    with pytest.raises((IncompleteRead, ConnectionError)):
        answer.read()
    connection.close()
    assert wait_for(lambda: state(own, "midway")["state"] == "cancelled")


def test_a_query_without_a_name_is_found_by_the_id_of_its_answer(own: Running) -> None:
    reply = own.query("SELECT * { ?s ?p ?o } LIMIT 3")
    found = state(own, reply.headers["query-id"])
    assert (found["state"], found["bytes"]) == ("finished", len(reply.body))
    failed = own.query("SELECT * {")
    found = state(own, failed.headers["query-id"])
    assert (found["state"], found["problem"]) == ("failed", "/problems/syntax")


def test_a_name_in_use_is_a_conflict_and_free_again_afterwards(own: Running) -> None:
    asking = Asking(own, ENDLESS, "twice")
    assert wait_for(lambda: state(own, "twice").get("state") == "running")
    again = own.request("GET", "/sparql?query=ASK%7B%7D", headers={"Query-Id": "twice"})
    assert again.status == 409
    assert json.loads(again.body)["type"] == "/problems/query-id"
    own.request("DELETE", "/sparql/queries/twice")
    asking.join(5)
    again = own.request("GET", "/sparql?query=ASK%7B%7D", headers={"Query-Id": "twice"})
    assert (again.status, again.headers["query-id"]) == (200, "twice")
    assert state(own, "twice")["state"] == "finished"


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "a/b", "<script>", ".", "..", "\xe4"])
def test_a_name_of_other_characters_is_refused(own: Running, name: str) -> None:
    headers = {"Query-Id": name}
    reply = own.request("GET", "/sparql?query=ASK%7B%7D", headers=headers)
    assert reply.status == 400
    assert json.loads(reply.body)["parameter"] == "Query-Id"
    assert (
        own.request("GET", "/sparql?query=ASK%7B%7D", headers={"Query-Id": "x" * 64}).headers[
            "query-id"
        ]
        == "x" * 64
    )


def test_two_names_are_none(own: Running) -> None:
    connection = HTTPConnection("127.0.0.1", own.port, timeout=20)
    connection.putrequest("GET", "/sparql?query=ASK%7B%7D")
    connection.putheader("Query-Id", "one")
    connection.putheader("Query-Id", "two")
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 400
    assert json.loads(answer.read())["parameter"] == "Query-Id"
    connection.close()
    assert state(own, "one")["status"] == 404


def test_the_id_of_a_kept_answer_leads_to_its_query_too(
    own: Running, toy_release: release.Release
) -> None:
    first, again = (own.query("SELECT * { ?s ?p ?o } LIMIT 4") for _ in range(2))
    assert again.headers["query-id"] != first.headers["query-id"]
    found = state(own, again.headers["query-id"])
    assert found["id"] == again.headers["query-id"]
    assert (found["state"], found["bytes"]) == ("finished", len(first.body))
    assert found["release"] == toy_release.digest


def test_ids_are_unknown_or_told_one_by_one_and_never_listed(own: Running) -> None:
    assert state(own, "nobody")["status"] == 404
    assert state(own, "nobody")["type"] == "/problems/query"
    assert own.request("DELETE", "/sparql/queries/nobody").status == 404
    for target in ("/sparql/queries", "/sparql/queries/"):
        assert own.get(target).status == 404


def test_the_register_forgets_the_oldest_by_number_and_by_size() -> None:
    register = Register(count=3, size=5000)
    for number in range(5):
        query = Query(str(number), text="x")
        register.enter(query)
        query.end()
        register.leave(query)
    with pytest.raises(errors.QueryUnknownError):
        register.find("1")
    assert register.find("2").text == "x"
    large = Query("large", text="x" * 4000)
    register.enter(large)
    register.leave(large)
    with pytest.raises(errors.QueryUnknownError):
        register.find("4")
    assert register.find("large") is large


# Rows first; what is between the braces is evaluated only after them.
LATE = (
    "SELECT * {{ {{ ?a ?b ?c . ?d ?e ?f }} UNION {{ VALUES ?v {{ 1 }} FILTER EXISTS {{ {} }} }} }}"
)
HOARD = "{ SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } } FILTER(RAND() < 0)"
NEVER = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(STRLEN(CONCAT(STR(?a),STR(?d),STR(?g),STR(?j))) < 0)"


@pytest.mark.parametrize(
    ("name", "text", "timeout"),
    [
        ("deadline", ENDLESS, "0.5"),
        ("memory-limit", BOMB, "15"),
    ],
)
def test_what_fails_before_the_first_byte_has_a_status(
    own: Running, name: str, text: str, timeout: str
) -> None:
    body = urlencode({"query": text, "timeout": timeout})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = own.request("POST", "/sparql", body, headers)
    assert reply.status == 503
    assert json.loads(reply.body)["type"] == f"/problems/{name}"
    assert state(own, reply.headers["query-id"])["problem"] == f"/problems/{name}"


@pytest.mark.parametrize(
    ("name", "text", "timeout"),
    [
        ("deadline", LATE.format(NEVER), "0.4"),
        ("memory-limit", LATE.format(HOARD), "15"),
        ("row-limit", FLOOD, "15"),
    ],
)
def test_what_fails_after_the_first_byte_is_never_a_whole_answer(
    own: Running, name: str, text: str, timeout: str
) -> None:
    asking = Asking(own, text, f"late-{name}", timeout)
    asking.join(20)
    assert asking.reply is None
    found = state(own, f"late-{name}")
    assert (found["state"], found["problem"]) == ("failed", f"/problems/{name}")
    assert own.query("ASK {}").status == 200


def test_a_worker_killed_midway_breaks_its_answer_alone(own: Running) -> None:
    connection = HTTPConnection("127.0.0.1", own.port, timeout=20)
    before = set(own.workers())
    target = "/sparql?" + urlencode({"query": FLOOD, "timeout": "15"})
    connection.request("GET", target, headers={"Query-Id": "killed"})
    answer = connection.getresponse()
    assert answer.status == 200
    for pid in set(own.workers()) | before:
        with contextlib.suppress(ProcessLookupError):  # one may have been replaced meanwhile
            os.kill(pid, signal.SIGKILL)
    with pytest.raises((IncompleteRead, ConnectionError)):
        answer.read()
    connection.close()
    assert state(own, "killed")["problem"] == "/problems/killed"
    assert own.query("ASK { }").status == 200


def resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0


@pytest.mark.long
def test_memory_is_flat_over_a_million_rows(toy_release: release.Release) -> None:
    with serving(toy_release.path, settings={"HELIOTROPE_QUERY_ROWS": "1000000"}) as running:
        assert running.query("ASK {}").status == 200
        connection = HTTPConnection("127.0.0.1", running.port, timeout=60)
        text = f"{FLOOD} LIMIT 1000000"
        target = "/sparql?" + urlencode({"query": text, "timeout": "60"})
        connection.request("GET", target, headers={"Accept": "text/tab-separated-values"})
        answer = connection.getresponse()
        rows, seen = 0, 0
        early: dict[int, int] = {}
        late: dict[int, int] = {}
        while block := answer.read(1 << 20):
            rows += block.count(b"\n")
            seen += 1
            if seen == 10:
                early = {pid: resident(pid) for pid in running.processes()}
            if rows > 900_000 and not late:
                late = {pid: resident(pid) for pid in running.processes()}
        connection.close()
    assert rows == 1_000_001
    grown = {pid: late[pid] - early[pid] for pid in early if pid in late}
    assert len(grown) >= 3
    assert max(grown.values()) < 16 * 1024 * 1024, grown


def test_a_kept_answer_is_not_given_to_a_named_query(own: Running) -> None:
    own.query("ASK { kg:0900001 ?p ?o }")
    target = "/sparql?" + urlencode({"query": "ASK { kg:0900001 ?p ?o }"})
    assert own.request("GET", target, headers={"Query-Id": "fresh"}).status == 200
    assert state(own, "fresh")["state"] == "finished"


@pytest.mark.long
def test_eight_runaways_at_once_leave_short_queries_alone(own: Running) -> None:
    asking = [Asking(own, ENDLESS, f"runaway-{n}", "3") for n in range(8)]
    end = time.monotonic() + 3
    answered = 0
    while time.monotonic() < end:
        start = time.monotonic()
        # Different text each time, so that none is a kept answer.
        assert own.query(f"ASK {{}} # {answered}").status == 200
        assert time.monotonic() - start < 1
        answered += 1
        time.sleep(0.05)
    for each in asking:
        each.join(10)
        assert each.reply is not None
        assert each.reply.status == 503
        assert json.loads(each.reply.body)["type"] == "/problems/deadline"
    assert wait_for(lambda: len(own.workers()) <= 5)
