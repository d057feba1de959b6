"""A long ``.wandb`` file gives its bytes back while its rows are read, and the rows are the same."""

from __future__ import annotations

import mmap
from pathlib import Path

import pytest

from curveread.readers import pieces
from curveread.readers.pieces import Pieces
from curveread.readers.wandb import datastore, history
from curveread.readers.wandb.reader import WandbReader
from tests.benchmarks import logs
from tests.support.wandb_writer import in_pieces


def test_rows_are_the_same_where_their_bytes_are_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run-a.wandb"
    logs.wandb(path, 3000)
    (whole,) = WandbReader().read(path)
    monkeypatch.setattr(history, "_CHUNK", 16)
    monkeypatch.setattr(datastore, "_LARGE", 1)
    monkeypatch.setattr(datastore, "_TOGETHER", 2)
    monkeypatch.setattr(pieces, "_PIECE", mmap.PAGESIZE)
    given: list[int] = []
    passed = Pieces.passed

    def noted(self: Pieces, start: int, end: int) -> None:
        passed(self, start, end)
        given.append(end)
        assert not self.bytes()[: end - end % mmap.PAGESIZE].any()

    monkeypatch.setattr(Pieces, "passed", noted)
    (part,) = WandbReader().read(path)
    assert given[-1] > 0.9 * path.stat().st_size
    assert part.curves == whole.curves
    assert part.config == whole.config


@pytest.mark.parametrize(
    "raw", [b"", b"\0", b"\0" * 70_000, b"\0" * 40_000 + b"a", b"a" + b"\0" * 70_000, b"a" * 32768]
)
def test_where_the_last_byte_stands_that_is_not_zero(raw: bytes) -> None:
    written = len(raw.rstrip(b"\0")) or len(raw)
    file = in_pieces(raw)
    assert datastore._written(file, file.bytes()) == written
