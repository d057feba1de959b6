"""A file in memory, read whole or, when it is large, piece by piece as it is looked at; pieces are given back.

A large file is not mapped: a mapped one that is shortened while it is read ends the process.
"""

from __future__ import annotations

import mmap
from contextlib import ExitStack
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import ByteArray, IntArray
from curveread.errors import ReadError
from curveread.readers.regular import not_too_large, open_regular

PAD = 256
"""Spare bytes before and after the file in memory, so that whole words can be gathered at its ends."""
_PIECEWISE = 1 << 25
"""Bytes from which a file is read piece by piece; a smaller one is read at once."""
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The file of a log that is read piece by piece, and the memory that its pieces are read into.

    One page of the room lies in front of the file's first byte; ``there`` says of each piece whether it is in memory.
    """

    file: BufferedReader
    room: mmap.mmap
    there: bytearray


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
            self._fetch(self.pieces, max(start, 0), min(end, self.size))
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
            first, last = start // _PIECE, end // _PIECE
            if last > first:
                begin = mmap.PAGESIZE + first * _PIECE
                self.pieces.room.madvise(mmap.MADV_DONTNEED, begin, (last - first) * _PIECE)
                self.pieces.there[first:last] = bytes(last - first)

    def _fetch(self, pieces: Pieces, start: int, end: int) -> None:
        """Read the pieces of a stretch that are not in memory; what the file has lost meanwhile is zeros."""
        last = (end - 1) // _PIECE + 1
        piece = pieces.there.find(0, start // _PIECE, last)
        while piece >= 0:
            begin, behind = piece * _PIECE, min((piece + 1) * _PIECE, self.size)
            pieces.file.seek(begin)
            pieces.file.readinto(self.buffer[PAD + begin : PAD + behind].data)
            pieces.there[piece] = 1
            piece = pieces.there.find(0, piece + 1, last)


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
                pieces = _piecewise(file, size)
                stack.pop_all()  # it goes on reading the file
                return pieces
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


def _piecewise(file: BufferedReader, size: int) -> Log:
    room = mmap.mmap(-1, mmap.PAGESIZE + size + mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    buffer = np.frombuffer(room, np.uint8)[mmap.PAGESIZE - PAD : mmap.PAGESIZE + size + PAD]
    return Log(buffer, size, Pieces(file, room, bytearray((size - 1) // _PIECE + 1)))
