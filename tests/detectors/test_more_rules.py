"""The checks on batches, levels, schedules, logging, speed and policies: each on its state and on its look-alikes."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Attempt, Curve, Run
from tests.support.curves import decay, run_of


def found(run: Run, rule: str) -> list[Finding]:
    return [f for f in diagnose(run).findings if f.rule == rule]


def anywhere(run: Run, rule: str) -> list[Finding]:
    """Also those that were folded into their cause."""
    return [f for g in diagnose(run).findings for f in (g, *g.folded) if f.rule == rule]


def loud(run: Run) -> list[str]:
    dx = diagnose(run)
    assert dx.failed == ()
    return [f.rule for f in dx.findings if f.severity is not Severity.INFO]


def normal(n: int, sigma: float = 1.0, seed: int = 0) -> np.ndarray:
    return sigma * np.random.default_rng(seed).standard_normal(n)


class TestOutlierBatch:
    def test_odd_batches_are_told_once(self) -> None:
        value = decay(4000)
        places = [800, 1200, 1500, 2200, 2800, 3100]
        value[places] = decay(4000, 0.0)[places] * [1.128, 1.13, 1.131, 1.13, 1.125, 1.133]
        (f,) = found(run_of(train_loss=value), "outlier-batch")
        assert f.severity is Severity.INFO
        assert (f.first_step, f.peak_step, f.last_step) == (800, 3100, 3100)
        assert f.get("outlying points") == 6

    def test_a_spike_is_no_odd_batch(self) -> None:
        value = decay(4000)
        value[2000:2004] *= 2.0
        dx = diagnose(run_of(train_loss=value))
        assert [f.rule for f in dx.findings] == ["loss-spike"]
        value = decay(4000)
        value[2000] *= 2.0
        assert found(run_of(train_loss=value), "outlier-batch") == []

    @pytest.mark.parametrize("seed", range(5))
    def test_gaussian_and_evenly_heavy_noise_are_quiet(self, seed: int) -> None:
        assert found(run_of(train_loss=decay(4000, 0.05, seed=seed)), "outlier-batch") == []
        heavy = np.exp(0.05 * np.random.default_rng(seed).standard_t(1.5, 4000).clip(-20, 20))
        assert found(run_of(train_loss=decay(4000, 0.0) * heavy), "outlier-batch") == []


class TestLevelShift:
    def test_a_step_down_that_nothing_explains(self) -> None:
        value = decay(2000)
        value[1200:] *= 0.9
        (f,) = found(run_of(train_loss=value), "level-shift")
        assert f.severity is Severity.INFO
        assert abs(f.first_step - 1200) <= 3
        assert "stepped down" in f.message

    def test_a_drop_at_a_learning_rate_cut_is_explained(self) -> None:
        value = decay(2000)
        value[1200:] *= 0.85
        run = run_of(train_loss=value, lr=np.where(np.arange(2000) < 1200, 1e-3, 1e-4))
        (f,) = found(run, "level-shift")
        assert "the learning rate was lowered" in f.also_explained_by
        assert loud(run) == []

    def test_a_staircase_at_epoch_ends_is_one_finding(self) -> None:
        epoch = np.arange(2500) // 500
        run = run_of(train_loss=decay(2500) * 0.85**epoch, epoch=epoch.astype(float))
        (f,) = found(run, "level-shift")
        assert f.severity is Severity.INFO
        assert "4 times at the ends of epochs" in f.message
        assert all(g.severity is Severity.INFO for g in f.folded)
        assert abs(f.first_step - 500) <= 3
        assert loud(run) == []

    def test_a_step_up_that_costs_is_a_warning_or_part_of_a_graver_finding(self) -> None:
        value = decay(2000, height=8.0)
        value[1000:] += 0.25
        (f,) = anywhere(run_of(train_loss=value), "level-shift")
        assert f.severity is Severity.WARNING
        assert abs(f.first_step - 1000) <= 3

    def test_another_objective_is_no_alarm_while_the_evaluation_falls(self) -> None:
        value = decay(2000, height=8.0)
        value[1000:] += 0.5
        run = run_of(train_loss=value, eval_loss=decay(40, 0.002, height=8.0))
        (f,) = anywhere(run, "level-shift")
        assert f.severity is Severity.INFO
        assert loud(run) == []
        worse = np.r_[decay(40, 0.002, height=8.0)[:20], decay(40, 0.002, height=8.0)[20:] + 0.5]
        assert loud(run_of(train_loss=value, eval_loss=worse + normal(40, 0.05))) != []

    def test_a_curriculum_shift_is_no_alarm(self) -> None:
        value, evaluation = decay(2000, height=8.0), decay(40, 0.002, height=8.0)
        value[1000:] += 0.25
        evaluation[20:] += 0.3
        shifts = anywhere(run_of(train_loss=value, eval_loss=evaluation), "level-shift")
        assert [f.severity for f in shifts] == [Severity.INFO]

    @pytest.mark.parametrize("seed", range(12))
    def test_healthy_curves_have_no_steps(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        n = int(rng.integers(200, 5000))
        noise = np.convolve(rng.standard_normal(n + 4), np.ones(5) / 5, "valid")
        for value in (
            decay(n, 0.05, seed=seed),
            decay(n, 0.0) * np.exp(0.05 * noise),
            0.5 + 4.0 * np.exp(-np.arange(n) / n * 6) + 0.02 * rng.standard_normal(n),
            decay(n, 0.0) * np.exp(0.05 * rng.standard_t(3, n).clip(-8, 8)),
        ):
            assert found(run_of(train_loss=value), "level-shift") == []


class TestGeneralizationStall:
    def test_flat_evaluation_under_a_falling_training_loss(self) -> None:
        evaluation = np.r_[np.linspace(3.0, 2.0, 10), np.full(30, 2.0)] + normal(40, 0.004)
        train = 3.0 * np.exp(-np.arange(4000) / 1800) * np.exp(normal(4000, 0.03, 1))
        (f,) = found(run_of(train_loss=train, eval_loss=evaluation), "generalization-stall")
        assert f.severity is Severity.INFO
        assert 800 <= f.first_step <= 1700

    def test_overfitting_says_it_better(self) -> None:
        evaluation = np.r_[np.linspace(3.0, 2.0, 10), np.linspace(2.0, 2.6, 30)] + normal(40, 0.004)
        train = 3.0 * np.exp(-np.arange(4000) / 1800) * np.exp(normal(4000, 0.03, 1))
        run = run_of(train_loss=train, eval_loss=evaluation)
        assert found(run, "generalization-stall") == []
        assert found(run, "overfitting") != []

    def test_a_constant_gap_noise_and_joint_convergence_are_quiet(self) -> None:
        shape = decay(4000, 0.0)
        for evaluation in (shape[99::100] + 0.3, shape[99::100] * np.exp(normal(40, 0.08))):
            run = run_of(train_loss=decay(4000), eval_loss=evaluation)
            assert found(run, "generalization-stall") == []
        flat = np.r_[np.linspace(3.0, 1.0, 20), np.full(20, 1.0)]
        run = run_of(train_loss=np.interp(np.arange(4000), np.arange(40) * 100, flat), eval_loss=flat)
        assert found(run, "generalization-stall") == []

    def test_slow_progress_is_progress(self) -> None:
        train = 3.0 * np.exp(-np.arange(4000) / 1800) * np.exp(normal(4000, 0.03, 1))
        evaluation = np.linspace(3.0, 2.0, 40) + normal(40, 0.004)
        assert found(run_of(train_loss=train, eval_loss=evaluation), "generalization-stall") == []

    def test_a_solved_task_has_not_stalled(self) -> None:
        train = 3.0 * np.exp(-np.arange(4000) / 200) + 1e-5 * (1.0 - np.arange(4000) / 5000)
        evaluation = 3.0 * np.exp(-np.arange(40) / 2) + 2e-4
        assert found(run_of(train_loss=train, eval_loss=evaluation), "generalization-stall") == []


class TestUnderfitting:
    def curves(self, end: float, evaluation: float) -> Run:
        guess = np.log(10)
        t = np.arange(1000)
        loss = end + (guess - end) * np.exp(-t / 60) + normal(1000, 0.02)
        outer = evaluation + (guess - evaluation) * np.exp(-t[19::20] / 60)
        accuracy = 0.32 - 0.22 * np.exp(-t / 60) + normal(1000, 0.01, 2)
        return run_of(train_loss=loss, val_loss=outer, train_acc=accuracy)

    def test_together_and_little_better_than_guessing(self) -> None:
        (f,) = anywhere(self.curves(1.9, 1.92), "underfitting")
        assert f.severity is Severity.INFO
        assert "guessing among 10 classes" in f.message

    def test_a_gap_a_good_fit_and_an_unknown_floor_are_quiet(self) -> None:
        assert anywhere(self.curves(1.7, 2.2), "underfitting") == []
        assert anywhere(self.curves(0.5, 0.52), "underfitting") == []
        fine_tuning = run_of(train_loss=np.linspace(1.20, 1.17, 2000), eval_loss=np.linspace(1.21, 1.18, 20))
        assert anywhere(fine_tuning, "underfitting") == []


class TestClippingSaturation:
    def test_norms_logged_after_clipping(self) -> None:
        norm = np.minimum(1.4 * np.exp(normal(1000, 0.3)), 1.0)
        (f,) = found(run_of(grad_norm=norm), "clipping-saturation")
        assert f.severity is Severity.INFO
        assert f.get("ceiling") == pytest.approx(1.0)
        assert 0.8 < f.get("share of the steps that were clipped") < 0.95

    def test_norms_far_above_the_ceiling_of_the_config(self) -> None:
        curves = run_of(grad_norm=12.0 * np.exp(normal(1000, 0.3)), train_loss=decay(1000)).curves
        (f,) = found(Run("r", "r", curves, config={"args/max_grad_norm": "1.0"}), "clipping-saturation")
        assert f.severity is Severity.WARNING

    @pytest.mark.parametrize("config", [{"max_grad_norm": 1.0}, {"max_grad_norm": None}, {"clip_grad": "off"}, {}])
    def test_clipping_that_acts_now_and_then_is_quiet(self, config: dict[str, object]) -> None:
        curves = run_of(grad_norm=0.7 * np.exp(normal(1000, 0.3))).curves
        assert found(Run("r", "r", curves, config=config), "clipping-saturation") == []
        assert found(run_of(grad_norm=np.full(500, 1.0)), "clipping-saturation") == []
        early = run_of(grad_norm=np.where(np.arange(1000) < 600, 1.5, 0.6) * np.exp(normal(1000, 0.1))).curves
        assert found(Run("r", "r", early, config=config), "clipping-saturation") == []


class TestLearningRateJump:
    def test_a_jump_that_the_loss_feels(self) -> None:
        value = decay(2000)
        value[1200:1260] *= 1.3
        rate = np.where(np.arange(2000) < 1200, 1e-3, 1e-2)
        (f,) = anywhere(run_of(train_loss=value, lr=rate), "learning-rate-jump")
        assert (f.first_step, f.severity) == (1200, Severity.WARNING)
        assert f.get("ratio") == pytest.approx(10.0)

    def test_a_jump_without_consequence_is_information(self) -> None:
        rate = np.where(np.arange(2000) < 1200, 1e-3, 3e-3)
        (f,) = found(run_of(train_loss=decay(2000), lr=rate), "learning-rate-jump")
        assert f.severity is Severity.INFO

    def test_a_divergence_keeps_the_jump_as_evidence(self) -> None:
        value = decay(2000)
        value[1200:] *= 2.0
        rate = np.where(np.arange(2000) < 1200, 1e-3, 1e-2)
        dx = diagnose(run_of(train_loss=value, lr=rate))
        assert [f.rule for f in dx.findings] != []
        assert {"learning-rate-jump", "level-shift"} <= {f.rule for f in dx.findings[0].folded}

    def test_ramps_restarts_and_cycles_are_quiet(self) -> None:
        t = np.arange(2000)
        cosine = 1e-3 * 0.5 * (1 + np.cos(np.pi * (t % 500) / 500))
        growing = np.concatenate([1e-3 * 0.5 * (1 + np.cos(np.pi * np.arange(k) / k)) for k in (200, 400, 800)])
        onecycle = np.interp(t, [0, 600, 2000], [4e-5, 1e-3, 1e-7])
        staircase = 1e-4 * np.minimum(2.0 ** (t // 60), 8.0)
        doubling = 1e-6 * 2.0 ** np.minimum(t, 10)
        again = np.r_[np.linspace(1e-3, 1e-5, 1000), 2e-4 * np.arange(1, 6), np.linspace(1e-3, 1e-5, 995)]
        for rate in (cosine, growing, onecycle, staircase, doubling, again):
            run = run_of(train_loss=decay(rate.size), lr=rate)
            assert found(run, "learning-rate-jump") == []

    def test_a_jump_at_a_restart_is_the_restarts(self) -> None:
        rate = np.where(np.arange(2000) < 1200, 1e-3, 3e-3)
        curves = run_of(train_loss=decay(2000), lr=rate).curves
        attempts = (Attempt(0, 1199, {}), Attempt(1200, 1999, {}))
        assert found(Run("r", "r", curves, attempts=attempts), "learning-rate-jump") == []


class TestMissingWarmup:
    def early_rise(self) -> np.ndarray:
        value = decay(2000)
        return value * (1.0 + 1.2 * np.exp(-(((np.arange(2000) - 30) / 15) ** 2)))

    def test_peak_rate_and_an_early_rise(self) -> None:
        (f,) = found(run_of(train_loss=self.early_rise(), lr=np.full(2000, 1e-3)), "missing-warmup")
        assert f.severity is Severity.INFO
        assert 15 <= f.peak_step <= 45

    def test_a_leap_in_the_first_steps_is_seen(self) -> None:
        value = decay(2000)
        value[1:5] *= [70.0, 27.0, 15.0, 4.0]
        (f,) = found(run_of(train_loss=value, lr=np.linspace(1e-3, 0.0, 2000)), "missing-warmup")
        assert f.get("loss at the start") == pytest.approx(value[0], rel=0.05)

    def test_a_warmup_bump_and_a_calm_start_are_quiet(self) -> None:
        warm = np.minimum(np.arange(2000) / 100, 1.0) * 1e-3
        run = run_of(train_loss=self.early_rise(), lr=warm)
        assert anywhere(run, "missing-warmup") == []
        assert found(run_of(train_loss=decay(2000, 0.1), lr=np.full(2000, 1e-3)), "missing-warmup") == []
        late = np.r_[np.full(100, 4.5), decay(1900, 0.0)] * np.exp(normal(2000, 0.05))
        assert found(run_of(train_loss=late, lr=np.full(2000, 1e-3)), "missing-warmup") == []


class TestStepGap:
    def test_a_muted_logger(self) -> None:
        step, value = np.arange(2000), decay(2000)
        keep = (step < 900) | (step > 1100)
        rate = Curve("lr", step, np.full(2000, 1e-3))
        (f,) = found(Run("r", "r", {"loss": Curve("loss", step[keep], value[keep]), "lr": rate}), "step-gap")
        assert (f.first_step, f.last_step, f.severity) == (899, 1101, Severity.INFO)
        assert f.get("points missing, about") == 201
        assert f.message.endswith("lr was")

    def test_uneven_logs_restarts_and_a_new_interval_are_quiet(self) -> None:
        rng = np.random.default_rng(0)
        value = decay(2000)
        sampled = np.unique(rng.integers(0, 20_000, 500))
        assert found(Run("r", "r", {"loss": Curve("loss", sampled, decay(sampled.size))}), "step-gap") == []
        slower = np.r_[np.arange(1000), np.arange(1000, 11_000, 10)]
        assert found(Run("r", "r", {"loss": Curve("loss", slower, value)}), "step-gap") == []
        resumed = np.r_[np.arange(1000), np.arange(1200, 2200)]
        attempts = (Attempt(0, 999, {}), Attempt(1200, 2199, {}))
        run = Run("r", "r", {"loss": Curve("loss", resumed, value)}, attempts=attempts)
        assert found(run, "step-gap") == []


class TestConcurrentWriters:
    def attempt(self, first: int, started: float, source: str) -> Attempt:
        step = np.arange(first, first + 500)
        curve = Curve("loss", step, decay(500, seed=first), started + np.arange(500.0))
        return Attempt(first, first + 499, {"loss": curve}, {}, started, source)

    def run_with(self, *attempts: Attempt) -> Run:
        return Run("r", "r", {"loss": attempts[-1].curves["loss"]}, attempts=attempts)

    def test_two_at_once(self) -> None:
        run = self.run_with(self.attempt(0, 1e9, "a"), self.attempt(0, 1e9 + 100, "b"))
        (f,) = found(run, "concurrent-writers")
        assert f.severity is Severity.INFO
        assert f.get("overlap in wall time") == pytest.approx(399.0)
        assert "restart" in [g.rule for g in f.folded]

    def test_one_after_the_other_and_parts_of_one_run_are_quiet(self) -> None:
        after = self.run_with(self.attempt(0, 1e9, "a"), self.attempt(400, 1e9 + 600, "b"))
        assert found(after, "concurrent-writers") == []
        parts = self.run_with(self.attempt(0, 1e9, "a"), self.attempt(600, 1e9 + 100, "b"))
        assert found(parts, "concurrent-writers") == []
        clockless = Attempt(0, 499, {"loss": Curve("loss", np.arange(500), decay(500))})
        assert found(self.run_with(clockless, clockless), "concurrent-writers") == []


class TestUnfinishedRun:
    def falling(self, n: int = 1000) -> np.ndarray:
        return np.linspace(6.0, 3.0, n) * np.exp(normal(n, 0.02))

    def test_still_falling_at_a_full_learning_rate(self) -> None:
        run = run_of(train_loss=self.falling(), lr=np.full(1000, 1e-3))
        (f,) = found(run, "unfinished-run")
        assert f.severity is Severity.INFO
        assert f.last_step == 999

    def test_a_crash_counts_whatever_the_schedule(self) -> None:
        curves = run_of(train_loss=self.falling(), lr=np.linspace(1e-3, 1e-4, 1000)).curves
        assert found(Run("r", "r", curves), "unfinished-run") == []
        (f,) = found(Run("r", "r", curves, crashed=True), "unfinished-run")
        assert "the run crashed at step 999" in f.message

    def test_finished_runs_are_quiet(self) -> None:
        t = np.arange(2000)
        assert found(run_of(train_loss=decay(2000), lr=np.full(2000, 1e-3)), "unfinished-run") == []
        levelling = (3.0 + 3.0 * np.exp(-t / 620)) * np.exp(normal(2000, 0.005))
        assert found(run_of(train_loss=levelling, lr=np.full(2000, 1e-3)), "unfinished-run") == []
        cooled = decay(2000) * np.where(t < 1600, 1.0, 1.0 - 0.2 * (t - 1600) / 400)
        assert found(run_of(train_loss=cooled), "unfinished-run") == []
        rising = np.linspace(5.0, 3.0, 20) + np.r_[np.zeros(10), np.linspace(0.0, 3.0, 10)]
        run = run_of(train_loss=self.falling(), lr=np.full(1000, 1e-3), eval_loss=rising)
        assert found(run, "unfinished-run") == []


class TestThroughputDrop:
    def timed(self, seconds: np.ndarray) -> Run:
        n = seconds.size
        return Run("r", "r", {"loss": Curve("loss", np.arange(n), decay(n), 1e9 + np.cumsum(seconds))})

    def test_half_speed_since_a_step(self) -> None:
        seconds = np.where(np.arange(2000) < 1100, 1.0, 2.0) * np.exp(normal(2000, 0.1))
        (f,) = found(self.timed(seconds), "throughput-drop")
        assert f.severity is Severity.WARNING
        assert abs(f.first_step - 1100) <= 100
        assert f.get("against the best") == pytest.approx(0.5, abs=0.05)
        assert f.get("time lost") == pytest.approx(900, rel=0.15)

    def test_the_slow_part_counts_as_work(self) -> None:
        seconds = np.where(np.arange(600) < 330, 0.7, 2.1) * np.exp(normal(600, 0.02))
        (f,) = found(self.timed(seconds), "throughput-drop")
        assert abs(f.first_step - 330) <= 30

    def test_a_logged_throughput_is_read(self) -> None:
        rate = np.where(np.arange(400) < 200, 1000.0, 400.0) * np.exp(normal(400, 0.05))
        curves = {t: Curve(t, np.arange(400), v, 1e9 + 5.0 * np.arange(400)) for t, v in
                  (("train/tokens_per_second", rate), ("eval/tokens_per_second", rate[::-1]))}  # fmt: skip
        (f,) = found(Run("r", "r", curves), "throughput-drop")
        assert f.tag == "train/tokens_per_second"

    def test_evaluations_pauses_short_runs_and_dips_are_quiet(self) -> None:
        t = np.arange(2000)
        noise = np.exp(normal(2000, 0.1))
        late_evals = np.where((t > 1200) & (t % 5 == 0), 60.0, 1.0) * noise
        pause = np.where(t == 1500, 20_000.0, 1.0) * noise
        dip = np.where((t > 700) & (t < 1300), 3.0, 1.0) * noise
        short = np.where(t < 1100, 0.01, 0.03) * noise
        slow_start = np.where(t < 300, 3.0, 1.0) * noise
        for seconds in (late_evals, pause, dip, short, slow_start):
            assert found(self.timed(seconds), "throughput-drop") == []


class TestPolicies:
    """kl-blowup, entropy-collapse, reward-hacking."""

    t = np.arange(400)

    def test_a_policy_that_runs_away(self) -> None:
        kl = 0.01 * np.exp(normal(400, 0.5)) * np.where(self.t < 280, 1.0, 60.0)
        run = run_of(approx_kl=kl, episodic_return=100 + normal(400, 5.0))
        (f,) = found(run, "kl-blowup")
        assert f.severity is Severity.WARNING
        assert 260 <= f.first_step <= 320

    def test_healthy_divergences_are_quiet(self) -> None:
        reward = np.minimum(self.t, 200) + normal(400, 5.0)
        for tag, kl in (
            ("approx_kl", 0.01 * np.exp(normal(400, 0.7))),
            ("approx_kl", np.where(self.t == 300, 2.0, 0.01) + normal(400, 1e-3)),
            ("approx_kl", np.where(self.t < 280, 0.001, 0.03) * np.exp(normal(400, 0.2))),
            ("objective/kl", 8.0 * (1 - np.exp(-self.t / 100))),
            ("objective/kl", 0.05 * self.t),
            ("kl", np.zeros(400)),
        ):
            assert found(run_of(**{tag: kl, "reward": reward}), "kl-blowup") == [], tag
        vae = run_of(train_loss=decay(400), kl=np.where(self.t < 280, 0.1, 30.0))
        assert found(vae, "kl-blowup") == []

    def test_a_policy_that_stops_exploring(self) -> None:
        entropy = 0.69 * np.exp(-np.maximum(self.t - 60, 0) / 25.0)
        run = run_of(entropy=entropy, episodic_return=20 + normal(400, 4.0))
        (f,) = anywhere(run, "entropy-collapse")
        assert f.severity is Severity.WARNING
        assert 80 <= f.first_step <= 160

    def test_a_solved_task_and_a_slow_fall_are_quiet(self) -> None:
        entropy = 0.69 * np.exp(-np.maximum(self.t - 60, 0) / 25.0)
        solved = np.minimum(20.0 + 3 * self.t, 500.0) + normal(400, 4.0)
        assert anywhere(run_of(entropy=entropy, episodic_return=solved), "entropy-collapse") == []
        slow = np.linspace(0.69, 0.3, 400)
        assert anywhere(run_of(entropy=slow, episodic_return=20 + normal(400, 4.0)), "entropy-collapse") == []
        gaussian = np.linspace(1.0, -3.0, 400)
        assert anywhere(run_of(entropy=gaussian, episodic_return=20 + normal(400, 4.0)), "entropy-collapse") == []

    def test_a_divergence_per_token_is_measured_by_the_entropy(self) -> None:
        kl = np.where(self.t < 280, 0.05, 2.4) * np.exp(normal(400, 0.1))
        reward = 0.3 + normal(400, 0.02)
        (f,) = found(run_of(kl=kl, reward=reward, entropy=np.linspace(1.9, 0.8, 400)), "kl-blowup")
        assert 260 <= f.first_step <= 300
        assert found(run_of(kl=kl, reward=reward, entropy=np.full(400, 30.0)), "kl-blowup") == []
        assert found(run_of(kl=kl, reward=reward), "kl-blowup") == []

    def test_a_quick_learner_has_not_collapsed(self) -> None:
        entropy = 0.02 + 1.85 * np.exp(-self.t / 15.0)
        reward = 0.37 + 0.63 * (1.0 - np.exp(-self.t / 6.0)) + normal(400, 0.01)
        assert anywhere(run_of(entropy=entropy, reward=reward), "entropy-collapse") == []

    def rewards(self, outer: np.ndarray) -> Run:
        inner = 1.0 + self.t / 100.0 + normal(400, 0.2)
        curves = {"train/reward": Curve("train/reward", self.t, inner)}
        curves["eval/reward"] = Curve("eval/reward", self.t[9::10], outer)
        return Run("r", "r", curves)

    def test_a_reward_that_is_gamed(self) -> None:
        t = self.t[9::10]
        (f,) = anywhere(self.rewards(np.minimum(t, 300 - t) / 100.0 + normal(40, 0.05)), "reward-hacking")
        assert f.severity is Severity.WARNING
        assert 110 <= f.first_step <= 190

    def test_a_quick_fall_is_seen(self) -> None:
        outer = np.r_[np.linspace(0.3, 0.95, 12), np.linspace(0.9, 0.0, 5), np.zeros(23)]
        (f,) = anywhere(self.rewards(outer + normal(40, 0.01)), "reward-hacking")
        assert 80 <= f.first_step <= 130

    def test_rewards_that_agree_or_stop_are_quiet(self) -> None:
        t = self.t[9::10]
        for outer in (t / 100.0, np.minimum(t, 150) / 100.0, np.full(40, 1.0)):
            assert anywhere(self.rewards(outer + normal(40, 0.1)), "reward-hacking") == []


class TestExplainedStructureIsNotAlarmed:
    """The look-alikes that the other classes do not name: no warning and no error from any check."""

    def test_warmup_bump(self) -> None:
        t = np.arange(3000)
        rate = 1e-3 * np.minimum(t / 300, 1.0) * np.where(t > 2400, 1 - (t - 2400) / 650, 1.0)
        bump = 1.0 + 0.08 * np.exp(-(((t - 250) / 60) ** 2))
        assert loud(run_of(train_loss=decay(3000) * bump, lr=rate)) == []

    @pytest.mark.parametrize("seed", range(3))
    def test_heavy_tailed_batches(self, seed: int) -> None:
        tail = np.random.default_rng(seed).exponential(0.06, 3000)
        assert loud(run_of(train_loss=decay(3000, 0.02) * np.exp(tail), lr=np.full(3000, 1e-3))) == []

    @pytest.mark.parametrize("seed", range(3))
    def test_grpo_loss_near_zero(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        reward = 0.2 + 0.6 * (1 - np.exp(-np.arange(600) / 200)) + 0.05 * rng.standard_normal(600)
        loss = 2e-3 * rng.standard_normal(600)
        kl = 0.02 * (1 - np.exp(-np.arange(600) / 100)) * np.exp(0.2 * rng.standard_normal(600))
        assert loud(run_of(train_loss=loss, reward=reward, kl=kl, lr=np.full(600, 1e-6))) == []

    def test_benign_nan(self) -> None:
        variance = np.full(600, np.nan)
        variance[100:] = 0.8
        reward = np.minimum(np.arange(600), 400) + normal(600, 5.0)
        assert loud(run_of(explained_variance=variance, reward=reward)) == []

    def test_constant_gap_and_regulariser(self) -> None:
        shape = decay(4000, 0.0)
        run = run_of(train_loss=decay(4000) + 0.4, eval_loss=shape[99::100] + normal(40, 0.005))
        assert loud(run) == []


def test_ends_of_scale_do_not_change_the_verdict() -> None:
    value = decay(2000)
    value[1200:] *= 0.9
    for factor in (1e-6, 1e6):
        (f,) = found(run_of(train_loss=value * factor), "level-shift")
        assert abs(f.first_step - 1200) <= 3


@pytest.mark.parametrize("tag", ["approx_kl", "entropy", "reward", "eval/reward", "epoch", "train/tokens_per_second"])
def test_any_floats_survive_in_the_other_roles(tag: str) -> None:
    rng = np.random.default_rng(0)
    other = run_of(train_loss=decay(120), reward=normal(120), entropy=np.full(120, 0.5)).curves
    for n in (0, 1, 2, 11, 59, 60, 119, 120):
        for value in (rng.standard_normal(n), np.zeros(n), np.full(n, np.nan), np.full(n, 1e38), -np.full(n, 1e-300)):
            value[n // 2 : n // 2 + 2] = [np.inf, -np.inf][: value[n // 2 : n // 2 + 2].size]
            wall = np.where(np.arange(n) % 7 == 3, np.nan, 1e9 - 30.0 * np.arange(n))
            dx = diagnose(Run("r", "r", {**other, tag: Curve(tag, np.arange(n), value, wall)}))
            assert dx.failed == ()


def test_a_gradient_norm_that_is_mostly_zero_at_first_breaks_no_check() -> None:
    norm = np.zeros(600)
    norm[100:] = 1.0
    assert diagnose(run_of(train_loss=decay(600), grad_norm=norm)).failed == ()
