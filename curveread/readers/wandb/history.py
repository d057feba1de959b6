"""The history records of a ``.wandb`` file as columns, decoded for all rows at once.

W&B writes a row's items in random order, so no two rows need look alike. All rows of a chunk are walked in
lockstep, one item of each per round: a round costs a few NumPy operations over the rows. The values are JSON
numbers in ASCII, parsed together by :mod:`curveread.readers.wandb.numbers`. A row that does not fit this plan (typed
values, unusual field order) is decoded by :mod:`.records`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import ByteArray, IntArray
from curveread.readers.growing import Growing
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
    """The history rows of a file so far.

    ``step`` is ``HistoryRecord.step`` of each row, -1 where it has none; ``not_numbers`` counts of each key the values
    that are no numbers (media, text, lists), ``broken`` the rows that could not be decoded.
    """

    step: Growing = field(default_factory=lambda: Growing(np.int64))
    not_numbers: dict[str, int] = field(default_factory=dict)
    broken: int = 0
    gather: Gather = field(default_factory=Gather)

    @property
    def rows(self) -> int:
        """How many there are."""
        return self.step.size

    def columns(self) -> dict[str, Column]:
        """Return key -> column, in the order of first appearance."""
        return self.gather.columns(self.rows)


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


def read_history(buf: ByteArray, start: IntArray, stop: IntArray, out: History, read: float) -> None:
    """Decode further history rows, whose contents are ``buf[start:stop]``; they keep the order of the file.

    ``read`` is the share of the file that was read.
    """
    buffer, gather = buf.data, out.gather
    if start.size > _CHUNK:
        reuse_memory()
    for first in range(0, int(start.size), _CHUNK):
        begin, stop_of = start[first : first + _CHUNK], stop[first : first + _CHUNK]
        before, step = out.rows, np.full(begin.size, -1, np.int64)
        for i in _chunk(buf, before, begin, stop_of, step, out).tolist():
            try:
                items = items_of(buffer, int(begin[i]), int(stop_of[i]))
                counted = history_step(buffer, int(begin[i]), int(stop_of[i]))
            except (ValueError, IndexError):
                out.broken += 1
                continue
            step[i] = -1 if counted is None else counted
            for key, value in items:
                number = _number(value)
                if number is None:
                    if value is not None:
                        out.not_numbers[key] = out.not_numbers.get(key, 0) + 1
                else:
                    gather.add_one(key, before + i, number)
        gather.settle(before, begin.size, read)
        out.step.add(step, read)


def _number(value: object) -> float | None:
    if isinstance(value, str):
        return _SPECIAL.get(f'"{value}"')
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return None
    return None


def _chunk(buf: ByteArray, first: int, start: IntArray, stop: IntArray, step: IntArray, out: History) -> IntArray:
    """Walk rows, from the ``first`` on, in lockstep; return those that need the slow path, which leave no trace."""
    at, live = start.copy(), np.flatnonzero(start < stop)
    odd, counted = np.zeros(start.size, bool), step.copy()
    found: list[Items] = []
    while live.size:
        items, end, rest = plain_items(buf, live, at[live], stop[live])
        if items.row.size:
            found.append(items)
            at[items.row] = end
        if rest.size:
            items = any_fields(buf, live[rest], at, stop, counted, odd)
            if items.row.size:
                found.append(items)
        live = live[(at[live] < stop[live]) & ~odd[live]]
    step[~odd] = counted[~odd]
    if found:
        all_items = joined(found)
        if odd.any():
            all_items = all_items.where(~odd[all_items.row])
        if all_items.row.size:
            key = _keys(buf, all_items.key_start, all_items.key_stop, out.gather)
            _values(buf, first + all_items.row, key, all_items.text_start, all_items.text_stop, out)
    return np.flatnonzero(odd)


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


def _values(buf: ByteArray, row: IntArray, key: NDArray[np.int32], a: IntArray, b: IntArray, out: History) -> None:
    """Parse the JSON texts ``buf[a:b]`` (in file order) and gather the numbers."""
    gather = out.gather
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
