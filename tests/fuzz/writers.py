"""A small log in every format, as its real writer makes it, and what is known of files of that format."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from tests.support import event_files, store_files, wandb_writer

__all__ = ["WRITERS", "Rows", "Writer", "rows_of", "sacred_metrics"]

Rows = Sequence[Mapping[str, float]]
"""What was logged at each step: ``step`` and the values by tag."""


def rows_of(rng: random.Random, count: int) -> Rows:
    """Return what a training could log: values of all digits, and some that repeat."""
    level, fixed = rng.uniform(0.5, 9.0), rng.random() < 0.3
    rows = []
    for i in range(count):
        loss = level / (i + 1) + rng.random() * 10 ** rng.randint(-6, 0)
        loss = round(loss, 4) if fixed else loss
        rows.append({"step": 10.0 * i, "loss": loss, "accuracy": round(rng.random(), 3)})
    return rows


def _records_end(data: bytes) -> bool:
    """Return whether an event file ends behind a record."""
    at = 0
    while at < len(data):
        if at + 12 > len(data):
            return False
        at += 16 + int.from_bytes(data[at : at + 8], "little")
    return at == len(data)


def _chunks_end(data: bytes) -> bool:
    """Return whether a ``.wandb`` file ends behind a whole record; its blocks end in up to six zeros."""
    at, inside = len(wandb_writer.HEADER), False
    while at < len(data):
        room = wandb_writer.BLOCK - at % wandb_writer.BLOCK
        if room < 7:
            at += room
            continue
        if at + 7 > len(data):
            return False
        inside = data[at + 6] in (2, 3)
        at += 7 + int.from_bytes(data[at + 4 : at + 6], "little")
    return at >= len(data) and not inside


def _lines_end(data: bytes) -> bool:
    return not data or data.endswith((b"\n", b"\r"))


def _record_ends(data: bytes) -> bool:
    """Return whether behind the last line break stands no record: text logs hold all kinds of lines."""
    return len(re.findall(rb"\w[ :=]+-?\d", data.rpartition(b"\n")[2])) < 2


def _objects_end(data: bytes) -> bool:
    return not data.strip() or data.rstrip().endswith(b"}")


def _never(data: bytes) -> bool:
    return False


@dataclass(frozen=True)
class Writer:
    """How a format is written.

    Parameters
    ----------
    name
        The format.
    write
        Writes rows below a folder; returns the file that is damaged.
    whole
        Whether a beginning of a file is one that nobody can tell from a whole file.
    protected
        Whether checksums tell every change of a byte.
    text
        Whether zeros in it are no numbers.
    """

    name: str
    write: Callable[[Path, Rows], Path]
    whole: Callable[[bytes], bool]
    protected: bool = False
    text: bool = True

    @property
    def lines(self) -> bool:
        """Whether it is made of lines."""
        return self.whole in (_lines_end, _record_ends, _objects_end)


def _events(folder: Path, rows: Rows) -> Path:
    return event_files.write(
        folder, [event_files.scalar(tag, int(r["step"]), v) for r in rows for tag, v in r.items() if tag != "step"]
    )


def _wandb(folder: Path, rows: Rows) -> Path:
    history = [wandb_writer.history({**r, "_step": int(r["step"])}, int(r["step"])) for r in rows]
    records = [wandb_writer.run_record("abc", 1_700_000_000, name="shown"), *history, wandb_writer.exit_record()]
    return wandb_writer.write(folder / "run-abc.wandb", records)


def _csv(folder: Path, rows: Rows) -> Path:
    pd.DataFrame(rows).astype({"step": int}).to_csv(folder / "metrics.csv", index=False)
    return folder / "metrics.csv"


def _tsv(folder: Path, rows: Rows) -> Path:
    path = folder / "metrics.tsv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t")
        writer.writeheader()
        writer.writerows({**r, "step": int(r["step"])} for r in rows)
    return path


def _gzip(folder: Path, rows: Rows) -> Path:
    path = _csv(folder, rows)
    packed = path.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    return packed


def _text(folder: Path, rows: Rows) -> Path:
    path = folder / "train.log"
    lines = (
        f"step {int(r['step'])}: " + ", ".join(f"{tag} {value!r}" for tag, value in r.items() if tag != "step")
        for r in rows
    )
    path.write_text("\n".join(lines) + "\n")
    return path


def _json_lines(folder: Path, rows: Rows) -> Path:
    path = folder / "metrics.jsonl"
    path.write_text("".join(json.dumps({**r, "step": int(r["step"])}) + "\n" for r in rows))
    return path


def _trainer(folder: Path, rows: Rows) -> Path:
    path = folder / "trainer_state.json"
    history = [{**r, "step": int(r["step"]), "epoch": r["step"] / 100} for r in rows]
    state = {"epoch": 1.0, "global_step": int(rows[-1]["step"]), "max_steps": 1000, "log_history": history}
    path.write_text(json.dumps(state, indent=2) + "\n")
    return path


def _parquet(folder: Path, rows: Rows) -> Path:
    pd.DataFrame(rows).astype({"step": "int64"}).to_parquet(folder / "metrics.parquet")
    return folder / "metrics.parquet"


def _metric_lines(rows: Rows, tag: str) -> str:
    clock = store_files.STARTED
    return "".join(f"{clock + int(r['step'])} {r[tag]!r} {int(r['step'])}\n" for r in rows)


def _mlflow(folder: Path, rows: Rows) -> Path:
    texts = {tag: _metric_lines(rows, tag) for tag in rows[0] if tag != "step"}
    meta = store_files.mlflow_run(folder / "mlruns" / "1", texts)
    return meta.parent / "metrics" / "loss"


def _mlflow_db(folder: Path, rows: Rows) -> Path:
    run, clock = store_files.RUN_ID, store_files.STARTED
    metrics = [
        (tag, value, clock + int(r["step"]), run, int(r["step"]), 0)
        for r in rows
        for tag, value in r.items()
        if tag != "step"
    ]
    tables = {"runs": [store_files.sql_run(run, "a")], "metrics": metrics}
    return store_files.mlflow_db(folder / "mlflow.db", tables, page=512)


def _moment(row: Mapping[str, float]) -> datetime:
    return datetime(2026, 11, 29, 23, 50, tzinfo=UTC) + timedelta(seconds=row["step"])


def _trackio(folder: Path, rows: Rows) -> Path:
    metrics = []
    for i, row in enumerate(rows):
        content = json.dumps({k: v for k, v in row.items() if k != "step"}, separators=(",", ":")).encode()
        metrics.append((i + 1, "id-a", _moment(row).isoformat(), "a", int(row["step"]), content, None, None))
    configs = [(1, "id-a", "a", b'{"lr":0.1}', _moment(rows[0]).isoformat())]
    return store_files.trackio_db(folder / "words.db", {"metrics": metrics, "configs": configs}, page=512)


def _sacred(folder: Path, rows: Rows) -> Path:
    path = folder / "1" / "metrics.json"
    path.parent.mkdir(exist_ok=True)
    (path.parent / "config.json").write_text('{\n  "lr": 0.1,\n  "seed": 654421231\n}')
    path.write_text(json.dumps(sacred_metrics(rows), indent=2, sort_keys=True))
    return path


def sacred_metrics(rows: Rows) -> dict[str, dict[str, list[float] | list[str]]]:
    """Return what Sacred's file storage keeps of metrics."""
    clock = [_moment(r).replace(tzinfo=None).isoformat(timespec="microseconds") for r in rows]
    steps: list[float] = [int(r["step"]) for r in rows]
    tags = [tag for tag in rows[0] if tag != "step"]
    return {tag: {"steps": steps, "timestamps": clock, "values": [r[tag] for r in rows]} for tag in tags}


def _dvclive(folder: Path, rows: Rows) -> Path:
    live = folder / "dvclive"
    for tag in rows[0]:
        if tag != "step":
            path = store_files.dvclive_metric(live, tag, [(int(r["step"]), r[tag]) for r in rows])
    return path


WRITERS = (
    Writer("event file", _events, _records_end, protected=True),
    Writer(".wandb", _wandb, _chunks_end, protected=True),
    Writer("csv.gz", _gzip, _never, protected=True),
    Writer("csv", _csv, _lines_end),
    Writer("tsv", _tsv, _lines_end),
    Writer("text log", _text, _record_ends),
    Writer("json lines", _json_lines, _objects_end),
    Writer("trainer_state.json", _trainer, _never),
    Writer("parquet", _parquet, _never, text=False),
    Writer("mlflow files", _mlflow, _lines_end),
    Writer("mlflow.db", _mlflow_db, _never, text=False),
    Writer("trackio", _trackio, _never, text=False),
    Writer("sacred", _sacred, _never),
    Writer("dvclive", _dvclive, _lines_end),
)
