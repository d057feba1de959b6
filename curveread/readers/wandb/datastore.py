"""The container of a ``.wandb`` file: a LevelDB log of length-prefixed, checksummed chunks.

The file starts with seven bytes (``:W&B``, a magic number, a version) and is cut into blocks of 32,768
bytes counted from offset 0. A chunk is ``crc32 u32 | length u16 | type u8 | data``; a record is one FULL chunk
or a FIRST, any MIDDLE and a LAST one. The checksum is the plain CRC-32 (IEEE) of type and data.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from curveread.arrays import ByteArray, IntArray
from curveread.errors import ReadError
from curveread.readers.pieces import Pieces
from curveread.readers.regular import not_too_large, open_regular
from curveread.readers.wandb.blocks import BLOCK, FIRST, FULL, HEADER, LAST, MIDDLE, PLAIN, Chunks, whole_chunks
from curveread.readers.wandb.eight_bytes import REACH

PAD = REACH
"""Zeros behind the payloads, so that looking ahead never leaves the buffer."""
_CHUNK = struct.Struct("<IHB")
_TRIED = 1 << 26
_LARGE = 64
"""Whole blocks from which walking them side by side pays."""
_TOGETHER = 512
"""Blocks whose records are in memory at once."""


class Group(NamedTuple):
    """Records that follow one another in a file.

    Payload ``i`` is ``buffer[start[i]:stop[i]]``, in one piece; zeros, or what is no record's, lie behind it. ``read``
    is the share of the file that was read.
    """

    buffer: ByteArray
    start: IntArray
    stop: IntArray
    read: float


class Records:
    """The records of a ``.wandb`` file, and, once they were read, what went wrong between them.

    ``damage`` are the byte offset and the reason of every damaged chunk, ``lost_bytes`` what the search for the next
    good one passed over, and ``truncated_at`` is the offset of a record that the file breaks off in, or None.
    """

    def __init__(self, file: Pieces) -> None:
        self.file, self.size = file, file.size
        self.buffer = file.bytes()
        self.damage: list[tuple[int, str]] = []
        self.lost_bytes, self.count = 0, 0
        self.truncated_at: int | None = None

    def __len__(self) -> int:
        return self.count

    def groups(self) -> Iterator[Group]:
        """Yield all records in the order of the file; those of a group are in memory until the next one is asked for.

        After a damaged chunk the walk goes on at the next one whose checksum is right, in the same block where there
        is one, and takes records up again at a FULL or FIRST chunk; a record that the file breaks off in is left out
        and its offset kept. O(bytes).
        """
        walk, at, blocks = _Walk(self), len(HEADER), self.size // BLOCK
        begun = Chunks(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint8), 0)
        for first in range(0, blocks if blocks >= _LARGE else 0, _TOGETHER):
            last = min(first + _TOGETHER, blocks)
            self.file.fetch(first * BLOCK, last * BLOCK)
            chunks = begun.followed(whole_chunks(self.buffer, first, last))
            start, stop, at, whole = _fast(chunks, walk)
            yield self._group(start, stop, walk, at)
            if not whole or chunks.upto < last * BLOCK:
                break
            begun = chunks.of(int(np.searchsorted(chunks.start, at)))
            self.file.passed(0, at)
        self.file.fetch(at, self.size)
        walk.from_(at)
        yield self._group(np.array(walk.start, np.int64), np.array(walk.stop, np.int64), walk, self.size)
        self.file.passed(0, self.size)

    def _group(self, start: IntArray, stop: IntArray, walk: _Walk, at: int) -> Group:
        """Return records, the long ones put together behind the file, or behind a copy of it where there is no room."""
        long, buffer = walk.taken(), self.buffer
        if self.size + len(long) + PAD > buffer.size:
            buffer = np.zeros(self.size + len(long) + PAD, np.uint8)
            begin = int(start.min(initial=self.size))
            buffer[begin : self.size] = self.buffer[begin : self.size]
        buffer[self.size : self.size + len(long)] = np.frombuffer(long, np.uint8)
        self.count += start.size
        return Group(buffer, start, stop, min(at / max(self.size, 1), 1.0))


@contextmanager
def opened(path: Path) -> Iterator[Pieces]:
    """Open a file, with room for its long records behind it; ReadError when it cannot be opened or read."""
    try:
        with open_regular(path) as file:
            size = file.seek(0, 2)
            not_too_large(size, path)
            yield Pieces(file, size, size // 16 + _TOGETHER * BLOCK + PAD)
    except OSError as error:
        raise ReadError(f"{path}: {error.strerror or error}") from error


def _fast(chunks: Chunks, walk: _Walk) -> tuple[IntArray, IntArray, int, bool]:
    """Return the payloads of verified chunks, the offset of the first record that is not among them, and more.

    That is whether it merely goes on behind the chunks; else they do not follow one another as they must.
    """
    kind = chunks.kind
    inside = (kind[:-1] == FIRST) | (kind[:-1] == MIDDLE)
    follows = (kind[1:] == MIDDLE) | (kind[1:] == LAST)
    wrong = np.flatnonzero(inside != follows)
    n = int(wrong[0]) + 1 if wrong.size else kind.size
    headless = bool(kind.size) and kind[0] > FIRST
    if headless:
        n = 0
    opening = np.flatnonzero(kind[:n] <= FIRST)
    if wrong.size or (n and kind[n - 1] in (FIRST, MIDDLE)):
        n = int(opening[-1]) if opening.size else 0  # leave the record that is not complete here to the other walk
        opening = opening[:-1]
    at = int(chunks.start[n]) if n < kind.size else chunks.upto or len(HEADER)
    start, stop = chunks.start[opening] + PLAIN, chunks.stop[opening]
    ends = np.append(opening[1:], n)
    for i in np.flatnonzero(ends - opening > 1).tolist():
        mine = slice(int(opening[i]), int(ends[i]))
        pieces = zip(chunks.start[mine].tolist(), chunks.stop[mine].tolist(), strict=True)
        start[i], stop[i] = walk.keep_long([walk.view[a + PLAIN : b] for a, b in pieces])
    return start, stop, at, not wrong.size and not headless


def _written(file: Pieces, buffer: ByteArray) -> int:
    """Return the place behind the last byte of a file that is not zero; its end where all are."""
    for behind in range(file.size, 0, -BLOCK):
        first = max(0, behind - BLOCK)
        file.fetch(first, behind)
        found = np.flatnonzero(buffer[first:behind])
        if found.size:
            return first + int(found[-1]) + 1
    return file.size


class _Walk:
    """Walks chunk by chunk, and past damage."""

    def __init__(self, out: Records) -> None:
        self.view = out.buffer.data
        self.size = out.size
        self.out = out
        self.start: list[int] = []
        self.stop: list[int] = []
        self.long_records: list[bytes] = []
        self.appended = out.size
        self.pieces: list[memoryview] = []
        self.opened_at = -1  # offset of the FIRST chunk of a record in pieces
        self.tries = _TRIED + 32 * out.size  # bytes whose checksums the search for good chunks may still try

    def keep_long(self, pieces: list[memoryview]) -> tuple[int, int]:
        """Join the chunks of a record; return where it stands in the buffer of the result."""
        whole = b"".join(pieces)
        self.long_records.append(whole)
        self.appended += len(whole)
        return self.appended - len(whole), self.appended

    def taken(self) -> bytes:
        """Return the records that were put together since the last time."""
        long = b"".join(self.long_records)
        self.long_records, self.appended = [], self.size
        return long

    def _fail(self, offset: int, reason: str) -> int:
        """Note a damaged chunk and return where the next good one is looked for: in its block, else the next block."""
        self.out.damage.append((offset, reason))
        self.pieces, self.opened_at = [], -1
        next_good = self._next_good(offset)
        self.out.lost_bytes += min(next_good, self.size) - offset
        return next_good

    def _next_good(self, offset: int) -> int:
        """Return the next place of the block at which a chunk with its right checksum begins, its end when none does.

        Where the length of the damaged chunk is right the next one follows it; else every place is tried, which costs
        no more than a number of checksums that grows with the file.
        """
        next_block = (offset // BLOCK + 1) * BLOCK
        stop = min(next_block, self.size)
        behind = offset + PLAIN + int(_CHUNK.unpack_from(self.view, offset)[1])
        if behind + PLAIN <= stop and self._is_good(behind, stop):
            return behind
        block = self.out.buffer[offset:stop]
        if block.size <= PLAIN:
            return next_block
        kind = block[6:]
        length = block[4 : 4 + kind.size].astype(np.int64) + 256 * block[5 : 5 + kind.size].astype(np.int64)
        fits = (kind >= FULL) & (kind <= LAST) & (length > 0) & (np.arange(kind.size) + PLAIN + length <= block.size)
        for at in (np.flatnonzero(fits[1:]) + 1 + offset).tolist():
            self.tries -= _CHUNK.unpack_from(self.view, at)[1]
            if self.tries < 0:
                break
            if self._is_good(at, stop):
                return int(at)
        return next_block

    def _is_good(self, at: int, stop: int) -> bool:
        crc, length, kind = _CHUNK.unpack_from(self.view, at)
        end = at + PLAIN + length
        return bool(FULL <= kind <= LAST and end <= stop and zlib.crc32(self.view[at + 6 : end]) == crc)

    def from_(self, at: int) -> None:
        """Walk from a record's first chunk, or the begin of a block, to the end of the file."""
        size, view, crc32, unpack = self.size, self.view, zlib.crc32, _CHUNK.unpack_from
        written = _written(self.out.file, self.out.buffer)  # behind it stand zeros
        start, stop = self.start, self.stop
        while at < size:
            room = BLOCK - at % BLOCK
            last = min(at + room, size)
            while self.opened_at < 0 and at + PLAIN <= last:  # whole records, nearly all there are
                crc, length, kind = unpack(view, at)
                end = at + PLAIN + length
                if kind != FULL or end > last or crc32(view[at + 6 : end]) != crc:
                    break
                start.append(at + PLAIN)
                stop.append(end)
                at = end
            if at >= size:
                break
            room = BLOCK - at % BLOCK
            if room < PLAIN:  # too short for a chunk header: padding
                at += room
                continue
            if at + PLAIN > size:
                self.out.truncated_at = self.opened_at if self.opened_at >= 0 else at
                return
            crc, length, kind = unpack(view, at)
            end = at + PLAIN + length
            if not kind and at >= written:  # allocated, and never written
                self.out.truncated_at = self.opened_at if self.opened_at >= 0 else at
                return
            if kind > LAST or kind == 0 or length > room - PLAIN:
                at = self._fail(at, f"chunk type {kind}, length {length}")
                continue
            if end > size:
                self.out.truncated_at = self.opened_at if self.opened_at >= 0 else at
                return
            if crc32(view[at + 6 : end]) != crc:
                at = self._fail(at, "checksum mismatch")
                continue
            self._take(at, end, kind)
            at = end
        if self.opened_at >= 0:
            self.out.truncated_at = self.opened_at

    def _take(self, at: int, end: int, kind: int) -> None:
        """Add a good chunk to the records."""
        if kind in (FULL, FIRST):
            if self.opened_at >= 0:
                self.out.damage.append((self.opened_at, "record without an end"))
            self.pieces, self.opened_at = [], -1
            if kind == FULL:
                self.start.append(at + PLAIN)
                self.stop.append(end)
            else:
                self.opened_at, self.pieces = at, [self.view[at + PLAIN : end]]
        elif self.opened_at >= 0:
            self.pieces.append(self.view[at + PLAIN : end])
            if kind == LAST:
                whole_start, whole_stop = self.keep_long(self.pieces)
                self.start.append(whole_start)
                self.stop.append(whole_stop)
                self.pieces, self.opened_at = [], -1
