from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from curveread.fleet.analysis.ties import holm, improvement, interquartile_mean, redrawn, ties
from tests.conftest import needed

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("n", [1, 3, 4, 5, 8, 23])
def test_the_interquartile_mean_is_scipys_trimmed_mean(n: int) -> None:
    value = RNG.normal(size=(6, n))
    assert np.allclose(interquartile_mean(value), stats.trim_mean(value, 0.25, axis=-1))


def test_the_interval_is_that_of_scipys_bootstrap() -> None:
    value = RNG.normal(3, 1, size=12)
    theirs = stats.bootstrap(
        (value,), interquartile_mean, method="percentile", n_resamples=20_000, rng=np.random.default_rng(1)
    ).confidence_interval
    ours = np.quantile(redrawn(value, (np.arange(12),)), (0.025, 0.975))
    assert np.allclose(ours, (theirs.low, theirs.high), atol=0.06)


def test_strata_are_drawn_apart() -> None:
    value = np.array([0.0, 0.0, 10.0, 10.0])
    apart = redrawn(value, (np.array([0, 1]), np.array([2, 3])))
    assert np.all(apart == 5.0)
    assert np.ptp(redrawn(value, (np.arange(4),))) > 0


def test_the_probability_of_improvement_is_that_of_mann_and_whitney() -> None:
    a, b = RNG.normal(0, 1, 7).round(1), RNG.normal(1, 1, 9).round(1)
    probability, low, high = improvement(a, b)
    assert probability == pytest.approx(stats.mannwhitneyu(b, a).statistic / 63)
    assert low < probability < high


def test_the_interval_of_an_improvement_covers_the_truth() -> None:
    """Probability 0.76 between normals one standard deviation apart; 12 seeds each."""
    rng = np.random.default_rng(2)
    truth = float(stats.norm.cdf(1 / np.sqrt(2)))
    held = [low <= truth <= high for _ in range(200) for _, low, high in [improvement(*_pair(rng))]]
    assert 0.85 <= np.mean(held) <= 0.99


def _pair(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(0, 1, 12), rng.normal(1, 1, 12)


def test_the_correction_is_that_of_statsmodels() -> None:
    multitest = needed("statsmodels.stats.multitest", "statsmodels is in the extra test")
    p = RNG.uniform(0, 0.1, 9)
    assert np.allclose(holm(p), multitest.multipletests(p, method="holm")[1])


def test_what_is_far_off_is_told_apart_and_what_is_near_ties() -> None:
    known = ties([np.array([1.0, 1.1, 0.9]), np.array([1.05, 0.95, 1.1]), np.array([2.0, 2.1, 1.9]), np.array([0.5])])
    assert known is not None
    assert (known.best, known.tied) == (0, (True, True, False, None))
    assert [i for i, *_ in known.better] == [1, 2]


def test_where_half_of_the_seeds_broke_nothing_ties() -> None:
    known = ties([np.array([1.0, 1.1, 0.9, 1.0]), np.array([1.0, 0.9, np.inf, np.inf])])
    assert known is not None
    assert known.tied == (True, False)


def test_two_seeds_make_no_claim() -> None:
    assert ties([np.array([1.0, 1.1]), np.array([2.0, 2.1])]) is None


def test_equal_settings_are_seldom_told_apart() -> None:
    """Six settings that are the same, four seeds each: any of them set apart in at most a tenth of 200 sweeps."""
    rng = np.random.default_rng(3)
    known = [ties(list(rng.normal(1, 0.1, (6, 4)))) for _ in range(200)]
    assert np.mean([k is not None and False in k.tied for k in known]) <= 0.10


def test_seeds_that_scatter_alike_are_lent_strength() -> None:
    """Four seeds against four, wholly apart; by their own variances alone Holm would tie them."""
    rng = np.random.default_rng(7)
    known = ties([level + 0.02 * rng.normal(size=4) for level in (1.0, 1.08, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7)])
    assert known is not None
    assert known.tied == (True, *[False] * 7)
