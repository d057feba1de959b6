from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from curveread.findings.sweep.analysis import Importance
from curveread.findings.sweep.row import SweepRow
from curveread.fleet.analysis.groups import grouping
from curveread.fleet.analysis.importance import importances
from curveread.fleet.analysis.outcome import ranks, scores
from curveread.fleet.analysis.settings import columns
from tests.conftest import needed
from tests.fleet.analysis.handmade import random_search, row


def found(rows: Sequence[SweepRow]) -> dict[str, Importance]:
    settings, known = columns(rows), scores(rows)
    assert known is not None
    return {i.setting: i for i in importances(settings, grouping(settings, len(rows)), known)}


def grid(noise: float = 0.5) -> list[SweepRow]:
    """Return a full grid: the rate makes 3 of the level, the width 1, the batch nothing."""
    rng = np.random.default_rng(0)
    return [
        row(f"{i}-{j}-{k}-{s}", {"lr": i, "width": j, "batch": k, "seed": s}, 3 * i + j + noise * rng.normal())
        for i in range(4)
        for j in range(3)
        for k in range(2)
        for s in range(3)
    ]


def test_the_share_is_that_of_an_analysis_of_variance_on_ranks() -> None:
    """The type-2 sums of squares of statsmodels; epsilon squared takes off what chance gives."""
    formula = needed("statsmodels.formula.api", "statsmodels is in the extra test")
    anova = needed("statsmodels.stats.anova", "statsmodels is in the extra test")
    import pandas as pd

    rows = grid()
    known = scores(rows)
    assert known is not None
    table = pd.DataFrame([dict(r.settings) for r in rows]).assign(y=ranks(known.cost))
    for name, ours in found(rows).items():
        theirs = anova.anova_lm(formula.ols(f"y ~ C({name})", table).fit(), typ=2)
        between, within = theirs["sum_sq"]
        freedom, left = theirs["df"]
        assert ours.share == pytest.approx((between - freedom * within / left) / (between + within))
        assert ours.low <= ours.share <= ours.high


def test_what_matters_stands_in_its_order_and_what_does_not_is_not_named() -> None:
    assert list(found(grid())) == ["lr", "width"]
    assert next(iter(found(random_search(150, others=4)))) == "lr"


def test_wrecks_count_as_worst() -> None:
    rows = [
        row(f"r{i}", {"lr": i % 4, "seed": i // 4}, 1.0 + 0.001 * ((7 * i) % 5), ["divergence"] if i % 4 == 3 else ())
        for i in range(24)
    ]
    assert found(rows)["lr"].share > 0.5


def test_shuffled_outcomes_matter_to_nothing() -> None:
    claimed = 0
    for base in (grid(), random_search(100, others=6), random_search(120, 4, others=6)):
        for s in range(20):
            order = np.random.default_rng(s).permutation(len(base))
            claimed += bool(found([replace(base[i], settings=r.settings) for r, i in zip(base, order, strict=True)]))
    assert claimed <= 5


def test_a_handful_of_runs_says_nothing() -> None:
    assert found([row(f"r{i}", {"lr": float(i)}, float(i)) for i in range(5)]) == {}
