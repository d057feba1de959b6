"""The container of a ``.wandb`` file: a LevelDB log of length-prefixed, checksummed chunks.

The file starts with seven bytes (``:W&B``, a magic number, a version) and is cut into blocks of 32,768
bytes counted from offset 0. A chunk is ``crc32 u32 | length u16 | type u8 | data``; a record is one FULL chunk
or a FIRST, any MIDDLE and a LAST one. The checksum is the plain CRC-32 (IEEE) of type and data.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

__all__ = ["BLOCK", "HEADER", "Records", "read_records"]

HEADER = b":W&B\xe1\xbe\x00"
BLOCK = 32768
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_CHUNK = struct.Struct("<IHB")


@dataclass(slots=True)
class Records:
    """The payloads of a ``.wandb`` file and what went wrong between them.

    Parameters
    ----------
    buffer
        Bytes that hold every payload in one piece: the file itself, then the reassembled long records.
    start, stop
        Payload ``i`` is ``buffer[start[i]:stop[i]]``; in the order of the file.
    damage
        Byte offset and reason of every damaged chunk.
    lost_bytes
        Bytes that the search for the next good chunk passed over.
    truncated_at
        Offset of a record that the file breaks off in, or None.
    """

    buffer: bytes
    start: list[int] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)
    damage: list[tuple[int, str]] = field(default_factory=list)
    lost_bytes: int = 0
    truncated_at: int | None = None

    def __len__(self) -> int:
        return len(self.start)


def read_records(data: bytes) -> Records:
    """Walk the chunks of a file and return its payloads.

    Parameters
    ----------
    data
        The whole file.

    Returns
    -------
    Records
        After a damaged chunk the walk goes on in the next block at the next FULL or FIRST chunk; a record
        that the file breaks off in is left out and its offset kept. O(bytes).
    """
    out = Records(buffer=data)
    start, stop = out.start, out.stop
    view, size, crc32, unpack = memoryview(data), len(data), zlib.crc32, _CHUNK.unpack_from
    long_records: list[bytes] = []
    appended = size
    pieces: list[memoryview] = []
    opened_at = -1  # offset of the FIRST chunk of a record in pieces
    at = len(HEADER)

    def fail(offset: int, reason: str) -> int:
        nonlocal pieces, opened_at
        out.damage.append((offset, reason))
        pieces, opened_at = [], -1
        next_block = (offset // BLOCK + 1) * BLOCK
        out.lost_bytes += min(next_block, size) - offset
        return next_block

    while at < size:
        room = BLOCK - at % BLOCK
        last = min(at + room, size)
        while opened_at < 0 and at + 7 <= last:  # whole records, nearly all there are
            crc, length, kind = unpack(data, at)
            end = at + 7 + length
            if kind != _FULL or end > last or crc32(view[at + 6 : end]) != crc:
                break
            start.append(at + 7)
            stop.append(end)
            at = end
        if at >= size:
            break
        room = BLOCK - at % BLOCK
        if room < 7:  # too short for a chunk header: padding
            at += room
            continue
        if at + 7 > size:
            out.truncated_at = opened_at if opened_at >= 0 else at
            break
        crc, length, kind = unpack(data, at)
        if crc == 0 and length == 0 and kind == 0:  # a block that was never filled
            at += room
            continue
        end = at + 7 + length
        if kind > _LAST or kind == 0 or length > room - 7:
            at = fail(at, f"chunk type {kind}, length {length}")
            continue
        if end > size:
            out.truncated_at = opened_at if opened_at >= 0 else at
            break
        if crc32(view[at + 6 : end]) != crc:
            at = fail(at, "checksum mismatch")
            continue
        if kind in (_FULL, _FIRST):
            if opened_at >= 0:
                out.damage.append((opened_at, "record without an end"))
            if kind == _FULL:
                opened_at = -1
                pieces = []
                start.append(at + 7)
                stop.append(end)
            else:
                opened_at = at
                pieces = [view[at + 7 : end]]
        elif opened_at >= 0:
            pieces.append(view[at + 7 : end])
            if kind == _LAST:
                whole = b"".join(pieces)
                long_records.append(whole)
                start.append(appended)
                appended += len(whole)
                stop.append(appended)
                pieces, opened_at = [], -1
        at = end
    else:
        if opened_at >= 0:
            out.truncated_at = opened_at
    if long_records:
        out.buffer = data + b"".join(long_records)
    return out
