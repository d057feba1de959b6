"""Units of a tree: read one by one they give what reading all of it gives."""

from __future__ import annotations

import pickle
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from curveread import api
from curveread.discovery.discover import natural
from curveread.discovery.units import each_at, joined, units_at
from curveread.errors import NoLogsError
from curveread.run.model import Run
from tests.support.event_writer import write_scalars


def _alone(root: Path) -> list[Run]:
    return [run for unit in units_at(root) for run in api.read_all(pickle.loads(pickle.dumps(unit)))]


def _losses(path: Path, first: int = 0, points: int = 40, seed: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).normal(0, 0.02, points)
    rows = [f"{first + i},{2.0 / (first + i + 1) + 1 + e:.6f}" for i, e in enumerate(noise)]
    path.write_text("step,train_loss\n" + "\n".join(rows) + "\n")


def test_the_sample_logs_are_the_same_runs(samples: Path) -> None:
    whole, alone = api.read_all(samples), _alone(samples)
    assert len(alone) > 40
    assert [r.path for r in alone] == [r.path for r in whole]
    assert [replace(r, name="") for r in alone] == [replace(r, name="") for r in whole]


def test_a_lone_run_is_told_by_the_path_that_was_asked_for(tmp_path: Path) -> None:
    _losses(tmp_path / "deep" / "down" / "metrics.csv")
    (unit,) = units_at(tmp_path)
    assert unit.whole
    assert api.read_all(unit) == api.read_all(tmp_path)


def test_two_places_of_one_run_stay_together(tmp_path: Path) -> None:
    for number in range(3):
        _losses(tmp_path / "logs" / f"run-{number}" / "metrics.csv", seed=number)
        _losses(tmp_path / "out" / f"run-{number}" / "progress.csv", seed=number)
    assert [len(u.files) for u in units_at(tmp_path)] == [2, 2, 2]


def test_the_writers_of_add_scalars_stay_with_their_run(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_scalars(tmp_path / name, [("lr", i, 0.1, 1.7e9 + i) for i in range(5)])
        for split in ("train", "val"):
            points = [("run/loss", i, 3.0 - i, 1.7e9 + i) for i in range(5)]
            write_scalars(tmp_path / name / f"run_loss_{split}", points)
    assert len(units_at(tmp_path)) == 2
    assert {t for r in _alone(tmp_path) for t in r.curves} == {"lr", "run/loss/train", "run/loss/val"}


def test_attempts_side_by_side_are_one_run_when_joined(tmp_path: Path) -> None:
    _losses(tmp_path / "exp" / "first" / "metrics.csv", 0)
    _losses(tmp_path / "exp" / "second" / "metrics.csv", 40)
    _losses(tmp_path / "other" / "metrics.csv", 0, seed=3)
    units = units_at(tmp_path)
    assert len(units) == 3
    (run,) = api.read_all(joined(units[:2]))
    assert len(run.attempts) == 2
    assert run in [replace(r, name=run.name) for r in api.read_all(tmp_path)]


def test_little_is_held_for_each_run_of_a_tree(tmp_path: Path) -> None:
    for at in range(500):
        _losses(tmp_path / f"lr0.001-seed{at}" / "metrics.csv", points=2)
    peaks = []
    for _ in range(3):  # the first imports readers, and one may come upon a table of Python's that has to grow
        tracemalloc.start()
        try:
            units = each_at(tmp_path)
            peaks.append(tracemalloc.get_traced_memory()[1] / 500)
        finally:
            tracemalloc.stop()
        assert len(list(units)) == 500
    assert min(peaks) < 850, f"{min(peaks):.0f} bytes a run"


def test_nothing_there_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(NoLogsError, match="the folder is empty; looked for"):
        units_at(tmp_path)


def test_numbers_in_names_are_ordered_as_numbers_and_a_raised_two_is_none() -> None:
    names = ["run-10", "run-9", "run", "run-9a", "run-1\u00b2", "run-1", "run-"]
    assert sorted(names, key=natural) == ["run", "run-", "run-1", "run-1\u00b2", "run-9", "run-9a", "run-10"]
