"""What shows that a run never moved: losses and accuracies that stay where they began, an R2 below 0, an AUC of 0.5."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Subject
from curveread.detectors.shared.one_answer import LEARNT, LITTLE, learnt, never_cheaper, one_answer, over_entropy
from curveread.detectors.shared.quality import examples_of, is_area, shares
from curveread.detectors.shared.returns import continued
from curveread.detectors.shared.untrained import FEWEST, LEAST_DROP, Sign, falls, precise_enough, sign_of
from curveread.findings.arguments import Tag, count, share
from curveread.findings.arguments import level as level_of
from curveread.findings.text import text
from curveread.run.roles import Role, is_eval
from curveread.run.tags.grammar import parse
from curveread.run.tags.kinds import TaskKind
from curveread.signals.trend import kendall_tau

_STILL = 1e-3
"""Share of its first value within which a loss has not moved at all: training moves it more in a single epoch."""
_SETTLING = 1.05
"""How far above its second value the first of a training loss may lie: biases and norms settle within an epoch."""
_SEASONED = 1000
"""Steps in which a loss that learns falls by what counts."""
_FINE = (TaskKind.PREFERENCE, TaskKind.LANGUAGE_RL)
"""Tasks whose loss says little of what is learnt: a good policy may stay near ln 2."""
_LONG = 8
"""Points that are enough to say of an accuracy that it is one number throughout: few examples give few numbers."""
_R2 = (("r", "2"), ("r", "squared"))
_ERROR_RATES = (("wer",), ("cer",))
_MANY = 100
"""Examples of which two models seldom answer exactly as many rightly."""
_NONE = 5e-4
"""Score below which next to nothing is right: 0 in three decimals."""
_NEAR, _WIDE = 0.005, 0.1
"""How near an area is to 0.5 whatever its noise, and how far one scatters of which a mean says nothing."""


def unmoved(subject: Subject) -> Sign | None:
    """Return what has not moved since the start of the run: all of its losses, or without a loss all its accuracies.

    Parameters
    ----------
    subject
        Its losses, accuracies and other quality metrics.
    """
    losses = subject.all(Role.EVAL_LOSS, Role.TRAIN_LOSS)
    if not losses:
        return _same_accuracies(subject.all(Role.EVAL_ACCURACY, Role.TRAIN_ACCURACY))
    if (nothing := _explains_nothing(subject)) is not None:
        return nothing
    if (chance := _ranks_by_chance(subject)) is not None:
        return chance
    if continued(subject):
        return None  # it goes on from an earlier run, at whose end there may have been nothing left to learn
    accuracies = subject.all(Role.EVAL_ACCURACY)
    guessed = bool(accuracies) and over_entropy(max(map(_part, accuracies)), subject) >= 1.0 - LITTLE
    same = _same_accuracies(accuracies, FEWEST - 1 if guessed else _LONG)
    if same is not None and precise_enough(float(same.view.value[0])):
        return same  # whatever the losses do: the answers do not change
    if learnt(subject) is None and (one := one_answer(subject) or never_cheaper(subject)) is not None:
        return one
    if (nought := _none_right(subject) or _taught_one_answer(subject)) is not None:
        return nought
    return _never_moved(subject) or _hardly_moved(losses, subject)


def _taught_one_answer(subject: Subject) -> Sign | None:
    """Find a training accuracy whose best is one number again and again, to the last digit: a class is that frequent.

    The weights of two epochs differ, and with them the answers to hundreds of examples, unless all are the same one.
    """
    for view in subject.all(Role.TRAIN_ACCURACY):
        right = shares(view)
        best = float(right.max(initial=0.0))
        same = int((right == best).sum())
        if len(view) < _LONG or same < right.size / 3 or not right[0] <= best <= min(1.5 * right[0], LEARNT):
            continue
        if not precise_enough(best) or examples_of(right) < _MANY:
            continue
        message = text(
            "{tag} is {best} at {same} of {points} points and never above: one answer to all inputs would be right as "
            "often",
            tag=Tag(view.tag),
            best=level_of(float(view.value.max()), view.unit),
            same=count(same),
            points=count(len(view)),
        )
        advice = "Look at the learning rate, at whether gradients arrive, and whether labels belong to their inputs."
        return sign_of(view, 0, len(view.curve) - 1, message, "equal-points", same, advice)
    return None


def _never_moved(subject: Subject) -> Sign | None:
    """Find losses that stay within a thousandth of their first values."""
    train, evaluated = subject.first(Role.TRAIN_LOSS), subject.all(Role.EVAL_LOSS)
    if train is None or not all(map(_still, evaluated)):
        return None
    # A loss on fixed data has no noise: that it stays where it is says that the weights do.
    shown = next((v for v in evaluated if len(v) >= FEWEST), None)
    if shown is None and len(train) >= 2 * FEWEST and _still(train):
        shown = train
    if shown is None or falls(train) or not precise_enough(float(shown.value[0])):
        return None
    advice = "Look at the size of the learning rate, and whether the optimiser holds the parameters that are to learn."
    return _stayed(shown, "never", advice)


def _still(view: CurveView) -> bool:
    return _near(view.value, _STILL)


def _near(value: FloatArray, part: float) -> bool:
    """Return whether values stay within a share of the first."""
    return value.size > 0 and bool(value[0] > 0.0 and np.all(np.abs(value - value[0]) <= part * value[0]))


def _hardly_moved(losses: tuple[CurveView, ...], subject: Subject) -> Sign | None:
    """Find losses that stay within 1.5 % of their first values, one of them over ten points or more that take long."""
    # Ten points of ten steps are no course: what is logged by the epoch, or seldom, had time to learn.
    shown = max(losses, key=len)
    if not _had_time(subject) or len(shown) < 2 * FEWEST:
        return None
    evaluated = bool(subject.all(Role.EVAL_LOSS))
    if not all(_near(_settled(v) if evaluated else v.value, LEAST_DROP) for v in losses if len(v)):
        return None
    if subject.task.kind in _FINE:
        return None
    advice = "Overfit one small batch: where that does not fall either, look at the learning rate and the targets."
    return _stayed(shown, "hardly", advice)


def _settled(view: CurveView) -> FloatArray:
    """Return the values of a loss, those of a training without the first, a mean of its first epoch, if it is higher.

    That is where biases and norms settle. What is evaluated behind the epoch shows whether more was learnt in it.
    """
    value = view.value
    settles = view.curve.role is Role.TRAIN_LOSS and value.size > 2 and value[1] < value[0] <= _SETTLING * value[1]
    return value[int(settles) :]


def _had_time(subject: Subject) -> bool:
    """Return whether a run has many steps or epochs, or evaluations as many as points, as are made by the epoch."""
    if "epoch" in subject.x_axis or subject.length >= _SEASONED:
        return True
    epoch, train = subject.first(Role.EPOCH), subject.first(Role.TRAIN_LOSS)
    if epoch is not None and len(epoch) and float(np.ptp(epoch.value)) >= 2 * FEWEST - 1:
        return True
    evaluated = subject.all(Role.EVAL_LOSS) if train is not None and subject.x_axis == "row" else ()
    return any(np.array_equal(view.step, train.step) for view in evaluated if train is not None)


def _stayed(shown: CurveView, how: str, advice: str) -> Sign:
    """Return the sign of a loss that stays near its first value."""
    most = float(np.abs(shown.value / shown.value[0] - 1.0).max())
    message = text(
        f"{{tag}} {how} left its starting level of {{level}}: it moved by {{most}} of it at most, at {{points}} points",
        tag=Tag(shown.tag),
        level=level_of(float(shown.value[0]), shown.unit),
        most=share(most),
        points=count(len(shown)),
    )
    return sign_of(shown, 0, len(shown.curve) - 1, message, "largest-move", most, advice, "ratio")


def _none_right(subject: Subject) -> Sign | None:
    """Find metrics that say at every evaluation that nothing is right: scores that are all 0, errors in every word."""
    asked = (v for v in subject.all(Role.QUALITY_METRIC, Role.ERROR_METRIC) if len(v))
    views = [v for v in asked if v.curve.direction == "higher" or _counts_errors(v)]
    if not all(_all_wrong(v.value) if _counts_errors(v) else _none(v.value) for v in views):
        return None
    view = max(views, key=len, default=None)
    if view is None or len(view) < (FEWEST if _counts_errors(view) else _LONG):
        return None
    errors, hardly = _counts_errors(view), bool(view.value.any())
    message = text(
        "{tag} is {what}{more} at each of {points} evaluations: {right}, whatever the loss does",
        tag=Tag(view.tag),
        what=level_of(float(view.value.min() if errors else view.value.max()), view.unit),
        more=text(" or more" if errors else " or less" if hardly else ""),
        points=count(len(view)),
        right=text("hardly an answer is right" if hardly and not errors else "not one answer is right"),
    )
    advice = "Look at what the model answers: nothing or always the same, a threshold too high, classes too rare."
    return sign_of(view, 0, len(view.curve) - 1, message, "zero-points", len(view), advice)


def _none(scores: FloatArray) -> bool:
    """Return whether scores of 0 to 1 are all 0 in three decimals."""
    return bool(0.0 <= scores.min() <= scores.max() < _NONE)


def _all_wrong(errors: FloatArray) -> bool:
    """Return whether a rate of errors is never below that of an empty answer, 1 or 100 %, and most often just that."""
    least = float(errors.min())
    return least in (1.0, 100.0) and 2 * int((errors == least).sum()) >= errors.size


def _counts_errors(view: CurveView) -> bool:
    """Return whether a metric is a rate of errors of speech or text."""
    head = parse(view.tag).head
    return head is not None and head.words in _ERROR_RATES


def _same_accuracies(views: tuple[CurveView, ...], least: int = _LONG) -> Sign | None:
    """Find accuracies that are each one number throughout, below what a model that learnt all would have."""
    if not views or any(len(v) == 0 or float(np.ptp(v.value)) > 0.0 for v in views):
        return None
    view = max(views, key=len)
    if len(view) < least or max(_part(v) for v in views) > LEARNT:
        return None
    message = text(
        "{tag} is {level} at each of {points} points, from the first on: the weights do not change, or the answer is "
        "always the same",
        tag=Tag(view.tag),
        level=level_of(float(view.value[0]), view.unit),
        points=count(len(view)),
    )
    advice = "Look at the learning rate, at frozen or detached parameters, and at what the model answers."
    return sign_of(view, 0, len(view.curve) - 1, message, "equal-points", len(view), advice)


def _part(metric: CurveView) -> float:
    """Return the largest value of an accuracy as a share of 1."""
    return float(shares(metric).max())


def _ranks_by_chance(subject: Subject) -> Sign | None:
    """Find areas under the ROC curve that all stay at 0.5, as those of any order do, beside losses that stay, too."""
    areas = [v for v in subject.all(Role.QUALITY_METRIC) if is_area(v)]
    train = subject.first(Role.TRAIN_LOSS)
    if not areas or not all(map(_at_half, areas)) or (train is not None and falls(train)):
        return None
    view = next((v for v in areas if is_eval(v.tag)), areas[0])
    level, n = float(view.value.mean()), len(view)
    message = text(
        "{tag} stayed around {level} at {points} evaluations: it orders the answers no better than chance does",
        tag=Tag(view.tag),
        level=level_of(level),
        points=count(n),
    )
    advice = "Look whether labels belong to their inputs, how few of a class there are, and whether gradients arrive."
    return sign_of(view, 0, len(view.curve) - 1, message, "mean-level", level, advice, "")


def _at_half(view: CurveView) -> bool:
    """Return whether an area is 0.5 within its own noise, over the whole run and over its later half."""
    value = shares(view)
    if value.size < 2 * FEWEST or float(value.std()) > _WIDE:
        return False
    return all(
        abs(float(p.mean()) - 0.5) <= max(_NEAR, 2.0 * float(p.std()) / p.size**0.5)
        for p in np.split(value, [value.size // 2])
    )


def _explains_nothing(subject: Subject) -> Sign | None:
    """Find an R2 that never rose above 0: the mean of the targets would predict as well."""
    for view in subject.all(Role.QUALITY_METRIC):
        value, n = view.value, len(view)
        head = parse(view.tag).head
        if head is None or head.words[:2] not in _R2 or n < FEWEST or float(value.max()) > 0.01:
            continue
        late = value[n // 2 :]
        if kendall_tau(late) > 0.5 and float(late[-1]) < 0.0:
            continue  # it begins far below and is on its way
        message = text(
            "{tag} never rose above {most} at {points} evaluations: the mean of the targets predicts as well",
            tag=Tag(view.tag),
            most=level_of(float(value.max())),
            points=count(n),
        )
        advice = "Look at the scale of the inputs and targets, the learning rate, and whether targets fit their inputs."
        return sign_of(view, 0, len(view.curve) - 1, message, "best-value", float(value.max()), advice, "")
    return None
