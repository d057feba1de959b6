"""The history records of a ``.wandb`` file as columns, decoded for all rows at once.

W&B writes a row's items in random order, so no two rows need look alike. All rows of a chunk are walked in
lockstep, one item of each per round: a round costs a few NumPy operations over the rows. The values are JSON
numbers in ASCII, parsed together by :mod:`curveread.readers.wandb.numbers`. A row that does not fit this plan (typed
values, unusual field order) is decoded by :mod:`.records`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import ByteArray, IntArray
from curveread.readers.tables.columns import Column
from curveread.readers.wandb.eight_bytes import digests, reuse_memory
from curveread.readers.wandb.gather import SLOT_SHIFT, Gather
from curveread.readers.wandb.items import Items, any_fields, joined, plain_items, varints
from curveread.readers.wandb.numbers import floats_at
from curveread.readers.wandb.records import history_step, items_of, walk

_CHUNK = 4096
"""Rows walked together: their bytes and index arrays stay in the cache."""
_NUMERIC_START = np.zeros(256, bool)
_NUMERIC_START[[ord(c) for c in "-0123456789NI"]] = True
_SPECIAL = {'"NaN"': np.nan, '"Infinity"': np.inf, '"-Infinity"': -np.inf}


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
        key -> how many of its values are not a number (media, text, lists).
    broken
        Rows that could not be decoded.
    """

    rows: int
    step: IntArray
    columns: dict[str, Column] = field(default_factory=dict)
    not_numbers: dict[str, int] = field(default_factory=dict)
    broken: int = 0


def split_records(buf: ByteArray, at: IntArray, end: IntArray) -> tuple[IntArray, IntArray, list[int]]:
    """Tell history records from the others; record ``i`` is ``buf[at[i]:end[i]]``.

    Returns first byte and end of the content of each, (rows,) int64, and the indices of all other records.
    """
    inner = at.copy()
    numbered = np.flatnonzero((buf[at] == 0x08) & (end - at > 2))
    if numbered.size:
        _, inner[numbered] = varints(buf, at[numbered] + 1)
    is_history = buf[inner] == 0x12
    size, content = varints(buf, inner + 1)
    is_history &= (content + size <= end) & (end > at)
    rows = np.flatnonzero(is_history)
    return content[rows], content[rows] + size[rows], np.flatnonzero(~is_history).tolist()


def read_history(
    buf: ByteArray, start: IntArray, stop: IntArray, passed: Callable[[int], None] = lambda place: None
) -> History:
    """Decode the history rows whose contents are ``buf[start:stop]``; rows keep the order of the file.

    ``passed`` is told now and then up to which place the bytes are not needed any more.
    """
    buffer = buf.data
    out = History(rows=int(start.size), step=np.full(start.size, -1, np.int64))
    gather = Gather()
    if start.size > _CHUNK:
        reuse_memory()
    for first in range(0, int(start.size), _CHUNK):
        if first % (8 * _CHUNK) == 0:
            passed(int(start[first]))
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


def _chunk(buf: ByteArray, rows: IntArray, start: IntArray, stop: IntArray, out: History, gather: Gather) -> IntArray:
    """Walk rows in lockstep; return those that need the slow path, which have then left no trace."""
    at, live = start.copy(), np.flatnonzero(start < stop)
    odd = np.zeros(rows.size, bool)
    step = np.full(rows.size, -1, np.int64)
    found: list[Items] = []
    while live.size:
        items, end, rest = plain_items(buf, live, at[live], stop[live])
        if items.row.size:
            found.append(items)
            at[items.row] = end
        if rest.size:
            items = any_fields(buf, live[rest], at, stop, step, odd)
            if items.row.size:
                found.append(items)
        live = live[(at[live] < stop[live]) & ~odd[live]]
    out.step[rows[~odd]] = step[~odd]
    if found:
        all_items = joined(found)
        if odd.any():
            all_items = all_items.where(~odd[all_items.row])
        if all_items.row.size:
            key = _keys(buf, all_items.key_start, all_items.key_stop, gather)
            _values(buf, rows[all_items.row], key, all_items.text_start, all_items.text_stop, out, gather)
    return rows[odd]


def _keys(buf: ByteArray, a: IntArray, b: IntArray, gather: Gather) -> NDArray[np.int32]:
    """Return the key id of each item; the bytes between ``a`` and ``b`` are its key fields with their headers."""
    digest = digests(buf, a, b)
    slot = (digest >> SLOT_SHIFT).view(np.int64)
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
    buf: ByteArray, row: IntArray, key: NDArray[np.int32], a: IntArray, b: IntArray, out: History, gather: Gather
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
    value, done = floats_at(buf, a, b)
    if not done.all():  # what only looks like a number
        for name in _pick(list(gather.ids), key[~done]):
            out.not_numbers[name] = out.not_numbers.get(name, 0) + 1
        row, key, value = row[done], key[done], value[done]
    gather.parts.append((key, row, value))


def _pick(names: list[str], key: NDArray[np.int32]) -> Iterable[str]:
    return (names[i] for i in key.tolist())
