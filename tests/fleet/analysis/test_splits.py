from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from curveread.fleet.analysis.settings import columns
from curveread.fleet.analysis.splits import fisher, newcombe, splits, surprise
from tests.conftest import needed
from tests.fleet.analysis.handmade import row


def test_the_surprise_and_p_are_those_of_fishers_test() -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        total = int(rng.integers(4, 60))
        having, size = rng.integers(1, total, 2).tolist()
        table = surprise(size, total, having)
        count = int(rng.integers(max(0, having + size - total), min(having, size) + 1))
        cells = [[count, size - count], [having - count, total - size - having + count]]
        assert np.exp(-table[count]) == pytest.approx(stats.fisher_exact(cells, "greater")[1], rel=1e-9)
        assert fisher(count, size, total, having) == pytest.approx(stats.fisher_exact(cells)[1], rel=1e-9)


def test_the_interval_of_a_difference_is_that_of_statsmodels() -> None:
    proportion = needed("statsmodels.stats.proportion", "statsmodels is in the extra test")
    for a, n, b, m in ((7, 8, 0, 32), (41, 47, 2, 153), (3, 10, 3, 10), (0, 5, 5, 5)):
        theirs = proportion.confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff")
        assert newcombe(a, n, b, m) == pytest.approx(theirs, abs=1e-9)


def test_numbers_are_cut_both_ways_and_categories_are_taken_one_by_one() -> None:
    rows = [row(f"r{i}", {"lr": [0.1, 0.2, 0.4][i % 3], "opt": ["sgd", "adam"][i % 2]}) for i in range(12)]
    lr, opt = (splits(c) for c in columns(rows))
    assert [(s.relation, s.value) for s in lr.sides] == [(">=", 0.2), ("<=", 0.1), (">=", 0.4), ("<=", 0.2)]
    assert lr.inside.sum(axis=1).tolist() == [8, 4, 4, 8]
    assert [(s.relation, s.value) for s in opt.sides] == [("==", "adam"), ("==", "sgd")]


def test_a_side_of_one_run_is_not_tried() -> None:
    rows = [row(f"r{i}", {"lr": float(i)}) for i in range(5)]
    assert {s.value for s in splits(columns(rows)[0]).sides if s.relation == ">="} == {2.0, 3.0}


def test_of_many_values_evenly_spread_cuts_are_tried() -> None:
    rows = [row(f"r{i}", {"lr": float(i)}) for i in range(1000)]
    cuts = [s.value for s in splits(columns(rows)[0]).sides if s.relation == ">="]
    assert 20 <= len(cuts) <= 24
    assert np.ptp(np.diff(np.array(cuts, float))) <= 1
