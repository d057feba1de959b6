from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from curveread.fleet.analysis.spread import _trigamma_inverse, moderated, welch


def test_with_its_own_variances_the_test_is_scipys() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, 5), rng.normal(1, 3, 8)
    ours = welch(a, b, (a.var(ddof=1), b.var(ddof=1)), (4, 7))
    assert ours == pytest.approx(stats.ttest_ind(b, a, equal_var=False).pvalue)
    assert welch(np.ones(3), np.ones(3), (0, 0), (2, 2)) == 1.0
    assert welch(np.ones(3), np.full(3, 2.0), (0, 0), (2, 2)) == 0.0


def test_equal_scatter_is_pooled_and_unequal_scatter_is_not() -> None:
    rng = np.random.default_rng(1)
    spread, free = moderated([rng.normal(0, 2, 4) for _ in range(300)])
    assert np.allclose(spread, 4, rtol=0.5)
    assert free.min() > 20
    scales = 10 ** rng.uniform(-3, 3, 300)
    spread, free = moderated([rng.normal(0, s, 4) for s in scales])
    assert free.max() < 4
    assert stats.spearmanr(spread, scales).statistic > 0.9


def test_the_prior_of_simulated_variances_is_recovered() -> None:
    """Variances drawn as the model says: 6 degrees of freedom around 0.25."""
    rng = np.random.default_rng(2)
    groups = [rng.normal(0, np.sqrt(0.25 * 6 / rng.chisquare(6)), 5) for _ in range(4000)]
    _, free = moderated(groups)
    assert free[0] - 4 == pytest.approx(6, rel=0.15)


def test_no_variance_is_known_better_than_from_all_seeds() -> None:
    _, free = moderated([np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0])])
    assert free.tolist() == [4.0, 4.0]


def test_groups_without_scatter_say_nothing() -> None:
    spread, free = moderated([np.ones(3), np.array([1.0, 2.0, 3.0])])
    assert (spread.tolist(), free.tolist()) == ([0.0, 1.0], [2.0, 2.0])


@pytest.mark.parametrize("x", [0.01, 0.7, 3.0, 400.0])
def test_the_inverse_of_trigamma(x: float) -> None:
    assert _trigamma_inverse(float(special.polygamma(1, x))) == pytest.approx(x, rel=1e-6)
