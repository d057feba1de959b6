"""Rows of CSV and TSV files as columns, tolerant of what happens to real logs.

Header repeated in the middle, rows of other lengths, a half-written last line, padded names, semicolons with decimal
commas: read, with a note. What is regular and all numbers is converted at once, what is large and regular goes through
pandas' parser, and all else through :mod:`csv`.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from curveread.plural import amount
from curveread.readers.tables.columns import CLOCK_NAMES, MISSING, Column, Table, is_axis_name, numbers
from curveread.readers.tables.csv_rows import (
    Rows,
    below,
    delimiter_of,
    first_line,
    unique,
    unique_names,
    without_cut_end,
)
from curveread.readers.tables.durations import durations
from curveread.readers.tables.grid import grid, pieces_in
from curveread.readers.tables.unnamed import widened
from curveread.readers.tables.wrapped import unwrapped
from curveread.run.notes import DataNote, NoteKind

_LARGE = 1 << 21
"""Characters from which pandas' parser is worth its import."""
_PIECE = 1 << 18
_COUNT = re.compile(r"(?:[A-Za-z]+[ _-]?)?(\d+)(?:\s?/\s?\d+)?")
_WORD = re.compile(r"(?!(?:nan|inf(?:inity)?)$)[A-Za-z][A-Za-z .]{1,30}", re.IGNORECASE)
_SUMMED_UP = 0.3
"""Share of the rows up to which words at the end sum up the others; more are rows like any."""
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+(?:[eE][+-]?\d+)?")


@dataclass(slots=True)
class Cells:
    """A parsed file: numeric columns, and the text of those that are none.

    Parameters
    ----------
    rows
        Number of rows.
    numeric
        name -> column.
    text
        name -> (rows,) cells of columns without numbers.
    notes
        What was repaired or left out.
    restarts
        Rows in front of which the header was repeated.
    torn
        Numeric columns in which cells are neither blank nor numbers.
    """

    rows: int
    numeric: dict[str, Column] = field(default_factory=dict)
    text: dict[str, list[str]] = field(default_factory=dict)
    notes: list[DataNote] = field(default_factory=list)
    restarts: tuple[int, ...] = ()
    torn: set[str] = field(default_factory=set)

    def table(self) -> Table:
        """Return the numeric columns as a table."""
        return Table(self.rows, self.numeric, self.restarts)


def parse_cells(text: str, source: str) -> Cells:
    """Parse a delimited file with a header line; ``source`` is its name, for the notes.

    Blank cells (and ``NA``, ``null``, ``None``) are "not logged"; ``NaN``, ``inf`` are values.
    """
    header = first_line(text)
    delimiter = delimiter_of(header) or ","
    text, notes = without_cut_end(text, delimiter, source)
    names, begin = unique_names(header, delimiter), below(text, header)
    found = grid(pieces_in(text, begin, len(names)), len(text) - begin, names, delimiter)
    cells = None if found is None else Cells(*found)
    if cells is None and len(text) > _LARGE:
        cells = _with_pandas(text, header, names, delimiter, source)
    if cells is None:
        cells = _with_csv(text, delimiter, source)
    if "\x00" in header:
        message = "a stretch of zeros goes through the header line: rows that stood there are lost"
        notes.append(DataNote(NoteKind.CORRUPT, source, message))
    cells.notes[:0] = notes
    return cells


def _with_csv(text: str, delimiter: str, source: str) -> Cells:
    found = Rows(text, delimiter)
    rows = list(found)
    notes = found.notes(source)
    if not rows:
        return Cells(0, notes=notes)
    head = rows[0]
    width = len(head)
    body = rows[1:]
    if body and len(body[-1]) < width and (len(body) == 1 or not text.endswith("\n") or len(body[-2]) == width):
        last = body.pop()
        message = f"the last line is half written ({len(last)} of {width} cells) and was left out"
        notes.append(DataNote(NoteKind.TRUNCATED, source, message))
    names, body, remark = widened(head, body, delimiter)
    if remark:
        width = len(names)
        notes.append(DataNote(NoteKind.CORRUPT, source, remark))
    again = [i for i, r in enumerate(body) if r == head]
    restarts: list[int] = []
    if again:
        whole = np.cumsum([0, *(len(r) == width and r != head for r in body)])  # rows of full width before each row
        restarts = [int(whole[i]) for i in again]
        body = [r for r in body if r != head]
        message = f"the header is repeated {amount(len(again), 'time')}: several logs were written into this file"
        notes.append(DataNote(NoteKind.MERGED, source, message))
    fitting = [r for r in body if len(r) == width]
    if len(fitting) < len(body):
        trailing = [r for r in body if len(r) == width + 1 and not r[-1].strip()]
        if len(trailing) + len(fitting) == len(body):
            fitting = [r[:width] for r in body]
        else:
            other = len(body) - len(fitting)
            common = "most rows" if remark else "the header"
            message = f"left out {other} of {amount(len(body), 'row')}: another number of cells than {common} ({width})"
            notes.append(DataNote(NoteKind.CORRUPT, source, message))
    if delimiter == ";":
        fitting = [[_point(c) for c in r] for r in fitting]
    fitting = _without_summaries(names, fitting, source, notes)
    columns = list(zip(*fitting, strict=True)) if fitting else [()] * width
    out = to_table(unique(names), columns, len(fitting), source, notes)
    out.restarts = tuple(restarts)
    return out


def _without_summaries(
    names: Sequence[str], rows: list[list[str]], source: str, notes: list[DataNote]
) -> list[list[str]]:
    """Return rows without those at the end whose counter is a word: ``mean,0.41``, ``best,0.38``."""
    at = next((i for i, name in enumerate(names) if is_axis_name(name)), None)
    end = len(rows)
    while at is not None and end and _WORD.fullmatch(rows[end - 1][at].strip()):
        end -= 1
    said = [row[at or 0].strip() for row in rows[end:]]
    if not said or len(said) > _SUMMED_UP * len(rows) or {s.lower() for s in said} & MISSING:
        return rows
    message = (
        f"left out {amount(len(said), 'row')} at the end that no {names[at or 0].strip()} counts: {', '.join(said)}"
    )
    notes.append(DataNote(NoteKind.SKIPPED, source, message))
    return rows[:end]


def _point(cell: str) -> str:
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell.strip()) else cell


def to_table(
    names: Sequence[str], columns: Sequence[Sequence[str]], rows: int, source: str, notes: list[DataNote]
) -> Cells:
    """Tell numeric columns from text; a few words among the numbers are noted."""
    out = Cells(rows, notes=notes)
    wrapped: list[str] = []
    for name, cells in zip(names, columns, strict=True):
        value, logged, wrong = numbers(list(cells))
        if wrong and (inside := [unwrapped(c) for c in cells]) != list(cells):
            value, logged, wrong = numbers(inside)
            wrapped.append(name)
        if wrong and is_axis_name(name) and all(found := [_COUNT.fullmatch(c.strip()) for c in cells]):
            value, logged, wrong = numbers([m[1] for m in found if m is not None])  # 3/10, Epoch 3
        count = int(logged.sum())
        if name.lower() in CLOCK_NAMES and wrong:
            clock = _clock(cells)
            if clock is not None:
                out.numeric[name] = clock
                continue
        if wrong > count and (lasted := durations(name, cells, names)) is not None:
            out.numeric[name] = lasted
            continue
        if wrong > count:
            out.text[name] = list(cells)
            continue
        if wrong:
            message = f"{name}: left out {amount(wrong, 'cell that is not a number', 'cells that are not numbers')}"
            notes.append(DataNote(NoteKind.SKIPPED, source, message))
            out.torn.add(name)
        row = np.flatnonzero(logged)
        out.numeric[name] = Column(row, value[logged])
    wrapped = [name for name in wrapped if name in out.numeric]
    if wrapped:
        message = f"{', '.join(wrapped)}: the number was read out of cells such as tensor(0.5), [0.5] or 5%"
        notes.append(DataNote(NoteKind.SKIPPED, source, message))
    return out


def _clock(cells: Sequence[str]) -> Column | None:
    """Return ISO dates as seconds since the epoch (UTC where the log names no zone); None when they are none."""
    row, value = [], []
    for i, cell in enumerate(cells):
        try:
            moment = datetime.fromisoformat(cell.strip())
        except ValueError:
            continue
        row.append(i)
        value.append((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    if len(row) < 0.9 * len(cells):
        return None
    return Column(np.array(row, np.int64), np.array(value))


def _with_pandas(text: str, header: str, names: Sequence[str], delimiter: str, source: str) -> Cells | None:
    """Parse a large, regular file; None when it has any peculiarity, which :func:`_with_csv` then handles."""
    width = len(names)
    end = "" if text.endswith("\n") else "\n"
    start = text.index(header)
    begin = start + len(header)
    lines = text.count("\n", start) + len(end)
    if any(text.find(c, begin) >= 0 for c in '"#\x00') or text.count(header) > 1:
        return None
    if text.count(delimiter, start) != lines * (width - 1):  # a short or long row somewhere
        return None
    if delimiter == ";" and _DECIMAL_COMMA.search(text, begin, begin + 4096):
        return None
    import pandas as pd

    exact: dict[str, Any] = {"float_precision": "round_trip"} if int(pd.__version__.split(".")[0]) < 3 else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            frame = pd.read_csv(
                _Pieces(text, below(text, header)),
                sep=delimiter,
                header=None,
                keep_default_na=False,
                na_values=sorted({*MISSING, *(m.upper() for m in MISSING), "None", "Null"}),
                low_memory=True,  # in pieces; a column of which some pieces are words is none for this parser
                skip_blank_lines=True,
                **exact,
            )
    except (ValueError, OverflowError):
        return None
    if frame.shape[1] != width:
        return None
    out = Cells(len(frame))
    every = np.arange(len(frame))
    for i, name in enumerate(names):
        series = frame[i]
        if series.dtype.kind in "iuf":
            value = series.to_numpy(np.float64)
            logged = ~np.isnan(value)
            out.numeric[name] = Column(every, value) if logged.all() else Column(np.flatnonzero(logged), value[logged])
        else:
            found = series.tolist()
            if not all(isinstance(c, str) or c is None or c != c for c in found):
                return None
            cells = ["" if c is None or c != c else c for c in found]
            part = to_table([name], [cells], len(frame), source, out.notes)
            out.numeric.update(part.numeric)
            out.text.update(part.text)
    return out


class _Pieces(io.RawIOBase):
    """Text from some character on as a file of bytes, of which no copy is made but a piece at a time."""

    def __init__(self, text: str, begin: int) -> None:
        self._text, self._at, self._left = text, begin, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._left) < size:
            piece = self._text[self._at : self._at + _PIECE]
            if not piece:
                break
            self._at += len(piece)
            self._left += piece.encode("utf-8", "surrogatepass")
        out, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
        return out
