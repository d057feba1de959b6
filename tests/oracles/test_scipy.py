"""SciPy as the oracle of the signal code that does without it, since its import takes longer than a small report."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, signal, stats

from curveread.signals.events.decay import breaking_point
from curveread.signals.events.periodicity import strongest_period
from curveread.signals.extrapolation import Clock, extrapolate
from curveread.signals.scale import mad_scale
from curveread.signals.smoothing import ema, savitzky_golay
from curveread.signals.tail import tail_of
from curveread.signals.trend import kendall_score, theil_sen


@pytest.mark.parametrize("n", [3, 4, 10, 41, 200])
@pytest.mark.parametrize("ties", [False, True])
def test_slope_of_theil_and_sen(n: int, ties: bool) -> None:
    rng = np.random.default_rng(n)
    x = np.sort(rng.choice(5 * n, n, replace=False)).astype(float)
    y = 0.3 * x + rng.standard_normal(n)
    y = y.round() if ties else y
    slope, low, high = theil_sen(x, y)
    want = stats.theilslopes(y, x, alpha=0.99)
    assert slope == pytest.approx(want.slope, rel=1e-12)
    # SciPy rounds the ranks of the interval and takes ties into account; ours are rounded outwards and do not.
    slopes = np.sort([(y[j] - y[i]) / (x[j] - x[i]) for i in range(n) for j in range(i + 1, n)])
    lowest, highest = np.searchsorted(slopes, want.low_slope, "right"), np.searchsorted(slopes, want.high_slope) - 1
    assert low <= slopes[min(lowest, slopes.size - 1)] + 1e-12
    assert high >= slopes[max(highest, 0)] - 1e-12
    if not ties:
        assert low >= slopes[max(lowest - 3, 0)] - 1e-12
        assert high <= slopes[min(highest + 3, slopes.size - 1)] + 1e-12


@pytest.mark.parametrize("n", [2, 5, 30, 120])
def test_kendalls_score(n: int) -> None:
    """SciPy gives tau-b; S is that times the root of the pairs that are no ties. (Here no two steps are the same.)"""
    y = np.random.default_rng(n).integers(0, n, n).astype(float)
    pairs = n * (n - 1) / 2
    tied = sum(c * (c - 1) / 2 for c in np.unique(y, return_counts=True)[1])
    tau = stats.kendalltau(np.arange(n), y).statistic
    assert kendall_score(y) == pytest.approx(0.0 if tied == pairs else tau * np.sqrt(pairs * (pairs - tied)), abs=1e-6)


def test_scale_of_the_median_deviation() -> None:
    for seed in range(5):
        x = np.random.default_rng(seed).standard_cauchy(101 + seed)
        assert mad_scale(x) == pytest.approx(stats.median_abs_deviation(x, scale="normal"), rel=1e-4)


@pytest.mark.parametrize("weight", [0.05, 0.6, 0.99, 0.9999])
@pytest.mark.parametrize("n", [1, 7, 500, 20_000])
def test_moving_average_is_a_filter_of_first_order(weight: float, n: int) -> None:
    y = np.random.default_rng(n).standard_normal(n).cumsum()
    raw = signal.lfilter([1.0 - weight], [1.0, -weight], y)
    debiased = raw / (1.0 - weight ** np.arange(1, n + 1))
    want = y if n == 1 else debiased
    np.testing.assert_allclose(ema(y, weight), want, rtol=1e-9, atol=1e-9 * np.abs(y).max())


def test_savitzky_golay_leaves_a_parabola_as_it_is() -> None:
    y = np.linspace(-2.0, 3.0, 101) ** 2
    np.testing.assert_allclose(savitzky_golay(y, window=11, order=2), y, atol=1e-12)
    noisy = y + np.random.default_rng(0).standard_normal(101)
    want = signal.savgol_filter(noisy, 15, 3, mode="interp")
    np.testing.assert_allclose(savitzky_golay(noisy), want, rtol=1e-12)


@pytest.mark.parametrize("shape", [-0.3, 0.05, 0.33, 0.7])
def test_a_tail_is_a_family_of_generalised_pareto_laws(shape: float) -> None:
    x = stats.genpareto.rvs(shape, size=20_000, random_state=1)
    tail = tail_of(np.where(np.arange(x.size) % 20 == 0, x + 3.0, 0.0), 1, np.inf)
    assert tail is not None
    height = tail.base + np.geomspace(0.01, 20.0, 30)
    laws = [stats.genpareto(c, scale=c / r) for r, c in zip(tail.rate, tail.shape, strict=True)]
    want = tail.peaks * sum(w * law.sf(height - tail.base) for w, law in zip(tail.weight, laws, strict=True))
    np.testing.assert_allclose([tail.expected(h) for h in height], want, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("shape", [0.05, 0.33])
def test_the_tail_that_is_learnt_is_near_the_one_that_fits_best(shape: float) -> None:
    x = 3.0 + stats.genpareto.rvs(shape, size=1_500, random_state=2)
    stat = np.zeros(30_000)
    stat[::20] = x
    tail = tail_of(stat, 1, np.inf)
    assert tail is not None
    peaks = x[x > tail.base] - tail.base
    fitted = stats.genpareto.fit(peaks, floc=0.0)
    for expected in (30.0, 3.0):
        want = tail.base + stats.genpareto.isf(expected / peaks.size, fitted[0], scale=fitted[2])
        assert tail.height(expected) - tail.base == pytest.approx(want - tail.base, rel=0.25)


@pytest.mark.parametrize("n", [12, 61, 400])
def test_strongest_period_is_the_peak_of_the_periodogram(n: int) -> None:
    rng = np.random.default_rng(n)
    y = np.sin(2 * np.pi * np.arange(n) / (n / 4)) + 0.3 * rng.standard_normal(n)
    found = strongest_period(y, n)
    frequency, power = signal.periodogram(y)
    assert found is not None
    assert found.points == pytest.approx(1.0 / frequency[np.argmax(power)])
    k = int(np.argmax(power))
    assert found.share == pytest.approx(power[[j for j in (k, 2 * k, 3 * k) if j < power.size]].sum() / power.sum())


@pytest.mark.parametrize("power", [0.25, 0.4, 0.6])
def test_an_extrapolation_ends_where_a_fit_without_a_grid_ends(power: float) -> None:
    def law(t: np.ndarray, e: float, a: float, b: float, t0: float) -> np.ndarray:
        return np.asarray(e + a * (t + t0) ** -b)

    t, later = np.linspace(0.02, 1.0, 60), np.array([1.2, 1.5, 2.0])
    y = law(t, 2.0, 1.0, power, 0.035) + 0.02 * np.random.default_rng(0).standard_normal(t.size)
    best, _ = optimize.curve_fit(law, t, y, p0=(1.5, 1.0, 0.5, 0.02), bounds=(0.0, [5.0, 5.0, 4.0, 2.0]))
    found = extrapolate([Clock(t, later)], y, positive=True)
    assert np.all(np.abs(found.mid - law(later, *best)) < 0.01 + 3.0 * found.spread)
    assert found.end == pytest.approx(law(t, *best)[-1], abs=0.02)


def test_a_break_is_where_fits_without_a_grid_have_it() -> None:
    x = (np.arange(120) + 0.5) / 120
    shape = 2.0 + (np.minimum(x, x[40]) + 0.02) ** -0.4
    y = shape + 0.02 * np.random.default_rng(1).standard_normal(120)

    def chi(i: int) -> float:
        def residual(p: np.ndarray) -> np.ndarray:
            return np.asarray(p[0] + p[1] * (x[:i] + p[2]) ** -p[3] - y[:i])

        head = optimize.least_squares(residual, [2.0, 1.0, 0.02, 0.5], bounds=(1e-3, 5.0))
        return 2.0 * float(head.cost) + float(((y[i:] - y[i:].mean()) ** 2).sum())

    found = breaking_point(x, y, np.full(120, 0.02), 20, 100)
    assert abs(found.index - min(range(24, 60, 3), key=chi)) <= 3
