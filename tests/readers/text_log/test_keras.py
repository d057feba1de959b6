"""Keras' progress bars, in files with carriage returns, colours and backspaces: the last state of each bar counts."""

from __future__ import annotations

from pathlib import Path

from curveread.run.notes import NoteKind
from tests.readers.text_log.support import points, read, said

LOSSES = (("2.1044", "1.9021"), ("1.7108", "1.7641"), ("1.4987", "1.6012"))


def _bar(done: int, loss: str) -> str:
    filled = "=" * (done // 10) + ">" + "." * (9 - done // 10)
    return f"{done}/100 [{filled}] - ETA: {100 - done}s - loss: {loss} - accuracy: 0.1000"


def test_keras_2_rewrites_its_bar(tmp_path: Path) -> None:
    text = "Train on 3200 samples, validate on 640 samples\n"
    for epoch, (loss, val) in enumerate(LOSSES, 1):
        text += f"Epoch {epoch}/3\n" + "".join(f"\r{_bar(i, '9.9999')}" for i in range(1, 100, 14))
        text += f"\r100/100 [==============================] - 5s 50ms/step - loss: {loss} - accuracy: 0.4968"
        text += f" - val_loss: {val} - val_accuracy: 0.4768\n"
    part = read(tmp_path, text)
    assert part.x_axis == "epoch"
    assert points(part, "loss") == [(1, 2.1044), (2, 1.7108), (3, 1.4987)]
    assert points(part, "val_loss") == [(1, 1.9021), (2, 1.7641), (3, 1.6012)]
    assert set(part.curves) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_keras_3_prints_its_last_bar_twice(tmp_path: Path) -> None:
    text = ""
    for epoch, (loss, val) in enumerate(LOSSES, 1):
        text += f"Epoch {epoch}/3\n"
        for i in (1, 40, 80):
            text += f"\x1b[1m{i:3d}/100\x1b[0m \x1b[32m━━━━━━━━\x1b[0m\x1b[37m━━━━━━━━━━━━\x1b[0m \x1b[1m3s\x1b[0m 30ms/step"
            text += " - accuracy: 0.1234 - loss: 8.8888" + "\b" * 80
        head = "\x1b[1m100/100\x1b[0m \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m3s\x1b[0m 31ms/step"
        text += f"{head} - accuracy: 0.4968 - loss: 7.7777" + "\b" * 80
        text += f"{head} - accuracy: 0.5012 - loss: {loss} - val_accuracy: 0.4768 - val_loss: {val}"
        text += " - learning_rate: 0.0010\n"
    part = read(tmp_path, text)
    assert points(part, "loss") == [(1, 2.1044), (2, 1.7108), (3, 1.4987)]
    assert points(part, "learning_rate") == [(1, 0.001), (2, 0.001), (3, 0.001)]
    assert points(part, "val_loss") == [(1, 1.9021), (2, 1.7641), (3, 1.6012)]


def test_verbose_2_prints_a_line_an_epoch(tmp_path: Path) -> None:
    text = "".join(
        f"Epoch {e}/3\n469/469 - 3s - loss: {loss} - accuracy: 0.9 - val_loss: {val} - 3s/epoch - 6ms/step\n"
        for e, (loss, val) in enumerate(LOSSES, 1)
    )
    part = read(tmp_path, text)
    assert points(part, "loss") == [(1, 2.1044), (2, 1.7108), (3, 1.4987)]
    assert points(part, "val_loss") == [(1, 1.9021), (2, 1.7641), (3, 1.6012)]


def test_an_epoch_that_was_cut_is_no_point(tmp_path: Path) -> None:
    text = ""
    for epoch, (loss, _) in enumerate(LOSSES, 1):
        text += f"Epoch {epoch}/9\n100/100 [==============================] - 5s 50ms/step - loss: {loss}\n"
    text += "Epoch 4/9\n 37/100 [==========>...................] - ETA: 3s - loss: 1.2345\n"
    part = read(tmp_path, text)
    assert points(part, "loss") == [(1, 2.1044), (2, 1.7108), (3, 1.4987)]
    assert "never were full" in said(part, NoteKind.SKIPPED)


def test_lightning_bars_show_their_metrics_at_the_end(tmp_path: Path) -> None:
    text = ""
    for epoch, (loss, _) in enumerate(LOSSES):
        for p in (10, 60, 100):
            shown = loss if p == 100 else "9.999"
            text += f"\rEpoch {epoch}: {p:3d}%|{'█' * (p // 10)}| {p}/100 [00:05<00:05, 10.01it/s, v_num=3, train_loss={shown}]"
        text += "\n"
    part = read(tmp_path, text)
    assert points(part, "train_loss") == [(0, 2.1044), (1, 1.7108), (2, 1.4987)]


def test_one_bar_over_the_whole_training_counts_its_steps(tmp_path: Path) -> None:
    text = "".join(
        f"\r{i}%|{'█' * (i // 10)}| {i}/100 [00:0{i // 10}<00:09,  9.5it/s, loss={3 - i / 50:.2f}]"
        for i in range(10, 101, 10)
    )
    part = read(tmp_path, text + "\n")
    assert points(part, "loss")[:3] == [(10, 2.8), (20, 2.6), (30, 2.4)]
    assert "of a progress bar" in said(part, NoteKind.X_AXIS)


def test_two_epochs_of_bars_are_a_log(tmp_path: Path) -> None:
    bar = "10/10 [==============================] - 1s 90ms/step - loss: "
    part = read(tmp_path, f"Epoch 1/2\n{bar}0.5\nEpoch 2/2\n{bar}0.4\n")
    assert points(part, "loss") == [(1, 0.5), (2, 0.4)]
