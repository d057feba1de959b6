"""What shows at any noise that nothing is trained: exact zeros, exact repeats, a level that guessing would reach."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from curveread.detectors.base import CurveView, Subject
from curveread.detectors.shared.quality import shares
from curveread.findings.arguments import Place, Tag, count, precise
from curveread.findings.arguments import level as level_of
from curveread.findings.arguments import share as share_of
from curveread.findings.finding import Evidence
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.run.tags.kinds import RL, TaskKind
from curveread.signals.levels import median_error
from curveread.signals.median import median
from curveread.signals.repeats import longest_repeat, longest_run, significant_digits
from curveread.signals.trend import kendall_tau

FEWEST = 5
"""Points of which something exact can be said; of evaluations one fewer will do."""
LEAST_DROP = 0.015
"""Drop of a loss, as a share of the level that it began at, from which on it is counted as learning."""
_NEARLY_ALL = 0.8
_MOST = 0.6
_AROUND = 0.05
"""Share of its first value within which a loss has not left its start."""
_DIGITS = 4
"""Digits of a number below which equal values are only rounded."""
_EVEN, _RIGHT = 0.2, 0.55
"""How near accuracy times exp(loss) is to 1 where a classifier guesses evenly, and the accuracy above which it may have
learnt all."""
_UNTAUGHT = 0.9
"""Share of ln(vocabulary) above which a model does not even know how often each token is used."""


class Sign(NamedTuple):
    """What shows that nothing is trained.

    Parameters
    ----------
    view
        The curve that shows it.
    first, last
        Steps from and to which it does.
    message, evidence
        What it is.
    advice
        Where to look.
    """

    view: CurveView
    first: int
    last: int
    message: Text
    evidence: tuple[Evidence, ...]
    advice: str


def surest_sign(subject: Subject) -> Sign | None:
    """Return what shows that nothing is trained, of several the surest; None where nothing does. O(points).

    Parameters
    ----------
    subject
        Its training loss, evaluation loss and gradient norm.
    """
    loss = subject.first(Role.TRAIN_LOSS)
    of_loss = [] if loss is None else [_zero_loss(loss, subject), _same_loss(loss), _guesses(loss, subject)]
    found = [*of_loss, _zero_gradient(subject), *map(_same_evaluation, subject.all(Role.EVAL_LOSS))]
    return next((sign for sign in found if sign is not None), None)


def _zero_loss(view: CurveView, subject: Subject) -> Sign | None:
    """Find a loss that is exactly 0 from the first point on, beside gradients that are not there, either."""
    value = view.curve.value
    zero = value == 0.0
    moving = subject.task.kind in RL or subject.task.kind is TaskKind.PREFERENCE
    if value.size < FEWEST or moving or not zero[0] or float(zero.mean()) < _NEARLY_ALL:
        return None
    norm = subject.first(Role.GRAD_NORM)
    if norm is not None and float((norm.curve.value > 0.0).mean()) > 1.0 - _NEARLY_ALL:
        return None  # something is trained, by a loss that is rounded
    message = text(
        "{tag} is exactly 0 at {zeros} of {points} logged points, from the first on: nothing is trained",
        tag=Tag(view.tag),
        zeros=count(int(zero.sum())),
        points=count(zero.size),
    )
    advice = "Look whether any label counts: all masked, all cut off, or none in the batch."
    return sign_of(view, 0, zero.size - 1, message, "zero-points", int(zero.sum()), advice)


def _same_loss(view: CurveView) -> Sign | None:
    """Find a loss that repeats one number, to its last digit, where it began."""
    value = view.curve.value
    first, length = longest_repeat(value)
    if length < max(FEWEST, _MOST * value.size) or first > max(2, value.size // 10):
        return None
    start, same = float(value[0]), float(value[first])
    if same <= 0.0 or not precise_enough(same) or not abs(start - same) <= _AROUND * abs(same):
        return None
    message = text(
        "{tag} never left its starting level: it is {level}, to the last digit, at {points} points in a row from "
        "{onset} on",
        tag=Tag(view.tag),
        level=precise(same, view.unit),
        points=count(length),
        onset=Place(int(view.curve.step[first])),
    )
    advice = "Look for dead units, a saturated output or a loss that does not depend on the parameters."
    return sign_of(view, 0, first + length - 1, message, "equal-points", length, advice)


def _guesses(view: CurveView, subject: Subject) -> Sign | None:
    """Find a loss of a language model that stays where guessing would be, or above."""
    vocabulary, n = subject.task.vocabulary, len(view)
    if not subject.task.language or vocabulary is None or view.assumed_unit != "nats" or n < 2 * FEWEST:
        return None
    guess, half = float(np.log(vocabulary)), view.value[n // 2 :]
    level = median(half)
    if level < _UNTAUGHT * guess or kendall_tau(view.value) < -0.5:
        return None
    message = text(
        "{tag} never left the level of guessing: it is typically {level} in the second half, and guessing evenly among "
        "{vocabulary} tokens costs {guess}",
        tag=Tag(view.tag),
        level=level_of(level),
        vocabulary=count(vocabulary),
        guess=level_of(guess, "nats"),
    )
    advice = "Look whether the checkpoint was loaded, fits its tokenizer, and gives finite numbers at this precision."
    return sign_of(view, 0, len(view.curve) - 1, message, "level-of-the-second-half", level, advice, view.unit)


def guessing(subject: Subject) -> Sign | None:
    """Return where a classifier stays at even guessing, however noisy: loss and accuracy are those of so many classes.

    Parameters
    ----------
    subject
        Its training loss in nats and its accuracies.

    Notes
    -----
    In twentieths of the run. A model that knows how frequent the classes are, or anything more, is right more often
    than exp(-loss) of the time; only even guessing is right exactly so often (and a model that is never wrong).
    """
    view = subject.first(Role.TRAIN_LOSS)
    if view is None or len(view) < 2 * FEWEST or float(view.value.min()) <= 0.0:
        return None
    edge = np.linspace(0, len(view), min(20, len(view) // 2) + 1).round().astype(np.int64)
    loss = np.array([np.median(view.value[a:b]) for a, b in pairwise(edge)])
    for metric in subject.all(Role.EVAL_ACCURACY, Role.TRAIN_ACCURACY):
        if len(metric) < FEWEST:
            continue
        beside = np.interp(view.step, metric.step, shares(metric))
        right = np.array([np.median(beside[a:b]) for a, b in pairwise(edge)])
        even = (np.abs(right * np.exp(np.minimum(loss, 700.0)) - 1.0) <= _EVEN) & (right <= _RIGHT)
        first, length = longest_run(even)
        if length < 0.5 * even.size:
            continue
        level, often = (median(x[first : first + length]) for x in (loss, right))
        classes = round(float(np.exp(min(level, 700.0))))
        if classes < 2 or abs(level / np.log(classes) - 1.0) > 2.0 * _AROUND or right[-1] > 2.0 / classes:
            continue
        while first and abs(loss[first - 1] / level - 1.0) <= 2.0 * _AROUND:
            first, length = first - 1, length + 1
        if first > even.size // 4 or float(loss[: first + 1].min()) < (1.0 - 2.0 * _AROUND) * level:
            continue  # it was on its way, or had learnt and lost it
        inside = slice(first, first + length)
        if kendall_tau(loss[inside]) < -0.5 and kendall_tau(right[inside]) > 0.5:
            continue  # it learns, if slowly
        last = int(edge[first + length]) - 1
        message = text(
            "{tag} stayed at {level} for {share} of the run, where {metric} was {often}: no better than guessing "
            "evenly among {classes}",
            tag=Tag(view.tag),
            level=level_of(level, view.unit),
            share=share_of(length / even.size),
            metric=Tag(metric.tag),
            often=share_of(often),
            classes=count(classes),
        )
        advice = "Lower the learning rate; look whether gradients reach the weights and labels belong to their inputs."
        at = np.searchsorted(view.curve.step, view.step[[int(edge[first]), last]])
        return sign_of(view, int(at[0]), int(at[1]), message, "level", level, advice, view.unit)
    return None


def _zero_gradient(subject: Subject) -> Sign | None:
    """Find a gradient norm that is exactly 0 beside a loss that does not fall."""
    norm, loss = subject.first(Role.GRAD_NORM), subject.first(Role.TRAIN_LOSS, Role.POLICY_LOSS)
    least = 20 if subject.task.kind in RL else FEWEST  # a rare reward may come late
    if norm is None or len(norm) < least or (loss is not None and falls(loss)):
        return None
    zero = norm.value == 0.0
    if float(zero.mean()) < 0.9:
        return None
    message = text(
        "{tag} is exactly 0 at {zeros} of {points} logged points: no parameter is changed",
        tag=Tag(norm.tag),
        zeros=count(int(zero.sum())),
        points=count(zero.size),
    )
    advice = (
        "Look for frozen or detached parameters, checkpointing without inputs that need gradients, or groups of "
        "answers that all get the same reward."
    )
    return sign_of(norm, 0, len(norm.curve) - 1, message, "zero-points", int(zero.sum()), advice)


def _same_evaluation(view: CurveView) -> Sign | None:
    """Find an evaluation loss that is the same number, to its last digit, every time."""
    value = view.curve.value
    if value.size < FEWEST - 1 or not bool((value == value[0]).all()) or not precise_enough(float(value[0])):
        return None
    message = text(
        "{tag} is {level}, to the last digit, at each of {points} evaluations: the weights that are evaluated do not "
        "change",
        tag=Tag(view.tag),
        level=precise(float(value[0]), view.unit),
        points=count(value.size),
    )
    advice = "Look whether the optimiser holds the parameters of the model that is evaluated."
    return sign_of(view, 0, value.size - 1, message, "equal-points", value.size, advice)


def precise_enough(value: float) -> bool:
    """Return whether a logged number has so many digits that an equal one was not only rounded to it."""
    return significant_digits(value) >= _DIGITS


def sign_of(
    view: CurveView, first: int, last: int, message: Text, key: str, value: float, advice: str, unit: str = "points"
) -> Sign:
    """Return the sign that a curve shows from one index of the logged points to another.

    Parameters
    ----------
    view, first, last
        The curve and the indices.
    message, advice
        What it is and where to look.
    key, value, unit
        The evidence for it.
    """
    step = view.curve.step
    evidence = Evidence(key, key.replace("-", " "), float(value), unit)
    return Sign(view, int(step[first]), int(step[last]), message, (evidence,), advice)


def falls(view: CurveView) -> bool:
    """Return whether the last third of a loss lies clearly below its first."""
    if len(view) < FEWEST:
        return False
    y = view.parts.y
    third = max(1, y.size // 3)
    fall = float(np.median(y[:third]) - np.median(y[-third:]))
    return fall > max(0.02, 4.0 * median_error(view.parts.noise, third, view.parts.correlation))
