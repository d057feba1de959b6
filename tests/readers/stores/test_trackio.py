"""Trackio's SQLite store, with the tables and the JSON that trackio 0.43 writes, and older ones."""

from __future__ import annotations

import json
import math
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from curveread.discovery.discover import read_runs
from curveread.errors import CorruptLogError
from curveread.readers.stores.trackio import TrackioReader
from curveread.run.notes import NoteKind
from curveread.testing.reader import points_of
from tests.support import damage
from tests.support.store_files import sqlite_file, trackio_db

READER = TrackioReader()


def _time(second: int) -> str:
    return f"2025-01-01T00:00:{second:02d}+00:00"


def _row(n: int, second: int, run: str, step: int, content: object) -> tuple[object, ...]:
    text = content if isinstance(content, str) else json.dumps(content).encode()  # trackio stores bytes of JSON
    return n, f"id-{run}", _time(second), run, step, text, None, None


def _project(path: Path, page: int = 4096) -> Path:
    image = {"_type": "trackio.image", "file_path": "x.png", "width": 640}
    rows = [
        {"train/loss": 2.0, "eval": {"acc": 0.5}, "sample": image, "said": "hello"},
        {"train/loss": "NaN", "eval": {"acc": 0.75}},
        {"train/loss": "Infinity"},
        {"train/loss": "-Infinity", "eval": {"acc": None}},
        {"train/loss": 1.5},
    ]
    other = [{"loss": 1.0 / (i + 1), "train/global_step": 50 * i} for i in range(4)]
    return trackio_db(
        path,
        {
            "metrics": [_row(i + 1, i, "alpha", 10 * i, row) for i, row in enumerate(rows)]
            + [_row(i + 6, 20 + i, "beta", i, row) for i, row in enumerate(other)],
            "configs": [(1, "id-alpha", "alpha", json.dumps({"lr": 0.1, "_Created": "x"}).encode(), _time(0))],
            "system_metrics": [
                (1, "id-alpha", _time(2), "alpha", b'{"gpu/0/utilization":50.0}', None, None),
                (2, "id-alpha", _time(9), "alpha", b'{"gpu/0/utilization":70}', None, None),
            ],
        },
        page,
    )


def test_runs_of_a_project(tmp_path: Path) -> None:
    path = _project(tmp_path / "words.db")
    assert READER.claims(path)
    alpha, beta = READER.read(path)
    assert (alpha.key, alpha.name, alpha.x_axis, alpha.crashed) == ("id-alpha", "alpha", "step", None)
    loss = alpha.curves["train/loss"]
    assert loss.step.tolist() == [0, 10, 20, 30, 40]
    assert np.array_equal(loss.value, [2.0, math.nan, math.inf, -math.inf, 1.5], equal_nan=True)
    assert loss.wall_time is not None
    assert loss.wall_time.tolist() == [1735689600.0 + i for i in range(5)]
    assert alpha.curves["eval.acc"].step.tolist() == [0, 10]
    system = alpha.curves["system/gpu/0/utilization"]
    assert (system.step.tolist(), system.value.tolist()) == ([20, 40], [50.0, 70.0])
    assert alpha.config == {"lr": 0.1, "_Created": "x"}
    assert set(alpha.curves) == {"train/loss", "eval.acc", "system/gpu/0/utilization"}
    assert "no numbers in 2 keys: said, sample" in [n.message for n in alpha.notes]
    assert (beta.name, beta.x_axis) == ("beta", "train/global_step")
    assert beta.curves["loss"].step.tolist() == [0, 50, 100, 150]


def test_a_run_that_logged_nothing_itself_keeps_what_the_system_logged(tmp_path: Path) -> None:
    """Without a step to stand at, samples stand at their second."""
    samples = [(i + 1, "id-a", _time(10 * i), "a", b'{"cpu":%d}' % i, None, None) for i in range(3)]
    (part,) = READER.read(trackio_db(tmp_path / "words.db", {"metrics": [], "system_metrics": samples}))
    cpu = part.curves["system/cpu"]
    assert (cpu.step.tolist(), cpu.value.tolist()) == ([0, 10, 20], [0.0, 1.0, 2.0])


def test_project_as_runs(tmp_path: Path) -> None:
    path = _project(tmp_path / "words.db")
    assert [r.name for r in read_runs(path)] == ["alpha", "beta"]
    assert [p.name for p in tmp_path.iterdir()] == ["words.db"]  # no lock, no -shm


def test_resumed_run_has_two_attempts(tmp_path: Path) -> None:
    first = [_row(i + 1, i, "a", 10 * i, {"loss": 4.0 - i}) for i in range(4)]
    again = [_row(i + 5, 30 + i, "a", 20 + 10 * i, {"loss": 0.5 - i / 4}) for i in range(2)]
    path = trackio_db(tmp_path / "p.db", {"metrics": first + again})
    (run,) = read_runs(path)
    assert run["loss"].value.tolist() == [4.0, 3.0, 0.5, 0.25]
    assert run.attempts[0].superseded["loss"].value.tolist() == [2.0, 1.0]


def test_rows_that_arrived_late_are_put_in_order_by_their_clock(tmp_path: Path) -> None:
    rows = [_row(n + 1, i, "a", i, {"loss": float(i)}) for n, i in enumerate((0, 3, 1, 2, 5, 4))]
    (part,) = READER.read(trackio_db(tmp_path / "p.db", {"metrics": rows}))
    assert part.curves["loss"].value.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert not part.segments


def test_project_from_before_runs_had_ids(tmp_path: Path) -> None:
    schema = (
        "CREATE TABLE metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, run_name TEXT NOT NULL,"
        " step INTEGER NOT NULL, metrics TEXT NOT NULL);"
        "CREATE TABLE configs (id INTEGER PRIMARY KEY AUTOINCREMENT, run_name TEXT NOT NULL, config TEXT NOT NULL,"
        " created_at TEXT NOT NULL, UNIQUE(run_name));"
    )
    rows = {
        "metrics": [(i + 1, f"2025-01-01T00:00:0{i}", "old", i, json.dumps({"loss": 1.0 - i / 4})) for i in range(3)],
        "configs": [(1, "old", '{"lr": 0.5}', "2025-01-01T00:00:00")],
    }
    path = sqlite_file(tmp_path / "p.db", schema, rows)
    assert READER.claims(path)
    (part,) = READER.read(path)
    assert (part.key, part.name, part.config) == ("old", "old", {"lr": 0.5})
    assert part.curves["loss"].value.tolist() == [1.0, 0.75, 0.5]


def test_broken_rows_are_left_out_with_a_note(tmp_path: Path) -> None:
    rows = [
        _row(1, 0, "a", 0, {"loss": 1.0}),
        _row(2, 1, "a", 1, "{"),
        _row(3, 2, "a", 2, "[1]"),
        _row(4, 3, "a", 3, {"loss": 0.5}),
    ]
    (part,) = READER.read(trackio_db(tmp_path / "p.db", {"metrics": rows}))
    assert part.curves["loss"].step.tolist() == [0, 3]
    assert [n.message for n in part.notes if n.kind is NoteKind.CORRUPT] == [
        "left out 2 rows without a JSON object or a usable step; 2 rows kept"
    ]


def test_rows_in_the_write_ahead_log_are_read(tmp_path: Path) -> None:
    path = _project(tmp_path / "words.db")
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _row(99, 50, "alpha", 50, {"train/loss": 1}))
        db.commit()
        alpha, _ = READER.read(path)
    db.close()
    assert alpha.curves["train/loss"].step.tolist() == [0, 10, 20, 30, 40, 50]


@pytest.mark.parametrize("every", [23, pytest.param(5, marks=pytest.mark.slow)])
def test_damaged_project(every: int, tmp_path: Path) -> None:
    path = _project(tmp_path / "words.db", page=512)
    whole = points_of(READER, path)
    assert whole == 13
    for _ in damage.cuts(path, every):
        assert points_of(READER, path) <= whole
    for _ in damage.flips(path, every):
        points_of(READER, path)


def test_other_databases_are_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE metrics (id, name, value)")
    db.close()
    assert not READER.claims(path)
    with pytest.raises(CorruptLogError, match="not a store of trackio: no timestamp or run_name or step or metrics in"):
        READER.read(path)
