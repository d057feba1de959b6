"""Text in a byte buffer, looked at eight bytes at a time and in many places at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import ByteArray, IntArray, WordArray

REACH = 48
"""Bytes that must lie behind the last text that is looked at."""


_PRIME = np.uint64(0x9E3779B97F4A7C15)
_FRONT = np.array([(1 << 8 * k) - 1 for k in range(9)], np.uint64)
"""Mask of a word's first k bytes."""


def reuse_memory() -> None:
    """Make the C library keep memory that arrays of up to 16 MiB give back, instead of having it mapped anew each time.

    glibc learns that from the first such array that is freed (its dynamic threshold for mmap); elsewhere this does
    nothing. Work on many pieces of a file is about a sixth faster after it.
    """
    np.empty(1 << 24, np.uint8)


def _words_at(buf: ByteArray, at: IntArray, count: int) -> WordArray:
    """Return (count, n) the words that lie one behind the other at each place; a place below 0 counts as 0."""
    window: NDArray[Any] = np.ndarray((buf.size - 8 * count + 1,), f"V{8 * count}", buf, 0, (1,))
    return np.ascontiguousarray(window[np.maximum(at, 0)].view("<u8").reshape(-1, count).T)


def digests(buf: ByteArray, a: IntArray, b: IntArray) -> WordArray:
    """Return 64 bits that tell the texts ``buf[a:b]`` apart. O(n) for texts of usual length."""
    size = b - a
    digest = size.view(np.uint64) * _PRIME
    for i, word in enumerate(_words_at(buf, a, 3)):
        _mix(digest, word & _FRONT.take(size - 8 * i, mode="clip"))
    long = np.flatnonzero(size > 24)
    if long.size:
        a, b, mixed = a[long], b[long], digest[long]
        for offset in range(24, int(size[long].max()), 8):  # words behind a text's end are its last one once more
            _mix(mixed, _words_at(buf, np.minimum(a + offset, b - 8), 1)[0])
        digest[long] = mixed
    return digest


def _mix(digest: WordArray, word: WordArray) -> None:
    digest ^= word
    digest *= _PRIME
    digest ^= digest >> np.uint64(29)
