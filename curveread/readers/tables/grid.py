"""A regular table of numbers, each row as long as the header, by NumPy's own conversion of a whole text at once."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from curveread.arrays import FloatArray
from curveread.readers.tables.columns import Column

__all__ = ["grid"]

_ODD = (b"(", b"\t", b"\r", b"\v", b"\f")
"""What NumPy would pass over, or take for a part of a number."""


def grid(body: str, names: Sequence[str], delimiter: str) -> tuple[int, dict[str, Column]] | None:
    """Return how many rows there are, and the columns.

    None for anything but numbers and blanks in two columns or more: words, quotes, a comment, a row of another length.
    NumPy takes the same digits as :class:`float` does to the same number.

    Parameters
    ----------
    body
        The lines below the header.
    names
        The columns.
    delimiter
        A comma, a semicolon or a tab.
    """
    if len(names) < 2 or not body or not body.isascii():
        return None
    if "\r" in body:
        body = body.replace("\r\n", "\n")
    raw = (body if body.endswith("\n") else body + "\n").encode()
    mark, rows, width = delimiter.encode(), raw.count(b"\n"), len(names)
    others = bytes(set(range(256)) - {*mark, *b"\n"})
    if raw.translate(None, others) != (mark * (width - 1) + b"\n") * rows:
        return None
    raw = raw.replace(b"\n", mark)
    raw = raw if mark == b"," else raw.replace(b",", b"?").replace(mark, b",")
    blanks = b",," in raw or raw.startswith(b",")
    if any(part in raw for part in _ODD) or (blanks and (b"n" in raw or b"N" in raw)) or _loose(raw):
        return None
    if blanks:  # no other cell is a NaN
        raw = raw.replace(b",,", b",nan,").replace(b",,", b",nan,")
        raw = b"nan" + raw if raw.startswith(b",") else raw
    value = _numbers(raw[:-1])
    if value is None or value.size != rows * width:
        return None
    if blanks and mark == b"\t" and np.isnan(value.reshape(rows, width)).all(axis=1).any():
        return None  # a blank line
    columns = {}
    for at, name in enumerate(names):
        column = value[at::width].copy()
        row = np.flatnonzero(~np.isnan(column)) if blanks else np.arange(rows)
        columns[name] = Column(row, column[row] if blanks else column)
    return rows, columns


def _loose(raw: bytes) -> bool:
    """Return whether no digit follows a sign or a space, which NumPy may take for -1; neither ends the text."""
    char = np.frombuffer(raw, np.uint8)
    behind = char[np.flatnonzero((char == ord(" ")) | (char == ord("-")) | (char == ord("+"))) + 1]
    return bool(((behind < ord("0")) | (behind > ord("9"))).any())


def _numbers(raw: bytes) -> FloatArray | None:
    """Return the numbers between commas; None where something else stands there."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # how an older NumPy says so
        try:
            return np.fromstring(raw, sep=",")
        except (ValueError, DeprecationWarning):
            return None
