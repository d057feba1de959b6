"""perplexity-mismatch: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from curveread.run.selection import with_facts
from tests.support.curves import decay
from tests.support.verdicts import found_alone, unchecked

RULE = "perplexity-mismatch"
LOSS = decay(30, 0.01, floor=2.0, height=4.0)


def logged(perplexity: np.ndarray, loss: np.ndarray, **more: np.ndarray) -> Run:
    at = np.arange(loss.size) * 100
    made = {"val/loss": loss, "val/ppl": perplexity, **more}
    return Run("r", "r", {t: Curve(t, at[: v.size], v) for t, v in made.items()})


def test_exp_of_the_loss_is_quiet_also_when_it_is_rounded() -> None:
    assert found_alone(logged(np.exp(LOSS), LOSS), RULE) == []
    assert found_alone(logged(np.exp(LOSS).round(1), LOSS.round(2)), RULE) == []
    assert found_alone(logged(np.minimum(np.exp(LOSS), 50.0), LOSS + 0.005), RULE) == []


def test_base_two_is_an_info_unless_the_loss_is_surely_in_nats() -> None:
    run = logged(2.0**LOSS, LOSS)
    (f,) = found_alone(run, RULE)
    assert f.severity is Severity.INFO
    assert "2 to the power of the loss" in str(f.message)
    vocabulary = round(float(np.exp(LOSS[0])))
    (f,) = found_alone(with_facts(run, vocabulary, None), RULE)
    assert f.severity is Severity.WARNING
    (f,) = found_alone(with_facts(run, round(2.0 ** LOSS[0]), None), RULE)
    assert f.severity is Severity.INFO


def test_fairseq_logs_bits() -> None:
    smoothed = LOSS * 1.1 + 0.4
    at = np.arange(30) * 100
    curves = {"valid/loss": smoothed, "valid/nll_loss": LOSS, "valid/ppl": 2.0**LOSS}
    run = Run("r", "r", {t: Curve(t, at, v) for t, v in curves.items()})
    assert found_alone(run, RULE) == []


def test_base_two_of_bits_is_right() -> None:
    at = np.arange(30) * 100
    curves = {"val/loss_bits": LOSS, "val/ppl": 2.0**LOSS}
    assert found_alone(Run("r", "r", {t: Curve(t, at, v) for t, v in curves.items()}), RULE) == []


def test_the_mean_of_perplexities() -> None:
    rng = np.random.default_rng(0)
    batches = LOSS[:, None] + 0.5 * rng.standard_normal((30, 200))
    (f,) = found_alone(logged(np.exp(batches).mean(axis=1), batches.mean(axis=1)), RULE)
    assert "as the mean of the batches' perplexities is" in str(f.message)
    assert 0.05 < float(f.get("median-of-ln-perplexity-minus-the-loss") or 0) < 0.3
    quiet = LOSS[:, None] + 0.1 * rng.standard_normal((30, 200))  # half a percent: nobody minds
    assert found_alone(logged(np.exp(quiet).mean(axis=1), quiet.mean(axis=1)), RULE) == []


def test_the_perplexity_of_another_split() -> None:
    train = LOSS * 0.7
    (f,) = found_alone(logged(np.exp(train), LOSS, **{"train/loss": train}), RULE)
    assert "it is exp(train/loss)" in str(f.message)


def test_of_several_losses_one_that_fits_is_enough() -> None:
    run = logged(np.exp(LOSS), LOSS * 1.3, **{"val_wiki/loss": LOSS})
    assert found_alone(run, RULE) == []


def test_something_else() -> None:
    (f,) = found_alone(logged(np.exp(LOSS) / 7.0, LOSS), RULE)
    assert "no usual rule" in str(f.message)


def test_without_shared_steps_it_is_not_checked() -> None:
    run = logged(np.exp(LOSS), LOSS)
    apart = replace(run, curves={**run.curves, "val/ppl": Curve("val/ppl", np.arange(30) * 100 + 7, LOSS)})
    assert "no perplexity has points at the steps" in unchecked(apart, RULE)
