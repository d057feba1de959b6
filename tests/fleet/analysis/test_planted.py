"""The benchmark of planted associations, on fewer runs and shuffles."""

from __future__ import annotations

import pytest

from curveread.findings.sweep.row import SweepRow
from curveread.fleet.analyse import analyse
from tests.benchmarks.sweep_associations import IRRELEVANT, claims_of_shuffles, trained

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[SweepRow, ...]:
    return trained(tmp_path_factory.mktemp("planted") / "runs", runs=60, jobs=1)


def test_what_was_planted_is_found(rows: tuple[SweepRow, ...]) -> None:
    found = analyse(rows).associations
    cut = next(a for a in found if (a.what, a.setting) == ("nonfinite-loss", "lr"))
    assert (cut.relation, cut.value, cut.confounded) == (">=", 1.0, ("min_lr",))
    assert cut.inside == cut.inside_of
    rest = next(a for a in found if a.what == "nonfinite-loss" and a.apart)
    assert {s.setting for s in rest.sides} == {"precision", "loss_scale"}
    assert rest.inside / rest.inside_of > 0.9
    assert found[0].setting == "lr"
    assert not {s.setting for a in found for s in a.sides} & set(IRRELEVANT)


def test_of_shuffled_runs_nothing_is_claimed(rows: tuple[SweepRow, ...]) -> None:
    shared, matters = claims_of_shuffles(rows, times=20)
    assert shared <= 2
    assert matters <= 3
