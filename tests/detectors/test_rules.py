"""Each check on curves that show its state, and on the look-alikes that its docstring names."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.detectors.base import CurveView, Subject
from curveread.detectors.metric_collapse import MetricCollapse
from curveread.diagnose import diagnose
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Attempt, Checkpoint, Curve, Run
from curveread.run.roles import Role
from tests.support.curves import decay, run_of


def found(run: Run, rule: str) -> list[Finding]:
    return [f for f in diagnose(run).findings if f.rule == rule]


class TestNonfiniteLoss:
    def test_to_the_end(self) -> None:
        value = decay(500)
        value[300:] = np.nan
        (f,) = found(run_of(train_loss=value), "nonfinite-loss")
        assert f.severity is Severity.ERROR
        assert (f.first_step, f.last_step) == (300, 499)
        assert f.message == "train_loss is NaN from step 300 to the end (step 499): 200 of 500 logged points"
        assert f.get("last finite value") == value[299]

    def test_stretches_are_told_apart_and_many_are_told_as_one(self) -> None:
        value = decay(500)
        value[[100, 101, 300]] = np.inf
        assert [(f.first_step, f.last_step) for f in found(run_of(train_loss=value), "nonfinite-loss")] == [
            (100, 101),
            (300, 300),
        ]
        value[100:400:20] = np.nan
        (f,) = found(run_of(train_loss=value), "nonfinite-loss")
        assert (f.first_step, f.last_step) == (100, 380)
        assert "NaN and +Inf" in f.message

    def test_the_eval_loss_that_follows_is_folded(self) -> None:
        value = decay(500)
        value[300:] = np.nan
        run = run_of(train_loss=value, eval_loss=np.r_[decay(6), np.full(4, np.nan)])
        (f,) = found(run, "nonfinite-loss")
        assert f.tag == "train_loss"
        assert [e.tag for e in f.folded] == ["eval_loss"]

    def test_the_last_checkpoint_before_is_named(self) -> None:
        value = decay(500)
        value[300:] = np.nan
        run = Run(
            "r",
            "r",
            {"loss": Curve("loss", np.arange(500), value)},
            checkpoints=(Checkpoint(200, "a"), Checkpoint(400, "b")),
        )
        assert "step 200" in found(run, "nonfinite-loss")[0].advice[0]


class TestMaskedNan:
    def test_zeros_to_the_end(self) -> None:
        value = decay(500)
        value[350:] = 0.0
        (f,) = found(run_of(train_loss=value), "masked-nan")
        assert (f.first_step, f.severity) == (350, Severity.ERROR)

    def test_zeros_beside_a_nan_gradient(self) -> None:
        value, norm = decay(500), decay(500)
        value[350:352] = 0.0
        norm[350:] = np.nan
        (f,) = found(run_of(train_loss=value, grad_norm=norm), "masked-nan")
        assert f.confidence > 0.8

    def test_a_loss_that_blew_up_and_is_missing_since(self) -> None:
        value = decay(300)
        value[-1] = 1e20
        run = run_of(train_loss=value)
        other = Curve("train_acc", np.arange(1000), np.linspace(0, 1, 1000))
        run = Run("r", "r", {**run.curves, "train_acc": other})
        (f,) = found(run, "masked-nan")
        assert f.first_step == 300

    @pytest.mark.parametrize("kind", ["reaches zero", "reaches zero, rounded", "empty batches", "both signs"])
    def test_look_alikes(self, kind: str) -> None:
        value = decay(500)
        if kind == "reaches zero":
            value = np.maximum(np.geomspace(3.0, 1e-9, 500) - 1e-8, 0.0)
        elif kind == "reaches zero, rounded":
            value = (0.3 * np.exp(-np.arange(500) / 50.0) + 1e-5).round(4)
        elif kind == "empty batches":
            value[[100, 200, 300]] = 0.0
        else:
            value = np.random.default_rng(0).normal(0, 0.1, 500)
            value[-10:] = 0.0
        assert found(run_of(train_loss=value), "masked-nan") == []


class TestLossSpike:
    def test_height_width_and_recovery(self) -> None:
        value = decay(2000, sigma=0.01)
        trend = float(value[1190:1200].mean())
        value[1200:1206] += 1.0
        (f,) = found(run_of(train_loss=value), "loss-spike")
        assert (f.first_step, f.severity) == (1200, Severity.WARNING)
        assert f.get("height above the trend") == pytest.approx(1.0, abs=0.1)
        assert f.get("trend before") == pytest.approx(trend, rel=0.02)
        assert f.get("width") == 6
        assert 1206 <= f.last_step <= 1210

    def test_one_that_never_comes_back_fully_is_an_error(self) -> None:
        value = decay(2000, sigma=0.01)
        value[1200:] += 0.8 * np.exp(-np.arange(800) / 600)
        value[1200:1206] += 2.0
        (f,) = found(run_of(train_loss=value), "loss-spike")
        assert f.severity is Severity.ERROR
        assert "had not come back fully" in f.message
        assert f.advice[0].startswith("Roll back to a checkpoint before step 1,200")

    def test_slow_recovery_without_a_sharp_peak(self) -> None:
        value = decay(2000, sigma=0.02)
        value[1000:] *= np.exp(0.3 * np.exp(-np.arange(1000) / 250))
        (f,) = found(run_of(train_loss=value), "loss-spike")
        assert abs(f.first_step - 1000) <= 10

    def test_at_the_end_recovery_is_left_open(self) -> None:
        value = decay(2000, sigma=0.01)
        value[1994:] += 1.0
        (f,) = found(run_of(train_loss=value), "loss-spike")
        assert "too soon" in f.message

    def test_a_step_down_is_no_spike_before_it(self) -> None:
        for size in (0.9, 0.7, 0.4):
            value = decay(3000, sigma=0.03)
            value[1500:] *= size
            assert found(run_of(train_loss=value), "loss-spike") == []

    def test_a_change_of_data_is_information(self) -> None:
        value = decay(2000, sigma=0.01)
        value[1000:] *= 0.8
        value[1000:1020] += 1.0
        evaluation = decay(20, sigma=0.0)
        evaluation[10:] += 0.5
        (f,) = found(run_of(train_loss=value, eval_loss=evaluation), "loss-spike")
        assert f.severity is Severity.INFO


class TestDivergence:
    def test_slow_rise(self) -> None:
        value = decay(2000)
        value[1200:] *= np.linspace(1.0, 1.6, 800)
        (f,) = found(run_of(train_loss=value), "divergence")
        assert f.severity is Severity.ERROR
        assert 1150 <= f.first_step <= 1400
        assert f.last_step == 1999

    def test_jump_to_a_higher_plateau_is_dated_to_the_step(self) -> None:
        value = decay(2000)
        value[1200:] = 3.4 * np.exp(0.02 * np.random.default_rng(3).standard_normal(800))
        (f,) = found(run_of(train_loss=value), "divergence")
        assert abs(f.first_step - 1200) <= 3
        assert found(run_of(train_loss=value), "loss-spike") == []  # folded

    def test_blow_up_in_eight_points_before_nan(self) -> None:
        value = np.array([4.6, 5.0, 40.0, 9e3, 1e7, 1e12, 1e20, 1e30, np.nan, np.nan])
        assert found(run_of(train_loss=value), "divergence")[0].first_step in (2, 3)

    def test_the_learning_rate_is_blamed_only_when_it_rose(self) -> None:
        value = decay(2000)
        value[1200:] *= 1.8
        rate = np.where(np.arange(2000) < 1199, 1e-3, 1e-2)
        (f,) = found(run_of(train_loss=value, lr=rate), "divergence")
        assert any("had just been raised" in a for a in f.advice)

    def test_warm_restarts_and_a_spike_are_no_divergence(self) -> None:
        value = decay(2000)
        value *= 1.0 + 0.05 * np.maximum(0.0, np.cos(np.arange(2000) / 2000 * 6 * np.pi))
        assert found(run_of(train_loss=value), "divergence") == []
        value = decay(2000)
        value[1500:1520] *= 3
        assert found(run_of(train_loss=value), "divergence") == []


class TestPlateau:
    def test_schedule_that_ended_early(self) -> None:
        t = np.arange(2000)
        rate = np.maximum(0.0, 1e-3 * (1 - t / 900))
        value = decay(2000)
        value[900:] = value[899] * np.exp(0.02 * np.random.default_rng(1).standard_normal(1100))
        (f,) = found(run_of(train_loss=value, lr=rate), "plateau")
        assert f.severity is Severity.WARNING
        assert abs(f.first_step - 900) <= 20
        assert "learning rate was 0" in f.message

    def test_broken_off_without_a_logged_reason(self) -> None:
        value = 1.5 + 3.0 * (np.arange(3000) / 400 + 1) ** -0.6
        value[700:] = value[700]
        value *= np.exp(0.02 * np.random.default_rng(2).standard_normal(3000))
        (f,) = found(run_of(train_loss=value), "plateau")
        assert 500 <= f.first_step <= 800

    def test_a_logger_that_repeats_one_value(self) -> None:
        value = decay(1600)
        value[700:] = value[700]
        (f,) = found(run_of(train_loss=value), "plateau")
        assert f.first_step in (700, 701)
        assert "the logger stopped measuring" in f.message

    @pytest.mark.parametrize("seed", range(8))
    def test_convergence_is_quiet(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        t = np.arange(6000) / 6000
        shapes = (1.0 + 4 * np.exp(-t * 5), 1.0 + 4 * (t * 200 + 1) ** -0.7, 0.2 + 2 * (t * 50 + 1) ** -0.4)
        for shape in shapes:
            assert found(run_of(train_loss=shape * np.exp(0.05 * rng.standard_normal(6000))), "plateau") == []

    def test_a_loss_that_reached_zero_has_converged(self) -> None:
        value = (3.0 * np.exp(-np.arange(3000) / 60) + 1e-6) * decay(3000, 0.05) / decay(3000, 0.0)
        assert found(run_of(train_loss=value), "plateau") == []


class TestNoLearning:
    def test_flat_at_uniform_guessing(self) -> None:
        value = np.log(10) * np.exp(0.01 * np.random.default_rng(0).standard_normal(1000))
        (f,) = found(run_of(train_loss=value), "no-learning")
        assert f.severity is Severity.ERROR
        assert "ln(10): uniform guessing among 10" in f.message

    def test_zero_learning_rate_is_named(self) -> None:
        value = 6.15 + 1e-5 * np.random.default_rng(0).standard_normal(200)
        (f,) = found(run_of(train_loss=value, learning_rate=np.full(200, 1e-9)), "no-learning")
        assert f.advice[0].startswith("The learning rate is practically zero")

    def test_slow_fine_tuning_is_learning(self) -> None:
        value = np.linspace(1.20, 1.17, 2000) * np.exp(0.02 * np.random.default_rng(0).standard_normal(2000))
        assert found(run_of(train_loss=value), "no-learning") == []

    def test_noise_that_could_hide_learning_is_undetermined(self) -> None:
        value = 2.3 * np.exp(0.5 * np.random.default_rng(0).standard_normal(100))
        assert found(run_of(train_loss=value), "no-learning") == []

    def test_reward_needs_the_entropy(self) -> None:
        rng = np.random.default_rng(0)
        reward, entropy = 22 + 4 * rng.standard_normal(200), np.full(200, 0.69)
        assert found(run_of(episodic_return=reward), "no-learning") == []
        assert found(run_of(episodic_return=reward, entropy=entropy), "no-learning") != []


class TestOverfitting:
    def test_onset_is_bracketed_and_the_checkpoint_named(self) -> None:
        evaluation = np.r_[np.linspace(3.0, 1.8, 12), np.linspace(1.81, 2.9, 18)]
        evaluation += 0.005 * np.random.default_rng(0).standard_normal(30)
        run = run_of(train_loss=decay(3000), eval_loss=evaluation)
        run = Run("r", "r", run.curves, checkpoints=(Checkpoint(1000, "a"), Checkpoint(3000, "b")))
        (f,) = found(run, "overfitting")
        assert f.severity is Severity.ERROR
        assert 1100 <= f.first_step <= 1300
        low, high = map(int, str(f.get("onset between steps")).split("–"))
        assert low < f.first_step < high
        assert "step 1,000" in f.advice[0]

    def test_few_evaluations(self) -> None:
        run = run_of(train_loss=decay(600), eval_loss=np.array([4.5, 3.5, 3.8, 4.4, 5.2, 6.0]))
        assert found(run, "overfitting")[0].first_step == 199

    @pytest.mark.parametrize("seed", range(20))
    def test_a_noisy_flat_end_is_quiet(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        n = int(rng.integers(8, 80))
        evaluation = decay(n, sigma=0.0, height=1.0) * np.exp(0.01 * rng.standard_normal(n))
        assert found(run_of(train_loss=decay(4000), eval_loss=evaluation), "overfitting") == []

    def test_grokking_and_rising_training_loss_are_not_overfitting(self) -> None:
        t = np.linspace(0, 1, 60)
        grokking = 3.0 + 3.0 * np.sin(np.pi * np.minimum(t * 1.6, 1.0)) - 2.9 * np.maximum(0, t - 0.6) / 0.4
        assert found(run_of(train_loss=decay(6000), eval_loss=grokking), "overfitting") == []
        rising = decay(6000) * np.r_[np.ones(3000), np.linspace(1, 2, 3000)]
        evaluation = np.r_[np.linspace(3, 2, 30), np.linspace(2, 4, 30)]
        assert found(run_of(train_loss=rising, eval_loss=evaluation), "overfitting") == []


class TestRestart:
    def attempts(self, second: np.ndarray, first_step: int = 600) -> Run:
        old = Curve("loss", np.arange(800), decay(1500)[:800], 1e9 + np.arange(800.0))
        new = Curve("loss", np.arange(first_step, first_step + second.size), second, 2e9 + np.arange(second.size * 1.0))
        gone = {"loss": old.take(old.step >= first_step)}
        stitched = Curve("loss", np.r_[old.step[:first_step], new.step], np.r_[old.value[:first_step], new.value])
        return Run(
            "r", "r", {"loss": stitched},
            attempts=(
                Attempt(0, 799, {"loss": old}, gone, 1e9, "a"),
                Attempt(first_step, int(new.step[-1]), {"loss": new}, {}, 2e9, "b"),
            ),
        )  # fmt: skip

    def test_harmless(self) -> None:
        (f,) = found(self.attempts(decay(1500)[600:]), "restart")
        assert f.severity is Severity.INFO
        assert (f.first_step, f.last_step) == (600, 799)
        assert f.get("superseded points") == 200
        assert "went on where it was" in f.message

    def test_harmful(self) -> None:
        (f,) = found(self.attempts(decay(1500)[600:] * 1.3), "restart")
        assert f.severity is Severity.WARNING

    def test_a_new_training_in_the_same_folder(self) -> None:
        (f,) = found(self.attempts(decay(1500), first_step=0), "restart")
        assert "a new training in the same folder" in f.message


def subject_of(accuracy: np.ndarray) -> Subject:
    """Return what the check of an accuracy is given."""
    view = CurveView(Curve("val_acc", np.arange(accuracy.size), accuracy, role=Role.EVAL_ACCURACY))
    return Subject({Role.EVAL_ACCURACY: (view,)}, (), 0, accuracy.size - 1)


class TestMetricCollapse:
    def test_values_near_the_largest_float_do_not_overflow(self) -> None:
        value = 1.7e308 * np.r_[np.linspace(-0.9, 0.9, 50), np.full(50, -0.9)]
        with np.errstate(over="raise", invalid="raise"):
            (f,) = MetricCollapse().detect(subject_of(value))
        assert float(f.get("best level")) > 5e307

    @pytest.mark.parametrize("tag", ["val_acc", "episodic_return"])
    def test_fall_for_good(self, tag: str) -> None:
        rng = np.random.default_rng(0)
        value = np.minimum(np.linspace(0.1, 1.8, 120), 0.95) + 0.01 * rng.standard_normal(120)
        value[80:] = 0.15 + 0.01 * rng.standard_normal(40)
        (f,) = found(run_of(**{tag: value}), "metric-collapse")
        assert f.severity is Severity.ERROR
        assert abs(f.first_step - 80) <= 2

    def test_a_dip_that_recovers_and_noise_are_quiet(self) -> None:
        rng = np.random.default_rng(1)
        value = np.minimum(np.linspace(0.1, 1.8, 200), 0.9) + 0.05 * rng.standard_normal(200)
        value[120:130] = 0.2
        assert found(run_of(val_acc=value), "metric-collapse") == []

    def test_after_a_divergence_it_is_folded(self) -> None:
        value = decay(2000)
        value[1200:] *= 3
        accuracy = np.r_[np.linspace(0.1, 0.9, 120), np.full(80, 0.1)] + 0.005 * np.random.default_rng(
            0
        ).standard_normal(200)
        dx = diagnose(run_of(train_loss=value, train_acc=accuracy))
        assert [f.rule for f in dx.findings] == ["divergence"]
        assert "metric-collapse" in [f.rule for f in dx.findings[0].folded]


class TestTimeGap:
    def run_with(self, wall: np.ndarray) -> Run:
        return Run("r", "r", {"loss": Curve("loss", np.arange(wall.size), decay(wall.size), wall)})

    def test_a_hang_is_told(self) -> None:
        wall = np.arange(1000.0)
        wall[700:] += 7200.0
        (f,) = found(self.run_with(wall), "time-gap")
        assert (f.severity, f.first_step, f.last_step) == (Severity.INFO, 699, 700)
        assert f.message.startswith("2 h passed between steps 699 and 700")

    def test_regular_evaluations_are_no_gap(self) -> None:
        wall = np.cumsum(np.where(np.arange(1000) % 50 == 0, 120.0, 1.0))
        assert found(self.run_with(wall), "time-gap") == []


class TestEvalBelowTrain:
    def test_memorised_together(self) -> None:
        train = 4.5 * np.exp(-np.arange(2000) / 500) + 0.05
        evaluation = train[99::100] * 0.95
        (f,) = found(
            run_of(train_loss=train * decay(2000, 0.05) / decay(2000, 0.0), eval_loss=evaluation), "eval-below-train"
        )
        assert f.severity is Severity.WARNING
        assert f.confidence <= 0.7
        assert len(f.also_explained_by) == 2

    def test_leaving_the_training_loss_behind(self) -> None:
        shape = decay(2000, 0.0)
        evaluation = shape[49::50] * np.linspace(1.02, 0.3, 40)
        (f,) = found(run_of(train_loss=decay(2000, 0.03), eval_loss=evaluation), "eval-below-train")
        assert "goes on leaving it behind" in f.message
        assert f.first_step < 300

    def test_switched_to_the_training_level(self) -> None:
        train = decay(2000, 0.03)
        evaluation = decay(2000, 0.0)[49::50] + np.where(np.arange(40) < 20, 0.8, -0.02)
        (f,) = found(run_of(train_loss=train, eval_loss=evaluation), "eval-below-train")
        assert f.first_step == 20 * 50 + 49

    def test_an_easier_split_and_dropout_are_quiet(self) -> None:
        train = decay(2000, 0.05)
        evaluation = decay(2000, 0.0)[49::50] * 0.92
        assert found(run_of(train_loss=train, eval_loss=evaluation), "eval-below-train") == []
        digits = 2.3 * np.exp(-np.arange(2000) / 300) + 0.1
        assert found(run_of(train_loss=digits, eval_loss=digits[49::50] * 0.6), "eval-below-train") == []

    def test_a_drop_that_the_training_loss_shares_is_the_schedule(self) -> None:
        shape = decay(2000, 0.0) * np.where(np.arange(2000) < 1000, 1.0, 0.7)
        train = shape * decay(2000, 0.02) / decay(2000, 0.0)
        assert found(run_of(train_loss=train, eval_loss=shape[49::50] * 1.02), "eval-below-train") == []


class TestOscillation:
    def test_two_shards_that_take_turns(self) -> None:
        evaluation = decay(60, 0.005) * np.where(np.arange(60) % 2, 1.1, 0.9)
        (f,) = found(run_of(eval_loss=evaluation), "oscillation")
        assert "every other evaluation is higher" in f.message

    def test_a_longer_period(self) -> None:
        evaluation = decay(120, 0.01) * (1 + 0.1 * np.sin(np.arange(120) * 2 * np.pi / 15))
        (f,) = found(run_of(step=10, eval_loss=evaluation), "oscillation")
        assert f.get("period") == pytest.approx(150, rel=0.08)

    def test_noise_and_a_planned_cycle_are_quiet(self) -> None:
        for seed in range(20):
            assert found(run_of(eval_loss=decay(80, 0.03, seed=seed)), "oscillation") == []
        cycle = np.sin(np.arange(1200) * 2 * np.pi / 150)
        evaluation = decay(120, 0.01) * (1 + 0.1 * cycle[9::10])
        assert found(run_of(eval_loss=evaluation, lr=1e-3 * (1.1 + cycle)), "oscillation") == []


class TestGradients:
    def test_bursts_that_end_in_nan(self) -> None:
        norm = decay(400, 0.3)
        norm[[50, 120, 180, 240, 290]] = [40, 90, 200, 900, 1e8]
        norm[291:] = np.nan
        (f,) = found(run_of(grad_norm=norm), "gradient-explosion")
        assert (f.first_step, f.severity) == (50, Severity.WARNING)

    def test_a_lasting_rise(self) -> None:
        norm = decay(2000, 0.2)
        norm[1400:] *= 60
        assert abs(found(run_of(grad_norm=norm), "gradient-explosion")[0].first_step - 1400) <= 2

    def test_a_norm_that_falls_to_nothing_is_quiet(self) -> None:
        norm = decay(500, 0.2) * np.exp(-np.arange(500) / 25.0) + 1e-9
        assert found(run_of(grad_norm=norm), "gradient-explosion") == []

    def test_a_burst_that_passed_and_nan_without_warning_are_quiet(self) -> None:
        norm = decay(1000, 0.3)
        norm[500:502] *= 500
        assert found(run_of(grad_norm=norm), "gradient-explosion") == []
        norm = decay(1000, 0.2)
        norm[600:] = np.nan
        assert found(run_of(grad_norm=norm), "gradient-explosion") == []

    def test_a_starved_layer(self) -> None:
        sizes = {"grad_norm/layer0": 1e-9, "grad_norm/head": 1.0}
        curves = {t: Curve(t, np.arange(500), decay(500) * size) for t, size in sizes.items()}
        (f,) = found(Run("r", "r", curves), "gradient-vanishing")
        assert f.tag == "grad_norm/layer0"
        curves["grad_norm/layer0"] = Curve("grad_norm/layer0", np.arange(500), decay(500) * 1e-3)
        assert found(Run("r", "r", curves), "gradient-vanishing") == []
