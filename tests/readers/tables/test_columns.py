"""Columns of a table that are its clock or a second counter of its steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from curveread.readers.tables.columns import Column, Table, clock_of
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
