"""Columns of a table that are its clock or a second counter of its steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from curveread.readers.tables.columns import Column, Table, choose_axis, clock_of
from curveread.readers.tables.csv import CsvReader

SECONDS = 1.7e9 + 60.0 * np.arange(5)


@pytest.mark.parametrize("unit", [1.0, 1e3, 1e6, 1e9])
def test_a_clock_is_read_in_the_unit_that_gives_a_date(unit: float) -> None:
    table = Table(6, {"timestamp": Column(np.array([0, 1, 2, 4, 5]), SECONDS * unit)})
    found = clock_of(table)
    assert found is not None
    name, wall = found
    assert name == "timestamp"
    assert np.isnan(wall[3])
    np.testing.assert_allclose(np.delete(wall, 3), SECONDS, rtol=0, atol=1e-6)


@pytest.mark.parametrize("value", [5.0, 1e15 * 1e9])
def test_what_no_unit_makes_a_date_is_not_a_clock(value: float) -> None:
    assert clock_of(Table(1, {"time": Column(np.array([0]), np.array([value]))})) is None


def test_a_second_counter_of_the_same_steps_is_not_a_curve(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = [f"{i},{i},{2 * i},{3.0 / (i + 1)}\n" for i in range(20)]
    path.write_text("step,global_step,iteration,loss\n" + "".join(rows))
    (part,) = CsvReader().read(path)
    assert part.x_axis in ("step", "global_step")
    assert set(part.curves) == {"iteration", "loss"}
    rows = [f"{i},{i},{i // 5},{3.0 / (i + 1)}\n" for i in range(20)]
    path.write_text("step,global_step,epoch,loss\n" + "".join(rows))
    (part,) = CsvReader().read(path)
    assert set(part.curves) == {"epoch", "loss"}


@pytest.mark.parametrize("counter", ["episode", "epoch", "iteration"])
def test_steps_that_go_back_beside_a_counter_that_rises_are_lengths(tmp_path: Path, counter: str) -> None:
    path = tmp_path / "log.csv"
    lengths = [133, 155, 98, 155, 140, 171, 90, 188, 160, 120]
    rows = [f"{i},{n},{10.0 * i - n}\n" for i, n in enumerate(lengths)]
    path.write_text(f"{counter},steps,reward\n" + "".join(rows))
    (part,) = CsvReader().read(path)
    assert part.x_axis == counter
    assert part.curves["steps"].value.tolist() == lengths
    assert part.curves["reward"].step.tolist() == [*range(10)]


def test_steps_of_a_resumed_run_stay_the_axis(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    steps = [*range(0, 200, 10), *range(150, 400, 10)]
    path.write_text("row_id,step,loss\n" + "".join(f"{i},{s},{3.0 / (i + 1)}\n" for i, s in enumerate(steps)))
    (part,) = CsvReader().read(path)
    assert part.x_axis == "step"
    assert len(part.segments) == 2


def test_the_column_that_the_user_names_is_the_axis_whatever_it_does() -> None:
    rows = np.arange(6)
    steps = Column(rows, np.array([5.0, 3.0, 9.0, 2.0, 7.0, 4.0]))
    table = Table(6, {"episode": Column(rows, rows.astype(float)), "steps": steps})
    assert choose_axis(table).name == "episode"
    assert choose_axis(table, ["steps"]).name == "steps"


@pytest.mark.parametrize("every", [1, 50])
def test_batches_that_begin_again_in_each_epoch_are_no_axis(tmp_path: Path, every: int) -> None:
    path = tmp_path / "log.csv"
    rows = [(epoch, every * batch) for epoch in range(4) for batch in range(12)]
    text = "".join(f"{e},{b},{2.0 - 0.03 * i}\n" for i, (e, b) in enumerate(rows))
    path.write_text(f"epoch,batch,loss\n{text}")
    (part,) = CsvReader().read(path)
    assert part.x_axis == "row"
    assert len(part.curves["loss"]) == 48
    assert not part.segments


def test_batches_that_begin_again_within_an_epoch_are_a_second_start(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = [*((0, b) for b in range(12)), *((0, b) for b in range(12)), *((1, b) for b in range(12, 24))]
    path.write_text("epoch,batch,loss\n" + "".join(f"{e},{b},{2.0 - 0.03 * i}\n" for i, (e, b) in enumerate(rows)))
    (part,) = CsvReader().read(path)
    assert part.x_axis == "batch"
    assert len(part.segments) == 2


def test_trees_of_a_boosting_count_its_steps(tmp_path: Path) -> None:
    log = tmp_path / "scoring_history.csv"  # H2O's
    log.write_text(
        "timestamp,number_of_trees,training_rmse\n"
        + "".join(f"2021-05-26 23:12:1{i},{5.0 * i},{3 - i / 4}\n" for i in range(9))
    )
    assert CsvReader().read(log)[0].curves["training_rmse"].step.tolist() == list(range(0, 45, 5))


def test_evaluations_at_the_end_of_an_epoch_have_no_step(tmp_path: Path) -> None:
    log = tmp_path / "similarity_evaluation_results.csv"  # sentence-transformers'
    rows = [f"{e},{s},0.{7000 + 10 * e + (s < 0)}" for e in range(4) for s in (1000, -1)]
    log.write_text("\n".join(["epoch,steps,cosine_pearson", *rows]) + "\n")
    curve = CsvReader().read(log)[0].curves["cosine_pearson"]
    assert curve.step.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert curve.value.tolist() == [0.7, 0.7001, 0.701, 0.7011, 0.702, 0.7021, 0.703, 0.7031]
