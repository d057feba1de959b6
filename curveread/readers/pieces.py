"""Memory for a file that is read piece by piece as it is looked at, and that is given back.

A large file is not mapped: a mapped one that is shortened while it is read ends the process.
"""

from __future__ import annotations

import mmap
from io import BufferedReader

import numpy as np

from curveread.arrays import ByteArray

_PIECE = 1 << 20


class Pieces:
    """A file of so many bytes and the memory that its pieces are read into; what was not looked at is zeros.

    There is a page in front of the first byte, and room ``behind`` the last one.
    """

    def __init__(self, file: BufferedReader, size: int, behind: int = 0) -> None:
        self._file, self.size = file, size
        private = getattr(mmap, "MAP_PRIVATE", 0) | getattr(mmap, "MAP_ANONYMOUS", 0)
        room = mmap.PAGESIZE + size + behind + mmap.PAGESIZE
        self._room = mmap.mmap(-1, room, flags=private) if private else mmap.mmap(-1, room)
        self._there = bytearray(-(-size // _PIECE))  # for each piece whether it is in memory

    def bytes(self, before: int = 0) -> ByteArray:
        """Return the memory from so many bytes before the file on, at most a page."""
        return np.frombuffer(self._room, np.uint8)[mmap.PAGESIZE - before :]

    def fetch(self, start: int, end: int) -> None:
        """Read the pieces of a stretch that are not in memory; what the file has lost meanwhile is zeros."""
        last = (end - 1) // _PIECE + 1
        piece = self._there.find(0, start // _PIECE, last)
        while piece >= 0:
            begin, behind = piece * _PIECE, min((piece + 1) * _PIECE, self.size)
            self._file.seek(begin)
            with memoryview(self._room)[mmap.PAGESIZE + begin : mmap.PAGESIZE + behind] as place:
                self._file.readinto(place)
            self._there[piece] = 1
            piece = self._there.find(0, piece + 1, last)

    def passed(self, start: int, end: int) -> None:
        """Give back the memory from a stretch's start to its end; it is read anew where it is looked at again."""
        first, last = start // _PIECE, end // _PIECE
        if last > first and hasattr(mmap, "MADV_DONTNEED"):
            self._room.madvise(mmap.MADV_DONTNEED, mmap.PAGESIZE + first * _PIECE, (last - first) * _PIECE)
            self._there[first:last] = bytes(last - first)
