"""W&B logs: the ``.wandb`` binary, read without the wandb package, and the exports of the web interface."""

from __future__ import annotations

from curveread.readers.format import Format

BINARY = Format(
    "wandb",
    "run-*.wandb",
    "Weights & Biases' own log, read without the wandb package",
    files=("*.wandb",),
    reader="curveread.readers.wandb.reader:WandbReader",
    priority=10,
    rank=20,
    named_by_folder=True,
    beside=(
        "config.yaml",
        "wandb-metadata.json",
        "wandb-summary.json",
        "wandb-events.jsonl",
        "output.log",
        "debug.log",
        "debug-internal.log",
    ),
)
HISTORY = Format(
    "wandb-history",
    "wandb-history.jsonl",
    "Weights & Biases' history: of old clients, and of run.history() as CSV, JSON, JSONL or Parquet",
    files=("wandb-history.jsonl", "wandb-events.jsonl"),
    reader="curveread.readers.wandb.old_history:WandbHistoryReader",
    priority=20,
    rank=40,
    table=True,
)
PANEL = Format(
    "wandb-panel",
    "wandb_export_*.csv",
    "The CSV export of a panel of Weights & Biases",
    rank=200,
    exported=True,
    several_runs=True,
)
FORMATS = (BINARY, HISTORY, PANEL)
