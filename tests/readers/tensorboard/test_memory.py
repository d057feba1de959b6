"""Large event files are mapped instead of read: the same bytes, spare zeros around them, memory that is given back."""

from __future__ import annotations

import gc
import mmap
from pathlib import Path

import numpy as np
import pytest

from curveread.readers.tensorboard import memory
from curveread.readers.tensorboard.memory import PAD, Log, load
from curveread.readers.tensorboard.reader import TensorBoardReader
from tests.support.event_files import ramp, write


def _both(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Log, Log]:
    read = load(path)
    monkeypatch.setattr(memory, "_MAPPED", 0)
    mapped = load(path)
    assert read.mapped is None
    assert mapped.mapped is not None, "this system maps files"
    return read, mapped


@pytest.mark.parametrize("size", [1, 100, mmap.PAGESIZE - 1, mmap.PAGESIZE, mmap.PAGESIZE + 1, 5 * mmap.PAGESIZE])
def test_mapped_and_read_are_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(np.random.default_rng(size).bytes(size))
    read, mapped = _both(path, monkeypatch)
    assert np.array_equal(read.buffer, mapped.buffer)
    assert mapped.buffer.size == PAD + size + PAD
    mapped.passed(0, size)
    assert mapped.bytes_at(0, size) == path.read_bytes(), "what was given back is read anew"
    view = mapped.view(0, size)
    del mapped, read
    gc.collect()
    assert bytes(view) == path.read_bytes(), "a stretch that is still in use keeps the file mapped"


def test_a_file_that_cannot_be_mapped_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MAPPED", 0)
    (tmp_path / "file").write_bytes(b"")
    log = load(tmp_path / "file")
    assert (log.mapped, log.size) == (None, 0), "no system maps an empty file"


def test_points_of_a_mapped_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, [e for k in range(40) for e in (*ramp("loss", range(k * 100, k * 100 + 100)),)])
    (plain,) = TensorBoardReader().read(path)
    monkeypatch.setattr(memory, "_MAPPED", 0)
    (mapped,) = TensorBoardReader().read(path)
    assert np.array_equal(plain.curves["loss"].value, mapped.curves["loss"].value)
    assert np.array_equal(plain.curves["loss"].step, mapped.curves["loss"].step)
    assert plain.notes == mapped.notes == ()
