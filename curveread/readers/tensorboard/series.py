"""Points of one tag in the order of the file, and how pieces of them are put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import FloatArray, IntArray


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


class Growing:
    """The points of one tag while a long file is read: pieces are added where they are to stay.

    Put together at the end, all pieces and the whole would be in memory side by side.
    """

    def __init__(self) -> None:
        self._size, self._bits = 0, 53
        self._record, self._step = np.empty(0, np.int64), np.empty(0, np.int64)
        self._wall_time, self._value = np.empty(0), np.empty(0)

    def add(self, piece: Series) -> None:
        """Add points behind those that are there."""
        begin, end = self._size, self._size + piece.record.size
        if end > self._record.size:
            self._resize(end + end // 8)
        self._record[begin:end], self._step[begin:end] = piece.record, piece.step
        self._wall_time[begin:end], self._value[begin:end] = piece.wall_time, piece.value
        self._size, self._bits = end, min(self._bits, piece.bits)

    def series(self) -> Series:
        """Return the points; nothing can be added any more."""
        self._resize(self._size)
        return Series(self._record, self._step, self._wall_time, self._value, self._bits)

    def _resize(self, size: int) -> None:
        for array in (self._record, self._step, self._wall_time, self._value):
            array.resize(size, refcheck=False)  # in place where the system can


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
