"""Cuts files and changes their bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

SWEEPS = [11, pytest.param(1, marks=pytest.mark.slow)]
"""Every how many bytes a file is cut or changed: a part of the sweep, and, where there is time for it, all of it."""


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
