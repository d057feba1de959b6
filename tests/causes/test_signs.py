"""What the log shows around a finding: each sign where it is there, and where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from curveread.case import case_of
from curveread.causes.catalog.outcome.mode_or_policy_collapse import CAUSE as POLICY_COLLAPSE
from curveread.causes.engine import ranked
from curveread.causes.scene import Scene, Stage
from curveread.causes.signs import SIGNS
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Curve, Run
from curveread.run.tags.context import understood
from tests.support.curves import decay, normal, run_of

N = 1000


def asked(name: str, run: Run, rule: str, tag: str, first: int, last: int | None = None) -> bool | None:
    """Return the answer of a sign about a finding of a rule in a curve."""
    finding = Finding(rule, Severity.WARNING, 0.9, "m", tag, first, first, last)
    seen = SIGNS[name](Scene(Stage(case_of(understood(run)), [finding]), finding))
    return None if seen is None else bool(seen.there)


def lifted(height: np.ndarray | float, at: int = 600, n: int = N, **k: Any) -> np.ndarray:
    """Return a loss with something on top from a step on."""
    loss = decay(n, **k)
    more = np.atleast_1d(np.asarray(height, dtype=float))
    loss[at : at + more.size] += more
    return loss


def made(curves: dict[str, np.ndarray]) -> Run:
    return Run("made", "made", {tag: Curve(tag, np.arange(value.size), value) for tag, value in curves.items()})


CLIFF, SLOPE = np.full(12, 3.0), 3.0 * np.exp(-np.arange(300) / 60.0)


@pytest.mark.parametrize(("shape", "there"), [(CLIFF, True), (SLOPE, False)])
def test_odd_batches_end_from_one_point_to_the_next(shape: np.ndarray, there: bool) -> None:
    run = run_of(train_loss=lifted(shape))
    assert asked("fell-off", run, "loss-spike", "train_loss", 600, 650) is there


@pytest.mark.parametrize(("steps", "there"), [(150.0, True), (2.0, False)])
def test_what_is_new_has_to_be_learned_as_long_as_at_first(steps: float, there: bool) -> None:
    t = np.arange(N)
    loss = 1.0 + 3.0 * np.exp(-t / 100.0) + 0.02 * normal(N)
    loss[600:] += 3.0 * np.exp(-(t[600:] - 600) / steps)
    assert asked("learned-anew", run_of(train_loss=loss), "loss-spike", "train_loss", 600, 700) is there


@pytest.mark.parametrize("back", [True, False])
def test_weights_bring_the_evaluation_back_and_other_data_do_not(back: bool) -> None:
    evals = decay(50, 0.005)
    evals[30:] += 2.0 * np.exp(-np.arange(20) / 3.0) if back else 2.0
    run = run_of(train_loss=lifted(SLOPE), eval_loss=evals)
    assert asked("eval-left-behind", run, "loss-spike", "train_loss", 600, 800) is not back


@pytest.mark.parametrize(("way", "there"), [(np.full(12, 5.0), True), (np.linspace(0.3, 5.0, 12), False)])
def test_an_evaluation_that_jumps_alone(way: np.ndarray, there: bool) -> None:
    evals = decay(24, 0.002)
    evals[12:] = evals[11] + way
    run = run_of(train_loss=decay(960), eval_loss=evals)
    assert asked("eval-jumped", run, "overfitting", "eval_loss", 480) is there


def test_a_jump_of_training_and_evaluation_is_none_of_the_evaluation_alone() -> None:
    evals = decay(24, 0.002)
    evals[12:] += 5.0
    run = run_of(train_loss=lifted(np.full(480, 5.0), 480, 960), eval_loss=evals)
    assert asked("eval-jumped", run, "overfitting", "eval_loss", 480) is None


@pytest.mark.parametrize("steady", [True, False])
def test_a_rise_by_the_same_share_every_step(steady: bool) -> None:
    more = 0.2 * np.exp(np.arange(400) / 60.0) if steady else np.full(400, 150.0)
    run = run_of(train_loss=lifted(more))
    assert asked("grows-steadily", run, "divergence", "train_loss", 600) is steady


@pytest.mark.parametrize(("low", "there"), [(0.0, True), (0.1, False)])
def test_below_where_it_began_is_wrong_not_lost(low: float, there: bool) -> None:
    right = np.r_[np.linspace(0.1, 0.95, 60), np.full(40, low)]
    assert asked("below-its-start", run_of(train_accuracy=right), "metric-collapse", "train_accuracy", 61) is there


@pytest.mark.parametrize(("dip", "there"), [(0.5, True), (0.0, False)])
def test_what_was_learned_and_lost(dip: float, there: bool) -> None:
    loss = 2.3 + 0.02 * normal(N)
    loss[30:90] -= dip
    assert asked("was-better-before", run_of(train_loss=loss), "no-learning", "train_loss", 1) is there


@pytest.mark.parametrize(("start", "there"), [(2.3, True), (2.9, False)])
def test_a_stall_above_its_start(start: float, there: bool) -> None:
    loss = 2.6 + 0.02 * normal(N)
    loss[0] = start
    assert asked("above-its-start", run_of(train_loss=loss), "no-learning", "train_loss", 1) is there


@pytest.mark.parametrize(("top", "there"), [(40.0, True), (2.4, False)])
def test_a_leap_before_a_stall(top: float, there: bool) -> None:
    loss = 2.3 + 0.02 * normal(N)
    loss[3:6] = top
    assert asked("leapt-at-start", run_of(train_loss=loss), "no-learning", "train_loss", 1) is there


def test_a_loss_that_falls_when_the_rate_is_cut() -> None:
    rate = np.where(np.arange(N) < 500, 0.3, 0.03)
    flat = 2.0 + 0.02 * normal(N)
    falls = np.where(np.arange(N) < 500, flat, flat - 0.3)
    assert asked("falls-when-cut", run_of(train_loss=falls, lr=rate), "no-learning", "train_loss", 1)
    assert asked("falls-when-cut", run_of(train_loss=flat, lr=rate), "no-learning", "train_loss", 1) is False
    assert asked("falls-when-cut", run_of(train_loss=falls, lr=np.full(N, 0.3)), "no-learning", "train_loss", 1) is None


def test_a_batch_loss_goes_on_beside_an_evaluation_that_stands_only_with_a_course() -> None:
    stands = np.full(50, 2.3)
    noisy, falling = 2.3 + 0.05 * normal(N), decay(N)
    for loss, there in ((noisy, False), (falling, True)):
        run = run_of(train_loss=loss, eval_loss=stands)
        assert asked("others-go-on", run, "no-learning", "eval_loss", 20) is there


@pytest.mark.parametrize(("tag", "sign"), [("param_norm", "inside-first"), ("grad_norm", "gradient-first")])
def test_the_curve_that_moved_first_is_known_within_the_cadence(tag: str, sign: str) -> None:
    ahead, after = (10.0 + 0.1 * normal(N, seed=1) for _ in range(2))
    ahead[590:] += 20.0
    after[606:] += 20.0
    loss = lifted(np.full(400, 5.0))
    for value, there in ((ahead, True), (after, False)):
        curves = {"train_loss": loss, tag: value}
        assert asked(sign, made(curves), "divergence", "train_loss", 600) is there
    sparse = Run(
        "made",
        "made",
        {
            "train_loss": Curve("train_loss", np.arange(1, N + 1), loss),
            "param_norm": Curve("param_norm", np.arange(25, N + 1, 50), ahead[24::50]),
        },
    )
    assert asked("inside-first", sparse, "divergence", "train_loss", 600) is None


def test_both_at_once_came_from_outside() -> None:
    norm = 1.0 + 0.05 * normal(N, seed=1)
    norm[600:] += 5.0
    run = run_of(train_loss=lifted(np.full(400, 5.0)), grad_norm=norm)
    assert asked("all-at-once", run, "divergence", "train_loss", 600)


def test_a_policy_that_hardly_moves() -> None:
    still, learning = 1e-7 * normal(200), 0.01 + 0.001 * normal(200)
    reward = 20.0 + normal(200)
    for kl, there in ((still, True), (learning, False)):
        run = made({"rollout/ep_rew_mean": reward, "train/approx_kl": kl})
        assert asked("updates-tiny", run, "no-learning", "rollout/ep_rew_mean", 1) is there


def test_one_noisy_gradient_is_no_change_of_scale() -> None:
    norm = np.exp(0.5 * normal(N, seed=2))
    norm[598] = 0.05
    calm = norm.copy()
    norm[590:] *= 300.0
    run, scaled = (run_of(train_loss=lifted(np.full(400, 5.0)), grad_norm=g) for g in (calm, norm))
    assert asked("gradient-rescaled", run, "divergence", "train_loss", 600) is False
    assert asked("gradient-rescaled", scaled, "divergence", "train_loss", 600)


@pytest.mark.parametrize("tag", ["batch_size", "train/seq_len"])
def test_a_size_that_changes_for_good_is_told(tag: str) -> None:
    loss, size = lifted(np.full(400, 1.0)), np.where(np.arange(N) < 600, 64.0, 8.0)
    last_batch = np.full(N, 64.0)
    last_batch[99::100] = 8.0
    for value, there in ((size, True), (last_batch, None), (np.roll(size, 300), False)):
        run = made({"train_loss": loss, tag: value})
        assert asked("size-changed", run, "level-shift", "train_loss", 600) is there


def test_a_throughput_that_falls_with_the_batch_is_no_slow_machine() -> None:
    pace = np.where(np.arange(N) < 600, 500.0, 90.0) + normal(N)
    size = np.where(np.arange(N) < 600, 64.0, 8.0)
    shares = []
    for curves in ({}, {"batch_size": size}):
        run = understood(made({"train_loss": decay(N), "samples_per_second": pace} | curves))
        finding = Finding("throughput-drop", Severity.WARNING, 0.9, "m", "samples_per_second", 600, 600, 999)
        shares.append(ranked(Scene(Stage(case_of(run), [finding]), finding))[0].share)
    assert shares[1] < 0.5 < shares[0]


@pytest.mark.parametrize(("loss", "there"), [(np.zeros(N), True), (np.full(N, 2.3), None)])
def test_a_loss_of_exactly_zero(loss: np.ndarray, there: bool | None) -> None:
    assert asked("exactly-zero", run_of(train_loss=loss), "no-learning", "train_loss", 1) is there


@pytest.mark.parametrize(
    ("late", "there"),
    [([0.37, 0.3, 0.22, 0.16], True), ([0.3, 0.4, 0.29, 0.38], None), ([0.3, 0.31, 0.32, 0.33], False)],
)
def test_few_points_fall_on_where_they_do_and_may_do_where_they_scatter(late: list[float], there: bool | None) -> None:
    run = run_of(train_loss=np.array([0.63, 0.55, 0.45, *late]), val_loss=np.linspace(0.5, 0.6, 7))
    assert asked("train-goes-on-falling", run, "overfitting", "val_loss", 3) is there


def test_what_is_logged_for_epoch_0_was_measured_behind_it() -> None:
    run = run_of(train_loss=np.linspace(0.4, 0.1, 5), val_loss=np.linspace(0.3, 0.5, 5))
    by_epoch = Run("made", "made", run.curves, x_axis="epoch")
    assert [asked("many-passes", by_epoch, "overfitting", "val_loss", at) for at in (0, 1, 2)] == [None, True, True]
    assert asked("many-passes", run, "overfitting", "val_loss", 2) is None


@pytest.mark.parametrize(("rate", "there"), [([1e-3] * 11, False), ([1e-4, 5e-4, *[1e-3] * 9], None)])
def test_a_rate_that_never_rose_was_not_raised_at_the_head_of_a_run_either(
    rate: list[float], there: bool | None
) -> None:
    run = run_of(train_loss=np.array([6.0, *np.linspace(200, 90, 10)]), learning_rate=np.array(rate))
    assert asked("rate-raised", run, "divergence", "train_loss", 1, 10) is there


def test_a_loss_that_went_on_falling_is_told_from_its_ends() -> None:
    loss = np.exp(-np.arange(300) / 40.0)
    run = run_of(train_loss=loss, val_loss=np.linspace(0.5, 0.6, 30))
    finding = Finding("overfitting", Severity.WARNING, 0.9, "m", "val_loss", 30, 30, None)
    seen = SIGNS["train-goes-on-falling"](Scene(Stage(case_of(understood(run)), [finding]), finding))
    assert seen is not None
    assert seen.words.startswith("train_loss went on falling, from around 0.4")


@pytest.mark.parametrize(("first", "stop"), [(0, False), (700, True)])
def test_a_policy_is_not_told_to_stop_where_it_began(first: int, stop: bool) -> None:
    entropy = np.r_[np.full(first or 1, 1.0), np.full(N - (first or 1), 0.001)]
    run = made({"episode_reward_mean": np.full(N, -21.0), "entropy": entropy, "policy_loss": np.zeros(N)})
    finding = Finding("no-learning", Severity.ERROR, 0.9, "m", "episode_reward_mean", first, first, None)
    scene = Scene(Stage(case_of(understood(run)), [finding]), finding)
    assert ("stop at step 700" in POLICY_COLLAPSE.fix(scene)) is stop
    assert "step 0" not in POLICY_COLLAPSE.fix(scene)
    assert POLICY_COLLAPSE.check(scene).startswith("Look at the actions that the policy takes in a few episodes")
