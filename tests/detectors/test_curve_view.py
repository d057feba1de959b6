"""A curve as the checks see it: its usable points, and how far apart they lie."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.detectors.base import CurveView
from curveread.run.model import Curve


@pytest.mark.parametrize(
    ("step", "cadence"),
    [
        ([7], 1.0),
        ([], 1.0),
        ([5, 5, 5], 1.0),
        ([0, 10, 20, 30], 10.0),
        ([0, 10, 10, 20, 500], 10.0),  # written twice, and a hole
    ],
)
def test_cadence_is_the_median_distance_and_one_where_there_is_none(step: list[int], cadence: float) -> None:
    view = CurveView(Curve("loss", np.array(step, np.int64), np.ones(len(step))))
    assert view.cadence == cadence


def test_usable_points_are_finite() -> None:
    view = CurveView(Curve("loss", np.arange(5), np.array([1.0, np.nan, 2.0, np.inf, 3.0])))
    assert len(view) == 3
    assert view.step.tolist() == [0, 2, 4]
    assert view.value.tolist() == [1.0, 2.0, 3.0]
