"""Rows of JSON and JSON-lines logs as columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from curveread.arrays import IntArray
from curveread.errors import CorruptLogError
from curveread.plural import amount
from curveread.readers.growing import Growing, GrowingRows
from curveread.readers.json_text import loads
from curveread.readers.tables.columns import Column
from curveread.readers.tables.delimited import Cells, to_table
from curveread.run.notes import DataNote, NoteKind

PIECE = 1 << 20
"""Bytes that are taken apart at once."""

_NAMED = {
    "NaN": math.nan,
    "Infinity": math.inf,
    "-Infinity": -math.inf,
    "nan": math.nan,
    "inf": math.inf,
    "-inf": -math.inf,
}


def lines_to_rows(text: str, source: str) -> tuple[list[dict[str, Any]], list[DataNote]]:
    """Parse one JSON object per line; half-written and damaged lines are noted."""
    lines = [line for line in text.split("\n") if line.strip(" \r\t")]
    if not any(line.strip(" \r\t\x00") for line in lines):
        raise CorruptLogError(f"{source}: the file is empty; expected a JSON object per line")
    try:
        rows = loads("[" + ",".join(lines) + "]")
        if len(rows) == len(lines) and all(type(r) is dict for r in rows):
            return rows, []
    except ValueError:
        pass
    rows, bad = [], []
    for number, line in enumerate(lines, 1):
        try:
            row = loads(line)
        except ValueError:
            bad.append(number)
            continue
        if isinstance(row, dict):
            rows.append(row)
        else:
            bad.append(number)
    notes = []
    if bad and bad[-1] == len(lines):
        bad.pop()
        notes.append(
            DataNote(
                NoteKind.TRUNCATED,
                source,
                f"the last line is not a complete JSON object and was left out; {amount(len(rows), 'row')} kept",
            )
        )
    if bad:
        notes.append(
            DataNote(
                NoteKind.CORRUPT,
                source,
                f"left out {amount(len(bad), 'line')} without a JSON object, the first is line {bad[0]}; "
                f"{amount(len(rows), 'row')} kept",
            )
        )
    if not rows:
        raise CorruptLogError(f"{source}: no line of it is a JSON object")
    return rows, notes


class _Values:
    """What stands under a key: numbers, or what has anything else among its first values as it is."""

    def __init__(self) -> None:
        self.where, self.numbers = GrowingRows(), Growing()
        self.others: list[Any] = []

    def add(self, where: IntArray, values: Sequence[Any], read: float) -> bool:
        """Take the values of further rows; return whether that was possible."""
        kinds = set(map(type, values))
        plain = kinds <= {int, float}
        self.where.add(where, read)
        if self.others or not (plain or self.numbers.size):
            self.others += values
            return not kinds & {dict, list}
        try:
            if plain:
                self.numbers.add(np.array(values, np.float64), read)
        except OverflowError:
            return False
        return plain


def pieces_in(text: str) -> Iterator[bytes]:
    """Yield the lines of a text, about a million characters of them at a time."""
    begin = 0
    while begin < len(text):
        end = text.rfind("\n", begin, begin + PIECE) + 1 or text.find("\n", begin) + 1 or len(text)
        yield text[begin:end].encode("utf-8", "surrogatepass")
        begin = end


def lines_to_cells(pieces: Iterable[bytes], size: int, source: str) -> Cells | None:
    """Return the columns of long regular text with an object per line, in little more memory than they take.

    None for what :func:`lines_to_rows` and :func:`rows_to_cells` have to look at as a whole: damage, nested objects,
    numbers among which other things turn up. The pieces are whole lines, of about ``size`` bytes together.
    """
    found: dict[str, _Values] = {}
    done = rows = 0
    for raw in pieces:
        done += len(raw)
        lines = [line for line in raw.split(b"\n") if line.strip(b" \r\t")]
        try:
            piece = loads(b"[" + b",".join(lines) + b"]")
        except ValueError:
            return None
        if len(piece) != len(lines) or any(type(row) is not dict for row in piece):
            return None
        for key, where, values in _by_key(piece, rows):
            if not found.setdefault(key, _Values()).add(where, values, min(done / size, 1.0)):
                return None
        rows += len(piece)
    if not rows:
        return None
    out, every = Cells(rows), np.arange(rows)
    for key, taken in found.items():
        where = every if taken.where.size == rows else taken.where.whole()
        if taken.others:
            _mixed(out, key, where.tolist(), taken.others, source)
        else:
            out.numeric[key] = Column(where, taken.numbers.whole())
    return out


def _by_key(rows: list[dict[str, Any]], first: int) -> Iterator[tuple[str, IntArray, Sequence[Any]]]:
    """Yield each key of some rows, in which of them it stands, counted from ``first``, and its values."""
    if len({(*row,) for row in rows}) == 1:
        where = np.arange(first, first + len(rows))
        for key, values in zip(rows[0], zip(*(row.values() for row in rows), strict=True), strict=True):
            yield key, where, values
        return
    for key, (at, what) in _gathered(rows).items():
        yield key, np.array(at, np.int64) + first, what


def _gathered(rows: list[dict[str, Any]]) -> dict[str, tuple[list[int], list[Any]]]:
    """Return each key of some rows, with the places of those that have it and the values there."""
    found: dict[str, tuple[list[int], list[Any]]] = {}
    for i, row in enumerate(rows):
        for key, value in row.items():
            try:
                where, what = found[key]
            except KeyError:
                where, what = found[key] = [], []
            where.append(i)
            what.append(value)
    return found


def rows_to_cells(rows: list[dict[str, Any]], source: str, notes: list[DataNote]) -> Cells:
    """Turn objects into columns; nested keys are joined with a dot, ``null`` is "not logged", ``"NaN"`` a number."""
    if not rows:
        return Cells(0, notes=notes)
    if any(type(v) is dict for row in rows[:64] for v in row.values()) or any(
        type(v) is dict for v in rows[-1].values()
    ):
        rows = [_flat(row) for row in rows]
    if any(type(v) is list for row in rows[:64] for v in row.values()):
        rows = _unlisted(rows)
    out = Cells(len(rows), notes=notes)
    for key, (where, values) in _gathered(rows).items():
        kinds = {type(v) for v in values}
        if kinds <= {int, float}:
            try:
                out.numeric[key] = Column(np.array(where, np.int64), np.array(values, np.float64))
                continue
            except OverflowError:
                pass
        _mixed(out, key, where, values, source)
    return out


def _mixed(out: Cells, key: str, where: list[int], values: list[Any], source: str) -> None:
    """Add a column in which not every value is a number."""
    row, number, other = [], [], 0
    for i, value in zip(where, values, strict=True):
        if value is None:
            continue
        if isinstance(value, str) and value in _NAMED:
            value = _NAMED[value]
        if isinstance(value, bool) or not isinstance(value, int | float):
            other += 1
            continue
        try:
            number.append(float(value))
            row.append(i)
        except OverflowError:
            other += 1
    if row and other <= len(row):
        if other:
            lost = amount(other, "value that is not a number", "values that are not numbers")
            out.notes.append(DataNote(NoteKind.SKIPPED, source, f"{key}: left out {lost}"))
        out.numeric[key] = Column(np.array(row, np.int64), np.array(number))
    elif other:
        cells = [""] * out.rows
        for i, value in zip(where, values, strict=True):
            cells[i] = "" if value is None else str(value)
        part = to_table([key], [cells], out.rows, source, out.notes)  # numbers and dates written as text
        out.numeric.update(part.numeric)
        out.text.update(part.text)


_LONGEST_LIST = 32


def _unlisted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the numbers of lists that have one length in all rows names of their own: ``bbox.0``, ``bbox.1``."""
    lengths: dict[str, set[int]] = {}
    for row in rows:
        for key, value in row.items():
            if type(value) is list:
                numbers = value and all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
                lengths.setdefault(key, set()).add(len(value) if numbers else 0)
    good = {k for k, sizes in lengths.items() if len(sizes) == 1 and 0 < min(sizes) <= _LONGEST_LIST}
    if not good:
        return rows
    out = []
    for row in rows:
        flat: dict[str, Any] = {}
        for key, value in row.items():
            if key in good and type(value) is list:
                flat.update((key if len(value) == 1 else f"{key}.{i}", v) for i, v in enumerate(value))
            else:
                flat[key] = value
        out.append(flat)
    return out


def _flat(row: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in row.items():
        name = f"{prefix}{key}"
        if type(value) is dict:
            out.update(_flat(value, name + "."))
        else:
            out[name] = value
    return out
