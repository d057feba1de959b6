"""Losses are judged in families: each part of a sum without a total, with its own evaluation."""

from __future__ import annotations

import numpy as np

from curveread.detectors.base import views_of
from curveread.detectors.registry import rules
from curveread.detectors.shared.families import COURSES, families
from curveread.run.model import Curve, Run
from curveread.run.roles import Role
from curveread.run.tags.context import understood


def grouped(*tags: str, **points: int) -> list[tuple[list[str], list[str]]]:
    made = {
        t: Curve(t, np.arange(n), np.linspace(2.0, 1.0, n)) for t, n in {**dict.fromkeys(tags, 30), **points}.items()
    }
    groups = families(views_of(understood(Run("r", "r", made))))
    return [([v.tag for v in g[Role.TRAIN_LOSS]], [v.tag for v in g[Role.EVAL_LOSS]]) for g in groups]


def test_one_loss_is_one_family_whatever_it_is_averaged_over() -> None:
    assert len(grouped("loss", "val_loss")) == 1
    assert len(grouped("train_loss_step", "train_loss_epoch", "val_loss")) == 1
    assert len(grouped("val_loss")) == 1
    assert len(grouped("lr")) == 1


def test_parts_are_paired_by_what_is_left_of_their_words() -> None:
    found = grouped("train/box_loss", "train/cls_loss", "val/cls_loss", "val/box_loss")
    assert found == [(["train/box_loss"], ["val/box_loss"]), (["train/cls_loss"], ["val/cls_loss"])]
    assert grouped("train-rmse", "train-mae", "test-rmse", "test-mae")[0][1] in (["test-mae"], ["test-rmse"])


def test_an_evaluation_without_a_twin_belongs_to_the_loss_with_the_most_points() -> None:
    found = grouped("train/box_loss", "val/dfl_loss", **{"train/cls_loss": 60})
    assert found == [(["train/cls_loss"], ["val/dfl_loss"]), (["train/box_loss"], [])]


def test_no_more_families_than_can_be_read() -> None:
    assert len(grouped(*(f"train/{c}{c}x_loss" for c in "abcdefghijklmn"))) == 8


def test_the_checks_that_are_asked_per_family_are_there() -> None:
    assert set(rules()) >= COURSES
