"""What the user states of a printed log, and what a refusal says."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import curveread as cr
from curveread.cli.codes import worded
from curveread.errors import ArgumentError, NoLogsError
from curveread.readers.text_log.nearly import nearly


def _odd(folder: Path) -> Path:
    path = folder / "odd.txt"
    path.write_text("".join(f"t{i}> mse~{3 / (i + 1):.4f} !\n" for i in range(20)))
    return path


def _bare(folder: Path) -> Path:
    path = folder / "bare.txt"
    path.write_text("".join(f"{i} 0.{i}5 1e-4 7\n" for i in range(10, 30)))
    return path


def test_a_pattern_reads_what_nothing_else_does(tmp_path: Path) -> None:
    run = cr.read(_odd(tmp_path), pattern=r"t(?P<step>\d+)> mse~(?P<loss>\S+)")
    assert run["loss"].step.tolist() == list(range(20))
    assert run["loss"].value[:3].tolist() == [3.0, 1.5, 1.0]


def test_columns_name_bare_numbers(tmp_path: Path) -> None:
    run = cr.read(_bare(tmp_path), columns=["step", "loss", "lr", "_"])
    assert set(run.curves) == {"loss", "lr"}
    assert run["loss"].step.tolist() == list(range(10, 30))
    assert run["loss"].value[0] == 0.105


@pytest.mark.parametrize("pattern", ["(", "loss"])
def test_a_pattern_that_says_nothing_is_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(ArgumentError, match="pattern"):
        cr.read(_odd(tmp_path), pattern=pattern)


def test_a_pattern_and_columns_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="not both"):
        cr.read(_odd(tmp_path), pattern=r"(?P<loss>\d+)", columns=["loss"])


def test_a_refusal_shows_the_lines_and_the_option(tmp_path: Path) -> None:
    path = _odd(tmp_path)
    with pytest.raises(NoLogsError) as refused:
        cr.read(path)
    message = str(refused.value)
    assert "20 lines such as 't19> mse~0.1500 !' come near" in message
    assert refused.value.argument == "pattern"
    assert f"pattern={refused.value.value!r} would read it" in message
    assert len(cr.read(path, pattern=str(refused.value.value)).curves) == 1
    near = nearly(_bare(tmp_path))
    assert near is not None
    assert (near.argument, near.value) == ("columns", ["step", "loss", "c3", "c4"])
    assert "--columns step,loss,c3,c4 would read it" in worded(NoLogsError("x", near.argument, near.value))
    assert "--pattern '" in worded(pickle.loads(pickle.dumps(refused.value)))
    plain = tmp_path / "plain.txt"
    plain.write_text("nothing to see here\n" * 20)
    assert nearly(plain) is None


def test_a_last_number_that_may_be_cut_is_left_out_here_too(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_text("".join(f"t{i}> mse~{3 / (i + 7)!r}\n" for i in range(20))[:-8])
    run = cr.read(path, pattern=r"t(?P<step>\d+)> mse~(?P<loss>\S+)")
    assert run["loss"].step.tolist() == list(range(19))
    assert "may be cut" in " ".join(n.message for n in run.notes)


def test_the_pattern_that_is_offered_names_all_metrics_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_text(
        "".join(f"t{i}> mse~{3 / (i + 1):.4f} ! psnr~{20 + i / 4:.2f} (of 40) rate~0.01\n" for i in range(20))
    )
    near = nearly(path)
    assert near is not None
    run = cr.read(path, pattern=str(near.value))
    assert {t: len(c) for t, c in run.curves.items()} == {"mse": 20, "psnr": 20, "rate": 20}
    assert run["psnr"].step.tolist() == [*range(20)]
