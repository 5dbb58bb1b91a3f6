"""Short queries never wait behind long ones, and every long one has its share."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from kg_service import errors
from kg_service.cancellation import Cancellation
from kg_service.config import MIB, Settings
from kg_service.lanes import Lanes, Run
from kg_service.workers import Pool, QueryRequest

from .conftest import wait_for
from .test_workers import ENDLESS, FLOOD, SETTINGS, Nursery, ask, holds


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    made = Nursery(tmp_path_factory.mktemp("nursery"))
    yield made
    assert made.stop() == b""


def laned(
    nursery: Nursery, light: int = 1, queue: int = 64, paused: int = 64, memory: int = 64 * MIB
) -> Pool:
    return Pool(SETTINGS, nursery.path, Lanes(light, queue, 1, paused, 0.05, memory))


class Asking(threading.Thread):
    """A query asked in a thread; `found` is its answer or its error."""

    def __init__(self, pool: Pool, text: str, timeout: float = 5) -> None:
        super().__init__()
        self.cancel = Cancellation()
        self.states: list[str] = []
        self.found: bytes | errors.HeliotropeError = b""
        self._ask = lambda: pool.run(QueryRequest(text, timeout), self.cancel, self.states.append)
        self.start()

    def run(self) -> None:
        try:
            self.found = b"".join(self._ask())
        except errors.HeliotropeError as error:
            self.found = error


def ended(asking: list[Asking]) -> list[object]:
    """End them; how each ended."""
    for each in asking:
        each.cancel.set()
        each.join(5)
    return [each.found for each in asking]


def test_a_short_query_is_answered_while_long_ones_fill_every_place(nursery: Nursery) -> None:
    pool = laned(nursery)
    long = [Asking(pool, ENDLESS) for _ in range(5)]
    assert wait_for(lambda: pool.lanes.counts()["paused"] == 4)
    assert holds(pool)
    assert pool.lanes.counts() == {"light": 0, "heavy": 1, "waiting": 0, "paused": 4}
    assert all(isinstance(found, errors.CancelledError) for found in ended(long))
    assert pool.lanes.counts() == {"light": 0, "heavy": 0, "waiting": 0, "paused": 0}
    assert wait_for(lambda: len(nursery.workers()) == 1)
    pool.close()


def test_a_long_query_goes_on_where_it_was_when_another_has_had_its_share(
    nursery: Nursery,
) -> None:
    pool = laned(nursery)
    runaway = Asking(pool, ENDLESS)
    assert wait_for(lambda: pool.lanes.counts()["heavy"] == 1)
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 49000"
    rows = Asking(pool, text + " # and no other place than that of the runaway")
    rows.join(4)
    assert isinstance(rows.found, bytes)
    assert rows.found.count(b'"a":') == 49_000
    assert isinstance(ended([runaway])[0], errors.CancelledError)
    assert runaway.states[:3] == ["running", "heavy", "waiting"]
    pool.close()


@pytest.mark.long
def test_where_no_memory_is_left_for_it_nobody_makes_way(nursery: Nursery) -> None:
    pool = laned(nursery, memory=-1)
    runaway = Asking(pool, ENDLESS)
    assert wait_for(lambda: pool.lanes.counts()["heavy"] == 1)
    other = Asking(pool, ENDLESS, timeout=1.5)
    other.join(4)
    assert isinstance(other.found, errors.DeadlineError)
    assert runaway.states == ["running", "heavy"]
    ended([runaway])
    pool.close()


def test_a_long_query_without_a_place_is_refused_and_told_when_to_ask_again(
    nursery: Nursery,
) -> None:
    pool = laned(nursery, paused=1, memory=-1)
    first = [Asking(pool, ENDLESS) for _ in range(2)]
    assert wait_for(lambda: pool.lanes.counts()["paused"] == 1)
    with pytest.raises(errors.BusyError, match="no place among the long ones") as caught:
        ask(pool, ENDLESS)
    assert 1 <= caught.value.retry_after <= 5
    assert holds(pool)
    ended(first)
    pool.close()


def test_the_newest_waits_for_two_turns_at_most_and_the_oldest_is_not_forgotten() -> None:
    lanes = Lanes(1, 10)
    running = Run(5, time.monotonic() + 5)
    lanes.enter(running)
    entered: list[int] = []
    waiting = []
    for number in range(6):
        run = Run(5, time.monotonic() + 5)

        def enter(number: int = number, run: Run = run) -> None:
            lanes.enter(run)
            entered.append(number)
            lanes.leave(run)

        thread = threading.Thread(target=enter)
        thread.start()
        waiting.append(thread)
        assert wait_for(lambda n=number: lanes.counts()["waiting"] == n + 1)  # type: ignore[misc]
    lanes.leave(running)
    for thread in waiting:
        thread.join(5)
    assert entered == [5, 0, 4, 1, 3, 2]


def test_who_reads_slowly_keeps_no_place_from_short_queries(nursery: Nursery) -> None:
    pool = laned(nursery)
    answers = [pool.run(QueryRequest(FLOOD, 5)) for _ in range(3)]
    assert holds(pool)
    assert wait_for(lambda: pool.lanes.counts()["paused"] == 2)
    for answer in answers:
        answer.close()
    assert holds(pool)
    pool.close()


def test_who_reads_nothing_keeps_no_place_from_long_queries(nursery: Nursery) -> None:
    pool = laned(nursery)
    answer = pool.run(QueryRequest(FLOOD, 20))
    assert wait_for(lambda: pool.lanes.counts()["heavy"] == 1)
    # Each has had less of the processor than a turn.
    rows = Asking(pool, "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 45000 # while another is not read")
    rows.join(10)
    assert isinstance(rows.found, bytes)
    assert rows.found.count(b'"a":') == 45_000
    answer.close()
    pool.close()


def test_an_answer_nobody_reads_gives_its_place_back_at_its_deadline(nursery: Nursery) -> None:
    pool = laned(nursery)
    answer = pool.run(QueryRequest(FLOOD, 0.5))
    assert wait_for(lambda: pool.lanes.counts()["heavy"] == 0, 3)
    with pytest.raises(errors.DeadlineError):
        b"".join(answer)
    pool.close()


@pytest.mark.parametrize(
    ("number", "error", "said"),
    [
        (signal.SIGKILL, errors.KilledError, "ended from outside"),
        (signal.SIGTERM, errors.KilledError, "ended from outside"),
        (signal.SIGSEGV, errors.WorkerCrashError, "overflowed the stack"),
        (signal.SIGABRT, errors.WorkerCrashError, "crashed the process"),
    ],
)
def test_how_a_worker_ended_is_told_by_its_cause(
    nursery: Nursery, number: signal.Signals, error: type[errors.QueryError], said: str
) -> None:
    pool = Pool(Settings(query_memory=150 * MIB), nursery.path, 1)
    assert wait_for(lambda: not nursery.workers())
    asking = Asking(pool, ENDLESS)
    assert wait_for(lambda: len(nursery.workers()) == 1)
    time.sleep(0.1)
    os.kill(nursery.workers()[0], number)
    asking.join(5)
    assert isinstance(asking.found, error)
    assert said in str(asking.found)
    pool.close()
