from __future__ import annotations

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.arguments import Tag
from curveread.findings.finding import Finding, Severity
from curveread.findings.text import Text, text
from curveread.readings.verdict import verdict_of
from curveread.run.model import Run
from tests.support.curves import decay, normal, run_of


def test_verdicts() -> None:
    assert diagnose(run_of(train_loss=decay())).verdict.headline == "Nothing needs attention."
    assert diagnose(Run("r", "r", {})).verdict.headline == "The log holds no curve."
    no_loss = diagnose(run_of(lr=decay()))
    assert no_loss.verdict.health == "undetermined"
    assert no_loss.verdict.headline == "Not judged: the log holds no loss and no quality metric that is known as one."
    value = decay()
    value[[900, 1400]] *= 2
    dx = diagnose(run_of(train_loss=value))
    assert dx.verdict.health == "warning"
    assert dx.verdict.headline.endswith("; 1 more such event.")


def spike(message: Text) -> Finding:
    return Finding("loss-spike", Severity.WARNING, 0.9, message, "train_loss", 10, 10, 20)


def test_a_headline_begins_with_a_capital_or_with_a_curve() -> None:
    run = run_of(train_loss=decay())
    assert verdict_of(run, (spike(text("{tag} rose", tag=Tag("train_loss"))),)).headline == "train_loss rose."
    assert verdict_of(run, (spike(text("it rose")),)).headline == "It rose."


FALLS, STAYS, RISES = [2.3, 1.9, 1.7, 1.6, 1.5], [2.3, 2.31, 2.29, 2.3, 2.31], [1.0, 1.3, 1.8, 2.6, 4.0]
WANDERS = -18.0 + normal(14, 2.0, seed=3)
ROSE_AND_FELL = 40.0 + 60.0 * np.sin(np.pi * np.linspace(0.1, 1.05, 30)) + normal(30, 20.0)
FAILS_AS_OFTEN_AS_EVER = np.r_[[-16e3] * 4, np.where(np.random.default_rng(5).random(296) < 0.45, -16e3, -100.0)]
"""Its first episodes failed all; half of the others did, to the end."""


@pytest.mark.parametrize(
    ("curves", "health"),
    [
        ({"train_loss": FALLS}, "ok"),
        ({"train_loss": STAYS}, "undetermined"),
        ({"train_loss": RISES}, "undetermined"),
        ({"train_loss": STAYS, "val_accuracy": [0.3, 0.4, 0.5, 0.6, 0.65]}, "ok"),
        ({"train_loss": FALLS, "val_accuracy": 0.9 + normal(12, 0.01)}, "undetermined"),
        ({"train_loss": FALLS, "val_loss": [2.5, *np.linspace(2.9, 2.6, 20)]}, "undetermined"),
        ({"episode_reward": WANDERS, "policy_loss": normal(14)}, "undetermined"),
        ({"episode_reward": WANDERS, "policy_loss": normal(14), "value_loss": decay(14)}, "undetermined"),
        ({"episode_reward": WANDERS + np.linspace(0, 30, 14), "policy_loss": normal(14)}, "ok"),
        ({"episode_reward": -np.abs(normal(50, 300.0)) - 900.0}, "undetermined"),  # scatters downward only
        ({"episode_reward": FAILS_AS_OFTEN_AS_EVER}, "undetermined"),
        ({"episode_reward": np.r_[-0.3, -0.2, -0.1, 0.4 + normal(97, 0.02)]}, "ok"),  # learned at once
        ({"episode_reward": ROSE_AND_FELL, "policy_loss": normal(30)}, "undetermined"),
        ({"episode_reward": [0.0, 0.0, 0.0, 0.0], "policy_loss": normal(4)}, "undetermined"),
        ({"episode_reward": [10.0, 22.0, 41.0, 90.0], "policy_loss": normal(4)}, "ok"),
    ],
)
def test_only_what_was_seen_to_get_better_is_healthy(curves: dict[str, list[float]], health: str) -> None:
    verdict = diagnose(run_of(**{tag: np.array(value) for tag, value in curves.items()})).verdict
    assert verdict.health == health
    assert (" shows no clear gain in " in verdict.headline) == (health == "undetermined")


@pytest.mark.parametrize(("tags", "missing"), [(("loss_D", "loss_G"), "FID"), (("policy_loss",), "no return")])
def test_losses_that_say_nothing_alone_are_not_judged(tags: tuple[str, ...], missing: str) -> None:
    verdict = diagnose(run_of(**dict.fromkeys(tags, decay(300)))).verdict
    assert verdict.health == "undetermined"
    assert missing in verdict.headline


@pytest.mark.parametrize(
    ("tag", "end", "judged"), [("reward", 0.9, False), ("reward", 0.1, True), ("eval/reward", 0.9, True)]
)
def test_returns_of_actions_drawn_at_random_are_not_judged(tag: str, end: float, judged: bool) -> None:
    curves = {tag: np.linspace(-200.0, -150.0, 60) + normal(60, 5.0), "epsilon": np.linspace(1.0, end, 60)}
    verdict = diagnose(run_of(**curves)).verdict
    assert verdict.health == ("ok" if judged else "undetermined")
    assert judged or "90 % of the actions are still drawn at random at the end (epsilon)" in verdict.headline


def test_an_epsilon_beside_a_loss_says_nothing_of_actions() -> None:
    private = run_of(train_loss=decay(60), epsilon=np.linspace(0.1, 0.8, 60))
    assert diagnose(private).verdict.health == "ok"


def test_how_a_run_ended_is_told_though_it_cannot_be_judged() -> None:
    ended = Finding("crash", Severity.INFO, None, text("the run was asked to end"), "", 4, 4, 4)
    verdict = verdict_of(run_of(train_loss=np.array(STAYS)), (ended,))
    assert verdict.health == "undetermined"
    assert verdict.headline.startswith("The run was asked to end. Not judged: ")
