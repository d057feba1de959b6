"""Phases from train, eval and learning rate together, and how a sentence tells them."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.case import case_of
from curveread.diagnose import diagnose
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding, Severity
from curveread.readings.phases import phases
from curveread.run.model import Curve, Run
from curveread.run.tags.context import understood
from tests.support.curves import decay, run_of


def names(dx: Diagnosis) -> list[str]:
    return [p.name for p in dx.phases]


def told(dx: Diagnosis, topic: str = "phases") -> str:
    return " ".join(s.text for s in dx.statements if s.topic == topic)


def ramp(n: int, warm: int, shape: str = "cosine") -> np.ndarray:
    t = np.arange(n)
    rest = (t - warm).clip(0) / (n - warm)
    falling = {
        "cosine": 0.5 * (1 + np.cos(np.pi * rest)),
        "constant": np.ones(n),
        "cyclic": 0.55 + 0.45 * np.cos(2 * np.pi * 4 * rest),
    }[shape]
    return 1e-3 * np.where(t < warm, (t + 1) / warm, falling)


def settled(n: int, flat_from: float, sigma: float, height: float = 3.0) -> np.ndarray:
    """Falls like a cosine schedule makes it, then rests."""
    x = np.minimum(np.arange(n) / (n * flat_from), 1.0)
    return (1.5 + height * (1 - x) ** 2) * np.exp(sigma * np.random.default_rng(n).standard_normal(n))


def test_every_step_is_in_one_phase_and_neighbours_differ() -> None:
    evaluation = np.r_[np.linspace(4.0, 2.0, 16), np.linspace(2.01, 2.6, 24)]
    dx = diagnose(run_of(train_loss=decay(2000), eval_loss=evaluation, lr=ramp(2000, 100)))
    assert names(dx) == ["warmup", "learning", "memorising"]
    assert (dx.phases[0].first_step, dx.phases[-1].last_step) == (0, 1999)
    assert all(a.last_step == b.first_step for a, b in zip(dx.phases, dx.phases[1:], strict=False))
    assert abs(dx.phases[0].last_step - 100) <= 1
    assert dx.phases[2].first_step == dx.findings[0].first_step


def test_the_onset_of_memorising_is_bracketed_by_the_evals_around_it() -> None:
    evaluation = np.r_[np.linspace(4.0, 2.0, 16), np.linspace(2.01, 2.6, 24)]
    dx = diagnose(run_of(train_loss=decay(2000), eval_loss=evaluation))
    text = told(dx)
    assert text.startswith("Until step 799 the run learned; from step 799 on it only fitted its training data (60 %")
    assert "began between the evals at steps 749 and 849." in text
    assert "the gap grew from 0.181 at step 799." in told(dx, "gap")


def test_a_run_that_only_learned_needs_no_sentence() -> None:
    dx = diagnose(run_of(train_loss=decay(2000), eval_loss=decay(40, 0.002), lr=ramp(2000, 100, "constant")))
    assert names(dx) == ["warmup", "learning"]
    assert told(dx) == ""


@pytest.mark.parametrize(
    "rate",
    [
        np.full(1000, 1e-3),  # constant
        np.linspace(1e-5, 1e-3, 1000),  # rises all along
        1e-3 * (1.0 - np.arange(1000) / 1000),  # only falls
        ramp(1000, 60, "cyclic")[60:],  # comes back to its peak
        np.where(np.arange(1000) < 300, 1e-5, 1e-3),  # jumps
        1e-3 * (1.0 - np.abs((np.arange(1000) % 200) / 100 - 1.0)) + 1e-5,  # a triangle that begins low
        np.zeros(1000),
    ],
    ids=["constant", "rising", "falling", "cyclic", "jump", "triangle", "zero"],
)
def test_no_warmup(rate: np.ndarray) -> None:
    assert "warmup" not in names(diagnose(run_of(train_loss=decay(1000), lr=rate)))


def test_converged_needs_a_schedule_that_ended_and_two_flat_curves_that_are_close() -> None:
    train, rate = settled(2000, 0.75, 0.01), ramp(2000, 50)
    evaluation = settled(40, 0.75, 0.001)
    dx = diagnose(run_of(train_loss=train, eval_loss=evaluation, lr=rate))
    assert names(dx) == ["warmup", "learning", "converged"]
    assert 1300 <= dx.phases[-1].first_step <= 1900
    assert "flat stretch began between the evals" in told(dx)
    high = diagnose(run_of(train_loss=train + 3.0, eval_loss=evaluation + 3.0, lr=rate))  # less than halved
    assert names(high) == ["warmup", "learning", "converged"]
    apart = diagnose(run_of(train_loss=train, eval_loss=evaluation + 2.0, lr=rate))
    assert "converged" not in names(apart)
    open_end = diagnose(run_of(train_loss=train, eval_loss=evaluation, lr=ramp(2000, 50, "constant")))
    assert "converged" not in names(open_end)
    falling = diagnose(run_of(train_loss=settled(2000, 1.2, 0.01), eval_loss=settled(40, 1.2, 0.001), lr=rate))
    assert "converged" not in names(falling)
    no_eval = diagnose(run_of(train_loss=train, lr=rate))
    assert "converged" not in names(no_eval)


def test_a_plateau_is_stalled_and_what_comes_after_ends_it() -> None:
    value = decay(2000)
    value[500:] = value[500] * np.exp(0.02 * np.random.default_rng(1).standard_normal(1500))
    rate = np.where(np.arange(2000) < 500, 1e-3, 0.0)
    dx = diagnose(run_of(train_loss=value, lr=rate))
    assert names(dx) == ["learning", "stalled"]
    assert dx.phases[1].first_step == dx.findings[0].first_step


def test_nan_to_the_end_is_diverged_and_one_nan_is_not() -> None:
    value = decay(1000)
    value[600:] = np.nan
    dx = diagnose(run_of(train_loss=value))
    assert names(dx) == ["learning", "diverged"]
    assert (dx.phases[1].first_step, dx.phases[1].last_step) == (600, 999)
    value = decay(1000)
    value[600] = np.nan
    assert names(diagnose(run_of(train_loss=value))) == ["learning"]
    assert names(diagnose(run_of(train_loss=np.full(1000, np.nan)))) == ["diverged"]


def test_nan_that_follows_a_divergence_belongs_to_it() -> None:
    value = decay(1000)
    value[600:620] = value[600] * np.geomspace(1.5, 1e6, 20)
    value[620:] = np.nan
    dx = diagnose(run_of(train_loss=value))
    assert {"divergence", "nonfinite-loss"} <= {f.rule for f in dx.findings}
    assert names(dx) == ["learning", "diverged"]
    assert dx.phases[-1].last_step == 999


def test_memorising_goes_on_after_the_last_eval() -> None:
    evaluation = np.array([4.0, 3.0, 2.0, 2.6, 3.4, 4.4])
    at = np.array([0, 200, 400, 600, 800, 1000])
    curves = {"loss": Curve("loss", np.arange(1190), decay(1190)), "val_loss": Curve("val_loss", at, evaluation)}
    dx = diagnose(Run("r", "r", curves))
    assert [f.rule for f in dx.findings] == ["overfitting"]
    assert [(p.name, p.first_step, p.last_step) for p in dx.phases] == [("learning", 0, 400), ("memorising", 400, 1189)]


def test_nothing_and_one_point() -> None:
    assert diagnose(Run("r", "r", {})).phases == ()
    one = diagnose(Run("r", "r", {"loss": Curve("loss", np.array([7]), np.array([2.0]))}))
    assert [(p.name, p.first_step, p.last_step) for p in one.phases] == [("learning", 7, 7)]


def test_a_loss_that_never_left_its_start_did_not_learn_at_the_end() -> None:
    run = run_of(loss=decay(100))
    never = Finding("no-learning", Severity.ERROR, 0.9, "m", "loss", 0, 0, 60)
    assert [p.name for p in phases(case_of(understood(run)), (never,))] == ["stalled"]
