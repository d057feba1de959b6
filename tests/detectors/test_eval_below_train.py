"""eval-below-train: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from tests.support.curves import decay, normal, run_of, spread
from tests.support.verdicts import alarms, found

N = 2000


def test_memorised_together() -> None:
    train = 4.5 * np.exp(-np.arange(2000) / 500) + 0.05
    evaluation = train[99::100] * 0.95
    (f,) = found(
        run_of(train_loss=train * decay(2000, 0.05) / decay(2000, 0.0), eval_loss=evaluation), "eval-below-train"
    )
    assert f.severity is Severity.WARNING
    assert f.confidence is None or f.confidence <= 0.7
    assert len(f.also_explained_by) == 2


def test_leaving_the_training_loss_behind() -> None:
    shape = decay(2000, 0.0)
    evaluation = shape[49::50] * np.linspace(1.02, 0.3, 40)
    (f,) = found(run_of(train_loss=decay(2000, 0.03), eval_loss=evaluation), "eval-below-train")
    assert "goes on leaving it behind" in str(f.message)
    assert f.first_step < 300


def test_switched_to_the_training_level() -> None:
    train = decay(2000, 0.03)
    evaluation = decay(2000, 0.0)[49::50] + np.where(np.arange(40) < 20, 0.8, -0.02)
    (f,) = found(run_of(train_loss=train, eval_loss=evaluation), "eval-below-train")
    assert f.first_step == 20 * 50 + 49


def test_a_drop_among_evaluations_that_swing_as_far_is_no_switch() -> None:
    """As where a validation loss swings until the learning rate has come down, and then lies still."""
    train = np.geomspace(0.02, 0.001, 90)
    swings = train * np.where(np.arange(90) < 30, np.exp(1.0 + 0.5 * normal(90)), 0.7)
    assert found(run_of(train_loss=train, val_loss=swings), "eval-below-train") == []


def test_an_easier_split_and_dropout_are_quiet() -> None:
    train = decay(2000, 0.05)
    evaluation = decay(2000, 0.0)[49::50] * 0.92
    assert found(run_of(train_loss=train, eval_loss=evaluation), "eval-below-train") == []
    digits = 2.3 * np.exp(-np.arange(2000) / 300) + 0.1
    assert found(run_of(train_loss=digits, eval_loss=digits[49::50] * 0.6), "eval-below-train") == []


def test_a_drop_that_the_training_loss_shares_is_the_schedule() -> None:
    shape = decay(2000, 0.0) * np.where(np.arange(2000) < 1000, 1.0, 0.7)
    train = shape * decay(2000, 0.02) / decay(2000, 0.0)
    assert found(run_of(train_loss=train, eval_loss=shape[49::50] * 1.02), "eval-below-train") == []


def test_a_classifier_whose_training_loss_holds_noise_and_smoothing_is_no_leak() -> None:
    t = np.arange(N)
    shape = np.exp(-t / 400)
    at = np.linspace(0, N - 1, 40).astype(int)
    noise = np.random.default_rng(0).normal(0, 0.01, N)
    for start, rules in ((2.3, []), (6.0, ["eval-below-train"])):
        train, held_out = start * (0.38 + 0.62 * shape), start * (0.16 + 0.84 * shape)
        assert alarms(spread(train_loss=train * np.exp(noise), eval_loss=held_out[at])) == rules


def test_what_is_memory_is_read_in_the_second_half_of_the_evaluations() -> None:
    """An eval loss that joins the training loss only then is told from there on, wherever that one had been low."""
    t = np.arange(2000)
    train = 4.5 * np.exp(-t / 150) + 0.05
    evaluation = train[49::50] * np.interp(np.arange(40), [10, 19], [3.0, 0.98])
    (f,) = found(
        run_of(train_loss=train * decay(2000, 0.05) / decay(2000, 0.0), eval_loss=evaluation), "eval-below-train"
    )
    assert f.first_step >= 1000
    assert f.get("evaluations-at-or-below-the-training-loss") == 1.0


def course(start: float, end: float, n: int, sigma: float, bend: float = 3.0, seed: int = 0) -> np.ndarray:
    """Return a loss that comes down to its end, on a log scale, steeply at first."""
    way = (1 - np.exp(-bend * np.arange(n) / n)) / (1 - np.exp(-bend))
    return start * (end / start) ** way * np.exp(np.random.default_rng(seed).normal(0, sigma, n))


@pytest.mark.parametrize("start", [1.386, 2.303, 80.0])  # two classifiers and a regression
def test_an_evaluation_that_is_learnt_better_than_the_training_data(start: float) -> None:
    train, val = course(start, 0.17 * start, 1800, 0.2, 1.5), course(start, 0.03 * start, 45, 0.02, 2.0)
    (f,) = found(spread(train_loss=train, eval_loss=val), "eval-below-train")
    assert f.severity is Severity.WARNING
    assert "falls faster than the training loss to the end" in str(f.message)


@pytest.mark.parametrize(
    ("train_end", "val_end", "bends"),
    [
        pytest.param(0.41, 0.10, (1.5, 2.0), id="strong dropout keeps the training loss high"),
        pytest.param(0.27, 0.08, (9.0, 4.0), id="mixed labels keep it up"),
        pytest.param(0.10, 0.04, (2.0, 2.0), id="dropout keeps the ratio"),
        pytest.param(0.02, 0.015, (2.0, 2.0), id="running means of the training loss"),
        pytest.param(0.08, 0.03, (2.0, 8.0), id="the evaluation ends at its floor"),
    ],
)
def test_honest_evaluations_below_the_training_loss_are_quiet(
    train_end: float, val_end: float, bends: tuple[float, float]
) -> None:
    train = course(2.303, train_end * 2.303, 1800, 0.2, bends[0])
    val = course(2.303, val_end * 2.303, 45, 0.03, bends[1])
    assert found(spread(train_loss=train, eval_loss=val), "eval-below-train") == []


def test_means_over_epochs_lag_behind() -> None:
    train, val = course(1.8, 0.04, 45, 0.02, 2.0), course(1.5, 0.01, 45, 0.02, 2.5)
    assert found(spread(train_loss=train, eval_loss=val), "eval-below-train") == []


def test_what_the_config_names_explains_it() -> None:
    train, val = course(1.386, 0.24, 1800, 0.2, 1.5), course(1.386, 0.042, 45, 0.02, 2.0)
    run = spread(train_loss=train, eval_loss=val)
    assert found(run, "eval-below-train") != []
    assert found(replace(run, config={"mixup_alpha": 0.2}), "eval-below-train") == []
    assert found(replace(run, config={"mixup_alpha": 0.0}), "eval-below-train") != []


def test_a_bad_start_is_no_measure() -> None:
    step = np.arange(2000)
    train = (2.2 + 33 * np.exp(-step / 30)) * np.exp(np.random.default_rng(0).normal(0, 0.01, 2000))
    val = 2.2 + 33 * np.exp(-step[::100] / 30)
    assert found(spread(train_loss=train, eval_loss=val), "eval-below-train") == []


def trained(
    *,
    copies: int = 0,
    dropout: float = 0.0,
    noise: float = 0.0,
    steps: int = 700,
    rate: float = 0.05,
    easy: float = 0.9,
) -> Run:
    """Train a small network on overlapping clusters; some of the evaluation data may be among the training data."""
    rng = np.random.default_rng(1)
    classes, width, hidden, spread_of = 4, 20, 48, 0.5 if copies else easy
    centre = rng.normal(0, spread_of, (classes, width))
    label = rng.integers(0, classes, 900)
    data = centre[label] + rng.normal(0, 1, (900, width))
    seen = np.concatenate([np.arange(700), np.tile(np.arange(700, 900), copies)])
    weights = [rng.normal(0, np.sqrt(2 / a), (a, b)) for a, b in ((width, hidden), (hidden, hidden), (hidden, classes))]
    weights[-1] *= 0.1
    pace = [np.zeros_like(w) for w in weights]

    def probable(x: np.ndarray, drop: float) -> tuple[list[np.ndarray], np.ndarray]:
        layers = [x]
        for w in weights[:-1]:
            kept = (rng.random((len(x), w.shape[1])) >= drop) / (1 - drop)
            layers.append(np.maximum(layers[-1] @ w, 0) * kept)
        score = np.exp(layers[-1] @ weights[-1] - (layers[-1] @ weights[-1]).max(1, keepdims=True))
        return layers, score / score.sum(1, keepdims=True)

    losses, evals = [], []
    for step in range(steps):
        if step % 20 == 0:
            p = probable(data[700:], 0.0)[1]
            evals.append(-np.log(p[np.arange(200), label[700:]] + 1e-12).mean())
        batch = rng.choice(seen, 64)
        layers, p = probable(data[batch] + rng.normal(0, noise, (64, width)), dropout)
        losses.append(-np.log(p[np.arange(64), label[batch]] + 1e-12).mean())
        slope = (p - np.eye(classes)[label[batch]]) / 64
        for i in (2, 1, 0):
            change, slope = layers[i].T @ slope, (slope @ weights[i].T) * (layers[i] > 0) / (1 - dropout)
            pace[i] = 0.9 * pace[i] - rate * change
            weights[i] += pace[i]
    at = np.arange(0, steps, 20)
    curves = {"train_loss": Curve("train_loss", np.arange(steps), np.array(losses))}
    return Run("made", "made", curves | {"val_loss": Curve("val_loss", at, np.array(evals))})


def test_a_real_training_with_its_evaluation_data_eight_times_among_the_training_data() -> None:
    assert found(trained(copies=8, rate=0.015), "eval-below-train") != []


@pytest.mark.parametrize(
    "kept_up_by", [{"dropout": 0.5}, {"dropout": 0.7, "easy": 1.3}, {"noise": 1.0, "easy": 1.3}, {}]
)
def test_real_trainings_with_honest_evaluations_are_quiet(kept_up_by: dict[str, float]) -> None:
    assert found(trained(**kept_up_by), "eval-below-train") == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("right", "told"),
    [
        ([1.0, 1.0, 1.0, 0.9967, 1.0, 1.0], True),
        ([100.0, 100.0, 100.0], True),
        ([0.99, 1.0, 1.0, 1.0], False),  # learnt in the second epoch
        ([1.0, 0.96, 0.98, 0.97], False),  # by luck
        ([1.0], False),
    ],
)
def test_an_accuracy_that_is_perfect_from_the_first_evaluation_on(right: list[float], told: bool) -> None:
    n = len(right)
    run = run_of(
        train_loss=np.geomspace(0.6, 0.03, n), val_loss=np.geomspace(0.5, 0.02, n), val_accuracy=np.array(right)
    )
    said = found(run, "eval-below-train")
    assert bool(said) is told
    if told:
        assert said[0].first_step == 0
        assert "at the first evaluation" in str(said[0].message)
    for name in ("val_accuracy", "val_auc"):
        assert bool(found(run_of(**{name: np.array(right)}), "eval-below-train")) is told


def test_a_run_that_goes_on_from_one_that_had_learnt_all_is_no_leak() -> None:
    step = np.arange(500, 510)
    curves = {"train_loss": np.geomspace(0.01, 0.005, 10), "val_accuracy": np.ones(10)}
    assert found(Run("r", "r", {t: Curve(t, step, v) for t, v in curves.items()}), "eval-below-train") == []
