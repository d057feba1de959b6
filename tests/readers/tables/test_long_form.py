"""Tables with a row per point: runs and tags in the order in which they first appear, however many there are."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np

from curveread.readers.base import Part
from curveread.readers.tables import CSV
from curveread.readers.tables.columns import Column
from curveread.readers.tables.delimited import Cells
from curveread.readers.tables.long_form import long_parts
from curveread.run.model import Source


def _parts(points: list[tuple[str, str, int, float]]) -> list[Part]:
    runs, tags, steps, values = map(list, zip(*points, strict=True))
    row = np.arange(len(points))
    numeric = {"step": Column(row, np.array(steps, float)), "value": Column(row, np.array(values, float))}
    cells = Cells(len(points), numeric, {"run": runs, "tag": tags})
    return long_parts(cells, Source("log.csv", CSV.name, 0), Path("log.csv"))


def test_points_of_many_runs_that_stand_mixed_come_apart_in_order() -> None:
    rng = random.Random(0)
    points = [
        (run, tag, step, rng.random()) for step in range(30) for run in "cab" for tag in rng.sample(["loss", "acc"], 2)
    ]
    points = [p for p in points if (p[0], p[2]) != ("c", 0)]  # c begins later than the others
    parts = _parts(points)
    assert [part.key for part in parts] == ["a", "b", "c"]
    for part in parts:
        own = [p for p in points if p[0] == part.key]
        assert list(part.curves) == list(dict.fromkeys(p[1] for p in own))
        for tag, curve in part.curves.items():
            mine = [p for p in own if p[1] == tag]
            assert curve.step.tolist() == [p[2] for p in mine]
            assert curve.value.tolist() == [p[3] for p in mine]


def test_time_grows_with_the_rows_and_not_with_rows_times_runs() -> None:
    def spent(runs: int) -> float:
        points = [(f"run-{at}", tag, step, 1.0) for at in range(runs) for tag in ("loss", "acc") for step in range(5)]
        began = time.process_time()
        assert len(_parts(points)) == runs
        return time.process_time() - began

    spent(10)
    assert min(spent(4000) for _ in range(2)) < 25 * max(spent(500), 0.02)
