"""Evaluations that are printed in the words of the training, told by the line above them."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.readers.text_log.line.announced import announced
from curveread.run.notes import NoteKind
from tests.readers.text_log.support import points, read, said

LINE = "epoch: {e},  loss is: {loss:.4f}, acc is: {acc:.4f}\n"
TRAIN = [(e, 1 / (e + 1)) for e in range(5)]


def _log(announce: str, back: str) -> str:
    text = ""
    for e, loss in TRAIN:
        text += LINE.format(e=e, loss=loss, acc=0.5)
        text += announce + LINE.format(e=e, loss=loss + 0.25, acc=0.25) + back
    return text


@pytest.mark.parametrize("back", ["Now continue training…\nNew model saved!\n\n", "", "Evaluation finished.\n"])
@pytest.mark.parametrize(
    ("announce", "split"),
    [
        ("testing in eval mode…\n", "test"),
        ("Evaluating...\n", "eval"),
        ("05-02 10:00 - INFO - Start validation\n", "validation"),
    ],
)
def test_a_line_that_announces_an_evaluation_names_the_next(
    tmp_path: Path, announce: str, split: str, back: str
) -> None:
    part = read(tmp_path, _log(announce, back))
    assert points(part, "loss") == [(e, round(v, 4)) for e, v in TRAIN]
    assert points(part, f"{split} loss") == [(e, round(v + 0.25, 4)) for e, v in TRAIN]
    assert points(part, f"{split} acc") == [(e, 0.25) for e, _ in TRAIN]
    assert not said(part, NoteKind.X_AXIS)


def test_an_evaluation_before_the_first_epoch(tmp_path: Path) -> None:
    text = "testing in eval mode…\n" + LINE.format(e=0, loss=2.5, acc=0.07) + "a warning\n"
    part = read(tmp_path, text + _log("testing in eval mode…\n", "Now continue training\n"))
    assert points(part, "loss") == [(e, round(v, 4)) for e, v in TRAIN]
    assert points(part, "test loss")[:2] == [(0, 2.5), (0, 1.25)]
    assert "1 of test loss" in said(part, NoteKind.X_AXIS)


def test_lines_of_the_training_below_an_announcement_stay_the_trainings(tmp_path: Path) -> None:
    text = ""
    for i in range(100, 900, 100):
        text += f"step {i}: loss {9 - i / 100}\n"
        text += "Evaluating...\nval loss 1.5\n" if i % 200 == 0 else ""
    part = read(tmp_path, text)
    assert points(part, "loss") == [(i, 9 - i / 100) for i in range(100, 900, 100)]
    assert set(part.curves) == {"loss", "val loss"}


def test_steps_and_lines_without_a_counter(tmp_path: Path) -> None:
    text = ""
    for i in (100, 200, 300):
        text += f"step {i} loss {9 - i / 100}\nRunning validation\nstep {i} loss {9.5 - i / 100}\n"
    assert points(read(tmp_path, text), "validation loss") == [(100, 8.5), (200, 7.5), (300, 6.5)]
    text = ""
    for e in (1, 2, 3):
        text += f"Epoch {e}/3\nloss: {3 - e / 2} acc: 0.{e}\nValidation phase\nloss: {3 - e / 4} acc: 0.0{e}\n"
    part = read(tmp_path, text)
    assert points(part, "loss") == [(1, 2.5), (2, 2.0), (3, 1.5)]
    assert points(part, "validation acc") == [(1, 0.01), (2, 0.02), (3, 0.03)]


def test_an_epoch_of_an_evaluation_is_one_too(tmp_path: Path) -> None:
    text = ""
    for e in (1, 2, 3):
        text += f"Training epoch {e}\nloss: {3 - e / 2}\nValidation epoch {e}\nloss: {3 - e / 4}\n"
    part = read(tmp_path, text)
    assert points(part, "loss") == [(1, 2.5), (2, 2.0), (3, 1.5)]
    assert points(part, "validation loss") == [(1, 2.75), (2, 2.5), (3, 2.25)]


@pytest.mark.parametrize(
    ("line", "split"),
    [
        ("testing in eval mode……", "test"),
        ("===== Evaluation =====", "eval"),
        ("[INFO] Start evaluating the model on the test set", "eval"),
        ("Validation:", "validation"),
        ("Now continue training……", ""),
        ("Evaluation done", ""),
        ("Epoch 3/10", ""),
        ("Saving best validation model", None),
        ("Loading validation dataset", None),
        ("nothing of the kind", None),
        ("", None),
    ],
)
def test_what_announces(line: str, split: str | None) -> None:
    assert announced(line.encode()) == split


def test_the_split_of_the_first_metric_holds_for_the_line(tmp_path: Path) -> None:
    text = ""
    for e in (1, 2, 3):
        text += f"Epoch {e} train_loss: {3 - e / 2}, rec: 0.{e}, lr: 0.1, time: 12s\n"
        text += f"Epoch {e} val_loss: {3 - e / 4}, rec: 0.0{e}, lr: 0.1, time: 3s\n"
    part = read(tmp_path, text)
    assert points(part, "rec") == [(1, 0.1), (2, 0.2), (3, 0.3)]
    assert points(part, "val rec") == [(1, 0.01), (2, 0.02), (3, 0.03)]
    assert set(part.curves) == {"train_loss", "val_loss", "rec", "val rec", "lr", "time"}


def test_a_metric_of_evaluations_alone_keeps_its_name(tmp_path: Path) -> None:
    text = "".join(f"Epoch {e} loss: {3 - e / 2}\nEpoch {e} val_loss: 1.{e}, dice: 0.{e}\n" for e in (1, 2, 3))
    assert set(read(tmp_path, text).curves) == {"loss", "val_loss", "dice"}


def test_estimators_evaluations_have_names_of_their_own(tmp_path: Path) -> None:
    text = ""
    for i in range(0, 400, 100):
        text += f"INFO:tensorflow:loss = {4 - i / 200}, step = {i} (1.08 sec)\n"
        text += f"INFO:tensorflow:Saving dict for global step {i}: accuracy = 0.{i + 100}, global_step = {i}, loss = 5.{i}\n"
    part = read(tmp_path, text)
    assert points(part, "loss") == [(i, 4 - i / 200) for i in range(0, 400, 100)]
    assert points(part, "eval loss") == [(0, 5.0), (100, 5.1), (200, 5.2), (300, 5.3)]
    assert points(part, "eval accuracy") == [(0, 0.1), (100, 0.2), (200, 0.3), (300, 0.4)]
    assert len(part.curves) == 3
