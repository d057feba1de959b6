"""Text in a byte buffer, looked at eight bytes at a time and in many places at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["REACH", "digest_of", "digests", "first_of", "repeated", "reuse_memory", "words_at"]

REACH = 48
"""Bytes that must lie behind the last text that is looked at."""

Bytes = NDArray[np.uint8]
Int = NDArray[np.int64]
Word = NDArray[np.uint64]


def repeated(byte: int) -> np.uint64:
    """Return a word of eight equal bytes."""
    return np.uint64(int.from_bytes(bytes([byte]) * 8, "little"))


_ONES, _HIGHS = repeated(0x01), repeated(0x80)
_BYTE_OF = np.uint64(0x0001020304050607)
"""Times 256**k, its highest byte is k."""
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_FRONT = np.array([(1 << 8 * k) - 1 for k in range(9)], np.uint64)
"""Mask of a word's first k bytes."""


def reuse_memory() -> None:
    """Make the C library keep memory that arrays of up to 16 MiB give back, instead of having it mapped anew each time.

    glibc learns that from the first such array that is freed (its dynamic threshold for mmap); elsewhere this does
    nothing. Work on many pieces of a file is about a sixth faster after it.
    """
    np.empty(1 << 24, np.uint8)


def words_at(buf: Bytes, at: Int, count: int) -> Word:
    """Return (count, n) the words that lie one behind the other at each place; a place below 0 counts as 0."""
    window: NDArray[Any] = np.ndarray((buf.size - 8 * count + 1,), f"V{8 * count}", buf, 0, (1,))
    return np.ascontiguousarray(window[np.maximum(at, 0)].view("<u8").reshape(-1, count).T)


def first_of(byte: np.uint64, word: Word) -> Int:
    """Return which byte of each word is the first that equals ``byte`` (:func:`repeated`), 8 where none does."""
    differs = word ^ byte
    hit = differs - _ONES
    hit &= ~differs
    hit &= _HIGHS
    lowest = ~hit
    lowest += np.uint64(1)
    lowest &= hit
    lowest >>= np.uint64(7)
    lowest *= _BYTE_OF
    lowest >>= np.uint64(56)
    lowest[hit == 0] = 8
    return lowest.view(np.int64)


def digests(buf: Bytes, a: Int, b: Int) -> Word:
    """Return 64 bits that tell the texts ``buf[a:b]`` apart. O(n) for texts of usual length."""
    size = b - a
    digest = digest_of(words_at(buf, a, 3), size)
    long = np.flatnonzero(size > 24)
    if long.size:
        a, b, mixed = a[long], b[long], digest[long]
        for offset in range(24, int(size[long].max()), 8):  # words behind a text's end are its last one once more
            _mix(mixed, words_at(buf, np.minimum(a + offset, b - 8), 1)[0])
        digest[long] = mixed
    return digest


def digest_of(words: Word, size: Int) -> Word:
    """Return 64 bits that tell texts apart whose first ``size`` bytes are among ``words`` (:func:`words_at`)."""
    digest = size.view(np.uint64) * _PRIME
    for i, word in enumerate(words):
        _mix(digest, word & _FRONT.take(size - 8 * i, mode="clip"))
    return digest


def _mix(digest: Word, word: Word) -> None:
    digest ^= word
    digest *= _PRIME
    digest ^= digest >> np.uint64(29)
