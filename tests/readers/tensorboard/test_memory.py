"""Large event files are read piece by piece: the same bytes, spare zeros around them, memory that is given back."""

from __future__ import annotations

import gc
import mmap
import os
from io import BufferedReader
from pathlib import Path

import numpy as np
import pytest

from curveread.errors import ReadError
from curveread.readers import pieces
from curveread.readers.tensorboard import memory
from curveread.readers.tensorboard import scalars as decoding
from curveread.readers.tensorboard.memory import PAD, Log, load
from curveread.readers.tensorboard.reader import TensorBoardReader
from curveread.run.notes import NoteKind
from tests.benchmarks import logs
from tests.support.event_files import ramp, write


def _in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read every file piece by piece, a page at a time."""
    monkeypatch.setattr(memory, "_PIECEWISE", 1)
    monkeypatch.setattr(pieces, "_PIECE", mmap.PAGESIZE)


def _both(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Log, Log]:
    read = load(path)
    _in_pieces(monkeypatch)
    piecewise = load(path)
    assert read.pieces is None
    assert piecewise.pieces is not None
    return read, piecewise


@pytest.mark.parametrize("size", [1, 100, mmap.PAGESIZE - 1, mmap.PAGESIZE, mmap.PAGESIZE + 1, 5 * mmap.PAGESIZE])
def test_piecewise_and_read_are_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(np.random.default_rng(size).bytes(size))
    read, piecewise = _both(path, monkeypatch)
    assert np.array_equal(read.look(-PAD, size + PAD), piecewise.look(-PAD, size + PAD))
    piecewise.passed(0, size)
    assert piecewise.bytes_at(0, size) == path.read_bytes(), "what was given back is read anew"
    at = np.arange(0, size, 7)
    piecewise.passed(0, size)
    assert np.array_equal(read.gather(at, 9), piecewise.gather(at, 9))
    view = piecewise.view(0, size)
    del piecewise, read
    gc.collect(1)  # what is as young as these
    assert bytes(view) == path.read_bytes(), "a stretch that is still in use keeps its memory"


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert load(tmp_path / "file").size == 0


def test_points_of_a_file_read_piecewise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, [e for k in range(40) for e in (*ramp("loss", range(k * 100, k * 100 + 100)),)])
    (plain,) = TensorBoardReader().read(path)
    _in_pieces(monkeypatch)
    (piecewise,) = TensorBoardReader().read(path)
    assert np.array_equal(plain.curves["loss"].value, piecewise.curves["loss"].value)
    assert np.array_equal(plain.curves["loss"].step, piecewise.curves["loss"].step)
    assert plain.notes == piecewise.notes == ()


def test_a_large_file_that_is_shortened_while_it_is_read_is_damaged_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, [e for k in range(40) for e in (*ramp("loss", range(k * 100, k * 100 + 100)),)])
    _in_pieces(monkeypatch)
    log = load(path)
    monkeypatch.setattr("curveread.readers.tensorboard.reader.load", lambda _: log)
    log.bytes_at(0, 100)
    os.truncate(path, path.stat().st_size // 2)
    (part,) = TensorBoardReader().read(path)
    assert 0 < len(part.curves["loss"]) < 4000
    assert {n.kind for n in part.notes} == {NoteKind.CORRUPT}  # where it ends, and perhaps in the record cut in two


def test_points_are_the_same_however_often_they_are_settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.out.tfevents.1.a"
    logs.irregular(path, 20_000)
    at_once = decoding.scalars(load(path)).series
    monkeypatch.setattr(decoding, "_SETTLED", 0)
    monkeypatch.setattr("curveread.readers.tensorboard.tfrecord._BATCH", 500)
    settled = decoding.scalars(load(path)).series
    assert list(settled) == list(at_once)
    for tag, series in at_once.items():
        for field in ("record", "step", "wall_time", "value"):
            assert np.array_equal(getattr(settled[tag], field), getattr(series, field))


def test_curves_that_were_logged_together_share_their_steps_and_times(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1.a"
    logs.regular(path, 1000)
    (part,) = TensorBoardReader().read(path)
    first, *others = part.curves.values()
    assert all(np.shares_memory(c.step, first.step) and np.shares_memory(c.wall_time, first.wall_time) for c in others)
    assert not any(np.shares_memory(c.value, first.value) for c in others)


def test_a_file_that_is_too_large_is_closed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, ramp("loss", range(20)))
    opened: list[BufferedReader] = []
    real = memory.open_regular
    monkeypatch.setattr(memory, "open_regular", lambda path: opened.append(real(path)) or opened[-1])
    monkeypatch.setenv("CURVEREAD_LIMITS", "bytes=10")
    with pytest.raises(ReadError, match="the limit is 10"):
        load(file)
    assert opened[0].closed
