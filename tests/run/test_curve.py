"""A curve for NumPy, and cut by steps."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.run.model import Curve


def test_a_curve_is_an_array_of_its_values_and_is_cut_by_steps() -> None:
    curve = Curve("loss", np.array([10, 20, 20, 30]), np.array([4.0, 3.0, 2.0, 1.0]))
    assert np.asarray(curve).tolist() == [4.0, 3.0, 2.0, 1.0]
    assert float(np.mean(curve)) == 2.5
    assert curve[20:30].step.tolist() == [20, 20]
    assert curve[:20] == curve.take(slice(0, 1))
    assert len(curve[31:]) == 0
    with pytest.raises(TypeError, match="cut by steps"):
        curve[0]  # type: ignore[index]
