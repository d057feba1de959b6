"""Evaluations that one answer to all inputs would pass: the entropy of its shares, and which accuracies are such."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.detectors.base import CurveView, Subject
from curveread.detectors.shared.one_answer import one_answer, over_entropy
from curveread.run.model import Curve
from curveread.run.role import Meaning
from curveread.run.roles import Role


def view(tag: str, value: list[float], role: Role) -> CurveView:
    loss = role is Role.EVAL_LOSS
    meaning = Meaning(role, "lower" if loss else "higher", assumed="nats" if loss else "")
    return CurveView(Curve(tag, np.arange(len(value)), np.array(value), role=role, meaning=meaning))


def told(*accuracies: list[float], loss: float, train: list[float] | None = None) -> str | None:
    """Return what is said of evaluation accuracies beside a flat evaluation loss."""
    views = {
        Role.EVAL_ACCURACY: tuple(view(f"val_acc_{n}", a, Role.EVAL_ACCURACY) for n, a in enumerate(accuracies)),
        Role.EVAL_LOSS: (view("val_loss", [loss] * len(accuracies[0]), Role.EVAL_LOSS),),
        Role.TRAIN_ACCURACY: () if train is None else (view("train_acc", train, Role.TRAIN_ACCURACY),),
    }
    sign = one_answer(Subject(views, (), 0, 100))
    return None if sign is None else str(sign.message)


@pytest.mark.parametrize("right", [0.07, 0.2, 0.34, 0.4, 0.5, 0.7, 0.99])
def test_one_answer_costs_at_least_the_entropy_of_as_few_answers_as_there_can_be(right: float) -> None:
    shares, left = [], 1.0
    while left > 1e-9:  # each as frequent as the most frequent one, until nothing is left
        shares.append(min(right, left))
        left -= shares[-1]
    entropy = -sum(s * np.log(s) for s in shares)
    losses = (view("val_loss", [9.0, 1.5 * entropy], Role.EVAL_LOSS), view("eval_loss", [3 * entropy], Role.EVAL_LOSS))
    assert over_entropy(right, Subject({Role.EVAL_LOSS: losses}, (), 0, 1)) == pytest.approx(1.5)


@pytest.mark.parametrize("right", [0.0, 1.0, -0.1, 1.5])
def test_no_share_has_no_entropy(right: float) -> None:
    losses = (view("val_loss", [1.0], Role.EVAL_LOSS),)
    assert np.isnan(over_entropy(right, Subject({Role.EVAL_LOSS: losses}, (), 0, 1)))
    assert np.isnan(over_entropy(0.5, Subject({}, (), 0, 1)))


SAME = [0.7, 0.68, 0.7, 0.69, 0.7, 0.7, 0.66, 0.7, 0.7, 0.7]
ENTROPY = -0.7 * np.log(0.7) - 0.3 * np.log(0.3)


def test_an_accuracy_that_is_its_first_number_again_and_again_at_the_loss_of_a_guess() -> None:
    said = told(SAME, loss=ENTROPY)
    assert said is not None
    assert said.startswith("val_acc_0 is 0.7")
    assert "at 7 of 10 evaluations" in said
    percent = told([100 * v for v in SAME], loss=ENTROPY)
    assert percent is not None
    assert "at 7 of 10 evaluations" in percent


def test_one_that_is_no_such_does_not_hide_another() -> None:
    learnt = [0.5, 0.6, 0.7, 0.75, 0.8, 0.82, 0.83, 0.84, 0.85, 0.86]
    said = told(learnt, SAME, loss=ENTROPY)
    assert said is not None
    assert said.startswith("val_acc_1 ")


@pytest.mark.parametrize("factor", [0.94, 1.06])
def test_a_loss_beyond_a_twentieth_of_the_entropy_is_no_guess_unless_training_never_rose(factor: float) -> None:
    assert told(SAME, loss=factor * ENTROPY) is None
    assert told(SAME, loss=(1.0 + 0.9 * (factor - 1.0) * 0.9) * ENTROPY) is not None
    flat = np.linspace(0.72, 0.68, 60) + 0.02 * np.random.default_rng(0).standard_normal(60)
    assert told(SAME, loss=factor * ENTROPY, train=flat.tolist()) is not None
    assert told(SAME, loss=factor * ENTROPY, train=np.linspace(0.5, 0.99, 10).tolist()) is None


def test_what_is_seldom_the_same_or_surely_above_or_learnt_is_no_one_answer() -> None:
    assert told([0.7, 0.68, 0.71, 0.69, 0.7, 0.71, 0.66, 0.69, 0.72, 0.68], loss=ENTROPY) is None
    assert told([*SAME[:-1], 0.99], loss=ENTROPY) is None
    high = [0.95] * 10
    assert told(high, loss=-0.95 * np.log(0.95) - 0.05 * np.log(0.05)) is None
