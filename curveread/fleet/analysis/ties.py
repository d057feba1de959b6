"""Several settings with a few seeds each: which one is best, which others nothing tells from it, and how sure that is.

Interquartile mean, bootstrap within settings and probability of improvement are those of Agarwal et al., "Deep
Reinforcement Learning at the Edge of the Statistical Precipice", NeurIPS 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.fleet.analysis.spread import moderated, welch

SEEDS = 3
"""Fewest seeds by which something is claimed of a setting."""
LEVEL = 0.05
_RESAMPLES, _DRAWS = 2000, 400_000


@dataclass(frozen=True, slots=True)
class Ties:
    """What ties with the best.

    Parameters
    ----------
    best
        Place of the best setting.
    tied
        For each setting whether nothing tells it from the best; None for too few seeds.
    better
        For each other setting with enough seeds: its place, and the probability that a run of the best one is better,
        with the ends of its 95 % interval.
    """

    best: int
    tied: tuple[bool | None, ...]
    better: tuple[tuple[int, float, float, float], ...]


def ties(costs: Sequence[FloatArray]) -> Ties | None:
    """Return which of several settings is best and which tie with it; None where none is known well enough.

    A setting ties with the best where a test of Welch with moderated variances does not tell it from the best, or the
    interval of the probability of improvement holds a half; never where wrecks reach into its middle half. The best was
    picked: the r-th is corrected for all pairs of the first r, as their range would be. The test takes wrecks as the
    worst level that any run reached, and logarithms of levels that span decades.

    Parameters
    ----------
    costs
        For each setting those of its runs, the lower the better; +inf for a wreck.
    """
    centre = np.array([float(interquartile_mean(c)) if c.size >= SEEDS else np.nan for c in costs])
    if not np.isfinite(centre).any():
        return None
    best = int(np.nanargmin(centre))
    others = [i for i in range(len(costs)) if not np.isnan(centre[i]) and i != best]
    better = tuple((i, *improvement(costs[best], costs[i])) for i in others)
    level = _levels(costs)
    spread = _spread(costs, level)
    place = {i: r for r, i in enumerate(sorted((best, *others), key=lambda i: (centre[i], i != best)), 1)}
    tied: list[bool | None] = [None] * len(costs)
    tied[best] = True
    for i, _, low, _ in better:
        p = welch(level[best], level[i], *zip(spread[best], spread[i], strict=True))
        told = p * place[i] * (place[i] - 1) / 2 <= LEVEL and low > 0.5
        tied[i] = bool(np.isfinite(centre[i])) and not told
    return Ties(best, tuple(tied), better)


def interquartile_mean(value: FloatArray) -> FloatArray:
    """Return the mean of the middle half along the last axis; ``int(n / 4)`` values are cut off at each end.

    As rliable, which takes SciPy's ``trim_mean(value, 0.25)``; infinite where an infinite value is in the middle half.
    """
    cut = value.shape[-1] // 4
    middle = np.sort(value, axis=-1)[..., cut : value.shape[-1] - cut]
    return np.asarray(np.mean(middle, axis=-1))


def redrawn(value: FloatArray, strata: Sequence[IntArray]) -> FloatArray:
    """Return interquartile means of (n,) values drawn anew with replacement, within each stratum as many as it has.

    Always the same ones for the same values: (b,) with b = 2,000, fewer for thousands of values.
    """
    times = _times(value.size)
    drawn = [value[s[_places(s.size, times, at)]] for at, s in enumerate(strata)]
    return interquartile_mean(np.concatenate(drawn, axis=1))


def improvement(best: FloatArray, other: FloatArray) -> tuple[float, float, float]:
    """Return the share of pairs in which ``best`` is lower, ties as a half, and its 95 % bootstrap interval."""
    other = np.sort(other)
    below, upto = (np.searchsorted(other, best, side) for side in ("left", "right"))
    times = _times(best.size + other.size)
    lower = np.zeros((times, other.size + 1))  # how many of those drawn are among the lowest 0, 1 ... of ``other``
    np.cumsum(_often(other.size, times, 1), axis=1, out=lower[:, 1:])
    wins = other.size - (lower[:, below] + lower[:, upto]) / 2
    pairs = best.size * other.size
    drawn = np.einsum("bi,bi->b", _often(best.size, times, 0), wins) / pairs
    share = float(other.size - (below + upto).mean() / 2) / other.size
    low, high = np.quantile(drawn, (LEVEL / 2, 1 - LEVEL / 2))
    return share, float(low), float(high)


def holm(p: FloatArray) -> FloatArray:
    """Return (m,) p-values corrected for m comparisons after Holm, 1979."""
    order = np.argsort(p, kind="stable")
    scaled = np.minimum(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), 1.0)
    out = np.empty_like(scaled)
    out[order] = scaled
    return out


def _spread(costs: Sequence[FloatArray], level: Sequence[FloatArray]) -> dict[int, tuple[float, float]]:
    """Return variance and degrees of freedom of settings with enough seeds; that of wrecks is their own."""
    enough = [i for i, c in enumerate(costs) if c.size >= SEEDS]
    whole = [i for i in enough if np.isfinite(costs[i]).all()]
    out = {i: (float(level[i].var(ddof=1)), level[i].size - 1.0) for i in enough}
    variance, free = moderated([level[i] for i in whole])
    return out | {i: (float(v), float(f)) for i, v, f in zip(whole, variance, free, strict=True)}


def _levels(costs: Sequence[FloatArray]) -> list[FloatArray]:
    """Return costs on the scale that is tested."""
    finite = np.concatenate([c[np.isfinite(c)] for c in costs])
    level = [np.minimum(c, finite.max()) for c in costs]
    return [np.log(v) for v in level] if finite.min() > 0 and finite.max() > 10 * finite.min() else level


@lru_cache(maxsize=8)
def _places(n: int, times: int, seed: int) -> IntArray:
    """Return (times, n) places drawn with replacement."""
    return np.random.default_rng(seed).integers(0, n, (times, n))


@lru_cache(maxsize=8)
def _often(n: int, times: int, seed: int) -> FloatArray:
    """Return (times, n) how often each is drawn."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1.0 / n), times).astype(np.float64)


def _times(size: int) -> int:
    return max(200, min(_RESAMPLES, _DRAWS // size))
