"""``log_history`` of the Hugging Face Trainer as columns: what each key holds, entry by entry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import FloatArray, IntArray

NUMBER, NULL, OTHER = 0, 1, 2
_NAMED = {
    "NaN": math.nan,
    "Infinity": math.inf,
    "-Infinity": -math.inf,
    "nan": math.nan,
    "inf": math.inf,
    "-inf": -math.inf,
}


class LogCells(NamedTuple):
    """The values of one key: (n,) ascending entries that hold it, NaN where it is not a number, and what kind each is.

    That is :data:`NUMBER`, :data:`NULL` or :data:`OTHER` (text, true, a list …).
    """

    entry: IntArray
    value: FloatArray
    kind: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class LogHistory:
    """A log history: how many entries, how many of them are no objects, and key -> LogCells as they first appear."""

    entries: int
    unusable: int = 0
    columns: Mapping[str, LogCells] = field(default_factory=dict)


def history_of(entries: Sequence[Any]) -> LogHistory:
    """Return parsed entries as columns.

    Entries with the same keys are taken together, as a table.
    """
    place: Sequence[int] | None = None
    rows = entries
    if not set(map(type, entries)) <= {dict}:
        place = [i for i, row in enumerate(entries) if isinstance(row, dict)]
        rows = [entries[i] for i in place]
    keys_of = list(map(tuple, rows))
    kinds = {keys: i for i, keys in enumerate(dict.fromkeys(keys_of))}
    kind_of = np.fromiter(map(kinds.__getitem__, keys_of), np.int32, len(rows))
    pieces: dict[str, list[LogCells]] = {}
    for keys, kind in kinds.items():
        where = np.flatnonzero(kind_of == kind)
        same = rows if where.size == len(rows) else [rows[i] for i in where.tolist()]
        for key, (value, cell_kind) in zip(keys, _columns(same, len(keys)), strict=True):
            pieces.setdefault(key, []).append(LogCells(where, value, cell_kind))
    columns = {}
    for key, parts in pieces.items():
        entry, value, cell_kind = (np.concatenate([getattr(p, n) for p in parts]) for n in ("entry", "value", "kind"))
        if len(parts) > 1:
            order = np.argsort(entry, kind="stable")
            entry, value, cell_kind = entry[order], value[order], cell_kind[order]
        columns[key] = LogCells(entry if place is None else np.asarray(place, np.int64)[entry], value, cell_kind)
    return LogHistory(len(entries), len(entries) - len(rows), columns)


def _columns(rows: Sequence[dict[str, Any]], width: int) -> Iterator[tuple[FloatArray, NDArray[np.int8]]]:
    """Yield (n,) values and kinds of each key of rows that have the same keys in the same order."""
    values = list(chain.from_iterable(map(dict.values, rows)))
    if set(map(type, values)) <= {float, int}:
        with suppress(OverflowError):
            table = np.array(values, np.float64).reshape(len(rows), width)
            yield from ((table[:, i], np.zeros(len(rows), np.int8)) for i in range(width))
            return
    for i in range(width):
        yield _cells(values[i::width])


def _cells(values: list[Any]) -> tuple[FloatArray, NDArray[np.int8]]:
    """Return (n,) values and their kinds."""
    if set(map(type, values)) <= {float, int}:
        with suppress(OverflowError):
            return np.array(values, np.float64), np.zeros(len(values), np.int8)
    number, kind = zip(*map(cell_of, values), strict=True)
    return np.array(number, np.float64), np.array(kind, np.int8)


def cell_of(value: object) -> tuple[float, int]:
    """Return number and kind of a JSON value; numbers written as text count, ``true`` does not."""
    if value is None:
        return math.nan, NULL
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan, OTHER
    try:
        return (_NAMED[value] if isinstance(value, str) and value in _NAMED else float(value)), NUMBER
    except (ValueError, OverflowError):
        return math.nan, OTHER
