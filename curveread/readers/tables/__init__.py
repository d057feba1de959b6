"""Tables: CSV, JSON lines, Parquet, in wide and in long form, and what all readers of rows share."""

from __future__ import annotations

from curveread.readers.format import Format

CSV = Format(
    "csv",
    "*.csv, *.tsv, *.log with a header line (step or epoch, loss, …)",
    "CSV and TSV tables, wide or long: Keras, timm, Ultralytics, SB3 and others",
    files=tuple(f"*.{kind}{end}" for kind in ("csv", "tsv", "log", "txt") for end in ("", ".gz")),
    reader="curveread.readers.tables.csv:CsvReader",
    priority=60,
    rank=70,
    table=True,
    several_runs=True,
)
JSON_LINES = Format(
    "jsonl",
    "*.jsonl, *.json with rows (step, loss, …)",
    "JSON lines whose keys name a step or epoch and a metric: LLaMA-Factory, ms-swift and others",
    files=("log", *(f"*.{kind}{end}" for kind in ("jsonl", "ndjson", "json", "txt") for end in ("", ".gz"))),
    reader="curveread.readers.tables.json_log:JsonLogReader",
    priority=60,
    rank=60,
    table=True,
    several_runs=True,
)
PARQUET = Format(
    "parquet",
    "*.parquet with columns (step or epoch, loss, …)",
    "Parquet tables (extra parquet)",
    files=("*.parquet", "*.pq"),
    reader="curveread.readers.tables.parquet:ParquetReader",
    priority=55,
    rank=80,
    several_runs=True,
)
JSON = Format("json", "history.json", "A JSON list of rows, or an object of lists", rank=61, table=True)
LIGHTNING = Format(
    "lightning-csv", "version_0/metrics.csv", "Lightning's CSVLogger", rank=50, table=True, named_by_folder=True
)
MONITOR = Format("sb3-monitor", "*.monitor.csv", "Stable-Baselines3's episodes", rank=75, table=True)
FORMATS = (CSV, JSON_LINES, PARQUET, JSON, LIGHTNING, MONITOR)
