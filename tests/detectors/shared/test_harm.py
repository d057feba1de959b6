"""Rises that the log explains: a setting on a schedule, the weight of a part, a learning rate that is back."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.detectors.base import CurveView, Subject
from curveread.detectors.shared.harm import rate_is_back, what_changed
from curveread.run.model import Curve
from curveread.run.roles import Role

N = 200
AT = np.arange(N)
NOISE = np.random.default_rng(0).standard_normal(N)


def view(tag: str, value: np.ndarray) -> CurveView:
    return CurveView(Curve(tag, 10 * AT, value))


def changed(tag: str, value: np.ndarray) -> str | None:
    """Return what is said of a loss that rose from step 900 to 1100 beside that curve."""
    subject = Subject({Role.HYPER_PARAMETER: (view(tag, value),)}, (), 0, 10 * N)
    said = what_changed(subject, view("loss", np.ones(N)), 900, 1100)
    return None if said is None else str(said)


STEP = np.where(AT < 100, 128.0, 256.0)


@pytest.mark.parametrize("tag", ["seq_len", "batch_size", "curriculum/difficulty", "kl_weight"])
def test_a_setting_that_follows_a_schedule_is_told(tag: str) -> None:
    assert changed(tag, STEP) == f"{tag} went from 128 to 256"


@pytest.mark.parametrize("tag", ["weight_decay", "grad_norm_ratio", "accuracy", "batch_3_size"])
def test_the_optimizers_settings_and_what_has_a_number_are_not(tag: str) -> None:
    assert changed(tag, STEP) is None


@pytest.mark.parametrize(("low", "told"), [(94.0, True), (96.0, False)])
def test_it_moves_by_more_than_a_twentieth_of_its_size(low: float, told: bool) -> None:
    assert (changed("batch_size", np.where(AT < 100, low, 100.0)) is not None) is told


def test_what_is_measured_or_moved_elsewhere_explains_nothing() -> None:
    assert changed("batch_size", STEP + NOISE) is None
    assert changed("batch_size", np.where(AT < 60, 128.0, 256.0)) is None
    assert changed("batch_size", np.where(AT < 111, 128.0, 256.0)) is None
    assert changed("batch_size", np.where(AT < 110, 128.0, 256.0)) is not None


@pytest.mark.parametrize(("rise", "told"), [(1.0, True), (0.0, False)])
def test_the_weight_of_a_part_is_found_in_the_sum(rise: float, told: bool) -> None:
    first, second = 2.0 + 0.1 * NOISE, 1.0 + 0.1 * NOISE[::-1]
    total = first + (0.5 + rise * AT / N) * second
    parts = (view("a_loss", first), view("b_loss", second))
    said = what_changed(Subject({Role.COMPONENT_LOSS: parts}, (), 0, 10 * N), view("loss", total), 900, 1100)
    assert (said is not None) is told
    if told:
        assert str(said) == "the weight of b_loss in the sum went from 0.950 to 1.05"


@pytest.mark.parametrize(("level", "back"), [(2.0, True), (2.5, False)])
def test_a_loss_that_rises_with_its_rate_to_where_it_was_at_such_a_rate(level: float, back: bool) -> None:
    """The rate falls from 1 to 0.1 and is raised again: what the loss was before it fell is no harm."""
    rate = np.select([AT < 60, AT < 120], [1.0, 0.1], 1.0)
    loss = np.select([AT < 60, AT < 120], [2.0, 1.5], level) + 0.01 * NOISE
    subject = Subject({Role.LEARNING_RATE: (view("lr", rate),)}, (), 0, 10 * N)
    assert rate_is_back(subject, view("loss", loss), 119, slice(125, 160)) is back
    flat = Subject({Role.LEARNING_RATE: (view("lr", np.ones(N)),)}, (), 0, 10 * N)
    assert not rate_is_back(flat, view("loss", loss), 119, slice(125, 160))
