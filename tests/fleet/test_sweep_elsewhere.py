"""A sweep on a Dask cluster: the table is that of a sweep here, whatever becomes of a worker."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

import curveread as cr
from curveread.fleet.cluster import dask_executor
from tests.conftest import SAMPLES, needed

distributed = needed("distributed")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for number in range(12):
        shutil.copytree(SAMPLES / ("kl-blowup", "overfitting", "rare-points")[number % 3], root / f"run-{number}")
    (root / "run-7" / "trainer_state.json").write_text("{")
    return root


@pytest.mark.slow
def test_the_table_is_the_same_though_a_worker_dies(tree: Path, cluster: Any) -> None:
    here = cr.sweep(tree, jobs=1).table
    killed = []

    def told(done: int, total: int, bad: int) -> None:
        if done == 2:
            with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
                killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    with dask_executor(cluster.scheduler_address) as executor:
        there = cr.sweep(tree, executor=executor, progress=told).table
    assert killed
    assert len(here) == 12
    assert here.equals(there)
