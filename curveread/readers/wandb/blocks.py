"""The chunks of a ``.wandb`` file's whole blocks, walked side by side and verified by one checksum.

Every block starts with a chunk, so that all blocks can be walked in lockstep. CRC-32 is linear: a message followed by
its checksum leaves the state 0. Chunks lie one behind the other and each has room for four bytes in front of it (its
own checksum), so that one pass over all of them, with every checksum moved behind its data, ends in the state 0 exactly
when each of them is right (but for one file in four billion that is damaged in several places).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import ByteArray, IntArray

HEADER = b":W&B\xe1\xbe\x00"
BLOCK = 32768
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4
PLAIN = 7
"""Bytes of a chunk's header: checksum, length, type."""
_AT_ONCE = 32  # blocks whose checksums are moved and added up together: 1 MiB, which stays in the cache
_FLIP = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True, slots=True, eq=False)
class Chunks:
    """The chunks of a file's first blocks: (n,) where their headers begin and their data end, (n,) their types.

    ``upto`` is the offset behind the blocks that were walked, the first block that has anything unusual in it.
    """

    start: IntArray
    stop: IntArray
    kind: ByteArray
    upto: int

    def of(self, first: int) -> Chunks:
        """Return the chunks from one on."""
        return Chunks(self.start[first:], self.stop[first:], self.kind[first:], self.upto)

    def followed(self, by: Chunks) -> Chunks:
        """Return these chunks and those behind them."""
        start, stop, kind = (self.start, by.start), (self.stop, by.stop), (self.kind, by.kind)
        return Chunks(np.concatenate(start), np.concatenate(stop), np.concatenate(kind), by.upto)


def whole_chunks(buffer: ByteArray, first: int, last: int) -> Chunks:
    """Return the chunks of a file's blocks from one up to, but not at, another, as far as every one is right.

    They are well formed, and their checksums hold. At least 8 bytes lie behind the blocks.
    """
    chunks = _walked(buffer, first, last)
    good = _verified(buffer, first, chunks)
    keep = int(np.searchsorted(chunks.start, good))
    return Chunks(chunks.start[:keep], chunks.stop[:keep], chunks.kind[:keep], good)


def _walked(buffer: ByteArray, first: int, last: int) -> Chunks:
    """Walk all blocks in lockstep, a chunk of each per round: as many rounds as the fullest block has chunks."""
    halves: NDArray[np.uint16] = np.ndarray((buffer.size - 1,), "<u2", buffer, 0, (1,))
    at = np.arange(first, last, dtype=np.int64) * BLOCK
    stop_of_block = at + BLOCK
    at[: first == 0] = len(HEADER)
    live, first_bad = np.arange(last - first), last - first
    rounds: list[tuple[IntArray, IntArray, ByteArray]] = []
    while live.size:
        here = at[live]
        kind = buffer[here + 6]
        end = here + PLAIN + halves[here + 4]
        room = stop_of_block[live] - end
        good = (room >= 0) & (kind >= FULL) & (kind <= LAST)
        if not good.all():
            first_bad = min(first_bad, int(live[~good].min()))
        rounds.append((here, end, kind))
        at[live] = end
        live = live[good & (room >= PLAIN) & (live < first_bad)]
    start, stop, kind = (
        np.concatenate([r[i] for r in rounds]) if rounds else np.empty(0, t)
        for i, t in enumerate((np.int64, np.int64, np.uint8))
    )
    upto = (first + first_bad) * BLOCK
    mine = np.flatnonzero(start < upto)
    mine = mine[np.argsort(start[mine], kind="stable")]
    return Chunks(start[mine], stop[mine], kind[mine], upto)


def _verified(buffer: ByteArray, block: int, chunks: Chunks) -> int:
    """Return the offset of the first blocks in which a checksum is wrong, ``chunks.upto`` when all are right."""
    part = _AT_ONCE * BLOCK
    scratch = np.zeros(part + 8, np.uint8)
    words: NDArray[np.uint32] = np.ndarray((scratch.size - 3,), "<u4", scratch, 0, (1,))
    halves: NDArray[np.uint16] = np.ndarray((scratch.size - 1,), "<u2", scratch, 0, (1,))
    view = scratch.data
    bounds = np.searchsorted(chunks.start, np.arange(block * BLOCK, chunks.upto + part, part))
    for i, first in enumerate(range(block * BLOCK, chunks.upto, part)):
        stop = min(first + part, chunks.upto)
        scratch[: stop - first] = buffer[first:stop]
        scratch[stop - first : stop - first + 8] = 0
        if first == 0:
            scratch[: len(HEADER)] = 0
        mine = slice(int(bounds[i]), int(bounds[i + 1]))
        head, tail = chunks.start[mine] - first, chunks.stop[mine] - first
        checksum = words[head] ^ _FLIP
        words[head] = 0
        halves[head + 4] = 0
        words[head + 6] ^= _FLIP  # the state that the checksum starts with
        words[tail] ^= checksum
        if zlib.crc32(view[: stop - first + 4], int(_FLIP)) != int(_FLIP):
            return first
    return chunks.upto
