"""When the checks run, by a clock that the test sets."""

from __future__ import annotations

import pytest

from curveread.watch import pace as module
from curveread.watch.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def monotonic(self) -> float:
        return self.wall

    def process_time(self) -> float:
        return self.cpu


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def look(pace: Pace, clock: Clock, cost: float) -> None:
    clock.cpu += cost
    pace.judged(cost)


def test_the_first_look_is_taken_when_something_is_there(clock: Clock) -> None:
    pace = Pace()
    assert not pace.due()
    pace.grew(10)
    assert pace.due()


def test_a_log_is_looked_at_when_it_has_grown_by_a_share_that_is_paid_for(clock: Clock) -> None:
    pace = Pace(share=0.1)
    pace.grew(1_000)
    look(pace, clock, 0.5)
    pace.begin()
    clock.wall = 6.0
    pace.grew(10)
    assert not pace.due()
    pace.grew(1)
    assert pace.due()
    clock.wall = 4.0
    assert not pace.due()


def test_an_hour_of_steady_growth_costs_the_share(clock: Clock) -> None:
    pace, looks = Pace(share=0.03), 0
    pace.grew(100)
    look(pace, clock, 0.1)
    pace.begin()
    begun = clock.cpu
    for _ in range(36_000):
        clock.wall += 0.1
        pace.grew(1)
        if pace.due():
            look(pace, clock, 0.1 + pace.values / 1e6)
            looks += 1
    assert looks > 100
    assert clock.cpu - begun <= 0.03 * 3_600


def test_suspicion_is_looked_into_ahead_of_the_share_but_not_again_and_again(clock: Clock) -> None:
    pace = Pace(share=0.03)
    pace.grew(1_000_000)
    look(pace, clock, 1.5)
    pace.begin()
    clock.wall = 1.0
    pace.grew(1)
    assert not pace.due()
    assert pace.due(urgent=True)
    look(pace, clock, 1.5)
    pace.grew(1)
    assert not pace.due(urgent=True)
    clock.wall = 40.0
    assert pace.due(urgent=True)
