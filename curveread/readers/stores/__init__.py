"""Stores of trackers: MLflow, trackio, DVCLive."""

from __future__ import annotations

from curveread.readers.format import Format

MLFLOW = Format(
    "mlflow",
    "mlruns/<experiment>/<run>/meta.yaml",
    "MLflow's file store",
    files=("meta.yaml", *(f"{start}{kind}/*" for kind in ("metrics", "params", "tags") for start in ("", "*/"))),
    reader="curveread.readers.stores.mlflow:MlflowReader",
    priority=20,
    rank=90,
)
MLFLOW_SQLITE = Format(
    "mlflow-sqlite",
    "mlflow.db",
    "MLflow's store in a SQLite file",
    files=("*.db", "*.sqlite", "*.sqlite3"),
    reader="curveread.readers.stores.mlflow_sqlite:MlflowSqliteReader",
    priority=20,
    rank=91,
    several_runs=True,
)
TRACKIO = Format(
    "trackio",
    "trackio/<project>.db",
    "trackio's SQLite file",
    files=("*.db",),
    reader="curveread.readers.stores.trackio:TrackioReader",
    priority=25,
    rank=92,
    several_runs=True,
)
TRACKIO_PARQUET = Format("trackio-parquet", "<project>.parquet", "trackio's export", rank=93, several_runs=True)
DVCLIVE = Format(
    "dvclive",
    "dvclive/plots/metrics/**/*.tsv",
    "DVCLive's metrics, a table for each",
    files=("*.tsv",),
    reader="curveread.readers.stores.dvclive:DvcliveReader",
    priority=30,
    rank=94,
    beside=("params.yaml",),
)
FORMATS = (MLFLOW, MLFLOW_SQLITE, TRACKIO, TRACKIO_PARQUET, DVCLIVE)
