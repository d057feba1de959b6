"""A file in memory, read whole or, when it is large, mapped: pages that were looked at are given back."""

from __future__ import annotations

import ctypes
import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import ByteArray, IntArray
from curveread.errors import ReadError

__all__ = ["PAD", "Log", "held", "load"]

PAD = 256
"""Spare bytes before and after the file in memory, so that whole words can be gathered at its ends."""
_MAPPED = 1 << 28
"""Bytes from which a file is mapped; a smaller one is read as fast, and cannot be shortened under our hands."""
_MAP_FIXED = 0x10  # the same on Linux and macOS; Python's mmap has no name for it


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """A file in memory.

    Parameters
    ----------
    buffer
        (PAD + size + PAD,) uint8.
    size
        Bytes of the file.
    mapped
        The memory that the file is mapped into, None when it was read.
    """

    buffer: ByteArray
    size: int
    mapped: mmap.mmap | None = None

    def gather(self, at: IntArray, width: int) -> ByteArray:
        """Return ``width`` bytes from each place of the file, (n, width) uint8, C-contiguous."""
        window: NDArray[Any] = np.ndarray((self.buffer.size - PAD - width + 1,), f"V{width}", self.buffer, PAD, (1,))
        return window[at].view(np.uint8).reshape(-1, width)

    def words(self, at: IntArray) -> NDArray[np.uint32]:
        """Return the little-endian 32-bit word at each place of the file, (n,) uint32."""
        return self.gather(at, 4).view("<u4")[:, 0]

    def view(self, start: int, length: int) -> memoryview:
        """Return a stretch of the file without copying it."""
        return self.buffer[PAD + start : PAD + start + length].data

    def bytes_at(self, start: int, length: int) -> bytes:
        """Return a stretch of the file."""
        return self.buffer[PAD + start : PAD + start + length].tobytes()

    def passed(self, start: int, end: int) -> None:
        """Give back the memory of a stretch of a mapped file; it is read anew where it is looked at again."""
        if self.mapped is not None:
            first, last = (at // mmap.PAGESIZE * mmap.PAGESIZE for at in (start, end))
            if last > first:
                self.mapped.madvise(mmap.MADV_DONTNEED, mmap.PAGESIZE + first, last - first)


def load(path: Path) -> Log:
    """Take a file into memory.

    Raises
    ------
    ReadError
        When it cannot be opened.
    """
    try:
        with path.open("rb") as f:
            f.seek(0, 2)
            size = f.tell()
            f.seek(0)
            return (_mapped(f, size) if size >= _MAPPED else None) or _read(f, size)
    except OSError as e:
        raise ReadError(f"{path}: cannot be read ({e.strerror or e})") from e


def held(raw: bytes) -> Log:
    """Return bytes as a file in memory."""
    buffer = np.zeros(PAD + len(raw) + PAD, dtype=np.uint8)
    buffer[PAD : PAD + len(raw)] = np.frombuffer(raw, np.uint8)
    return Log(buffer, len(raw))


def _read(f: IO[bytes], size: int) -> Log:
    buffer = np.empty(PAD + size + PAD, dtype=np.uint8)
    buffer[:PAD] = 0
    read = 0
    raw: Any = f
    while read < size and (n := raw.readinto(buffer[PAD + read : PAD + size].data)):
        read += n
    buffer[PAD + read :] = 0
    return Log(buffer[: PAD + read + PAD], read)


def _mapped(f: IO[bytes], size: int) -> Log | None:
    """Map a file into the middle of a stretch of zeros; None where the system cannot."""
    page = mmap.PAGESIZE
    if not hasattr(mmap, "MAP_PRIVATE") or not hasattr(mmap, "MADV_DONTNEED"):
        return None
    room = mmap.mmap(-1, page + size + 2 * page, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    whole = np.frombuffer(room, np.uint8)
    try:
        system_map = ctypes.CDLL(None).mmap
    except (OSError, AttributeError):
        return None
    system_map.restype = ctypes.c_void_p
    system_map.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    place = whole.ctypes.data + page
    if system_map(place, size, mmap.PROT_READ, mmap.MAP_PRIVATE | _MAP_FIXED, f.fileno(), 0) != place:
        return None
    buffer = whole[page - PAD : page + size + PAD]
    buffer.flags.writeable = False
    return Log(buffer, size, room)
