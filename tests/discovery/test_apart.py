"""Logs of other runs are told apart by a few values, and never where they might be one run."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.discovery.apart import Apart
from curveread.run.model import Curve

RNG = np.random.default_rng(0)


def _log(steps: object, offset: float = 0.0, name: str = "loss") -> dict[str, Curve]:
    step = np.asarray(steps)
    return {name: Curve(name, step, np.sin(step) + 2 + offset)}


OTHERS = [_log(range(0, 900 + 50 * k, 10), 1 + k) for k in range(20)]


@pytest.mark.parametrize(
    "same",
    [
        _log(range(0, 900, 10)),
        _log(range(0, 400, 10)),
        _log(range(0, 5000, 10)),
        _log(range(0, 900, 100)),
        _log(range(500, 900, 10)),
        _log(range(0, 900, 10), 1e-4),  # rounded
        _log(range(3, 900, 10)),  # no common step
        _log(range(0, 900, 10), 5, "acc"),  # no common curve
        {"loss": Curve("loss", np.arange(0, 900, 10), np.full(90, np.nan))},
        {},
    ],
)
def test_what_may_be_one_run_is_not_apart(same: dict[str, Curve]) -> None:
    apart = Apart([_log(range(0, 900, 10)), same, *OTHERS])
    assert not apart.from_(0)[1]
    assert not apart.from_(1)[0]
    assert apart.from_(0)[2:].all()


def test_a_run_that_went_another_way_later_is_left_to_the_closer_look() -> None:
    whole = _log(range(0, 900, 10))
    step, value = whole["loss"].step, whole["loss"].value.copy()
    value[60:] += 3
    apart = Apart([whole, {"loss": Curve("loss", step, value)}, *OTHERS])
    assert not apart.from_(0)[1]


def test_few_logs_are_not_probed() -> None:
    assert not Apart([_log(range(50)), _log(range(50), 3)]).from_(0).any()
