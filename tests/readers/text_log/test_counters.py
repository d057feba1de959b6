"""What counts in a line, and what is only named like a counter: sizes and lengths."""

from __future__ import annotations

from pathlib import Path

from curveread.readers.text_log.nearly import nearly
from curveread.run.notes import NoteKind
from tests.readers.text_log.support import points, read, read_all, said

LINE = "[{step:06d}/90000] set-{name} | psnr {value:.2f} | mem 3.1/15.9GB (20%) | eta 61.3 min | batch {batch}\n"


def test_a_size_that_never_changes_is_no_counter(tmp_path: Path) -> None:
    text = "Batch=8 | Workers=4 | LR=0.0001\n"
    text += "".join(LINE.format(step=i, name="abc"[i % 3], value=20 + i / 500, batch=8) for i in range(0, 5000, 500))
    part = read(tmp_path, text)
    assert points(part, "psnr") == [(i, 20 + i / 500) for i in range(0, 5000, 500)]
    assert not {"Workers", "LR"} & set(part.curves)
    assert "batch is 8 in every line" in said(part, NoteKind.X_AXIS)
    assert "settings" in said(part, NoteKind.SKIPPED)


def test_a_counter_behind_the_metrics_that_advances_stays_the_step(tmp_path: Path) -> None:
    text = "".join(f"[{s // 4}/3] loss 0.{s}5 | step {s * 10}\n" for s in range(12))
    assert [step for step, _ in points(read(tmp_path, text), "loss")] == list(range(0, 120, 10))


def test_settings_above_a_training_are_no_step(tmp_path: Path) -> None:
    text = "Config: width=64\n        lr=0.01, clip=1.0, iterations=4000\n"
    text += "".join(f"Iteration {i}/4000, Loss: {9 - i / 100:.4f}, Grad Norm: 0.5\n" for i in (0, 100, 200))
    part = read(tmp_path, text)
    assert points(part, "Loss") == [(0, 9.0), (100, 8.0), (200, 7.0)]
    assert set(part.curves) == {"Loss", "Grad Norm"}
    assert "line 2 left out: settings of the training below" in said(part, NoteKind.SKIPPED)


def test_each_of_two_trainings_has_settings_above_it(tmp_path: Path) -> None:
    text = "".join(
        f"epochs=4, lr=0.0{n}\n" + "".join(f"Epoch {i}/4: loss {n + 3 / i}\n" for i in (1, 2, 3, 4)) for n in (1, 2)
    )
    parts = read_all(tmp_path, text)
    assert [points(p, "loss")[-1] for p in parts] == [(4, 1.75), (4, 2.75)]
    assert all("lr" not in p.curves for p in parts)


def test_a_rate_in_a_line_of_its_own_is_no_setting(tmp_path: Path) -> None:
    text = "".join(f"Epoch: {i}, lr: {0.1 / i}\nEpoch: {i}, loss: {3 - i / 4}\n" for i in (1, 2, 3))
    assert points(read(tmp_path, text), "lr") == [(i, 0.1 / i) for i in (1, 2, 3)]


def test_the_pattern_offered_takes_no_total_for_a_metric(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_text("".join(LINE.format(step=i, name="x7", value=20.5, batch=8) for i in range(9)))
    near = nearly(path)
    assert near is not None
    assert (near.argument, near.value) == ("pattern", r"\[(?P<step>\d+).*?psnr (?P<psnr>[-+.\deE]+)")
