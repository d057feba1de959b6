"""The items of many history rows, one of each row per round: where their keys and their JSON texts stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import BoolArray, ByteArray, IntArray


def varints(buf: ByteArray, at: IntArray) -> tuple[IntArray, IntArray]:
    """Return the varint at each offset and the offset behind it (up to 9 bytes; longer ones come out wrong)."""
    byte = buf[at]
    value = (byte & 0x7F).astype(np.int64)
    end = at + 1
    more = np.flatnonzero(byte >= 0x80)
    shift = 7
    while more.size and shift < 63:
        byte = buf[end[more]]
        value[more] |= (byte & 0x7F).astype(np.int64) << shift
        end[more] += 1
        more = more[byte >= 0x80]
        shift += 7
    return value, end


@dataclass(slots=True)
class Items:
    """Items of several rows: (n,) each row's place in the chunk, where key fields and JSON text begin and end."""

    row: IntArray
    key_start: IntArray
    key_stop: IntArray
    text_start: IntArray
    text_stop: IntArray

    def where(self, mask: BoolArray) -> Items:
        """Return the items at a mask."""
        return Items(
            self.row[mask], self.key_start[mask], self.key_stop[mask], self.text_start[mask], self.text_stop[mask]
        )


def joined(found: Sequence[Items]) -> Items:
    """Return the items of several rounds, one round after the other."""
    return Items(
        np.concatenate([f.row for f in found]),
        np.concatenate([f.key_start for f in found]),
        np.concatenate([f.key_stop for f in found]),
        np.concatenate([f.text_start for f in found]),
        np.concatenate([f.text_stop for f in found]),
    )


def plain_items(buf: ByteArray, live: IntArray, here: IntArray, stop: IntArray) -> tuple[Items, IntArray, IntArray]:
    """Take the rows whose next field is an item of the usual form: one short key, a short text.

    Returns
    -------
    items, end
        The items, and where the next field of their rows begins.
    rest
        Positions in ``live`` of the other rows.
    """
    head = _word(buf, here)  # tag, size, key tag, key size
    size, key_size = (head >> np.uint32(8)) & np.uint32(0xFF), head >> np.uint32(24)
    end = here + 2 + size
    key_stop = here + 4 + key_size
    text = _word(buf, np.minimum(np.minimum(key_stop, end), buf.size - 4))  # tag in two bytes, size
    width = (text >> np.uint32(16)) & np.uint32(0xFF)
    good = (head & _SHORT) == _ITEM
    good &= (text & _SHORT_TEXT) == _JSON_TEXT
    good &= (key_stop + 3 + width == end) & (end <= stop) & (width > 0)
    if good.all():
        return Items(live, here + 2, key_stop, key_stop + 3, end), end, np.empty(0, np.int64)
    mine = np.flatnonzero(good)
    here, key_stop, end = here[mine], key_stop[mine], end[mine]
    return Items(live[mine], here + 2, key_stop, key_stop + 3, end), end, np.flatnonzero(~good)


_SHORT, _ITEM = np.uint32(0x80FF80FF), np.uint32(0x0012000A)
_SHORT_TEXT, _JSON_TEXT = np.uint32(0x0080FFFF), np.uint32(0x00000182)


def _word(buf: ByteArray, at: IntArray) -> NDArray[np.uint32]:
    """Return the four bytes at each place as one number."""
    words: NDArray[np.uint32] = np.ndarray((buf.size - 3,), "<u4", buf, 0, (1,))
    return words[at]


def any_fields(buf: ByteArray, live: IntArray, at: IntArray, stop: IntArray, step: IntArray, odd: BoolArray) -> Items:
    """Take the next field of rows, an item of any form or the step; rows in which it is neither become ``odd``.

    ``at``, ``step`` and ``odd`` of the rows are written.
    """
    here, end = at[live], stop[live]
    tag = buf[here]
    size, a = varints(buf, here + 1)
    e = a + size
    good = (e <= end) & ((tag == 0x0A) | (tag == 0x12)) & (size >= 0)
    for_step = np.flatnonzero(good & (tag == 0x12))
    if for_step.size:
        at_step, has = a[for_step], size[for_step] > 0
        value, after = varints(buf, at_step + 1)
        value[~has] = 0
        fits = ~has | ((buf[at_step] == 0x08) & (after == e[for_step]))
        step[live[for_step]] = value
        good[for_step[~fits]] = False
    which = np.flatnonzero(good & (tag == 0x0A))
    key_end, v, fits = _key_and_text(buf, a[which], e[which])
    good[which[~fits]] = False
    keep = which[fits]
    odd[live[~good]] = True
    at[live] = e
    return Items(live[keep], a[keep], key_end[fits], v[fits], e[keep])


def _key_and_text(buf: ByteArray, a: IntArray, stop: IntArray) -> tuple[IntArray, IntArray, BoolArray]:
    """Return where the key fields of items end and their texts begin, and whether they hold just these."""
    first = buf[a]
    length, key_end = varints(buf, a + 1)
    key_end = key_end + length
    fits = ((first == 0x12) | (first == 0x0A)) & (key_end + 3 <= stop)
    deeper = np.flatnonzero(fits & (buf[np.minimum(key_end, stop)] == 0x12))
    while deeper.size:  # nested_key is repeated: a, b, c
        length, more = varints(buf, key_end[deeper] + 1)
        key_end[deeper] = more + length
        fits[deeper] &= key_end[deeper] + 3 <= stop[deeper]
        deeper = deeper[fits[deeper]]
        deeper = deeper[buf[key_end[deeper]] == 0x12]
    key_end = np.where(fits, key_end, a)
    fits &= (buf[key_end] == 0x82) & (buf[key_end + 1] == 0x01)
    width, v = varints(buf, key_end + 2)
    fits &= (v + width == stop) & (width > 0)
    return key_end, v, fits
