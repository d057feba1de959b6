"""A regular table of numbers, each row as long as the header, some thousand lines at a time as JSON.

That is the fastest exact conversion there is without an import of pandas, and it takes hardly more memory than the
numbers do.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import numpy as np
import orjson

from curveread.arrays import FloatArray
from curveread.readers.tables.columns import Column

_PIECE = 1 << 17
_ROW = 1 << 8
_OF_NUMBERS = b"0123456789.+-eE naN"
"""What numbers are made of; other things that JSON and :class:`float` know, or know apart, have further letters."""
_ROOM = 1.02


def size_of_piece(width: int) -> int:
    """Return how many bytes of a table of so many columns are converted at once: some rows at the least."""
    return max(_PIECE, _ROW * width)


def pieces_in(text: str, begin: int, width: int) -> Iterator[bytes]:
    """Yield the lines of a text from ``begin`` on, some at a time."""
    size = size_of_piece(width)
    while begin < len(text):
        end = text.rfind("\n", begin, begin + size) + 1 or text.find("\n", begin) + 1 or len(text)
        yield text[begin:end].encode("utf-8", "replace")
        begin = end


def grid(
    pieces: Iterable[bytes], size: int, names: Sequence[str], delimiter: str
) -> tuple[int, dict[str, Column]] | None:
    """Return how many rows there are, and the columns, from pieces of whole lines of about so many bytes together.

    None for anything but numbers and blanks in two columns or more: words, quotes, a comment, a row of another length.
    The delimiter is a comma, a semicolon or a tab.
    """
    width = len(names)
    if width < 2:
        return None
    columns = [np.empty(0)] * width
    rows, done, any_blank, any_nan = 0, 0, False, False
    for piece in pieces:
        raw = _as_commas(piece, width, delimiter)
        if raw is None:
            return None
        found, blank = _numbers(raw)
        any_blank, any_nan = any_blank or blank, any_nan or b"n" in raw or b"N" in raw
        if found is None or found.size % width or (any_blank and any_nan):
            return None
        end, done = rows + found.size // width, done + len(piece)
        if end > columns[0].size:  # room that is not used is no memory
            columns = [_with_room(c[:rows], max(end, int(_ROOM * end * size / done))) for c in columns]
        for column, cells in zip(columns, found.reshape(-1, width).T, strict=True):
            column[rows:end] = cells
        rows = end
    if not rows:
        return None
    every = np.arange(rows)
    value = dict(zip(names, (column[:rows] for column in columns), strict=True))
    if not any_blank:
        return rows, {name: Column(every, column) for name, column in value.items()}
    logged = {name: ~np.isnan(column) for name, column in value.items()}
    if delimiter == "\t" and not np.logical_or.reduce(list(logged.values())).all():
        return None  # a blank line
    return rows, {
        name: Column(every, value[name]) if there.all() else Column(np.flatnonzero(there), value[name][there])
        for name, there in logged.items()
    }


def _with_room(column: FloatArray, room: int) -> FloatArray:
    larger = np.empty(room)
    larger[: column.size] = column
    return larger


def _as_commas(raw: bytes, width: int, delimiter: str) -> bytes | None:
    """Return lines as one, a comma behind each cell; None when they are of other widths or hold more than numbers."""
    raw = raw.replace(b"\r\n", b"\n") if b"\r" in raw else raw
    raw = raw if raw.endswith(b"\n") else raw + b"\n"
    between = raw.translate(None, _OF_NUMBERS)
    if between != (delimiter * (width - 1) + "\n").encode() * (len(between) // width):
        return None
    raw = raw.replace(b"\n", b",")
    return raw if delimiter == "," else raw.replace(delimiter.encode(), b",")


def _numbers(raw: bytes) -> tuple[FloatArray | None, bool]:
    """Return the numbers, NaN for a blank, and whether there are any; None where something else stands there."""
    if b"n" in raw or b"N" in raw:
        raw = raw.replace(b"nan", b"null").replace(b"NaN", b"null")
    blank = False
    found = _loaded(raw)
    if found is None and (b",," in raw or raw.startswith(b",")):
        raw, blank = (b"," + raw).replace(b",,", b",null,").replace(b",,", b",null,")[1:], True
        found = _loaded(raw)
    if found is None:
        return None, blank
    if blank or b"n" in raw:
        value = np.array(found, np.float64)
    else:  # the fastest way from a list to an array
        value = np.frombuffer(struct.pack(f"{len(found)}d", *found))
    if not value.all() and (b"-0," in raw or b"-0 " in raw):
        return None, blank  # an integer has no such zero
    return value, blank


def _loaded(raw: bytes) -> list[float | None] | None:
    try:
        return cast(list[float | None], orjson.loads(b"[" + raw[:-1] + b"]"))
    except ValueError:
        return None
