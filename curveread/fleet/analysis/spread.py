"""How much seeds differ: the variance of each of many small groups, lent strength by those of the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curveread.arrays import FloatArray

_SURE = 1e6
"""Degrees of freedom of a common variance, where the groups' variances differ no more than chance makes them."""


def moderated(groups: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return (g,) variances of single values and (g,) their degrees of freedom.

    With three or four seeds the variance of one setting is hardly known, but the variances of all settings together say
    what is usual. Each is drawn towards that, the more the less they differ: Smyth, "Linear Models and Empirical Bayes
    Methods for Assessing Differential Expression", Statistical Applications in Genetics and Molecular Biology 3, 2004,
    section 6.2. Groups whose values are all equal say nothing of what is usual.
    """
    from scipy.special import polygamma, psi

    free = np.array([g.size - 1.0 for g in groups])
    own = np.array([float(g.var(ddof=1)) for g in groups])
    known = own > 1e-24 * np.array([float(np.abs(g).max()) for g in groups]) ** 2
    if known.sum() < 2:
        return own, free
    half = free[known] / 2
    log = np.log(own[known]) - psi(half) + np.log(half)
    excess = float(log.var(ddof=1) - polygamma(1, half).mean())
    prior = min(2 * _trigamma_inverse(excess), _SURE) if excess > 0 else _SURE
    usual = float(np.exp(log.mean() + psi(prior / 2) - np.log(prior / 2)))
    together = float(free[known].sum())  # no variance is known better than from all seeds at once
    return (prior * usual + free * own) / (prior + free), np.minimum(prior + free, together)


def welch(best: FloatArray, other: FloatArray, spread: Sequence[float], free: Sequence[float]) -> float:
    """Return the two-sided p of Welch's test that two groups have one mean; n, m > 1 values.

    ``spread`` and ``free`` are, for both, the variance of a single value and its degrees of freedom.
    """
    from scipy.special import stdtr

    parts = np.array(spread) / (best.size, other.size)
    gap = abs(float(other.mean() - best.mean()))
    if parts.sum() <= 1e-24 * float(np.abs(best).max()) ** 2:
        return 0.0 if gap > 0 else 1.0
    freedom = parts.sum() ** 2 / (parts**2 / np.array(free)).sum()
    return float(2 * stdtr(freedom, -gap / np.sqrt(parts.sum())))


def _trigamma_inverse(y: float) -> float:
    """Return x > 0 with trigamma(x) = y > 0, by the Newton steps of Smyth's appendix."""
    from scipy.special import polygamma

    if y < 1e-6:
        return 1 / y
    x = 0.5 + 1 / y
    for _ in range(50):
        at = float(polygamma(1, x))
        step = at * (1 - at / y) / float(polygamma(2, x))
        x += step
        if -step / x < 1e-8:
            break
    return x
