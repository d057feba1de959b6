"""Decimal numbers in a byte buffer, parsed many at a time and correctly rounded.

Eight digits are one 64-bit word: three multiplications turn it into its number, for all texts at once. Up to 19 digits
make an integer, which is divided by its power of ten in twice the usual precision. The quotient is rounded once; where
that could go either way (the bits cut off are almost a half) the text is left to ``float``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.readers.wandb.eight_bytes import first_of, repeated, words_at

__all__ = ["parse_decimals"]

Int = NDArray[np.int64]
Word = NDArray[np.uint64]
Float = NDArray[np.float64]
Mask = NDArray[np.bool_]

_MOST_DIGITS = 19  # 10**19 < 2**64
_MOST_DECIMALS = 24  # leading zeros included
_MOST_OF_THIRD = 1843  # 1843_99999999_99999999 < 2**64
_MOST_POWER = 60
_AT_ONCE = 8192
"""Texts parsed together: their arrays stay in the cache and below the size that the allocator maps anew each time."""
_MINUS, _PLUS, _ZERO, _E = 45, 43, 48, 101


_POINTS, _ZEROS, _SIXES, _UPPER = map(repeated, (0x2E, 0x30, 0x06, 0xF0))
_BITS_LEFT = np.array([8 * (8 - k) for k in range(9)], np.uint64)
"""How far a word's first k characters are from its end; a shift by 64 leaves zero."""
_LAST = np.array([0, *(((1 << 64) - 1) >> 8 * k << 8 * k for k in range(7, -1, -1))], np.uint64)
"""Mask of the last k characters of a word."""
_STEPS = tuple(
    (np.uint64(times), np.uint64(shift), np.uint64(keep))
    for times, shift, keep in (
        (2561, 8, 0x00FF00FF00FF00FF),
        (6553601, 16, 0x0000FFFF0000FFFF),
        (42949672960001, 32, 0x00000000FFFFFFFF),
    )
)
_TEN_WHOLE = np.array([10**k for k in range(_MOST_DIGITS + 1)], np.uint64)
_TEN = np.array([float(10**k) for k in range(_MOST_POWER + 1)])
_TEN_REST = np.array([float(10**k - int(float(10**k))) for k in range(_MOST_POWER + 1)])
_SPLIT = 134217729.0  # 2**27 + 1: cuts a float into halves whose products are exact


def _high(x: Float) -> Float:
    far = x * _SPLIT
    return far - (far - x)


_TEN_HIGH = _high(_TEN)
_TEN_LOW = _TEN - _TEN_HIGH


def parse_decimals(buf: NDArray[np.uint8], a: Int, b: Int) -> tuple[Float, Mask]:
    """Parse the texts ``buf[a:b]``.

    Parameters
    ----------
    buf
        Bytes, :data:`curveread.readers.wandb.eight_bytes.REACH` more behind the last text.
    a, b
        (n,) where each text begins and ends.

    Returns
    -------
    value
        (n,) float64, what ``float`` gives.
    done
        (n,) bool; False where a text is no plain decimal number (``NaN``, more than 19 digits, an exponent of other
        than two digits), its rounding is uncertain or it ends in the first 24 bytes: these are left to the caller.
    """
    value, done = np.empty(a.size), np.empty(a.size, bool)
    for i in range(0, a.size, _AT_ONCE):
        part = slice(i, i + _AT_ONCE)
        value[part], done[part] = _parse(buf, a[part], b[part])
    return value, done


def _parse(buf: NDArray[np.uint8], a: Int, b: Int) -> tuple[Float, Mask]:
    negative = buf[a] == _MINUS
    start = a + negative
    words = words_at(buf, b - 24, 3)
    stop, exponent, done = _exponents(buf, words, start, b)
    first, second = words_at(buf, start, 2)
    point = _points(first, second, stop - start)
    decimals = np.maximum(stop - start - point - 1, 0)
    done &= b >= 24
    done &= (point >= 1) & (point <= 16) & (decimals <= _MOST_DECIMALS) & (start + point + 1 != stop)
    whole, good = _in_front(first, second, point)
    done &= good & ((point + decimals <= _MOST_DIGITS) | (whole == 0))
    fraction, good = _behind(words, decimals)
    done &= good
    whole *= _TEN_WHOLE.take(decimals, mode="clip")
    whole += fraction
    value, certain = _scaled(whole, exponent - decimals)
    done &= certain
    if negative.any():
        np.negative(value, out=value, where=negative)
    return value, done


def _exponents(buf: NDArray[np.uint8], words: Word, start: Int, b: Int) -> tuple[Int, Int, Mask]:
    """Return where the digits end, the exponent behind them (0 without one), and whether it could be read.

    ``words`` are those that end with the text; on return those that end with the digits.
    """
    tail = words[-1]
    here = np.flatnonzero(((tail >> np.uint64(32)) & np.uint64(0xFF) == _E) & (b - start > 5))
    exponent, done, stop = np.zeros(b.size, np.int64), np.ones(b.size, bool), b
    if here.size:
        sign, tens, units = tail[here].view(np.uint8).reshape(-1, 8)[:, 5:].T.astype(np.int64)
        tens, units = tens - _ZERO, units - _ZERO
        minus = sign == _MINUS
        exponent[here] = np.where(minus, -1, 1) * (10 * tens + units)
        digits = (tens >= 0) & (tens < 10) & (units >= 0) & (units < 10)
        done[here] = digits & (minus | (sign == _PLUS))
        stop = b.copy()
        stop[here] -= 4
        words[:, here] = words_at(buf, stop[here] - 24, 3)
    return stop, exponent, done


def _points(first: Word, second: Word, size: Int) -> Int:
    """Return how many characters stand in front of the point, all where none is among the first 16."""
    found = first_of(_POINTS, first)
    rest = np.flatnonzero(found == 8)
    if rest.size:
        found[rest] += first_of(_POINTS, second[rest])
        found[found == 16] = np.iinfo(np.int64).max
    return np.minimum(found, size)


def _in_front(first: Word, second: Word, size: Int) -> tuple[Word, Mask]:
    """Return the number that the first characters show, up to 16 of them, and whether they are digits."""
    number, good = _eight(_flush_right(first, size))
    long = np.flatnonzero(size > 8)
    if long.size:
        more = size[long] - 8
        low, fits = _eight(_flush_right(second[long], more))
        number[long] = number[long] * _TEN_WHOLE.take(more, mode="clip") + low
        good[long] &= fits
    return number, good


def _flush_right(word: Word, size: Int) -> Word:
    """Return a word's first characters as its last ones, zeros in front of them."""
    word = word ^ _ZEROS
    word <<= _BITS_LEFT.take(size, mode="clip")
    return word


def _behind(words: Word, size: Int) -> tuple[Word, Mask]:
    """Return the number that the last characters show, up to 24 of them, and whether they are digits that fit."""
    number, good = _last(words[2], size)
    for i, unit, most in ((1, 10**8, 10**8), (0, 10**16, _MOST_OF_THIRD)):
        done = 8 * (2 - i)
        long = np.flatnonzero(size > done)
        if not long.size:
            break
        part: NDArray[Any] | slice = slice(None) if long.size == size.size else long
        more, fits = _last(words[i, part], size[part] - done)
        number[part] += more * np.uint64(unit)
        good[part] &= fits & (more <= most)
    return number, good


def _last(word: Word, size: Int) -> tuple[Word, Mask]:
    word = word ^ _ZEROS
    word &= _LAST.take(size, mode="clip")
    return _eight(word)


def _eight(word: Word) -> tuple[Word, Mask]:
    """Return the number that eight digits show (as 0 to 9, not as text), and whether they are digits; O(n)."""
    check = word + _SIXES
    check |= word
    check &= _UPPER
    good = check == 0
    for times, shift, keep in _STEPS:
        word *= times
        word >>= shift
        word &= keep
    return word, good


def _scaled(whole: Word, power: Int) -> tuple[Float, Mask]:
    """Return ``whole * 10**power`` and where that is surely the nearest float."""
    size = np.abs(power)
    done = size <= _MOST_POWER
    np.minimum(size, _MOST_POWER, out=size)
    near = whole.astype(np.float64)
    rest = (whole - near.astype(np.uint64)).view(np.int64).astype(np.float64)
    value, certain = _divided(near, rest, size)
    larger = np.flatnonzero(power > 0)
    if larger.size:
        value[larger], certain[larger] = _multiplied(near[larger], rest[larger], size[larger])
    return value, done & certain


def _product(x: Float, size: Int) -> tuple[Float, Float]:
    """Return ``x`` times a power of ten as the nearest float and what is missing to the exact product."""
    high = _high(x)
    low = x - high
    ten_high, ten_low = _TEN_HIGH[size], _TEN_LOW[size]
    product = x * _TEN[size]
    missing = high * ten_high
    missing -= product
    missing += high * ten_low
    missing += low * ten_high
    missing += low * ten_low
    missing += x * _TEN_REST[size]
    return product, missing


def _divided(near: Float, rest: Float, size: Int) -> tuple[Float, Mask]:
    ten = _TEN[size]
    value = near / ten
    product, missing = _product(value, size)
    near = near - product  # exact: they are neighbours
    near -= missing
    near += rest
    near /= ten
    return _rounded(value, near)


def _multiplied(near: Float, rest: Float, size: Int) -> tuple[Float, Mask]:
    product, missing = _product(near, size)
    return _rounded(product, missing + rest * _TEN[size])


def _rounded(value: Float, correction: Float) -> tuple[Float, Mask]:
    """Return the sum of both, and whether an error of the correction in its last bits cannot change it."""
    slack = np.abs(correction)
    slack *= 2.0**-40
    low = value + (correction - slack)
    slack += correction
    slack += value
    return low, low == slack
