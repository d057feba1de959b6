"""Where a decaying curve is going: power laws with an offset, fitted to block medians, with a bootstrap interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.signals.median import median, row_medians

_POWERS = np.array([0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.75, 1.0, 1.3, 1.7, 2.5])
_OFFSETS = np.array([0.001, 0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0])
"""Exponents b and offsets t0 (as a share of the curve) of E + A (t + t0)^-b."""

_NEAR = 0.5
"""How far a law is shifted towards the last tenth of the values: none fits a curve everywhere, and the end is near."""

_DRAWS = 200


class Clock(NamedTuple):
    """What progress is measured in: steps, or the learning rate summed over them.

    Parameters
    ----------
    now
        (k,) positive places of the values.
    then
        (m,) places that are asked for.
    weight
        How much it counts against the other clocks.
    """

    now: FloatArray
    then: FloatArray
    weight: float = 1.0


class Extrapolation(NamedTuple):
    """Where a curve will be.

    Parameters
    ----------
    mid
        (m,) the law's value at each place; the mean over the clocks.
    spread
        (m,) its standard deviation: over the bootstrap's draws, and between the clocks.
    noise
        Standard deviation of a block median around the law.
    end
        The law's value at the last block.
    """

    mid: FloatArray
    spread: FloatArray
    noise: float
    end: float


def medians(step: IntArray | FloatArray, value: FloatArray, most: int = 60) -> tuple[FloatArray, FloatArray]:
    """Return the mean step and the median value of at most ``most`` equal blocks.

    Parameters
    ----------
    step, value
        (n,) finite.

    Examples
    --------
    >>> [part.tolist() for part in medians(np.arange(6.0), np.array([5.0, 4, 3, 2, 1, 0]), 3)]
    [[0.5, 2.5, 4.5], [4.5, 2.5, 0.5]]
    """
    n = value.size
    count = min(most, n)
    edge = np.linspace(0, n, count + 1).round().astype(np.int64)
    if count == n:
        return step.astype(np.float64), value.astype(np.float64)
    width = int(np.diff(edge).min())
    middle = np.array([step[a : a + width].astype(np.float64).mean() for a in edge[:-1].tolist()])
    return middle, row_medians(value, edge)


def extrapolate(clocks: Sequence[Clock], y: FloatArray, *, positive: bool) -> Extrapolation:
    """Fit E + A (t + t0)^-b, A >= 0, along each clock and carry it on.

    Parameters
    ----------
    clocks
        The clocks, each with the same k and m.
    y
        (k,) block medians, k >= 4.
    positive
        Whether the values cannot become negative: then E >= 0.

    Returns
    -------
    Extrapolation. Every b and t0 of a grid is tried and the best kept, E and A follow by weighted least squares
    (variable projection: no start to choose, no local minimum to be caught in); Huber weights make it robust; the law
    is shifted half the way to the last tenth of the values. The spread is that of 200 fits to the law plus resampled
    blocks of its residuals (moving block bootstrap, Künsch 1989), drawn with a fixed seed. O(k) times 180 laws and the
    draws.
    """
    k = y.size
    at = _draws(k)
    mids, spreads, noises, ends = [], [], [], []
    for clock in clocks:
        laws, then = _laws(clock)
        weight = np.full(k, 1.0 / k)
        for _ in range(3):
            fit = _fit(laws, y[None, :], weight, positive)
            residual = y - fit.value(laws)[0]
            scale = 1.4826 * median(np.abs(residual))
            if scale <= 0.0:
                break
            weight = 1.0 / np.maximum(1.0, np.abs(residual) / (1.5 * scale))
            weight /= weight.sum()
        smooth = fit.value(laws)[0]
        residual = y - smooth
        drawn = _fit(laws, smooth[None, :] + (residual - residual.mean())[at], weight, positive)
        shift = _NEAR * median(residual[-max(3, k // 10) :])
        law = fit.value(then)[0]
        mids.append(law * (1.0 + shift / float(smooth[-1])) if positive else law + shift)  # a factor keeps it positive
        spreads.append(drawn.value(then).std(axis=0))
        noises.append(float(np.sqrt(np.average(residual**2, weights=weight))))
        ends.append(float(smooth[-1]) + shift)
    share = np.array([clock.weight for clock in clocks])
    share /= share.sum()
    each = np.array(mids)
    mid = share @ each
    spread = np.sqrt(share @ (np.array(spreads) ** 2 + (each - mid) ** 2))
    return Extrapolation(mid, spread, float(share @ np.array(noises)), float(share @ np.array(ends)))


def _laws(clock: Clock) -> tuple[FloatArray, FloatArray]:
    """Return the grid's laws at the clock's places: (laws, k) and (laws, m)."""
    span = float(clock.now[-1]) or 1.0

    def at(x: FloatArray) -> FloatArray:
        grid = (x[None, None, :] / span + _OFFSETS[:, None, None]) ** -_POWERS[None, :, None]
        return np.asarray(grid.reshape(-1, x.size))

    return at(clock.now), at(clock.then)


class _Fit(NamedTuple):
    """The best law of the grid for each of some curves: its index, A and E, all (curves,)."""

    law: IntArray
    a: FloatArray
    e: FloatArray

    def value(self, laws: FloatArray) -> FloatArray:
        """Return (curves, k) values."""
        return np.asarray(self.e[:, None] + self.a[:, None] * laws[self.law])


def _fit(laws: FloatArray, y: FloatArray, weight: FloatArray, positive: bool) -> _Fit:
    """Return the weighted least-squares law for each row of ``y`` (curves, k); ``weight`` (k,) sums to 1."""
    mean_y = y @ weight  # (curves,)
    mean_x = laws @ weight  # (laws,)
    centred = laws - mean_x[:, None]
    variance = np.maximum((centred * centred) @ weight, 1e-300)
    # einsum, not @: these sizes would wake the threads of the linear algebra library, which costs more than it saves.
    covariance = np.einsum("lk,ck->lc", centred * weight, y - mean_y[:, None])
    a = np.maximum(covariance / variance[:, None], 0.0)
    e = mean_y[None, :] - a * mean_x[:, None]
    chi = -2.0 * a * covariance + a * a * variance[:, None]  # without the variance of y, the same for all laws
    if positive:
        below = e < 0.0
        square = (laws * laws) @ weight
        through = (covariance + mean_x[:, None] * mean_y[None, :]) / square[:, None]  # A when E is 0
        alone = mean_y[None, :] ** 2 - through * through * square[:, None]
        a, e, chi = np.where(below, through, a), np.where(below, 0.0, e), np.where(below, alone, chi)
    best = chi.argmin(axis=0)
    curve = np.arange(y.shape[0])
    return _Fit(best, a[best, curve], e[best, curve])


def _draws(k: int) -> IntArray:
    """Return (draws, k) indices: blocks of neighbours, put together at random."""
    length = max(1, round(k ** (1 / 3)))
    rng = np.random.default_rng(0)
    start = rng.integers(0, k, size=(_DRAWS, -(-k // length)))
    rows = (start[:, :, None] + np.arange(length)[None, None, :]) % k
    return np.asarray(rows.reshape(_DRAWS, -1)[:, :k])
