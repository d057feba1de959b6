"""Whole JSON documents that hold a log: histories, points by metric, rows by mode, one file an epoch, other names."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import curveread as cr
from curveread.errors import NoLogsError
from curveread.run.notes import NoteKind

VALUES = [2.0, 1.5, 1.25, 1.125]


def _read(folder: Path, name: str, what: Any) -> cr.Run:
    text = what if isinstance(what, str) else json.dumps(what)
    (folder / name).write_text(text)
    return cr.read(folder)


def _lines(rows: list[dict[str, Any]]) -> str:
    return "\n".join(map(json.dumps, rows)) + "\n"


def test_keras_histories(tmp_path: Path) -> None:
    by_index = {
        "loss": {str(i): v for i, v in enumerate(VALUES)},
        "val_loss": {str(i): v + 1 for i, v in enumerate(VALUES)},
    }
    for i, what in enumerate(
        ({"history": {"loss": VALUES}, "params": {"epochs": 4}}, by_index, {"loss": VALUES, "lr": [0.1] * 4})
    ):
        (tmp_path / str(i)).mkdir()
        assert _read(tmp_path / str(i), "history.json", what)["loss"].value.tolist() == VALUES


def test_boosters_histories_by_data_set(tmp_path: Path) -> None:
    run = _read(tmp_path, "evals.json", {"train": {"rmse": VALUES}, "eval": {"rmse": [v + 1 for v in VALUES]}})
    assert {t: c.role.value for t, c in run.curves.items()} == {"train-rmse": "train-loss", "eval-rmse": "eval-loss"}
    assert run["eval-rmse"].value.tolist() == [v + 1 for v in VALUES]


def test_a_counter_beside_the_object_of_the_metrics(tmp_path: Path) -> None:
    counted = {"epochs": [2.0, 4.0, 6.0, 8.0], "config": {"lr": 0.1}}
    falling = [-v for v in VALUES]
    metrics = json.dumps(counted | {"metrics": {"loss": [*falling[:3], math.nan], "val_loss": falling}}, indent=2)
    run = _read(tmp_path, "history.json", metrics)
    assert run["val_loss"].step.tolist() == [2, 4, 6, 8]
    assert run["val_loss"].value.tolist() == falling
    assert run["loss"].value[:3].tolist() == falling[:3]
    assert math.isnan(run["loss"].value[3])


def test_a_counter_beside_an_object_for_each_data_set(tmp_path: Path) -> None:
    sets = {"train": {"loss": VALUES}, "val": {"loss": [v + 1 for v in VALUES]}}
    run = _read(tmp_path, "history.json", {"epoch": [1, 2, 3, 4]} | sets)
    assert {t: c.value.tolist() for t, c in run.curves.items()} == {
        "train-loss": VALUES,
        "val-loss": [v + 1 for v in VALUES],
    }
    assert run["val-loss"].step.tolist() == [1, 2, 3, 4]


def test_chainer_writes_a_list_of_rows_into_log(tmp_path: Path) -> None:
    rows = [
        {"main/loss": v, "validation/main/loss": v + 1, "epoch": i, "iteration": 100 * i} for i, v in enumerate(VALUES)
    ]
    run = _read(tmp_path, "log", json.dumps(rows, indent=4))
    assert run["validation/main/loss"].value.tolist() == [v + 1 for v in VALUES]
    assert run["main/loss"].step.tolist() == [0, 100, 200, 300]


@pytest.mark.parametrize(
    ("what", "tags"),
    [
        ({f"epoch_{i + 1}": {"loss": v, "val_loss": v + 1} for i, v in enumerate(VALUES)}, ["loss", "val_loss"]),
        ({f"{i + 1}": {"loss": v, "val_loss": v + 1} for i, v in enumerate(VALUES)}, ["loss", "val_loss"]),
        ({"loss": {"train": VALUES, "val": [v + 1 for v in VALUES]}}, ["loss-train", "loss-val"]),
        (
            {
                "train": [{"epoch": i + 1, "loss": v} for i, v in enumerate(VALUES)],
                "val": [{"epoch": i + 1, "loss": v + 1} for i, v in enumerate(VALUES)],
            },
            ["train/loss", "val/loss"],
        ),
    ],
)
def test_histories_by_number_by_metric_and_by_set(tmp_path: Path, what: Any, tags: list[str]) -> None:
    run = _read(tmp_path, "training_log.json", json.dumps(what, indent=2))
    assert {t: c.value.tolist() for t, c in run.curves.items()} == {tags[0]: VALUES, tags[1]: [v + 1 for v in VALUES]}
    assert run[tags[0]].step.tolist() == ([0, 1, 2, 3] if "loss-train" in tags else [1, 2, 3, 4])


@pytest.mark.parametrize(
    "what",
    [{"1": {"score": 0.5, "id": 3}, "2": {"score": 0.25, "id": 4}}, {"1": {"text": "loss"}}, {"item_1": {"loss": 1}}],
)
def test_other_objects_under_numbers_are_no_log(tmp_path: Path, what: Any) -> None:
    with pytest.raises(NoLogsError):
        _read(tmp_path, "items.json", what)


def test_rows_below_a_name(tmp_path: Path) -> None:
    run = _read(
        tmp_path,
        "log.json",
        {"args": {"lr": 0.1}, "epochs": [{"epoch": i, "train_loss": v} for i, v in enumerate(VALUES)]},
    )
    assert run["train_loss"].value.tolist() == VALUES
    assert run["train_loss"].step.tolist() == [0, 1, 2, 3]


def test_sacred_keeps_points_by_metric(tmp_path: Path) -> None:
    def points(steps: list[int]) -> dict[str, Any]:
        return {"steps": steps, "timestamps": ["2020-01-01T00:00:00.1"] * len(steps), "values": VALUES[: len(steps)]}

    run = _read(tmp_path, "metrics.json", {"training.loss": points([0, 10, 20, 30]), "val.loss": points([0, 20])})
    assert run["training.loss"].step.tolist() == [0, 10, 20, 30]
    assert run["val.loss"].step.tolist() == [0, 20]
    assert run["val.loss"].value.tolist() == [2.0, 1.5]


def test_mmdetection_rows_by_mode(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"env_info": "Python: 3.7 [GCC 7.3.0]", "seed": None}]
    for e in (1, 2, 3):
        rows += [
            {"mode": "train", "epoch": e, "iter": i, "lr": 0.01, "loss": 4.0 - e + i / 1000} for i in (50, 100, 150)
        ]
        rows.append(
            {"mode": "val", "epoch": e, "iter": 5000, "lr": 0.01, "bbox_mAP": e / 10, "bbox_mAP_copypaste": "0.3 0.6"}
        )
    run = _read(tmp_path, "20200720_054407.log.json", _lines(rows))
    assert run["loss"].step.tolist() == [50, 100, 150, 200, 250, 300, 350, 400, 450]
    assert run["loss"].value[:2].tolist() == [3.05, 3.1]
    assert run["bbox_mAP"].step.tolist() == [150, 300, 450]
    assert not [n for n in run.notes if n.kind is NoteKind.UNORDERED]


def test_mmengine_scalars_place_evaluations_behind_their_epoch(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = []
    for e in (1, 2, 3):
        rows += [
            {"lr": 0.01, "loss": 4.0 - e, "epoch": e, "iter": 100 * (e - 1) + i, "step": 100 * (e - 1) + i}
            for i in (50, 100)
        ]
        rows.append({"coco/bbox_mAP": e / 10, "time": 0.2, "step": e})
    run = _read(tmp_path, "scalars.json", _lines(rows))
    assert run["loss"].step.tolist() == [50, 100, 150, 200, 250, 300]
    assert run["coco/bbox_mAP"].step.tolist() == [100, 200, 300]


def test_allennlp_writes_a_file_an_epoch(tmp_path: Path) -> None:
    for e, v in enumerate(VALUES):
        (tmp_path / f"metrics_epoch_{e}.json").write_text(
            json.dumps({"epoch": e, "training_loss": v, "best_epoch": 0}, indent=2)
        )
    run = cr.read(tmp_path)
    assert run["training_loss"].step.tolist() == [0, 1, 2, 3]
    assert run["training_loss"].value.tolist() == VALUES


def test_rllib_counts_timesteps(tmp_path: Path) -> None:
    rows = [
        {
            "episode_reward_mean": v,
            "hist_stats": {"episode_reward": [v] * (i + 1)},
            "info": {"learner": {"default_policy": {"learner_stats": {"kl": 0.01}}}},
            "timesteps_total": 4000 * (i + 1),
            "training_iteration": i + 1,
            "done": False,
        }
        for i, v in enumerate(VALUES)
    ]
    run = _read(tmp_path, "result.json", _lines(rows))
    assert run["episode_reward_mean"].step.tolist() == [4000, 8000, 12000, 16000]
    assert "info.learner.default_policy.learner_stats.kl" in run.curves
    assert any("hist_stats.episode_reward" in n.message for n in run.notes)


def test_short_lists_are_columns_and_numbers_may_be_quoted(tmp_path: Path) -> None:
    rows = [{"step": str(i), "loss": f"{v:.4f}", "per_class": [v, 0.5]} for i, v in enumerate(VALUES)]
    run = _read(tmp_path, "log.jsonl", _lines(rows))
    assert run["loss"].value.tolist() == VALUES
    assert run["per_class.0"].value.tolist() == VALUES
    assert run["per_class.1"].value.tolist() == [0.5] * 4


def test_a_trainers_state_under_another_name(tmp_path: Path) -> None:
    log = [{"loss": v, "epoch": i / 2, "step": 10 * i} for i, v in enumerate(VALUES)]
    run = _read(
        tmp_path,
        "training_logs.json",
        json.dumps({"best_metric": None, "global_step": 30, "log_history": log}, indent=2),
    )
    assert run["loss"].step.tolist() == [0, 10, 20, 30]


def test_seeds_and_agents_of_one_table_are_runs(tmp_path: Path) -> None:
    text = "seed,epoch,loss\n" + "".join(f"{s},{e},{s + 1 / (e + 1)}\n" for s in (1, 2) for e in range(5))
    (tmp_path / "log.csv").write_text(text)
    runs = cr.read_all(tmp_path)
    assert [len(r["loss"]) for r in runs] == [5, 5]
    assert [r["loss"].value[0] for r in runs] == [2.0, 3.0]


def test_a_counter_that_steps_back_beside_the_loss_shows_no_restart(tmp_path: Path) -> None:
    """Lightning's learning-rate monitor writes its row one step behind."""
    rows = "step,epoch,train_loss,lr\n"
    for i in range(49, 400, 50):
        rows += f"{i + 1},{i // 100},,0.1\n{i},{i // 100},{4 - i / 200},\n"
    (tmp_path / "metrics.csv").write_text(rows)
    run = cr.read(tmp_path)
    assert len(run["train_loss"]) == 8
    assert len(run["lr"]) == 8
    assert not [n for n in run.notes if "resume" in n.message]


def test_points_at_steps_that_are_no_numbers_are_not_taken_for_those_of_sacred(tmp_path: Path) -> None:
    acc = {"steps": [0, "b"], "values": [0.25, 0.5]}
    (tmp_path / "history.json").write_text(json.dumps({"acc": acc, "loss": {"steps": "-inf", "values": [2.0, 1.0]}}))
    run = cr.read(tmp_path)
    assert run["values"].value.tolist() == [0.25, 0.5]


def test_lists_behind_plain_entries_are_columns_where_they_are_long(tmp_path: Path) -> None:
    document = {"env_id": "CartPole-v1", "episodes": 12, "episode_rewards": [float(i) for i in range(12)], "best": 11.0}
    assert _read(tmp_path, "episode_rewards.json", document).curves["episode_rewards"].value.tolist() == list(range(12))
    (tmp_path / "summary").mkdir()
    (tmp_path / "summary" / "scores.json").write_text(
        json.dumps({"model": "a", "loss": 0.3, "losses": [0.2, 0.4, 0.3]})
    )
    with pytest.raises(cr.ReadError):
        cr.read(tmp_path / "summary")


def test_a_list_that_counts_says_that_scores_beside_it_are_a_course(tmp_path: Path) -> None:
    document = {"episodes": [1, 2, 3, 4], "scores": VALUES, "model": "a"}
    assert _read(tmp_path, "training_log.json", document)["scores"].value.tolist() == VALUES
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "scores.json").write_text(json.dumps({"scores": VALUES, "model": "a"}))
    with pytest.raises(cr.ReadError):
        cr.read(tmp_path / "answers")
