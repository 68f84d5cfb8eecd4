"""workers: results in order, work as it is wanted, and nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import Any

import pytest
from tests.unit.layout.worker_functions import (
    ImportedSlowly,
    count_pages,
    crash,
    later_the_smaller,
    leave_a_note,
    note,
    noted,
    process_of,
    refuse,
    sleep,
    square,
    stop_at_three,
    threads_of,
    tidy_up_slowly,
    vanish,
)

from qexport.common.errors import LimitExceeded, UsageError
from qexport.layout.workers import FORKS_PREPARED, Workers, _batch_items


@pytest.fixture(autouse=True)
def other_processes_find_the_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[3]))  # as tests.unit.layout.worker_functions


@pytest.fixture(autouse=True)
def nobody_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The foremen have ended, and no process is left of their groups."""
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def noted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(start(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    yield
    for process in started:
        assert process.poll() is not None
        assert ends(process.pid)


def ends(group: int) -> bool:
    """Return whether no process is left of a group; who lost the foreman is taken away by the system a moment later."""
    for _ in range(500):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_results_come_in_the_order_of_the_items() -> None:
    with Workers(2) as workers:
        assert list(workers.map(square, range(20), chunksize=3)) == [number**2 for number in range(20)]
        assert list(workers.map(later_the_smaller, range(5))) == [0, 1, 2, 3, 4]
        assert list(workers.map(square, [])) == []


@pytest.mark.skipif(not FORKS_PREPARED, reason="each process prepares itself here")
def test_what_is_rehearsed_once_all_processes_remember() -> None:
    with Workers(2) as workers:
        workers.rehearse = partial(note, "a line")
        remembered = list(workers.map(noted, range(8), chunksize=4))
    assert {number for _, number in remembered} != {os.getpid()}
    assert len({number for _, number in remembered}) == 2
    assert len({str(each) for each, _ in remembered}) == 1
    said, process = remembered[0][0]
    assert said == "a line"
    assert process not in {os.getpid(), *(number for _, number in remembered)}


def test_what_an_item_left_behind_is_collected_before_the_next() -> None:
    with Workers(1) as workers:
        assert list(workers.map(count_pages, range(12), chunksize=4)) == [0] * 12


def test_a_rehearsal_that_fails_is_of_no_account() -> None:
    with Workers(2) as workers:
        workers.rehearse = partial(refuse, 1)
        assert list(workers.map(square, range(4))) == [0, 1, 4, 9]


def test_no_more_processes_are_started_than_there_is_work_for() -> None:
    with Workers(4) as workers:
        assert not workers.running
        assert len(set(workers.map(process_of, range(8), chunksize=4))) == 2
        assert workers.running


def test_they_prepare_before_there_is_work(tmp_path: Path) -> None:
    with Workers(2, partial(leave_a_note, tmp_path / "note")) as workers:
        workers.start()
        while FORKS_PREPARED and not (tmp_path / "note").exists():
            time.sleep(0.01)
        assert workers.running
        assert len(set(workers.map(process_of, range(40)))) == 2
    # Once for all; or each for itself, and the foreman, who could not fork, for nobody.
    times = 1 if Path("/proc/self/task").is_dir() else 3
    times = times if FORKS_PREPARED else 2
    assert (tmp_path / "note").read_text() == "prepared\n" * times


def start_a_thread() -> None:
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()


def test_a_process_with_threads_is_not_forked_but_begun_afresh() -> None:
    with Workers(2, start_a_thread) as workers:
        assert list(workers.map(square, range(20), chunksize=3)) == [number**2 for number in range(20)]
        assert set(workers.map(threads_of, range(20))) == {2}  # a fork would have left the other one behind
        assert len(set(workers.map(process_of, range(40)))) == 2


def test_a_system_that_lets_no_process_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with Workers(2) as workers:
        assert not workers.start()
        assert not workers.running


def test_the_work_is_shared_and_the_processes_stay() -> None:
    with Workers(2) as workers:
        first = set(workers.map(process_of, range(40)))
        assert len(first) == 2
        assert set(workers.map(process_of, range(40))) <= first


def test_items_are_taken_when_somebody_is_there_for_them() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1, 101):
            taken.append(number)
            yield number

    with Workers(1) as workers:
        results = workers.map(square, items(), chunksize=5)
        assert next(results) == 1
        assert taken == list(range(1, 11))  # and it is at work on the next


def test_what_weighs_much_is_given_alone_and_batches_get_smaller_towards_the_end() -> None:
    weights = [200, 200, *[1] * 12]
    batches = list(_batch_items(range(14), 8, weights, 2))
    assert batches == [[0], [1], [2, 3, 4], [5, 6], [7], [8], [9], [10], [11], [12], [13]]
    assert list(_batch_items(range(5), 2, None, 2)) == [[0, 1], [2, 3], [4]]
    with Workers(2) as workers:
        assert list(workers.map(square, range(14), chunksize=8, weights=weights)) == [n**2 for n in range(14)]
        assert len(set(workers.map(process_of, [0], weights=[200]))) == 1


def test_an_error_is_that_of_the_function_with_its_place_in_a_note() -> None:
    with Workers(2) as workers:
        with pytest.raises(UsageError) as caught:
            list(workers.map(refuse, range(10)))
        assert (caught.value.message, caught.value.hint) == ("three is refused", "take four")
        (note,) = caught.value.__notes__
        assert note.startswith("In another process:\nTraceback (most recent call last):\n")
        assert list(workers.map(square, range(3))) == [0, 1, 4]


def test_a_process_that_ends_by_itself_is_told() -> None:
    with Workers(1) as workers, pytest.raises(LimitExceeded) as caught:
        list(workers.map(vanish, range(3)))
    assert (caught.value.message, caught.value.hint) == (
        "a process that was laying out pages was ended by SIGKILL",
        "there was too little memory; fewer processes take less: --jobs 1",
    )
    with Workers(1) as workers, pytest.raises(LimitExceeded) as caught:
        list(workers.map(crash, range(3)))
    assert (caught.value.message, caught.value.hint) == (
        "a process that was laying out pages was ended by SIGSEGV",
        "",
    )


def test_a_process_that_was_stopped_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qexport.layout.workers.WAKE_AFTER", 0.2)
    with Workers(2) as workers:
        assert list(workers.map(stop_at_three, range(8))) == list(range(8))


def test_a_process_says_nothing_when_who_started_it_is_gone_at_once() -> None:
    ours, theirs = Pipe()
    program = f"from qexport.layout.workers import work; work({theirs.fileno()})"
    process = subprocess.Popen(
        [sys.executable, "-c", program], pass_fds=[theirs.fileno()], stderr=subprocess.PIPE
    )
    theirs.close()
    ours.close()  # as it is when the other is killed
    assert process.communicate()[1] == b""
    assert process.returncode == 0


def test_a_process_that_is_ended_while_it_imports_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with Workers(1, ImportedSlowly()) as workers:  # type: ignore[arg-type]  # never called: reading it ends the process
        assert workers.start()
        foreman = workers._foreman
        assert foreman is not None
        assert foreman.wait(60) == 0
    assert capfd.readouterr() == ("", "")


def test_the_end_of_the_block_ends_work_nobody_waits_for() -> None:
    def break_off() -> None:
        with Workers(2) as workers:
            results = workers.map(sleep, [0, 60, 60])
            assert next(results) == 0
            raise KeyError

    started = time.monotonic()
    with pytest.raises(KeyError):
        break_off()
    assert time.monotonic() - started < 50  # and not 60


def test_a_process_tidies_up_after_itself_though_it_is_told_twice_to_end(tmp_path: Path) -> None:
    """The second time may come while it does, or just before."""
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        with Workers(2) as workers:
            assert list(workers.map(tidy_up_slowly, [folder] * 2)) == [0, 0]
        assert len(list(folder.iterdir())) == 2


def test_ctrl_c_is_for_this_process_alone() -> None:
    """The terminal sends it to all; theirs would be a traceback each."""

    def ctrl_c(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, ctrl_c)
    try:
        with Workers(2) as workers:
            both = set(workers.map(process_of, range(20)))
            for process in both:
                os.kill(process, signal.SIGINT)
            assert set(workers.map(process_of, range(20))) == both
    finally:
        signal.signal(signal.SIGINT, before)
