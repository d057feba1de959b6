"""Numbers of a history on their way from rows to columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import FloatArray, IntArray
from curveread.readers.tables.columns import Column

_SLOTS = 4096
SLOT_SHIFT = np.uint64(52)


class Gather:
    """Collects (key, row, value) triples of chunks and turns them into columns."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.slot_digest = np.zeros(_SLOTS, np.uint64)  # a table of the keys seen, by the first bits of their digests
        self.slot_key = np.full(_SLOTS, -1, np.int32)
        self.parts: list[tuple[NDArray[np.int32], IntArray, FloatArray]] = []
        self.single: list[tuple[int, int, float]] = []

    def key_id(self, key: str) -> int:
        """Return the number of a key, a new one for a key not seen before."""
        return self.ids.setdefault(key, len(self.ids))

    def add_one(self, key: str, row: int, value: float) -> None:
        """Add one value."""
        self.single.append((self.key_id(key), row, value))

    def _dense(self, rows: int) -> dict[str, Column]:
        """Fill a table of all keys and rows: no sorting, as long as most keys stand in most rows."""
        value = np.empty((len(self.ids), rows))
        logged = np.zeros((len(self.ids), rows), bool)
        for key, row, number in self.parts:
            at = key.astype(np.int64) * rows + row
            value.reshape(-1)[at] = number
            logged.reshape(-1)[at] = True
        self.parts.clear()
        every = np.arange(rows)
        out: dict[str, Column] = {}
        for name, i in self.ids.items():
            if logged[i].all():
                out[name] = Column(every, value[i])
            elif logged[i].any():
                row = np.flatnonzero(logged[i])
                out[name] = Column(row, value[i][row])
        return out

    def columns(self, rows: int) -> dict[str, Column]:
        """Return everything gathered, key by key; of a key that stands twice in a row the later value."""
        if self.single:
            keys, where, values = zip(*self.single, strict=True)
            self.parts.append((np.array(keys, np.int32), np.array(where, np.int64), np.array(values, np.float64)))
        if not self.parts:
            return {}
        if len(self.ids) * rows <= 4 * sum(p[0].size for p in self.parts) + 1024:
            return self._dense(rows)
        key_of = np.concatenate([p[0] for p in self.parts])
        row_of = np.concatenate([p[1] for p in self.parts])
        value_of = np.concatenate([p[2] for p in self.parts])
        narrow = key_of.astype(np.int16) if len(self.ids) < 32768 else key_of
        order = np.argsort(narrow, kind="stable")
        bounds = np.searchsorted(key_of[order], np.arange(len(self.ids) + 1))
        out: dict[str, Column] = {}
        for key, i in self.ids.items():
            mine = order[bounds[i] : bounds[i + 1]]
            row, value = row_of[mine], value_of[mine]
            if row.size and not np.all(row[1:] > row[:-1]):
                by_row = np.argsort(row, kind="stable")
                row, value = row[by_row], value[by_row]
                last = np.append(row[1:] != row[:-1], True)  # a key twice in a row: the later one holds
                row, value = row[last], value[last]
            if row.size:
                out[key] = Column(row, value)
        return out
