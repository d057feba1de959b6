"""What a user gets out of W&B, made from the .wandb file that an offline run leaves.

No account is needed: the transaction log holds the history rows, and the exports below have the layouts of
`run.history()` (CSV), `run.scan_history()` (JSON Lines) and of the chart panel's CSV download.
"""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

import csv
import json
import math
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from wandb.proto.wandb_internal_pb2 import Record  # type: ignore[attr-defined]

BLOCK = 32_768  # the file is a LevelDB log: chunks never cross the border of a block
FILE_HEADER = 7
CHUNK_HEADER = struct.Struct("<IHB")  # checksum, length, type
LAST_CHUNKS = (1, 4)  # a whole record, or the last part of one
PANEL_POINTS = 1500  # a longer curve is put into buckets before it is downloaded

HistoryRow = dict[str, Any]
Export = Callable[[list[HistoryRow], str, Path], None]  # rows, name of the run, folder


def records(path: Path) -> Iterator[Record]:
    """All records of a .wandb file, in order."""
    data, place, parts = path.read_bytes(), FILE_HEADER, b""
    while place + CHUNK_HEADER.size <= len(data):
        if BLOCK - place % BLOCK < CHUNK_HEADER.size:  # the rest of a block is padding
            place += BLOCK - place % BLOCK
            continue
        _, length, kind = CHUNK_HEADER.unpack_from(data, place)
        place += CHUNK_HEADER.size
        parts += data[place : place + length]
        place += length
        if kind in LAST_CHUNKS:
            yield Record.FromString(parts)
            parts = b""


def history(path: Path) -> list[HistoryRow]:
    """The history rows, `_step` first, then the clock, then what was logged."""
    rows = []
    for record in records(path):
        if record.HasField("history"):
            row = {".".join(item.nested_key): json.loads(item.value_json) for item in record.history.item}
            rows.append(dict(sorted(row.items(), key=lambda pair: (column_rank(pair[0]), pair[0]))))
    return rows


def column_rank(column: str) -> int:
    """`_step`, `_runtime`, `_timestamp` lead a row."""
    leaders = ("_step", "_runtime", "_timestamp")
    return leaders.index(column) if column in leaders else len(leaders)


def as_text(value: Any) -> Any:
    """Non-finite numbers come back from the API as strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def csv_history(rows: list[HistoryRow], _: str, folder: Path) -> None:
    """history.csv: every row, an empty cell where nothing was logged."""
    columns = sorted({column for row in rows for column in row}, key=lambda name: (column_rank(name), name))
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({column: as_text(value) for column, value in row.items()} for row in rows)


def json_history(rows: list[HistoryRow], _: str, folder: Path) -> None:
    """history.jsonl: every row, no key where nothing was logged."""
    with (folder / "history.jsonl").open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps({column: as_text(value) for column, value in row.items()}) + "\n")


def panel(rows: list[HistoryRow], run: str, folder: Path) -> None:
    """wandb_export.csv, the download of the train loss's chart: last value, minimum, maximum; every cell quoted."""
    metric = "train/loss"
    points = [(row["_step"], row[metric]) for row in rows if metric in row]
    width = math.ceil(len(points) / PANEL_POINTS)
    with (folder / "wandb_export.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["Step", f"{run} - {metric}", f"{run} - {metric}__MIN", f"{run} - {metric}__MAX"])
        for start in range(0, len(points), width):
            values = [value for _, value in points[start : start + width]]
            writer.writerow([points[start][0], values[-1], min(values), max(values)])
