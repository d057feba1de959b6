"""A file in memory, read whole or, when it is large, piece by piece as it is looked at; pieces are given back."""

from __future__ import annotations

import mmap
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import ByteArray, IntArray
from curveread.errors import ReadError
from curveread.readers.pieces import Pieces
from curveread.readers.regular import not_too_large, open_regular

PAD = 256
"""Spare bytes before and after the file in memory, so that whole words can be gathered at its ends."""
_PIECEWISE = 1 << 25
"""Bytes from which a file is read piece by piece; a smaller one is read at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """A file in memory, (PAD + size + PAD,) uint8.

    Of a file that is read piece by piece only what was looked at by the methods is there.
    """

    buffer: ByteArray
    size: int
    pieces: Pieces | None = None

    def look(self, start: int, end: int) -> ByteArray:
        """Return a stretch of the file, (end - start,) uint8; places up to PAD beyond its ends are zeros."""
        if self.pieces is not None:
            self.pieces.fetch(max(start, 0), min(end, self.size))
        return self.buffer[PAD + start : PAD + end]

    def gather(self, at: IntArray, width: int) -> ByteArray:
        """Return ``width`` bytes from each place of the file, (n, width) uint8, C-contiguous."""
        if self.pieces is not None and at.size:
            self.look(int(at.min()), int(at.max()) + width)
        window: NDArray[Any] = np.ndarray((self.buffer.size - PAD - width + 1,), f"V{width}", self.buffer, PAD, (1,))
        return window[at].view(np.uint8).reshape(-1, width)

    def words(self, at: IntArray) -> NDArray[np.uint32]:
        """Return the little-endian 32-bit word at each place of the file, (n,) uint32."""
        return self.gather(at, 4).view("<u4")[:, 0]

    def view(self, start: int, length: int) -> memoryview:
        """Return a stretch of the file without copying it; it holds until the stretch is given back."""
        return self.look(start, start + length).data

    def bytes_at(self, start: int, length: int) -> bytes:
        """Return a stretch of the file."""
        return self.look(start, start + length).tobytes()

    def passed(self, start: int, end: int) -> None:
        """Give back the memory of a large file up to a stretch's end; it is read anew where it is looked at again."""
        if self.pieces is not None:
            self.pieces.passed(start, end)


def load(path: Path) -> Log:
    """Take a file into memory.

    Raises
    ------
    ReadError
        When it cannot be opened.
    """
    try:
        with ExitStack() as stack:
            file = stack.enter_context(open_regular(path))
            size = file.seek(0, 2)
            not_too_large(size, path)
            file.seek(0)
            if size >= _PIECEWISE and hasattr(mmap, "MADV_DONTNEED"):
                stack.pop_all()  # it goes on reading the file
                pieces = Pieces(file, size)
                return Log(pieces.bytes(PAD)[: PAD + size + PAD], size, pieces)
            buffer = np.zeros(PAD + size + PAD, dtype=np.uint8)
            read = file.readinto(buffer[PAD : PAD + size].data)
            return Log(buffer[: PAD + read + PAD], read)
    except OSError as e:
        raise ReadError(f"{path}: cannot be read ({e.strerror or e})") from e


def held(raw: bytes) -> Log:
    """Return bytes as a file in memory."""
    buffer = np.zeros(PAD + len(raw) + PAD, dtype=np.uint8)
    buffer[PAD : PAD + len(raw)] = np.frombuffer(raw, np.uint8)
    return Log(buffer, len(raw))
