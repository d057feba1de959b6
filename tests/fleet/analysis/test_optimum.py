from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from curveread.findings.sweep.analysis import Optimum
from curveread.findings.sweep.row import SweepRow
from curveread.fleet.analysis.groups import grouping
from curveread.fleet.analysis.optimum import optima
from curveread.fleet.analysis.outcome import scores
from curveread.fleet.analysis.settings import columns
from tests.fleet.analysis.handmade import random_search, row


def found(rows: Sequence[SweepRow], name: str = "lr") -> tuple[Optimum, ...]:
    settings, known = columns(rows), scores(rows)
    assert known is not None
    broken = np.array([r.broken for r in rows])
    return optima(settings, grouping(settings, len(rows)), known.cost, broken, {name})


def rates(
    levels: Sequence[float], wrecks: Sequence[int] = (), noise: float = 0.02, seeds: int = 4, seed: int = 0
) -> list[SweepRow]:
    rng = np.random.default_rng(seed)
    return [
        row(
            f"{i}-{s}",
            {"lr": 10.0**i, "seed": s},
            level + noise * rng.normal(),
            ["divergence"] if i in wrecks else (),
        )
        for i, level in enumerate(levels)
        for s in range(seeds)
    ]


def test_the_best_range_and_the_edge() -> None:
    (best,) = found(rates([3, 2, 1, 1.01, 2, 9], wrecks=[5]))
    assert (best.low, best.high, best.edge, best.open) == (100.0, 1000.0, 1e5, "")
    assert best.sure > 0.95


def test_an_end_that_is_best_is_open() -> None:
    (best,) = found(rates([4, 3, 2, 1]))
    assert (best.low, best.high, best.open) == (1000.0, 1000.0, "high")
    assert math.isnan(best.edge)
    (best,) = found(rates([1, 2, 3, 4]))
    assert (best.high, best.open) == (1.0, "low")


def test_an_edge_may_lie_below() -> None:
    (best,) = found(rates([9, 9, 3, 2, 1, 2], wrecks=[0, 1]))
    assert (best.low, best.edge) == (1e4, 10.0)


def test_wrecks_at_both_ends_or_in_the_middle_are_no_edge() -> None:
    for wrecks in ([0, 4], [1]):
        (best,) = found(rates([5, 4, 1, 3, 5], wrecks))
        assert math.isnan(best.edge)


def test_where_all_values_do_equally_well_there_is_no_optimum() -> None:
    assert sum(found(rates([1, 1, 1, 1], noise=0.3, seed=s)) != () for s in range(60)) <= 6


def test_two_seeds_are_too_few() -> None:
    assert found(rates([3, 2, 1, 2], seeds=2)) == ()


def test_a_random_search_has_its_best_stretch() -> None:
    (best,) = found(random_search(200))
    assert 0.02 < best.low < 0.1 < best.high < 0.4
    assert 0.5 < best.edge < 3


def test_in_a_grid_the_other_settings_are_taken_out() -> None:
    """What the width does is ten times what the rate does, and would hide it."""
    rng = np.random.default_rng(1)
    rows = [
        row(f"{i}-{j}-{s}", {"lr": float(i), "width": j, "seed": s}, 10 * j + abs(i - 2) + 5 + 0.1 * rng.normal())
        for i in range(5)
        for j in range(4)
        for s in range(3)
    ]
    (best,) = found(rows)
    assert (best.low, best.high) == (2.0, 2.0)
