from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from curveread.errors import UsageError
from curveread.findings.sweep.analysis import Group, Improvement
from curveread.findings.sweep.row import SweepRow
from curveread.fleet.analysis.groups import grouping, groups
from curveread.fleet.analysis.outcome import scores
from curveread.fleet.analysis.settings import columns
from tests.fleet.analysis.handmade import row


def found(rows: Sequence[SweepRow], by: Sequence[str] = ()) -> tuple[tuple[Group, ...], tuple[Improvement, ...]]:
    known = scores(rows)
    assert known is not None
    return groups(grouping(columns(rows), len(rows), by), known, np.array([r.broken for r in rows]))


def sweep(wrecks: int = 0) -> list[SweepRow]:
    """Return three rates on two widths with four seeds; the last ``wrecks`` seeds of the greatest rate broke."""
    rng = np.random.default_rng(0)
    return [
        row(
            f"{i}-{j}-{s}",
            {"lr": i, "width": j, "seed": s},
            5.0 - i + 0.01 * j + 0.02 * rng.normal(),
            ["divergence"] if i == 2 and s >= 4 - wrecks else (),
        )
        for i in range(3)
        for j in range(2)
        for s in range(4)
    ]


def test_runs_that_differ_in_the_seed_only_are_one_the_best_first() -> None:
    made, better = found(sweep())
    assert [dict(g.settings)["lr"] for g in made] == [2, 2, 1, 1, 0, 0]
    assert all(len(g.rows) == g.judged == 4 for g in made)
    assert all(g.low <= g.centre <= g.high for g in made)
    assert [g.tied for g in made] == [True, True, False, False, False, False]
    assert [(i.group, i.than) for i in better] == [(0, n) for n in range(1, 6)]
    assert better[-1].probability == 1.0


def test_runs_without_a_seed_in_their_config_are_repeats() -> None:
    made, _ = found([row(f"r{i}", {"lr": i % 2}, float(i % 2)) for i in range(6)])
    assert [g.rows for g in made] == [(0, 2, 4), (1, 3, 5)]


def test_a_setting_overrides_and_what_is_within_is_drawn_apart() -> None:
    made, _ = found(sweep(), ["lr"])
    assert [dict(g.settings) for g in made] == [{"lr": 2}, {"lr": 1}, {"lr": 0}]
    assert [len(g.rows) for g in made] == [8, 8, 8]


def test_wrecks_are_never_dropped() -> None:
    made, _ = found(sweep(wrecks=1))
    assert [(g.settings["lr"], g.broken, g.judged) for g in made][:2] == [(2, 1, 3), (2, 1, 3)]
    assert all(math.isfinite(g.centre) and g.high == math.inf for g in made[:2])
    made, _ = found(sweep(wrecks=2))
    assert [g.settings["lr"] for g in made] == [1, 1, 0, 0, 2, 2]
    assert [(g.centre, g.tied) for g in made[-2:]] == [(math.inf, False)] * 2


def test_fewer_than_three_seeds_make_no_claim() -> None:
    made, better = found([row(f"{i}-{s}", {"lr": i, "seed": s}, i + 0.1 * s) for i in range(3) for s in range(2)])
    assert better == ()
    assert all(g.tied is None and math.isnan(g.low) and math.isfinite(g.centre) for g in made)


def test_a_setting_that_does_not_differ_is_an_error_that_names_those_that_do() -> None:
    with pytest.raises(UsageError, match="no setting 'depth' differs between the runs; there are: lr, seed, width"):
        found(sweep(), ["depth"])


def test_the_answer_repeats() -> None:
    assert found(sweep(1)) == found(sweep(1))
