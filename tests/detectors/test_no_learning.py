"""no-learning: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from tests.support.curves import normal, run_of, spread
from tests.support.verdicts import alarms, anywhere, found

N = 2000


def test_flat_at_uniform_guessing() -> None:
    value = np.log(10) * np.exp(0.01 * np.random.default_rng(0).standard_normal(1000))
    (f,) = found(run_of(train_loss=value), "no-learning")
    assert f.severity is Severity.ERROR
    assert "ln(10): uniform guessing among 10" in str(f.message)


def test_a_lone_evaluation_at_guessing_is_told_and_one_that_only_stands_still_is_not() -> None:
    at_ln2 = np.log(2) + normal(60, 0.001)
    (f,) = found(run_of(eval_loss=at_ln2), "no-learning")
    assert "guessing among 2" in str(f.message)
    assert found(run_of(eval_loss=at_ln2 + 0.15), "no-learning") == []  # most may be learnt before the first evaluation


def test_a_fall_within_the_first_points_is_told() -> None:
    loss = 3.31 * np.exp(0.002 * np.random.default_rng(0).standard_normal(500))
    loss[:2] = 4.25, 3.4
    (f,) = found(spread(train_loss=loss), "no-learning")
    assert str(f.message).startswith("train/loss fell from 4.25 to 3.31 within its first points and never left that")


def test_zero_learning_rate_is_named() -> None:
    value = 6.15 + 1e-5 * np.random.default_rng(0).standard_normal(200)
    (f,) = found(run_of(train_loss=value, learning_rate=np.full(200, 1e-9)), "no-learning")
    assert f.advice[0].startswith("The learning rate is practically zero")


def test_slow_fine_tuning_is_learning() -> None:
    value = np.linspace(1.20, 1.17, 2000) * np.exp(0.02 * np.random.default_rng(0).standard_normal(2000))
    assert found(run_of(train_loss=value), "no-learning") == []


def test_noise_that_could_hide_learning_is_undetermined() -> None:
    value = 2.3 * np.exp(0.5 * np.random.default_rng(0).standard_normal(100))
    assert found(run_of(train_loss=value), "no-learning") == []


@pytest.mark.parametrize("seed", range(3))
def test_a_loss_that_fell_within_the_first_points_did_learn(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.004, N)
    t = np.arange(N)
    assert "no-learning" not in alarms(spread(train_loss=(2.3 + 0.7 * np.exp(-t / 8)) * np.exp(noise)))
    assert "no-learning" in alarms(spread(train_loss=(2.3 + 0.1 * np.exp(-t / 8)) * np.exp(noise)))


@pytest.mark.parametrize("seed", range(3))
def test_a_fine_tune_whose_evaluation_falls_did_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    train = 3.4 * np.exp(rng.normal(0, 0.008, N))
    at = np.linspace(0, 1, 20)
    still = np.full(20, 3.4) * np.exp(rng.normal(0, 1e-4, 20))
    falling = (3.375 + 0.025 * np.exp(-at * 6)) * np.exp(rng.normal(0, 1e-4, 20))
    assert "no-learning" in alarms(spread(train_loss=train, eval_loss=still))
    assert "no-learning" not in alarms(spread(train_loss=train, eval_loss=falling))


def test_few_evaluations_that_fall_one_after_the_other_show_that_a_fine_tune_learns() -> None:
    train = 3.4 * np.exp(np.random.default_rng(0).normal(0, 0.008, N))
    falling = 3.38 + 0.02 * np.exp(-np.arange(10) / 3)
    assert "no-learning" not in alarms(spread(train_loss=train, eval_loss=falling))
    assert "no-learning" in alarms(spread(train_loss=train, eval_loss=np.random.default_rng(1).permutation(falling)))


def _classifier(loss: np.ndarray, accuracy: np.ndarray, noise: float = 0.04) -> Run:
    rng = np.random.default_rng(0)
    return spread(
        train_loss=loss * np.exp(rng.normal(0, noise, loss.size)),
        eval_accuracy=accuracy * np.exp(rng.normal(0, 0.03, accuracy.size)),
    )


def test_a_classifier_at_even_guessing_is_known_by_its_accuracy_however_noisy() -> None:
    t, at = np.linspace(0, 1, N), np.linspace(0, 1, 40)
    loss = np.log(10) * (1.02 - 0.03 * t)
    (f,) = found(_classifier(loss, np.full(40, 0.1), 0.15), "no-learning")
    assert "no better than guessing evenly among 10" in str(f.message)
    late = _classifier(np.where(t < 0.7, loss, loss * 0.97), np.where(at < 0.7, 0.1, 0.13))
    assert found(late, "no-learning") != []


def test_who_knows_more_than_to_guess_evenly_learns() -> None:
    t, at = np.linspace(0, 1, N), np.linspace(0, 1, 40)
    prior = np.full(N, 0.9), np.full(40, 0.6)  # three classes of 60, 30 and 10 %: their frequencies are known
    solved = 0.01 + np.exp(-t * 40), 0.99 - 0.6 * np.exp(-at * 40)
    breaks_through = np.where(t < 0.6, 2.31, 0.4), np.where(at < 0.6, 0.1, 0.9)
    fell_back = np.where((t > 0.05) & (t < 0.3), 1.6, 2.31), np.where((at > 0.05) & (at < 0.3), 0.45, 0.1)
    slowly = 0.86 - 0.17 * t, 0.5 + 0.08 * at  # of two classes, at a small learning rate
    for loss, accuracy in (prior, solved, breaks_through, fell_back, slowly):
        assert found(_classifier(loss, accuracy, 0.1), "no-learning") == []


def test_areas_under_the_curve_that_stay_at_half_order_nothing() -> None:
    loss, rng = 0.62 + normal(200, 0.05), np.random.default_rng(0)
    for area in (0.5003 + normal(20, 2e-4), 0.5 + normal(41, 0.06, seed=1), np.full(12, 0.5)):
        (f,) = found(spread(train_loss=loss, val_auc=area), "no-learning")
        assert "no better than chance" in str(f.message)
    assert found(spread(train_loss=loss, val_auc=np.linspace(0.5, 0.6, 20)), "no-learning") == []
    assert found(spread(train_loss=loss, val_auc=0.53 + normal(20, 0.005)), "no-learning") == []
    assert found(spread(train_loss=loss, val_auc=rng.uniform(0.2, 0.8, 20)), "no-learning") == []
    assert found(spread(train_loss=np.linspace(0.69, 0.3, 200), val_auc=np.full(12, 0.5)), "no-learning") == []
    assert found(spread(train_loss=loss, val_pr_auc=np.full(12, 0.5)), "no-learning") == []


def test_an_accuracy_that_is_the_same_to_its_last_digit_is_told_whatever_the_loss_does() -> None:
    loss = np.linspace(0.64, 0.56, 31)
    (f,) = found(spread(train_loss=loss, val_loss=0.9 * loss, val_acc=np.full(31, 0.72414)), "no-learning")
    assert "the answer is always the same" in str(f.message)
    for same in (0.8, 0.95):  # of ten examples eight are right, or most of all is learnt
        assert found(spread(train_loss=loss, val_loss=0.7 * loss, val_acc=np.full(31, same)), "no-learning") == []


def test_an_evaluation_that_one_answer_would_pass_as_well_shows_no_learning() -> None:
    rng = np.random.default_rng(0)
    right = np.array([24] * 4 + [25] * 7 + [24, 25, 24, 24]) / 31  # of 31 examples 24 are of one class
    flat = 0.56 + 0.02 * rng.standard_normal(15)  # one answer in 77 % of the cases costs 0.534
    (f,) = found(spread(train_loss=0.1 + flat, val_loss=flat, val_acc=right), "no-learning")
    assert "at 7 of 15 evaluations" in str(f.message)
    margin = np.linspace(0.32, 0.26, 15)  # no loss in nats, beside a training that is no more often right, either
    taught = 0.66 + 0.005 * np.sin(2.0 * np.arange(15))
    assert found(spread(train_loss=margin, train_acc=taught, val_loss=margin, val_acc=right), "no-learning") != []
    taught = np.linspace(0.6, 0.7, 15)
    assert found(spread(train_loss=margin, train_acc=taught, val_loss=margin, val_acc=right), "no-learning") == []
    by_heart = np.linspace(0.70, 0.15, 15)
    (f,) = found(spread(train_loss=by_heart, val_loss=flat, val_acc=right), "overfitting")
    assert "does not carry over" in str(f.message)
    for loss, accuracy in (
        (0.9 * flat, right),  # it knows more than how frequent the answers are
        (np.linspace(0.9, 0.65, 15), right),  # or does not know that yet
        (flat, np.where(np.arange(15) < 8, 24, 29) / 31),  # and is right more often
        (flat, np.where(np.arange(15) < 8, 2401, 2603) / 3100),  # which needs less of a rise among many
        (flat, (24 + rng.permutation(15)) / 310),  # each time another share: it does not give one answer
        (flat - 0.2, np.full(15, 28 / 31)),  # there may be nothing left to learn
    ):
        for train in (0.1 + flat, by_heart):
            said = alarms(spread(train_loss=train, val_loss=loss, val_acc=accuracy))
            assert not {"no-learning", "overfitting"} & set(said)


def test_few_returns_that_fall_as_a_whole_never_rose() -> None:
    falling, beside = np.linspace(0.6, 0.25, 19) + normal(19, 0.03), normal(19)
    assert "never rose clearly" in str(
        anywhere(run_of(ep_rew_mean=falling, policy_loss=beside), "no-learning")[0].message
    )
    assert anywhere(run_of(ep_rew_mean=falling), "no-learning") == []
    for other in (0.4 + normal(19, 0.05), falling[::-1].copy(), falling[:8]):
        assert anywhere(run_of(ep_rew_mean=other, policy_loss=beside), "no-learning") == []


def test_an_evaluation_that_hardly_gains_while_the_training_falls_shows_no_learning() -> None:
    steps = np.arange(400)
    falling = Curve("ep_rew_mean", steps, np.linspace(20.0, 12.0, 400) + normal(400, 1.0))
    loss = Curve("td_loss", steps, 1.0 + normal(400, 0.1))

    def beside(gain: float, points: int = 30) -> Run:
        greedy = 9.0 + np.linspace(0.0, gain, points) + normal(points, 0.1)
        curves = (falling, loss, Curve("eval/mean_reward", np.linspace(0, 399, points).astype(int), greedy))
        return Run("r", "r", {c.tag: c for c in curves})

    assert found(beside(0.5), "no-learning")
    assert found(beside(0.0, 12), "no-learning")
    assert found(beside(4.0), "no-learning") == []


@pytest.mark.parametrize(("last", "told"), [(0.8, False), (0.05, True)])
def test_returns_of_random_actions_say_nothing_of_what_was_learned(last: float, told: bool) -> None:
    flat, epsilon = -20.0 + normal(200, 0.6), np.linspace(1.0, last, 200)
    assert bool(found(run_of(reward=flat, epsilon=epsilon), "no-learning")) == told
    greedy = run_of(reward=flat, epsilon=epsilon, eval_reward=-20.0 + normal(200, 0.6, seed=1))
    assert found(greedy, "no-learning")


def test_returns_alone_are_a_training_where_episodes_fall_for_certain() -> None:
    falling = np.linspace(5.0, 1.0, 200) + normal(200, 3.0)
    assert found(run_of(episode_reward=falling), "no-learning")
    for quiet in (falling[::-1].copy(), normal(200, 3.0), np.convolve(normal(240), np.ones(40) / 40, "valid")):
        assert found(run_of(episode_reward=quiet), "no-learning") == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("training_rewards.csv", True),
        ("reward_history.csv", True),
        ("rewards.csv", False),
        ("test_reward_history.csv", False),
    ],
)
def test_returns_alone_are_judged_where_the_file_says_that_they_are_of_a_training(
    tmp_path: Path, name: str, told: bool
) -> None:
    for gain in (0.0, 40.0):
        rewards = 50.0 + normal(120, 3.0) + np.linspace(0.0, gain, 120)
        (tmp_path / name).write_text("episode,reward\n" + "".join(f"{i},{r:.4f}\n" for i, r in enumerate(rewards)))
        assert bool(found(cr.read(tmp_path / name), "no-learning")) == (told and gain == 0.0)


@pytest.mark.parametrize("metric", ["val_iou", "metrics/mAP50", "val_f1"])
def test_a_metric_of_exactly_zero_says_that_nothing_is_found_whatever_the_loss_does(metric: str) -> None:
    falling = np.linspace(0.3, 0.06, 25)
    run = made({"train_loss": falling, "val_loss": 1.1 * falling, metric: np.zeros(25)})
    assert "not one answer is right" in str(found(run, "no-learning")[0].message)
    next_to_none = made({"train_loss": falling, "val_loss": 1.1 * falling, metric: 1e-5 * (1.0 + np.arange(25) % 3)})
    assert "or less at each of 25 evaluations: hardly an answer is right" in str(
        found(next_to_none, "no-learning")[0].message
    )
    for other in ({metric: np.r_[np.zeros(24), 0.01]}, {metric: np.zeros(25), "val_recall": np.full(25, 0.1)}):
        assert found(made({"train_loss": falling, "val_loss": 1.1 * falling, **other}), "no-learning") == []


@pytest.mark.parametrize(
    ("first", "best", "same", "told"),
    [
        (0.0522, 642 / 11136, 9, True),  # the most frequent of 43 classes
        (0.0522, 642 / 11136, 3, False),
        (16 / 24, 18 / 24, 14, False),  # of so few examples equally many are right by chance
        (0.0522, 1696 / 11136, 9, False),  # far above the first: something was learnt
        (0.0522, 0.06, 9, False),  # rounded
    ],
)
def test_a_training_accuracy_that_is_its_best_again_and_again_is_of_one_answer(
    first: float, best: float, same: int, told: bool
) -> None:
    loss = 3.479 + np.geomspace(0.2, 1e-4, 15)
    right = np.r_[first, np.full(same, best), best - np.arange(1, 15 - same) / 11136]
    curves = {"loss": loss, "val_loss": loss - 0.02, "accuracy": right, "val_accuracy": 0.03 + 1e-3 * np.arange(15)}
    said = found(run_of(**curves), "no-learning")
    assert bool(said) is told
    if told:
        assert "and never above: one answer to all inputs" in str(said[0].message)


def test_one_answer_of_525_at_the_loss_of_guessing_is_known_from_four_evaluations() -> None:
    loss, right = np.array([6.45, 6.39, 6.52, 6.33]), np.full(4, 0.0019047619)
    curves = {"loss": np.array([7.1, 6.4, 6.3, 6.25]), "val_loss": loss, "val_accuracy": right}
    assert found(made(curves), "no-learning")
    assert found(made({**curves, "val_loss": loss - 1.0}), "no-learning") == []
    assert found(made({**curves, "val_accuracy": right * np.array([1, 1, 1, 2])}), "no-learning") == []


def test_ten_points_that_hardly_move_in_a_long_time_are_told_and_those_of_ten_steps_are_not() -> None:
    flat = np.array([4.005, 3.997, 3.991, 3.987, 3.988, 3.999, 3.986, 3.987, 3.982, 3.98])
    curve = Curve("l1_loss", np.arange(10) * 5000, flat)
    assert "hardly left its starting level" in str(found(Run("r", "r", {"l1_loss": curve}), "no-learning")[0].message)
    assert found(made({"l1_loss": flat}), "no-learning") == []
    assert found(Run("r", "r", made({"l1_loss": flat}).curves, x_axis="epoch"), "no-learning")
    alone = Curve("val_loss", np.arange(10) * 500, np.linspace(1.054, 1.049, 10))
    once = Curve("train_loss", np.array([0]), np.array([1.25]))
    assert found(Run("r", "r", {"val_loss": alone, "train_loss": once}), "no-learning")
    learns = Curve("l1_loss", np.arange(10) * 5000, flat * np.linspace(1.0, 0.9, 10))
    assert found(Run("r", "r", {"l1_loss": learns}), "no-learning") == []


def made(curves: dict[str, np.ndarray]) -> Run:
    return Run("r", "r", {tag: Curve(tag, np.arange(value.size), value) for tag, value in curves.items()})


@pytest.mark.parametrize(
    ("errors", "told"),
    [(np.r_[2.6, 2.6, np.ones(3)], True), (np.full(5, 100.0), True), (np.linspace(35.0, 12.0, 8), False)],
)
def test_word_error_rates_of_an_empty_answer_say_that_nothing_is_right(errors: np.ndarray, told: bool) -> None:
    falling = np.linspace(10.0, 5.2, errors.size)
    assert (
        bool(found(made({"train_loss": falling, "val_loss": 1.1 * falling, "val_wer": errors}), "no-learning")) is told
    )


COIN = np.array([0.527, 0.4775, 0.502, 0.5195, 0.5145, 0.5065])


@pytest.mark.parametrize(
    ("loss", "accuracy", "told"),
    [
        (np.array([0.7317, 0.727, 0.7281, 0.7326, 0.733, 0.7318]), COIN, True),
        (np.array([0.7317, 0.717, 0.7081, 0.7026, 0.7013, 0.7008]), COIN, False),  # it falls by what counts
        (np.array([0.7317, 0.727, 0.7281, 0.7326, 0.733, 0.7318]), COIN + np.linspace(0.0, 0.1, 6), False),
        (np.array([0.5317, 0.527, 0.5281, 0.5326, 0.533, 0.5318]), COIN, False),  # no guess costs so little
    ],
)
def test_a_coin_is_known_from_six_evaluations(loss: np.ndarray, accuracy: np.ndarray, told: bool) -> None:
    train = np.array([0.7234, 0.722, 0.7194, 0.7176, 0.716, 0.7129])
    run = made({"train_loss": train, "val_loss": loss, "val_accuracy": accuracy})
    assert bool(found(run, "no-learning")) is told
