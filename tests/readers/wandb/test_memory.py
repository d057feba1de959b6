"""A long ``.wandb`` file gives its bytes back while its rows are read, and the rows are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from curveread.readers.wandb import datastore, history
from curveread.readers.wandb.reader import WandbReader
from tests.benchmarks import logs


def test_rows_are_the_same_where_their_bytes_are_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run-a.wandb"
    logs.wandb(path, 3000)
    (whole,) = WandbReader().read(path)
    monkeypatch.setattr(history, "_CHUNK", 16)
    given: list[int] = []
    give_back = datastore.give_back

    def noted(buffer: np.ndarray, end: int) -> None:
        give_back(buffer, end)
        given.append(end)
        assert not buffer[: end - end % 4096].any()

    monkeypatch.setattr("curveread.readers.wandb.reader.give_back", noted)
    (part,) = WandbReader().read(path)
    assert given[-1] > 0.9 * path.stat().st_size
    assert part.curves == whole.curves
    assert part.config == whole.config


@pytest.mark.parametrize(
    "raw", [b"", b"\0", b"\0" * 70_000, b"\0" * 40_000 + b"a", b"a" + b"\0" * 70_000, b"a" * 32768]
)
def test_where_the_last_byte_stands_that_is_not_zero(raw: bytes) -> None:
    written = len(raw.rstrip(b"\0")) or len(raw)
    assert datastore._written(datastore.padded(raw), len(raw)) == written
