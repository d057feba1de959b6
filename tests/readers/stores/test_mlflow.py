"""MLflow's two stores, against MlflowClient where it is installed and against the layout it writes."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curveread.discovery.discover import read_runs
from curveread.errors import CorruptLogError, ReadError
from curveread.readers.base import Part
from curveread.readers.stores import sqlite_file
from curveread.readers.stores.mlflow import MlflowReader
from curveread.readers.stores.mlflow_sqlite import MlflowSqliteReader
from curveread.run.notes import NoteKind
from curveread.testing.reader import points_of
from tests.conftest import needed
from tests.support import damage
from tests.support.store_files import OTHER_ID, RUN_ID, STARTED, lines, mlflow_db, mlflow_run, sql_run

FOLDERS = MlflowReader()
SQLITE = MlflowSqliteReader()
MAX = 1.7976931348623157e308


def _one(parts: list[Part]) -> Part:
    (part,) = parts
    return part


def _kinds(part: Part) -> list[NoteKind]:
    return [n.kind for n in part.notes]


def test_every_value_equals_mlflows_own_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = needed("mlflow", reason="mlflow-skinny is not installed: the layout is tested without it")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.chdir(tmp_path)
    client: Any = mlflow.MlflowClient((tmp_path / "mlruns").as_uri())
    experiment = client.create_experiment("words and things")
    run_id = client.create_run(experiment, run_name="first: 'quoted' #1").info.run_id
    rng = np.random.default_rng(3)
    for step in rng.permutation(40).tolist():  # asynchronous logging writes in any order
        client.log_metric(
            run_id, "train/loss", float(rng.normal()) * 10.0 ** int(rng.integers(-300, 300)), STARTED, step
        )
    for step, value in enumerate((math.nan, math.inf, -math.inf, -0.0, 5e-324)):
        client.log_metric(run_id, "odd names/a b.c-d", value, STARTED + step, step)
    client.log_metric(run_id, "with data", 1.5, STARTED, 7, dataset_name="pile", dataset_digest="abc")
    for key, value in {"lr": 1e-4, "model/name": "gpt\n2", "flag": True, "layers": 12}.items():
        client.log_param(run_id, key, value)
    client.set_terminated(run_id, "FAILED")

    (run,) = read_runs(tmp_path / "mlruns")
    assert run.name == "first: 'quoted' #1"
    assert run.crashed is True
    assert dict(run.config) == {"lr": 1e-4, "model/name": "gpt\n2", "flag": True, "layers": 12}
    truth = {key: client.get_metric_history(run_id, key) for key in client.get_run(run_id).data.metrics}
    assert set(truth) == set(run.curves)
    for key, history in truth.items():
        history = sorted(history, key=lambda m: (m.step, m.timestamp))
        curve = run[key]
        assert np.array_equal(curve.value, [m.value for m in history], equal_nan=True)
        assert curve.wall_time is not None
        assert np.array_equal(curve.wall_time, [m.timestamp / 1e3 for m in history])
        # On purpose different: MLflow 3.17 shows points with a data set at step 0, though their step is in the file.
        assert curve.step.tolist() == ([7] if key == "with data" else [m.step for m in history])
    assert any("data set" in n.message for n in run.notes if n.kind is NoteKind.X_AXIS)


def test_lines_of_two_three_and_five_fields(tmp_path: Path) -> None:
    text = f"{STARTED} 2.5\n{STARTED + 2000} 1.5 20\n{STARTED + 1000} nan 10 wiki text 0a1b\n"
    part = _one(FOLDERS.read(mlflow_run(tmp_path, {"loss": text})))
    assert {t: (c.step.tolist(), c.value.tolist()) for t, c in part.curves.items() if t == "loss"} == {
        "loss": ([0, 20], [2.5, 1.5])
    }
    assert part.curves["wiki text/loss"].step.tolist() == [10]
    assert math.isnan(part.curves["wiki text/loss"].value[0])


def test_metric_of_several_data_sets_is_a_curve_for_each(tmp_path: Path) -> None:
    text = "".join(f"{STARTED + i} {i / 4} {i // 2} {'ab'[i % 2]} 00ff\n" for i in range(8))
    part = _one(FOLDERS.read(mlflow_run(tmp_path, {"loss": text})))
    assert part.curves["a/loss"].value.tolist() == [0.0, 0.5, 1.0, 1.5]
    assert part.curves["b/loss"].value.tolist() == [0.25, 0.75, 1.25, 1.75]


def test_metrics_logged_without_a_step_are_numbered_by_time(tmp_path: Path) -> None:
    shuffled = "".join(f"{STARTED + 10 * i} {i / 2} 0\n" for i in (3, 0, 2, 1))
    part = _one(FOLDERS.read(mlflow_run(tmp_path, {"loss": shuffled, "acc": lines(["0.5", "0.75"], first=4)})))
    assert part.curves["loss"].step.tolist() == [0, 1, 2, 3]
    assert part.curves["loss"].value.tolist() == [0.0, 0.5, 1.0, 1.5]
    assert part.curves["acc"].step.tolist() == [4, 5]
    assert [n.message for n in part.notes] == ["1 metric was logged without a step, the points are numbered: loss"]


def test_resumed_run_has_two_attempts_and_the_later_wins(tmp_path: Path) -> None:
    loss = lines(["4.0", "3.0", "2.0", "1.0"], every=10) + lines(
        ["2.5", "1.5"], first=20, every=10, clock=STARTED + 9000
    )
    system = lines(["50.0"] * 6)  # counts its own samples, and must not look like a restart
    mlflow_run(tmp_path, {"loss": loss, "system/gpu": system})
    (run,) = read_runs(tmp_path)
    assert run["loss"].value.tolist() == [4.0, 3.0, 2.5, 1.5]
    assert len(run.attempts) == 2
    assert run.attempts[0].superseded["loss"].value.tolist() == [2.0, 1.0]
    assert len(run["system/gpu"]) == 6


def test_steps_beyond_the_precision_of_floats_are_exact(tmp_path: Path) -> None:
    step = 2**53 + 1
    part = _one(FOLDERS.read(mlflow_run(tmp_path, {"loss": f"{STARTED} 1.0 {step}\n{STARTED} 2.0 -3\n"})))
    assert part.curves["loss"].step.tolist() == [-3, step]


@pytest.mark.parametrize(("status", "crashed"), [(1, None), (2, None), (3, False), (4, True), (5, True)])
def test_status(status: int, crashed: bool | None, tmp_path: Path) -> None:
    assert _one(FOLDERS.read(mlflow_run(tmp_path, {"loss": lines(["1.0"])}, status=status))).crashed is crashed


def test_folder_of_experiments_becomes_named_runs_and_nothing_else(tmp_path: Path) -> None:
    experiment = tmp_path / "mlruns" / "1"
    experiment.mkdir(parents=True)
    (experiment / "meta.yaml").write_text("artifact_location: x\nexperiment_id: '1'\nname: tests\n")
    table = "step,loss\n0,1.0\n1,2.0\n"
    first = mlflow_run(experiment, {"loss.csv": lines(["3.0", "2.0"]), "a/b/acc": lines(["0.5"])}, name="alpha")
    mlflow_run(experiment, {"loss": lines(["9.0", "8.5"])}, run_id=OTHER_ID, name="beta", params={"x.json": table})
    runs = read_runs(tmp_path)
    assert sorted(r.name for r in runs) == ["alpha", "beta"]
    assert [len(r.sources) for r in runs] == [1, 1]  # read once, not once per metric
    (alpha,) = [r for r in runs if r.name == "alpha"]
    assert sorted(alpha.curves) == ["a/b/acc", "loss.csv"]
    (whole,) = read_runs(first.parent / "metrics" / "loss.csv")  # any file of the run stands for it
    assert sorted(whole.curves) == ["a/b/acc", "loss.csv"]
    assert whole.name == "alpha"
    assert not FOLDERS.claims(experiment / "meta.yaml")


def test_half_written_and_damaged_lines_are_left_out_with_a_note(tmp_path: Path) -> None:
    text = (
        lines(["4.0", "3.0"])
        + f"oops\n{STARTED} 1.0 2.5\n"
        + lines(["1.0"], first=2, clock=STARTED + 2000)
        + f"{STARTED} 0.5 1"
    )
    part = _one(FOLDERS.read(mlflow_run(tmp_path, {"loss": text})))
    assert part.curves["loss"].value.tolist() == [4.0, 3.0, 1.0]
    said = {n.kind: n.message for n in part.notes}
    assert said[NoteKind.TRUNCATED] == "the last line is half written and was left out; 3 points kept"
    assert said[NoteKind.CORRUPT].startswith(
        "left out 2 lines that should be <milliseconds> <value> <step>, the first is line 3"
    )


def test_run_without_metrics_says_so(tmp_path: Path) -> None:
    part = _one(FOLDERS.read(mlflow_run(tmp_path, {}, extra="")))
    assert not part.curves
    assert NoteKind.EMPTY in _kinds(part)


def test_missing_meta_still_gives_the_metrics(tmp_path: Path) -> None:
    meta = mlflow_run(tmp_path, {"loss": lines(["1.0", "0.5"])}, name="named by its tag")
    meta.unlink()
    part = _one(FOLDERS.read(meta.parent / "metrics" / "loss"))
    assert part.curves["loss"].value.tolist() == [1.0, 0.5]
    assert part.name == "named by its tag"
    assert NoteKind.CORRUPT in _kinds(part)


def test_meta_yaml_of_something_else_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "meta.yaml"
    path.write_text("name: a conda recipe\n")
    assert not FOLDERS.claims(path)
    with pytest.raises(CorruptLogError, match=r"meta\.yaml: not a run of MLflow: it has no run_id"):
        FOLDERS.read(path)


def test_damaged_files_of_a_run(tmp_path: Path) -> None:
    meta = mlflow_run(tmp_path, {"loss": lines(["4.0", "nan", "2.0"])}, params={"lr": "0.1"})
    whole = points_of(FOLDERS, meta)
    assert whole == 3
    for _ in damage.cuts(meta):
        assert points_of(FOLDERS, meta) == whole  # name and status may be lost, points are not
    for _ in damage.flips(meta, every=7):
        assert points_of(FOLDERS, meta) == whole
    metric = meta.parent / "metrics" / "loss"
    for length in damage.cuts(metric):
        assert points_of(FOLDERS, meta) == metric.read_bytes()[:length].count(b"\n")
    for _ in damage.flips(metric):
        assert points_of(FOLDERS, meta) <= whole


# --- mlflow.db


def _store(path: Path, page: int = 4096) -> Path:
    return mlflow_db(
        path,
        {
            "experiments": [(1, "tests", "/x", "active", STARTED, STARTED)],
            "runs": [
                sql_run(RUN_ID, "old name"),
                sql_run(OTHER_ID, "beta", "FAILED", "deleted"),
                sql_run("0" * 32, "parent"),
            ],
            "params": [("lr", "0.001", RUN_ID), ("opt", "adamw", RUN_ID), ("lr", "1.0", OTHER_ID)],
            "tags": [("mlflow.runName", "alpha", RUN_ID)],
            "metrics": [
                ("loss", 2.0, STARTED, RUN_ID, 0, 0),
                ("loss", 1.0, STARTED + 2000, RUN_ID, 20, 0),
                ("loss", 0.0, STARTED + 1000, RUN_ID, 10, 1),
                ("grad", MAX, STARTED, RUN_ID, 0, 0),
                ("grad", -MAX, STARTED + 1, RUN_ID, 1, 0),
                ("loss", 5.0, STARTED, OTHER_ID, 0, 0),
            ],
        },
        page,
    )


def test_sqlite_store(tmp_path: Path) -> None:
    path = _store(tmp_path / "anything.sqlite")
    assert SQLITE.claims(path)
    alpha, beta = SQLITE.read(path)
    assert (alpha.key, alpha.name, alpha.crashed) == (RUN_ID, "alpha", False)
    assert (beta.key, beta.name, beta.crashed) == (OTHER_ID, "beta", True)
    assert alpha.config == {"lr": 0.001, "opt": "adamw"}
    loss = alpha.curves["loss"]
    assert loss.step.tolist() == [0, 10, 20]
    assert np.array_equal(loss.value, [2.0, math.nan, 1.0], equal_nan=True)
    assert loss.wall_time is not None
    assert loss.wall_time.tolist() == [STARTED / 1e3, STARTED / 1e3 + 1, STARTED / 1e3 + 2]
    assert alpha.curves["grad"].value.tolist() == [math.inf, -math.inf]
    assert [n.message[:22] for n in alpha.notes] == ["values of ±1.797693134", "left out 1 run without"]
    assert [n.message for n in beta.notes] == ["the run is marked as deleted in MLflow; read anyway"]
    assert sorted(r.name for r in read_runs(path)) == ["alpha", "beta"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["anything.sqlite"]


def test_every_value_of_sqlite_equals_mlflows_own_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = needed("mlflow", reason="mlflow-skinny is not installed")
    needed("sqlalchemy", reason="MLflow's SQLite store needs sqlalchemy and alembic")
    needed("alembic", reason="MLflow's SQLite store needs sqlalchemy and alembic")
    monkeypatch.chdir(tmp_path)
    client: Any = mlflow.MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    run_id = client.create_run("0", run_name="first").info.run_id
    rng = np.random.default_rng(4)
    for step in rng.permutation(20).tolist():
        client.log_metric(run_id, "loss", float(rng.normal()), STARTED + step, step)
    client.log_metric(run_id, "loss", math.nan, STARTED + 99, 99)
    (part,) = SQLITE.read(tmp_path / "mlflow.db")
    history = sorted(client.get_metric_history(run_id, "loss"), key=lambda m: m.step)
    assert part.curves["loss"].step.tolist() == [m.step for m in history]
    assert np.array_equal(part.curves["loss"].value, [m.value for m in history], equal_nan=True)


def test_store_of_a_killed_program_is_read_with_its_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "live" / "mlflow.db"
    path.parent.mkdir()
    _store(path)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("INSERT INTO metrics VALUES ('loss', 0.25, ?, ?, 30, 0)", (STARTED + 3000, RUN_ID))
        db.commit()
        before = {p.name: p.read_bytes() for p in path.parent.iterdir() if p.name.endswith(("db", "wal"))}
        assert len(before) == 2
        alpha, _ = SQLITE.read(path)
        after = {p.name: p.read_bytes() for p in path.parent.iterdir() if p.name.endswith(("db", "wal"))}
    db.close()
    assert alpha.curves["loss"].step.tolist() == [0, 10, 20, 30]
    assert after == before


def test_store_in_a_folder_without_write_permission(tmp_path: Path) -> None:
    path = _store(tmp_path / "mlflow.db")
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
    db.close()
    for file in tmp_path.iterdir():
        file.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert len(SQLITE.read(path)) == 2
        assert [p.name for p in tmp_path.iterdir()] == ["mlflow.db"]
    finally:
        tmp_path.chmod(0o755)


def test_store_of_mlflow_before_steps(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    with sqlite3.connect(path) as db:
        db.executescript(
            "CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT, start_time BIGINT);"
            "CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT);"
            "INSERT INTO runs VALUES ('r', 'old', 'FINISHED', 1);"
            "INSERT INTO metrics VALUES ('loss', 2.0, 1500000000000, 'r'), ('loss', 1.0, 1500000001000, 'r');"
        )
    db.close()
    part = _one(SQLITE.read(path))
    assert part.curves["loss"].step.tolist() == [0, 1]
    assert part.curves["loss"].value.tolist() == [2.0, 1.0]


def test_a_run_whose_metrics_have_no_name_is_one_without_metrics(tmp_path: Path) -> None:
    rows = [("", 1.0, STARTED, OTHER_ID, 0, 0), ("loss", 1.0, STARTED, RUN_ID, 0, 0)]
    path = mlflow_db(tmp_path / "mlflow.db", {"runs": [sql_run(RUN_ID, "a"), sql_run(OTHER_ID, "b")], "metrics": rows})
    part = _one(SQLITE.read(path))
    assert [n.message for n in part.notes] == ["left out 1 run without a metric"]


@pytest.mark.parametrize("at_once", [20_000, 64])
def test_rows_around_a_damaged_page_are_kept(at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "_ROWS", at_once)
    rows = [("loss", 1.0 / (i + 1), STARTED + i, RUN_ID, i, 0) for i in range(2000)]
    path = mlflow_db(tmp_path / "mlflow.db", {"runs": [sql_run(RUN_ID, "a")], "metrics": rows}, page=1024)
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE latest_metrics")
    db.close()
    data = bytearray(path.read_bytes())
    at = data.index(f"{RUN_ID}".encode(), len(data) // 2) // 1024 * 1024
    data[at : at + 8] = b"\xff" * 8
    path.write_bytes(data)
    part = _one(SQLITE.read(path))
    steps = part.curves["loss"].step
    assert 1800 < steps.size < 2000
    assert steps[0] == 0
    assert steps[-1] == 1999
    assert any(n.kind is NoteKind.CORRUPT and f"{steps.size:,} points kept" in n.message for n in part.notes)


def test_every_run_of_a_damaged_store_says_so(tmp_path: Path) -> None:
    """SQLite may give any of them what it finds in a damaged page."""
    path = _store(tmp_path / "mlflow.db", page=512)
    data = bytearray(path.read_bytes())
    with sqlite3.connect(path) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'tags'").fetchone()
    db.close()
    data[(page - 1) * 512 : (page - 1) * 512 + 8] = b"\xff" * 8
    path.write_bytes(data)
    parts = SQLITE.read(path)
    assert len(parts) == 2
    assert all(NoteKind.CORRUPT in _kinds(p) for p in parts)


@pytest.mark.parametrize("every", [211, pytest.param(7, marks=pytest.mark.slow)])
def test_damaged_store(every: int, tmp_path: Path) -> None:
    path = _store(tmp_path / "mlflow.db", page=512)
    whole = points_of(SQLITE, path)
    assert whole == 6
    for _ in damage.cuts(path, every):
        assert points_of(SQLITE, path) <= whole
    for _ in damage.flips(path, every):
        points_of(SQLITE, path)


def test_what_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    for content, said in ((b"", "the file is empty"), (b"hello", "not a SQLite database")):
        path.write_bytes(content)
        with pytest.raises(CorruptLogError, match=said):
            SQLITE.read(path)
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE metrics (a, b)")
    db.close()
    with pytest.raises(CorruptLogError, match="not a store of MLflow"):
        SQLITE.read(path)
    with pytest.raises(ReadError):
        SQLITE.read(tmp_path / "absent.db")
    other = tmp_path / "cookies.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE cookies (a, b)")
    db.close()
    assert not SQLITE.claims(other)


def test_a_store_cut_within_a_page_invents_no_number(tmp_path: Path) -> None:
    """SQLite reads what a page lacks as zeros: a value whose last bytes are gone is another value."""
    rows = [("loss", 3.0 / (i + 1) + 0.123456789, STARTED + i, RUN_ID, i, 0) for i in range(300)]
    tables = {"runs": [sql_run(RUN_ID, "a")], "metrics": rows}
    path = mlflow_db(tmp_path / "mlflow.db", tables, page=1024)
    whole = {(step, value) for _, value, _, _, step, _ in rows}
    data = path.read_bytes()
    told = 0
    for length in range(len(data) - 60 * 1024, len(data), 511):
        path.write_bytes(data[:length])
        try:
            parts = SQLITE.read(path)
        except ReadError:
            continue
        found = {
            pair
            for p in parts
            for c in p.curves.values()
            for pair in zip(c.step.tolist(), c.value.tolist(), strict=True)
        }
        assert found <= whole, length
        assert {p.key for p in parts} <= {RUN_ID, ""}
        assert found == whole or any(n.kind in (NoteKind.CORRUPT, NoteKind.EMPTY) for p in parts for n in p.notes)
        told += bool(found)
    assert told
