"""overfitting: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.detectors.confidence import confidence_of, in_task
from curveread.findings.finding import Severity
from curveread.run.model import Checkpoint, Curve, Run
from curveread.run.tags.kinds import TaskKind
from tests.support.curves import decay, normal, run_of, spread
from tests.support.verdicts import alarms, anywhere, found, found_alone

N = 2000


def test_onset_is_bracketed_and_the_checkpoint_named() -> None:
    evaluation = np.r_[np.linspace(3.0, 1.8, 12), np.linspace(1.81, 2.9, 18)]
    evaluation += 0.005 * np.random.default_rng(0).standard_normal(30)
    run = run_of(train_loss=decay(3000), eval_loss=evaluation)
    run = Run("r", "r", run.curves, checkpoints=(Checkpoint(1000, "a"), Checkpoint(3000, "b")))
    (f,) = found(run, "overfitting")
    assert f.severity is Severity.ERROR
    assert 1100 <= f.first_step <= 1300
    low, high = map(int, str(f.get("onset-between-steps")).replace(",", "").split("–"))
    assert low < f.first_step < high
    assert "step 1,000" in f.advice[0]


def test_few_evaluations() -> None:
    run = run_of(train_loss=decay(600), eval_loss=np.array([4.5, 3.5, 3.8, 4.4, 5.2, 6.0]))
    assert found(run, "overfitting")[0].first_step == 199


@pytest.mark.parametrize("seed", range(20))
def test_a_noisy_flat_end_is_quiet(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(8, 80))
    evaluation = decay(n, sigma=0.0, height=1.0) * np.exp(0.01 * rng.standard_normal(n))
    assert found_alone(run_of(train_loss=decay(4000), eval_loss=evaluation), "overfitting") == []


def test_grokking_and_rising_training_loss_are_not_overfitting() -> None:
    t = np.linspace(0, 1, 60)
    grokking = 3.0 + 3.0 * np.sin(np.pi * np.minimum(t * 1.6, 1.0)) - 2.9 * np.maximum(0, t - 0.6) / 0.4
    assert found_alone(run_of(train_loss=decay(6000), eval_loss=grokking), "overfitting") == []
    rising = decay(6000) * np.r_[np.ones(3000), np.linspace(1, 2, 3000)]
    evaluation = np.r_[np.linspace(3, 2, 30), np.linspace(2, 4, 30)]
    assert found_alone(run_of(train_loss=rising, eval_loss=evaluation), "overfitting") == []


@pytest.mark.parametrize("seed", range(3))
def test_a_drift_of_the_evaluation_is_no_overfitting_when_the_training_loss_rises_too(seed: int) -> None:
    rng = np.random.default_rng(seed)
    at, t = np.linspace(0, 1, 40), np.arange(N) / N
    drift = 1.0 + 0.05 * np.clip(at - 0.7, 0, None)
    level = (1.0 + np.exp(-at * 12)) * drift * np.exp(rng.normal(0, 2e-4, 40))
    rising = (1.0 + np.exp(-t * 12)) * (1.0 + 0.02 * np.clip(t - 0.7, 0, None)) * np.exp(rng.normal(0, 0.02, N))
    falling = (1.0 + np.exp(-t * 12)) * (1.0 - 0.1 * np.clip(t - 0.7, 0, None)) * np.exp(rng.normal(0, 0.01, N))
    assert "overfitting" not in alarms(spread(train_loss=rising, eval_loss=level))
    assert "overfitting" in alarms(spread(train_loss=falling, eval_loss=level))


@pytest.mark.parametrize(("rise", "is_told"), [(0.2, False), (0.4, True)])
def test_a_short_rise_must_be_four_standard_errors_high(rise: float, is_told: bool) -> None:
    wave = 0.02 * (-1.0) ** np.arange(18)
    evaluation = np.r_[np.linspace(3.0, 2.0, 12), 2.0 + rise * np.arange(1, 7) / 6] + wave
    train = 3.2 - np.arange(1800) / 1200 + 0.01 * normal(1800)
    told = anywhere(run_of(train_loss=train, eval_loss=evaluation), "overfitting")
    assert [4.0 <= f.get("rise") < 8.0 for f in told] == [True] * is_told


def test_the_rise_is_the_one_that_the_log_ends_with() -> None:
    rng = np.random.default_rng(5)
    step = np.arange(1, 41) * 100
    value = 1.0 + 0.02 * np.abs(np.arange(40) - 12.0) + rng.normal(0, 0.004, 40)
    run = Run(
        "made",
        "made",
        {
            "loss": Curve("loss", np.arange(0, 4000, 10), decay(400)),
            "eval_loss": Curve("eval_loss", step, value),
        },
    )
    (f,) = found_alone(run, "overfitting")
    best, last = float(value.min()), float(value[-1])
    assert f"({best:.3g}) and rose {100 * (last / best - 1):.0f} % to {last:.2f} by the end" in str(f.message)
    assert f.get("best-evaluation-loss") == best
    assert not any("Callback" in advice for advice in f.advice)


def _memorising(n: int, end: float, start: float = 1.5, seed: int = 0) -> np.ndarray:
    """Return a training loss that falls exponentially from ``start`` to ``end``, with 5 % noise."""
    noise = np.exp(0.05 * np.random.default_rng(seed).standard_normal(n))
    return start * (end / start) ** np.linspace(0.0, 1.0, n) * noise


@pytest.mark.parametrize("evaluation", [[0.95, 1.38, 1.80], [1.2, 0.95, 1.38, 1.80], [1.467, 1.474, 1.502]])
def test_three_evaluations_that_rise_while_the_run_memorises(evaluation: list[float]) -> None:
    run = spread(train_loss=_memorising(60, 0.03), eval_loss=np.array(evaluation))
    (f,) = found(run, "overfitting")
    assert f.severity is not Severity.INFO
    most = in_task(f.rule, confidence_of(f.rule, 0.0), TaskKind.UNKNOWN)  # the order is no clearer than that
    assert most is None or (f.confidence or 0.0) <= most


@pytest.mark.parametrize(
    "evaluation",
    [[1.467, 1.460, 1.502], [1.5, 1.505, 1.512], [1.40, 1.38, 1.39], [1.50, 1.40, 1.35, 1.38], [1.467, 1.469, 1.471]],
)
def test_few_evaluations_that_do_not_rise_steeply_are_quiet(evaluation: list[float]) -> None:
    end = 0.03 if evaluation[-1] < 1.48 else 1.2
    run = spread(train_loss=_memorising(60, end), eval_loss=np.array(evaluation))
    assert found_alone(run, "overfitting") == []


def test_an_accuracy_that_goes_on_rising_is_told_and_makes_a_small_rise_information() -> None:
    t = np.linspace(0, 1, 20)
    train = 1.0 + 2.0 * np.exp(-8 * t) - 0.2 * t
    evaluation = np.r_[4.0, 3.2, np.linspace(2.77, 2.94, 18)] + 0.005 * normal(20)
    gains = 0.2 * (1 - np.exp(-3 * t)) + 0.001 * normal(20)
    (f,) = found(spread(train_loss=train, eval_loss=evaluation, **{"metrics/mAP50-95(B)": gains}), "overfitting")
    assert f.severity is Severity.INFO
    assert "mAP50-95(B) still rose" in str(f.message)
    (f,) = found(spread(train_loss=train, eval_loss=evaluation, **{"metrics/mAP50-95(B)": gains[::-1]}), "overfitting")
    assert f.severity is Severity.WARNING
    assert "fell" in str(f.message)


def test_the_parts_of_a_sum_that_overfit_are_one_finding() -> None:
    curves = {}
    for k, part in enumerate(("box", "cls", "dfl")):
        curves[f"train/{part}_loss"] = _memorising(60, 0.5, seed=k)
        curves[f"val/{part}_loss"] = np.r_[np.linspace(2.0, 0.6, 20), np.linspace(0.6, 2.0, 40)] + 0.01 * normal(
            60, 1, k
        )
    assert len(found(spread(**curves), "overfitting")) == 1
    assert len(anywhere(spread(**curves), "overfitting")) == 3


def test_of_several_evaluation_sets_a_loss_goes_with_the_accuracy_of_its_own() -> None:
    step = np.arange(1, 31) * 100
    rising = 1.0 + 0.02 * np.abs(np.arange(30) - 8.0)
    curves = {"loss": Curve("loss", np.arange(0, 3000, 10), decay(300))}
    curves |= {f"eval_{g}_loss": Curve(f"eval_{g}_loss", step, rising + 0.1 * i) for i, g in enumerate("ab")}
    for g, fall in (("a", 0.004), ("b", 0.02)):
        curves[f"eval_{g}_accuracy"] = Curve(f"eval_{g}_accuracy", step, 0.9 - fall * np.abs(np.arange(30) - 8.0))
    (f,) = found_alone(Run("made", "made", curves), "overfitting")
    assert "eval_a_accuracy fell" in str(f.message)
    assert "eval_b_accuracy fell" in str(f.folded[0].message)


def test_a_rise_at_once_that_stays_up_counts_where_the_run_memorises() -> None:
    evaluation = np.array([0.581, 0.73, 0.7885, 0.7699, 0.7699, 0.7856, 0.7583, 0.7679])
    (f,) = found(spread(train_loss=_memorising(80, 0.004), eval_loss=evaluation), "overfitting")
    assert f.get("best-evaluation-loss") == 0.581
    some = np.array([0.581, 0.61, 0.632, 0.621, 0.62, 0.624, 0.612, 0.618])  # by less than a tenth
    assert found(spread(train_loss=_memorising(80, 0.004), eval_loss=some), "overfitting") != []
    assert found(spread(train_loss=_memorising(80, 0.9), eval_loss=some), "overfitting") == []
    lucky = np.array([0.79, 0.73, 0.78, 0.66, 0.77, 0.75, 0.71, 0.76, 0.70, 0.75])  # one low evaluation among noise
    assert found(spread(train_loss=_memorising(80, 0.004), eval_loss=lucky), "overfitting") == []


def test_a_steep_rise_at_once_that_stays_up_counts_whatever_the_training_loss_fell_by() -> None:
    up = [0.1222, 0.1268, 0.1253, 0.1471, 0.1437, 0.1419, 0.1366, 0.1411, 0.1411, 0.1414, 0.1383, 0.141, 0.1414]
    falls = 0.0983 + 0.07 * np.exp(-np.arange(17) / 0.6) + np.linspace(0.006, 0.0, 17)
    curves = {"train_loss": falls, "val_loss": np.array([0.1154, 0.1152, *up, 0.1501, 0.1459])}
    (f,) = found(run_of(**curves, val_acc=0.902 + np.linspace(0.0, 0.0004, 17)), "overfitting")
    assert f.first_step == 1
    assert str(f.message).endswith("; val_acc stayed around 0.902")
    curves["val_loss"][-3] = 0.1152  # one came back
    assert not found(run_of(**curves), "overfitting")


def test_four_evaluations_in_a_row_that_rise_while_the_training_loss_falls_by_a_third() -> None:
    train, rising = np.array([3.85, 2.60, 2.35, 2.12]), np.array([2.27, 2.31, 2.40, 2.43])
    assert found(run_of(train_loss=train, eval_loss=rising), "overfitting") != []
    for other in (rising[[0, 2, 1, 3]], 2.27 + 0.2 * (rising - 2.27)):
        assert found_alone(run_of(train_loss=train, eval_loss=other), "overfitting") == []
    assert found_alone(run_of(train_loss=2.5 + 0.1 * (train - 2.12), eval_loss=rising), "overfitting") == []


def test_an_evaluation_loss_that_stands_alone_is_judged_where_it_rises_steeply() -> None:
    evaluation = np.r_[np.linspace(1.05, 0.93, 9), np.linspace(0.94, 1.33, 46)] * np.exp(normal(55, 0.005))
    (f,) = found(spread(val_loss=evaluation), "overfitting")
    assert "no training loss is logged: it memorises, or it diverges" in str(f.message)
    assert f.get("change-of-the-training-loss-since") is None
    assert found(spread(val_loss=np.array([0.01, 0.026, 0.056, 0.108])), "overfitting")
    mild = np.r_[np.linspace(1.05, 0.93, 9), np.linspace(0.931, 0.97, 46)] * np.exp(normal(55, 0.005))
    assert found(spread(val_loss=mild), "overfitting") == []
    assert found(spread(train_loss=decay(550), val_loss=mild), "overfitting")


def test_some_may_be_out_of_order_where_the_training_loss_fell() -> None:
    train, rising = np.array([0.21, 0.17, 0.14, 0.12, 0.115, 0.096]), np.array([0.34, 0.36, 0.39, 0.46, 0.43, 0.49])
    assert found(spread(train_loss=train, val_loss=rising), "overfitting")
    assert found(spread(train_loss=np.linspace(0.21, 0.19, 6), val_loss=rising), "overfitting") == []
    assert found(spread(train_loss=train, val_loss=rising[[0, 3, 2, 1, 4, 5]]), "overfitting") == []


def test_an_accuracy_that_turns_is_told_beside_a_training_loss_alone() -> None:
    turned = np.r_[np.linspace(0.5, 0.9, 20), np.linspace(0.9, 0.7, 60)] + normal(80, 0.005)
    (f,) = found(spread(train_loss=decay(800), val_accuracy=turned), "overfitting")
    assert "while train/loss fell to" in str(f.message)
    assert found(spread(train_loss=decay(800)[::-1].copy(), val_accuracy=turned), "overfitting") == []


def test_an_order_that_is_no_chance_is_enough_where_the_training_loss_leaves_far() -> None:
    scatter = 0.2 * np.random.default_rng(3).standard_normal(20)
    rising = np.exp(np.r_[0.3, 0.1, -0.1, np.linspace(0.0, 0.6, 17)] + scatter)
    train = np.geomspace(1.7, 0.19, 200)
    assert found(spread(train_loss=train, val_loss=rising), "overfitting")
    assert found(spread(train_loss=train, val_loss=np.exp(0.3 + scatter)), "overfitting") == []


def test_an_accuracy_that_fell_leaves_no_room_for_mere_over_confidence() -> None:
    at = np.linspace(0, 1, 40)
    loss = 1.5 + 1.5 * np.abs(at - 0.2) + normal(40, 0.01)
    for accuracy, over_confident in ((0.9 - 0.4 * np.abs(at - 0.2), False), (0.5 + 0.4 * at, True)):
        run = run_of(train_loss=decay(N), eval_loss=loss, eval_accuracy=accuracy + normal(40, 0.002, 1))
        (f,) = found(run, "overfitting")
        assert any("over-confidence" in words for words in f.also_explained_by) is over_confident


def test_boosting_is_advised_in_rounds_and_trees() -> None:
    at = np.arange(200)
    run = Run(
        "r",
        "r",
        {
            "training's binary_logloss": Curve("training's binary_logloss", at, 0.7 * np.exp(-at / 30)),
            "valid's binary_logloss": Curve("valid's binary_logloss", at, 0.6 + 0.005 * np.abs(at - 20)),
        },
    )
    (f,) = found(run, "overfitting")
    assert f.advice[0] == "Predict with the rounds up to step 20."
    assert "smaller trees" in f.advice[1]
    assert f.causes[0].fix.startswith("Predict with the rounds up to step 20;")
    assert not any(word in f.causes[0].fix for word in ("dropout", "augmentation", "checkpoint"))


@pytest.mark.parametrize(("after", "told"), [((0.68, 1.09, 0.76), True), ((0.32, 1.09, 0.76), False)])
def test_few_evaluations_in_any_order_count_where_all_lie_far_above_the_best(
    after: tuple[float, ...], told: bool
) -> None:
    """As where a classifier's loss was 0.285 after one epoch, and 98 % of the training data were learnt in four."""
    run = run_of(train_loss=np.array([0.466, 0.163, 0.079, 0.058]), val_loss=np.array([0.285, *after]))
    assert bool(found(run, "overfitting")) is told


@pytest.mark.parametrize(("level", "end", "told"), [(0.14, 1.0, True), (2.9, 1.0, True), (2.9, 1.25, False)])
def test_a_rise_that_stays_up_counts_while_the_training_loss_falls(level: float, end: float, told: bool) -> None:
    rise = np.array(
        [3.0, 3.3, 4.2, 5.5, 5.9, 6.0, 5.6, 5.4, 5.3, 5.1, 4.9, 5.0, 5.0, 4.9, 4.8, 4.8, 4.7, 4.6, 4.6, 4.8]
    )
    evaluation = np.r_[np.linspace(11.0, 3.1, 12), rise]
    training = level * np.r_[np.geomspace(100.0, 1.2, 12), np.linspace(1.2, end, 20)]
    assert bool(found(run_of(train_loss=training, val_loss=evaluation), "overfitting")) is told


@pytest.mark.parametrize(("back", "told"), [(2.298, True), (2.27, False)])
def test_a_fall_of_less_than_a_hundredth_breaks_no_steep_rise_of_few_evaluations(back: float, told: bool) -> None:
    training = np.array([3.73, 1.78, 0.91, 0.50, 0.34, 0.28, 0.25])
    evaluation = np.array([4.80, 2.07, 1.98, 1.94, 2.30, back, 2.65])
    assert bool(found(run_of(train_loss=training, val_loss=evaluation), "overfitting")) is told


def test_less_beyond_the_noise_is_enough_where_the_training_fell_by_a_tenth_since() -> None:
    evaluation = np.array([3.603, 2.279, 1.856, 1.678, 1.573, 1.531, 1.488, 1.476, 1.483, 1.481, 1.488, 1.514, 1.532])
    training = np.array([3.572, 2.225, 1.696, 1.476, 1.362, 1.277, 1.214, 1.159, 1.119, 1.067, 1.023, 0.975, 0.921])
    assert found(run_of(train_loss=training, val_loss=evaluation), "overfitting")
    resting = np.r_[training[:8], np.linspace(1.159, 1.1, 5)]
    assert found(run_of(train_loss=resting, val_loss=evaluation), "overfitting") == []
