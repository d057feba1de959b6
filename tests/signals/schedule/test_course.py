"""The course of a learning rate: what it does, since when, where it ends."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.schedule.course import Course, course_of

STEP = np.arange(0.0, 1000.0)
X = STEP / 1000
WARM = np.minimum(X / 0.03, 1.0)


def _course(rate: np.ndarray, until: float = 1.0) -> Course:
    keep = until >= X
    found = course_of(STEP[keep], 3e-4 * rate[keep])
    assert found is not None
    return found


def test_a_warmup_and_then_the_same_rate_is_constant() -> None:
    found = _course(WARM)
    assert (found.kind, found.regime, found.now) == ("constant", 0.0, 1.0)


@pytest.mark.parametrize("until", [0.5, 0.7, 0.9])
@pytest.mark.parametrize("floor", [0.0, 0.1])
@pytest.mark.parametrize("logged", [1, 10])
def test_a_cosine_tells_where_it_ends_and_what_comes(until: float, floor: float, logged: int) -> None:
    whole = WARM * (floor + (1 - floor) * 0.5 * (1 + np.cos(np.pi * np.clip((X - 0.03) / 0.97, 0, 1))))
    keep = until >= X
    found = course_of(STEP[keep][::logged], whole[keep][::logged])
    assert found is not None
    assert found.kind == "falling"
    assert found.end == pytest.approx(1000, rel=0.06)
    later = STEP[~keep]
    assert np.abs(found.at(later) - whole[~keep]).max() < 0.08


def test_a_line_tells_where_it_ends() -> None:
    found = _course(WARM * (1 - X), 0.6)
    assert found.kind == "falling"
    assert found.end == pytest.approx(1000, rel=0.01)


@pytest.mark.parametrize("rate", [np.exp(-3 * X), np.minimum(STEP / 50, (50 / np.maximum(STEP, 1)) ** 0.5)])
def test_a_fall_without_an_end_is_carried_on(rate: np.ndarray) -> None:
    found = _course(rate, 0.7)
    assert found.kind == "falling"
    assert found.at(np.array([999.0]))[0] == pytest.approx(rate[-1], abs=0.08)


def test_a_step_down_begins_a_new_course() -> None:
    found = _course(WARM * np.where(X < 0.6, 1.0, 0.1))
    assert found.kind == "constant"
    assert found.regime == pytest.approx(600, abs=5)
    assert found.now == pytest.approx(0.1)


def test_a_floor_reached_by_a_decay_begins_a_new_course() -> None:
    found = _course(WARM * np.maximum(1 - X / 0.5, 0.1))
    assert found.kind == "constant"
    assert 380 <= found.regime <= 470


def test_cycles_cannot_be_carried_on() -> None:
    assert _course(0.5 * (1 + np.cos(2 * np.pi * X / 0.2))).kind == "unclear"


def test_the_summed_rate_counts_what_was_learned_with() -> None:
    found = _course(np.where(X < 0.5, 1.0, 0.1))
    assert found.summed(np.array([500.0, 999.0])) == pytest.approx([500, 550], rel=0.01)


def test_too_little_to_tell() -> None:
    assert course_of(STEP[:4], np.ones(4)) is None
    assert course_of(STEP, np.zeros(1000)) is None
    assert course_of(np.zeros(9), np.ones(9)) is None


def test_a_warmup_that_wavers_is_still_one() -> None:
    """Only what comes up again after the peak makes a course unclear."""
    wavering = np.interp(X, [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 1.0], [0.0, 0.5, 0.3, 0.7, 0.4, 1.0, 0.2])
    assert _course(wavering).kind == "falling"
    again = np.interp(X, [0.0, 0.1, 0.3, 0.4, 0.6, 0.7, 1.0], [0.0, 1.0, 0.4, 0.8, 0.3, 0.7, 0.2])
    assert _course(again).kind == "unclear"


def test_a_course_needs_two_steps_and_five_points() -> None:
    assert course_of(np.zeros(5), np.ones(5)) is None
    assert course_of(np.array([0.0, 0.0, 0.0, 0.0, 10.0]), np.ones(5)) is not None
    assert course_of(np.arange(4.0), np.ones(4)) is None
