from __future__ import annotations

import math
from dataclasses import replace

import pytest

from curveread.errors import UsageError
from curveread.fleet.analysis.outcome import candidates, ranks, scores
from tests.fleet.analysis.handmade import measure, row, unread


def test_a_wreck_counts_as_worst_and_an_unread_run_as_nothing() -> None:
    nan = replace(row("nan", {}), measures=(replace(measure(0.1), last=math.nan, tail=math.nan),))
    rows = [row("good", {}, 0.3), row("wreck", {}, 0.2, ["divergence"]), nan, unread("lost"), row("bare", {})]
    known = scores(rows)
    assert known is not None
    assert known.cost[:3].tolist() == [0.3, math.inf, math.inf]
    assert math.isnan(known.cost[3])
    assert math.isnan(known.cost[4])
    assert ranks(known.cost)[:3].tolist() == [1.0, 2.5, 2.5]


def test_what_rises_is_turned() -> None:
    rows = [replace(row("a", {}), measures=(measure(v, "eval/reward", "up", "reward"),)) for v in (1.0, 3.0)]
    known = scores(rows)
    assert known is not None
    assert (known.cost.tolist(), known.sign) == ([-1.0, -3.0], -1.0)


def test_the_first_curve_that_half_of_the_runs_have_ranks() -> None:
    few = replace(row("few", {}), measures=(measure(1.0, "eval/f1", "up", "quality-metric"), measure(2.0)))
    rows = [few, row("a", {}, 1.0), row("b", {}, 2.0)]
    assert [c.tag for c in candidates(rows)] == ["eval/loss"]
    chosen = scores(rows, "eval/f1")
    assert chosen is not None
    assert (chosen.outcome.tag, chosen.outcome.better) == ("eval/f1", "up")


def test_a_curve_that_no_run_has_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="no run has a curve 'bleu' to rank by; there are: eval/loss"):
        scores([row("a", {}, 1.0)], "bleu")


def test_without_a_shared_curve_nothing_ranks() -> None:
    assert scores([row("a", {}), row("b", {})]) is None
