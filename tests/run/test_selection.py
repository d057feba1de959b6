"""Roles and curves that the user names."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.errors import ReadError, UsageError
from curveread.run.model import Attempt, Curve, Run
from curveread.run.roles import Role
from curveread.run.selection import Names, with_names, with_role, with_tags, with_task
from curveread.run.tags.context import understood
from curveread.run.tags.kinds import TaskKind


def _run() -> Run:
    step = np.arange(3)
    curves = {
        tag: Curve(tag, step, step * 1.0, aliases=aliases)
        for tag, aliases in (("train/loss", ("loss",)), ("train/objective", ()), ("lr", ()), ("val/loss", ()))
    }
    attempt = Attempt(0, 2, curves, superseded={"train/objective": curves["train/objective"].take(slice(0, 1))})
    return Run("r", "runs/r", curves, attempts=(attempt,))


def test_the_named_curve_is_the_only_one_of_its_role() -> None:
    run = with_role(_run(), "lr", Role.TRAIN_LOSS)
    assert [c.tag for c in run.of(Role.TRAIN_LOSS)] == ["lr"]
    assert run["train/loss"].role is Role.COMPONENT_LOSS
    assert run["val/loss"].role is Role.EVAL_LOSS


def test_attempts_take_the_role_too() -> None:
    run = with_role(_run(), "train/objective", Role.EVAL_LOSS)
    attempt = run.attempts[0]
    assert attempt.curves["train/objective"].role is Role.EVAL_LOSS
    assert attempt.superseded["train/objective"].role is Role.EVAL_LOSS
    assert attempt.curves["val/loss"].role is Role.COMPONENT_LOSS


def test_an_alias_names_the_curve() -> None:
    assert with_role(_run(), "loss", Role.TRAIN_LOSS).of(Role.TRAIN_LOSS)[0].tag == "train/loss"


def test_values_are_untouched() -> None:
    before = _run()
    after = with_role(before, "lr", Role.TRAIN_LOSS)
    assert after["lr"].value.tolist() == before["lr"].value.tolist()
    assert before["lr"].role is Role.LEARNING_RATE


def test_unknown_tag_names_those_that_are_there() -> None:
    with pytest.raises(ReadError, match=r"runs/r: no curve 'x' for the eval loss; there are: train/loss, .*val/loss"):
        with_role(_run(), "x", Role.EVAL_LOSS)


def test_tags_match_anywhere_and_by_alias() -> None:
    assert list(with_tags(_run(), "loss$").curves) == ["train/loss", "val/loss"]
    assert list(with_tags(_run(), "^loss$").curves) == ["train/loss"]
    assert list(with_tags(_run(), "^train/objective").attempts[0].superseded) == ["train/objective"]


def test_tags_that_match_nothing_are_told() -> None:
    with pytest.raises(ReadError, match="no curve matches 'zzz'"):
        with_tags(_run(), "zzz")


def test_a_broken_pattern_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"tags='\(': it is not a regular expression"):
        with_tags(_run(), "(")


def test_the_user_wins_over_the_names() -> None:
    names = Names(
        role={"^val/": "quality-metric", "objective": "train-loss"}, better={"^val/": "up"}, unit={"^lr$": "1/s"}
    )
    run = with_names(_run(), names)
    assert [str(run[t].role) for t in ("val/loss", "train/objective", "train/loss")] == [
        "quality-metric", "train-loss", "train-loss",
    ]  # fmt: skip
    assert (run["val/loss"].direction, run["lr"].unit, run["lr"].role) == ("higher", "1/s", Role.LEARNING_RATE)
    assert (run["val/loss"].known.confidence, run["val/loss"].known.why) == (1.0, "the user says so")
    assert run.attempts[0].superseded["train/objective"].role is Role.TRAIN_LOSS
    assert understood(run)["val/loss"].role is Role.QUALITY_METRIC
    assert with_names(run, Names()) is run


def test_the_last_pattern_that_matches_counts() -> None:
    run = with_names(_run(), Names(role={"loss": "component-loss", "^val/loss$": "eval-loss"}))
    assert (run["train/loss"].role, run["val/loss"].role) == (Role.COMPONENT_LOSS, Role.EVAL_LOSS)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"role": {"loss": "los"}}, "no such role; there are: train-loss, eval-loss"),
        ({"role": {"(": "train-loss"}}, "not a regular expression"),
        ({"better": {"loss": "bigger"}}, "say up, down or none"),
    ],
)
def test_names_that_do_not_fit(given: dict[str, dict[str, str]], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Names(**given)


def test_a_pattern_without_a_curve_names_those_that_are_there() -> None:
    with pytest.raises(ReadError, match="no curve matches role 'zork'; there are: train/loss"):
        with_names(_run(), Names(role={"zork": "train-loss"}))


def test_the_task_can_be_named() -> None:
    run = understood(with_task(_run(), "language-model"))
    assert run.task is not None
    assert (run.task.kind, run.task.why) == (TaskKind.LANGUAGE_MODEL, "the user says so")
    assert run["train/loss"].unit == "nats"
    with pytest.raises(UsageError, match="no such kind of training; there are: preference"):
        with_task(_run(), "knitting")
