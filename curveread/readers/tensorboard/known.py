"""A layout of event records, made ready to be compared with many rows and to check them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import BoolArray, ByteArray
from curveread.readers.tensorboard.crc32c import SHORT, Words, contribution, of_zeros
from curveread.readers.tensorboard.event import Layout, Span, Value


@dataclass(slots=True)
class Tags:
    """The tags of some rows: the number of each, a row that it can be read at, and (n,) each row's place among them.

    That is None when all rows share one.
    """

    numbers: list[int]
    rows: list[int]
    which: NDArray[Any] | None


class KnownLayout:
    """A layout made ready to be compared with rows and to check them.

    What is equal in all rows of a layout adds one constant to their checksums, and so does each tag; only the
    bytes that are free have to be looked up row by row.
    """

    def __init__(self, layout: Layout, row: ByteArray) -> None:
        self.layout = layout
        structure = layout.structure(row.size)
        masks, want = structure.view(np.uint64), row.view(np.uint64)
        self.columns = [(c, want[c], masks[c]) for c in np.flatnonzero(masks).tolist()]
        self.values = [v for v in layout.values if v.number or v.plugin is not None]
        free = structure[: layout.length] != 0xFF
        same = _spans(~free)
        for a, b in (v.tag for v in self.values):
            free[a:b] = False
        self.free = _spans(free)
        self.constant = np.uint32(of_zeros(layout.length))
        if layout.length <= SHORT:
            self.constant ^= contribution(row[None], same, layout.length)[0]
        self._of_tag: dict[tuple[int, bytes], np.uint32] = {}

    def fits(self, rows: ByteArray) -> BoolArray:
        """Return which rows have this layout, (n,) bool."""
        words = rows.view(np.uint64)
        differ = np.zeros(len(words), dtype=np.uint64)
        for c, want, structure in self.columns:
            differ |= (words[:, c] ^ want) & structure
        fits: BoolArray = differ == 0
        return fits

    def checksum(self, rows: ByteArray, tags: list[Tags]) -> Words:
        """Return the CRC-32C of rows that fit, (n,) uint32, unmasked."""
        crc = contribution(rows, self.free, self.layout.length)
        crc ^= self.constant
        for value, t in zip(self.values, tags, strict=True):
            added = np.array([self._added(value, rows[i]) for i in t.rows], dtype=np.uint32)
            crc ^= added[0] if t.which is None else added.take(t.which)
        return crc

    def _added(self, value: Value, row: ByteArray) -> np.uint32:
        """Return what a tag adds to the checksum."""
        a, b = value.tag
        key = (a, row[a:b].tobytes())
        if key not in self._of_tag:
            self._of_tag[key] = contribution(row[None], [value.tag], self.layout.length)[0]
        return self._of_tag[key]


def _spans(flags: BoolArray) -> list[Span]:
    """Return the stretches in which flags are set."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0)).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
