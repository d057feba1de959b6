"""Where a training ends and another begins; what is no point though it looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.run.notes import NoteKind
from tests.readers.text_log.support import points, read, read_all, said


def _steps(first: float, steps: range, total: int = 100) -> str:
    return "".join(f"step:{i}/{total} train_loss:{first / (1 + i / 20):.4f} step_avg:12.5ms\n" for i in steps)


def test_completed_trainings_of_one_file_are_runs(tmp_path: Path) -> None:
    text = "=== seed 1 ===\n" + _steps(4.0, range(0, 101, 10)) + "=== seed 2 ===\n" + _steps(4.1, range(0, 101, 10))
    text += "=== seed 3 ===\n" + _steps(4.2, range(0, 41, 10))
    parts = read_all(tmp_path, text)
    assert [p.key for p in parts] == ["training 1", "training 2", "training 3"]
    assert [p.curves["train_loss"].step.tolist()[-1] for p in parts] == [100, 100, 40]
    assert [p.curves["train_loss"].value.tolist()[0] for p in parts] == [4.0, 4.1, 4.2]
    assert all(not p.segments for p in parts)
    assert "3 trainings" in said(parts[0], NoteKind.MERGED)


def test_the_shorter_training_behind_a_longer_one_is_not_stitched_onto_it(tmp_path: Path) -> None:
    text = "".join(f"batch: {i}, loss: {5 / i:.3f}\n" for i in (10, 20, 30, 40)) + "".join(
        f"batch: {i}, loss: {5.5 / i:.3f}\n" for i in (10, 20, 30)
    )
    first, second = read_all(tmp_path, text)
    assert points(first, "loss")[-1] == (40, 0.125)
    assert points(second, "loss") == [(10, 0.55), (20, 0.275), (30, 0.183)]


def test_a_start_from_scratch_after_a_crash_is_an_attempt(tmp_path: Path) -> None:
    text = _steps(4.0, range(0, 41, 10)) + "Traceback (most recent call last):\n" + _steps(4.1, range(0, 101, 10))
    part = read(tmp_path, text)
    assert [s["train_loss"].step.tolist()[-1] for s in part.segments] == [40, 100]


def test_a_counter_that_starts_over_while_the_loss_goes_on_is_no_new_training(tmp_path: Path) -> None:
    first = "".join(f"step {i}: loss={4 - i / 50:.3f}\n" for i in range(0, 101, 10))
    second = "".join(f"step {i}: loss={2 - i / 100:.3f}\n" for i in range(0, 61, 10))
    part = read(tmp_path, first + second)
    assert len(part.segments) == 2


def _epochs(epochs: range, total: int, keras: bool) -> str:
    if not keras:
        return "".join(f"Epoch {e}/{total} loss: {3 / (1 + e / 9):.4f} val_loss: 2.{e:02d}\n" for e in epochs)
    bar = "100/100 [==============================] - 8s 5ms/step - loss: {:.4f} - val_loss: 2.{:02d}\n"
    return "".join(f"Epoch {e}/{total}\n" + bar.format(3 / (1 + e / 9), e) for e in epochs)


@pytest.mark.parametrize("keras", [True, False])
def test_epochs_towards_another_total_and_far_on_are_of_another_training(tmp_path: Path, keras: bool) -> None:
    text = (
        _epochs(range(1, 11), 10, keras) + "#### The same with another activation\n" + _epochs(range(21, 31), 30, keras)
    )
    first, second = read_all(tmp_path, text)
    assert first.curves["val_loss"].step.tolist() == list(range(1, 11))
    assert second.curves["val_loss"].step.tolist() == list(range(21, 31))


@pytest.mark.parametrize("keras", [True, False])
@pytest.mark.parametrize(
    ("epochs", "total"),
    [(range(11, 21), 20), (range(12, 21), 20), (range(21, 23), 30), (range(21, 31), 10)],
    ids=["goes on", "a line is lost", "too few", "the same total"],
)
def test_a_training_that_goes_on_is_one(tmp_path: Path, keras: bool, epochs: range, total: int) -> None:
    (part,) = read_all(tmp_path, _epochs(range(1, 11), 10, keras) + _epochs(epochs, total, keras))
    assert part.curves["val_loss"].step.tolist() == [*range(1, 11), *epochs]


def test_records_written_again_count_once(tmp_path: Path) -> None:
    rows = [f"epoch {e}: loss={3 - e / 5:.3f} acc=0.{e}5\n" for e in range(1, 7)]
    part = read(tmp_path, "".join("".join(rows[:n]) for n in range(1, 7)))
    assert points(part, "loss") == [(1, 2.8), (2, 2.6), (3, 2.4), (4, 2.2), (5, 2.0), (6, 1.8)]
    assert not part.segments
    assert "written again" in said(part, NoteKind.MERGED)


def test_the_end_of_a_log_shown_once_more_is_no_restart(tmp_path: Path) -> None:
    text = _steps(4.0, range(0, 101, 10))
    tail = text.splitlines(keepends=True)[-3:]
    part = read(tmp_path, text + "=== exit_status=0 ===\n" + "".join(tail))
    assert len(part.curves["train_loss"]) == 11
    assert not part.segments


def test_source_code_above_the_log_is_no_point(tmp_path: Path) -> None:
    code = "import torch\nfor step in range(num_iterations):\n    val_loss = 0.0\n    lr = 6e-4\n    print(f'step {step} loss {loss:.4f}')\n"
    text = code + "=" * 100 + "\n" + _steps(4.0, range(0, 101, 10))
    part = read(tmp_path, text)
    assert set(part.curves) == {"train_loss", "step_avg"}


def test_source_code_above_each_of_many_logs_is_no_point(tmp_path: Path) -> None:
    code = "    val_loss = 0.0\n    best_acc = 0.0\n"
    parts = read_all(tmp_path, "".join(code + _steps(4.0 + s / 10, range(0, 101, 10)) for s in range(4)))
    assert [set(p.curves) for p in parts] == [{"train_loss", "step_avg"}] * 4


def test_results_and_configs_are_no_points(tmp_path: Path) -> None:
    text = "lr: 0.1\nbatch_size: 32\nloss_weight: 0.5\n" + _steps(4.0, range(0, 101, 10))
    text += "Final test loss: 0.0512\nBest accuracy: 0.9912\n"
    assert set(read(tmp_path, text).curves) == {"train_loss", "step_avg"}


def test_two_axes_of_one_run_are_not_mixed(tmp_path: Path) -> None:
    text = "".join(
        f"iteration {i}: policy_loss=0.{i}5 entropy=1.{i}\nframes {4096 * i}: reward={i}.5\n" for i in range(1, 7)
    )
    part = read(tmp_path, text)
    assert points(part, "reward") == [(i, i + 0.5) for i in range(1, 7)]
    assert "placed at what was printed before" in said(part, NoteKind.X_AXIS)


def test_a_log_whose_first_line_lies_far_behind(tmp_path: Path) -> None:
    text = (
        "loading shard of the data set from disk\n" * 4000
        + _steps(4.0, range(0, 101, 10))
        + "cleaning up the cache\n" * 8000
    )
    assert len(read(tmp_path, text).curves["train_loss"]) == 11


def test_files_without_an_extension(tmp_path: Path) -> None:
    assert len(read(tmp_path, _steps(4.0, range(0, 101, 10)), "train_output").curves["train_loss"]) == 11


def _session(episodes: int, loss: float, first: int = 1) -> str:
    text = f"====\nTraining Session Started: 2026-02-03 15:{10 + int(loss)}:53\n====\n\n"
    for i in range(first, episodes + 1):
        text += f"Episode {i}/{episodes} | Deliveries: {3 * i} | Loss: {loss + i / 8:.4f} | ε: 0.05{i % 10}\n"
    return text + "FINAL RESULTS (Online DQN Learning)\nSuccess rate: 1.0\nTotal deliveries: 3\n\n"


def test_each_session_that_a_banner_begins_is_a_training_even_one_of_a_single_episode(tmp_path: Path) -> None:
    parts = read_all(tmp_path, "".join(_session(n, i + 1.0) for i, n in enumerate((1, 1, 1, 10, 10, 1))))
    assert [p.curves["Loss"].step.tolist() for p in parts] == [[1], [1], [1], [*range(1, 11)], [*range(1, 11)], [1]]
    assert [p.curves["Success rate"].value.tolist() for p in parts] == [[1.0]] * 6
    assert {p.x_axis for p in parts} == {"episode"}
    assert parts[0].config["algorithm"] == "DQN"
    assert points(parts[3], "ε")[:2] == [(1, 0.051), (2, 0.052)]
    assert "several processes" not in said(parts[0], NoteKind.MERGED)


def test_a_banner_that_is_printed_once_starts_nothing(tmp_path: Path) -> None:
    text = "".join(f"step {i}: loss={4 / i:.4f}\n" for i in range(1, 9))
    part = read(tmp_path, f"step 1: loss=4.1000\n# begin training\n{text}")
    assert not part.segments


def test_words_of_a_start_within_an_epoch_cut_nothing(tmp_path: Path) -> None:
    text = "".join(
        f"Epoch {e}\nStarting training\nloss: {3 / e:.3f}\nStarting validation\nval_loss: {4 / e:.3f}\n"
        for e in range(1, 9)
    )
    part = read(tmp_path, text)
    assert points(part, "loss") == [(e, round(3 / e, 3)) for e in range(1, 9)]
    assert not part.segments
