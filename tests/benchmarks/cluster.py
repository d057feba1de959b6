"""What a run of a sweep costs its workers, and what it costs whoever hands out the work.

``python -m tests.benchmarks.cluster [ROOT]`` sweeps ROOT (the sample logs by default) here, then on a Dask scheduler
with two processes on this machine, and sends tasks that do nothing. Seconds are those of CPU time, which hold on a busy
machine too; the scheduler and the client run in this process, so that both are counted. From them follows what a
million runs cost on a hundred workers, and how many workers one scheduler keeps busy.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import distributed

import curveread as cr
from curveread.fleet import borrowed
from curveread.fleet.cluster import dask_executor
from curveread.fleet.execute import execute
from tests.benchmarks.sweep import write_runs

_TASKS = 2_000
_FEW, _MANY = 40, 240
_RUNS, _WORKERS = 1_000_000, 100


def nothing(unit: int) -> int:
    """Return the unit."""
    return unit


def main(root: str) -> None:
    """Measure, and print the figures."""
    cr.sweep(root, jobs=1)  # what is loaded once
    start = time.process_time()
    runs = len(cr.sweep(root, jobs=1).rows)
    run = (time.process_time() - start) / runs
    print(f"a run: {1e3 * run:.0f} ms of CPU time to find, read, judge and keep ({runs} runs)")
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder, "few"), Path(folder, "many")
        spent = []
        for place, count in ((few, _FEW), (many, _MANY)):
            write_runs(place, count, 300)
            start = time.process_time()
            cr.sweep(place, jobs=2)
            spent.append(time.process_time() - start)
    parent = (spent[1] - spent[0]) / (_MANY - _FEW)  # what the analysis loads does not grow with the runs
    print(f"  the process that finds the runs and keeps the rows: {1e3 * parent:.2f} ms a run")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with (
        distributed.LocalCluster(**options, host="127.0.0.1", silence_logs=50) as cluster,
        dask_executor(cluster.scheduler_address) as executor,
    ):
        list(execute(nothing, range(100), executor=executor, failed=lambda unit, _: unit))
        chunk, borrowed._CHUNK = borrowed._CHUNK, 1
        start = time.process_time()
        list(execute(nothing, range(_TASKS), executor=executor, failed=lambda unit, _: unit))
        task = (time.process_time() - start) / _TASKS
    units = max(1, min(chunk, round(borrowed._CHUNK_SECONDS / run)))
    print(f"a task: {1e3 * task:.2f} ms of CPU time of client and scheduler; a task holds {units} such runs")
    hours = _RUNS * run / 3600
    print(f"{_RUNS:,} runs: {hours:.1f} hours of CPU time, on {_WORKERS} workers {60 * hours / _WORKERS:.0f} minutes")
    alone = parent + task / units
    print(
        f"  of one process that hands out, finds and keeps: {_RUNS * alone / 60:.0f} minutes, which no worker shortens"
    )
    print(f"that one process is busy with {run / alone:.0f} workers")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).parents[2] / "sample_logs"))
