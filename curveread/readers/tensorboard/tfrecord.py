"""Where the records of a TFRecord file lie.

A record is ``uint64 length | masked CRC of the length | data | masked CRC of the data``, little-endian.
Nothing marks its start, so a reader has to go from length to length. Here every place in a window whose
eight bytes look like a length and whose next four are its checksum is found at once; then it is verified
that each such header ends where the next begins. Python steps in only where the chain breaks: a giant
record, damage, the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from curveread.arrays import IntArray
from curveread.readers.tensorboard.columns import column
from curveread.readers.tensorboard.crc32c import checksum_of_lengths, length_checksums, masked_crc32c
from curveread.readers.tensorboard.memory import Log

HEADER = 12
FRAME = 16
"""Bytes of a record that are not data: length, its checksum, the checksum of the data."""

_NARROW, _WIDE = 4096, 1 << 18  # bytes looked at in one go
_BATCH = 1 << 17  # records handed on together
_LONGEST = 2048  # records in which a repetition is looked for


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch of a file without a readable record, after so many whole ones; or it simply ends too early."""

    start: int
    end: int
    before: int
    truncated: bool


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Where some records are: (n,) increasing bytes at which their headers begin, and (n,) bytes of their data."""

    start: IntArray
    length: IntArray

    @property
    def end(self) -> int:
        """The byte behind the last of them."""
        return int(self.start[-1] + FRAME + self.length[-1])


def walk(log: Log, damage: list[Damage]) -> Iterator[Frames]:
    """Yield all records in order, some 100,000 at a time; a header that does not hold is skipped up to one that does.

    ``damage`` is filled with what lies between and behind the records.
    """
    batch: list[Frames] = []
    at = found = waiting = 0
    window, thorough, among_long = _NARROW, False, False
    guess, last = _Guess(), np.empty(0, np.int64)
    while at < log.size:
        length = _length_at(log, at)
        if length is None or at + FRAME + length > log.size:
            truncated = length is not None or log.size - at < HEADER
            end = log.size if truncated else _next_header(log, at + 1)
            damage.append(Damage(at, end, found, truncated))
            at, window = end, _NARROW
            continue
        frames = guess.frames(log, at, last)
        if frames is None and 0 < length < 65536 and (among_long or not _alone(log, at, length, window)):
            frames = _chain(log, at, min(at + window, log.size), thorough)
            thorough = thorough or frames is None
            # A jump over a giant record or a break: look at little first, widen while the chain holds.
            end = 0 if frames is None else frames.end
            window = min(4 * window, _WIDE) if at + window <= end < at + 2 * window else _NARROW
        among_long = frames is None and length < 65536
        if frames is None:
            frames = Frames(np.array([at]), np.array([length]))
        batch.append(frames)
        last = frames.length
        found += frames.start.size
        waiting += frames.start.size
        at = frames.end
        if waiting >= _BATCH:
            yield _joined(batch)
            batch, waiting = [], 0
    if batch:
        yield _joined(batch)


class _Guess:
    """Guesses that the lengths of the last records repeat, as they do when a run logs the same tags at each step."""

    def __init__(self) -> None:
        self._size = 1024  # records guessed at once
        self._pause = 0  # windows to wait after a wrong guess
        self._wrong = 0

    def frames(self, log: Log, at: int, last: IntArray) -> Frames | None:
        """Return the records from ``at`` on for which the guess holds, None without a guess or when it is wrong.

        ``last`` are the (n,) lengths of the records before it.
        """
        if self._pause:
            self._pause -= 1
            return None
        period = _period(last[-_LONGEST:])
        lengths = last[last.size - period :]
        steps = np.cumsum(lengths + FRAME)
        whole = min(self._size // period, (log.size - at) // int(steps[-1])) if period else 0
        start = (at + np.arange(whole)[:, None] * steps[-1:]) + (steps - lengths - FRAME)
        head = log.gather(start.reshape(-1), HEADER)
        holds = column(head, "<i8", 0).reshape(start.shape) == lengths
        holds &= column(head, "<u4", 8).reshape(start.shape) == length_checksums()[lengths]
        right = start.size if holds.all() else int(np.argmin(holds))
        if 4 * right >= self._size:
            self._size, self._wrong = min(4 * self._size, _BATCH), 0
        else:
            self._size = 1024
            self._wrong += 1
            self._pause = min(2**self._wrong, 64)
        length = np.broadcast_to(lengths, start.shape).reshape(-1)
        return Frames(start.reshape(-1)[:right], length[:right]) if right else None


def _period(lengths: IntArray) -> int:
    """Return after how many records their lengths repeat, 0 when they do not or one of them is giant."""
    n = lengths.size
    if not n or int(lengths.max()) >= 65536:
        return 0
    for before in reversed(np.flatnonzero(lengths[: n - 1] == lengths[-1]).tolist()):
        period = n - 1 - before
        if 2 * period > n:
            return 0
        if (lengths[n - period :] == lengths[n - 2 * period : n - period]).all():
            return int(period)
    return 0


def _joined(batch: list[Frames]) -> Frames:
    if len(batch) == 1:
        return batch[0]
    return Frames(np.concatenate([f.start for f in batch]), np.concatenate([f.length for f in batch]))


def _length_at(log: Log, at: int) -> int | None:
    """Return the length of the record that starts there, None when the header does not hold."""
    if at + HEADER > log.size:
        return None
    head = log.bytes_at(at, HEADER)
    length = int.from_bytes(head[:8], "little")
    stored = int.from_bytes(head[8:], "little")
    right = int(length_checksums()[length]) if length < 65536 else masked_crc32c(head[:8])
    return length if stored == right else None


def _alone(log: Log, at: int, length: int, window: int) -> bool:
    """Return whether a window holds no more than the record that starts there: it or the next one is a long one."""
    after = at + FRAME + length
    if after >= at + window:
        return True
    following = _length_at(log, after)
    return following is not None and after + following >= at + window


def _headers(log: Log, first: int, end: int, thorough: bool) -> Frames:
    """Return places in [first, end) that hold a length of 1 to 65,535 with its right checksum, and the lengths."""
    end = min(end, log.size - HEADER + 1)
    zero = log.look(first, end + 8) == 0
    two = zero[:-1] & zero[1:]
    like = two[2:-5] & two[4:-3] & two[6:-1] > two[:-7]  # six zero bytes behind two that are not both zero
    if not thorough:  # the place before a one-byte length looks like a two-byte length, and a ninth byte gives it away
        like = like > (zero[8:] > zero[1:-7])
    at = np.flatnonzero(like) + first
    head = log.gather(at, HEADER)
    length = column(head, "<u2", 0).astype(np.int64)
    stored = column(head, "<u4", 8)
    right = length_checksums().take(length) == stored
    return Frames(at, length) if right.all() else Frames(at[right], length[right])


def _chain(log: Log, at: int, end: int, thorough: bool) -> Frames | None:
    """Return the records that begin before ``end`` and follow one another from ``at``, where a header holds.

    None when that header does not look like one without a thorough look.
    """
    found = _headers(log, at, end, thorough)
    start, length = found.start, found.length
    if not start.size or start[0] != at:
        return None
    after = start + length + FRAME
    breaks = np.flatnonzero(after[:-1] != start[1:])
    kept: list[slice] = []
    a = 0
    while True:
        i = int(np.searchsorted(breaks, a))
        b = int(breaks[i]) if i < breaks.size else start.size - 1
        whole = b + 1 if after[b] <= log.size else b
        if whole > a:
            kept.append(slice(a, whole))
        # Something inside a record's data may look like a header: go on at the one where this record ends.
        a = int(np.searchsorted(start, after[b]))
        if a >= start.size or start[a] != after[b]:
            break
    return _joined([Frames(start[k], length[k]) for k in kept])


def _next_header(log: Log, at: int) -> int:
    """Return the first place from ``at`` on where a record of any length begins, the end of the file if none does."""
    window = _NARROW
    while at < log.size - HEADER + 1:
        end = min(at + window, log.size - HEADER + 1)
        zero = log.look(at, end + 7) == 0
        two = zero[:-1] & zero[1:]
        places = np.flatnonzero(two[4:-2] & two[6:]) + at
        head = log.gather(places, HEADER)
        length = column(head, "<u4", 0).copy()
        stored = column(head, "<u4", 8)
        holds = (checksum_of_lengths(length) == stored) & (places + length + FRAME <= log.size)
        if holds.any():
            return int(places[holds][0])
        at, window = end, min(4 * window, _WIDE)
    return log.size
