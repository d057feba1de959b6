"""Overfitting that accuracies show: what is learnt and does not carry over, and what healthy accuracies do."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from tests.detectors.shared.test_untrained import logged
from tests.support.verdicts import alarms, found

AT = np.linspace(0.0, 1.0, 60)


def _noise(size: int, seed: int, n: float = 500.0) -> np.ndarray:
    """The error of an accuracy of so many examples."""
    return np.random.default_rng(seed).normal(0.0, 0.5 / np.sqrt(n), size)


def _rising(low: float, high: float, rate: float = 6.0) -> np.ndarray:
    return high - (high - low) * np.exp(-rate * AT)


@pytest.mark.parametrize("seed", range(3))
def test_accuracy_that_stays_at_chance_while_the_training_data_are_learnt(seed: int) -> None:
    run = logged(train_acc=_rising(0.1, 1.0), val_acc=0.1 + 0.3 * _noise(60, seed))
    (f,) = found(run, "overfitting")
    assert "metric-collapse" not in alarms(run)
    assert f.severity is Severity.WARNING
    assert "what is learnt does not carry over" in str(f.message)


@pytest.mark.parametrize("seed", range(3))
def test_accuracy_that_wanders_where_it_began_while_the_training_slowly_goes_on(seed: int) -> None:
    wandering = 0.25 + 0.02 * np.random.default_rng(seed).standard_normal(20)
    (f,) = found(logged(train_acc=np.linspace(0.40, 0.54, 20), val_acc=wandering), "overfitting")
    assert "does not carry over" in str(f.message)
    for quiet in (wandering + np.linspace(0.0, 0.1, 20), wandering + 0.1):  # it follows, or is not that low
        assert "overfitting" not in alarms(logged(train_acc=np.linspace(0.40, 0.54, 20), val_acc=quiet))


@pytest.mark.parametrize("seed", range(3))
def test_accuracy_that_falls_while_the_training_data_are_memorised(seed: int) -> None:
    val = _rising(0.1, 0.6, 30.0) - 0.2 * AT + 0.5 * _noise(60, seed)
    (f,) = found(logged(train_acc=_rising(0.1, 1.0), val_acc=100.0 * val), "overfitting")
    assert "was best at" in str(f.message)
    assert "while train_acc rose to 0.9" in str(f.message)


def test_guesses_beside_a_training_loss_that_began_at_guessing_and_fell() -> None:
    train = np.log(10) * (1.0 - 0.2 * AT)
    chance = {"val_loss": np.log(10) * (1.01 + 0.02 * np.sin(70 * AT)), "val_acc": 0.1 + 0.3 * _noise(60, 0)}
    (f,) = found(logged(train_loss=train, **chance), "overfitting")
    assert "no better than guessing among 10" in str(f.message)
    learnt = {"val_loss": np.log(10) * (1.0 - 0.1 * AT), "val_acc": _rising(0.1, 0.3)}
    assert "overfitting" not in alarms(logged(train_loss=train, **learnt))


@pytest.mark.parametrize(("often", "told"), [(0.1, True), (0.27, True), (0.29, False), (0.5, False)])
def test_a_fifth_of_the_way_from_guessing_to_knowing_is_no_guessing(often: float, told: bool) -> None:
    train = np.log(10) * (1.0 - 0.2 * AT)
    run = logged(train_loss=train, val_loss=np.full(60, np.log(10)), val_acc=np.full(60, often))
    assert ("overfitting" in alarms(run)) is told


@pytest.mark.parametrize("seed", range(4))
def test_honest_accuracies_are_quiet(seed: int) -> None:
    noise = _noise(60, seed)
    val = _rising(0.3, 0.8) + noise
    for curves in (
        {"train_acc": _rising(0.3, 1.0), "val_acc": val},  # a gap, and noise
        {"train_acc": _rising(0.3, 1.0), "val_acc": val - 0.03 * AT},  # less than the noise of 500 examples shows
        {"train_acc": _rising(0.3, 0.7), "val_acc": val},  # mixed or noisy labels in training
        {"train_acc": _rising(0.9, 1.0), "val_acc": 0.92 + 0.3 * noise},  # all that is learnt within the first epoch
        {"train_acc": _rising(0.2, 0.99), "val_acc": _rising(0.55, 0.6) + 0.3 * noise},  # hard, and memorised
        {"train_acc": _rising(0.1, 1.0)[:6], "val_acc": np.full(6, 0.1)},  # too few to say
    ):
        assert "overfitting" not in alarms(logged(**curves))


def test_what_falls_at_once_and_below_its_start_collapsed() -> None:
    val = np.where(AT < 0.5, _rising(0.3, 0.9, 20.0), 0.02) + 0.3 * _noise(60, 0)
    said = alarms(logged(train_acc=_rising(0.1, 1.0), val_acc=val))
    assert "metric-collapse" in said
    assert "overfitting" not in said
