"""Numbers that stand as text in a byte buffer, parsed many at a time."""

from __future__ import annotations

import numpy as np

from curveread.arrays import BoolArray, ByteArray, FloatArray, IntArray

_AT_ONCE = 8192
"""Texts parsed together: their arrays stay in the cache, and one that is not plain JSON slows down only these."""


def floats_at(buf: ByteArray, a: IntArray, b: IntArray) -> tuple[FloatArray, BoolArray]:
    """Parse the texts ``buf[a:b]``.

    They are joined to a JSON list and left to orjson. Where that refuses (a NaN, or no number), ``float`` reads them
    one by one.

    Parameters
    ----------
    buf
        Bytes.
    a, b
        (n,) where each text begins and ends; none is empty.

    Returns
    -------
    value
        (n,) float64, what ``float`` gives, but that the integer -0 is 0.
    done
        (n,) bool; False where a text is not a number.
    """
    value, done = np.empty(a.size), np.ones(a.size, bool)
    for i in range(0, a.size, _AT_ONCE):
        part = slice(i, i + _AT_ONCE)
        value[part], done[part] = _parsed(buf, a[part], b[part])
    return value, done


def _parsed(buf: ByteArray, a: IntArray, b: IntArray) -> tuple[FloatArray, BoolArray]:
    import orjson

    end = np.cumsum(b - a + 1)
    text = buf[np.repeat(a - np.append(0, end[:-1]), b - a + 1) + np.arange(end[-1])]
    text[end - 1] = ord(",")
    text[-1] = ord("]")
    try:
        found = orjson.loads(b"[" + text.tobytes())
        if len(found) == a.size:
            return np.fromiter(found, np.float64, a.size), np.ones(a.size, bool)
    except (ValueError, TypeError):
        pass
    return _one_by_one([buf[x:y].tobytes() for x, y in zip(a.tolist(), b.tolist(), strict=True)])


def _one_by_one(texts: list[bytes]) -> tuple[FloatArray, BoolArray]:
    value, done = np.full(len(texts), np.nan), np.ones(len(texts), bool)
    for i, text in enumerate(texts):
        try:
            value[i] = float(text)
        except ValueError:
            done[i] = False
    return value, done
