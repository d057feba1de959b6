"""Inputs made by hand to break a reader: what is endless, nested, multiplied, disguised or quadratic."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import random
import struct
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from tests.fuzz.records import framed
from tests.support import event_files, store_files, wandb_writer

__all__ = ["HANDMADE", "made"]

ROWS = "".join(f"{i},{3 - 0.02 * i:.4f}\n" for i in range(60))
GOOD = "step,loss\n" + ROWS
HANDMADE: dict[str, Callable[[Path], object]] = {}
"""Name -> what writes it into a folder."""


@contextmanager
def made(make: Callable[[Path], object]) -> Iterator[Path]:
    """Yield a folder with an input in it."""
    folder = Path(tempfile.mkdtemp())
    try:
        make(folder)
        yield folder
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)  # shutil's recursion ends before the deepest folder


def _made(make: Callable[[Path], object]) -> Callable[[Path], object]:
    HANDMADE[make.__name__.strip("_").replace("_", "-")] = make
    return make


def _text(name: str, path: str, text: str | bytes, *, beside: bool = False) -> None:
    """Add an input that is one text; ``beside`` a good log."""

    def make(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        if beside:
            (folder / "metrics.csv").write_text(GOOD)

    HANDMADE[name] = make


LAUGHS = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [{', '.join(['*' + b] * 9)}]\n" for b, n in pairwise("abcdefghi"))
CYCLE = "a: &a\n  b: *a\n"
RUNS_AS = "!!python/object/apply:os.system ['touch /tmp/curveread-was-here']\n"
for _kind, _yaml in (("laughs", LAUGHS), ("cycle", CYCLE), ("depth", "[" * 3000), ("python-tags", RUNS_AS)):
    for _place in ("hparams.yaml", "config.yaml", "training_args.yaml", ".hydra/config.yaml"):
        _text(f"yaml-{_kind}-in-{_place.strip('.').replace('/', '-')}", _place, _yaml, beside=True)
_text("settings-with-a-key-of-a-megabyte", "hparams.yaml", f"{'k' * 1_000_000}: 1\n", beside=True)
_text("settings-that-are-binary", "config.json", bytes(range(256)) * 40, beside=True)

_text("csv-header-40000-times", "metrics.csv", "step,loss\n1,2\n" * 40_000)
_text(
    "csv-of-400-runs",
    "metrics.csv",
    "run,step,loss\n" + "".join(f"r{i % 400},{i // 400},1.5\n" for i in range(1600)),
)
_text("csv-of-one-line", "metrics.csv", "step,loss\n" + "1," * 5_000_000)
_text(
    "csv-of-5000-columns",
    "metrics.csv",
    "\n".join(",".join(f"{c}{i}" for i in range(5000)) for c in ("m", "1", "2", "3")),
)
_text("csv-of-3000-equal-names", "metrics.csv", "step," + ",".join(["loss"] * 3000) + "\n" + ("1," * 3000 + "1\n") * 5)
_text("csv-with-a-quote-that-never-ends", "metrics.csv", GOOD + '61,"' + ROWS * 500)
_text("csv-of-nan-only", "metrics.csv", "step,loss\n" + "".join(f"{i},nan\n" for i in range(100)))
_text("csv-of-one-step", "metrics.csv", "step,loss\n" + "".join(f"7,{i}.5\n" for i in range(3000)))
_text("csv-backwards", "metrics.csv", "step,loss\n" + "".join(f"{-i},{i}.5\n" for i in range(3000)))
_text("csv-of-the-largest-values", "metrics.csv", "step,loss\n" + "".join(f"{i},{(-1) ** i}e308\n" for i in range(500)))
_text("csv-of-the-largest-steps", "metrics.csv", "step,loss\n" + "".join(f"{2**62 + i},{i}\n" for i in range(-50, 50)))
_text("csv-of-zeros", "metrics.csv", bytes(500_000))
_text(
    "csv-of-numbers-with-5000-digits", "metrics.csv", "step,loss\n" + "".join(f"{i},{'9' * 5000}\n" for i in range(20))
)
_text("csv-in-utf-32", "metrics.csv", GOOD.encode("utf-32"))
_text("csv-in-utf-16-cut-within-a-character", "metrics.csv", GOOD.encode("utf-16")[:-1])
_text("csv-that-restarts-5000-times", "metrics.csv", "step,loss\n" + "0,2.5\n1,2.0\n" * 5000)
_text(
    "csv-with-200-spikes",
    "metrics.csv",
    "step,loss\n" + "".join(f"{i},{1 + 9 * (i % 50 == 7)}\n" for i in range(10_000)),
)

_text("json-of-100000-levels", "metrics.jsonl", '{"loss": ' + "[" * 100_000)
_text("json-line-of-10-megabytes", "metrics.jsonl", "[" * 10_000_000)
_text("json-with-a-number-of-5000-digits", "metrics.jsonl", f'{{"step": 1, "loss": {"9" * 5000}}}\n' * 20)
_text("json-with-one-key-10000-times", "metrics.jsonl", "{" + ", ".join(['"loss": 1.5'] * 10_000) + "}\n")
_text(
    "json-with-a-new-tag-in-every-line",
    "metrics.jsonl",
    "".join(f'{{"step": {i}, "t{i}": 1.5}}\n' for i in range(4000)),
)
_text("json-with-half-a-character", "metrics.jsonl", '{"step": 1, "\\ud83d": 1.5}\n' * 30)
_text("state-whose-history-is-an-object", "trainer_state.json", '{"log_history": {"loss": {"0": 1}}, "global_step": 3}')
_text("state-whose-history-is-deep", "trainer_state.json", '{"log_history": ' + "[" * 50_000)
_text(
    "state-of-infinite-steps",
    "trainer_state.json",
    '{"global_step": Infinity, "log_history": [{"step": NaN, "loss": 1e999}]}',
)
_text("sacred-of-depth", "metrics.json", '{"loss": {"steps": [' + "[" * 20_000)

_text("text-of-one-line-of-10-megabytes", "train.log", "step 1 loss 2.5 " * 640_000)
_text("text-that-baits-patterns", "train.log", ("1" * 5000 + "e" * 5000 + " a=" * 2000 + "\n") * 30)
_text("text-of-brackets", "train.log", ("[" * 8000 + "loss: 1 step: 2\n") * 20)
_text("text-of-colours", "train.log", "".join(f"step {i}: \x1b[31mloss\x1b[0m {3 - i / 9999}\n" for i in range(20_000)))
_text("text-of-one-line-rewritten", "train.log", "".join(f"\r {i}/9999 loss: 0.5" for i in range(20_000)))
_text("text-with-a-step-of-10-to-20", "train.log", "".join(f"step {i}: loss 1.5\n" for i in (1, 2, 10**20, 3)))
_text(
    "text-of-ever-new-builds",
    "train.log",
    "".join(f"step {i} {'x' * (i % 300)}{chr(97 + i % 26)}: loss 1.5\n" for i in range(9000)),
)
_text(
    "text-in-which-all-is-hostile",
    "train.log",
    "".join(f"step {i}: loss 1.5 <script>\u202e\x07::error::\n" for i in range(99)),
)

_text("events-of-zeros", event_files.NAME, bytes(1_000_000))
_text("events-that-are-a-pickle", event_files.NAME, pickle.dumps({"a": [1] * 1000}))
_text(
    "events-with-a-length-of-2-to-63",
    event_files.NAME,
    event_files.frame(b"")[:0] + struct.pack("<Q", 2**63) + bytes(99),
)
_text("events-of-empty-records", event_files.NAME, framed(b"") * 20_000)
_text("events-of-deep-messages", event_files.NAME, framed(b"\x2a\x7f" * 3000))
_text("wandb-that-is-a-header", "run-a.wandb", wandb_writer.HEADER)
_text("wandb-of-zeros", "run-a.wandb", wandb_writer.HEADER + bytes(500_000))
_text("wandb-of-parts-without-an-end", "run-a.wandb", wandb_writer.HEADER + (struct.pack("<IHB", 0, 0, 3) * 50_000))
_text("gzip-of-gzip-of-gzip", "metrics.csv.gz", gzip.compress(gzip.compress(gzip.compress(GOOD.encode()))))
_text("gzip-of-20000-members", "metrics.csv.gz", gzip.compress(b"") * 20_000 + gzip.compress(GOOD.encode()))
_text("gzip-bomb", "metrics.csv.gz", gzip.compress(GOOD.encode() + bytes(60_000_000)))
_text("gzip-bomb-of-rows", "train.log.gz", gzip.compress(b"step 1: loss 1.5\n" * 400_000))
_text("parquet-that-is-a-mark", "metrics.parquet", b"PAR1PAR1")
_text("parquet-with-a-huge-footer", "metrics.parquet", b"PAR1" + bytes(99) + struct.pack("<I", 2**31 - 1) + b"PAR1")
_text("database-of-zeros", "mlflow.db", b"SQLite format 3\0" + bytes(100_000))
_text("metric-line-of-5-megabytes", "mlruns/1/a/metrics/loss", "1700000000000 " + "1" * 5_000_000)


@_made
def _zip_called_csv(folder: Path) -> None:
    with zipfile.ZipFile(folder / "metrics.csv", "w") as file:
        file.writestr("metrics.csv", GOOD)


@_made
def _pipes_beside_a_log(folder: Path) -> None:
    (folder / "metrics.csv").write_text(GOOD)
    for name in ("config.yaml", "config.json", "training_args.yaml", "output.log", "params.json", "stderr.log"):
        os.mkfifo(folder / name)


@_made
def _pipes_called_as_logs(folder: Path) -> None:
    for name in ("metrics.csv", "train.log", event_files.NAME, "run-a.wandb", "mlflow.db", "trainer_state.json"):
        os.mkfifo(folder / name)


@_made
def _folders_called_as_logs(folder: Path) -> None:
    for name in ("metrics.csv", "train.log", event_files.NAME, "run-a.wandb", "mlflow.db", "config.yaml"):
        (folder / name).mkdir()
    (folder / "log.csv").write_text(GOOD)


@_made
def _links_in_a_ring(folder: Path) -> None:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    (folder / "up").symlink_to(folder)
    (folder / "metrics.csv").symlink_to(folder / "nowhere.csv")
    (folder / "log.csv").write_text(GOOD)


@_made
def _links_to_devices(folder: Path) -> None:
    for name, device in (("metrics.csv", "/dev/zero"), ("train.log", "/dev/random"), ("hparams.yaml", "/dev/zero")):
        (folder / name).symlink_to(device)
    (folder / "log.csv").write_text(GOOD)


@_made
def _folders_1200_deep(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    file = os.open("metrics.csv", os.O_WRONLY | os.O_CREAT, dir_fd=here)
    os.write(file, GOOD.encode())
    os.close(file)
    os.close(here)


@_made
def _names_that_are_no_text(folder: Path) -> None:
    for name in (b"\xff\xfe.csv", b"new\nline.csv", b"x" * 250 + b".csv", b"-rf.csv", "\u202e.csv".encode()):
        (folder / os.fsdecode(name)).write_text(GOOD)


@_made
def _runs_100(folder: Path) -> None:
    for i in range(100):
        (folder / f"run-{i}").mkdir()
        (folder / f"run-{i}" / "metrics.csv").write_text(GOOD)


@_made
def _event_files_400_in_a_folder(folder: Path) -> None:
    for i in range(400):
        event_files.write(folder, [event_files.scalar("loss", i, 1.0)], name=f"events.out.tfevents.{i:010}.h")


@_made
def _checkpoints_200(folder: Path) -> None:
    (folder / "metrics.csv").write_text(GOOD)
    for i in range(200):
        (folder / f"checkpoint-{i}").mkdir()
        (folder / f"checkpoint-{i}" / "trainer_state.json").write_text(
            json.dumps({"global_step": i, "log_history": [{"step": i, "loss": 1.5}]})
        )


@_made
def _events_of_huge_tensors(folder: Path) -> None:
    value = event_files.tensor("loss", "scalars", tensor_content=b"1234")
    for size in (2**40, 2**62, -1):
        value.tensor.tensor_shape.dim.add(size=size)
    event_files.write(folder, [event_files.event(i, value) for i in range(50)])


@_made
def _events_whose_text_is_deep_json(folder: Path) -> None:
    value = event_files.tensor("config/text_summary", "text", dtype=7, string_val=[b"{" * 100_000])
    event_files.write(folder, [event_files.event(0, value), *event_files.ramp("loss", range(50))])


@_made
def _events_of_3000_tags(folder: Path) -> None:
    event_files.write(folder, [event_files.scalar(f"t{i}", 1, 1.5) for i in range(3000)])


@_made
def _events_that_restart_500_times(folder: Path) -> None:
    events = [e for _ in range(500) for e in (event_files.start(0), *event_files.ramp("loss", range(4)))]
    event_files.write(folder, events)


@_made
def _wandb_with_a_value_of_3_megabytes(folder: Path) -> None:
    rows = [wandb_writer.history({"loss": 0.5}, i, text={"loss": "[" * 3_000_000}) for i in range(3)]
    wandb_writer.write(folder / "run-a.wandb", [wandb_writer.run_record("a", 1), *rows])


@_made
def _wandb_with_a_new_key_in_every_row(folder: Path) -> None:
    rows = [wandb_writer.history({f"k{i}": 0.5, "_step": i}, i) for i in range(3000)]
    wandb_writer.write(folder / "run-a.wandb", [wandb_writer.run_record("a", 1), *rows])


_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"


@_made
def _database_whose_table_is_an_endless_view(folder: Path) -> None:
    schema = (
        "CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT);"
        f"CREATE VIEW metrics AS {_ENDLESS} 'loss' AS key, i AS value, i AS timestamp, 'r' AS run_uuid, i AS step "
        "FROM n;"
    )
    store_files.sqlite_file(folder / "mlflow.db", schema, {"runs": [("r", "a", "FINISHED")]})


@_made
def _project_whose_table_is_an_endless_view(folder: Path) -> None:
    columns = "i AS id, '2026-01-01' AS timestamp, 'a' AS run_name, i AS step, '{}' AS metrics"
    store_files.sqlite_file(folder / "words.db", f"CREATE VIEW metrics AS {_ENDLESS} {columns} FROM n;", {})


@_made
def _database_of_500_runs(folder: Path) -> None:
    runs = [store_files.sql_run(f"{i:032}", f"r{i}") for i in range(500)]
    metrics = [("loss", 1.0 / (s + 1), s, f"{i:032}", s, 0) for i in range(500) for s in range(3)]
    store_files.mlflow_db(folder / "mlflow.db", {"runs": runs, "metrics": metrics})


@_made
def _database_that_says_wal(folder: Path) -> None:
    path = store_files.mlflow_sqlite_sample(folder)
    data = path.read_bytes()
    path.write_bytes(data[:18] + b"\2\2" + data[20:])


@_made
def _database_cut_in_half(folder: Path) -> None:
    path = store_files.mlflow_sqlite_sample(folder)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@_made
def _runs_that_logged_only_what_counts(folder: Path) -> None:
    for i, name in enumerate(("percentage", "max_steps", "_runtime")):
        store_files.mlflow_run(folder / "mlruns" / "1", {name: store_files.lines(["1", "2"])}, run_id=f"{i:032}")
    store_files.mlflow_run(folder / "mlruns" / "1", {"loss": store_files.lines(["2", "1"])})


@_made
def _live_tables_with_cyclic_settings(folder: Path) -> None:
    store_files.dvclive_sample(folder)
    (folder / "dvclive" / "params.yaml").write_text(CYCLE + LAUGHS)


@_made
def _parquet_of_nested_columns(folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kind: pa.DataType = pa.float64()
    for i in range(60):
        kind = pa.struct([(f"f{i}", kind)])
    pq.write_table(pa.table({"step": [1, 2], "loss": pa.nulls(2, kind)}), folder / "metrics.parquet")


@_made
def _parquet_bomb(folder: Path) -> None:
    """Write a million equal rows in a file of some kilobytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"step": pa.repeat(1, 100_000), "loss": pa.repeat(0.5, 100_000)})
    with pq.ParquetWriter(folder / "metrics.parquet", table.schema) as writer:
        for _ in range(10):
            writer.write_table(table)


@_made
def _noise_in_every_log(folder: Path) -> None:
    rng = random.Random(1)
    for name in ("metrics.csv", "train.log", event_files.NAME, "run-a.wandb", "mlflow.db", "metrics.parquet",
                 "metrics.jsonl", "trainer_state.json", "metrics.csv.gz"):  # fmt: skip
        (folder / name).write_bytes(rng.randbytes(20_000))
