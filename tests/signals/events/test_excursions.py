from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.decomposition import decompose
from curveread.signals.events.excursions import Excursion, excursions, prominence
from tests.support.curves import decay


def find(value: np.ndarray) -> list[Excursion]:
    parts = decompose(value)
    return excursions(parts.z, parts.window, floor=7.0, false_events=0.05, skip=30)


@pytest.mark.parametrize("width", [1, 3, 12, 40])
def test_a_spike_of_any_width_is_found_where_it_is(width: int) -> None:
    value = decay(3000)
    value[1700 : 1700 + width] *= 1.4
    found = find(value)
    assert len(found) == 1
    assert abs(found[0].first - 1700) <= 2
    assert abs(found[0].last - (1700 + width - 1)) <= 3


def test_many_spikes_do_not_hide_each_other() -> None:
    value = decay(1500)
    places = [200, 330, 470, 560, 680, 810, 940, 1010, 1130, 1260, 1380, 1440]
    value[places] *= 1.5
    assert [e.peak for e in find(value)] == places


@pytest.mark.parametrize("law", ["gaussian", "laplace", "gamma", "correlated"])
@pytest.mark.parametrize("n", [300, 2000, pytest.param(20000, marks=pytest.mark.slow)])
def test_noise_is_quiet(law: str, n: int) -> None:
    laws = {
        "gaussian": lambda rng: rng.standard_normal(n),
        "laplace": lambda rng: rng.laplace(size=n),
        "gamma": lambda rng: rng.gamma(2.0, 1.0, n) - 2.0,
        "correlated": lambda rng: np.convolve(rng.standard_normal(n + 9), np.full(10, 0.316), "valid"),
    }
    noise = [laws[law](np.random.default_rng(seed)) for seed in range(12)]
    alarms = sum(bool(find(decay(n, 0.0) * np.exp(0.03 * x))) for x in noise)
    assert alarms <= 2


def test_a_lasting_step_is_no_excursion() -> None:
    value = decay(2000)
    value[1000:] *= 1.5
    assert all(e.last - e.first < 100 for e in find(value))


def test_a_stretch_before_a_step_down_stands_above_one_side_only() -> None:
    value = decay(3000)
    value[1500:1560] *= 1.2
    value[2400:] *= 0.8
    parts = decompose(value)
    spike, edge = Excursion(1500, 1530, 1559, 20.0, 6.0, 64), Excursion(2340, 2380, 2399, 20.0, 6.0, 64)
    assert min(prominence(parts.y, parts.scale, spike)) > 5.0
    before, after = prominence(parts.y, parts.scale, edge)
    assert before < 0.5 < 5.0 < after


def test_one_high_point_is_no_wide_stretch() -> None:
    rng = np.random.default_rng(3)
    z = rng.standard_t(3, 4000)
    z[2000] = 60.0
    assert all(e.width <= 2 for e in excursions(z, 401, floor=6.0, false_events=0.04) if e.first <= 2000 <= e.last)


def test_short_series_say_nothing() -> None:
    assert excursions(np.zeros(19), 7, floor=7.0, false_events=0.05) == []


def test_what_a_steep_head_leaves_is_no_noise_to_learn_from() -> None:
    z = np.random.default_rng(0).normal(0, 1, 200).clip(-2.2, 2.2)
    z[[3, 62, 82, 162]] = 5.7, 11.9, 12.0, 10.3
    found = excursions(z, 41, floor=6.0, false_events=0.04, skip=15)
    assert [e.peak for e in found] == [62, 82, 162]
