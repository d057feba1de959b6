"""Our Sacred and trackio files beside those of the real writers (extra fuzz)."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

import curveread as cr
from tests.conftest import needed
from tests.fuzz.writers import WRITERS, Rows, rows_of, sacred_metrics

pytestmark = pytest.mark.frameworks
ROWS = rows_of(random.Random(3), 6)


def _ours(name: str, folder: Path, rows: Rows) -> Path:
    folder.mkdir()
    return next(w for w in WRITERS if w.name == name).write(folder, rows)


def _same(one: cr.Run, other: cr.Run) -> bool:
    return set(one.curves) == set(other.curves) and all(
        one[tag].step.tolist() == other[tag].step.tolist() and one[tag].value.tolist() == other[tag].value.tolist()
        for tag in one.curves
    )


def test_sacred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sacred, observers = needed("sacred"), needed("sacred.observers")
    monkeypatch.chdir(tmp_path)
    experiment = sacred.Experiment("shown", save_git_info=False, base_dir=tmp_path)
    experiment.observers.append(observers.FileStorageObserver(tmp_path / "real"))

    @experiment.main
    def train(_run: object) -> None:
        for row in ROWS:
            for tag in ("loss", "accuracy"):
                experiment.log_scalar(tag, row[tag], int(row["step"]))

    experiment.run()
    text = (tmp_path / "real" / "1" / "metrics.json").read_text()
    found, ours = json.loads(text), sacred_metrics(ROWS)
    assert text == json.dumps(found, indent=2, sort_keys=True)
    for tag, series in ours.items():
        clock = found[tag].pop("timestamps")
        assert list(map(len, clock)) == list(map(len, series.pop("timestamps")))
    assert found == ours
    assert _same(cr.read(tmp_path / "real" / "1"), cr.read(_ours("sacred", tmp_path / "ours", ROWS).parent))


def test_trackio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKIO_DIR", os.fspath(tmp_path / "real"))
    storage = needed("trackio.sqlite_storage").SQLiteStorage
    metrics = [{tag: v for tag, v in row.items() if tag != "step"} for row in ROWS]
    storage.bulk_log("words", "a", metrics, steps=[int(row["step"]) for row in ROWS], config={"lr": 0.1})
    (real,) = (tmp_path / "real").rglob("words.db")
    assert _same(cr.read(real), cr.read(_ours("trackio", tmp_path / "ours", ROWS)))
