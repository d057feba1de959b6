"""A regular table of numbers, each row as long as the header, some thousand lines at a time as JSON.

That is the fastest exact conversion there is without an import of pandas, and it takes hardly more memory than the
numbers do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import orjson

from curveread.arrays import FloatArray
from curveread.readers.tables.columns import Column

_PIECE = 1 << 17
_OF_NUMBERS = b"0123456789.+-eE naN"
"""What numbers are made of; other things that JSON and :class:`float` know, or know apart, have further letters."""


def grid(text: str, begin: int, names: Sequence[str], delimiter: str) -> tuple[int, dict[str, Column]] | None:
    """Return how many rows there are, and the columns, below a header that ends before ``begin``.

    None for anything but numbers and blanks in two columns or more: words, quotes, a comment, a row of another length.
    The delimiter is a comma, a semicolon or a tab.
    """
    rows, width = text.count("\n", begin) + (not text.endswith("\n")), len(names)
    if width < 2 or begin >= len(text):
        return None
    value = np.empty((width, rows))
    done, any_blank, any_nan = 0, False, False
    while begin < len(text):
        end = text.rfind("\n", begin, begin + _PIECE) + 1 or text.find("\n", begin) + 1 or len(text)
        raw = _as_commas(text[begin:end], width, delimiter)
        if raw is None:
            return None
        found, blank = _numbers(raw)
        any_blank, any_nan = any_blank or blank, any_nan or b"n" in raw or b"N" in raw
        if found is None or found.size % width or (any_blank and any_nan):
            return None
        of_piece = found.reshape(-1, width).T
        value[:, done : done + of_piece.shape[1]] = of_piece
        begin, done = end, done + of_piece.shape[1]
    every = np.arange(rows)
    if not any_blank:
        return rows, {name: Column(every, column) for name, column in zip(names, value, strict=True)}
    logged = ~np.isnan(value)
    if delimiter == "\t" and not logged.any(axis=0).all():
        return None  # a blank line
    return rows, {
        name: Column(every, column) if there.all() else Column(np.flatnonzero(there), column[there])
        for name, column, there in zip(names, value, logged, strict=True)
    }


def _as_commas(lines: str, width: int, delimiter: str) -> bytes | None:
    """Return lines as one, a comma behind each cell; None when they are of other widths or hold more than numbers."""
    if not lines.isascii():
        return None
    raw = lines.encode()
    raw = raw.replace(b"\r\n", b"\n") if b"\r" in raw else raw
    raw = raw if raw.endswith(b"\n") else raw + b"\n"
    if raw.translate(None, _OF_NUMBERS) != (delimiter * (width - 1) + "\n").encode() * raw.count(b"\n"):
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
    value = np.array(found, np.float64) if blank or b"n" in raw else np.fromiter(found, np.float64, len(found))
    if not value.all() and (b"-0," in raw or b"-0 " in raw):
        return None, blank  # an integer has no such zero
    return value, blank


def _loaded(raw: bytes) -> list[float | None] | None:
    try:
        return cast(list[float | None], orjson.loads(b"[" + raw[:-1] + b"]"))
    except ValueError:
        return None
