"""DVCLive's tables, after the layout of dvclive 3.49."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from curveread.discovery.discover import read_runs
from curveread.errors import CorruptLogError
from curveread.readers.stores.dvclive import DvcliveReader
from curveread.run.notes import NoteKind
from curveread.testing.reader import points_of
from tests.support import damage
from tests.support.store_files import dvclive_metric

READER = DvcliveReader()


def _run(folder: Path) -> Path:
    live = folder / "dvclive"
    dvclive_metric(live, "train/loss", [(i, 2.0 / (i + 1)) for i in range(6)])
    dvclive_metric(live, "eval/loss", [(1, 1.5), (3, "nan"), (5, "inf")])
    dvclive_metric(live, "lr", [(i, 0.001) for i in range(6)])
    (live / "params.yaml").write_text("lr: 0.001\nmodel:\n  layers: 12\n  name: gpt\n")
    (live / "metrics.json").write_text(json.dumps({"train": {"loss": 0.5}, "step": 5}))
    return live


def test_all_tables_of_a_folder_are_one_run(tmp_path: Path) -> None:
    _run(tmp_path / "exp-1")
    (run,) = read_runs(tmp_path / "exp-1")
    assert run.name == "exp-1"
    assert len(run.sources) == 1  # read once, not once per table
    assert sorted(run.curves) == ["eval/loss", "lr", "train/loss"]
    assert run["train/loss"].value.tolist() == [2.0 / (i + 1) for i in range(6)]
    assert run["eval/loss"].step.tolist() == [1, 3, 5]
    assert np.array_equal(run["eval/loss"].value, [1.5, math.nan, math.inf], equal_nan=True)
    assert dict(run.config) == {"lr": 0.001, "model.layers": 12, "model.name": "gpt"}
    assert run["lr"].wall_time is None


def test_runs_of_a_tree_and_one_table_alone(tmp_path: Path) -> None:
    live = _run(tmp_path / "a")
    _run(tmp_path / "b")
    assert [r.name for r in read_runs(tmp_path)] == ["a", "b"]
    (run,) = read_runs(live / "plots" / "metrics" / "lr.tsv")  # stands for the run
    assert sorted(run.curves) == ["eval/loss", "lr", "train/loss"]


def test_folder_of_another_name(tmp_path: Path) -> None:
    dvclive_metric(tmp_path / "mylogs", "loss", [(0, 1.0), (1, 0.5)])
    (run,) = read_runs(tmp_path)
    assert run.name == "mylogs"
    assert run["loss"].value.tolist() == [1.0, 0.5]


def test_clock_of_tables_with_times(tmp_path: Path) -> None:
    rows = [(1_700_000_000_000 + 500 * i, i, 1.0 - i / 8) for i in range(4)]
    path = dvclive_metric(tmp_path / "dvclive", "loss", rows, head="timestamp step")
    (part,) = READER.read(path)
    wall = part.curves["loss"].wall_time
    assert wall is not None
    assert wall.tolist() == [1.7e9, 1.7e9 + 0.5, 1.7e9 + 1.0, 1.7e9 + 1.5]


def test_appended_run_starts_over_in_all_tables(tmp_path: Path) -> None:
    live = tmp_path / "dvclive"
    dvclive_metric(live, "loss", [(0, 4.0), (1, 3.0), (2, 2.0), (1, 2.5), (2, 1.5), (3, 1.0)])
    dvclive_metric(live, "new", [(2, 8.0), (3, 7.0)])
    (run,) = read_runs(tmp_path)
    assert len(run.attempts) == 2
    assert [sorted(a.curves) for a in run.attempts] == [["loss"], ["loss", "new"]]
    assert run["loss"].value.tolist() == [4.0, 2.5, 1.5, 1.0]
    assert run.attempts[0].superseded["loss"].value.tolist() == [3.0, 2.0]


def test_text_and_damaged_tables_are_noted(tmp_path: Path) -> None:
    live = tmp_path / "dvclive"
    path = dvclive_metric(live, "loss", [(0, 1.0), (1, 0.5), ("", 2.0), ("nan", 1.0)])
    dvclive_metric(live, "phase", [(0, "warm"), (1, "cold")])
    path.write_text(path.read_text() + "3\t0.2")
    (part,) = READER.read(path)
    assert part.curves["loss"].value.tolist() == [1.0, 0.5]
    assert sorted(part.curves) == ["loss"]
    assert sorted((n.kind, Path(n.source).name) for n in part.notes) == [
        (NoteKind.SKIPPED, "loss.tsv"),
        (NoteKind.SKIPPED, "phase.tsv"),
        (NoteKind.TRUNCATED, "loss.tsv"),
    ]


def test_damage(tmp_path: Path) -> None:
    live = _run(tmp_path)
    path = live / "plots" / "metrics" / "eval" / "loss.tsv"
    whole = points_of(READER, path)
    assert whole == 15
    for _ in damage.cuts(path):
        assert whole - 3 <= points_of(READER, path) <= whole
    for _ in damage.flips(path):
        assert points_of(READER, path) <= whole
    params = live / "params.yaml"
    for _ in damage.flips(params):
        assert points_of(READER, path) == whole


def test_other_tables_are_not_claimed(tmp_path: Path) -> None:
    path = dvclive_metric(tmp_path, "loss", [(0, 1.0)], head="row step other")
    assert not READER.claims(path)
    outside = tmp_path / "loss.tsv"
    outside.write_text("step\tloss\n0\t1.0\n")
    assert not READER.claims(outside)


def test_empty_tables_are_an_error(tmp_path: Path) -> None:
    path = dvclive_metric(tmp_path / "dvclive", "loss", [])
    with pytest.raises(CorruptLogError, match="no row with a step and a value in the metrics of DVCLive"):
        READER.read(path)


def test_rows_in_a_header_of_zeros_are_told_as_lost(tmp_path: Path) -> None:
    table = dvclive_metric(_run(tmp_path), "acc", [(i, 0.1 * i) for i in range(6)])
    data = table.read_bytes()
    table.write_bytes(data[:7] + bytes(12) + data[19:])
    (run,) = read_runs(tmp_path)
    assert len(run["acc"]) < 6
    assert any("a stretch of zeros goes through the header line" in n.message for n in run.notes)
