"""Durations written with colons, told from times of day."""

from __future__ import annotations

from pathlib import Path

import pytest

import curveread as cr
from curveread.readers.tables.durations import durations
from curveread.run.roles import Role

HEADER = ("epoch", "train_loss", "valid_loss", "accuracy", "time")


def test_the_time_of_an_epoch_as_fastai_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    rows = ((0, 0.81, 0.46, "04:39"), (1, 0.62, 0.42, "04:39"), (2, 0.51, 0.34, "1:04:41"))
    path.write_text("epoch,train_loss,valid_loss,time\n" + "".join(f"{e},{t},{v},{d}\n" for e, t, v, d in rows))
    run = cr.read(path)
    assert run["time"].value.tolist() == [279.0, 279.0, 3881.0]
    assert run["time"].role is Role.TIME
    assert not [n for n in run.notes if "no numbers" in n.message]


@pytest.mark.parametrize(
    ("name", "cells", "seconds"),
    [
        ("time", ["04:30", "04:28", "", "05:01"], [270.0, 268.0, 301.0]),  # they go down
        ("runtime", ["0:00:10.5", "0:00:21"], [10.5, 21.0]),  # as Python prints a timedelta
        ("duration", ["59:10", "61:12"], [3550.0, 3672.0]),  # more than a day has hours
        ("epoch_time", ["58:10", "1:02:00"], [3490.0, 3720.0]),
        ("time", ["14:03", "14:05", "14:05"], None),  # it may be a time of day
        ("time", ["22:58:01", "23:59:58", "00:00:03"], None),  # midnight
        ("time", ["23:58", "00:03"], None),
        ("timestamp", ["14:03:10", "14:03:08"], None),
        ("elapsed_time", ["0:04:30", "0:04:38"], None),
        ("remaining_time", ["0:04:30", "0:04:28"], None),
        ("score", ["04:30", "04:28"], None),
        ("time", ["04:30", "soon"], None),
        ("time", ["04:77", "04:28"], None),
        ("time", ["1:99:00", "0:04:28"], None),
        ("time", ["", "-"], None),
    ],
)
def test_durations_and_times_of_day(name: str, cells: list[str], seconds: list[float] | None) -> None:
    column = durations(name, cells, ("epoch", name))
    assert (None if column is None else column.value.tolist()) == seconds


def test_rows_of_blank_cells_are_left_out() -> None:
    column = durations("time", ["00:02", "", "00:01"], HEADER)
    assert column is not None
    assert (column.row.tolist(), column.value.tolist()) == ([0, 2], [2.0, 1.0])
