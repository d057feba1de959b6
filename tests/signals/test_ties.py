"""Ties with the best and early stopping, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curveread.signals.scale import bend_noise
from curveread.signals.ties import early_stop, tied


def _stops(values: list[float], patience: int) -> tuple[int | None, int]:
    best, best_at, waited = np.inf, 0, 0
    for i, value in enumerate(values):
        if value < best:
            best, best_at, waited = value, i, 0
        else:
            waited += 1
            if waited >= patience:
                return i, best_at
    return None, best_at


@given(st.lists(st.integers(0, 9).map(float), min_size=1, max_size=40), st.integers(1, 10))
def test_early_stopping_is_the_loop_of_its_definition(values: list[float], patience: int) -> None:
    found = early_stop(np.array(values), patience)
    assert (found.index, found.best) == _stops(values, patience)


def test_noise_is_measured_on_a_bend() -> None:
    x = np.linspace(0, 1, 400)
    y = (x - 0.5) ** 2 + 0.03 * np.random.default_rng(0).standard_normal(400)
    assert bend_noise(y) == pytest.approx(0.03, rel=0.15)
    assert bend_noise((x - 0.5) ** 2) < 1e-4
    assert bend_noise(y[:4]) == 0.0


def test_ties_lie_within_the_noise_around_the_best() -> None:
    y = np.array([3.0, 2.0, 1.52, 1.5, 1.51, 1.49, 1.5, 1.53, 1.9, 2.5])
    which, error = tied(y)
    assert 0.005 < error < 0.3
    assert list(np.flatnonzero(which)) == [i for i in range(10) if y[i] <= 1.49 + error]


def test_a_later_blow_up_is_no_noise() -> None:
    rng = np.random.default_rng(5)
    calm = 1 + (np.linspace(-1, 1, 30)) ** 2 + 0.01 * rng.standard_normal(30)
    wild = np.concatenate([calm, 50 * rng.random(60) + 10])
    assert tied(wild)[1] < 0.05
