"""Smoothing: five methods behind one :func:`smooth_values`; NaN and ±Inf stay where they were."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.signals import windows
from curveread.signals.median import median
from curveread.signals.reduction import knots


def ema(value: FloatArray, weight: float = 0.6) -> FloatArray:
    """Smooth with TensorBoard's debiased exponential moving average.

    Parameters
    ----------
    value
        (n,) float64.
    weight
        0 (no smoothing) to 1, exclusive: the number on TensorBoard's slider.

    Returns
    -------
    (n,) float64. A non-finite value is passed through and leaves the average untouched; a constant series
    comes back as it is. O(n).

    Notes
    -----
    ``last = last * w + (1 - w) * y; smoothed = last / (1 - w**n)`` with n the finite points so far, as in
    TensorBoard's ``line_chart_v2/data_transformer.ts``. It runs over points, not steps.

    Examples
    --------
    >>> ema(np.array([4.0, 2.0, 2.0]), 0.5).round(3).tolist()
    [4.0, 2.667, 2.286]
    """
    if not 0.0 <= weight < 1.0:
        raise ValueError(f"weight must be at least 0 and below 1, not {weight}")
    out = np.array(value, dtype=np.float64)
    finite = np.isfinite(out)
    y = out[finite]
    if y.size == 0 or weight == 0.0 or bool((y == y[0]).all()):
        return out
    out[finite] = _recursion(y, weight) / -np.expm1(np.arange(1, y.size + 1) * np.log(weight))
    return out


def _recursion(y: FloatArray, weight: float) -> FloatArray:
    """Return ``last[i] = weight * last[i - 1] + (1 - weight) * y[i]``, from 0; finite ``y``. O(n).

    Within a block the recursion is a sum with growing weights; a block is so short that they stay far from overflow.
    Plain NumPy: importing ``scipy.signal`` takes longer than a report on a small run.
    """
    rate = -np.log(weight)
    width = int(np.clip(300.0 / rate, 1, y.size))
    scale = float(np.abs(y).max()) or 1.0
    rows = np.zeros(-(-y.size // width) * width)
    rows[: y.size] = y / scale
    growth = np.exp(rate * np.arange(width))
    block = np.cumsum(rows.reshape(-1, width) * growth, axis=1) * ((1.0 - weight) / growth)
    carry, carries = 0.0, np.empty(len(block))
    fade = float(np.exp(-rate * width))
    for i, end in enumerate(block[:, -1].tolist()):
        carries[i] = carry
        carry = end + fade * carry
    block += carries[:, None] * (weight / growth)
    raw: FloatArray = block.ravel()[: y.size] * scale
    return raw


def running_median(value: FloatArray, window: int = 15) -> FloatArray:
    """Smooth with the median of a centred window of ``window`` points (made odd); the ends are reflected."""
    return _on_finite(value, lambda y: windows.running_median(y, _odd(window, y.size)))


def savitzky_golay(value: FloatArray, window: int = 15, order: int = 3) -> FloatArray:
    """Smooth with a local polynomial of ``order`` over ``window`` points (Savitzky & Golay 1964)."""
    from scipy.signal import savgol_filter

    def fit(y: FloatArray) -> FloatArray:
        width = _odd(window, y.size)
        return np.asarray(savgol_filter(y, width, min(order, width - 1), mode="interp"))

    return _on_finite(value, fit)


def gaussian(value: FloatArray, sigma: float = 5.0) -> FloatArray:
    """Smooth with a Gaussian kernel of standard deviation ``sigma`` points; the ends are reflected."""
    from scipy.ndimage import gaussian_filter1d

    if not sigma > 0:
        raise ValueError(f"sigma must be above 0, not {sigma}")
    return _on_finite(value, lambda y: gaussian_filter1d(y, sigma, mode="reflect"))


def lowess(value: FloatArray, fraction: float = 0.1, iterations: int = 2) -> FloatArray:
    """Smooth with robust locally weighted linear regression (Cleveland 1979) over point indices.

    Parameters
    ----------
    value
        (n,) float64.
    fraction
        Share of the points in each local fit, 0 to 1.
    iterations
        Robust re-weightings with Tukey's biweight.

    Notes
    -----
    The fit is made at about 400 anchors and interpolated between them, as ``delta`` does in the reference
    implementation, so that the work stays O(n).
    """
    if not 0.0 < fraction <= 1.0:
        raise ValueError(f"fraction must be above 0 and at most 1, not {fraction}")
    return _on_finite(value, lambda y: _lowess(y, fraction, iterations))


def _lowess(y: FloatArray, fraction: float, iterations: int) -> FloatArray:
    n = y.size
    if n < 4:
        return y.copy()
    anchors, index, kernel, x = _windows(n, int(np.clip(round(fraction * n), 3, n)))
    near = y[index]
    trust = np.ones(n)
    fitted = y
    for _ in range(iterations + 1):
        w = kernel * trust[index]
        sw = w.sum(axis=1)
        mx, my = np.einsum("ij,ij->i", w, x) / sw, np.einsum("ij,ij->i", w, near) / sw
        dx = x - mx[:, None]
        w *= dx
        sxx, sxy = np.einsum("ij,ij->i", w, dx), np.einsum("ij,ij->i", w, near - my[:, None])
        slope = np.divide(sxy, sxx, out=np.zeros_like(sxx), where=sxx > 0)
        fitted = np.interp(np.arange(n, dtype=np.float64), anchors, my - slope * mx)
        apart = y - fitted
        spread = 6.0 * median(np.abs(apart, out=apart))
        if spread <= 0.0:
            break
        apart /= spread
        apart = 1.0 - np.minimum(apart, 1.0, out=apart) ** 2
        # A floor keeps a window that lies wholly in an outlier from dividing by zero.
        trust = np.maximum(apart**2, 1e-9)
    return fitted


@lru_cache(maxsize=2)  # a check smooths many windows of one length
def _windows(n: int, width: int) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Return anchors (a,), and of the points that each is fitted to: index, kernel and place beside it, (a, w) each."""
    anchors = knots(n, 400)
    # Long windows are thinned evenly to at most 512 points a fit: the kernel is smooth on that scale.
    take = knots(width, 512)
    start = np.clip(anchors - width // 2, 0, n - width)
    index = start[:, None] + take[None, :]
    x = (index - anchors[:, None]).astype(np.float64)
    distance = np.abs(x)
    distance /= distance.max(axis=1, keepdims=True) + 1.0
    one_less = 1.0 - distance * distance * distance
    return anchors, index, one_less * one_less * one_less, x


METHODS: dict[str, Callable[..., FloatArray]] = {
    "ema": ema,
    "running-median": running_median,
    "savitzky-golay": savitzky_golay,
    "lowess": lowess,
    "gaussian": gaussian,
}


def smooth_values(value: FloatArray, method: str = "ema", **options: Any) -> FloatArray:
    """Return ``value`` smoothed by a method of :data:`METHODS`.

    Raises
    ------
    ValueError
        For an unknown method (the message lists them) or an option out of range.
    """
    if method not in METHODS:
        raise ValueError(f"unknown smoothing method {method!r}; there are: {', '.join(METHODS)}")
    return METHODS[method](value, **options)


def _odd(window: int, n: int) -> int:
    """Return the odd window nearest below that fits n points."""
    if window < 1:
        raise ValueError(f"window must be at least 1, not {window}")
    w = min(window | 1, n)
    return w if w % 2 else w - 1


def _on_finite(value: FloatArray, fit: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Apply ``fit`` to the finite values as if the others were not there, and leave those in place."""
    out = np.array(value, dtype=np.float64)
    finite = np.isfinite(out)
    if finite.any():
        out[finite] = fit(out[finite])
    return out
