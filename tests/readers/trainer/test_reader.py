"""The Trainer state reader against ``json``, on real states and every peculiarity of ``log_history``."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from curveread.errors import CorruptLogError, ReadError
from curveread.readers.trainer.reader import TrainerStateReader
from curveread.run.model import Checkpoint
from curveread.run.notes import NoteKind


def _write(path: Path, log: list[object], **state: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"log_history": log, "global_step": 10, "max_steps": 10, **state}, indent=2, sort_keys=True) + "\n"
    )
    return path


def _read(path: Path):
    (part,) = TrainerStateReader().read(path)
    return part


def _oracle(path: Path) -> dict[str, list[tuple[int, float]]]:
    """The definition, as a loop: a point per entry and key, but for the closing summary."""
    out: dict[str, list[tuple[int, float]]] = {}
    for row in json.loads(path.read_text())["log_history"]:
        if "train_runtime" in row and "train_loss" in row:
            continue
        for key, value in row.items():
            if key == "step" or isinstance(value, (str, bool, list, dict)) or value is None:
                continue
            out.setdefault(key, []).append((row["step"], float(value)))
    return {k: sorted(v, key=lambda p: p[0]) for k, v in out.items()}


def _assert_equals_oracle(path: Path) -> int:
    part, truth = _read(path), _oracle(path)
    assert set(part.curves) == set(truth)
    for key, pairs in truth.items():
        curve = part.curves[key]
        assert curve.step.tolist() == [s for s, _ in pairs]
        assert np.array_equal(curve.value, [v for _, v in pairs], equal_nan=True)
    return sum(map(len, truth.values()))


@pytest.mark.corpus
def test_public_and_trained_states_equal_json(corpus_public: Path, corpus_trained: Path) -> None:
    paths = [*corpus_public.rglob("trainer_state.json"), *corpus_trained.rglob("trainer_state.json")]
    assert len(paths) > 60
    assert sum(map(_assert_equals_oracle, paths)) > 30_000


def test_kinds_of_rows(tmp_path: Path) -> None:
    log = [
        {"eval_loss": 3.0, "epoch": 0, "step": 0},
        {"loss": 2.5, "grad_norm": math.nan, "learning_rate": 0.1, "epoch": 0.5, "step": 5},
        {"loss": math.inf, "grad_norm": 1.0, "learning_rate": 0.05, "epoch": 1.0, "step": 10},
        {"eval_squad_loss": 2.0, "eval_runtime": 1.0, "epoch": 1.0, "step": 10},
        {"eval_mrpc_loss": 1.5, "epoch": 1.0, "step": 10},
        {"reward": None, "kl": 0.5, "step": 10},
        {
            "train_loss": 9.0,
            "train_runtime": 1.0,
            "train_steps_per_second": 3.0,
            "total_flos": 1e9,
            "epoch": 1.0,
            "step": 10,
        },
    ]
    path = _write(tmp_path / "trainer_state.json", log, train_batch_size=8, best_metric=2.0, trial_params={"lr": 1})
    _assert_equals_oracle(path)
    part = _read(path)
    assert part.curves["eval_loss"].step.tolist() == [0], "an evaluation before the first step"
    assert math.isnan(part.curves["grad_norm"].value[0])
    assert part.curves["loss"].value[1] == math.inf
    assert {"eval_squad_loss", "eval_mrpc_loss", "kl"} <= set(part.curves)
    assert not {"train_loss", "train_runtime", "reward", "step"} & set(part.curves)
    assert part.config["train_batch_size"] == 8
    assert part.config["train_loss"] == 9.0
    assert part.config["trial_params.lr"] == 1
    assert any("null" in n.message for n in part.notes)


def test_checkpoints_on_disk(tmp_path: Path) -> None:
    for step in (1000, 500, 20):
        _write(tmp_path / f"checkpoint-{step}" / "trainer_state.json", [{"loss": 1.0, "step": step}])
    (tmp_path / "checkpoint-best").mkdir()
    expected = tuple(Checkpoint(s, str(tmp_path / f"checkpoint-{s}")) for s in (20, 500, 1000))
    assert _read(tmp_path / "checkpoint-20" / "trainer_state.json").checkpoints == expected
    assert _read(_write(tmp_path / "trainer_state.json", [{"loss": 1.0, "step": 1}])).checkpoints == expected


def test_rounding_is_told(tmp_path: Path) -> None:
    values = [2.1234, 2.0001, 1.9, 1.8123, 1.7777, 1.6, 1.5555, 1.4321, 1.3, 1.2]
    part = _read(_write(tmp_path / "trainer_state.json", [{"loss": v, "step": i} for i, v in enumerate(values)]))
    (note,) = [n for n in part.notes if n.kind is NoteKind.ROUNDED]
    assert "4 decimals" in note.message
    exact = [{"loss": v + 1e-9, "step": i} for i, v in enumerate(values)]
    assert not _read(_write(tmp_path / "trainer_state.json", exact)).notes


def test_steps_out_of_order_are_sorted(tmp_path: Path) -> None:
    part = _read(
        _write(
            tmp_path / "trainer_state.json",
            [{"loss": 1.0, "step": 2}, {"loss": 2.0, "step": 1}, {"loss": 3.0, "step": 2}],
        )
    )
    assert part.curves["loss"].step.tolist() == [1, 2, 2]
    assert part.curves["loss"].value.tolist() == [2.0, 1.0, 3.0]


def test_cut_file_keeps_complete_entries(tmp_path: Path) -> None:
    path = _write(tmp_path / "trainer_state.json", [{"loss": 1.0 / i, "epoch": 0.1, "step": i} for i in range(1, 50)])
    path.write_bytes(path.read_bytes()[:-600])
    part = _read(path)
    kept = len(part.curves["loss"])
    assert 35 <= kept < 49
    (note,) = [n for n in part.notes if n.kind is NoteKind.TRUNCATED]
    assert f"{kept} complete log entries kept" in note.message


def test_unusable_states(tmp_path: Path) -> None:
    path = tmp_path / "trainer_state.json"
    for text, says in (("{}", "no log_history"), ("[1]", "expected the object"), ("hello", "not valid JSON")):
        path.write_text(text)
        with pytest.raises(CorruptLogError, match=says):
            _read(path)


def test_entries_of_any_shape(tmp_path: Path) -> None:
    log = [
        {"loss": 1.0, "step": 1},
        "x",
        None,
        {"loss": 2.0},
        {"loss": 2.0, "step": "two"},
        {"loss": True, "step": 3},
        {"loss": "0.25", "step": 4},
    ]
    part = _read(_write(tmp_path / "trainer_state.json", log))
    assert part.curves["loss"].step.tolist() == [1, 4]
    assert part.curves["loss"].value.tolist() == [1.0, 0.25]
    assert any("without a usable step" in n.message for n in part.notes)


def test_a_state_that_cannot_be_read_is_said_in_the_systems_words(tmp_path: Path) -> None:
    path = tmp_path / "trainer_state.json"
    with pytest.raises(ReadError) as gone:
        TrainerStateReader().read(path)
    assert str(gone.value) == f"{path}: No such file or directory"
    path.mkdir()
    with pytest.raises(ReadError) as folder:
        TrainerStateReader().read(path)
    assert str(folder.value) == f"{path}: not a regular file"


def test_an_evaluation_after_the_end_is_not_a_point(tmp_path: Path) -> None:
    log: list[dict[str, float]] = [{"loss": 2 - i / 10, "step": 10 * i} for i in range(1, 7)]
    log[2:2] = [{"eval_loss": 1.5, "step": 20}]
    log += [{"eval_loss": 1.7, "step": 60}, {"train_runtime": 9.0, "train_loss": 1.5, "step": 60}]
    log += [{"eval_loss": 1.5, "eval_runtime": 1.0, "step": 60}]  # the best weights, loaded at the end
    (tmp_path / "trainer_state.json").write_text(json.dumps({"log_history": log, "global_step": 60}))
    (part,) = TrainerStateReader().read(tmp_path / "trainer_state.json")
    assert part.curves["eval_loss"].value.tolist() == [1.5, 1.7]
    assert any("after the end of the training, again at step 60" in n.message for n in part.notes)
