"""The container of a ``.wandb`` file: a LevelDB log of length-prefixed, checksummed chunks.

The file starts with seven bytes (``:W&B``, a magic number, a version) and is cut into blocks of 32,768
bytes counted from offset 0. A chunk is ``crc32 u32 | length u16 | type u8 | data``; a record is one FULL chunk
or a FIRST, any MIDDLE and a LAST one. The checksum is the plain CRC-32 (IEEE) of type and data.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from curveread.arrays import ByteArray, IntArray
from curveread.errors import ReadError
from curveread.readers.regular import not_too_large, open_regular
from curveread.readers.wandb.blocks import BLOCK, FIRST, FULL, HEADER, LAST, MIDDLE, PLAIN, Chunks, whole_chunks
from curveread.readers.wandb.eight_bytes import REACH

__all__ = ["BLOCK", "HEADER", "PAD", "Records", "give_back", "load", "padded", "read_records"]

PAD = REACH
"""Zeros behind the payloads, so that looking ahead never leaves the buffer."""
_CHUNK = struct.Struct("<IHB")
_TRIED = 1 << 26
_LARGE = 64
"""Whole blocks from which walking them side by side pays."""


@dataclass(slots=True)
class Records:
    """The payloads of a ``.wandb`` file and what went wrong between them.

    Parameters
    ----------
    buffer
        ByteArray that hold every payload in one piece: the file itself, then the reassembled long records, then zeros.
    start, stop
        (n,) int64: payload ``i`` is ``buffer[start[i]:stop[i]]``; in the order of the file.
    damage
        Byte offset and reason of every damaged chunk.
    lost_bytes
        ByteArray that the search for the next good chunk passed over.
    truncated_at
        Offset of a record that the file breaks off in, or None.
    """

    buffer: ByteArray
    start: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    stop: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    damage: list[tuple[int, str]] = field(default_factory=list)
    lost_bytes: int = 0
    truncated_at: int | None = None

    def __len__(self) -> int:
        return int(self.start.size)


def load(path: Path) -> tuple[ByteArray, int]:
    """Return a file's bytes, with room for its long records behind them, and its size; ReadError when unreadable."""
    try:
        with open_regular(path) as file:
            size = file.seek(0, 2)
            not_too_large(size, path)
            file.seek(0)
            buffer = np.frombuffer(_room(size + size // 16 + PAD), np.uint8)
            got = file.readinto(buffer[:size].data)
    except OSError as error:
        raise ReadError(f"{path}: {error.strerror or error}") from error
    return buffer, got


def _room(size: int) -> mmap.mmap:
    """Return memory of zeros, of which pieces can be given back."""
    private = getattr(mmap, "MAP_PRIVATE", 0) | getattr(mmap, "MAP_ANONYMOUS", 0)
    return mmap.mmap(-1, size, flags=private) if private else mmap.mmap(-1, size)


def give_back(buffer: ByteArray, end: int) -> None:
    """Give back the memory of a file of :func:`load` up to a place; what was there is zeros then."""
    room = getattr(buffer.base, "obj", buffer.base)
    if isinstance(room, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED") and end >= mmap.PAGESIZE:
        room.madvise(mmap.MADV_DONTNEED, 0, end - end % mmap.PAGESIZE)


def padded(data: bytes) -> ByteArray:
    """Return the bytes of a file as :func:`load` does."""
    out = np.zeros(len(data) + PAD, np.uint8)
    out[: len(data)] = np.frombuffer(data, np.uint8)
    return out


def read_records(buffer: ByteArray, size: int) -> Records:
    """Walk the chunks of a file and return its payloads.

    Parameters
    ----------
    buffer
        The whole file, zeros behind it.
    size
        ByteArray of the file.

    Returns
    -------
    Records
        After a damaged chunk the walk goes on at the next one whose checksum is right, in the same block where there
        is one, and takes records up again at a FULL or FIRST chunk; a record that the file breaks off in is left out
        and its offset kept. O(bytes).
    """
    out = Records(buffer)
    walk = _Walk(buffer, size, out)
    start, stop, at = np.empty(0, np.int64), np.empty(0, np.int64), len(HEADER)
    if size >= _LARGE * BLOCK:
        start, stop, at = _fast(whole_chunks(buffer, size), walk)
    walk.from_(at)
    out.start = np.concatenate([start, np.array(walk.start, np.int64)])
    out.stop = np.concatenate([stop, np.array(walk.stop, np.int64)])
    if walk.long_records:
        out.buffer = _with_long(buffer, size, b"".join(walk.long_records))
    return out


def _with_long(buffer: ByteArray, size: int, long: bytes) -> ByteArray:
    """Put the long records behind the file; into a larger buffer when the room there does not do."""
    if size + len(long) + PAD > buffer.size:
        larger = np.zeros(size + len(long) + PAD, np.uint8)
        larger[:size] = buffer[:size]
        buffer = larger
    buffer[size : size + len(long)] = np.frombuffer(long, np.uint8)
    return buffer


def _fast(chunks: Chunks, walk: _Walk) -> tuple[IntArray, IntArray, int]:
    """Return the payloads of verified chunks, and the offset of the first record that is not among them."""
    kind = chunks.kind
    inside = (kind[:-1] == FIRST) | (kind[:-1] == MIDDLE)
    follows = (kind[1:] == MIDDLE) | (kind[1:] == LAST)
    wrong = np.flatnonzero(inside != follows)
    n = int(wrong[0]) + 1 if wrong.size else kind.size
    if kind.size and kind[0] > FIRST:
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
    return start, stop, at


def _written(buffer: ByteArray, size: int) -> int:
    """Return the place behind the last byte of a file that is not zero; its end where all are."""
    for behind in range(size, 0, -BLOCK):
        first = max(0, behind - BLOCK)
        found = np.flatnonzero(buffer[first:behind])
        if found.size:
            return first + int(found[-1]) + 1
    return size


class _Walk:
    """Walks chunk by chunk, and past damage."""

    def __init__(self, buffer: ByteArray, size: int, out: Records) -> None:
        self.view = buffer.data
        self.size = size
        self.out = out
        self.start: list[int] = []
        self.stop: list[int] = []
        self.long_records: list[bytes] = []
        self.appended = size
        self.pieces: list[memoryview] = []
        self.opened_at = -1  # offset of the FIRST chunk of a record in pieces
        self.written = _written(out.buffer, size)  # behind it stand zeros
        self.tries = _TRIED + 32 * size  # bytes whose checksums the search for good chunks may still try

    def keep_long(self, pieces: list[memoryview]) -> tuple[int, int]:
        """Join the chunks of a record; return where it stands in the buffer of the result."""
        whole = b"".join(pieces)
        self.long_records.append(whole)
        self.appended += len(whole)
        return self.appended - len(whole), self.appended

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
            if not kind and at >= self.written:  # allocated, and never written
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
