"""Stores of loggers as they lie on a disk: MLflow's folders and SQLite file, trackio's SQLite file, DVCLive's.

Written by hand after the layouts of the real writers; the test with MLflow's own writer stands in test_mlflow.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

RUN_ID = "0123456789abcdef0123456789abcdef"
OTHER_ID = "fedcba9876543210fedcba9876543210"
STARTED = 1_700_000_000_000  # milliseconds

_MLFLOW = """
CREATE TABLE experiments (experiment_id INTEGER NOT NULL, name VARCHAR(256) NOT NULL, artifact_location VARCHAR(256),
    lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT, PRIMARY KEY (experiment_id));
CREATE TABLE runs (run_uuid VARCHAR(32) NOT NULL, name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500),
    entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(9), start_time BIGINT, end_time BIGINT,
    source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER,
    deleted_time BIGINT, CONSTRAINT run_pk PRIMARY KEY (run_uuid));
CREATE TABLE params (key VARCHAR(250) NOT NULL, value VARCHAR(8000) NOT NULL, run_uuid VARCHAR(32) NOT NULL,
    CONSTRAINT param_pk PRIMARY KEY (key, run_uuid));
CREATE TABLE tags (key VARCHAR(250) NOT NULL, value VARCHAR(8000), run_uuid VARCHAR(32) NOT NULL,
    CONSTRAINT tag_pk PRIMARY KEY (key, run_uuid));
CREATE TABLE metrics (key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL,
    run_uuid VARCHAR(32) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, is_nan BOOLEAN DEFAULT '0' NOT NULL,
    CONSTRAINT metric_pk PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan), CHECK (is_nan IN (0, 1)));
CREATE TABLE latest_metrics (key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT, step BIGINT NOT NULL,
    is_nan BOOLEAN NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid));
"""
_TRACKIO = """
CREATE TABLE metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, timestamp TEXT NOT NULL,
    run_name TEXT NOT NULL, step INTEGER NOT NULL, metrics TEXT NOT NULL, log_id TEXT, space_id TEXT);
CREATE TABLE configs (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, run_name TEXT NOT NULL,
    config TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE(run_id));
CREATE TABLE system_metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, timestamp TEXT NOT NULL,
    run_name TEXT NOT NULL, metrics TEXT NOT NULL, log_id TEXT, space_id TEXT);
"""


def mlflow_run(
    experiment: Path,
    metrics: Mapping[str, str],
    *,
    run_id: str = RUN_ID,
    name: str = "brave-shrike-1",
    status: int = 3,
    params: Mapping[str, str] | None = None,
    extra: str = "",
) -> Path:
    """Write a run folder after the layout of MLflow 3.17's file store; return its meta.yaml."""
    folder = experiment / run_id
    for kind, files in (("metrics", metrics), ("params", params or {}), ("tags", {"mlflow.runName": name})):
        (folder / kind).mkdir(parents=True)
        for key, text in files.items():
            path = folder / kind / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    (folder / "artifacts").mkdir()
    meta = folder / "meta.yaml"
    meta.write_text(
        f"artifact_uri: file:///x/{run_id}/artifacts\nend_time: {STARTED + 5000}\nentry_point_name: ''\n"
        f"experiment_id: '1'\nlifecycle_stage: active\nrun_id: {run_id}\nrun_name: {name}\nsource_name: ''\n"
        f"source_type: 4\nsource_version: ''\nstart_time: {STARTED}\nstatus: {status}\ntags: []\nuser_id: me\n{extra}",
        encoding="utf-8",
    )
    return meta


def lines(values: Sequence[str], *, first: int = 0, every: int = 1, clock: int = STARTED) -> str:
    """Return a metric file: one value a second."""
    return "".join(f"{clock + 1000 * i} {v} {first + every * i}\n" for i, v in enumerate(values))


def sqlite_file(path: Path, schema: str, rows: Mapping[str, Sequence[Sequence[object]]], page: int = 4096) -> Path:
    """Write a database; each table's rows must fill all its columns."""
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA page_size = {page}")
        db.executescript(schema)
        for table, content in rows.items():
            for row in content:
                db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    db.close()
    return path


def mlflow_db(path: Path, rows: Mapping[str, Sequence[Sequence[object]]], page: int = 4096) -> Path:
    """Write a store with the tables of MLflow 3.17 that hold runs."""
    return sqlite_file(path, _MLFLOW, rows, page)


def sql_run(run_id: str, name: str, status: str = "FINISHED", stage: str = "active") -> tuple[object, ...]:
    """Return a row of the table ``runs``."""
    return run_id, name, "LOCAL", "", "", "me", status, STARTED, STARTED + 9000, "", stage, "/x", 1, None


def trackio_db(path: Path, rows: Mapping[str, Sequence[Sequence[object]]], page: int = 4096) -> Path:
    """Write a project with the tables of trackio 0.43."""
    return sqlite_file(path, _TRACKIO, rows, page)


def dvclive_metric(live: Path, name: str, rows: Sequence[Sequence[object]], head: str = "step") -> Path:
    """Write a metric of DVCLive 3: a table with tabs, the value's column is called as the last part of the name."""
    path = live / "plots" / "metrics" / f"{name}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    table = [[*head.split(), name.rsplit("/", 1)[-1]], *rows]
    path.write_text("".join("\t".join(map(str, r)) + "\n" for r in table), encoding="utf-8")
    return path


# --- one small sample of each store: path of the file to read


def mlflow_sample(folder: Path) -> Path:
    """Write a run folder of MLflow; return its meta.yaml."""
    return mlflow_run(folder, {"loss": lines(["2.0", "nan", "1.0"])}, params={"lr": "0.1"})


def mlflow_sqlite_sample(folder: Path) -> Path:
    """Write a store of MLflow before 1.0 had steps: small, because every byte of it is changed."""
    schema = (
        "CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT);"
        "CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT);"
    )
    rows = {"runs": [("r", "a", "FINISHED")], "metrics": [("loss", 2.0 / i, STARTED + i, "r") for i in (1, 2, 3)]}
    return sqlite_file(folder / "mlflow.db", schema, rows, page=512)


def trackio_sample(folder: Path) -> Path:
    """Write a project of trackio from before runs had ids."""
    schema = "CREATE TABLE metrics (id INTEGER PRIMARY KEY, timestamp TEXT, run_name TEXT, step INTEGER, metrics TEXT);"
    rows = {"metrics": [(i, f"2025-01-01T00:00:0{i}", "a", i, f'{{"loss":{2 / i}}}') for i in (1, 2, 3)]}
    return sqlite_file(folder / "words.db", schema, rows, page=512)


def dvclive_sample(folder: Path) -> Path:
    """Write a run of DVCLive; return one of its tables."""
    dvclive_metric(folder / "dvclive", "train/loss", [(0, 2.0), (1, 1.0)])
    return dvclive_metric(folder / "dvclive", "val", [(0, 2.5), (1, "nan")])


def parquet_sample(folder: Path) -> Path:
    """Write a small Parquet table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"step": [0, 1, 2], "loss": [2.0, 1.0, 0.5]}), folder / "log.parquet")
    return folder / "log.parquet"


SAMPLES: dict[str, Callable[[Path], Path]] = {
    "mlflow": mlflow_sample,
    "mlflow-sqlite": mlflow_sqlite_sample,
    "trackio": trackio_sample,
    "dvclive": dvclive_sample,
    "parquet": parquet_sample,
}
"""Format -> what writes its sample; for the suite that every reader must pass."""
