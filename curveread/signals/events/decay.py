"""Smooth decay towards a floor: power laws and exponentials, fitted by one grid of linear regressions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curveread.arrays import FloatArray

_POWERS = np.array([0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5, 4.0])
_OFFSETS = np.array([0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0])
"""Exponents b and offsets t0 (as a share of the curve) of c + a (t + t0)^-b."""

_RATES = np.geomspace(0.5, 300.0, 60)
"""Rates k of c + a exp(-k t), t as a share of the curve."""


@dataclass(frozen=True, slots=True)
class Break:
    """Where a curve stops following its decay.

    Parameters
    ----------
    index
        First point of the constant tail.
    gain
        Fall of chi² against the best decay law without a break, in units of the chi² per block that is left:
        large when the curve broke off, small when it bent gradually or follows neither.
    """

    index: int
    gain: float


def breaking_point(x: FloatArray, y: FloatArray, error: FloatArray, first: int, last: int) -> Break:
    """Compare a decay that goes on with one that stops at a point and stays constant.

    Parameters
    ----------
    x
        (k,) positions in (0, 1].
    y, error
        (k,) values and their standard errors.
    first, last
        The break is looked for at indices first <= i < last.

    Returns
    -------
    Break at the index with the smallest chi². The law is c + a (x + t0)^-b or c + a exp(-k x) with a >= 0; b, t0 and
    k come from a grid, c and a from weighted least squares. O(k (last - first)) times the grid's hundred laws.
    """
    powers = ((x[None, None, :] + _OFFSETS[None, :, None]) ** -_POWERS[:, None, None]).reshape(-1, x.size)
    laws = np.concatenate([powers, np.exp(-_RATES[:, None] * x[None, :])])
    weight = 1.0 / np.maximum(error, 1e-12) ** 2
    whole = _fit(laws, y, weight)
    best = Break(first, -np.inf)
    for i in range(first, last):
        head = _fit(laws[:, :i], y[:i], weight[:i])
        w = weight[i:]
        level = float((w * y[i:]).sum() / w.sum())
        tail = float((w * (y[i:] - level) ** 2).sum())
        gain = (whole - head - tail) / max(1.0, (head + tail) / max(x.size - 5, 1))
        if gain > best.gain:
            best = Break(i, gain)
    return best


def _fit(laws: FloatArray, y: FloatArray, weight: FloatArray) -> float:
    """Return the chi² of the best law."""
    total = weight.sum()
    mean = (weight * y).sum() / total
    centres = (laws @ weight) / total
    d = laws - centres[:, None]
    a = np.maximum((d @ (weight * (y - mean))) / np.maximum((d * d) @ weight, 1e-300), 0.0)
    r = (y - mean)[None, :] - a[:, None] * d
    chi = (r * r) @ weight
    return float(chi.min())
