"""Decimal numbers in a byte buffer, parsed many at a time and correctly rounded.

Numbers of one layout (length, place of the point, place of the exponent) are read column by column: 18 digits fit an
integer, and integer and power of ten are exact in extended precision, so that one division gives the value with 64
significant bits. Rounded to 53 it is correct unless the bits cut off are close to a half; those few go to ``float``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["WIDEST", "parse_decimals"]

WIDEST = 26
"""Longest text that is read; longer ones are left to the caller."""

_POINT, _MINUS, _PLUS, _ZERO, _E = 46, 45, 43, 48, 101
_EXTENDED = np.finfo(np.longdouble).nmant >= 63
_DIGITS = 18
_POWER = 10.0 ** np.arange(23)
_POWER_EXTENDED = np.longdouble(10) ** np.arange(28)
_FEWEST = 16

Int = NDArray[np.int64]


def parse_decimals(buf: NDArray[np.uint8], a: Int, b: Int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Parse the texts ``buf[a:b]``.

    Parameters
    ----------
    buf
        Bytes, with at least :data:`WIDEST` more behind the last text.
    a, b
        (n,) where each text begins and ends.

    Returns
    -------
    value
        (n,) float64, what ``float`` gives.
    done
        (n,) bool; False where a text is no plain decimal number (``NaN``, a long mantissa, rare layouts) and is left to
        the caller.
    """
    width = b - a
    value, done = np.full(a.size, np.nan), np.zeros(a.size, bool)
    narrow = np.flatnonzero((width > 0) & (width <= WIDEST))
    if not narrow.size:
        return value, done
    tallest = int(width[narrow].max())
    text = np.empty((tallest, narrow.size), np.uint8)
    begin, size = a[narrow], width[narrow].astype(np.uint8)
    for j in range(tallest):
        np.take(buf, begin + j, out=text[j], mode="clip")
        text[j] *= size > j
    point, exponent = (_where(text, sign) for sign in (_POINT, _E))
    negative = text[0] == _MINUS
    layout = ((width[narrow] * 32 + point) * 32 + exponent) * 2 + negative
    kinds, inverse, count = np.unique(layout, return_inverse=True, return_counts=True)
    order = np.argsort(inverse.astype(np.int16), kind="stable")
    stop = np.cumsum(count)
    for kind, high, n in zip(kinds.tolist(), stop.tolist(), count.tolist(), strict=True):
        if n < _FEWEST:
            continue
        mine = order[high - n : high]
        number, good = _layout(text[:, mine], kind // 2048, kind // 64 % 32, kind // 2 % 32, bool(kind % 2))
        value[narrow[mine]], done[narrow[mine]] = number, good
    return value, done


def _where(text: NDArray[np.uint8], sign: int) -> Int:
    """Return the first row of each column that holds a sign, 31 where none does."""
    hit = text == sign
    at = hit.argmax(axis=0)
    return np.where((at > 0) | hit[0], at, 31)


def _layout(
    text: NDArray[np.uint8], width: int, point: int, exponent: int, negative: bool
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Parse numbers that all have their point and exponent at the same places."""
    n = text.shape[1]
    end = min(exponent, width)
    digits = [j for j in range(int(negative), end) if j != point]
    good = np.ones(n, bool)
    if not digits or (point < 31 and point > end) or digits[0] == point:
        return np.full(n, np.nan), np.zeros(n, bool)
    whole = np.zeros(n, np.int64)
    for j in digits:
        digit = text[j] - np.uint8(_ZERO)
        good &= digit < 10
        whole = whole * 10 + digit
    for j in digits[:-_DIGITS]:  # more digits fit when they are leading zeros
        good &= text[j] == _ZERO
    power = np.full(n, -(end - point - 1) if point < end else 0)
    if exponent < width:
        signed = text[exponent + 1] if exponent + 1 < width else np.zeros(n, np.uint8)
        minus = signed == _MINUS
        first = np.where(minus | (signed == _PLUS), exponent + 2, exponent + 1)
        shown = np.zeros(n, np.int64)
        for j in range(exponent + 1, width):
            digit = text[j] - np.uint8(_ZERO)
            used = j >= first
            good &= (digit < 10) | ~used
            shown = np.where(used, shown * 10 + digit, shown)
        good &= first < width
        power = power + np.where(minus, -shown, shown)
    number, certain = _scaled(whole, power)
    return (-number if negative else number), good & certain


def _scaled(whole: Int, power: Int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return ``whole * 10**power`` and where that is surely the nearest float."""
    small = (whole < 2**53) & (np.abs(power) <= 22)
    size = np.minimum(np.abs(power), 22)
    number = np.where(power < 0, whole / _POWER[size], whole * _POWER[size])
    rest = np.flatnonzero(~small)
    certain = small.copy()
    if rest.size and _EXTENDED:
        reach = np.abs(power[rest]) <= 27
        scale = _POWER_EXTENDED[np.minimum(np.abs(power[rest]), 27)]
        wide = whole[rest].astype(np.longdouble)
        wide = np.where(power[rest] < 0, wide / scale, wide * scale)
        rounded = wide.astype(np.float64)
        off = np.abs(wide - rounded)  # exact: both have few bits
        half = np.spacing(rounded).astype(np.longdouble) / 2  # below a power of two it is half of that: not certain
        number[rest] = rounded
        certain[rest] = reach & (off < half * np.longdouble(0.998)) & (np.frexp(rounded)[0] != 0.5) & (rounded > 1e-300)
    return number, certain
