"""Numbers that are called after a split alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.run.roles import role_of
from tests.readers.text_log.support import READER, points, read

LOSS = [(250 * i, 3.6 / (1 + i / 4)) for i in range(10)]


@pytest.mark.parametrize("mark", ["", ":", " ="])
def test_what_falls_is_a_loss(tmp_path: Path, mark: str) -> None:
    line = "  step {:5d} | train{mark} {:.3f} | val{mark} {:.3f} | {}s elapsed\n"
    text = "Training for 2250 steps ...\n"
    text += "".join(line.format(step, v, v + 0.05, 3 + step // 9, mark=mark) for step, v in LOSS)
    part = read(tmp_path, text)
    assert points(part, "train loss") == [(step, round(v, 3)) for step, v in LOSS]
    assert points(part, "val loss") == [(step, round(v + 0.05, 3)) for step, v in LOSS]
    assert [role_of(tag).value for tag in ("train loss", "val loss")] == ["train-loss", "eval-loss"]


def test_what_rises_or_stands_beside_a_metric_is_none(tmp_path: Path) -> None:
    rising = "".join(f"step {step} | train {1 / v:.3f} | val {1 / v:.3f}\n" for step, v in LOSS)
    assert set(read(tmp_path, rising).curves) == {"train", "val"}
    beside = "".join(f"step {step} | loss {v:.3f} | train {v:.2f} | val {v:.2f}\n" for step, v in LOSS)
    assert set(read(tmp_path, beside).curves) == {"loss", "train", "val"}


def test_durations_are_none(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    path.write_text("".join(f"step {step} | train {v:.1f}s | val {v:.1f}s\n" for step, v in LOSS))
    assert not READER.claims(path)
