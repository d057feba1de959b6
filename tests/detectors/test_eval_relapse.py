"""eval-relapse: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from tests.support.curves import decay, normal, spread
from tests.support.verdicts import alarms, anywhere, found

TRAIN = np.array([2.27, 1.55, 1.07, 0.87, 0.59, 0.52, 0.38, 0.32, 0.21, 0.20])
SWINGING = np.array([3.29, 0.92, 1.43, 1.85, 0.58, 2.3, 0.17, 1.52, 0.14, 2.81])
ACCURACY = np.array([0.49, 0.5, 0.53, 0.61, 0.61, 0.5, 0.86, 0.6, 0.88, 0.49])


def test_a_last_evaluation_at_twenty_times_the_best_with_accuracy_at_chance() -> None:
    run = spread(train_loss=TRAIN, val_loss=SWINGING, val_acc=ACCURACY)
    assert alarms(run) == ["eval-relapse"]
    (f,) = found(run, "eval-relapse")
    assert f.severity is Severity.WARNING
    assert f.get("best-evaluation-loss") == 0.14
    assert "val_acc fell from 0.880 to 0.490" in str(f.message)
    assert "step 9" in str(f.advice[0])


@pytest.mark.parametrize("n", [4, 10, 60])
def test_a_single_jump_at_the_end_needs_no_swings_before(n: int) -> None:
    evaluation = 0.3 + 2.0 * np.exp(-np.arange(n) / (n / 5))
    assert found(spread(train_loss=decay(600), eval_loss=evaluation), "eval-relapse") == []
    evaluation[-max(1, n // 20) :] = 2.5
    assert found(spread(train_loss=decay(600), eval_loss=evaluation), "eval-relapse")


def test_an_accuracy_that_holds_and_a_loss_near_its_best_are_quiet() -> None:
    good = 1.0 - 0.5 * np.exp(-np.arange(10) / 2)
    assert found(spread(train_loss=TRAIN, val_loss=SWINGING, val_acc=good), "eval-relapse") == []
    low = np.r_[0.5, 0.2, 0.11, 0.10, 0.12, 0.14, 0.11, 0.13, 0.15, 0.18]
    assert found(spread(train_loss=TRAIN, val_loss=low), "eval-relapse") == []
    spike = np.r_[SWINGING[:6], 0.17, 2.5, 0.14, 0.16]
    assert found(spread(train_loss=TRAIN, val_loss=spike, val_acc=ACCURACY), "eval-relapse") == []


def test_what_overfits_is_told_as_such() -> None:
    evaluation = np.r_[np.linspace(2.0, 0.5, 10), np.linspace(0.5, 3.0, 30)] * np.exp(normal(40, 0.01))
    run = spread(train_loss=decay(400, floor=0.01), eval_loss=evaluation)
    assert "eval-relapse" not in alarms(run)
    assert "overfitting" in alarms(run)
    assert anywhere(run, "eval-relapse")


SPOILT = np.array([0.22, 0.42, 0.42, 0.41, 0.44, 0.40])
ERRORS = np.array([17.7, 29.6, 31.3, 30.4, 30.6, 28.4])


def test_a_fine_tune_that_spoils_what_it_began_with_is_told_by_an_error_rate_too() -> None:
    rate = 0.3 + normal(60, 0.05)  # the training loss does not fall: nothing is memorised
    (f,) = found(spread(train_loss=rate, eval_loss=SPOILT, eval_wer=ERRORS), "eval-relapse")
    assert f.first_step == 20
    assert "fell" not in str(f.message)
    assert "eval/wer went from 17.7 to 28.4" in str(f.message)
    assert "what it began with was better" in str(f.advice[1])
    assert f.get("gain-given-back") is None
    assert found(spread(train_loss=rate, eval_loss=SPOILT, eval_wer=ERRORS[::-1]), "eval-relapse") == []
    assert found(spread(train_loss=rate, eval_loss=np.r_[SPOILT[:3], 0.23, SPOILT[4:]]), "eval-relapse") == []


def test_metrics_that_only_got_worse_are_told_where_no_loss_is_evaluated() -> None:
    falling, other = np.linspace(0.91, 0.87, 14) + normal(14, 0.003), np.linspace(0.82, 0.75, 14) + normal(14, 0.01)
    (f,) = found(spread(train_loss=decay(140), val_acc=falling, val_nmi=other), "eval-relapse")
    assert f.severity is Severity.WARNING
    assert "was best at its first evaluations and fell since" in str(f.message)
    assert "no other metric rose" in str(f.message)
    for kept in (np.linspace(0.75, 0.82, 14), np.r_[0.7, 0.8, 0.81, np.full(11, 0.8)]):
        assert found(spread(train_loss=decay(140), val_acc=falling, val_nmi=kept), "eval-relapse") == []
    assert found(spread(train_loss=decay(140), val_acc=falling[:9]), "eval-relapse") == []
    assert found(spread(train_loss=decay(140), val_acc=0.9 + normal(14, 0.01)), "eval-relapse") == []
