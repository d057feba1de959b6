"""Lines that say a result once more: they are no points, and what they say for the first time stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.run.notes import NoteKind
from tests.readers.text_log.support import points, read, said

ACCURACY = (0.9127, 0.8973, 0.9204, 0.8815, 0.8786)
TEXT = "".join(
    f"Iteration: {100 * i}\tLoss: {1.5 / (i + 1):.3f}\nEpoch {i}\tAcc: {a}\tnmi: 0.81{i}1\n"
    for i, a in enumerate(ACCURACY)
)


@pytest.mark.parametrize(
    "line",
    [
        "Best Epoch 2\tAcc: 0.9204\tnmi: 0.8121",
        "The best epoch: 2, Acc: 0.920, nmi: 0.812",
        "2026-05-01 12:00:00,123 - INFO - Best epoch: 2, Acc: 0.9204, nmi: 0.8121",
        "✓ Final epoch 4 | Acc: 0.8786 | nmi: 0.8141",
    ],
)
def test_the_best_epoch_at_the_end_is_no_point(tmp_path: Path, line: str) -> None:
    part = read(tmp_path, f"{TEXT}=====\n{line}\n")
    assert [v for _, v in points(part, "Acc")] == list(ACCURACY)
    assert not part.segments
    assert "a result that repeats values printed before" in said(part, NoteKind.SKIPPED)


def test_what_was_not_printed_before_is_kept(tmp_path: Path) -> None:
    part = read(tmp_path, f"{TEXT}Final Epoch 5\tAcc: 0.9311\tnmi: 0.8244\n")
    assert [v for _, v in points(part, "Acc")] == [*ACCURACY, 0.9311]


def test_lines_that_say_the_best_so_far_after_each_epoch_are_no_points(tmp_path: Path) -> None:
    text, best = "", (0, 0.0)
    for i, accuracy in enumerate(ACCURACY):
        best = max(best, (i, accuracy), key=lambda b: b[1])
        text += f"Epoch {i}: loss {1.5 / (i + 1):.3f}, accuracy {accuracy}\n"
        text += f"Best epoch: {best[0]}, accuracy {best[1]}\n"
    part = read(tmp_path, text)
    assert points(part, "accuracy") == [*enumerate(ACCURACY)]


def test_a_line_that_names_the_best_epoch_alone_places_nothing(tmp_path: Path) -> None:
    text = "".join(f"Epoch {i}\nBest epoch: {i // 2}\nval_loss: {1.5 / (i + 1):.3f}\n" for i in range(8))
    assert points(read(tmp_path, text), "val_loss") == [(i, round(1.5 / (i + 1), 3)) for i in range(8)]
