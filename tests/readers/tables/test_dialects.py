"""Logs of training frameworks that are tables: small files as each framework's writer lays them out."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curveread.discovery.discover import read_runs
from curveread.report.text.table import write_table
from curveread.run.model import Run
from curveread.run.notes import NoteKind
from curveread.run.roles import Role
from tests.conftest import needed

NAN = math.nan


def _run(path: Path, text: str) -> Run:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (run,) = read_runs(path)
    return run


def _points(run: Run, tag: str) -> list[tuple[int, float]]:
    return list(zip(run[tag].step.tolist(), run[tag].value.tolist(), strict=True))


def _csv(rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _jsonl(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


# --- Stable-Baselines3


@pytest.mark.corpus
def test_monitor_files_of_the_zoo_equal_the_csv_module(corpus_public: Path) -> None:
    paths = sorted((corpus_public / "DLR-RM+rl-baselines3-zoo").rglob("*monitor.csv"))
    assert len(paths) >= 7
    for path in paths:
        with path.open(newline="") as file:
            config = json.loads(file.readline()[1:])
            rows = [(float(r["r"]), int(r["l"]), float(r["t"])) for r in csv.DictReader(file)]
        (run,) = read_runs(path)
        reward = run["episode_reward"]
        assert reward.role is Role.REWARD
        assert reward.value.tolist() == [r for r, _, _ in rows]
        assert reward.step.tolist() == np.cumsum([n for _, n, _ in rows]).tolist()
        assert run["episode_length"].value.tolist() == [n for _, n, _ in rows]
        assert reward.wall_time is not None
        assert np.allclose(reward.wall_time, [config["t_start"] + t for _, _, t in rows], rtol=0, atol=1e-6)
        assert run.config["env_id"] == config["env_id"]


def test_sb3_progress_counts_timesteps_and_leaves_blanks_out(tmp_path: Path) -> None:
    head = (
        "rollout/ep_rew_mean,time/fps,time/iterations,time/time_elapsed,time/total_timesteps,train/approx_kl,train/loss"
    )
    rows = ["21.5,900,1,2,2048,,", "25.0,850,2,4,4096,0.01,7.5", "33.25,840,3,7,6144,0.02,6.25"]
    run = _run(tmp_path / "progress.csv", "\n".join([head, *rows]) + "\n")
    assert run.x_axis == "time/total_timesteps"
    assert _points(run, "rollout/ep_rew_mean") == [(2048, 21.5), (4096, 25.0), (6144, 33.25)]
    assert _points(run, "train/loss") == [(4096, 7.5), (6144, 6.25)]
    assert run["rollout/ep_rew_mean"].role is Role.REWARD


# --- Ultralytics


def test_padded_headers_and_cells_of_ultralytics(tmp_path: Path) -> None:
    names = ["epoch", "train/box_loss", "train/cls_loss", "metrics/mAP50(B)", "val/box_loss", "lr/pg0"]
    rows = [[e, 1.5 / e, 2.0 / e, 0.1 * e, 1.75 / e, 0.01] for e in range(1, 6)]
    text = ",".join(f"{n:>23}" for n in names) + "\n"
    text += "".join(",".join(f"{v:>23.5g}" for v in row) + "\n" for row in rows)
    run = _run(tmp_path / "train" / "results.csv", text)
    assert run.x_axis == "epoch"
    assert list(run.curves) == names[1:]
    assert _points(run, "train/box_loss") == [(e, float(f"{1.5 / e:.5g}")) for e in range(1, 6)]


def test_ultralytics_run_that_was_resumed_appends_its_epochs_again(tmp_path: Path) -> None:
    rows = [[e, 2.0 / e, 1.0] for e in (1, 2, 3, 4)] + [[e, 1.0 / e, 1.0] for e in (3, 4, 5)]
    run = _run(tmp_path / "results.csv", _csv([["epoch", "train/box_loss", "lr/pg0"], *rows]))
    assert len(run.attempts) == 2
    assert _points(run, "train/box_loss") == [(1, 2.0), (2, 1.0), (3, 1.0 / 3), (4, 0.25), (5, 0.2)]


# --- timm


def _timm(rows: Sequence[dict[str, object]]) -> str:
    """Write as timm's update_summary: a DictWriter with the fields of this row, a header only for the first."""
    out = io.StringIO(newline="")
    for i, row in enumerate(rows):
        writer = csv.DictWriter(out, fieldnames=list(row), lineterminator="\n")
        if i == 0:
            writer.writeheader()
        writer.writerow(row)
    return out.getvalue()


def _timm_row(epoch: int, evaluated: bool) -> dict[str, object]:
    row: dict[str, object] = {"epoch": epoch, "train_loss": 4.0 / (epoch + 1)}
    if evaluated:
        row |= {"eval_loss": 5.0 / (epoch + 1), "eval_top1": 10.0 * epoch, "eval_top5": 12.0 * epoch}
    return row | {"lr": 0.5}


def test_timm_rows_without_an_evaluation_are_shorter(tmp_path: Path) -> None:
    rows = [_timm_row(e, e % 2 == 0) for e in range(6)]  # the last row is a short one, and whole
    run = _run(tmp_path / "summary.csv", _timm(rows))
    assert _points(run, "train_loss") == [(e, 4.0 / (e + 1)) for e in range(6)]
    assert _points(run, "eval_loss") == [(e, 5.0 / (e + 1)) for e in (0, 2, 4)]
    assert _points(run, "eval_top1") == [(e, 10.0 * e) for e in (0, 2, 4)]
    assert _points(run, "lr") == [(e, 0.5) for e in range(6)]
    assert not [n for n in run.notes if n.kind in {NoteKind.CORRUPT, NoteKind.TRUNCATED}]


def test_timm_evaluations_that_the_header_does_not_name(tmp_path: Path) -> None:
    rows = [_timm_row(e, e % 2 == 1) for e in range(6)]
    run = _run(tmp_path / "summary.csv", _timm(rows))
    assert _points(run, "train_loss") == [(e, 4.0 / (e + 1)) for e in range(6)]
    assert _points(run, "lr") == [(e, 0.5) for e in range(6)]
    (note,) = [n for n in run.notes if n.kind is NoteKind.SKIPPED]
    assert note.message == "left out what the header does not name: 3 cells more in 3 of 6 rows"


# --- Keras


def test_keras_history_object(tmp_path: Path) -> None:
    history = {"accuracy": [0.5, 0.75, 0.8], "loss": [2.0, NAN, 1.25], "val_loss": [2.5, 2.25, math.inf]}
    run = _run(tmp_path / "history.json", json.dumps(history))
    assert [(s, repr(v)) for s, v in _points(run, "loss")] == [(0, "2.0"), (1, "nan"), (2, "1.25")]
    assert _points(run, "val_loss")[2] == (2, math.inf)
    assert run["val_loss"].role is Role.EVAL_LOSS


def test_keras_csv_logger(tmp_path: Path) -> None:
    text = "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,2.0,NA,NA\n1,0.75,1.5,NA,NA\n2,0.8,1.25,0.7,1.5\n"
    run = _run(tmp_path / "training.log", text)
    assert _points(run, "loss") == [(0, 2.0), (1, 1.5), (2, 1.25)]
    assert _points(run, "val_loss") == [(2, 1.5)]


# --- LLaMA-Factory, ms-swift


def test_trainer_log_of_llama_factory(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {
            "current_steps": 10 * i,
            "total_steps": 40,
            "loss": 2.0 / i,
            "lr": 5e-05,
            "epoch": 0.25 * i,
            "percentage": 25.0 * i,
            "elapsed_time": f"0:00:0{i}",
            "remaining_time": "0:00:09",
            "throughput": 1200.5,
            "total_tokens": 4096 * i,
        }
        for i in range(1, 5)
    ]
    rows.append({"current_steps": 40, "total_steps": 40, "eval_loss": 0.75, "epoch": 1.0, "percentage": 100.0})
    rows.append({"current_steps": 40, "total_steps": 40, "epoch": 1.0, "percentage": 100.0, "elapsed_time": "0:00:05"})
    run = _run(tmp_path / "trainer_log.jsonl", _jsonl(rows))
    assert run.x_axis == "current_steps"
    assert _points(run, "loss") == [(10 * i, 2.0 / i) for i in range(1, 5)]
    assert _points(run, "eval_loss") == [(40, 0.75)]
    assert run["lr"].role is Role.LEARNING_RATE
    assert run["total_tokens"].role is Role.TOKENS
    assert not {"total_steps", "percentage", "elapsed_time"} & set(run.curves)


def test_logging_of_ms_swift(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {
            "loss": 2.0 - i / 8,
            "grad_norm": 1.5,
            "learning_rate": 1e-05,
            "memory(GiB)": 60.25,
            "train_speed(iter/s)": 0.125,
            "epoch": i / 100,
            "global_step/max_steps": f"{5 * i}/2161",
            "percentage": "0.05%",
            "elapsed_time": "12s",
            "remaining_time": "3h 2m",
        }
        for i in range(1, 6)
    ]
    rows.append({"eval_loss": 1.25, "epoch": 0.05, "global_step/max_steps": "25/2161", "percentage": "1.16%"})
    rows.append({"train_runtime": 99.0, "train_loss": 1.5, "epoch": 0.05, "global_step/max_steps": "25/2161"})
    rows.append({"model_parameter_info": "7B", "last_model_checkpoint": "checkpoint-25", "best_metric": 1.25})
    run = _run(tmp_path / "logging.jsonl", _jsonl(rows))
    assert _points(run, "loss") == [(5 * i, 2.0 - i / 8) for i in range(1, 6)]
    assert _points(run, "eval_loss") == [(25, 1.25)]
    assert run["memory(GiB)"].role is Role.MEMORY
    assert "global_step/max_steps" not in run.curves


# --- detectron2, mmengine


def test_metrics_of_detectron2(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {
            "data_time": 0.01,
            "eta_seconds": 99.5,
            "iteration": 20 * i - 1,
            "loss_box_reg": 0.25,
            "loss_cls": 0.5,
            "lr": 0.001,
            "time": 0.375,
            "total_loss": 3.0 / i,
        }
        for i in range(1, 6)
    ]
    rows.insert(3, {"bbox/AP": 30.5, "bbox/AP50": 50.25, "iteration": 59})
    rows.append({"bbox/AP": 35.5, "bbox/AP50": 55.25})  # the evaluation after training counts nothing
    run = _run(tmp_path / "metrics.json", _jsonl(rows))
    assert run.x_axis == "iteration"
    assert _points(run, "total_loss") == [(20 * i - 1, 3.0 / i) for i in range(1, 6)]
    assert _points(run, "bbox/AP") == [(59, 30.5), (99, 35.5)]
    assert run["total_loss"].role is Role.TRAIN_LOSS


def test_scalars_of_mmengine(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {
            "lr": 0.01,
            "data_time": 0.001,
            "loss": 2.0 / (i + 1),
            "loss_cls": 1.0,
            "time": 0.25,
            "epoch": 1 + i // 4,
            "iter": 50 * (i + 1),
            "memory": 4000,
            "step": 50 * (i + 1),
        }
        for i in range(8)
    ]
    for epoch, at in ((1, 4), (2, 9)):
        rows.insert(at, {"accuracy/top1": 40.0 + epoch, "data_time": 0.02, "time": 0.5, "step": epoch})
    run = _run(tmp_path / "20240101_120000" / "vis_data" / "scalars.json", _jsonl(rows))
    assert _points(run, "loss") == [(50 * (i + 1), 2.0 / (i + 1)) for i in range(8)]
    assert len(run["accuracy/top1"]) == 2
    assert len(run.attempts) == 1


# --- curveread's own export


@pytest.mark.parametrize("name", ["all.csv", "all.parquet"])
def test_own_export_is_read_back(name: str, tmp_path: Path) -> None:
    if name.endswith(".parquet"):
        needed("pyarrow", reason="pyarrow is not installed (extra parquet)")
    for run, start in (("a", 4.0), ("b", 8.0)):
        rows = [{"step": i, "time": 1.7e9 + i, "loss": start / (i + 1) if i != 3 else NAN} for i in range(6)]
        (tmp_path / f"{run}.jsonl").write_text(_jsonl([*rows, {"step": 5, "time": 1.7e9 + 9, "val_loss": math.inf}]))
    runs = [*read_runs(tmp_path / "a.jsonl"), *read_runs(tmp_path / "b.jsonl")]
    assert write_table(runs, tmp_path / name, smoothed=lambda v: v / 2) == 14
    again = read_runs(tmp_path / name)
    assert [r.name for r in again] == [r.name for r in runs] == ["a", "b"]
    for before, after in zip(runs, again, strict=True):
        assert set(before.curves) == set(after.curves)
        for tag, curve in before.curves.items():
            assert np.array_equal(after[tag].step, curve.step)
            assert np.array_equal(after[tag].value, curve.value, equal_nan=True)
            assert after[tag].wall_time is not None
            assert np.array_equal(after[tag].wall_time, curve.wall_time)
