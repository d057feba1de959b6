from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.decomposition import decompose
from curveread.signals.excursions import Excursion, excursions
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
@pytest.mark.parametrize("n", [300, 2000, 20000])
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


def test_short_series_say_nothing() -> None:
    assert excursions(np.zeros(19), 7, floor=7.0, false_events=0.05) == []
