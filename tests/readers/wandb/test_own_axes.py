"""``define_metric``: metrics with an x-axis of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curveread.readers.base import Part
from curveread.readers.wandb.reader import WandbReader
from curveread.run.notes import NoteKind
from tests.support import wandb_writer as w

_Rows = Sequence[Mapping[str, Any]]


def _read(tmp_path: Path, metrics: Mapping[str, str], rows: _Rows) -> Part:
    start = w.run_record("abc", 1_700_000_000)
    said = [w.metric_record(name, axis) for name, axis in metrics.items()]
    logged = [w.history({"_step": i, "_timestamp": 1.7e9 + i, **row}, i) for i, row in enumerate(rows)]
    (part,) = WandbReader().read(w.write(tmp_path / "run-abc.wandb", [start, *said, *logged, w.exit_record()]))
    return part


def _axis_notes(part: Part) -> list[str]:
    return [n.message for n in part.notes if n.kind is NoteKind.X_AXIS and "logged against" in n.message]


def _train(n: int = 40) -> list[dict[str, float]]:
    return [{"train/loss": 1 / (i + 1), "train/step": i * 5} for i in range(n)]


def test_a_step_of_ones_own_that_goes_back_is_a_restart(tmp_path: Path) -> None:
    rows = [*_train(), *({"train/loss": 0.5, "train/step": 100 + i * 5} for i in range(30))]
    part = _read(tmp_path, {"train/*": "train/step"}, rows)
    before, after = part.segments
    assert before["train/loss"].step.tolist() == [i * 5 for i in range(40)]
    assert after["train/loss"].step.tolist() == [100 + i * 5 for i in range(30)]
    assert part.curves["train/loss"] == after["train/loss"]


def test_evaluations_of_all_checkpoints_logged_at_the_end_get_the_steps_that_they_say(tmp_path: Path) -> None:
    rows = [*_train(), *({"val/loss": 1 + i, "val/step": i * 50} for i in range(4))]
    part = _read(tmp_path, {"train/*": "train/step", "val/*": "val/step"}, rows)
    assert part.x_axis == "train/step"
    assert part.curves["train/loss"].step.tolist() == [i * 5 for i in range(40)]
    assert part.curves["val/loss"].step.tolist() == [0, 50, 100, 150]
    assert part.curves["val/loss"].value.tolist() == [1, 2, 3, 4]
    assert not part.segments, "steps that go back in another metric's rows are no restart"
    assert _axis_notes(part) == ["val/loss was logged against val/step; the steps are those of val/step"]


def test_metrics_against_epochs_stay_where_the_run_was(tmp_path: Path) -> None:
    rows: list[dict[str, float]] = []
    for i, row in enumerate(_train()):
        rows.append(row)
        if i % 10 == 9:
            rows.append({"val/loss": 1.0 / i, "val/acc": i / 40, "epoch": i // 10})
    part = _read(tmp_path, {"*": "train/step", "val/*": "epoch"}, rows)
    assert part.curves["val/loss"].step.tolist() == [45, 95, 145, 195]
    assert _axis_notes(part) == [
        "val/loss, val/acc were logged against epoch; placed at the train/step of the same rows"
    ]


def test_metrics_against_epochs_logged_at_the_end_go_to_the_end_of_their_epoch(tmp_path: Path) -> None:
    rows = [{**row, "epoch": i // 10} for i, row in enumerate(_train())]
    rows += [{"val/loss": 1.0 + e, "epoch": e} for e in range(4)]
    part = _read(tmp_path, {"train/*": "train/step", "val/*": "epoch"}, rows)
    assert part.curves["val/loss"].step.tolist() == [45, 95, 145, 195]
    assert _axis_notes(part) == [
        "val/loss was logged against epoch; placed at the train/step at which epoch had the same value"
    ]


def test_the_name_beats_a_pattern_and_the_longer_pattern_a_shorter_one(tmp_path: Path) -> None:
    rows = [*_train(), *({"val/loss": 1 + i, "val/f1": i, "val/step": i * 50, "late/step": 10 * i} for i in range(4))]
    part = _read(tmp_path, {"*": "train/step", "val/*": "val/step", "val/f*": "late/step"}, rows)
    assert part.curves["val/loss"].step.tolist() == [0, 50, 100, 150]
    assert part.curves["val/f1"].step.tolist() == [0, 10, 20, 30]


def test_an_axis_of_a_few_points_is_not_that_of_the_run(tmp_path: Path) -> None:
    rows = [{"loss": 1 / (i + 1)} | ({"gen/step": i, "gen/bleu": i / 40} if i % 10 == 0 else {}) for i in range(40)]
    part = _read(tmp_path, {"gen/*": "gen/step"}, rows)
    assert part.curves["loss"].step.tolist() == list(range(40))
    assert part.curves["gen/bleu"].step.tolist() == [0, 10, 20, 30]
    assert not _axis_notes(part), "gen/step is the row's own step: nothing to tell"
