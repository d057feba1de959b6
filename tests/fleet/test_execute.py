from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from curveread.errors import ArgumentError, UsageError
from curveread.fleet.execute import execute
from tests.fleet import work

TROUBLE = [0, 1, "raises", 2, "exits", 3, "leaves", 4, 5, "exits", 6, 7]


def failed(unit: object, reason: str) -> str:
    return f"{unit}: {reason}"


@pytest.fixture(params=["threads", "processes"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "threads":
        pool: Executor = ThreadPoolExecutor(2)
    else:
        pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver"))
    with pool:
        yield pool


def test_one_process_works_in_the_callers() -> None:
    assert list(execute(work.pid, range(3), failed=failed)) == [os.getpid()] * 3


def test_two_processes_share_the_work_and_keep_its_order() -> None:
    assert list(execute(work.square, range(300), jobs=2, failed=failed)) == [n * n for n in range(300)]
    pids = set(execute(work.pid, range(40), jobs=2, failed=failed))
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_no_more_processes_are_started_than_there_are_units() -> None:
    assert len(set(execute(work.pid, range(1), jobs=8, failed=failed))) == 1
    assert list(execute(work.pid, [], jobs=8, failed=failed)) == []


def test_what_raises_or_ends_its_process_costs_only_itself() -> None:
    out = list(execute(work.square, TROUBLE, jobs=2, failed=failed))
    assert out == [
        0,
        1,
        "raises: ValueError: not a number",
        4,
        "exits: its process ended with exit code 3, twice",
        9,
        "leaves: SystemExit: 1",
        16,
        25,
        "exits: its process ended with exit code 3, twice",
        36,
        49,
    ]


def test_what_takes_too_long_is_ended_and_costs_only_itself() -> None:
    start = time.monotonic()
    out = list(execute(work.square, [1, "hangs", 2, "spins", 3], jobs=2, timeout=1, failed=failed))
    assert out == [1, "hangs: it took longer than 1 s", 4, "spins: it took longer than 1 s", 9]
    assert time.monotonic() - start < 8


def test_a_timeout_is_the_units_own_and_not_that_of_those_before_it() -> None:
    assert list(execute(work.sleep, [0.4] * 6, jobs=1, timeout=1.2, failed=failed)) == [0.4] * 6


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_unit_whose_process_was_killed_from_outside_is_tried_again(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    units = [(n, str(journal)) for n in range(20)]
    assert list(execute(work.killed_once, units, jobs=2, failed=failed)) == list(range(20))
    tries = [int(n) for n in journal.read_text().split()]
    assert sorted(tries) == sorted([*range(20), 7])  # nothing was lost and nothing else done twice


def test_what_cannot_travel_costs_only_itself() -> None:
    out = list(execute(work.unpicklable, [0, 1, 2], jobs=2, failed=failed))
    assert (out[0], out[2]) == (0, 2)
    assert "pickle" in str(out[1])
    assert "pickle" in str(next(execute(work.square, [lambda: 0], jobs=2, failed=lambda _, reason: reason)))


def test_units_longer_than_a_pipe_holds_and_results_too_do_not_block_each_other() -> None:
    units = ["x" * 3_000_000 for _ in range(8)]
    assert [len(r) for r in execute(str.lower, units, jobs=2, failed=failed)] == [3_000_000] * 8


def test_units_are_taken_only_as_there_is_room_behind_one_that_takes_long() -> None:
    taken = 0

    def units() -> Iterator[float]:
        nonlocal taken
        for n in range(100_000):
            taken = n + 1
            yield 1.0 if n == 0 else 0.0

    with closing(execute(work.sleep, units(), jobs=2, failed=failed)) as results:
        assert next(results) == 1.0
        assert taken < 1_000


def test_closing_the_iterator_ends_the_processes_at_once() -> None:
    before = set(multiprocessing.active_children())
    results = execute(work.sleep, [0.0, 600, 600], jobs=2, failed=failed)
    assert next(results) == 0.0
    start = time.monotonic()
    results.close()
    assert time.monotonic() - start < 2
    assert set(multiprocessing.active_children()) == before


SCRIPT = """
import sys
from contextlib import closing
from curveread.fleet.execute import execute
from tests.fleet import work
if __name__ == "__main__":
    try:
        with closing(execute(work.sleep, [0.0, 600, 600], jobs=2, failed=lambda unit, reason: reason)) as results:
            for result in results:
                print(result, flush=True)
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process group cannot be interrupted there")
def test_ctrl_c_ends_everything_promptly_and_in_silence(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "0.0\n"
    start = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # as the terminal sends it: to the workers, too
    _, told = process.communicate(timeout=20)
    assert (process.returncode, told) == (130, "")
    assert time.monotonic() - start < 5
    with pytest.raises(ProcessLookupError):
        _until_gone(process.pid)


def _until_gone(group: int) -> None:
    for _ in range(100):
        os.killpg(group, 0)
        time.sleep(0.05)


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace('if __name__ == "__main__"', "if True"))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "UsageError: no process can be started" in done.stderr


def test_what_does_not_fit_is_refused_before_anything_is_done() -> None:
    with pytest.raises(ArgumentError, match="jobs=0: at least one"):
        execute(work.square, [1], jobs=0, failed=failed)
    with pytest.raises(ArgumentError, match="timeout=0: seconds above 0"):
        execute(work.square, [1], timeout=0, failed=failed)
    assert issubclass(ArgumentError, UsageError)


def test_an_executor_of_the_callers_keeps_the_order_and_stays_open(executor: Executor) -> None:
    assert list(execute(work.square, range(5_000), executor=executor, failed=failed)) == [n * n for n in range(5_000)]
    assert executor.submit(work.square, 3).result() == 9


def test_on_an_executor_what_raises_or_takes_too_long_costs_only_itself(executor: Executor) -> None:
    out = list(execute(work.square, [1, "raises", 2, "spins", 3], executor=executor, timeout=1, failed=failed))
    assert out == [1, "raises: ValueError: not a number", 4, "spins: it took longer than 1 s", 9]


def test_when_an_executor_breaks_the_rest_is_done_and_nothing_is_lost() -> None:
    units: list[object] = [*range(50), "exits", *range(50)]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as pool:
        out = list(execute(work.square, units, executor=pool, failed=failed))
    squares = [n * n for n in range(50)]
    assert out == [*squares, "exits: its process ended with exit code 3, twice", *squares]


def test_ending_early_on_an_executor_withdraws_what_has_not_begun() -> None:
    with ThreadPoolExecutor(1) as pool:
        results = execute(work.sleep, [0.0, *[0.5] * 40], executor=pool, failed=failed)
        assert next(results) == 0.0
        start = time.monotonic()
        results.close()
    assert time.monotonic() - start < 5
