"""Roles and curves that the user names."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.errors import ReadError, UsageError
from curveread.run.model import Attempt, Curve, Run
from curveread.run.roles import Role
from curveread.run.selection import with_role, with_tags


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
