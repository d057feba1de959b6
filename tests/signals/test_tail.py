from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.tail import tail_of

LAWS = {
    "gaussian": lambda rng, n: rng.standard_normal(n),
    "laplace": lambda rng, n: rng.laplace(size=n),
    "student-t3": lambda rng, n: rng.standard_t(3, n),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("n", [300, 3_000, 30_000])
def test_noise_seldom_passes_what_its_own_tail_allows(law: str, n: int) -> None:
    passed = 0
    for seed in range(60):
        x = LAWS[law](np.random.default_rng(seed), n)
        tail = tail_of(x, 1, 6.0)
        assert tail is not None
        passed += bool(np.abs(x).max() > tail.height(0.02))
    assert passed <= 5


def test_a_heavier_tail_is_allowed_more() -> None:
    tails = [tail_of(LAWS[law](np.random.default_rng(0), 3_000), 1, 6.0) for law in LAWS]
    heights = [t.height(0.02) for t in tails if t]
    assert 4.0 < heights[0] < heights[1] < heights[2]
    assert heights[0] < 6.5


def test_height_and_expected_count_are_inverse() -> None:
    tail = tail_of(np.random.default_rng(0).standard_normal(2_000), 1, 6.0)
    assert tail is not None
    for expected in (0.01, 0.3, 5.0):
        assert tail.expected(tail.height(expected)) == pytest.approx(expected, rel=0.02)


def test_events_that_stand_apart_are_no_noise() -> None:
    x = np.random.default_rng(0).standard_normal(2_000)
    calm = tail_of(x, 1, 6.0)
    x[100::150] = np.linspace(9.0, 13.0, 13)
    tail = tail_of(x, 1, 6.0)
    assert calm
    assert tail
    assert tail.height(0.02) < 9.0
    assert tail.expected(9.0) < 1.0


def test_a_few_high_points_do_not_stretch_the_tail() -> None:
    x = np.random.default_rng(0).standard_normal(2_000)
    calm = tail_of(x, 1, 6.0)
    x[[300, 900]] = 40.0
    tail = tail_of(x, 1, 6.0)
    assert calm
    assert tail
    assert tail.height(0.02) < 1.3 * calm.height(0.02)


def test_too_few_points_have_no_tail() -> None:
    assert tail_of(np.zeros(19), 1, 6.0) is None
    assert tail_of(np.random.default_rng(0).standard_normal(40), 16, 6.0) is None


def test_the_tail_beside_one_long_event_is_that_of_the_rest() -> None:
    """A blow-up that fills the top with a single stretch says nothing of the noise before it."""
    stat = np.random.default_rng(0).standard_t(3, 2000)
    alone = tail_of(stat[:1600], 1, 6.0)
    stat[1600:] = 1e4 * np.exp(-np.arange(400) / 100)
    beside = tail_of(stat, 1, 6.0)
    assert alone is not None
    assert beside is not None
    assert 0.6 < beside.height(0.02) / alone.height(0.02) < 1.7


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("many", [10, 100, 300])
def test_many_events_that_stand_apart_are_no_noise_either(law: str, many: int) -> None:
    rng = np.random.default_rng(many)
    x = LAWS[law](rng, 20_000)
    x[rng.choice(20_000, many, replace=False)] = rng.uniform(400.0, 600.0, many)
    tail = tail_of(x, 1, 6.0)
    assert tail is not None
    assert tail.height(0.02) < 400.0
