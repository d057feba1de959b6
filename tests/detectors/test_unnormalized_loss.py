"""unnormalized-loss: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from curveread.run.selection import with_facts
from tests.support.curves import decay, run_of
from tests.support.verdicts import found, found_alone, unchecked

RULE = "unnormalized-loss"


@pytest.mark.parametrize(("factor", "setting"), [(512, "max_seq_length"), (8, "gradient_accumulation_steps")])
def test_a_summed_loss_and_the_setting_that_explains_it(factor: int, setting: str) -> None:
    run = run_of(loss=decay(1000, floor=3.2, height=7.0) * factor)
    run = replace(run, config={"vocab_size": 32000, setting: factor})
    (f,) = found_alone(run, RULE)
    assert f.severity is Severity.WARNING
    assert "not a mean per token" in str(f.message)
    assert setting in str(f.get("a-setting-of-that-size"))
    assert f.first_step == 0


def test_the_vocabulary_may_come_from_the_option() -> None:
    run = run_of(loss=decay(1000, floor=3.2, height=7.0) * 64)
    assert unchecked(run, RULE) == "nothing says that a language model is trained, and of how many tokens"
    (f,) = found_alone(with_facts(run, 50257, None), RULE)
    assert f.get("vocabulary-from") == "the user"


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
def test_look_alikes_are_quiet(value: np.ndarray) -> None:
    assert found_alone(with_facts(run_of(loss=value), 50257, None), RULE) == []


def test_a_vocabulary_alone_makes_no_language_model() -> None:
    run = replace(run_of(loss=decay(1000) * 100), config={"vocab_size": 38, "model_type": "vits"})
    assert "nothing says that a language model is trained" in unchecked(run, RULE)


def test_a_regression_loss_is_none_of_its_business() -> None:
    assert found_alone(with_facts(run_of(mse=decay(1000) * 100), 50257, None), RULE) == []


def test_a_setting_of_one_divides_nothing_and_explains_nothing() -> None:
    run = replace(run_of(loss=decay(1000, 0.005, floor=11.0, height=1.5)), config={"vocab_size": 32000})
    for batch in (1, 2):
        run = replace(run, config={"vocab_size": 32000, "gradient_accumulation_steps": batch})
        (f,) = found_alone(run, RULE, start=1.1)
        assert f.get("a-setting-of-that-size") is None


def paired(ratio: np.ndarray | float, **config: object) -> Run:
    step, at = np.arange(10, 621, 10), np.arange(50, 601, 50)
    course = 0.078 + 0.04 * np.exp(-step / 150)
    noise = np.exp(0.02 * np.random.default_rng(0).standard_normal(step.size))
    curves = {
        "loss": Curve("loss", step, ratio * course * noise),
        "eval_loss": Curve("eval_loss", at, course[np.searchsorted(step, at)]),
    }
    return Run("made", "made", curves, config=config)


def test_a_training_loss_that_is_a_multiple_of_the_evaluation_loss() -> None:
    (f,) = found(paired(16.0, gradient_accumulation_steps=16), "unnormalized-loss")
    assert f.severity is Severity.WARNING
    assert "times eval_loss at every evaluation" in str(f.message)
    assert "gradient accumulation steps (gradient_accumulation_steps = 16)" in str(f.message)
    (f,) = found(paired(8.0), "unnormalized-loss")
    assert f.severity is Severity.INFO


def test_a_ratio_that_moves_or_is_small_is_quiet() -> None:
    step = np.arange(10, 621, 10)
    assert found(paired(1.5), "unnormalized-loss") == []
    assert found(paired(1.4, gradient_accumulation_steps=16), "unnormalized-loss") == []
    assert found(paired(3.0 + step / 200.0, gradient_accumulation_steps=4), "unnormalized-loss") == []
