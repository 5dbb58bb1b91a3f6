import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from kg_service import errors, forks, packets
from kg_service.cancellation import Cancellation
from kg_service.config import MIB, Settings
from kg_service.diagnosis import questions
from kg_service.results import Formats
from kg_service.workers import DiagnosisRequest, Pool, QueryRequest

from .conftest import PREFIXES, TOY, alive, wait_for

SETTINGS = Settings(query_memory=150 * MIB, query_timeout=5, query_rows=50_000, queue=2)
QUESTIONS = questions.load(Path(__file__).parents[1])
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FLOOD = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
BOMB = "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
DEEP = "ASK " + "{" * 50_000 + "}" * 50_000


class Nursery:
    """A nursery of the toy graph, without a server."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "nursery"
        settings = {"files": [str(TOY)], "prefixes": PREFIXES, "path": str(self.path)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kg_service.nursery", json.dumps(settings)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert wait_for(self.path.exists)

    def workers(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split() if alive(int(pid))]

    def stop(self) -> bytes:
        """End it; what it and its workers said on standard error."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.stderr is not None
        with self.process.stderr:
            said = self.process.stderr.read()
        self.process.wait(5)
        return said


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    made = Nursery(tmp_path_factory.mktemp("nursery"))
    yield made
    assert made.stop() == b""


@pytest.fixture
def pool(nursery: Nursery) -> Iterator[Pool]:
    made = Pool(SETTINGS, nursery.path, 2)
    yield made
    made.close()


def ask(pool: Pool, text: str, timeout: float = 5, cancel: Cancellation | None = None) -> bytes:
    return b"".join(pool.run(QueryRequest(text, timeout), cancel))


def holds(pool: Pool) -> bool:
    return ask(pool, "ASK {}") == b'{"head":{},"boolean":true}'


def test_an_answer_says_its_kind_and_format(pool: Pool) -> None:
    answer = pool.run(QueryRequest("SELECT ?l { kg:0900001 rdfs:label ?l }", 5))
    assert (answer.kind, answer.media_type) == ("bindings", "application/sparql-results+json")
    assert json.loads(b"".join(answer))["results"]["bindings"] == [
        {"l": {"type": "literal", "value": "amberpox", "xml:lang": "en"}}
    ]


def test_a_worker_serves_one_query_after_another(pool: Pool, nursery: Nursery) -> None:
    assert holds(pool)
    before = nursery.workers()
    assert all(holds(pool) for _ in range(20))
    assert nursery.workers() == before


def test_a_query_larger_than_a_packet_is_answered(pool: Pool) -> None:
    text = "ASK { FILTER(STRLEN('" + "x" * 300_000 + "') = 300000) }"
    assert ask(pool, text) == b'{"head":{},"boolean":true}'


def test_a_syntax_error_names_its_place(pool: Pool) -> None:
    with pytest.raises(errors.SyntaxProblem, match=r"line 2, column 1") as caught:
        ask(pool, "SELECT * {}\nLIMT 3")
    assert (caught.value.line, caught.value.column) == (2, 1)
    assert caught.value.suggestions == ["LIMIT"]
    assert holds(pool)


def test_the_deadline_ends_a_query_and_its_worker(pool: Pool, nursery: Nursery) -> None:
    start = time.monotonic()
    with pytest.raises(errors.DeadlineError, match=r"deadline of 0\.3 s") as late:
        ask(pool, ENDLESS, timeout=0.3)
    # Only /sparql takes timeout=, and other addresses have a deadline, too.
    assert late.value.advice == "Ask for less. A query to /sparql may have timeout= up to 60 s."
    assert 0.3 <= time.monotonic() - start < 0.8
    assert wait_for(lambda: nursery.workers() == [])
    assert holds(pool)


def test_a_worker_nobody_kills_ends_itself(nursery: Nursery) -> None:
    pool = Pool(SETTINGS, nursery.path, 1)
    answer = pool.run(QueryRequest(FLOOD, 0.3))
    assert len(nursery.workers()) == 1
    # The answer is not read, so nothing on this side looks at the clock.
    assert wait_for(lambda: nursery.workers() == [], 2)
    with pytest.raises(errors.DeadlineError):
        b"".join(answer)


def test_a_memory_bomb_is_named_and_leaves_the_next_query_alone(pool: Pool) -> None:
    with pytest.raises(errors.MemoryLimitError, match=r"memory limit of 150 MiB"):
        ask(pool, BOMB)
    assert holds(pool)


def test_a_crash_is_an_error_of_that_query_alone(pool: Pool, nursery: Nursery) -> None:
    assert holds(pool)
    (worker,) = nursery.workers()
    timer = threading.Timer(0.2, os.kill, (worker, signal.SIGSEGV))
    timer.start()
    with pytest.raises(errors.WorkerCrashError):
        ask(pool, ENDLESS)
    timer.join()
    assert holds(pool)


@pytest.mark.parametrize("media_type", ["application/sparql-results+json", "text/csv"])
def test_how_a_worker_ended_is_told_behind_what_it_had_sent(
    nursery: Nursery, media_type: str
) -> None:
    # More than the connection holds: as JSON many messages, as CSV one, which it ends within.
    text = f"""SELECT (REPLACE("{"a" * 1000}", "a", "{"b" * 1000}") AS ?x) {{}}"""
    pool = Pool(SETTINGS, nursery.path, 1)
    answer = pool.run(QueryRequest(text, timeout=5, formats=Formats(bindings=media_type)))
    (worker,) = nursery.workers()
    # It sleeps where it has no room to send.
    assert wait_for(lambda: ") S " in Path(f"/proc/{worker}/stat").read_text())
    os.kill(worker, signal.SIGKILL)
    assert wait_for(lambda: not Path(f"/proc/{worker}").exists())
    with pytest.raises(errors.KilledError):
        list(answer)
    pool.close()


def test_a_query_that_would_crash_the_engine_is_refused_and_its_worker_stays(
    pool: Pool, nursery: Nursery
) -> None:
    assert holds(pool)
    before = nursery.workers()
    with pytest.raises(errors.QueryLimitError, match=r"the limit depth is 200") as caught:
        ask(pool, DEEP)
    assert (caught.value.limit, caught.value.found, caught.value.column) == (200, 50_000, 50_004)
    assert holds(pool)
    assert nursery.workers() == before


def test_too_many_rows_are_refused_before_the_first_byte_or_after(pool: Pool) -> None:
    answer = pool.run(QueryRequest(FLOOD, 5))
    with pytest.raises(errors.RowLimitError, match=r"more than 50000 rows"):
        b"".join(answer)
    assert holds(pool)


@pytest.mark.parametrize("media_type", ["text/csv", "text/turtle"])
def test_exactly_the_row_limit_is_answered(nursery: Nursery, media_type: str) -> None:
    text = "SELECT ?s" if media_type == "text/csv" else "CONSTRUCT { ?s a ?s }"
    text += " { ?s a h:DiseaseKind }"
    formats = Formats(bindings=media_type, graph=media_type)
    enough = Pool(Settings(query_rows=10), nursery.path, 1)
    assert b"".join(enough.run(QueryRequest(text, 5, formats)))
    enough.close()
    short = Pool(Settings(query_rows=9), nursery.path, 1)
    with pytest.raises(errors.RowLimitError) as caught:
        short.run(QueryRequest(text, 5, formats))
    assert caught.value.limit == 9
    short.close()


def test_cancelling_ends_a_query_at_once(pool: Pool, nursery: Nursery) -> None:
    cancel = Cancellation()
    threading.Timer(0.2, cancel.set).start()
    start = time.monotonic()
    with pytest.raises(errors.CancelledError):
        ask(pool, ENDLESS, cancel=cancel)
    assert time.monotonic() - start < 1
    assert wait_for(lambda: nursery.workers() == [])


def test_what_was_cancelled_before_it_began_is_not_run(pool: Pool) -> None:
    cancel = Cancellation()
    cancel.set()
    with pytest.raises(errors.CancelledError):
        ask(pool, ENDLESS, cancel=cancel)


def test_a_refusal_stands_where_its_worker_ends_before_it_said_so(tmp_path: Path) -> None:
    # What comes on the connection when a query is cancelled between two messages of its worker.
    worker = subprocess.Popen(["sleep", "60"])
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(tmp_path / "nursery"))
        listener.listen()
        pool = Pool(SETTINGS, tmp_path / "nursery", 1)
        asking = threading.Thread(target=ended_after_refusing, args=(listener, worker.pid))
        asking.start()
        with pytest.raises(errors.EvaluationError):
            ask(pool, "ASK {}")
        asking.join()
    assert worker.wait(5) == -signal.SIGKILL
    pool.close()


def ended_after_refusing(listener: socket.socket, pid: int) -> None:
    """Speak for a worker that refuses a query and ends, and for its nursery."""
    connection, _ = listener.accept()
    descriptor = os.pidfd_open(pid)
    socket.send_fds(connection, [packets.HELLO + packets.LAST + str(pid).encode()], [descriptor])
    os.close(descriptor)
    assert packets.receive(connection)[0] == packets.QUERY
    packets.send_json(connection, packets.ERROR, {"error": "EvaluationError", "message": "No."})
    packets.send_json(connection, packets.STATUS, {"status": int(signal.SIGKILL), "cause": ""})
    connection.close()


def test_who_cancels_late_does_not_hit_the_next_query(nursery: Nursery) -> None:
    pool = Pool(SETTINGS, nursery.path, 1)
    late = Cancellation()
    assert ask(pool, "ASK {}", cancel=late)
    (worker,) = nursery.workers()
    answer = pool.run(QueryRequest("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 30000", 5))
    late.set()
    assert len(json.loads(b"".join(answer))["results"]["bindings"]) == 30_000
    assert nursery.workers() == [worker]
    pool.close()


def test_an_answer_closed_early_frees_its_worker(nursery: Nursery) -> None:
    pool = Pool(SETTINGS, nursery.path, 1)
    pool.run(QueryRequest(FLOOD, 5)).close()
    assert holds(pool)
    pool.close()


def test_a_full_queue_is_refused_at_once_and_a_long_wait_at_its_deadline(nursery: Nursery) -> None:
    pool = Pool(SETTINGS, nursery.path, 1)
    running = pool.run(QueryRequest(FLOOD, 5))
    seen: list[str] = []

    def wait() -> None:
        try:
            ask(pool, "ASK {}", timeout=0.5)
        except errors.BusyError as error:
            seen.append(error.message)

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    running.close()
    assert sorted(seen) == [
        "All workers are busy and the queue is full.",
        "No worker became free within 0.5 s.",
        "No worker became free within 0.5 s.",
    ]
    assert holds(pool)
    pool.close()


def test_one_pool_never_waits_behind_another(nursery: Nursery) -> None:
    strangers, house = Pool(SETTINGS, nursery.path, 1), Pool(SETTINGS, nursery.path, 1)
    running = strangers.run(QueryRequest(FLOOD, 5))
    assert holds(house)
    running.close()
    house.close()


@pytest.mark.parametrize("host", ["127.0.0.1:9", "127.0.0.1:65000", "example.org"])
def test_service_is_refused_by_name(pool: Pool, host: str) -> None:
    with pytest.raises(errors.FederationError, match="SERVICE"):
        ask(pool, f"SELECT * {{ SERVICE <http://{host}/sparql> {{ ?s ?p ?o }} }}")
    assert holds(pool)


def test_a_worker_holding_much_memory_is_replaced(nursery: Nursery) -> None:
    pool = Pool(Settings(worker_memory=30 * MIB, query_memory=500 * MIB), nursery.path, 1)
    assert holds(pool)
    before = nursery.workers()
    text = "ASK { FILTER(?x IN (" + "1," * 150_000 + "1)) }"
    ask(pool, text)
    assert wait_for(lambda: not set(before) & set(nursery.workers()))
    assert holds(pool)
    pool.close()


@pytest.mark.long
def test_a_query_has_its_memory_again_after_others_took_theirs(nursery: Nursery) -> None:
    pool = Pool(Settings(query_memory=120 * MIB, worker_memory=400 * MIB), nursery.path, 1)
    text = "ASK { FILTER(?x IN (" + "1," * 60_000 + "1)) }"
    before = []
    for _ in range(8):
        assert ask(pool, text) == b'{"head":{},"boolean":false}'
        before.append(nursery.workers())
    assert before[0] == before[-1]
    pool.close()


def test_rows_are_asked_with_values_bound_never_pasted(pool: Pool) -> None:
    text = "SELECT ?s ?l { ?s rdfs:label ?l }"
    kind = "https://w3id.org/heliotrope/KG_0900008"
    assert pool.rows(text, {"l": Literal("glassbone", language="en")}).rows == (
        {
            "s": {"type": "uri", "value": kind},
            "l": {"type": "literal", "value": "glassbone", "xml:lang": "en"},
        },
    )
    assert pool.rows(text, {"s": NamedNode(kind)}).rows[0]["l"]["value"] == "glassbone"
    assert pool.rows(text, {"l": Literal('" } # ')}).rows == ()
    assert pool.rows(text, {"l": Literal("nothing")}).variables == ("s", "l")


def test_binding_a_variable_that_is_not_selected_is_an_error(pool: Pool) -> None:
    with pytest.raises(errors.EvaluationError, match=r"\?l"):
        pool.rows("SELECT ?s { ?s rdfs:label ?l }", {"l": Literal("x")})


def test_two_workers_never_make_the_same_blank_node_or_uuid(nursery: Nursery) -> None:
    pools = [Pool(SETTINGS, nursery.path, 1) for _ in range(3)]
    text = "SELECT (UUID() AS ?u) (STR(BNODE()) AS ?b) (RAND() AS ?r) {}"
    rows = [pool.rows(text).rows[0] for pool in pools]
    assert len({row["u"]["value"] for row in rows}) == 3
    assert len({row["r"]["value"] for row in rows}) == 3
    for pool in pools:
        pool.close()


def test_without_a_nursery_the_service_is_not_ready(tmp_path: Path) -> None:
    with pytest.raises(errors.NotReadyError):
        Pool(SETTINGS, tmp_path / "none", 1).run(QueryRequest("ASK {}", 1))


def test_a_nursery_that_dies_takes_its_workers_along(tmp_path: Path) -> None:
    nursery = Nursery(tmp_path)
    pool = Pool(SETTINGS, nursery.path, 2)
    answer = pool.run(QueryRequest(FLOOD, 5))
    assert holds(pool)
    workers = nursery.workers()
    assert len(workers) == 2
    os.kill(nursery.process.pid, signal.SIGKILL)
    nursery.process.wait()
    assert wait_for(lambda: not any(alive(pid) for pid in workers))
    with pytest.raises(errors.NotReadyError):
        b"".join(answer)
    with pytest.raises(errors.NotReadyError):
        holds(pool)
    nursery.stop()


def test_data_that_cannot_be_loaded_are_one_line_and_status_1(tmp_path: Path) -> None:
    bad = tmp_path / "bad.ttl"
    bad.write_text("<a> <b>")
    settings = {"files": [str(bad)], "prefixes": {}, "path": str(tmp_path / "nursery")}
    ended = subprocess.run(
        [sys.executable, "-m", "kg_service.nursery", json.dumps(settings)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("bad.ttl:1: ")
    assert ended.stderr.count("\n") == 1


def test_a_worker_keeps_one_socket_and_has_no_descriptor_to_spare(
    nursery: Nursery, pool: Pool
) -> None:
    other = Pool(SETTINGS, nursery.path, 1)
    assert holds(other)
    first = set(nursery.workers())
    assert holds(pool)
    (worker,) = set(nursery.workers()) - first
    opened = {int(fd.name): str(fd.readlink()) for fd in Path(f"/proc/{worker}/fd").iterdir()}
    assert sum(target.startswith("socket:") for target in opened.values()) == 1
    assert not any("pipe" in target or "eventpoll" in target for target in opened.values())
    limits = Path(f"/proc/{worker}/limits").read_text()
    allowed = int(limits.split("Max open files")[1].split()[0])
    assert allowed == 0
    assert set(opened) == set(range(len(opened)))
    other.close()


OPENINGS = {
    "socket": lambda: socket.socket(),
    "unix": lambda: socket.socket(socket.AF_UNIX),
    "pair": lambda: socket.socketpair(),
    "udp": lambda: socket.socket(type=socket.SOCK_DGRAM),
    "name": lambda: socket.getaddrinfo("example.org", 80),
    "file": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "copy": lambda: os.dup(1),
    "pipe": lambda: os.pipe(),
}


@pytest.mark.parametrize("name", OPENINGS)
@pytest.mark.parametrize("closed", [0, 3])
def test_a_worker_opens_nothing_even_after_it_closed_something(name: str, closed: int) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            forks.greet(theirs)
            for descriptor in range(closed):
                os.close(descriptor)
            try:
                OPENINGS[name]()
            except OSError:
                status = 0
        finally:
            os._exit(status)
    ours.close()
    theirs.close()
    assert os.waitpid(pid, 0)[1] == 0


def test_a_worker_says_why_a_query_has_no_rows(pool: Pool) -> None:
    text = "SELECT ?l { kg:0900001 rdfs:lable ?l }"
    answer = pool.run(DiagnosisRequest(text, QUESTIONS, 5))
    assert (answer.kind, answer.media_type) == ("diagnosis", "application/json")
    found = json.loads(b"".join(answer))
    assert found["verdict"] == "broken"
    assert (found["broken"][0]["text"], found["broken"][0]["column"]) == ("rdfs:lable", 24)
    assert found["suggestions"][0]["id"] == "rdfs:label"
    with pytest.raises(errors.SyntaxProblem):
        pool.run(DiagnosisRequest("SELCT * {}", QUESTIONS, 5))
    assert holds(pool)


@pytest.mark.parametrize(("graph", "matches"), [("claims", 1), ("nowhere", 0)])
def test_a_diagnosis_asks_the_graphs_of_the_query(pool: Pool, graph: str, matches: int) -> None:
    text = f"SELECT ?d FROM graph:{graph} {{ ?d a h:Document ; h:line 9999 }}"
    found = json.loads(b"".join(pool.run(DiagnosisRequest(text, QUESTIONS, 5))))
    assert found["patterns"][0]["matches"] == matches


def test_a_diagnosis_names_the_parameter_that_gave_a_graph_without_triples(pool: Pool) -> None:
    graph = "https://w3id.org/heliotrope/graph/claim"
    for graphs in ((graph,), ("https://w3id.org/heliotrope/graph/claims", graph)):
        asked = DiagnosisRequest("SELECT * { ?d h:line 9999 }", QUESTIONS, 5, graphs)
        (broken,) = json.loads(b"".join(pool.run(asked)))["broken"]
        assert (broken["parameter"], broken["text"]) == ("default-graph-uri", graph)
        assert [broken[place] for place in ("line", "column", "start", "end")] == [None] * 4
        assert broken["suggestions"][0]["id"] == "graph:claims"
        assert broken["instead"] == []


def test_a_query_that_has_rows_has_no_diagnosis(pool: Pool) -> None:
    for text in ("SELECT * { ?x ?y ?z }", "ASK {}", "CONSTRUCT WHERE { ?x ?y ?z }"):
        with pytest.raises(errors.QueryUnknownError):
            pool.run(DiagnosisRequest(text, QUESTIONS, 5))


def test_a_relative_graph_is_that_of_the_endpoint(pool: Pool) -> None:
    text = "SELECT * FROM <nothing> { ?x ?y ?z }"
    asked = DiagnosisRequest(text, QUESTIONS, 5, base="http://example.org/sparql")
    (broken,) = json.loads(b"".join(pool.run(asked)))["broken"]
    assert broken["text"] == "<nothing>"
    assert "<http://example.org/nothing>" in broken["reason"]
