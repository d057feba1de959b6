"""Advice on the schedule: said where the curves show it, quiet else."""

from __future__ import annotations

import numpy as np
import pytest

import curveread as cr
from curveread.readings.schedule import schedule_statements
from curveread.run.model import Curve, Run
from tests.benchmarks import synthetic
from tests.benchmarks.corpora import sample_logs
from tests.readings.made import decaying, made, views

X = np.arange(2000) / 2000


def _said(run: Run) -> list[str]:
    return [s.text for s in cr.diagnose(run).statements if s.topic == "schedule"]


def test_a_schedule_that_ended_too_early(samples: str) -> None:
    (text,) = _said(cr.read_all(f"{samples}/plateau-schedule-ended")[0])
    assert "decayed too early" in text


def test_a_standstill_that_a_finding_tells_is_not_told_again() -> None:
    loss = 3 * np.exp(-X / 0.03) + 1.0 + 0.01 * np.random.default_rng(0).standard_normal(2000)
    assert _said(made(loss, rate=np.ones(2000))) == []


def test_a_decay_that_set_free_what_a_high_rate_had_held_back() -> None:
    loss = 3 * np.exp(-X / 0.1) + 2.0 - 0.4 * np.clip((X - 0.7) / 0.2, 0, 1)
    loss += 0.01 * np.random.default_rng(0).standard_normal(2000)
    run = made(loss, rate=np.where(X < 0.7, 1.0, 1 - (X - 0.7) / 0.3 * 0.95))
    (text,) = [s.text for s in schedule_statements(views(run))]
    assert "the high rate had become the limit" in text


@pytest.mark.parametrize("rate", [None, np.ones(2000), 0.5 * (1 + np.cos(np.pi * X)), 1 - X])
def test_a_run_that_goes_on_falling_gets_no_advice(rate: np.ndarray | None) -> None:
    assert _said(made(decaying(), rate=rate)) == []


def test_healthy_samples_get_no_advice() -> None:
    for case in sample_logs():
        if case.label.healthy:
            assert [_said(run) for run in case.runs()] == [[]] * len(case.runs())
    short = [c for c in synthetic.healthy(1, (1_000,)) if "wsd" in c.label.name or "step" in c.label.name]
    advised = [c.label.name for c in short for run in c.runs() if _said(run)]
    assert len(advised) <= len(short) // 5


@pytest.mark.parametrize("dead", [0, 1, 2, 3])
def test_a_rate_near_zero_at_two_logged_points_has_ended_too_early(dead: int) -> None:
    """One such point is how every schedule ends; the loss must have fallen until then and stood still since."""
    fall, rest = 0.1 * (10 - dead), np.arange(10) < 10 - dead
    loss = 4.0 - 2.0 * np.minimum(X, fall) + 0.01 * np.random.default_rng(0).standard_normal(2000)
    curves = {
        "train/loss": Curve("train/loss", np.arange(2000), loss),
        "lr": Curve("lr", 200 * np.arange(10), np.where(rest, 1e-3, 0.0)),
    }
    found = schedule_statements(views(Run("r", "r", curves)))
    assert len(found) == (dead >= 2)
    for statement in found:
        assert statement.evidence[0].value == pytest.approx(dead / 10, abs=0.01)
