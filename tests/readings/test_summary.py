"""The key figures: best and last losses with their steps, and a language model's perplexity and bits per byte."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.diagnosis import KeyFigure
from curveread.run.model import Curve, Run

AT = np.array([100, 200, 300, 400])
EVALS = np.array([3.0, 2.0, 2.5, 2.25])


def run(**config: object) -> Run:
    train = Curve("train/loss", np.arange(401), np.linspace(4.0, 1.5, 401))
    return Run("r", "r", {"train/loss": train, "eval/loss": Curve("eval/loss", AT, EVALS)}, config=config)


def test_the_best_eval_loss_and_both_last_losses() -> None:
    found = diagnose(run()).summary
    assert found["best_eval_loss"] == KeyFigure(2.0, "", 200)
    assert found["last_eval_loss"] == KeyFigure(2.25, "", 400)
    assert found["last_train_loss"] == KeyFigure(1.5, "", 400)
    assert "best_train_loss" not in found
    assert not any("perplexity" in name for name in found)


def test_a_detector_has_no_best_loss() -> None:
    found = diagnose(replace(run(), curves=run().curves | {"bbox_mAP": Curve("bbox_mAP", AT, EVALS / 10)})).summary
    assert "best_eval_loss" not in found
    assert found["last_eval_loss"] == KeyFigure(2.25, "", 400)


def test_a_language_model_has_perplexities_at_the_same_steps() -> None:
    found = diagnose(run(vocab_size=50257)).summary
    assert found["best_eval_perplexity"].value == pytest.approx(math.exp(2.0))
    assert found["best_eval_perplexity"].step == 200
    assert found["last_eval_perplexity"].value == pytest.approx(math.exp(2.25))
    assert found["last_eval_perplexity"].step == 400
    assert not any("train_perplexity" in name for name in found)


def test_without_an_eval_loss_the_training_loss_has_them() -> None:
    alone = run(vocab_size=50257)
    found = diagnose(replace(alone, curves={"train/loss": alone["train/loss"]})).summary
    assert found["last_train_perplexity"].value == pytest.approx(math.exp(1.5))
    assert "best_train_perplexity" not in found
    assert "best_eval_loss" not in found


def test_a_logged_perplexity_serves_where_its_loss_is_not_logged() -> None:
    alone = run(vocab_size=50257)
    logged = Curve("eval/perplexity", AT, np.exp(EVALS))
    found = diagnose(replace(alone, curves={"train/loss": alone["train/loss"], "eval/perplexity": logged})).summary
    assert found["best_eval_perplexity"] == KeyFigure(math.exp(2.0), "", 200)
    assert found["last_eval_perplexity"] == KeyFigure(math.exp(2.25), "", 400)
