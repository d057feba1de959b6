"""Every reader is held to the contract that :func:`curveread.testing.check_reader` states."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from curveread.readers.base import Reader
from curveread.readers.registry import all_readers, asked_about
from curveread.testing import check_reader
from tests.conftest import needed
from tests.support import store_files as stores
from tests.support import wandb_writer as w
from tests.support.event_writer import write_scalars


def _wandb(folder: Path) -> Path:
    rows = [
        w.history({"train/loss": 2.5 - 0.1 * i, "_step": i, "_timestamp": 1.7e9 + i, "a.b": i}, i) for i in range(6)
    ]
    rows.insert(3, w.history({"train/loss": float("nan"), "media": {"_type": "image"}}, 3))
    start = w.run_record("abc", 1_700_000_000, config={"lr": 0.1})
    return w.write(folder / "run-abc.wandb", [start, w.metric_record("*", "_step"), *rows, w.exit_record()])


def _state(folder: Path) -> Path:
    log = [{"loss": 2.0 - 0.1 * i, "grad_norm": 1.0, "epoch": i / 4, "step": i} for i in range(1, 5)]
    log.append({"eval_loss": float("nan"), "epoch": 1.0, "step": 4})
    log.append({"train_loss": 1.5, "train_runtime": 2.0, "epoch": 1.0, "step": 4})
    state = {"global_step": 4, "log_history": log, "max_steps": 4, "best_metric": None}
    path = folder / "trainer_state.json"
    path.write_text(json.dumps(state, indent=1, sort_keys=True))
    return path


def _csv(folder: Path) -> Path:
    path = folder / "log.csv"
    path.write_text("step,loss,val_loss\n0,4.5,4.6\n1,4.25,\n2,NaN,4.0\n3,inf,\n2,3.5,3.75\n")
    return path


def _panel(folder: Path) -> Path:
    path = folder / "wandb_export.csv"
    path.write_text(
        '"Step","a - loss","a - loss__MIN","a - loss__MAX","b - loss"\n'
        '"0","2.5","2.0","3.0",""\n"10","1.5","1","2","2.25"\n'
    )
    return path


def _download(folder: Path) -> Path:
    path = folder / "run-x-tag-train_loss.csv"
    path.write_text("Wall time,Step,Value\n1700000000.5,0,2.5\n1700000001.5,10,2.25\n")
    return path


def _monitor(folder: Path) -> Path:
    path = folder / "0.monitor.csv"
    path.write_text('#{"t_start": 1700000000.5, "env_id": "X"}\nr,l,t\n1.5,10,0.5\n2.5,20,1.5\n')
    return path


def _jsonl(folder: Path) -> Path:
    path = folder / "metrics.jsonl"
    path.write_text(
        "".join(
            json.dumps({"step": i, "loss": 2.0 / (i + 1), "nested": {"x": i}, "time": 1.7e9 + i}) + "\n"
            for i in range(5)
        )
    )
    return path


def _json(folder: Path) -> Path:
    path = folder / "history.json"
    path.write_text(json.dumps({"loss": [2.0, 1.5, float("nan")], "val_loss": [2.5, 2.25, 2.125]}))
    return path


def _events(folder: Path) -> Path:
    return write_scalars(folder, [("train/loss", i, 2.0 - i, 1.7e9 + i) for i in range(4)])


def _old_history(folder: Path) -> Path:
    path = folder / "wandb-history.jsonl"
    rows = [{"loss": 2.0 / (i + 1), "_step": i, "_runtime": i, "_timestamp": 1.5e9 + i} for i in range(5)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _mlflow(folder: Path) -> Path:
    return stores.mlflow_run(folder / "1", {"loss": stores.lines(["2.0", "nan", "1.5"]), "lr": stores.lines(["0.1"])})


def _mlflow_db(folder: Path) -> Path:
    rows = {
        "experiments": [(1, "tests", "/x", "active", stores.STARTED, stores.STARTED)],
        "runs": [stores.sql_run(stores.RUN_ID, "alpha")],
        "metrics": [("loss", 2.0 - i, stores.STARTED + i, stores.RUN_ID, i, 0) for i in range(4)],
    }
    return stores.mlflow_db(folder / "mlflow.db", rows, page=512)


def _trackio(folder: Path) -> Path:
    def row(i: int) -> tuple[object, ...]:
        content = json.dumps({"train/loss": 2.0 - i, "eval": {"acc": 0.5}}).encode()
        return i + 1, "id-a", f"2025-01-01T00:00:0{i}+00:00", "alpha", 10 * i, content, None, None

    return stores.trackio_db(folder / "words.db", {"metrics": [row(i) for i in range(4)]}, page=512)


def _dvclive(folder: Path) -> Path:
    return stores.dvclive_metric(folder / "dvclive", "train/loss", [(i, 2.0 / (i + 1)) for i in range(5)])


def _parquet(folder: Path) -> Path:
    pa = needed("pyarrow", reason="pyarrow is not installed (extra parquet)")
    path = folder / "0000.parquet"
    columns = {"_step": [0.0, 1.0, 2.0], "_timestamp": [1.7e9, 1.7e9 + 1, 1.7e9 + 2], "loss": [2.0, None, 1.5]}
    needed("pyarrow.parquet").write_table(pa.table(columns), path)
    return path


def _text(folder: Path) -> Path:
    path = folder / "train.log"
    lines = [f"iter {i}: loss {4.5 / (i + 1):.4f}, time {12.5 + i:.2f}ms, mfu 31.20%\n" for i in range(8)]
    path.write_text("number of parameters: 123.59M\nstep 0: train loss 4.2000, val loss 4.2500\n" + "".join(lines))
    return path


MAKERS: dict[str, Callable[[Path], Path]] = {
    "wandb": _wandb,
    "wandb-history": _old_history,
    "trainer-state": _state,
    "csv": _csv,
    "wandb-panel": _panel,
    "tensorboard-csv": _download,
    "sb3-monitor": _monitor,
    "jsonl": _jsonl,
    "json": _json,
    "tensorboard": _events,
    "mlflow": _mlflow,
    "mlflow-sqlite": _mlflow_db,
    "trackio": _trackio,
    "dvclive": _dvclive,
    "parquet": _parquet,
    "text-log": _text,
}


def _reader(path: Path) -> Reader:
    return next(r for r in asked_about(path) if r.claims(path))


def test_every_registered_reader_is_under_this_contract(tmp_path: Path) -> None:
    covered = set()
    for name, make in MAKERS.items():
        folder = tmp_path / name
        folder.mkdir()
        covered.add(_reader(make(folder)).format.name)
    tests = "".join(p.read_text(encoding="utf-8") for p in Path(__file__).parent.rglob("test_*.py"))
    elsewhere = {r.format.name for r in all_readers() if f"check_reader({type(r).__name__}, " in tests}
    untested = {r.format.name for r in all_readers()} - covered - elsewhere
    assert not untested, f"readers whose tests do not call check_reader: {untested}"


@pytest.mark.parametrize("places", [40, pytest.param(300, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", MAKERS)
def test_a_reader_keeps_to_its_contract(name: str, places: int, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path)
    check_reader(type(_reader(path)), path, places=places)
