"""Checks of language modelling and of cadence: each on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Curve, Run
from curveread.run.selection import with_facts
from tests.support.curves import decay, run_of


def found(run: Run, rule: str, **options: object) -> list[Finding]:
    dx = diagnose(run, select=[rule], options={rule: options})
    assert dx.failed == ()
    return list(dx.findings)


def unchecked(run: Run, rule: str) -> str:
    return {n.rule: n.reason for n in diagnose(run, select=[rule]).not_checked}.get(rule, "")


def evaluated(n: int, every: int, *, logged: int = 10, **curves: np.ndarray) -> Run:
    """A run of n steps, logged every so many, evaluated every so many."""
    step, at = np.arange(0, n, logged), np.arange(every, n, every)
    made = {
        "loss": Curve("loss", step, decay(step.size)),
        "eval_loss": Curve("eval_loss", at, decay(at.size, 0.002) if at.size else np.empty(0)),
    }
    return Run("r", "r", made | {t: Curve(t, step, v) for t, v in curves.items()})


class TestUnnormalizedLoss:
    rule = "unnormalized-loss"

    @pytest.mark.parametrize(("factor", "setting"), [(512, "max_seq_length"), (8, "gradient_accumulation_steps")])
    def test_a_summed_loss_and_the_setting_that_explains_it(self, factor: int, setting: str) -> None:
        run = run_of(loss=decay(1000, floor=3.2, height=7.0) * factor)
        run = replace(run, config={"vocab_size": 32000, setting: factor})
        (f,) = found(run, self.rule)
        assert f.severity is Severity.WARNING
        assert "no mean per token" in f.message
        assert setting in str(f.get("a setting of that size"))
        assert f.first_step == 0

    def test_the_vocabulary_may_come_from_the_option(self) -> None:
        run = run_of(loss=decay(1000, floor=3.2, height=7.0) * 64)
        assert unchecked(run, self.rule) == "the vocabulary is not in the config; --vocab-size gives it"
        (f,) = found(with_facts(run, 50257, None), self.rule)
        assert f.get("vocabulary from") == "--vocab-size"

    @pytest.mark.parametrize(
        "value",
        [
            decay(1000, floor=3.0, height=7.8),  # from ln(50257) down
            decay(1000, floor=1.0, height=0.6),  # a fine-tune
            np.r_[np.linspace(40.0, 9.0, 20), decay(980, floor=3.0, height=6.0)],  # a bad initialisation
            np.r_[decay(500, floor=3.0, height=7.8), np.linspace(5.0, 90.0, 500)],  # a divergence
            np.full(1000, 40.0),  # never moved: no-learning
        ],
        ids=["pretraining", "fine-tune", "initialisation", "divergence", "flat"],
    )
    def test_look_alikes_are_quiet(self, value: np.ndarray) -> None:
        assert found(with_facts(run_of(loss=value), 50257, None), self.rule) == []

    def test_a_vocabulary_alone_makes_no_language_model(self) -> None:
        run = replace(run_of(loss=decay(1000) * 100), config={"vocab_size": 38, "model_type": "vits"})
        assert "does not say that a language model is trained" in unchecked(run, self.rule)

    def test_a_regression_loss_is_none_of_its_business(self) -> None:
        assert found(with_facts(run_of(mse=decay(1000) * 100), 50257, None), self.rule) == []


class TestPerplexityMismatch:
    rule = "perplexity-mismatch"

    def run(self, perplexity: np.ndarray, loss: np.ndarray, **more: np.ndarray) -> Run:
        at = np.arange(loss.size) * 100
        made = {"val/loss": loss, "val/ppl": perplexity, **more}
        return Run("r", "r", {t: Curve(t, at[: v.size], v) for t, v in made.items()})

    loss = decay(30, 0.01, floor=2.0, height=4.0)

    def test_exp_of_the_loss_is_quiet_also_when_it_is_rounded(self) -> None:
        assert found(self.run(np.exp(self.loss), self.loss), self.rule) == []
        assert found(self.run(np.exp(self.loss).round(1), self.loss.round(2)), self.rule) == []
        assert found(self.run(np.minimum(np.exp(self.loss), 50.0), self.loss + 0.005), self.rule) == []

    def test_base_two_is_an_info_unless_the_loss_is_surely_in_nats(self) -> None:
        run = self.run(2.0**self.loss, self.loss)
        (f,) = found(run, self.rule)
        assert f.severity is Severity.INFO
        assert "2 to the power of the loss" in f.message
        vocabulary = round(float(np.exp(self.loss[0])))
        (f,) = found(with_facts(run, vocabulary, None), self.rule)
        assert f.severity is Severity.WARNING
        (f,) = found(with_facts(run, round(2.0 ** self.loss[0]), None), self.rule)
        assert f.severity is Severity.INFO

    def test_fairseq_logs_bits(self) -> None:
        smoothed = self.loss * 1.1 + 0.4
        at = np.arange(30) * 100
        curves = {"valid/loss": smoothed, "valid/nll_loss": self.loss, "valid/ppl": 2.0**self.loss}
        run = Run("r", "r", {t: Curve(t, at, v) for t, v in curves.items()})
        assert found(run, self.rule) == []

    def test_base_two_of_bits_is_right(self) -> None:
        at = np.arange(30) * 100
        curves = {"val/loss_bits": self.loss, "val/ppl": 2.0**self.loss}
        assert found(Run("r", "r", {t: Curve(t, at, v) for t, v in curves.items()}), self.rule) == []

    def test_the_mean_of_perplexities(self) -> None:
        rng = np.random.default_rng(0)
        batches = self.loss[:, None] + 0.5 * rng.standard_normal((30, 200))
        (f,) = found(self.run(np.exp(batches).mean(axis=1), batches.mean(axis=1)), self.rule)
        assert "as the mean of the batches' perplexities is" in f.message
        assert 0.05 < float(f.get("median of ln(perplexity) minus the loss") or 0) < 0.3
        quiet = self.loss[:, None] + 0.1 * rng.standard_normal((30, 200))  # half a percent: nobody minds
        assert found(self.run(np.exp(quiet).mean(axis=1), quiet.mean(axis=1)), self.rule) == []

    def test_the_perplexity_of_another_split(self) -> None:
        train = self.loss * 0.7
        (f,) = found(self.run(np.exp(train), self.loss, **{"train/loss": train}), self.rule)
        assert "it is exp(train/loss)" in f.message

    def test_of_several_losses_one_that_fits_is_enough(self) -> None:
        run = self.run(np.exp(self.loss), self.loss * 1.3, **{"val_wiki/loss": self.loss})
        assert found(run, self.rule) == []

    def test_something_else(self) -> None:
        (f,) = found(self.run(np.exp(self.loss) / 7.0, self.loss), self.rule)
        assert "no usual rule" in f.message
        assert f.confidence <= 0.7

    def test_without_shared_steps_it_is_not_checked(self) -> None:
        run = self.run(np.exp(self.loss), self.loss)
        apart = replace(run, curves={**run.curves, "val/ppl": Curve("val/ppl", np.arange(30) * 100 + 7, self.loss)})
        assert "no perplexity has points at the steps" in unchecked(apart, self.rule)


class TestSparseEval:
    rule = "sparse-eval"

    def test_three_evaluations_in_ten_thousand_steps(self) -> None:
        (f,) = found(evaluated(12_000, 3_000), self.rule)
        assert (f.severity, f.first_step, f.last_step) == (Severity.INFO, None, None)
        assert "only 3 times in 11,990 steps" in f.message
        assert 'eval_strategy="steps", eval_steps=500, save_steps=500' in f.advice[0]

    @pytest.mark.parametrize(
        "run",
        [
            evaluated(300, 60),
            evaluated(12_000, 1_000),
            evaluated(100_000, 10_000, logged=100),
            evaluated(4_000, 1_500),
            evaluated(7_000, 1_800),
            evaluated(12_000, 3_000, epoch=np.arange(1200) / 600.0),  # 2 per epoch
            evaluated(12_000, 11_000),
            replace(evaluated(12_000, 3_000), x_axis="epoch"),
            replace(evaluated(12_000, 3_000), x_axis="tokens"),
        ],
        ids=["short", "usual", "ten", "not long", "not far", "epochs", "once", "epoch axis", "token axis"],
    )
    def test_others_are_quiet(self, run: Run) -> None:
        assert found(run, self.rule) == []


class TestDenseEval:
    rule = "dense-eval"

    def test_five_hundred_evaluations(self) -> None:
        (f,) = found(evaluated(5_000, 10), self.rule)
        assert (f.severity, f.first_step) == (Severity.INFO, None)
        assert "499 times, every 10 steps" in f.message
        assert "eval_steps=200" in f.advice[0]

    def test_cheap_evaluations_are_fine(self) -> None:
        run = evaluated(5_000, 10)
        wall = 1.7e9 + np.arange(500) * 10.0
        timed = {
            "loss": replace(run["loss"], wall_time=wall),
            "eval_loss": run["eval_loss"],
            "eval_runtime": Curve("eval_runtime", run["eval_loss"].step, np.full(499, 0.1)),
        }
        assert found(replace(run, curves=timed), self.rule) == []
        dear = timed | {"eval_runtime": Curve("eval_runtime", run["eval_loss"].step, np.full(499, 2.0))}
        assert len(found(replace(run, curves=dear), self.rule)) == 1

    @pytest.mark.parametrize(
        "run",
        [
            evaluated(5_000, 50),
            evaluated(100_000, 400, logged=100),
            evaluated(5_000, 10, epoch=np.arange(500) * 10 / 100.0),  # ten per epoch
            replace(evaluated(5_000, 10), x_axis="epoch"),
        ],
        ids=["hundred", "far apart", "ten per epoch", "epoch axis"],
    )
    def test_others_are_quiet(self, run: Run) -> None:
        assert found(run, self.rule) == []


class TestSparseLogging:
    rule = "sparse-logging"

    def test_five_points(self) -> None:
        (f,) = found(evaluated(2_500, 500, logged=500), self.rule)
        assert (f.severity, f.first_step) == (Severity.INFO, None)
        assert "only 5 points in 2,000 steps, one every 500" in f.message
        assert f.advice == ("Log every 10 steps; with the Trainer: logging_steps=10.",)

    @pytest.mark.parametrize(
        "run",
        [
            evaluated(300, 60, logged=50),
            evaluated(700, 100, logged=40),
            evaluated(2_500, 500, logged=100),
            replace(run_of(loss=decay(10)), x_axis="epoch"),
        ],
        ids=["short", "near", "25 points", "ten epochs"],
    )
    def test_others_are_quiet(self, run: Run) -> None:
        assert found(run, self.rule) == []


class TestEvalOverhead:
    rule = "eval-overhead"

    def run(self, seconds: float, *, logged: bool) -> Run:
        n, at = 2000, np.arange(99, 2000, 100)
        wall = 1.7e9 + np.arange(n) * 1.0 + seconds * np.searchsorted(at, np.arange(n), side="left")
        curves = {
            "loss": Curve("loss", np.arange(n), decay(n), wall),
            "eval_loss": Curve("eval_loss", at, decay(at.size, 0.002)),
        }
        if logged:
            curves["eval_runtime"] = Curve("eval_runtime", at, np.full(at.size, seconds))
        return Run("r", "r", curves)

    @pytest.mark.parametrize("logged", [True, False])
    def test_a_quarter_of_the_time(self, logged: bool) -> None:
        (f,) = found(self.run(30.0, logged=logged), self.rule)
        assert (f.severity, f.first_step) == (Severity.INFO, None)
        assert "evaluation took 10 min, 23 % of the wall time" in f.message
        assert ("pauses" in f.message) is not logged
        assert f.confidence == (0.9 if logged else 0.7)

    def test_cheap_or_short_is_quiet(self) -> None:
        assert found(self.run(2.0, logged=True), self.rule) == []
        assert found(self.run(13.0, logged=True), self.rule) == []  # four minutes
        assert len(found(self.run(13.0, logged=True), self.rule, seconds=60)) == 1

    def test_without_a_clock_or_with_one_that_shows_nothing_it_is_not_checked(self) -> None:
        reason = "the log does not show how long an evaluation took"
        assert unchecked(evaluated(2_000, 100), self.rule) == reason
        assert unchecked(self.run(0.0, logged=False), self.rule) == reason


@pytest.mark.parametrize("rule", ["sparse-eval", "dense-eval", "sparse-logging", "eval-overhead"])
def test_cadence_is_never_an_alarm(rule: str) -> None:
    for run in (
        evaluated(12_000, 3_000),
        evaluated(5_000, 10),
        evaluated(2_500, 500, logged=500),
        TestEvalOverhead().run(60.0, logged=True),
    ):
        assert all(f.severity is Severity.INFO for f in found(run, rule))
