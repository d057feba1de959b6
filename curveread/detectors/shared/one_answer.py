"""An evaluation that one answer to all inputs would pass as well: its accuracy is one share, its loss their entropy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Subject
from curveread.detectors.shared.quality import by_chance, examples_of, shares
from curveread.detectors.shared.untrained import FEWEST, LEAST_DROP, Sign, falls, sign_of
from curveread.findings.arguments import Tag, count
from curveread.findings.arguments import level as level_of
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.median import median
from curveread.signals.returns import ascent_of

LEARNT = 0.9
"""An accuracy above which there may be nothing left to learn."""
LITTLE = 0.05
"""Share of the entropy of the answers by which the loss of a model that knows anything of its inputs lies below it."""
TAUGHT = 0.1
"""Gain of the training accuracy from which on something was learnt."""
_SURE = 2.0
"""Standard errors above which a share of the examples is no chance."""
_LONG = 8
"""Points in which a training accuracy had time to rise."""
_ADVICE = "Look at what the model answers, at how frequent the classes are, and whether more data is needed."


def over_entropy(right: float, subject: Subject) -> float:
    """Return the lowest evaluation loss as a share of what one answer to all inputs costs at least; NaN without one.

    Where the most frequent of the answers is right in a share of cases, no constant forecast costs less than the
    entropy of the shares, which is least where as few others as possible fill up what remains.
    """
    losses = [v for v in subject.all(Role.EVAL_LOSS) if len(v) and v.assumed_unit == "nats"]
    if not losses or not 0.0 < right < 1.0:
        return np.nan
    as_frequent = int(1.0 / right)
    rest = 1.0 - as_frequent * right
    entropy = -as_frequent * right * np.log(right) - (rest * np.log(rest) if rest > 0.0 else 0.0)
    return float(min(v.value.min() for v in losses) / entropy)


def one_answer(subject: Subject) -> Sign | None:
    """Find an accuracy that comes back to its first number and never surely rises above it, at the loss of a guess.

    What always gives one answer is right in one share of the cases, and gets down to their entropy; whatever the loss
    measures, it is no more often right on the training data than it was at first, either. The number of examples, which
    says how far an accuracy lies above it by chance, shows in the accuracies: all are whole numbers of it.
    """
    for view, often, _ in _never_above_the_first(subject):
        first, same = float(often[0]), int((often == often[0]).sum())
        if same < max(3, often.size / 3):
            continue
        if not abs(over_entropy(first, subject) - 1.0) <= LITTLE and not _untaught(subject):
            continue
        message = text(
            "{tag} is {level} at {same} of {points} evaluations, from the first on, and never surely above: one answer "
            "to all inputs would do as well",
            tag=Tag(view.tag),
            level=level_of(float(view.value[0]), view.unit),
            same=count(same),
            points=count(len(view)),
        )
        return sign_of(view, 0, len(view.curve) - 1, message, "equal-points", same, _ADVICE)
    return None


def never_cheaper(subject: Subject) -> Sign | None:
    """Find an accuracy that never surely rises above its first number at losses that never fall below one answer's.

    No evaluation loss falls by what counts, or below the entropy of the shares in which the best of the accuracies
    would be that of one answer.
    """
    losses = [v.value for v in subject.all(Role.EVAL_LOSS) if len(v)]
    if not all(float(v.min()) > (1.0 - LEAST_DROP) * float(v[0]) for v in losses):
        return None
    for view, often, chance in _never_above_the_first(subject):
        stays = median(often) >= float(often[0]) - chance
        # What is sure of wrong answers costs more than a guess.
        if stays and -LITTLE <= over_entropy(float(often.max()), subject) - 1.0 <= 2.0 * LITTLE:
            message = text(
                "{tag} never rose surely above its first {level} in {points} evaluations, and one answer to all inputs "
                "would cost no more loss",
                tag=Tag(view.tag),
                level=level_of(float(view.value[0]), view.unit),
                points=count(len(view)),
            )
            best = float(view.value.max())
            return sign_of(view, 0, len(view.curve) - 1, message, "best-value", best, _ADVICE, view.unit)
    return None


def _never_above_the_first(subject: Subject) -> Iterator[tuple[CurveView, FloatArray, float]]:
    """Yield evaluation accuracies that only chance raised above the first, as shares of 1, and how far it may."""
    for view in subject.all(Role.EVAL_ACCURACY):
        if len(view) >= FEWEST and view.curve.direction == "higher":
            often = shares(view)
            first = float(often[0])
            chance = _SURE * by_chance(first, examples_of(often))
            if first <= LEARNT and float(often.max()) <= first + chance:
                yield view, often, chance


def learnt(subject: Subject) -> CurveView | None:
    """Return the accuracy, without one the loss, that shows that the training data are learnt; None where none does."""
    accuracies = [v for v in subject.all(Role.TRAIN_ACCURACY) if len(v) >= FEWEST]
    for view in accuracies:
        right = shares(view)
        if float(np.median(right[-3:]) - right[0]) >= TAUGHT:
            return view
    train = None if accuracies else subject.first(Role.TRAIN_LOSS)
    return train if train is not None and falls(train) else None


def _untaught(subject: Subject) -> bool:
    """Return whether a training accuracy never rose."""
    return any(len(view) >= _LONG and ascent_of(view.value).never for view in subject.all(Role.TRAIN_ACCURACY))
