"""Columns of bytes, the same in many rows, read as numbers; and which rows hold the same bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import BoolArray, ByteArray, FloatArray, WordArray
from curveread.readers.tensorboard.event import Number, Span

"""(n, width) uint8, C-contiguous; at least 8 spare bytes behind what is read, so that it can be read in words."""


def column(rows: ByteArray, form: str, at: int) -> NDArray[Any]:
    """Return the numbers that start at byte ``at`` of each row, as a view that need not be aligned."""
    if not len(rows):
        return np.empty(0, form)
    view: NDArray[Any] = np.ndarray((len(rows),), form, rows, at, (rows.shape[1],))
    return view


def varints(rows: ByteArray, span: Span) -> WordArray:
    """Decode varints that all fill the same bytes, (n,) uint64; zeros for an empty span."""
    a, b = span
    out = np.zeros(len(rows), dtype=np.uint64)
    if b > a:
        word = column(rows, "<u8", a).copy()
        for i in range(min(b - a, 8)):
            out |= word >> np.uint64(i) & np.uint64(0x7F << 7 * i)
        for i in range(8, b - a):
            out |= (rows[:, a + i].astype(np.uint64) & np.uint64(0x7F)) << np.uint64(7 * i)
    return out


def numbers(rows: ByteArray, number: Number) -> FloatArray:
    """Decode one number of each row, (n,) float64; 16- and 32-bit floats are widened."""
    if number.span[1] == number.span[0]:
        return np.zeros(len(rows))
    with np.errstate(invalid="ignore"):  # a signalling NaN is a NaN too
        return _stored(rows, number).astype(np.float64)


def rounded(rows: ByteArray, number: Number) -> BoolArray | None:
    """Return which whole numbers float64 does not hold, beyond 2**53, (n,) bool; None when it holds them all."""
    if number.form not in ("<i8", "<u8") or number.span[1] == number.span[0]:
        return None
    whole = _stored(rows, number)
    with np.errstate(invalid="ignore"):
        lost: BoolArray = whole.astype(np.float64).astype(whole.dtype) != whole
    return lost if lost.any() else None


def _stored(rows: ByteArray, number: Number) -> NDArray[Any]:
    """Return one number of each row in the form in which it was stored."""
    a = number.span[0]
    bits: NDArray[Any]
    if not number.varint:
        bits = column(rows, "<u2" if number.form == "bfloat16" else number.form, a).copy()
    elif number.form == "<f2":
        bits = varints(rows, number.span).astype(np.uint16).view(np.float16)
    else:
        bits = varints(rows, number.span)
        bits = bits if number.form in ("<u8", "bfloat16") else bits.view(np.int64)
    if number.form == "bfloat16":
        bits = (bits.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return bits


def words(rows: ByteArray, span: Span) -> list[WordArray]:
    """Return some bytes of each row as words of 8, (n,) uint64 each; the last one is filled up with zeros."""
    a, b = span
    out = [column(rows, "<u8", at).copy() for at in range(a, b, 8)]
    if (b - a) % 8:
        out[-1] &= np.uint64((1 << 8 * ((b - a) % 8)) - 1)
    return out


def alike(text: list[WordArray]) -> NDArray[np.int32] | None:
    """Tell apart the texts of rows, exactly and without sorting.

    Every row writes its number into the bucket of its text and reads who came last there: rows with one
    text find the same row. ByteArray whose text met another one in its bucket go once more, with other buckets.

    Parameters
    ----------
    text
        (n,) uint64 each: the words of :func:`words`.

    Returns
    -------
    numpy.ndarray
        (n,) int32: for each row one row with the same text, the same for all of them. None when all rows are alike.
    """
    text = [w for w in text if not (w == w[0]).all()]
    if not text:
        return None
    left = np.arange(text[0].size, dtype=np.int32)
    keeper = left.copy()
    factor = 0x9E3779B97F4A7C15
    last = np.empty(65536, dtype=np.int32)
    while left.size:
        hashed = np.zeros(left.size, dtype=np.uint64)
        for w in text:
            hashed ^= w
            hashed *= np.uint64(factor)
            hashed ^= hashed >> np.uint64(29)
        bucket = (hashed >> np.uint64(13)).astype(np.uint16)
        last[bucket] = np.arange(left.size, dtype=np.int32)
        found = last[bucket]
        same = np.ones(left.size, dtype=np.bool_)
        for w in text:
            same &= w == w[found]
        keeper[left[same]] = left[found[same]]
        if same.all():
            break
        text = [w[~same] for w in text]
        left = left[~same]
        factor = (factor + 0x3C6EF372FE94F82A) & 0xFFFFFFFFFFFFFFFF | 1
    return keeper
