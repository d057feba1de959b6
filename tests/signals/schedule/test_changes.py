"""What learning rates do, told in few words."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.schedule.changes import changes, stretches


def warmup(n: int, peak: float = 3e-4) -> np.ndarray:
    return peak * (np.arange(n) + 1.0) / n


def cosine(n: int, peak: float = 3e-4, floor: float = 0.0) -> np.ndarray:
    return floor + (peak - floor) * 0.5 * (1.0 + np.cos(np.pi * np.arange(n) / n))


def told(value: np.ndarray) -> list[tuple[int, str]]:
    return [(c.index, c.kind) for c in changes(value)]


WSD = np.concatenate([warmup(100), np.full(700, 3e-4), np.linspace(3e-4, 0.0, 200)])
STEPS = np.concatenate([np.full(500, 0.1), np.full(300, 0.01), np.full(200, 0.001)])


def test_schedules_in_use() -> None:
    assert told(np.concatenate([warmup(100), cosine(900)])) == [(100, "warm")]
    assert [k for _, k in told(WSD)] == ["warm", "fall"]
    assert told(WSD)[1][0] == pytest.approx(800, abs=2)
    assert told(STEPS) == [(500, "drop"), (800, "drop")]
    restarts = np.concatenate([cosine(300)] * 3)
    assert told(restarts) == [(300, "jump"), (600, "jump")]
    assert told(np.concatenate([cosine(800, floor=3e-5), np.full(200, 3e-5)])) == [(800, "rest")]
    raised = np.full(1000, 1e-3)
    raised[600:] = 6e-2
    (jump,) = changes(raised)
    assert (jump.index, jump.kind, jump.before, jump.after, jump.sudden) == (600, "jump", 1e-3, 6e-2, True)


@pytest.mark.parametrize(
    "value",
    [np.full(1000, 1e-3), cosine(1000), np.linspace(1e-3, 0.0, 1000), np.zeros(50), np.array([1e-3, 2e-3])],
)
def test_a_rate_that_does_one_thing_has_no_change(value: np.ndarray) -> None:
    assert changes(value) == []


@pytest.mark.parametrize("value", [WSD, STEPS, np.concatenate([warmup(100), cosine(900)])])
def test_rounding_float32_and_scale_change_nothing(value: np.ndarray) -> None:
    kinds = [k for _, k in told(value)]
    assert [k for _, k in told(value.astype(np.float32).astype(float))] == kinds
    assert [k for _, k in told(np.array([float(f"{v:.2e}") for v in value]))] == kinds
    assert told(1e4 * value) == told(value)


def test_a_trembling_rate_is_told_in_few_words() -> None:
    rng = np.random.default_rng(0)
    assert len(changes(np.abs(rng.standard_normal(20_000)))) <= 40
    ways = [s.way for s in stretches(1.0 + 1e-3 * rng.standard_normal(20_000))]
    assert set(ways) <= {0}


def test_a_rate_that_changes_at_its_second_or_its_last_point_is_told_there() -> None:
    assert told(np.r_[1e-3, np.full(999, 2.5e-4)]) == [(1, "drop")]
    assert told(np.r_[1e-3, np.full(999, 5e-3)]) == [(1, "jump")]
    assert told(np.r_[np.full(999, 1e-3), 1e-5]) == [(999, "drop")]
