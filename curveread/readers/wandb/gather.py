"""Numbers of a history on their way from rows to columns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import FloatArray, IntArray
from curveread.readers.growing import Growing, GrowingRows
from curveread.readers.tables.columns import Column

_SLOTS = 4096
_Column = tuple[int, IntArray, FloatArray]
"""Number of a key, rows and values."""
SLOT_SHIFT = np.uint64(52)


class Gather:
    """Collects (key, row, value) triples of some rows and turns them into columns."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.slot_digest = np.zeros(_SLOTS, np.uint64)  # a table of the keys seen, by the first bits of their digests
        self.slot_key = np.full(_SLOTS, -1, np.int32)
        self.parts: list[tuple[NDArray[np.int32], IntArray, FloatArray]] = []
        self.single: list[tuple[int, int, float]] = []
        self._rows: list[GrowingRows] = []
        self._values: list[Growing] = []

    def key_id(self, key: str) -> int:
        """Return the number of a key, a new one for a key not seen before."""
        return self.ids.setdefault(key, len(self.ids))

    def add_one(self, key: str, row: int, value: float) -> None:
        """Add one value."""
        self.single.append((self.key_id(key), row, value))

    def settle(self, first: int, rows: int, read: float) -> None:
        """Put what was gathered of so many rows into columns; of a key that stands twice in a row the later value."""
        if self.single:
            keys, where, values = zip(*self.single, strict=True)
            self.parts.append((np.array(keys, np.int32), np.array(where, np.int64), np.array(values, np.float64)))
        if not self.parts:
            return
        key, row, value = (np.concatenate([p[i] for p in self.parts]) for i in range(3))
        self.parts, self.single = [], []
        missing = len(self.ids) - len(self._rows)
        self._rows += [GrowingRows() for _ in range(missing)]
        self._values += [Growing() for _ in range(missing)]
        dense = len(self.ids) * rows <= 4 * key.size + 1024
        columns = self._dense(key, row, value, first, rows) if dense else self._sparse(key, row, value)
        for i, at, numbers in columns:
            self._rows[i].add(at, read)
            self._values[i].add(numbers, read)

    def _dense(
        self, key: NDArray[np.int32], row: IntArray, value: FloatArray, first: int, rows: int
    ) -> Iterator[_Column]:
        """Fill a table of all keys and rows: no sorting, as long as most keys stand in most rows."""
        table, logged = np.empty((len(self.ids), rows)), np.zeros((len(self.ids), rows), bool)
        at = key.astype(np.int64) * rows + (row - first)
        table.reshape(-1)[at] = value
        logged.reshape(-1)[at] = True
        every = np.arange(first, first + rows)
        for i, there in enumerate(logged):
            if there.all():
                yield i, every, table[i]
            elif there.any():
                yield i, every[there], table[i][there]

    @staticmethod
    def _sparse(key: NDArray[np.int32], row: IntArray, value: FloatArray) -> Iterator[_Column]:
        order = np.lexsort((row, key))
        key, row, value = key[order], row[order], value[order]
        last = np.append((key[1:] != key[:-1]) | (row[1:] != row[:-1]), True)
        key, row, value = key[last], row[last], value[last]
        edges = [0, *(np.flatnonzero(key[1:] != key[:-1]) + 1).tolist(), key.size]
        for a, b in pairwise(edges):
            yield int(key[a]), row[a:b], value[a:b]

    def columns(self, rows: int) -> dict[str, Column]:
        """Return everything that was settled, key by key."""
        every = np.arange(rows)
        found = zip(self.ids, self._rows, self._values, strict=False)  # of the last keys nothing may be a number
        return {
            key: Column(every if row.size == rows else row.whole(), value.whole())
            for key, row, value in found
            if row.size
        }
