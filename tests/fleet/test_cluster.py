from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from curveread.errors import ArgumentError
from curveread.fleet.cluster import dask_executor
from curveread.fleet.execute import execute
from tests.conftest import needed
from tests.fleet import work

needed("distributed")


def failed(unit: object, reason: str) -> str:
    return f"{unit}: {reason}"


def test_two_workers_share_the_work_and_keep_its_order(cluster: Any) -> None:
    with dask_executor(cluster.scheduler_address) as executor:
        assert list(execute(work.square, range(400), executor=executor, failed=failed)) == [n * n for n in range(400)]
        pids = set(execute(work.pid, range(60), executor=executor, failed=failed))
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_a_worker_that_is_killed_on_the_way_costs_nothing(cluster: Any, tmp_path: Path) -> None:
    """The scheduler sends elsewhere what the worker had; each unit is told once."""
    units = [(n, 0.02, str(tmp_path)) for n in range(120)]
    out = []
    with dask_executor(cluster.scheduler_address) as executor:
        for done, result in enumerate(execute(work.pid_of, units, executor=executor, failed=failed)):
            out.append(result)
            if done == 10:
                os.kill(out[0][1], signal.SIGKILL)
    assert [n for n, _ in out] == list(range(120))
    assert len({pid for _, pid in out}) >= 2
    assert {int(p.name) for p in tmp_path.iterdir()} == set(range(120))


def test_what_ends_its_worker_each_time_has_failed_and_nothing_else(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    units: list[object] = [1, 2, "raises", 3, "exits", 4, 5]
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)  # three by default, and each costs a new worker
    with dask_executor(cluster.scheduler_address) as executor:
        out = list(execute(work.square, units, executor=executor, failed=failed))
    assert [out[i] for i in (0, 1, 3, 5, 6)] == [1, 4, 9, 16, 25]
    assert out[2] == "raises: ValueError: not a number"
    assert str(out[4]).startswith("exits: it was lost twice: KilledWorker")


def test_what_takes_too_long_is_interrupted_on_a_worker(cluster: Any) -> None:
    with dask_executor(cluster.scheduler_address) as executor:
        out = list(execute(work.square, [1, "spins", 2], executor=executor, timeout=1, failed=failed))
    assert out == [1, "spins: it took longer than 1 s", 4]


def test_an_address_where_nobody_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curveread.fleet.cluster._PATIENCE", 1)
    start = time.monotonic()
    with (
        pytest.raises(ArgumentError, match=r"dask='tcp://127.0.0.1:9': no scheduler answers there"),
        dask_executor("tcp://127.0.0.1:9"),
    ):
        pass
    assert time.monotonic() - start < 10
