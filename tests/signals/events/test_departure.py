"""Where a curve left its noise for an event."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.events.departure import departure


def noisy(n: int = 600, seed: int = 0, sigma: float = 0.02) -> np.ndarray:
    return sigma * np.random.default_rng(seed).standard_normal(n)


@pytest.mark.parametrize("at", [390, 397, 400])
def test_first_point_of_the_excursion_that_reaches_the_event(at: int) -> None:
    y = noisy()
    y[at:420] += 1.0
    assert departure(y, 400, 405, reach=20) == at


def test_gap_of_one_point_is_bridged_and_an_earlier_excursion_is_not() -> None:
    y = noisy()
    y[385] += 1.0
    y[395:420] += 1.0
    y[398] -= 1.0
    assert departure(y, 400, 405, reach=20) == 395


def test_no_number_is_the_highest_of_all() -> None:
    y = noisy()
    y[400:] = np.inf
    assert departure(y, 400, 400, reach=20) == 400


def test_a_curve_that_stays_in_its_noise_did_not_move() -> None:
    assert departure(noisy(), 400, 410, reach=20) is None
    steady = noisy() + np.linspace(0.0, 5.0, 600)  # it rose all the time
    assert departure(steady, 400, 410, reach=20) is None
    falling = noisy() - np.linspace(0.0, 5.0, 600)
    falling[380:] = falling[380]  # and this one only stopped falling
    assert departure(falling, 400, 410, reach=20) is None


def test_moved_long_before_or_too_few_points_is_undetermined() -> None:
    y = noisy()
    y[379:420] += 1.0
    assert departure(y, 400, 405, reach=20) is None
    y = noisy()
    y[20:] += 1.0
    assert departure(y, 20, 25, reach=10) is None


def test_heavy_tails_seldom_look_like_a_move() -> None:
    moved = 0
    for seed in range(400):
        y = 0.3 * np.random.default_rng(seed).standard_t(3, 600)
        moved += departure(y, 400, 402, reach=12) is not None
    assert moved <= 8


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_scale_and_offset_change_nothing(scale: float) -> None:
    y = noisy()
    y[395:420] += 1.0
    assert departure(scale * y + 7.0 * scale, 400, 405, reach=20) == 395
