"""Points of one tag in the order of the file, and how pieces of them are put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from curveread.arrays import FloatArray, IntArray
from curveread.readers.growing import Growing


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Points in the order of the file, (n,) each, with the numbers of the records that they were in.

    ``bits`` is the precision of the coarsest form in which the values were stored: 24 for float32, 53 for float64.
    """

    record: IntArray
    step: IntArray
    wall_time: FloatArray
    value: FloatArray
    bits: int

    @classmethod
    def joined(cls, pieces: Sequence[Series]) -> Series:
        """Return the points of several pieces, one piece after the other."""
        if len(pieces) == 1:
            return pieces[0]
        return cls(
            np.concatenate([p.record for p in pieces]),
            np.concatenate([p.step for p in pieces]),
            np.concatenate([p.wall_time for p in pieces]),
            np.concatenate([p.value for p in pieces]),
            min(p.bits for p in pieces),
        )

    def take(self, index: NDArray[Any] | slice) -> Series:
        """Return the points at an index (mask, positions or slice)."""
        return Series(self.record[index], self.step[index], self.wall_time[index], self.value[index], self.bits)

    @property
    def goes_back(self) -> bool:
        """Whether a step is smaller than the one before it."""
        return bool((self.step[1:] < self.step[:-1]).any())

    def by_step(self) -> Series:
        """Return the points in the order of their steps; those of one step stay in the order of the file."""
        return self.take(np.argsort(self.step, kind="stable")) if self.goes_back else self

    def by_record(self) -> Series:
        """Return the points in the order of the file."""
        if (self.record[1:] >= self.record[:-1]).all():
            return self
        return self.take(np.argsort(self.record, kind="stable"))


class Once:
    """Keeps one of arrays that are the same, bit for bit."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, int], NDArray[Any]] = {}

    def __call__(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the array, or the one that was the same."""
        bits = array.view(np.int64)
        if not bits.size:
            return array
        known = self._known.setdefault((bits.size, int(bits[0]), int(bits[-1])), array)
        return known if known.dtype == array.dtype and np.array_equal(known.view(np.int64), bits) else array


def split(tags: NDArray[Any], series: Series) -> Iterator[tuple[int, Series]]:
    """Yield each tag's number with its points, cut from a series whose points belong to the tags given one by one.

    Numbers of 8 or 16 bits are sorted fastest, by radix.
    """
    order = np.argsort(tags, kind="stable")
    ordered, tags = series.take(order), tags[order]
    edges = [0, *(np.flatnonzero(tags[1:] != tags[:-1]) + 1).tolist(), tags.size]
    for a, b in pairwise(edges):
        yield int(tags[a]), ordered.take(slice(a, b))


class Clock:
    """Steps and wall times while a long file is read; those of curves that were logged together are kept once."""

    def __init__(self) -> None:
        self._step, self._wall_time = Growing(np.int64), Growing()

    def take(self, begin: int, points: Series, read: float) -> bool:
        """Take the steps and times of the points from ``begin`` on; return whether they are those that are known."""
        known = self._step.size - begin
        step, wall_time = (a.whole()[begin : begin + points.step.size] for a in (self._step, self._wall_time))
        same = np.array_equal(step, points.step[:known]) and np.array_equal(
            wall_time.view(np.int64), points.wall_time[:known].view(np.int64)
        )
        if same and known < points.step.size:
            self._step.add(points.step[known:], read)
            self._wall_time.add(points.wall_time[known:], read)
        return same

    def first(self, size: int) -> tuple[IntArray, FloatArray]:
        """Return so many steps and times."""
        return self._step.whole()[:size], self._wall_time.whole()[:size]


Clocks = dict[tuple[int, int], Clock]
"""The clocks of a file by their first step and the bits of their first time."""


class GrowingSeries:
    """The points of one tag while a long file is read; the clocks are those of all tags."""

    def __init__(self, clocks: Clocks, record: DTypeLike) -> None:
        self._clocks, self._clock, self._bits = clocks, Clock(), 53
        self._record, self._value = Growing(record), Growing()

    def add(self, piece: Series, read: float) -> None:
        """Add points behind those that are there; ``read`` as for :meth:`Growing.add`."""
        begin = self._value.size
        if not begin:
            first = int(piece.step[0]), int(piece.wall_time.view(np.int64)[0])
            self._clock = self._clocks.setdefault(first, self._clock)
        if not self._clock.take(begin, piece, read):
            so_far, self._clock = self.series(), Clock()
            self._clock.take(0, so_far, read)
            self._clock.take(begin, piece, read)
        self._record.add(piece.record, read)
        self._value.add(piece.value, read)
        self._bits = min(self._bits, piece.bits)

    def series(self) -> Series:
        """Return the points so far."""
        step, wall_time = self._clock.first(self._value.size)
        return Series(self._record.whole(), step, wall_time, self._value.whole(), self._bits)


def by_tag(pieces: Iterable[tuple[int, Series]]) -> dict[int, Series]:
    """Put the pieces of each tag together, in the order of the file; the points of all tags share four arrays."""
    parts: dict[int, list[Series]] = {}
    for tag, series in pieces:
        parts.setdefault(tag, []).append(series)
    ends = np.cumsum([sum(p.record.size for p in several) for several in parts.values()], dtype=np.int64).tolist()
    total = ends[-1] if ends else 0
    record, step = np.empty(total, np.int64), np.empty(total, np.int64)
    wall_time, value = np.empty(total), np.empty(total)
    whole = {}
    for (tag, several), a, b in zip(parts.items(), [0, *ends], ends, strict=False):
        np.concatenate([p.record for p in several], out=record[a:b])
        np.concatenate([p.step for p in several], out=step[a:b])
        np.concatenate([p.wall_time for p in several], out=wall_time[a:b])
        np.concatenate([p.value for p in several], out=value[a:b])
        bits = min(p.bits for p in several)
        whole[tag] = Series(record[a:b], step[a:b], wall_time[a:b], value[a:b], bits).by_record()
    return whole
