"""Rises of a training loss that are no harm: the log shows another objective, other data or a higher learning rate."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from weakref import WeakKeyDictionary

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Subject
from curveread.findings.arguments import Tag, level
from curveread.findings.text import Text, text
from curveread.run.roles import Role, words
from curveread.signals.levels import block_medians, median_error
from curveread.signals.median import median

_SETTINGS = (Role.HYPER_PARAMETER, Role.DIAGNOSTIC, Role.OTHER)
_PARTS = (Role.COMPONENT_LOSS, Role.AUXILIARY_LOSS, Role.KL, Role.OTHER)
ROLES = (Role.LEARNING_RATE, *dict.fromkeys((*_SETTINGS, *_PARTS)))
"""Roles that a check must declare for these functions to see them."""

_MEASURED = frozenset(
    "beta weight coef coeff coefficient lambda alpha temperature temp tau noise sigma length len seqlen context ctx "
    "batch bsz bs mask ratio difficulty curriculum stage phase task resolution size annealing anneal factor forcing "
    "mix smoothing".split()
)
"""Words of settings that say what a loss is measured on, or how it is put together."""
_OPTIMIZER = frozenset("decay wd momentum mom adam norm lr rate grad gradient scale scaler eps clip".split())
_Weights = tuple[str, FloatArray, float]
_found: WeakKeyDictionary[CurveView, tuple[tuple[str, ...], list[_Weights]]] = WeakKeyDictionary()
"""Total -> names of the parts, what was found in them: asked for each event of a loss, by several checks."""
_MOST_PARTS = 6


def what_changed(subject: Subject, total: CurveView, first: int, last: int) -> Text | None:
    """Return in words what the log shows to have changed between two steps in what a training loss measures.

    That is a setting that was logged and follows a schedule (a batch size, a curriculum's difficulty, the weight of a
    term), or the weight of a term that the logged parts of the total reveal: ``(total - other) / part`` is as smooth
    as a schedule for the right pair only.

    Parameters
    ----------
    subject
        What the check is given; it declared :data:`ROLES`.
    total
        The training loss.
    first, last
        The steps between which it rose.
    """
    for view in subject.all(*_SETTINGS):
        named = words(view.tag)
        if not _MEASURED.intersection(named) or _OPTIMIZER.intersection(named) or any(w.isdigit() for w in named):
            continue
        span = view.value[np.searchsorted(view.step, first) : np.searchsorted(view.step, last, side="right")]
        if len(view) >= 3 and span.size >= 2 and _scheduled(view.value) and float(np.ptp(span)) > 0.05 * _size(view):
            return text("{tag} went from {old} to {new}", tag=Tag(view.tag), old=level(span[0]), new=level(span[-1]))
    return _weight_of_a_part(subject, total, first, last)


def rate_is_back(subject: Subject, view: CurveView, turn: int, part: slice) -> bool:
    """Return whether a loss rose with its learning rate, and to no more than it was at such a rate before.

    Parameters
    ----------
    subject, view
        What the check is given, with the learning rate; the training loss.
    turn
        Index of the point at which the loss began to rise, or before.
    part
        The points after it that are judged; as many are looked for that have had their learning rate, last before
        ``turn``.
    """
    rate = subject.first(Role.LEARNING_RATE)
    if rate is None or len(rate) < 12:
        return False
    at, y = np.interp(view.step, rate.step, rate.value), view.parts.y
    now, points = median(at[part]), at[part].size
    if now < 1.5 * float(at[max(turn - points, 0) : turn + 1].min()):
        return False
    alike = np.flatnonzero((at[:turn] > 0.98 * now) & (at[:turn] < 1.5 * now))[-points:]
    slack = 3.0 * median_error(view.parts.noise, points, view.parts.correlation)
    return alike.size >= 3 and median(y[alike]) + slack >= median(y[part])


def _size(view: CurveView) -> float:
    return float(np.abs(view.value).max())


def _scheduled(value: FloatArray) -> bool:
    """Return whether values move one way only, or from one of few levels to another: set by somebody, not measured."""
    moves = np.diff(value)
    return bool(np.all(moves >= 0) or np.all(moves <= 0) or np.count_nonzero(moves) <= max(3, value.size // 20))


def _weight_of_a_part(subject: Subject, total: CurveView, first: int, last: int) -> Text | None:
    """Return that the weight of a part rose, where two parts logged with the total add up to it with a schedule."""
    n = len(total)
    parts = [v for v in subject.all(*_PARTS) if len(v) == n and np.array_equal(v.step, total.step)][:_MOST_PARTS]
    for tag, weight, change in _rising_weights(total, parts):
        old, new = (float(weight[min(int(np.searchsorted(total.step, s)), n - 1)]) for s in (first, last))
        if new - old > 0.1 * change:
            return text(
                "the weight of {tag} in the sum went from {old} to {new}",
                tag=Tag(tag),
                old=level(old),
                new=level(new),
            )
    return None


def _rising_weights(total: CurveView, parts: Sequence[CurveView]) -> list[_Weights]:
    """Return (name of a part, its (n,) weights, their rise) for each part whose weight in the total rises smoothly."""
    tags = tuple(part.tag for part in parts)
    if total not in _found or _found[total][0] != tags:
        _found[total] = tags, _search(total, parts)
    return _found[total][1]


def _search(total: CurveView, parts: Sequence[CurveView]) -> list[_Weights]:
    n = len(total)
    if n < 12 or len(parts) < 2:
        return []
    found: list[_Weights] = []
    most = float(np.abs(total.value).max())
    for rest, part in permutations(parts, 2):
        if not most < 1e12 * float(np.abs(part.value).min()):
            continue
        weight = (total.value - rest.value) / part.value
        blocks = block_medians(weight, min(n // 3, 30))
        change = float(blocks.max() - blocks[0])
        slack = 0.02 * change
        smooth = median(np.abs(np.diff(weight, 2))) < 0.05 * change
        if change > 0.02 and float(blocks.min()) > -slack and smooth and float(np.diff(blocks).min()) > -slack:
            found.append((part.tag, weight, change))
    return found
