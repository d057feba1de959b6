"""Masked CRC-32C (Castagnoli) of many records at once.

A CRC is linear over GF(2): the checksum of a message is the XOR of what each of its bytes contributes,
and that depends only on the byte and on how many bytes follow it. So the records of one length are laid
out as the rows of a matrix, and every column (two bytes wide) is one look-up in a table of 65,536 entries.
Longer records are cut into blocks of 256 bytes, which are moved to their place by multiplying with a power of x.
Very long ones (images, histograms) are few, and go to a C library one by one.

References
----------
RFC 3720, appendix B.4 (the polynomial and its test vectors).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from google_crc32c import value as checksum
from numpy.typing import NDArray

from curveread.arrays import ByteArray, IntArray
from curveread.readers.tensorboard.columns import column

Words = NDArray[np.uint32]

SHORT = 128
"""Records up to this many bytes are checked column by column: 128 tables of 256 KiB at most."""
BLOCK = 256
"""Longer records are checked in blocks of this many bytes."""

_LONG = 4096
"""Records from this many bytes on are checked one by one by the C library: a call costs less than 4 KiB of columns."""

_FEW = 512
"""Rows for which a table of 65,536 entries a column would cost more than it saves."""
_AT_ONCE = 8192
"""Blocks worked on at once: they stay in the processor's cache."""

_BATCH = 1 << 18
"""Blocks whose places are worked out together."""

_POLYNOMIAL = 0x82F63B78
_DELTA = 0xA282EAD8
_ONES = 0xFFFFFFFF


def mask(crc: int) -> int:
    """Return the form in which a TFRecord stores a checksum."""
    return ((crc >> 15 | crc << 17) + _DELTA) & _ONES


def unmask(stored: Words) -> Words:
    """Return the checksums behind their stored forms, (n,) uint32 -> (n,) uint32."""
    rotated = stored - np.uint32(_DELTA)
    return rotated << np.uint32(15) | rotated >> np.uint32(17)


@lru_cache(maxsize=1)
def _byte_table() -> Words:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(_POLYNOMIAL), table >> 1).astype(np.uint32)
    return table


def _then_zero(state: Words) -> Words:
    return _byte_table().take(state & np.uint32(0xFF)) ^ state >> np.uint32(8)


_followed: list[Words] = []


def _followed_by(zeros: int) -> Words:
    """Return the contribution of each byte value with ``zeros`` bytes behind it, (256,) uint32."""
    if not _followed:
        _followed.append(_byte_table())
    while len(_followed) <= zeros:
        _followed.append(_then_zero(_followed[-1]))
    return _followed[zeros]


@lru_cache(maxsize=1)
def _all_followed() -> Words:
    return np.stack([_followed_by(zeros) for zeros in range(SHORT)])


@lru_cache(maxsize=SHORT)
def _pair_followed_by(zeros: int) -> Words:
    """Return the contribution of two bytes, first one in the low half, with ``zeros`` bytes behind, (65536,)."""
    return (_followed_by(zeros)[:, None] ^ _followed_by(zeros + 1)[None, :]).reshape(-1)


@lru_cache(maxsize=64)
def _shift(log2: int) -> tuple[Words, ...]:
    """Return tables, one for each byte of a state, lowest first, that append 2**log2 zero bytes to it."""
    if log2:
        return tuple(_shifted(table, log2 - 1) for table in _shift(log2 - 1))
    return tuple(_then_zero(np.arange(256, dtype=np.uint32) << np.uint32(8 * byte)) for byte in range(4))


def _shifted(state: Words, log2: int) -> Words:
    out = np.zeros_like(state)
    for byte, table in enumerate(_shift(log2)):
        out ^= table.take(state >> np.uint32(8 * byte) & np.uint32(0xFF))
    return out


def _of_zeros(length: IntArray) -> Words:
    state = np.full(length.size, _ONES, dtype=np.uint32)
    for bit in range(int(length.max(initial=0)).bit_length()):
        state = np.where(length >> bit & 1, _shifted(state, bit), state)
    return state ^ np.uint32(_ONES)


@lru_cache(maxsize=65536)
def of_zeros(length: int) -> int:
    """Return the CRC of ``length`` zero bytes: what its start and final inversion add to a record."""
    return int(_of_zeros(np.array([length]))[0])


def contribution(rows: ByteArray, spans: Iterable[tuple[int, int]], length: int) -> Words:
    """Return what some bytes of each row add to the CRC-32C of its first ``length`` bytes.

    The XOR of the contributions of all bytes and of :func:`of_zeros` is the checksum.

    Parameters
    ----------
    rows
        (n, width) uint8, C-contiguous.
    spans
        First byte and end of each stretch, without overlap, within ``length``.
    length
        ByteArray that are checked, at most :data:`SHORT`.

    Returns
    -------
    numpy.ndarray
        (n,) uint32.
    """
    crc = np.zeros(len(rows), dtype=np.uint32)
    if len(rows) < _FEW:  # not worth the large tables
        for a, b in spans:
            behind = np.arange(length - 1 - a, length - 1 - b, -1)
            crc ^= np.bitwise_xor.reduce(_all_followed()[behind, rows[:, a:b]], axis=1)
        return crc
    for a, b in spans:
        for at in range(a, b - 1, 2):
            crc ^= _pair_followed_by(length - 2 - at).take(column(rows, "<u2", at))
        if (b - a) % 2:
            crc ^= _followed_by(length - b).take(rows[:, b - 1])
    return crc


def crc_of_rows(rows: ByteArray, length: int) -> Words:
    """Return the CRC-32C of the first ``length`` bytes of each row, (n,) uint32, unmasked; as :func:`contribution`."""
    return contribution(rows, [(0, length)], length) ^ np.uint32(of_zeros(length))


def crc_of_spans(buffer: ByteArray, start: IntArray, length: IntArray) -> Words:
    """Return the CRC-32C of stretches of a buffer, of any and differing lengths of at least 1, (n,) uint32, unmasked.

    The buffer, (size,) uint8, holds at least :data:`BLOCK` bytes before the first stretch.
    """
    crc = np.empty(start.size, dtype=np.uint32)
    long = length >= _LONG
    crc[long] = [checksum(buffer[a : a + n]) for a, n in zip(start[long].tolist(), length[long].tolist(), strict=True)]
    crc[~long] = _of_short_spans(buffer, start[~long], length[~long])
    return crc


def _of_short_spans(buffer: ByteArray, start: IntArray, length: IntArray) -> Words:
    """Return the CRC-32C of many short stretches, all at once."""
    blocks = -(-length // BLOCK)
    batch = np.cumsum(blocks) // _BATCH
    edges = np.flatnonzero(np.diff(batch, prepend=-1, append=-1)).tolist() if start.size else []
    crc = np.zeros(start.size, dtype=np.uint32)
    for a, b in pairwise(edges):
        crc[a:b] = _states_of_batch(buffer, start[a:b], length[a:b], blocks[a:b])
    return crc ^ _of_zeros(length)


def _states_of_batch(buffer: ByteArray, start: IntArray, length: IntArray, blocks: IntArray) -> Words:
    """Return the state behind each stretch when it begins at 0."""
    first = np.cumsum(blocks) - blocks
    behind = np.repeat(first + blocks - 1, blocks) - np.arange(
        int(blocks.sum()), dtype=np.int64
    )  # blocks of the stretch behind each
    at = np.repeat(start + length, blocks) - (behind + 1) * BLOCK
    # The first block may begin before its stretch: zeros there change nothing, since the state begins at 0.
    before = blocks * BLOCK - length
    state = np.empty(at.size, dtype=np.uint32)
    words = np.empty((BLOCK // 4, _AT_ONCE), dtype="<u4")
    for a in range(0, at.size, _AT_ONCE):
        columns = words[:, : at[a : a + _AT_ONCE].size]
        _fill(columns, buffer, at[a : a + _AT_ONCE])
        heads = slice(*np.searchsorted(first, (a, a + _AT_ONCE)).tolist())
        fronts = first[heads] - a
        rows = np.ascontiguousarray(columns[:, fronts].T).view(np.uint8)
        rows *= np.arange(BLOCK) >= before[heads, None]
        columns[:, fronts] = rows.view("<u4").T
        state[a : a + _AT_ONCE] = _states(columns)
    log2 = BLOCK.bit_length() - 1
    while behind.any():  # join every second block with the one behind it
        odd = (behind & 1).astype(np.bool_)
        left, kept = np.flatnonzero(odd), np.flatnonzero(~odd)
        state[left + 1] ^= _shifted(state[left], log2)
        state, behind, log2 = state[kept], behind[kept] >> 1, log2 + 1
    return state


def _fill(columns: Words, buffer: ByteArray, at: IntArray) -> None:
    """Lay out the blocks that begin at some places of a buffer as columns of words, (BLOCK / 4, n)."""
    edges = [0, *(np.flatnonzero(np.diff(at) != BLOCK) + 1).tolist(), at.size]
    if len(edges) > at.size // 64:
        window: NDArray[Any] = np.ndarray((buffer.size - BLOCK + 1,), f"V{BLOCK}", buffer, 0, (1,))
        columns[:] = window[at].view("<u4").reshape(-1, BLOCK // 4).T
        return
    for a, b in pairwise(edges):  # long records: their blocks lie one behind the other
        blocks: Words = np.ndarray((b - a, BLOCK // 4), "<u4", buffer, int(at[a]), (BLOCK, 4))
        columns[:, a:b] = blocks.T


def _states(columns: Words) -> Words:
    """Return the state behind each column of words, (words, n) -> (n,), when it begins at 0.

    Four bytes a step, the same two tables for all.
    """
    low, high = _pair_followed_by(2), _pair_followed_by(0)
    state = np.zeros(columns.shape[1], dtype="<u4")
    for words in columns:
        state ^= words
        halves = state.view("<u2")
        state = low.take(halves[::2])
        state ^= high.take(halves[1::2])
    return state


@lru_cache(maxsize=1)
def length_checksums() -> Words:
    """Return the stored checksum of each record length below 65,536, (65536,) uint32."""
    return _masked(_pair_followed_by(6) ^ np.uint32(of_zeros(8)))


def checksum_of_lengths(length: Words) -> Words:
    """Return the stored checksums of record lengths, (n,) uint32 -> (n,) uint32."""
    low, high = length & np.uint32(0xFFFF), length >> np.uint32(16)
    return _masked(_pair_followed_by(6).take(low) ^ _pair_followed_by(4).take(high) ^ np.uint32(of_zeros(8)))


def _masked(crc: Words) -> Words:
    return (crc >> np.uint32(15) | crc << np.uint32(17)) + np.uint32(_DELTA)


def masked_crc32c(data: bytes) -> int:
    """Return the stored checksum of one short byte string."""
    return mask(checksum(data))
