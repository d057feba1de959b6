"""When the checks run, by a clock that the test sets."""

from __future__ import annotations

import pytest

from curveread.watch import pace as module
from curveread.watch.pace import AHEAD, Pace


class Clock:
    def __init__(self) -> None:
        self.wall = 0.0

    def monotonic(self) -> float:
        return self.wall


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def look(pace: Pace, cost: float) -> None:
    pace.looks()
    pace.judged(cost)


def test_what_is_appended_while_the_checks_run_calls_for_another_look(clock: Clock) -> None:
    pace = Pace()
    pace.grew(10)
    pace.looks()
    pace.grew(10)
    pace.judged(0.1)
    assert not pace.due()
    assert pace.due(urgent=True)


def test_the_first_look_is_taken_when_something_is_there(clock: Clock) -> None:
    pace = Pace()
    assert not pace.due()
    pace.grew(10)
    assert pace.due()


def test_a_log_is_looked_at_when_it_has_grown_by_a_share_and_the_checks_have_rested(clock: Clock) -> None:
    pace = Pace(share=0.1)
    pace.grew(1_000)
    look(pace, 0.5)
    clock.wall = 6.0
    pace.grew(10)
    assert not pace.due()
    pace.grew(1)
    assert pace.due()
    clock.wall = 4.0
    assert not pace.due()


def test_a_log_that_hardly_grows_is_looked_at_now_and_then(clock: Clock) -> None:
    pace = Pace()
    pace.grew(1_000)
    look(pace, 0.1)
    pace.grew(1)
    clock.wall = 19.0
    assert not pace.due()
    clock.wall = 21.0
    assert pace.due()


def test_an_hour_of_steady_growth_costs_the_share(clock: Clock) -> None:
    pace, looks, spent = Pace(share=0.03), 0, 0.0
    pace.grew(100)
    look(pace, 0.1)
    for _ in range(36_000):
        clock.wall += 0.1
        pace.grew(1)
        if pace.due():
            cost = 0.1 + pace.values / 1e6
            look(pace, cost)
            looks, spent = looks + 1, spent + cost
    assert looks > 100
    assert spent <= 0.03 * 3_600


def test_suspicions_without_end_cost_the_share_and_what_is_ahead_of_it(clock: Clock) -> None:
    pace, looks = Pace(share=0.03), 0
    pace.grew(1_000_000)
    look(pace, 1.5)
    for _ in range(6_000):
        clock.wall += 0.1
        pace.grew(1)
        if pace.due(urgent=True):
            look(pace, 1.5)
            looks += 1
    assert 10 <= looks <= (0.03 * 600 + AHEAD) / 1.5 + 1


def test_suspicion_is_looked_into_before_the_rest_is_over_where_a_look_costs_little(clock: Clock) -> None:
    pace = Pace()
    pace.grew(1_000)
    look(pace, 0.2)
    clock.wall = 1.0
    for _ in range(2):
        pace.grew(1)
        assert not pace.due()
        assert pace.due(urgent=True)
        look(pace, 0.2)
    pace.grew(1)
    assert not pace.due(urgent=True)
