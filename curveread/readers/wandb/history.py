"""The history records of a ``.wandb`` file as columns, decoded for all rows at once.

W&B writes a row's items in random order, so no two rows need look alike. All rows of a chunk are walked in
lockstep, one item of each per round: a round costs a few NumPy operations over the rows. The values are JSON
numbers in ASCII, parsed together by :mod:`curveread.readers.decimals`. A row that does not fit this plan (typed
values, unusual field order) is decoded by :mod:`.records`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from curveread.readers.columns import Column
from curveread.readers.decimals import parse_decimals
from curveread.readers.eight_bytes import digests, reuse_memory
from curveread.readers.wandb.records import history_step, items_of, walk

__all__ = ["History", "read_history", "split_records"]

_CHUNK = 4096
"""Rows walked together: their bytes and index arrays stay in the cache."""
_NUMERIC_START = np.zeros(256, bool)
_NUMERIC_START[[ord(c) for c in "-0123456789NI"]] = True
_SPECIAL = {'"NaN"': np.nan, '"Infinity"': np.inf, '"-Infinity"': -np.inf}

Int = NDArray[np.int64]


@dataclass(slots=True)
class History:
    """All history rows of a file.

    Parameters
    ----------
    rows
        Number of rows.
    step
        (rows,) int64, ``HistoryRecord.step``; -1 where the row has none.
    columns
        key -> Column, in the order of first appearance.
    not_numbers
        key -> how many of its values are no number (media, text, lists).
    broken
        Rows that could not be decoded.
    """

    rows: int
    step: Int
    columns: dict[str, Column] = field(default_factory=dict)
    not_numbers: dict[str, int] = field(default_factory=dict)
    broken: int = 0


def _varints(buf: NDArray[np.uint8], at: Int) -> tuple[Int, Int]:
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


def split_records(buf: NDArray[np.uint8], at: Int, end: Int) -> tuple[Int, Int, list[int]]:
    """Tell history records from the others; record ``i`` is ``buf[at[i]:end[i]]``.

    Returns
    -------
    start, stop
        (rows,) int64: the content of each HistoryRecord.
    others
        Indices of all other records.
    """
    inner = at.copy()
    numbered = np.flatnonzero((buf[at] == 0x08) & (end - at > 2))
    if numbered.size:
        _, inner[numbered] = _varints(buf, at[numbered] + 1)
    is_history = buf[inner] == 0x12
    size, content = _varints(buf, inner + 1)
    is_history &= (content + size <= end) & (end > at)
    rows = np.flatnonzero(is_history)
    return content[rows], content[rows] + size[rows], np.flatnonzero(~is_history).tolist()


def read_history(buf: NDArray[np.uint8], start: Int, stop: Int) -> History:
    """Decode the history rows whose contents are ``buf[start:stop]``; rows keep the order of the file."""
    buffer = buf.data
    out = History(rows=int(start.size), step=np.full(start.size, -1, np.int64))
    gather = _Gather()
    if start.size > _CHUNK:
        reuse_memory()
    for first in range(0, int(start.size), _CHUNK):
        rows = np.arange(first, min(first + _CHUNK, int(start.size)))
        odd = _chunk(buf, rows, start[rows], stop[rows], out, gather)
        for row in odd.tolist():
            try:
                items = items_of(buffer, int(start[row]), int(stop[row]))
                step = history_step(buffer, int(start[row]), int(stop[row]))
            except (ValueError, IndexError):
                out.broken += 1
                continue
            out.step[row] = -1 if step is None else step
            for key, value in items:
                number = _number(value)
                if number is None:
                    if value is not None:
                        out.not_numbers[key] = out.not_numbers.get(key, 0) + 1
                else:
                    gather.add_one(key, row, number)
    out.columns = gather.columns(out.rows)
    return out


def _number(value: object) -> float | None:
    if isinstance(value, str):
        return _SPECIAL.get(f'"{value}"')
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return None
    return None


_SLOTS = 4096
_SLOT_SHIFT = np.uint64(52)


class _Gather:
    """Collects (key, row, value) triples of chunks and turns them into columns."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.slot_digest = np.zeros(_SLOTS, np.uint64)  # a table of the keys seen, by the first bits of their digests
        self.slot_key = np.full(_SLOTS, -1, np.int32)
        self.parts: list[tuple[NDArray[np.int32], Int, NDArray[np.float64]]] = []
        self.single: list[tuple[int, int, float]] = []

    def key_id(self, key: str) -> int:
        return self.ids.setdefault(key, len(self.ids))

    def add_one(self, key: str, row: int, value: float) -> None:
        self.single.append((self.key_id(key), row, value))

    def _dense(self, rows: int) -> dict[str, Column]:
        """Fill a table of all keys and rows: no sorting, as long as most keys stand in most rows."""
        value = np.empty((len(self.ids), rows))
        logged = np.zeros((len(self.ids), rows), bool)
        for key, row, number in self.parts:
            at = key.astype(np.int64) * rows + row
            value.reshape(-1)[at] = number
            logged.reshape(-1)[at] = True
        out: dict[str, Column] = {}
        for name, i in self.ids.items():
            if logged[i].all():
                out[name] = Column(np.arange(rows), value[i])
            elif logged[i].any():
                row = np.flatnonzero(logged[i])
                out[name] = Column(row, value[i][row])
        return out

    def columns(self, rows: int) -> dict[str, Column]:
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


@dataclass(slots=True)
class _Items:
    """Items of several rows: (n,) each row's place in the chunk, where key fields and JSON text begin and end."""

    row: Int
    key_start: Int
    key_stop: Int
    text_start: Int
    text_stop: Int

    def where(self, mask: NDArray[np.bool_]) -> _Items:
        return _Items(
            self.row[mask], self.key_start[mask], self.key_stop[mask], self.text_start[mask], self.text_stop[mask]
        )


def _joined(found: Sequence[_Items]) -> _Items:
    return _Items(
        np.concatenate([f.row for f in found]),
        np.concatenate([f.key_start for f in found]),
        np.concatenate([f.key_stop for f in found]),
        np.concatenate([f.text_start for f in found]),
        np.concatenate([f.text_stop for f in found]),
    )


def _chunk(buf: NDArray[np.uint8], rows: Int, start: Int, stop: Int, out: History, gather: _Gather) -> Int:
    """Walk rows in lockstep; return those that need the slow path, which have then left no trace."""
    at, live = start.copy(), np.flatnonzero(start < stop)
    odd = np.zeros(rows.size, bool)
    step = np.full(rows.size, -1, np.int64)
    found: list[_Items] = []
    while live.size:
        items, end, rest = _plain_items(buf, live, at[live], stop[live])
        if items.row.size:
            found.append(items)
            at[items.row] = end
        if rest.size:
            items = _any_fields(buf, live[rest], at, stop, step, odd)
            if items.row.size:
                found.append(items)
        live = live[(at[live] < stop[live]) & ~odd[live]]
    out.step[rows[~odd]] = step[~odd]
    if found:
        all_items = _joined(found)
        if odd.any():
            all_items = all_items.where(~odd[all_items.row])
        if all_items.row.size:
            key = _keys(buf, all_items.key_start, all_items.key_stop, gather)
            _values(buf, rows[all_items.row], key, all_items.text_start, all_items.text_stop, out, gather)
    return rows[odd]


def _plain_items(buf: NDArray[np.uint8], live: Int, here: Int, stop: Int) -> tuple[_Items, Int, Int]:
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
    text = _word(buf, np.minimum(key_stop, end))  # tag in two bytes, size
    width = (text >> np.uint32(16)) & np.uint32(0xFF)
    good = (head & _SHORT) == _ITEM
    good &= (text & _SHORT_TEXT) == _JSON_TEXT
    good &= (key_stop + 3 + width == end) & (end <= stop) & (width > 0)
    if good.all():
        return _Items(live, here + 2, key_stop, key_stop + 3, end), end, np.empty(0, np.int64)
    mine = np.flatnonzero(good)
    here, key_stop, end = here[mine], key_stop[mine], end[mine]
    return _Items(live[mine], here + 2, key_stop, key_stop + 3, end), end, np.flatnonzero(~good)


_SHORT, _ITEM = np.uint32(0x80FF80FF), np.uint32(0x0012000A)
_SHORT_TEXT, _JSON_TEXT = np.uint32(0x0080FFFF), np.uint32(0x00000182)


def _word(buf: NDArray[np.uint8], at: Int) -> NDArray[np.uint32]:
    """Return the four bytes at each place as one number."""
    words: NDArray[np.uint32] = np.ndarray((buf.size - 3,), "<u4", buf, 0, (1,))
    return words[at]


def _any_fields(buf: NDArray[np.uint8], live: Int, at: Int, stop: Int, step: Int, odd: NDArray[np.bool_]) -> _Items:
    """Take the next field of rows, an item of any form or the step; rows in which it is neither become ``odd``.

    ``at``, ``step`` and ``odd`` of the rows are written.
    """
    here, end = at[live], stop[live]
    tag = buf[here]
    size, a = _varints(buf, here + 1)
    e = a + size
    good = (e <= end) & ((tag == 0x0A) | (tag == 0x12)) & (size >= 0)
    for_step = np.flatnonzero(good & (tag == 0x12))
    if for_step.size:
        at_step, has = a[for_step], size[for_step] > 0
        value, after = _varints(buf, at_step + 1)
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
    return _Items(live[keep], a[keep], key_end[fits], v[fits], e[keep])


def _key_and_text(buf: NDArray[np.uint8], a: Int, stop: Int) -> tuple[Int, Int, NDArray[np.bool_]]:
    """Return where the key fields of items end and their texts begin, and whether they hold just these."""
    first = buf[a]
    length, key_end = _varints(buf, a + 1)
    key_end = key_end + length
    fits = ((first == 0x12) | (first == 0x0A)) & (key_end + 3 <= stop)
    deeper = np.flatnonzero(fits & (buf[np.minimum(key_end, stop)] == 0x12))
    while deeper.size:  # nested_key is repeated: a, b, c
        length, more = _varints(buf, key_end[deeper] + 1)
        key_end[deeper] = more + length
        fits[deeper] &= key_end[deeper] + 3 <= stop[deeper]
        deeper = deeper[fits[deeper]]
        deeper = deeper[buf[key_end[deeper]] == 0x12]
    key_end = np.where(fits, key_end, a)
    fits &= (buf[key_end] == 0x82) & (buf[key_end + 1] == 0x01)
    width, v = _varints(buf, key_end + 2)
    fits &= (v + width == stop) & (width > 0)
    return key_end, v, fits


def _keys(buf: NDArray[np.uint8], a: Int, b: Int, gather: _Gather) -> NDArray[np.int32]:
    """Return the key id of each item; the bytes between ``a`` and ``b`` are its key fields with their headers."""
    digest = digests(buf, a, b)
    slot = (digest >> _SLOT_SHIFT).view(np.int64)
    new = np.flatnonzero(gather.slot_digest[slot] != digest)
    if not new.size:
        return gather.slot_key[slot]
    distinct, example, inverse = np.unique(digest[new], return_index=True, return_inverse=True)
    ids = np.empty(distinct.size, np.int32)
    for i in np.argsort(example).tolist():
        item = int(new[example[i]])
        ids[i] = gather.key_id(_key_text(buf[a[item] : b[item]].tobytes()))
        if gather.slot_key[slot[item]] < 0:
            gather.slot_digest[slot[item]], gather.slot_key[slot[item]] = distinct[i], ids[i]
    out = gather.slot_key[slot]
    out[new] = ids[inverse]
    return out


def _key_text(raw: bytes) -> str:
    return ".".join(raw[x:y].decode("utf-8", "replace") for n, w, x, y in walk(raw, 0, len(raw)) if w == 2)


def _values(
    buf: NDArray[np.uint8], row: Int, key: NDArray[np.int32], a: Int, b: Int, out: History, gather: _Gather
) -> None:
    """Parse the JSON texts ``buf[a:b]`` (in file order) and hand the numbers to ``gather``."""
    numeric = _NUMERIC_START[buf[a]]
    if not numeric.all():
        rest = np.flatnonzero(~numeric)
        names = list(gather.ids)
        for i, name in zip(rest.tolist(), _pick(names, key[rest]), strict=True):
            text = buf[a[i] : b[i]].tobytes()
            number = _SPECIAL.get(text.decode("utf-8", "replace"))
            if number is not None:
                gather.add_one(name, int(row[i]), number)
            elif text != b"null":
                out.not_numbers[name] = out.not_numbers.get(name, 0) + 1
        row, key, a, b = row[numeric], key[numeric], a[numeric], b[numeric]
    if not row.size:
        return
    value, done = parse_decimals(buf, a, b)
    if not done.all():
        names = list(gather.ids)
        for i in np.flatnonzero(~done).tolist():
            try:
                value[i] = float(buf[a[i] : b[i]].tobytes())
            except ValueError:  # it only looks like a number
                name = names[int(key[i])]
                out.not_numbers[name] = out.not_numbers.get(name, 0) + 1
                continue
            done[i] = True
        if not done.all():
            row, key, value = row[done], key[done], value[done]
    gather.parts.append((key, row, value))


def _pick(names: list[str], key: NDArray[np.int32]) -> Iterable[str]:
    return (names[i] for i in key.tolist())
