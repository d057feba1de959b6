"""What moved first, what the learning rate did, what coincided, the checkpoint before, and what a spike cost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread.attribution.recovery import with_recovery
from curveread.attribution.surroundings import surrounded
from curveread.case import case_of
from curveread.detectors.base import CurveView
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.lead import Moved, lead_of
from curveread.run.model import Attempt, Checkpoint, Curve, Run
from tests.support.curves import decay

N = 2000


def norm(n: int = N, seed: int = 7, sigma: float = 0.1) -> np.ndarray:
    return np.exp(sigma * np.random.default_rng(seed).standard_normal(n))


def run_with(every: int = 1, wall: np.ndarray | None = None, **curves: np.ndarray) -> Run:
    made = {t: Curve(t, np.arange(v.size) * every, v, wall) for t, v in curves.items()}
    return Run("r", "r", made)


def spiked(at: int = 1200, width: int = 6, n: int = N) -> np.ndarray:
    loss = decay(n)
    loss[at : at + width] *= 2.5
    return loss


def only(run: Run, rule: str = "loss-spike") -> Finding:
    (found,) = (f for f in cr.diagnose(run).findings if f.rule == rule)
    return found


# --- which curve moved first ---


@pytest.mark.parametrize("ahead", [1, 3, 8])
def test_gradient_norm_moved_first(ahead: int) -> None:
    grad = norm()
    grad[1200 - ahead : 1206] *= 6.0
    found = only(run_with(train_loss=spiked(), grad_norm=grad))
    steps = f"{ahead} step{'s' if ahead > 1 else ''}"
    assert found.get("moved-first") == f"grad_norm, {steps} before train_loss"
    assert found.message.endswith(f"; grad_norm had risen {steps} before")
    assert found.advice[-1] == "Clip grad_norm near its 90th percentile: it rose before the loss did."


def test_loss_moved_first_or_both_at_once() -> None:
    grad = norm()
    grad[1202:1208] *= 6.0
    found = only(run_with(train_loss=spiked(), grad_norm=grad))
    assert found.get("moved-first") == "train_loss, 2 steps before grad_norm"
    assert "had risen" not in found.message
    grad = norm()
    grad[1200:1206] *= 6.0
    found = only(run_with(train_loss=spiked(), grad_norm=grad))
    assert found.get("moved-first") == "train_loss and grad_norm at once"


def test_the_cadence_bounds_what_can_be_told() -> None:
    grad = norm()
    grad[1200:1206] *= 6.0
    found = only(run_with(every=50, train_loss=spiked(), grad_norm=grad))
    assert found.get("moved-first") == ("train_loss or grad_norm (the log cannot tell within 50 steps)")
    grad[1198:1200] *= 6.0
    found = only(run_with(every=50, train_loss=spiked(), grad_norm=grad))
    assert found.get("moved-first") == "grad_norm, about 100 steps (51 to 149 steps) before train_loss"


def test_curves_of_different_cadence() -> None:
    assert lead_of(Moved("g", 390, 400), Moved("l", 404, 405)).sentence() == "g, about 5 steps (5 to 14 steps) before l"
    late = lead_of(Moved("g", 390, 400), Moved("l", 398, 399))
    assert not late.known
    assert late.sentence().startswith("l or g (")


def test_a_gradient_norm_in_its_noise_is_not_said_to_lead() -> None:
    said = 0
    for seed in range(40):
        heavy = np.exp(0.5 * np.random.default_rng(seed).standard_normal(N))
        dx = cr.diagnose(run_with(train_loss=spiked(), grad_norm=heavy), select=["loss-spike"])
        said += "had risen" in dx.findings[0].message
    assert said <= 1


def test_gradient_norm_before_nan_and_before_divergence() -> None:
    loss, grad = decay(N), norm()
    loss[1200:] = np.nan
    grad[1195:1200] *= 20.0
    grad[1200:] = np.nan
    found = only(run_with(train_loss=loss, grad_norm=grad), "nonfinite-loss")
    assert found.get("moved-first") == "grad_norm, 5 steps before train_loss"
    loss, grad = decay(N), norm()
    loss[1200:] *= 1.8
    grad[1196:] *= 5.0
    found = only(run_with(train_loss=loss, grad_norm=grad), "divergence")
    assert found.get("moved-first") == "grad_norm, 4 steps before train_loss"


# --- the learning rate ---


def test_a_raised_learning_rate_is_the_first_to_move() -> None:
    loss, rate = decay(N), np.full(N, 1e-3)
    rate[1200:] = 5e-2
    loss[1202:] *= 1.8
    grad = norm()
    grad[1201:] *= 5.0
    found = only(run_with(train_loss=loss, grad_norm=grad, lr=rate), "divergence")
    assert found.get("moved-first") == "lr, 2 steps before train_loss"
    assert found.get("learning-rate-then") == "constant, at its peak"
    assert found.also_explained_by[0].startswith("the learning rate jumps from 0.001 to 0.05 at step 1,200: ")


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (1e-3 * (np.arange(N) + 1) / N * 2.0, "rising, at 60 % of its peak"),
        (np.minimum(1.0, (np.arange(N) + 1) / 900) * 1e-3, "constant, at its peak"),
        (1e-3 * 0.5 * (1 + np.cos(np.pi * np.arange(N) / N)), "falling, at 35 % of its peak"),
    ],
)
def test_what_the_learning_rate_was_doing(rate: np.ndarray, said: str) -> None:
    found = only(run_with(train_loss=spiked(), lr=rate))
    assert found.get("learning-rate-then") == said
    assert any("at its peak" in a for a in found.advice) == said.endswith(", at its peak")


# --- what coincided ---


def test_an_epoch_boundary_at_the_spike_and_none_beside_it() -> None:
    step = np.arange(N)
    at = only(run_with(train_loss=spiked(), epoch=step / 400.0))
    assert at.get("at-the-same-place") == "epoch 4 begins at step 1,200 (by chance: 1.0 %)"
    assert at.also_explained_by[0].startswith("epoch 4 begins at step 1,200: the data are shuffled anew")
    beside = only(run_with(train_loss=spiked(1250), epoch=step / 400.0))
    assert beside.get("at-the-same-place") is None


@pytest.mark.parametrize(("every", "said"), [(10, False), (200, True)])
def test_with_an_evaluation_every_ten_steps_everything_coincides_with_one(every: int, said: bool) -> None:
    loss = spiked()
    evals = Curve(
        "eval_loss", np.arange(every, N, every), loss[every::every] * 0 + np.linspace(3, 2, len(loss[every::every]))
    )
    run = Run("r", "r", {"train_loss": Curve("train_loss", np.arange(N), loss), "eval_loss": evals})
    assert (only(run).get("at-the-same-place") is not None) is said


def test_several_events_are_weighed_together() -> None:
    """One of eight spikes lies beside an evaluation by chance; all of eight do not."""
    loss = decay(4000)
    for at in range(400, 4000, 400):
        loss[at : at + 2] *= 2.5
    step = np.arange(100, 4000, 100)
    evals = Curve("eval_loss", step, np.linspace(3, 2, step.size))
    run = Run("r", "r", {"train_loss": Curve("train_loss", np.arange(4000), loss), "eval_loss": evals})
    found = [f for f in cr.diagnose(run).findings if f.rule == "loss-spike"]
    assert len(found) == 9
    assert all(f.get("at-the-same-place") for f in found)
    moved = loss.copy()
    for at in range(800, 4000, 400):
        moved[at : at + 2] /= 2.5
        moved[at + 40 : at + 42] *= 2.5
    run = Run("r", "r", {"train_loss": Curve("train_loss", np.arange(4000), moved), "eval_loss": evals})
    found = [f for f in cr.diagnose(run).findings if f.rule == "loss-spike"]
    assert len(found) == 9
    assert not any(f.get("at-the-same-place") for f in found)


def test_a_restart_at_the_spike() -> None:
    loss = Curve("train_loss", np.arange(N), spiked(1201))
    attempts = (Attempt(0, 1199, {}), Attempt(1200, N - 1, {}))
    found = only(Run("r", "r", {"train_loss": loss}, attempts=attempts))
    assert str(found.get("at-the-same-place")).startswith("the run was restarted at step 1,200")


# --- the checkpoint before ---


def test_the_checkpoint_before_the_onset_is_named() -> None:
    loss, grad = spiked(width=10), norm()
    loss[1210:] *= 1.25
    grad[1195:1206] *= 6.0
    kept = tuple(Checkpoint(s, f"out/checkpoint-{s}") for s in (400, 800, 1198, 1600))
    run = Run(
        "r",
        "r",
        {t: Curve(t, np.arange(N), v) for t, v in (("train_loss", loss), ("grad_norm", grad))},
        checkpoints=kept,
    )
    found = next(f for f in cr.diagnose(run).findings if f.severity.value == "error")
    assert found.get("checkpoint-before") == "checkpoint-800, 395 steps before"  # 1,198 is behind the gradient
    assert any("step 800" in a or "checkpoint-800" in a for a in found.advice)
    early = Run("r", "r", run.curves, checkpoints=kept[3:])
    found = next(f for f in cr.diagnose(early).findings if f.severity.value == "error")
    assert found.get("checkpoint-before") is None


# --- recovery ---


def test_fast_and_slow_recovery_and_their_cost() -> None:
    wall = 1e9 + np.arange(float(N))
    fast = only(run_with(wall=wall, train_loss=spiked(width=3)))
    assert fast.get("recovery") == "fast"
    assert fast.get("cost-as-a-share-of-the-wall-time") == pytest.approx(100 * 3 / (N - 1), abs=0.15)
    loss = decay(N)
    loss[1200:1320] *= np.linspace(2.5, 1.0, 120)
    slow = only(run_with(train_loss=loss))
    assert slow.get("recovery") == "slow"
    assert slow.get("cost-as-a-share-of-the-steps") == pytest.approx(6.0, abs=1.5)


def test_cost_is_measured_by_the_clock_where_there_is_one() -> None:
    wall = 1e9 + np.arange(float(N))
    wall[1203:] += 4000.0  # the machine hung in the spike
    found = only(run_with(wall=wall, train_loss=spiked(width=6)))
    assert found.get("cost-as-a-share-of-the-wall-time") == pytest.approx(100 * 4006 / (4000 + N), abs=1.0)


def test_not_fully_never_and_undetermined() -> None:
    loss = spiked(width=30)
    loss[1230:] *= 1.08
    assert only(run_with(train_loss=loss)).get("recovery") == "not fully"
    cut = decay(N)
    cut[1994:] *= 2.5
    assert only(run_with(train_loss=cut)).get("recovery") == "undetermined"


def test_a_spike_before_a_divergence_is_judged_up_to_it() -> None:
    """The level at the end is then the divergence's."""
    evidence = (
        Evidence("height-above-the-trend", "height above the trend", 1.0, "nats"),
        Evidence("still-above-the-level-before-at-the-end-by", "height left at the end", 2.0, "nats"),
    )
    spike = Finding("loss-spike", Severity.ERROR, 0.9, "m", "train_loss", 1200, 1203, 1230, evidence)
    view = CurveView(Curve("train_loss", np.arange(N), decay(N)))
    assert with_recovery(spike, view).get("recovery") == "never"
    later = Finding("divergence", Severity.ERROR, 0.9, "m", "train_loss", 1500, 1900, 1999)
    case = case_of(run_with(train_loss=decay(N)))
    told = surrounded([spike, later], case)[0]
    assert told.get("recovery") == "not before the divergence at step 1,500"
    assert told.get("steps-until-then") == 300
    other = replace(later, tag="aux_loss")
    told = surrounded([spike, other], case)[0]
    assert told.get("recovery") == "never"


def test_loss_times_a_thousand_tells_the_same() -> None:
    grad = norm()
    grad[1197:1206] *= 6.0
    a = only(run_with(train_loss=spiked(), grad_norm=grad))
    b = only(run_with(train_loss=1000 * spiked(), grad_norm=1e-3 * grad))
    for key in ("moved-first", "recovery"):
        assert a.get(key) == b.get(key) is not None


@pytest.mark.parametrize(
    ("case", "rule", "said"),
    [
        ("divergence-learning-rate", "divergence", "train/lr, 1 step before train/loss"),
        ("nan-logged-as-zero", "masked-nan", "grad_norm, about 2 steps (1 to 3 steps) before loss"),
        ("spike-recovers", "loss-spike", "loss and grad_norm at once"),
    ],
)
def test_sample_logs(samples: Path, case: str, rule: str, said: str) -> None:
    assert only(cr.read(samples / case), rule).get("moved-first") == said
