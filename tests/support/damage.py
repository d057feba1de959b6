"""Cuts files and changes their bytes: a reader may then say ReadError, or return fewer points and a note."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from curveread.errors import ReadError
from curveread.readers.base import Reader
from curveread.run.model import Curve


def points_of(reader: Reader, path: Path) -> int:
    """Return how many points are read, 0 with a ReadError; check what every part must keep to."""
    try:
        parts = reader.read(path)
    except ReadError as error:
        said = str(error)
        parts = []
    else:
        said = path.name
    assert path.name in said
    assert "\n" not in said
    if not parts:
        return 0
    count = 0
    for part in parts:
        for curves in part.segments or (part.curves,):
            for tag, curve in curves.items():
                assert isinstance(curve, Curve)
                assert curve.tag == tag
                assert np.all(curve.step[1:] >= curve.step[:-1])
                count += len(curve)
    assert count or any(p.notes for p in parts), "no curve and no word about it"
    return count


def cuts(path: Path, every: int = 1) -> Iterator[int]:
    """Yield the length of each beginning of the file, which then has it."""
    data = path.read_bytes()
    for length in range(0, len(data), every):
        path.write_bytes(data[:length])
        yield length
    path.write_bytes(data)


def flips(path: Path, every: int = 1) -> Iterator[int]:
    """Yield the place of each byte of the file, which then is another one."""
    data = path.read_bytes()
    for at in range(0, len(data), every):
        for flip in (0x01, 0x10, 0x80, 0xFF):
            damaged = bytearray(data)
            damaged[at] ^= flip
            path.write_bytes(damaged)
            yield at
    path.write_bytes(data)
